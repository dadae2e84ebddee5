/* The kernels of the toy, as numba would export them; toy.py declares its variables.
 *
 * Modes: 1 work, 2 refuse, 3 fail (the outputs where gain > 5), 4 spoil a hidden state, 5 count beyond all integers,
 * 6 fail to give outputs where gain > 0, 7 refuse with a text that may be long, 8 with an empty one.
 */
#include <math.h>

#include "model.h"

/* Entries of the layouts that hold offsets; after that of an array follow its extents. */
enum { IN_TWIN = 1, GAIN = 2, INITIAL_LEVEL = 3, WARMTH = 10 };
enum { RATE = 0, LIMIT = 2, DIVISOR = 3, ENABLE = 4, SHIFT = 5, MODE = 6 };
enum { LEVEL = 0, TANKS = 1, ECHO = 2, TOTAL = 4, SCALED = 5, ENABLED = 7, STEPS = 8, CHAOS = 2, COUNT = 3 };
enum { BEGIN = 0 };

#define FIELD(block, name) block[block##_layout[name]]
#define BLOCKS double *x, int64_t *x_layout, double *p, int64_t *p_layout, double *u, int64_t *u_layout, double *y, \
               int64_t *y_layout, int64_t *c, int64_t *c_layout
#define ALL x, x_layout, p, p_layout, u, u_layout, y, y_layout, c, c_layout

static double at(const double *block, const int64_t *layout, int name, int64_t k)
{
    return block[layout[name] + k];
}

static void tell(BLOCKS)
{
    (void)p, (void)p_layout, (void)c, (void)c_layout;
    double total = 0.0;
    for (int64_t k = 0; k < x_layout[TANKS]; ++k) {
        double level = at(x, x_layout, LEVEL, k);
        y[y_layout[LEVEL] + k] = y[y_layout[ECHO] + k] = level;
        total += level;
    }
    FIELD(y, TOTAL) = total;
    FIELD(y, ENABLED) = FIELD(u, ENABLE);
    FIELD(y, STEPS) = FIELD(x, COUNT) + FIELD(u, SHIFT);
}

/* The second of the scaled outputs. */
static void divide(BLOCKS)
{
    (void)x, (void)x_layout, (void)p, (void)p_layout, (void)c, (void)c_layout;
    y[y_layout[SCALED] + 1] = FIELD(u, DIVISOR) == 0.0 ? NAN : FIELD(y, TOTAL) / FIELD(u, DIVISOR);
}

int32_t model_outputs(void *ret, void **excinfo, BLOCKS)
{
    (void)ret, (void)excinfo, (void)x, (void)x_layout, (void)c, (void)c_layout;
    double mode = FIELD(u, MODE), gain = FIELD(p, GAIN);
    FIELD(y, SCALED) = gain * FIELD(y, TOTAL);
    return (mode == 3.0 && gain > 5.0) || (mode == 6.0 && gain > 0.0) ? -1 : 0;
}

int32_t model_initialize(void *ret, void **excinfo, BLOCKS)
{
    p[p_layout[0] + p_layout[IN_TWIN]] = FIELD(p, WARMTH);
    for (int64_t k = 0; k < x_layout[TANKS]; ++k)
        x[x_layout[LEVEL] + k] = at(p, p_layout, INITIAL_LEVEL, k);
    FIELD(x, CHAOS) = 0.3;
    FIELD(x, COUNT) = (double)FIELD(c, BEGIN);
    tell(ALL);
    divide(ALL);
    if (FIELD(u, MODE) == 3.0)
        return -1;
    return model_outputs(ret, excinfo, ALL);
}

int32_t model_advance(int64_t *ret, void **excinfo, BLOCKS, double t, double h)
{
    double mode = FIELD(u, MODE);
    (void)t;
    FIELD(x, CHAOS) = 3.9 * FIELD(x, CHAOS) * (1.0 - FIELD(x, CHAOS));
    FIELD(x, COUNT) += mode == 5.0 ? copysign(1e10, FIELD(u, SHIFT)) : 1.0;
    for (int64_t k = 0; k < x_layout[TANKS]; ++k)
        x[x_layout[LEVEL] + k] +=
            FIELD(u, ENABLE) * (FIELD(p, GAIN) * h * at(u, u_layout, RATE, k) + 1e-3 * FIELD(x, CHAOS));
    tell(ALL);
    divide(ALL);
    model_outputs(ret, excinfo, ALL);
    if (mode == 4.0)
        FIELD(x, COUNT) = INFINITY;
    *ret = mode == 2.0 ? 2 : mode == 7.0 ? 7 : mode == 8.0 ? 3 : FIELD(y, TOTAL) > FIELD(u, LIMIT) ? 1 : 0;
    return mode == 3.0 ? -1 : 0;
}
