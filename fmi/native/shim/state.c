/* The whole state of an instance, saved and restored. In memory it has the form of its bytes. */

#define STATE_VERSION 1

typedef struct {
    char magic[8];
    uint32_t version, byte_order;
    char stamp[128];
    uint64_t size, checksum;      /* of what follows */
    Flags flags;
    double memory[KEPT + 1];      /* the last one keeps the array from being empty */
} Saved;

_Static_assert(sizeof(MODEL_STAMP) <= 128, "MODEL_STAMP is longer than a saved state holds");
_Static_assert(sizeof(Flags) == 48, "a saved state has no padding");
_Static_assert(sizeof(double) == 8, "values are float64");

static const char MAGIC[8] = "packfmu", STAMP[128] = MODEL_STAMP;

/* Fowler, Noll and Vo's hash (FNV-1a) over words of 64 bits. */
static uint64_t checksum(const Saved *saved)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325), word;
    const unsigned char *bytes = (const unsigned char *)&saved->flags;
    for (size_t i = 0; i < sizeof *saved - offsetof(Saved, flags); i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static void save(const Instance *instance, Saved *saved)
{
    memset(saved, 0, sizeof *saved);
    memcpy(saved->magic, MAGIC, sizeof MAGIC);
    saved->version = STATE_VERSION;
    saved->byte_order = 1;
    memcpy(saved->stamp, STAMP, sizeof STAMP);
    saved->size = sizeof *saved;
    saved->flags = instance->flags;
    memcpy(saved->memory, instance->memory, sizeof(double) * KEPT);
}

/* What keeps bytes from being a state of this FMU, or NULL. */
static const char *foreignness(const Saved *saved)
{
    if (memcmp(saved->magic, MAGIC, sizeof MAGIC) != 0)
        return "the bytes are no state of an FMU of packfmu";
    if (saved->version != STATE_VERSION || saved->byte_order != 1)
        return "the state has another version or byte order than this FMU reads";
    if (memcmp(saved->stamp, STAMP, sizeof STAMP) != 0)
        return "the state belongs to another FMU or to another version of it, this one is " MODEL_IDENTIFIER " " MODEL_STAMP;
    if (saved->size != sizeof *saved)
        return "the state is cut off";
    return NULL;
}

/* Whether this is a state of this FMU; else say why not. */
static bool is_own(const Instance *instance, const char *call, const Saved *saved)
{
    const char *fault;
    if (!is_given(instance, call, saved, 1))
        return false;
    fault = foreignness(saved);
    if (fault)
        report(instance, fmi2Error, "%s: %s", call, fault);
    return !fault;
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
    saved = instance->callbacks.allocateMemory(1, sizeof *saved);
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
    memcpy(instance->memory, saved->memory, sizeof(double) * KEPT);
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
    *size = sizeof(Saved);
    return fmi2OK;
}

fmi2Status fmi2SerializeFMUstate(fmi2Component c, fmi2FMUstate FMUstate, fmi2Byte serializedState[], size_t size)
{
    Instance *instance = c;
    uint64_t sum;
    if (!can_save(instance, __func__, serializedState) || !is_own(instance, __func__, FMUstate))
        return fmi2Error;
    if (size < sizeof(Saved))
        return report(instance, fmi2Error, "%s: the state needs %llu bytes, there are %llu", __func__,
                    (unsigned long long)sizeof(Saved), (unsigned long long)size);
    sum = checksum(FMUstate);
    memcpy(serializedState, FMUstate, sizeof(Saved));
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

/* Whether values are within their bounds, and what was computed and the derivatives of the inputs are finite. */
static bool are_sound(const double *memory)
{
    char text[TEXT_SIZE];
    int count = 0;
    for (int k = 0; k < N_U; ++k)
        count += is_finite_word(memory[AT_SLOPES + k]);
    return count == N_U && values_fit(memory, 0, AT_Y, text, sizeof text)
           && results_are_finite(memory, text, sizeof text);
}

/* What keeps restored bytes from being used, or NULL. */
static const char *damage(const Saved *saved)
{
    const char *fault = foreignness(saved);
    if (fault)
        return fault;
    if (saved->checksum != checksum(saved) || !are_possible(&saved->flags) || !are_sound(saved->memory))
        return "the state is damaged";
    return NULL;
}

fmi2Status fmi2DeSerializeFMUstate(fmi2Component c, const fmi2Byte serializedState[], size_t size,
                                   fmi2FMUstate *FMUstate)
{
    Instance *instance = c;
    const char *fault;
    Saved *saved;
    if (!can_save(instance, __func__, FMUstate) || !is_given(instance, __func__, serializedState, size))
        return fmi2Error;
    if (size != sizeof(Saved))
        return report(instance, fmi2Error, "%s: a state of this FMU has %llu bytes, these are %llu", __func__,
                    (unsigned long long)sizeof(Saved), (unsigned long long)size);
    saved = provide(instance, __func__, NULL);
    if (!saved)
        return fmi2Error;
    memcpy(saved, serializedState, sizeof *saved);
    fault = damage(saved);
    if (fault) {
        instance->callbacks.freeMemory(saved);
        return report(instance, fmi2Error, "%s: %s", __func__, fault);
    }
    *FMUstate = saved; /* which is not read: only fmi2GetFMUstate uses memory again */
    return fmi2OK;
}
