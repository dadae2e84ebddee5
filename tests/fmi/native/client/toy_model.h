/* Three tanks with every kind of variable, to try the shim on: tests/fmus/toy/model.py in C, and a hidden parameter. */
#ifndef MODEL_H
#define MODEL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MODEL_IDENTIFIER "Toy"
#define MODEL_GUID "{00000000-0000-0000-0000-000000000001}"
#ifndef MODEL_STAMP
#define MODEL_STAMP "toy 1"
#endif

enum { TANKS = 3, N_P = 12, N_U = 8, N_Y = 11, N_X = 5, N_C = 0 };
enum { FIXED, TUNABLE, INPUT, OUTPUT, HIDDEN };
enum { REAL, INTEGER, BOOLEAN };

typedef struct {
    const char *name, *unit;
    uint32_t first, count, extent[2];
    uint8_t role, kind;
    double min, max, nominal;
} Variable;

enum { N_VARIABLES = 17 };
static const Variable variables[] = {
    {"twin", "K", 0, 1, {0, 0}, HIDDEN, REAL, 200.0, 500.0, 300.0},
    {"gain", "1", 1, 1, {0, 0}, TUNABLE, REAL, 0.0, 10.0, 1.0},
    {"initial_level", "C", 2, 3, {3, 0}, FIXED, REAL, 0.0, INFINITY, 10.0},
    {"table", "Ohm", 5, 6, {2, 3}, FIXED, REAL, 0.0, INFINITY, 1.0},
    {"warmth", "K", 11, 1, {0, 0}, FIXED, REAL, 200.0, 500.0, 300.0},
    {"rate", "A", 12, 3, {3, 0}, INPUT, REAL, -1e3, 1e3, 1.0},
    {"limit", "C", 15, 1, {0, 0}, INPUT, REAL, -INFINITY, INFINITY, 10.0},
    {"divisor", "1", 16, 1, {0, 0}, INPUT, REAL, -INFINITY, INFINITY, 1.0},
    {"enable", "1", 17, 1, {0, 0}, INPUT, BOOLEAN, 0.0, 1.0, 1.0},
    {"shift", "1", 18, 1, {0, 0}, INPUT, INTEGER, -5.0, 5.0, 1.0},
    {"toy_mode", "1", 19, 1, {0, 0}, INPUT, INTEGER, 1.0, 6.0, 1.0},
    {"level", "C", 20, 3, {3, 0}, OUTPUT, REAL, -INFINITY, INFINITY, 10.0},
    {"echo", "C", 23, 3, {3, 0}, OUTPUT, REAL, -INFINITY, INFINITY, 10.0},
    {"total", "C", 26, 1, {0, 0}, OUTPUT, REAL, -INFINITY, INFINITY, 10.0},
    {"total.scaled", "C", 27, 2, {2, 0}, OUTPUT, REAL, -INFINITY, INFINITY, 10.0},
    {"enabled", "1", 29, 1, {0, 0}, OUTPUT, BOOLEAN, 0.0, 1.0, 1.0},
    {"steps", "1", 30, 1, {0, 0}, OUTPUT, INTEGER, -5.0, INFINITY, 1.0},
};

static const int64_t constants[] = {0};

int32_t model_initialize(void *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c);
int32_t model_outputs(void *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c);
int32_t model_advance(int64_t *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c,
                      double t, double h);

static inline int model_refusal(int64_t status, const double *p, const double *u, const double *y, const double *x,
                                char *text, size_t size)
{
    (void)p, (void)x;
    if (status != 1)
        return 0;
    return snprintf(text, size, "total = %.6g C is beyond limit = %.6g C, rate[1] = %.6g A (100 %%)", y[6], u[3], u[0]);
}

#endif
