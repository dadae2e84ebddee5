/* Derivatives in time of inputs and outputs, and of outputs with respect to what can be set. */

/* Whether all orders are 1, the only one there is. */
static bool are_first(const Instance *instance, const char *call, const fmi2Integer order[], size_t nvr)
{
    for (size_t i = 0; i < nvr; ++i)
        if (order[i] != 1) {
            tell(instance, fmi2Error, "%s: derivatives are of order 1, not %d", call, (int)order[i]);
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
            tell(instance, fmi2Error, "%s: %s is no %s", call, scalar_name(name, sizeof name, place),
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
        || !is_given(instance, __func__, value, nvr) || !are_first(instance, __func__, order, nvr)
        || !have_role(instance, __func__, vr, nvr, INPUT))
        return fmi2Error;
    for (size_t i = 0; i < nvr; ++i)
        if (!isfinite(value[i]))
            return tell(instance, fmi2Error, "%s: the derivative of value reference %u is not finite; nothing was set",
                        __func__, (unsigned)vr[i]);
    for (size_t i = 0; i < nvr; ++i)
        instance->memory[AT_SLOPES + vr[i] - AT_U] = value[i];
    instance->flags.has_slopes |= nvr > 0;
    return fmi2OK;
}

fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t nvr,
                                        const fmi2Integer order[], fmi2Real value[])
{
    Instance *instance = c;
    const double *memory;
    if (!may_call(instance, __func__, STEPPING | TERMINATED) || !is_given(instance, __func__, vr, nvr)
        || !is_given(instance, __func__, order, nvr) || !is_given(instance, __func__, value, nvr)
        || !are_first(instance, __func__, order, nvr) || !have_role(instance, __func__, vr, nvr, OUTPUT)
        || !settle_for(instance, __func__))
        return fmi2Error;
    memory = instance->memory;
    for (size_t i = 0; i < nvr; ++i) {
        double rise = memory[vr[i]] - memory[AT_BEGIN + vr[i] - AT_Y];
        value[i] = instance->flags.step > 0.0 ? rise / instance->flags.step : 0.0;
    }
    return fmi2OK;
}

/* What the knowns are for a directional derivative: their references, the direction, and how many there are. */
typedef struct {
    const fmi2ValueReference *references;
    const double *direction;
    size_t count;
} Knowns;

/* Whether the knowns are Real parameters and inputs that may be set now, and the direction is finite. */
static bool are_knowns(const Instance *instance, const char *call, Knowns knowns)
{
    char name[TEXT_SIZE / 2];
    Place place = {0};
    for (size_t i = 0; i < knowns.count; ++i) {
        if (!choose(instance, knowns.references[i], REAL, place.variable, &place, ""))
            return false;
        scalar_name(name, sizeof name, place);
        if (place.variable->role == OUTPUT || (place.variable->role == FIXED && instance->flags.phase != INITIALISATION))
            tell(instance, fmi2Error, "%s: value reference %u cannot be set now, so nothing can be derived by it", call,
                 (unsigned)knowns.references[i]);
        else if (!isfinite(knowns.direction[i]))
            tell(instance, fmi2Error, "%s: the direction of value reference %u is not finite", call,
                 (unsigned)knowns.references[i]);
        else
            continue;
        return false;
    }
    return true;
}

/* The length of a difference along the direction: a relative 6e-6 of the known that it changes most. */
static double difference(const double *memory, Knowns knowns)
{
    double length = INFINITY;
    for (size_t i = 0; i < knowns.count; ++i)
        if (knowns.direction[i] != 0.0)
            length = fmin(length, cbrt(DBL_EPSILON) * fmax(fabs(memory[knowns.references[i]]), 1e-3)
                                      / fabs(knowns.direction[i]));
    return length;
}

/* Compute the outputs that follow when the knowns are moved by `length` along the direction, into a copy of the
 * memory. False where a known would leave its bounds or the outputs are not finite. */
static bool outputs_beside(const Instance *instance, Knowns knowns, double length, double *copy)
{
    char text[TEXT_SIZE];
    Place place = {0};
    memcpy(copy, instance->memory, sizeof(double) * AT_SLOPES);
    for (size_t i = 0; i < knowns.count; ++i)
        copy[knowns.references[i]] += length * knowns.direction[i];
    for (size_t i = 0; i < knowns.count; ++i) {
        find(knowns.references[i], place.variable, &place);
        if (!fits(place.variable, copy[knowns.references[i]]))
            return false;
    }
    if ((instance->flags.phase == INITIALISATION ? call_initialize(copy) : call_outputs(copy)) != 0)
        return false;
    return results_are_finite(copy, text, sizeof text);
}

/* Take the difference quotient on both sides, or on the one where the outputs can be computed. */
static fmi2Status derive(const Instance *instance, const char *call, Knowns knowns, const fmi2ValueReference unknowns[],
                         size_t count, double *copy, double *derivatives)
{
    double length = difference(instance->memory, knowns), *lower = copy + AT_SLOPES, above = length, below = length;
    if (isinf(length)) {
        for (size_t i = 0; i < count; ++i)
            derivatives[i] = 0.0;
        return fmi2OK;
    }
    if (!outputs_beside(instance, knowns, above, copy)) {
        memcpy(copy, instance->memory, sizeof(double) * AT_SLOPES);
        above = 0.0;
    }
    if (!outputs_beside(instance, knowns, -below, lower)) {
        memcpy(lower, instance->memory, sizeof(double) * AT_SLOPES);
        below = 0.0;
    }
    if (above + below == 0.0)
        return tell(instance, fmi2Error, "%s: the knowns cannot be moved along this direction, neither way", call);
    for (size_t i = 0; i < count; ++i)
        derivatives[i] = (copy[unknowns[i]] - lower[unknowns[i]]) / (above + below);
    return fmi2OK;
}

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference vUnknown_ref[], size_t nUnknown,
                                        const fmi2ValueReference vKnown_ref[], size_t nKnown, const fmi2Real dvKnown[],
                                        fmi2Real dvUnknown[])
{
    Instance *instance = c;
    Knowns knowns = {vKnown_ref, dvKnown, nKnown};
    fmi2Status status;
    double *copy;
    if (!may_call(instance, __func__, INITIALISATION | STEPPING | TERMINATED)
        || !is_given(instance, __func__, vUnknown_ref, nUnknown) || !is_given(instance, __func__, dvUnknown, nUnknown)
        || !is_given(instance, __func__, vKnown_ref, nKnown) || !is_given(instance, __func__, dvKnown, nKnown)
        || !have_role(instance, __func__, vUnknown_ref, nUnknown, OUTPUT) || !are_knowns(instance, __func__, knowns)
        || !settle_for(instance, __func__))
        return fmi2Error;
    copy = instance->callbacks.allocateMemory(2 * (size_t)AT_SLOPES, sizeof(double));
    if (!copy)
        return tell(instance, fmi2Error, "%s: there is no memory left", __func__);
    status = derive(instance, __func__, knowns, vUnknown_ref, nUnknown, copy, dvUnknown);
    instance->callbacks.freeMemory(copy);
    return status;
}
