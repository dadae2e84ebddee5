/* Lets a test call a model's kernels, and tell why a step was refused. */
#include <stdio.h>
#include <string.h>

#include "tables.c"
#include "refusal.c"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* The blocks and their layouts, in the order of the kernels' arguments. */
typedef struct {
    void *x, *x_layout, *p, *p_layout, *u, *u_layout, *y, *y_layout, *c, *c_layout;
} Memory;

#define ALL m->x, m->x_layout, m->p, m->p_layout, m->u, m->u_layout, m->y, m->y_layout, m->c, m->c_layout

EXPORT int64_t probe_initialize(const Memory *m)
{
    void *result, *excinfo = NULL;
    return model_initialize(&result, &excinfo, ALL);
}

EXPORT int64_t probe_outputs(const Memory *m)
{
    void *result, *excinfo = NULL;
    return model_outputs(&result, &excinfo, ALL);
}

EXPORT int64_t probe_advance(const Memory *m, double t, double h)
{
    int64_t status = 0;
    void *excinfo = NULL;
    return model_advance(&status, &excinfo, ALL, t, h) ? -1 : status;
}

/* `file` is the content of model.bin. */
EXPORT void probe_refusal(int64_t status, const double *memory, const char *file, char *text, size_t size)
{
    Tables tables;
    memcpy(&tables.header, file, sizeof tables.header);
    divide(&tables, (void *)(file + sizeof tables.header));
    explain(&tables, memory, status, text, size);
}
