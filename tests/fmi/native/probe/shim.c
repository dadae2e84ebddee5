/* Lets a test call a model's kernels. */
#include "model.h"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT int64_t probe_initialize(double *x, double *p, double *u, double *y)
{
    void *result, *excinfo = NULL;
    return model_initialize(&result, &excinfo, x, p, u, y, (int64_t *)constants);
}

EXPORT int64_t probe_outputs(double *x, double *p, double *u, double *y)
{
    void *result, *excinfo = NULL;
    return model_outputs(&result, &excinfo, x, p, u, y, (int64_t *)constants);
}

EXPORT int64_t probe_advance(double *x, double *p, double *u, double *y, double t, double h)
{
    int64_t status = 0;
    void *excinfo = NULL;
    return model_advance(&status, &excinfo, x, p, u, y, (int64_t *)constants, t, h) ? -1 : status;
}

EXPORT int probe_refusal(int64_t status, const double *p, const double *u, const double *y, const double *x, char *text,
                         size_t size)
{
    return model_refusal(status, p, u, y, x, text, size);
}
