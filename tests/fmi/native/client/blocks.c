/* A model's kernels, each block and each layout in memory of its own and of its own size, so that a memory checker sees every
 * access beside one.
 *
 *     blocks STEPS SEED RESOURCE_URI [WRONG]
 *
 * With WRONG, one step in so many begins from states with any values in them; the next one does not, but for outputs.
 */
#include "draw.h"

#ifndef MISSING
#define MISSING 0 /* doubles that the outputs lack, to see the checker find that */
#endif

#define ALL x, layouts[X], p, layouts[P], u, layouts[U], y, layouts[Y], c, layouts[C]

/* Memory of its own for so many words of 8 bytes, the given ones or zeros. */
static void *block(size_t count, const void *words)
{
    void *memory = calloc(count + !count, sizeof(double));
    if (words)
        memcpy(memory, words, sizeof(double) * count);
    return memory;
}

int main(int argc, char **argv)
{
    void *ret, *exception = NULL;
    int64_t status, refused = 0, *c, *layouts[BLOCKS];
    double *p, *u, *y, *x, *kept;
    size_t outputs, states;
    bool is_wrong;
    uint32_t wrong = argc == 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
    if (argc < 4 || !read_tables(argv[3]))
        return 2;
    seed = strtoull(argv[2], NULL, 10);
    outputs = at.x - at.y - MISSING;
    p = block(at.u, tables.start), u = block(at.y - at.u, tables.start + at.u), y = block(outputs, NULL);
    states = at.slopes - at.x, x = block(states, NULL), kept = block(states, NULL);
    c = block(tables.header.numbers[C], tables.constants);
    for (int i = X; i < BLOCKS; ++i) {
        const int64_t *end = i + 1 < BLOCKS ? tables.layouts[i + 1] : tables.layouts[X] + LAYOUT_LENGTH;
        layouts[i] = block((size_t)(end - tables.layouts[i]), tables.layouts[i]);
    }
    if (model_initialize(&ret, &exception, ALL) != 0)
        return 3;
    for (long step = 0, steps = strtol(argv[1], NULL, 10); step < steps; ++step) {
        for (uint32_t k = (uint32_t)at.u; k < at.y; ++k)
            u[k - at.u] = fmin(fmax(draw_fitting(k), variable_of(k)->min), variable_of(k)->max);
        memcpy(kept, x, sizeof(double) * states);
        is_wrong = wrong && !chance(wrong);
        for (uint32_t i = is_wrong ? 1 + chance(4) : 0; i > 0; --i) {
            uint32_t place = draw_state();
            x[place - at.x] = draw_wrong(place);
        }
        if (model_advance(&status, &exception, ALL, (double)step, 1.0) != 0)
            return 4;
        refused += status != 0;
        if (model_outputs(&ret, &exception, ALL) != 0)
            return 5;
        if (is_wrong)
            memcpy(x, kept, sizeof(double) * states);
    }
    for (size_t i = 0; !wrong && i < outputs; ++i)
        if (!isfinite(y[i]))
            return 6;
    printf("%lld refused\n", (long long)refused);
    free(p), free(u), free(y), free(x), free(kept), free(c), free(content);
    for (int i = X; i < BLOCKS; ++i)
        free(layouts[i]);
    return 0;
}
