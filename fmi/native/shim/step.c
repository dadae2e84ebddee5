/* A step, and the status that a slave with synchronous steps can report. */

/* Whether the step lies beyond the stop time by more than the rounding of a sum of steps. */
static bool is_too_late(const Flags *flags, double t, double h)
{
    return flags->has_stop_time && t + h > flags->stop_time + 1e-6 * h + 1e-9 * fabs(flags->stop_time);
}

/* Move the inputs that have a slope by their slope times `time`, from where they were before the step. */
static void move_inputs(Instance *instance, double time)
{
    const double *slopes = instance->memory + instance->at.slopes;
    double *inputs = instance->memory + instance->at.u, *before = inputs + instance->at.before;
    for (size_t k = 0; k < instance->at.y - instance->at.u; ++k)
        if (slopes[k] != 0.0)
            inputs[k] = before[k] + time * slopes[k];
}

/* Let the inputs take their mean over the step, half their slope times h from the start; false, with the cause in
 * `text`, where one is beyond its bounds at the end. */
static bool lead_inputs(Instance *instance, double h, char *text, size_t size)
{
    if (!instance->flags.has_slopes)
        return true;
    move_inputs(instance, h);
    if (!values_fit(&instance->tables, instance->memory, instance->at.u, instance->at.y, text, size))
        return false;
    move_inputs(instance, 0.5 * h);
    return true;
}

/* Let the inputs take their values at the end of the step, and hold from there on. */
static void leave_inputs(Instance *instance, double h)
{
    if (!instance->flags.has_slopes)
        return;
    move_inputs(instance, h);
    memset(instance->memory + instance->at.slopes, 0, sizeof(double) * (instance->at.y - instance->at.u));
    instance->flags.has_slopes = 0;
}

/* Step the model; false, with the cause in `text`, where it refuses or its results are not finite. */
static bool advance(Instance *instance, double t, double h, char *text, size_t size)
{
    double *memory = instance->memory;
    void *exception = NULL;
    int64_t status = 0;
    int32_t code = model_advance(&status, &exception, BLOCKS_IN(instance, memory), t, h);
    if (code != 0)
        snprintf(text, size, "the kernel failed with code %d", (int)code);
    else if (status != 0)
        explain(&instance->tables, memory, status, text, size);
    else
        return results_are_finite(instance, memory, text, size);
    return false;
}

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real currentCommunicationPoint, fmi2Real communicationStepSize,
                      fmi2Boolean noSetFMUStatePriorToCurrentPoint)
{
    Instance *instance = c;
    double t = currentCommunicationPoint, h = communicationStepSize;
    char text[TEXT_SIZE];
    (void)noSetFMUStatePriorToCurrentPoint;
    if (!may_call(instance, __func__, STEPPING))
        return fmi2Error;
    if (!(isfinite(t + h) && h > 0.0))
        return report(instance, fmi2Error, "time must be finite, the step positive and finite; they are %.9g s and %.9g s",
                    t, h);
    if (is_too_late(&instance->flags, t, h))
        return report(instance, fmi2Error, "a step from %.9g s by %.9g s would pass the stop time %.9g s", t, h,
                    instance->flags.stop_time);
    if (!settle_for(instance, __func__))
        return fmi2Error;
    keep_before(instance, instance->at.u);
    if (!lead_inputs(instance, h, text, sizeof text) || !advance(instance, t, h, text, sizeof text)) {
        put_back(instance, instance->at.u);
        return report(instance, fmi2Discard, "step refused: %s", text);
    }
    leave_inputs(instance, h);
    keep_outputs(instance, instance->memory + instance->at.before + instance->at.y);
    instance->flags.time = t + h;
    instance->flags.step = h;
    return fmi2OK;
}

fmi2Status fmi2CancelStep(fmi2Component c)
{
    if (may_call(c, __func__, ANY_PHASE))
        report(c, fmi2Error, "%s is out of sequence: every step has ended when fmi2DoStep returns", __func__);
    return fmi2Error;
}

/* Whether the status family may be asked and has a place to put its answer. */
static bool may_ask(const Instance *instance, const char *call, const void *value)
{
    return may_call(instance, call, STEPPING | TERMINATED) && is_given(instance, call, value, 1);
}

static fmi2Status no_answer(const Instance *instance, const char *call, int kind)
{
    return report(instance, fmi2Discard, "%s cannot report status %d: no step is ever pending", call, kind);
}

fmi2Status fmi2GetStatus(fmi2Component c, const fmi2StatusKind s, fmi2Status *value)
{
    return may_ask(c, __func__, value) ? no_answer(c, __func__, (int)s) : fmi2Error;
}

fmi2Status fmi2GetRealStatus(fmi2Component c, const fmi2StatusKind s, fmi2Real *value)
{
    const Instance *instance = c;
    if (!may_ask(instance, __func__, value))
        return fmi2Error;
    if (s != fmi2LastSuccessfulTime)
        return no_answer(instance, __func__, (int)s);
    *value = instance->flags.time;
    return fmi2OK;
}

fmi2Status fmi2GetIntegerStatus(fmi2Component c, const fmi2StatusKind s, fmi2Integer *value)
{
    return may_ask(c, __func__, value) ? no_answer(c, __func__, (int)s) : fmi2Error;
}

fmi2Status fmi2GetBooleanStatus(fmi2Component c, const fmi2StatusKind s, fmi2Boolean *value)
{
    if (!may_ask(c, __func__, value))
        return fmi2Error;
    if (s != fmi2Terminated)
        return no_answer(c, __func__, (int)s);
    *value = fmi2False; /* no model ends a simulation by itself */
    return fmi2OK;
}

fmi2Status fmi2GetStringStatus(fmi2Component c, const fmi2StatusKind s, fmi2String *value)
{
    return may_ask(c, __func__, value) ? no_answer(c, __func__, (int)s) : fmi2Error;
}
