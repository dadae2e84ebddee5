/* States and outputs that follow from what was set. They are computed when they are asked for. */

static int32_t call_initialize(double *memory)
{
    void *ret = NULL, *exception = NULL;
    return model_initialize(&ret, &exception, memory + AT_X, memory, memory + AT_U, memory + AT_Y, (int64_t *)constants);
}

static int32_t call_outputs(double *memory)
{
    void *ret = NULL, *exception = NULL;
    return model_outputs(&ret, &exception, memory + AT_X, memory, memory + AT_U, memory + AT_Y, (int64_t *)constants);
}

/* Keep the model's own blocks, from a place on, to be put back. */
static void keep_before(double *memory, size_t from)
{
    memcpy(memory + AT_BEFORE + from, memory + from, sizeof(double) * (AT_SLOPES - from));
}

static void put_back(double *memory, size_t from)
{
    memcpy(memory + from, memory + AT_BEFORE + from, sizeof(double) * (AT_SLOPES - from));
}

/* Let the outputs jump with a parameter: a jump is no rate, so the outputs at the start of the last step jump too. */
static void shift_begin(double *memory)
{
    for (int k = 0; k < N_Y; ++k)
        memory[AT_LAST + k] += memory[AT_Y + k] - memory[AT_BEFORE + AT_Y + k];
}

/* Bring states and outputs up to date. False, with the cause in `text` and nothing changed, where that fails. */
static bool settle(Instance *instance, char *text, size_t size)
{
    double *memory = instance->memory;
    bool is_new = instance->flags.stale == EVERYTHING;
    size_t from = is_new ? 0 : AT_U; /* the initialisation writes hidden parameters */
    int32_t code;
    if (instance->flags.stale == NOTHING)
        return true;
    keep_before(memory, from);
    code = is_new ? call_initialize(memory) : call_outputs(memory);
    if (code != 0)
        snprintf(text, size, "the kernel failed with code %d", (int)code);
    if (code != 0 || !results_are_finite(memory, text, size)) {
        put_back(memory, from);
        return false;
    }
    if (!is_new)
        shift_begin(memory);
    instance->flags.stale = NOTHING;
    return true;
}
