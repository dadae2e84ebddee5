/* The FMI 2.0 co-simulation interface of the hand-written cells: the calls that a simulation of them makes. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "fmi2Functions.h"

#include "cell.h"

enum {
    LOOKAHEAD = offsetof(Variables, lookahead) / sizeof(double),
    INPUTS = offsetof(Variables, current) / sizeof(double),
    OUTPUTS = offsetof(Variables, emf) / sizeof(double),
    NUMBER = sizeof(Variables) / sizeof(double)
};

typedef struct {
    fmi2CallbackFunctions callbacks;
    int running;
    Cells cells;
} Instance;

const char *fmi2GetTypesPlatform(void) { return fmi2TypesPlatform; }
const char *fmi2GetVersion(void) { return fmi2Version; }

fmi2Component fmi2Instantiate(fmi2String name, fmi2Type type, fmi2String guid, fmi2String resources,
                              const fmi2CallbackFunctions *callbacks, fmi2Boolean visible, fmi2Boolean logging)
{
    Instance *instance;
    (void)guid, (void)resources, (void)visible, (void)logging;
    if (!name || type != fmi2CoSimulation || !callbacks)
        return NULL;
    instance = callbacks->allocateMemory(1, sizeof *instance);
    if (instance)
        instance->callbacks = *callbacks;
    return instance;
}

void fmi2FreeInstance(fmi2Component c)
{
    Instance *instance = c;
    if (instance)
        instance->callbacks.freeMemory(instance);
}

fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean on, size_t n, const fmi2String categories[])
{
    (void)c, (void)on, (void)n, (void)categories;
    return fmi2OK;
}

fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean has_tolerance, fmi2Real tolerance, fmi2Real start,
                               fmi2Boolean has_stop, fmi2Real stop)
{
    (void)c, (void)has_tolerance, (void)tolerance, (void)start, (void)has_stop, (void)stop;
    return fmi2OK;
}

fmi2Status fmi2EnterInitializationMode(fmi2Component c)
{
    (void)c;
    return fmi2OK;
}

fmi2Status fmi2ExitInitializationMode(fmi2Component c)
{
    Instance *instance = c;
    cells_initialise(&instance->cells);
    instance->running = 1;
    return fmi2OK;
}

fmi2Status fmi2Terminate(fmi2Component c)
{
    (void)c;
    return fmi2OK;
}

fmi2Status fmi2Reset(fmi2Component c)
{
    Instance *instance = c;
    memset(&instance->cells, 0, sizeof instance->cells);
    instance->running = 0;
    return fmi2OK;
}

fmi2Status fmi2GetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, fmi2Real value[])
{
    const Instance *instance = c;
    const double *values = (const double *)&instance->cells.v;
    for (size_t i = 0; i < n; ++i) {
        if (vr[i] >= NUMBER)
            return fmi2Error;
        value[i] = values[vr[i]];
    }
    return fmi2OK;
}

fmi2Status fmi2GetInteger(fmi2Component c, const fmi2ValueReference vr[], size_t n, fmi2Integer value[])
{
    const Instance *instance = c;
    const double *values = (const double *)&instance->cells.v;
    for (size_t i = 0; i < n; ++i) {
        if (vr[i] >= NUMBER)
            return fmi2Error;
        value[i] = (fmi2Integer)values[vr[i]];
    }
    return fmi2OK;
}

fmi2Status fmi2SetReal(fmi2Component c, const fmi2ValueReference vr[], size_t n, const fmi2Real value[])
{
    Instance *instance = c;
    double *values = (double *)&instance->cells.v;
    for (size_t i = 0; i < n; ++i) {
        if (vr[i] >= OUTPUTS || (instance->running && vr[i] < INPUTS && vr[i] != LOOKAHEAD) || !isfinite(value[i]))
            return fmi2Error;
        values[vr[i]] = value[i];
        if (instance->running && vr[i] < INPUTS)
            cells_offer_ports(&instance->cells);
    }
    return fmi2OK;
}

fmi2Status fmi2DoStep(fmi2Component c, fmi2Real t, fmi2Real h, fmi2Boolean final)
{
    Instance *instance = c;
    (void)t, (void)final;
    if (!instance->running || !(h > 0.0))
        return fmi2Error;
    cells_step(&instance->cells, h);
    return fmi2OK;
}
