/* Derivatives in time of inputs and outputs, and of outputs with respect to what can be set. */

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

/* How fast an output rose in the last step; 0 before the first one. */
static double rate_of(const Instance *instance, fmi2ValueReference output)
{
    double rise = instance->memory[output] - instance->memory[instance->at.last + output - instance->at.y];
    return instance->flags.step > 0.0 ? rise / instance->flags.step : 0.0;
}

fmi2Status fmi2GetRealOutputDerivatives(fmi2Component c, const fmi2ValueReference vr[], size_t nvr,
                                        const fmi2Integer order[], fmi2Real value[])
{
    Instance *instance = c;
    if (!may_call(instance, __func__, STEPPING | TERMINATED) || !is_given(instance, __func__, vr, nvr)
        || !is_given(instance, __func__, order, nvr) || !is_given(instance, __func__, value, nvr)
        || !are_orders(instance, __func__, order, NULL, nvr)
        || !have_role(instance, __func__, vr, nvr, OUTPUT) || !settle_for(instance, __func__))
        return fmi2Error;
    for (size_t i = 0; i < nvr; ++i)
        value[i] = rate_of(instance, vr[i]);
    return are_finite(instance, __func__, vr, value, nvr) ? fmi2OK : fmi2Error;
}

/* What the knowns are for a directional derivative: their references, the direction, and how many there are. */
typedef struct {
    const fmi2ValueReference *references;
    const double *direction;
    size_t count;
} Knowns;

typedef struct {
    const fmi2ValueReference *references;
    double *derivatives;
    size_t count;
} Unknowns;

/* Whether the knowns are Real parameters and inputs that may be set now, and the direction is finite. */
static bool are_knowns(const Instance *instance, const char *call, Knowns knowns)
{
    char name[TEXT_SIZE / 2];
    Place place = {0};
    for (size_t i = 0; i < knowns.count; ++i) {
        if (!choose(instance, knowns.references[i], REAL, place.variable, &place, ""))
            return false;
        scalar_name(&instance->tables, name, sizeof name, place);
        if (place.variable->role == OUTPUT || (place.variable->role == FIXED && instance->flags.phase != INITIALISATION))
            report(instance, fmi2Error, "%s: value reference %u cannot be set now, so nothing can be derived by it", call,
                 (unsigned)knowns.references[i]);
        else if (!isfinite(knowns.direction[i]))
            report(instance, fmi2Error, "%s: the direction of value reference %u is not finite", call,
                 (unsigned)knowns.references[i]);
        else
            continue;
        return false;
    }
    return true;
}

/* Compute into a copy of the memory the outputs that follow when one known has another value. Where that is beyond its
 * bounds, or the outputs cannot be computed, nothing is moved. */
static void move_known(const Instance *instance, Place known, double value, double *copy)
{
    char text[TEXT_SIZE];
    memcpy(copy, instance->memory, sizeof(double) * instance->at.slopes);
    if (!fits(known.variable, value))
        return;
    copy[known.variable->first + known.element] = value;
    if ((instance->flags.phase == INITIALISATION ? call_initialize(instance, copy) : call_outputs(instance, copy)) != 0
        || !results_are_finite(instance, copy, text, sizeof text))
        memcpy(copy, instance->memory, sizeof(double) * instance->at.slopes);
}

/* Add the share of one known: the difference quotient over both sides, or over the one to which it can be moved. A
 * relative 6e-6 of the known or of its nominal value, whichever is more, balances rounding and truncation. */
static bool add_share(const Instance *instance, Place known, double direction, Unknowns unknowns, double *above,
                      double *below)
{
    uint32_t reference = known.variable->first + known.element;
    double value = instance->memory[reference], width, rise;
    double length = cbrt(DBL_EPSILON) * fmax(fabs(value), known.variable->nominal);
    move_known(instance, known, value + length, above);
    move_known(instance, known, value - length, below);
    width = above[reference] - below[reference];
    for (size_t i = 0; i < unknowns.count && width > 0.0; ++i) {
        rise = above[unknowns.references[i]] - below[unknowns.references[i]];
        unknowns.derivatives[i] += direction * (rise / width);
    }
    return width > 0.0;
}

/* Sum the shares of all knowns; false, having said why, where there is no finite sum. */
static bool derive(const Instance *instance, const char *call, Knowns knowns, Unknowns unknowns, double *room)
{
    char name[TEXT_SIZE / 2];
    Place place = {0};
    for (size_t i = 0; i < unknowns.count; ++i)
        unknowns.derivatives[i] = 0.0;
    for (size_t i = 0; i < knowns.count; ++i) {
        find(&instance->tables, knowns.references[i], place.variable, &place);
        if (knowns.direction[i] != 0.0
            && !add_share(instance, place, knowns.direction[i], unknowns, room, room + instance->at.slopes)) {
            report(instance, fmi2Error, "%s: %s cannot be moved, neither way", call,
                 scalar_name(&instance->tables, name, sizeof name, place));
            return false;
        }
    }
    return are_finite(instance, call, unknowns.references, unknowns.derivatives, unknowns.count);
}

fmi2Status fmi2GetDirectionalDerivative(fmi2Component c, const fmi2ValueReference vUnknown_ref[], size_t nUnknown,
                                        const fmi2ValueReference vKnown_ref[], size_t nKnown, const fmi2Real dvKnown[],
                                        fmi2Real dvUnknown[])
{
    Instance *instance = c;
    Knowns knowns = {vKnown_ref, dvKnown, nKnown};
    Unknowns unknowns = {vUnknown_ref, dvUnknown, nUnknown};
    double *room;
    bool derived;
    if (!may_call(instance, __func__, INITIALISATION | STEPPING | TERMINATED)
        || !is_given(instance, __func__, vUnknown_ref, nUnknown) || !is_given(instance, __func__, dvUnknown, nUnknown)
        || !is_given(instance, __func__, vKnown_ref, nKnown) || !is_given(instance, __func__, dvKnown, nKnown)
        || !have_role(instance, __func__, vUnknown_ref, nUnknown, OUTPUT) || !are_knowns(instance, __func__, knowns)
        || !settle_for(instance, __func__))
        return fmi2Error;
    room = instance->callbacks.allocateMemory(2 * instance->at.slopes, sizeof(double));
    if (!room)
        return report(instance, fmi2Error, "%s: there is no memory left", __func__);
    derived = derive(instance, __func__, knowns, unknowns, room);
    instance->callbacks.freeMemory(room);
    return derived ? fmi2OK : fmi2Error;
}
