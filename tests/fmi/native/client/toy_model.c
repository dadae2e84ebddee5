/* The kernels of the toy, as numba would export them.
 *
 * Modes: 1 work, 2 refuse, 3 fail (the outputs where gain > 5), 4 spoil a hidden state, 5 count beyond all integers,
 * 6 fail to give outputs where gain > 0.
 */
#include "model.h"

enum { TWIN = 0, GAIN = 1, INITIAL_LEVEL = 2, WARMTH = 11 };
enum { RATE = 0, LIMIT = 3, DIVISOR = 4, ENABLE = 5, SHIFT = 6, MODE = 7 };
enum { LEVEL = 0, ECHO = 3, TOTAL = 6, SCALED = 7, QUOTIENT = 8, ENABLED = 9, STEPS = 10, CHAOS = 3, COUNT = 4 };

static void report(const double *x, const double *u, double *y)
{
    y[TOTAL] = 0.0;
    for (int k = 0; k < TANKS; ++k) {
        y[LEVEL + k] = y[ECHO + k] = x[k];
        y[TOTAL] += x[k];
    }
    y[ENABLED] = u[ENABLE];
    y[STEPS] = x[COUNT] + u[SHIFT];
}

int32_t model_outputs(void *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c)
{
    (void)ret, (void)excinfo, (void)x, (void)c;
    y[SCALED] = p[GAIN] * y[TOTAL];
    return (u[MODE] == 3.0 && p[GAIN] > 5.0) || (u[MODE] == 6.0 && p[GAIN] > 0.0) ? -1 : 0;
}

int32_t model_initialize(void *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c)
{
    p[TWIN] = p[WARMTH];
    for (int k = 0; k < TANKS; ++k)
        x[k] = p[INITIAL_LEVEL + k];
    x[CHAOS] = 0.3;
    x[COUNT] = 0.0;
    report(x, u, y);
    y[QUOTIENT] = u[DIVISOR] == 0.0 ? NAN : y[TOTAL] / u[DIVISOR];
    if (u[MODE] == 3.0)
        return -1;
    return model_outputs(ret, excinfo, x, p, u, y, c);
}

int32_t model_advance(int64_t *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c,
                      double t, double h)
{
    (void)t;
    x[CHAOS] = 3.9 * x[CHAOS] * (1.0 - x[CHAOS]);
    x[COUNT] += u[MODE] == 5.0 ? copysign(1e10, u[SHIFT]) : 1.0;
    for (int k = 0; k < TANKS; ++k)
        x[k] += u[ENABLE] * (p[GAIN] * h * u[RATE + k] + 1e-3 * x[CHAOS]);
    report(x, u, y);
    y[QUOTIENT] = u[DIVISOR] == 0.0 ? NAN : y[TOTAL] / u[DIVISOR];
    model_outputs(ret, excinfo, x, p, u, y, c);
    if (u[MODE] == 4.0)
        x[COUNT] = INFINITY;
    *ret = u[MODE] == 2.0 ? 2 : y[TOTAL] > u[LIMIT] ? 1 : 0;
    return u[MODE] == 3.0 ? -1 : 0;
}
