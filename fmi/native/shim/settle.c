/* States and outputs that follow from what was set. They are computed when they are asked for. */

/* What the kernels take: each block and its layout. */
#define BLOCKS_IN(instance, memory) \
    (memory) + (instance)->at.x, (instance)->tables.layouts[X], (memory), (instance)->tables.layouts[P], \
    (memory) + (instance)->at.u, (instance)->tables.layouts[U], (memory) + (instance)->at.y, \
    (instance)->tables.layouts[Y], (instance)->tables.constants, (instance)->tables.layouts[C]

static int32_t call_initialize(const Instance *instance, double *memory)
{
    void *ret = NULL, *exception = NULL;
    return model_initialize(&ret, &exception, BLOCKS_IN(instance, memory));
}

static int32_t call_outputs(const Instance *instance, double *memory)
{
    void *ret = NULL, *exception = NULL;
    return model_outputs(&ret, &exception, BLOCKS_IN(instance, memory));
}

/* Keep the model's own blocks, from a place on, to be put back. */
static void keep_before(Instance *instance, size_t from)
{
    memcpy(instance->memory + instance->at.before + from, instance->memory + from,
           sizeof(double) * (instance->at.slopes - from));
}

static void put_back(Instance *instance, size_t from)
{
    memcpy(instance->memory + from, instance->memory + instance->at.before + from,
           sizeof(double) * (instance->at.slopes - from));
}

/* Keep these outputs as those at the start of the last step. */
static void keep_outputs(Instance *instance, const double *outputs)
{
    memcpy(instance->memory + instance->at.last, outputs, sizeof(double) * (instance->at.x - instance->at.y));
}

/* Let the outputs jump with a parameter: a jump is no rate, so the outputs at the start of the last step jump too. */
static void shift_begin(Instance *instance)
{
    const double *after = instance->memory + instance->at.y, *before = after + instance->at.before;
    double *last = instance->memory + instance->at.last;
    for (size_t k = 0; k < instance->at.x - instance->at.y; ++k)
        last[k] += after[k] - before[k];
}

/* Bring states and outputs up to date. False, with the cause in `text` and nothing changed, where that fails. */
static bool settle(Instance *instance, char *text, size_t size)
{
    bool is_new = instance->flags.stale == EVERYTHING;
    size_t from = is_new ? 0 : instance->at.u; /* the initialisation writes hidden parameters */
    int32_t code;
    if (instance->flags.stale == NOTHING)
        return true;
    keep_before(instance, from);
    code = is_new ? call_initialize(instance, instance->memory) : call_outputs(instance, instance->memory);
    if (code != 0)
        snprintf(text, size, "the kernel failed with code %d", (int)code);
    if (code != 0 || !results_are_finite(instance, instance->memory, text, size)) {
        put_back(instance, from);
        return false;
    }
    if (!is_new)
        shift_begin(instance);
    instance->flags.stale = NOTHING;
    return true;
}
