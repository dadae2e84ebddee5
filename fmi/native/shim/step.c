/* A step, and the status that a slave with synchronous steps can report. */

/* How far times may differ that should be the same: masters sum and round them. */
static double slack(double t, double h)
{
    return 1e-6 * h + 1e-9 * fabs(t);
}

/* Whether the step is one of time, begins where the last one ended and does not pass the stop time; else say why not. */
static bool is_due(const Instance *instance, double t, double h)
{
    const Flags *flags = &instance->flags;
    if (!(isfinite(t + h) && h > 0.0))
        report(instance, fmi2Error, "time must be finite, the step positive and finite; they are %.9g s and %.9g s", t, h);
    else if (fabs(t - flags->time) > slack(flags->time, h))
        report(instance, fmi2Error, "a step must begin at %.12g s, where the last one ended; the communication point is "
               "%.12g s, which differs by more than %.3g s", flags->time, t, slack(flags->time, h));
    else if (flags->has_stop_time && t + h > flags->stop_time + slack(flags->stop_time, h))
        report(instance, fmi2Error, "a step from %.9g s by %.9g s would pass the stop time %.9g s", t, h,
               flags->stop_time);
    else
        return true;
    return false;
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

/* Step the model in this memory; false, with the cause in `text`, where it refuses or its results are not finite. */
static bool advance(const Instance *instance, double *memory, double t, double h, char *text, size_t size)
{
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

/* Put back what was before the step, and say why. */
static fmi2Status refuse(Instance *instance, double t, double h, const char *reason)
{
    put_back(instance, instance->at.u);
    instance->is_refused = true;
    instance->refused_at = t;
    return report(instance, fmi2Discard, "the step from %.12g s by %.9g s is refused: %s", t, h, reason);
}

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real currentCommunicationPoint, fmi2Real communicationStepSize,
                      fmi2Boolean noSetFMUStatePriorToCurrentPoint)
{
    Instance *instance = c;
    double t = currentCommunicationPoint, h = communicationStepSize;
    char text[TEXT_SIZE];
    (void)noSetFMUStatePriorToCurrentPoint;
    if (!may_call(instance, __func__, STEPPING) || !is_due(instance, t, h) || !settle_for(instance, __func__))
        return fmi2Error;
    keep_before(instance, instance->at.u);
    if (!lead_inputs(instance, h, text, sizeof text)) {
        put_back(instance, instance->at.u);
        return report(instance, fmi2Error, "at the end of the step %s", text);
    }
    if (!advance(instance, instance->memory, t, h, text, sizeof text))
        return refuse(instance, t, h, text);
    leave_inputs(instance, h);
    hold_inputs(instance);
    instance->is_refused = instance->has_rates = false;
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
    *value = instance->is_refused ? instance->refused_at : instance->flags.time;
    return fmi2OK;
}

fmi2Status fmi2GetIntegerStatus(fmi2Component c, const fmi2StatusKind s, fmi2Integer *value)
{
    return may_ask(c, __func__, value) ? no_answer(c, __func__, (int)s) : fmi2Error;
}

fmi2Status fmi2GetBooleanStatus(fmi2Component c, const fmi2StatusKind s, fmi2Boolean *value)
{
    const Instance *instance = c;
    if (!may_ask(instance, __func__, value))
        return fmi2Error;
    if (s != fmi2Terminated)
        return no_answer(instance, __func__, (int)s);
    *value = instance->is_refused ? fmi2True : fmi2False;
    return fmi2OK;
}

fmi2Status fmi2GetStringStatus(fmi2Component c, const fmi2StatusKind s, fmi2String *value)
{
    return may_ask(c, __func__, value) ? no_answer(c, __func__, (int)s) : fmi2Error;
}
