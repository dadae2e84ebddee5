/* Variables by value reference: where they are, what they are called, what may be done with them. */

/* Find the variable of a place in the memory, which is its value reference; `hint` is a guess that is often right. Parameters,
 * inputs, outputs and states are all found, for the table of variables leaves no gap: hidden parameters are in it. */
static bool find(const Tables *tables, uint32_t reference, const Variable *hint, Place *place)
{
    uint32_t low = 0, high = tables->header.variables;
    if (hint && reference - hint->first < hint->count) {
        *place = (Place){hint, reference - hint->first};
        return true;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const Variable *variable = &tables->variables[middle];
        if (reference < variable->first)
            high = middle;
        else if (reference - variable->first >= variable->count)
            low = middle + 1;
        else {
            *place = (Place){variable, reference - variable->first};
            return true;
        }
    }
    return false;
}

/* Write the name of a scalar value: name, name[3] or name[1,2]; states are called hidden. */
static const char *scalar_name(const Tables *tables, char *text, size_t size, Place place)
{
    const Variable *variable = place.variable;
    const char *name = tables->text + variable->name, *kind = variable->role == STATE ? "hidden state " : "";
    if (variable->rank == 0)
        snprintf(text, size, "%s%s", kind, name);
    else if (variable->rank == 1)
        snprintf(text, size, "%s%s[%u]", kind, name, (unsigned)place.element + 1);
    else
        snprintf(text, size, "%s%s[%u,%u]", kind, name, (unsigned)(place.element / variable->extent[1]) + 1,
                 (unsigned)(place.element % variable->extent[1]) + 1);
    return text;
}

static const char *kind_name(int kind)
{
    return kind == REAL ? "Real" : kind == INTEGER ? "Integer" : "Boolean";
}

/* Find a variable of this kind that importers know, or say that there is none; `refused` ends the message. */
static bool choose(const Instance *instance, uint32_t reference, int kind, const Variable *hint, Place *place,
                   const char *refused)
{
    if (find(&instance->tables, reference, hint, place) && place->variable->kind == kind && place->variable->role < HIDDEN)
        return true;
    report(instance, fmi2Error, "value reference %u is no %s variable of %s%s", (unsigned)reference, kind_name(kind),
         MODEL_IDENTIFIER, refused);
    return false;
}

static bool fits(const Variable *variable, double value)
{
    return isfinite(value) && value >= variable->min && value <= variable->max
           && (variable->kind == REAL || value == floor(value));
}

/* Say which value is beyond which bounds. */
static void describe_misfit(const Tables *tables, char *text, size_t size, Place place, double value)
{
    char name[TEXT_SIZE / 2], shown[32];
    const Variable *variable = place.variable;
    const char *unit = strcmp(tables->text + variable->unit, "1") != 0 ? tables->text + variable->unit : "";
    const char *space = *unit ? " " : "";
    bool is_whole = variable->kind == REAL || value == floor(value);
    const char *what = !isfinite(value) ? "finite and " : is_whole ? "" : "a whole number ";
    snprintf(text, size, "%s = %s%s%s is not %swithin [%.9g, %.9g]%s%s", scalar_name(tables, name, sizeof name, place),
             number(shown, sizeof shown, value), space, unit, what, variable->min,
             variable->max, space, unit);
}

/* Whether parameters, inputs or states from `first` up to `end` are within their bounds; else name the first that is not. */
static bool values_fit(const Tables *tables, const double *memory, size_t first, size_t end, char *text, size_t size)
{
    Place place = {0};
    for (size_t i = first; i < end; ++i) {
        find(tables, (uint32_t)i, place.variable, &place);
        if (!fits(place.variable, memory[i])) {
            describe_misfit(tables, text, size, place, memory[i]);
            return false;
        }
    }
    return true;
}

static bool is_finite_word(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & UINT64_C(0x7ff0000000000000)) != UINT64_C(0x7ff0000000000000);
}

/* Whether outputs and states are finite; else name the first that is not. */
static bool results_are_finite(const Instance *instance, const double *memory, char *text, size_t size)
{
    char name[TEXT_SIZE / 2], digits[32];
    const char *shown;
    Place place = {0};
    size_t position = instance->at.y, end = instance->at.slopes, count = 0;
    for (size_t i = position; i < end; ++i)
        count += is_finite_word(memory[i]);
    if (count == end - position)
        return true;
    while (is_finite_word(memory[position]))
        ++position;
    shown = number(digits, sizeof digits, memory[position]);
    find(&instance->tables, (uint32_t)position, NULL, &place);
    snprintf(text, size, "%s became %s", scalar_name(&instance->tables, name, sizeof name, place), shown);
    return false;
}
