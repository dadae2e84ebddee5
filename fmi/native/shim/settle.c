/* States and outputs that follow from what was set. They are computed when they are asked for. */

/* What the kernels take: each block and its layout. */
#define BLOCKS_IN(instance, memory) \
    (memory) + (instance)->at.x, (instance)->tables.layouts[X], (memory), (instance)->tables.layouts[P], \
    (memory) + (instance)->at.u, (instance)->tables.layouts[U], (memory) + (instance)->at.y, \
    (instance)->tables.layouts[Y], (instance)->tables.constants, (instance)->tables.layouts[C]

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

/* Keep the inputs as those at the end of the last step. */
static void hold_inputs(Instance *instance)
{
    memcpy(instance->memory + instance->at.held, instance->memory + instance->at.u,
           sizeof(double) * (instance->at.y - instance->at.u));
}

/* Bring states and outputs up to date. False, with the cause in `text` and nothing changed, where that fails. */
static bool settle(Instance *instance, char *text, size_t size)
{
    bool is_new = instance->flags.stale == EVERYTHING;
    size_t from = is_new ? 0 : instance->at.u; /* the initialisation writes hidden parameters */
    double *memory = instance->memory;
    void *ret = NULL, *exception = NULL;
    int32_t code;
    if (instance->flags.stale == NOTHING)
        return true;
    keep_before(instance, from);
    code = is_new ? model_initialize(&ret, &exception, BLOCKS_IN(instance, memory))
                  : model_outputs(&ret, &exception, BLOCKS_IN(instance, memory));
    if (code != 0)
        snprintf(text, size, "the kernel failed with code %d", (int)code);
    if (code != 0 || !results_are_finite(instance, memory, text, size)) {
        put_back(instance, from);
        return false;
    }
    instance->flags.stale = NOTHING;
    return true;
}
