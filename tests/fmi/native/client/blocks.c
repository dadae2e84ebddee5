/* A model's kernels, each block in memory of its own and of its own size, so that a memory checker sees every access
 * beside a block.
 *
 *     blocks STEPS SEED RESOURCE_URI
 */
#include <stdlib.h>

#include "draw.h"

#ifndef MISSING
#define MISSING 0 /* doubles that the outputs lack, to see the checker find that */
#endif

static double *block(size_t count, const double *values)
{
    double *memory = calloc(count + !count, sizeof(double));
    for (size_t i = 0; memory && values && i < count; ++i)
        memory[i] = values[i];
    return memory;
}

int main(int argc, char **argv)
{
    void *ret, *exception = NULL;
    int64_t status, refused = 0, *c;
    double *p, *u, *y, *x;
    if (argc != 4 || !read_start_values(argv[3]))
        return 2;
    seed = strtoull(argv[2], NULL, 10);
    p = block(N_P, start), u = block(N_U, start + N_P), y = block(N_Y - MISSING, NULL), x = block(N_X, NULL);
    c = malloc(sizeof constants);
    memcpy(c, constants, sizeof constants);
    if (model_initialize(&ret, &exception, x, p, u, y, c) != 0)
        return 3;
    for (long step = 0, steps = strtol(argv[1], NULL, 10); step < steps; ++step) {
        for (uint32_t k = 0; k < N_U; ++k) {
            double value = draw_fitting(N_P + k);
            u[k] = fmin(fmax(value, variable_of(N_P + k)->min), variable_of(N_P + k)->max);
        }
        if (model_advance(&status, &exception, x, p, u, y, c, (double)step, 1.0) != 0)
            return 4;
        refused += status != 0;
        if (model_outputs(&ret, &exception, x, p, u, y, c) != 0)
            return 5;
    }
    for (size_t i = 0; i < N_Y - MISSING; ++i)
        if (!isfinite(y[i]))
            return 6;
    printf("%lld refused\n", (long long)refused);
    free(p), free(u), free(y), free(x), free(c);
    return 0;
}
