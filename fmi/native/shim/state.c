/* The whole state of an instance, saved and restored. In memory it has the form of its bytes. */

#define STATE_VERSION 3

typedef struct {
    char magic[8];
    uint32_t version, byte_order;
    char identity[32];
    uint64_t size, checksum;      /* of all; of what follows */
    Flags flags;
    double memory[];
} Saved;

_Static_assert(sizeof(Flags) == 48 && sizeof(Saved) == 112, "a saved state has no padding");

static const char STATE_MAGIC[8] = "packfmu";

/* Number of bytes of a state. */
static size_t state_size(const Instance *instance)
{
    return sizeof(Saved) + sizeof(double) * instance->at.before;
}

static uint64_t state_checksum(const Saved *saved)
{
    return checksum(&saved->flags, saved->size - offsetof(Saved, flags));
}

static void save(const Instance *instance, Saved *saved)
{
    memset(saved, 0, sizeof *saved);
    memcpy(saved->magic, STATE_MAGIC, sizeof STATE_MAGIC);
    saved->version = STATE_VERSION;
    saved->byte_order = 1;
    memcpy(saved->identity, instance->tables.header.identity, sizeof saved->identity);
    saved->size = state_size(instance);
    saved->flags = instance->flags;
    memcpy(saved->memory, instance->memory, sizeof(double) * instance->at.before);
}

/* Whether this is a state of this FMU; else say why not. */
static bool is_own(const Instance *instance, const char *call, const Saved *saved)
{
    const char *own = instance->tables.header.identity;
    if (!is_given(instance, call, saved, 1))
        return false;
    if (memcmp(saved->magic, STATE_MAGIC, sizeof STATE_MAGIC) != 0)
        report(instance, fmi2Error, "%s: the bytes are no state of an FMU of packfmu", call);
    else if (saved->version != STATE_VERSION || saved->byte_order != 1)
        report(instance, fmi2Error, "%s: the state has another version or byte order than this FMU reads", call);
    else if (memcmp(saved->identity, own, sizeof saved->identity) != 0)
        report(instance, fmi2Error, "%s: the state belongs to another FMU or to another version of it, this one is %s %s",
               call, MODEL_IDENTIFIER, own);
    else if (saved->size != state_size(instance))
        report(instance, fmi2Error, "%s: the state is cut off", call);
    else
        return true;
    return false;
}

static bool can_save(const Instance *instance, const char *call, const void *argument)
{
    return may_call(instance, call, ANY_PHASE) && is_given(instance, call, argument, 1);
}

/* Return memory for a state: the one that is given, or a new one; NULL, having said so, where there is none. */
static Saved *provide(const Instance *instance, const char *call, fmi2FMUstate given)
{
    Saved *saved;
    if (given)
        return is_own(instance, call, given) ? given : NULL;
    saved = instance->callbacks.allocateMemory(1, state_size(instance));
    if (!saved)
        report(instance, fmi2Error, "%s: there is no memory left", call);
    return saved;
}

fmi2Status fmi2GetFMUstate(fmi2Component c, fmi2FMUstate *FMUstate)
{
    Instance *instance = c;
    Saved *saved;
    if (!can_save(instance, __func__, FMUstate))
        return fmi2Error;
    saved = provide(instance, __func__, *FMUstate);
    if (!saved)
        return fmi2Error;
    save(instance, saved);
    *FMUstate = saved;
    return fmi2OK;
}

fmi2Status fmi2SetFMUstate(fmi2Component c, fmi2FMUstate FMUstate)
{
    Instance *instance = c;
    const Saved *saved = FMUstate;
    if (!may_call(instance, __func__, ANY_PHASE) || !is_own(instance, __func__, saved))
        return fmi2Error;
    instance->flags = saved->flags;
    memcpy(instance->memory, saved->memory, sizeof(double) * instance->at.before);
    instance->is_refused = instance->has_rates = false;
    return fmi2OK;
}

fmi2Status fmi2FreeFMUstate(fmi2Component c, fmi2FMUstate *FMUstate)
{
    Instance *instance = c;
    if (!may_call(instance, __func__, ANY_PHASE))
        return fmi2Error;
    if (!FMUstate || !*FMUstate)
        return fmi2OK;
    instance->callbacks.freeMemory(*FMUstate);
    *FMUstate = NULL;
    return fmi2OK;
}

fmi2Status fmi2SerializedFMUstateSize(fmi2Component c, fmi2FMUstate FMUstate, size_t *size)
{
    if (!can_save(c, __func__, size) || !is_own(c, __func__, FMUstate))
        return fmi2Error;
    *size = state_size(c);
    return fmi2OK;
}

fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate FMUstate, fmi2Byte serializedState[], size_t size)
{
    Instance *instance = c;
    uint64_t sum;
    if (!can_save(instance, __func__, serializedState) || !is_own(instance, __func__, FMUstate))
        return fmi2Error;
    if (size < state_size(instance))
        return report(instance, fmi2Error, "%s: the state needs %zu bytes, there are %zu", __func__,
                      state_size(instance), size);
    sum = state_checksum(FMUstate);
    memcpy(serializedState, FMUstate, state_size(instance));
    memcpy(serializedState + offsetof(Saved, checksum), &sum, sizeof sum);
    return fmi2OK;
}

/* Whether an instance can come to these flags. */
static bool are_possible(const Flags *flags)
{
    bool is_before = flags->phase == INSTANTIATED || flags->phase == INITIALISATION;
    bool is_phase = is_before || flags->phase == STEPPING || flags->phase == TERMINATED;
    return is_phase && flags->stale <= (is_before ? EVERYTHING : OUTPUTS) && flags->is_set_up <= 1
           && flags->has_stop_time <= 1 && flags->has_slopes <= 1 && flags->unused == 0 && isfinite(flags->stop_time)
           && isfinite(flags->time) && isfinite(flags->step) && flags->step >= 0.0;
}

/* Whether values are within their bounds, and outputs and the derivatives of the inputs are finite; else say which is not.
 * States that are still to be computed have no bounds. */
static bool are_sound(const Instance *instance, const Saved *saved, char *text, size_t size)
{
    const Offsets *at = &instance->at;
    const Tables *tables = &instance->tables;
    const double *memory = saved->memory;
    size_t states = saved->flags.stale == EVERYTHING ? at->slopes : at->x, count = 0;
    for (size_t k = at->slopes; k < at->held; ++k)
        count += is_finite_word(memory[k]);
    snprintf(text, size, "a derivative of an input is not finite");
    return count == at->held - at->slopes && values_fit(tables, memory, 0, at->y, text, size)
           && values_fit(tables, memory + at->held - at->u, at->u, at->y, text, size)
           && results_are_finite(instance, memory, text, size) && values_fit(tables, memory, states, at->slopes, text, size);
}

/* Whether restored bytes are a state to which an instance can come; else say why not. */
static bool is_whole(const Instance *instance, const char *call, const Saved *saved)
{
    char text[TEXT_SIZE] = "its bytes are not those that were saved";
    if (!is_own(instance, call, saved))
        return false;
    if (saved->checksum == state_checksum(saved)) {
        snprintf(text, sizeof text, "its flags contradict each other");
        if (are_possible(&saved->flags) && are_sound(instance, saved, text, sizeof text))
            return true;
    }
    report(instance, fmi2Error, "%s: the state is damaged: %s", call, text);
    return false;
}

fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte serializedState[], size_t size,
                                   fmi2FMUstate *FMUstate)
{
    Instance *instance = c;
    Saved *saved;
    if (!can_save(instance, __func__, FMUstate) || !is_given(instance, __func__, serializedState, size))
        return fmi2Error;
    if (size != state_size(instance))
        return report(instance, fmi2Error, "%s: a state of this FMU has %zu bytes, these are %zu", __func__,
                      state_size(instance), size);
    saved = provide(instance, __func__, NULL);
    if (!saved)
        return fmi2Error;
    memcpy(saved, serializedState, size);
    if (!is_whole(instance, __func__, saved)) {
        instance->callbacks.freeMemory(saved);
        return fmi2Error;
    }
    *FMUstate = saved; /* which is not read: only fmi2GetFMUstate uses memory again */
    return fmi2OK;
}
