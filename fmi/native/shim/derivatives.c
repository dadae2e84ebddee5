/* Derivatives in time of inputs and outputs. */

/* Whether all orders are 1, the only one there is, or higher ones whose derivatives are given as 0. */
static bool are_orders(const Instance *instance, const char *call, const fmi2Integer order[], const fmi2Real given[],
                       size_t nvr)
{
    for (size_t i = 0; i < nvr; ++i)
        if (order[i] != 1 && !(given && order[i] > 1 && given[i] == 0.0)) {
            report(instance, fmi2Error, "%s: derivatives are of order 1, not %d", call, (int)order[i]);
            return false;
        }
    return true;
}

/* Whether all references are Real variables of this role; `refused` ends the message. */
static bool have_role(const Instance *instance, const char *call, const fmi2ValueReference vr[], size_t nvr, int role)
{
    char name[TEXT_SIZE / 2];
    Place place = {0};
    for (size_t i = 0; i < nvr; ++i) {
        if (!choose(instance, vr[i], REAL, place.variable, &place, ""))
            return false;
        if (place.variable->role != role) {
            report(instance, fmi2Error, "%s: %s is no %s", call, scalar_name(&instance->tables, name, sizeof name, place),
                 role == INPUT ? "input" : "output");
            return false;
        }
    }
    return true;
}

fmi2Status fmi2SetRealInputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t nvr,
                                       const fmi2Integer order[], const fmi2Real value[])
{
    Instance *instance = c;
    if (!may_call(instance, __func__, INSTANTIATED | INITIALISATION | STEPPING)
        || !is_given(instance, __func__, vr, nvr) || !is_given(instance, __func__, order, nvr)
        || !is_given(instance, __func__, value, nvr) || !are_orders(instance, __func__, order, value, nvr)
        || !have_role(instance, __func__, vr, nvr, INPUT))
        return fmi2Error;
    for (size_t i = 0; i < nvr; ++i)
        if (!isfinite(value[i]))
            return report(instance, fmi2Error, "%s: the derivative of value reference %u is not finite; nothing was set",
                        __func__, (unsigned)vr[i]);
    for (size_t i = 0; i < nvr; ++i)
        if (order[i] == 1)
            instance->memory[instance->at.slopes + vr[i] - instance->at.u] = value[i];
    instance->flags.has_slopes |= nvr > 0;
    return fmi2OK;
}

/* Whether all derivatives are finite; else name the first that is not. */
static bool are_finite(const Instance *instance, const char *call, const fmi2ValueReference vr[],
                       const double derivatives[], size_t count)
{
    char name[TEXT_SIZE / 2];
    Place place = {0};
    for (size_t i = 0; i < count; ++i)
        if (!isfinite(derivatives[i])) {
            find(&instance->tables, vr[i], NULL, &place);
            report(instance, fmi2Error, "%s: the derivative of %s is not finite", call,
                 scalar_name(&instance->tables, name, sizeof name, place));
            return false;
        }
    return true;
}

/* The short steps in which derivatives are taken, as a share of the last step: long enough for their differences not to be
 * rounding, and for a block, which makes no step below a millionth of its base period. */
#define SHORT_STEP (1.0 / 1024.0)

/* Add to the derivatives the rise of the outputs in a short step, and keep the outputs for the next one. */
static void add_rise(Instance *instance, double share)
{
    const double *outputs = instance->memory + instance->at.before + instance->at.y;
    double *rates = instance->memory + instance->at.rates, *former = instance->memory + instance->at.former;
    for (size_t k = 0; k < instance->at.x - instance->at.y; ++k)
        rates[k] += share * (outputs[k] - former[k]);
    memcpy(former, outputs, sizeof(double) * (instance->at.x - instance->at.y));
}

/* Compute the derivatives of all outputs at the communication point with the inputs of the last step held: three short
 * steps of a copy of the memory, of which the first leads over the jump that inputs made; the rises in the second and in
 * the third are extrapolated from their middles to the communication point. 0 before the first step. False, with the cause
 * in `text`, where a step is refused. */
static bool take_rates(Instance *instance, char *text, size_t size)
{
    static const double shares[] = {0.0, 2.5, -1.5};
    double *memory = instance->memory, *copy = memory + instance->at.before, h = SHORT_STEP * instance->flags.step;
    memset(memory + instance->at.rates, 0, sizeof(double) * (instance->at.end - instance->at.rates));
    memcpy(copy, memory, sizeof(double) * instance->at.slopes);
    memcpy(copy + instance->at.u, memory + instance->at.held, sizeof(double) * (instance->at.y - instance->at.u));
    for (int k = 0; k < 3 && h > 0.0; ++k) {
        if (!advance(instance, copy, instance->flags.time + k * h, h, text, size))
            return false;
        add_rise(instance, shares[k] / h);
    }
    return true;
}

/* Have the derivatives of the outputs at hand; else say why not. */
static bool have_rates(Instance *instance, const char *call)
{
    char text[TEXT_SIZE];
    if (!instance->has_rates && !take_rates(instance, text, sizeof text)) {
        report(instance, fmi2Error, "%s: a short step from here is refused: %s", call, text);
        return false;
    }
    instance->has_rates = true;
    return true;
}

fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t nvr,
                                        const fmi2Integer order[], fmi2Real value[])
{
    Instance *instance = c;
    if (!may_call(instance, __func__, STEPPING | TERMINATED) || !is_given(instance, __func__, vr, nvr)
        || !is_given(instance, __func__, order, nvr) || !is_given(instance, __func__, value, nvr)
        || !are_orders(instance, __func__, order, NULL, nvr)
        || !have_role(instance, __func__, vr, nvr, OUTPUT) || !have_rates(instance, __func__))
        return fmi2Error;
    for (size_t i = 0; i < nvr; ++i)
        value[i] = instance->memory[instance->at.rates + vr[i] - instance->at.y];
    return are_finite(instance, __func__, vr, value, nvr) ? fmi2OK : fmi2Error;
}

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference vUnknown_ref[], size_t nUnknown,
                                        const fmi2ValueReference vKnown_ref[], size_t nKnown, const fmi2Real dvKnown[],
                                        fmi2Real dvUnknown[])
{
    (void)vUnknown_ref, (void)nUnknown, (void)vKnown_ref, (void)nKnown, (void)dvKnown, (void)dvUnknown;
    if (may_call(c, __func__, ANY_PHASE))
        report(c, fmi2Error, "%s is not provided: no output has direct feedthrough", __func__);
    return fmi2Error;
}
