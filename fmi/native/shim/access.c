/* Values by value reference. */

/* Make sure that outputs among these variables are up to date. */
static bool settle_for(Instance *instance, const char *call)
{
    char text[TEXT_SIZE];
    if (settle(instance, text, sizeof text))
        return true;
    report(instance, fmi2Error, "%s: the outputs cannot be computed: %s", call, text);
    return false;
}

static bool fits_integer(double value)
{
    return value > -2147483649.0 && value < 2147483648.0;
}

static void store(void *values, size_t i, int kind, double value)
{
    if (kind == REAL)
        ((fmi2Real *)values)[i] = value;
    else if (kind == INTEGER)
        ((fmi2Integer *)values)[i] = (fmi2Integer)value;
    else
        ((fmi2Boolean *)values)[i] = value != 0.0 ? fmi2True : fmi2False;
}

static double fetch(const void *values, size_t i, int kind)
{
    if (kind == REAL)
        return ((const fmi2Real *)values)[i];
    if (kind == INTEGER)
        return ((const fmi2Integer *)values)[i];
    return ((const fmi2Boolean *)values)[i] != fmi2False ? 1.0 : 0.0;
}

/* Whether all references are variables of this kind; `outputs` is whether an output is among them. */
static bool choose_all(const Instance *instance, const fmi2ValueReference vr[], size_t nvr, int kind, bool *outputs)
{
    Place place = {0};
    *outputs = false;
    for (size_t i = 0; i < nvr; ++i) {
        if (!choose(instance, vr[i], kind, place.variable, &place, ""))
            return false;
        *outputs |= place.variable->role == OUTPUT;
    }
    return true;
}

static inline fmi2Status get(Instance *instance, const char *call, const fmi2ValueReference vr[], size_t nvr,
                             void *values, int kind)
{
    bool outputs;
    if (!may_call(instance, call, INITIALISATION | STEPPING | TERMINATED) || !is_given(instance, call, vr, nvr)
        || !is_given(instance, call, values, nvr) || !choose_all(instance, vr, nvr, kind, &outputs)
        || (outputs && !settle_for(instance, call)))
        return fmi2Error;
    for (size_t i = 0; kind == INTEGER && i < nvr; ++i)
        if (!fits_integer(instance->memory[vr[i]]))
            return report(instance, fmi2Error, "%s: value reference %u is %.9g, which is no fmi2Integer", call,
                        (unsigned)vr[i], instance->memory[vr[i]]);
    for (size_t i = 0; i < nvr; ++i)
        store(values, i, kind, instance->memory[vr[i]]);
    return fmi2OK;
}

/* Whether a variable may be set to this value now; else say why not. */
static bool may_set(const Instance *instance, Place place, double value)
{
    char name[TEXT_SIZE / 2];
    bool is_fixed = instance->flags.phase == STEPPING && place.variable->role == FIXED;
    if (place.variable->role == OUTPUT)
        report(instance, fmi2Error, "%s is an output and cannot be set; nothing was set",
             scalar_name(&instance->tables, name, sizeof name, place));
    else if (is_fixed && instance->memory[place.variable->first + place.element] != value)
        report(instance, fmi2Error,
             "%s is a fixed parameter, to be set until the end of the initialisation; nothing was set",
             scalar_name(&instance->tables, name, sizeof name, place));
    else
        return true;
    return false;
}

/* Whether all values may be set; `tunable` is whether outputs follow at once. */
static inline bool check_all(const Instance *instance, const fmi2ValueReference vr[], size_t nvr, const void *values,
                             int kind, bool *tunable)
{
    char text[TEXT_SIZE];
    Place place = {0};
    *tunable = false;
    for (size_t i = 0; i < nvr; ++i) {
        double value = fetch(values, i, kind);
        if (!choose(instance, vr[i], kind, place.variable, &place, "; nothing was set"))
            return false;
        if (!fits(place.variable, value)) {
            describe_misfit(&instance->tables, text, sizeof text, place, value);
            report(instance, fmi2Error, "%s; nothing was set", text);
            return false;
        }
        if (place.variable->role != INPUT && !may_set(instance, place, value))
            return false;
        *tunable |= place.variable->role == TUNABLE;
    }
    return true;
}

static inline fmi2Status set(Instance *instance, const char *call, const fmi2ValueReference vr[], size_t nvr,
                             const void *values, int kind)
{
    bool tunable;
    if (!may_call(instance, call, INSTANTIATED | INITIALISATION | STEPPING) || !is_given(instance, call, vr, nvr)
        || !is_given(instance, call, values, nvr) || !check_all(instance, vr, nvr, values, kind, &tunable))
        return fmi2Error;
    for (size_t i = 0; i < nvr; ++i)
        instance->memory[vr[i]] = fetch(values, i, kind);
    if (instance->flags.phase != STEPPING)
        instance->flags.stale = EVERYTHING;
    else if (tunable) {
        instance->flags.stale = OUTPUTS;
        instance->has_rates = false;
    }
    return fmi2OK;
}

/* There are no variables of type String: only an empty list of them is no error. */
static fmi2Status no_strings(Instance *instance, const char *call, unsigned phases, const fmi2ValueReference vr[],
                             size_t nvr)
{
    if (!may_call(instance, call, phases) || !is_given(instance, call, vr, nvr))
        return fmi2Error;
    if (nvr == 0)
        return fmi2OK;
    return report(instance, fmi2Error, "value reference %u is no String variable of %s", (unsigned)vr[0],
                MODEL_IDENTIFIER);
}

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, fmi2Real value[])
{
    return get(c, __func__, vr, nvr, value, REAL);
}

fmi2Status fmi2GetInteger(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, fmi2Integer value[])
{
    return get(c, __func__, vr, nvr, value, INTEGER);
}

fmi2Status fmi2GetBoolean(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, fmi2Boolean value[])
{
    return get(c, __func__, vr, nvr, value, BOOLEAN);
}

fmi2Status fmi2GetString(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, fmi2String value[])
{
    (void)value;
    return no_strings(c, __func__, INITIALISATION | STEPPING | TERMINATED, vr, nvr);
}

fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, const fmi2Real value[])
{
    return set(c, __func__, vr, nvr, value, REAL);
}

fmi2Status fmi2SetInteger(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, const fmi2Integer value[])
{
    return set(c, __func__, vr, nvr, value, INTEGER);
}

fmi2Status fmi2SetBoolean(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, const fmi2Boolean value[])
{
    return set(c, __func__, vr, nvr, value, BOOLEAN);
}

fmi2Status fmi2SetString(fmi2Component c, const fmi2ValueReference vr[], size_t nvr, const fmi2String value[])
{
    (void)value;
    return no_strings(c, __func__, INSTANTIATED | INITIALISATION | STEPPING, vr, nvr);
}
