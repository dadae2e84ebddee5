/* Instantiate the toy from many tables, and of those that are taken use all that is in them.
 *
 *     taker GUID RESOURCE_URI...
 *
 * Prints how many were taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmi2Functions.h"

enum { REFERENCES = 40, MODES = 8, MOST_MEMORY = 1 << 28 };

static size_t letters;

static void logger(fmi2ComponentEnvironment environment, fmi2String name, fmi2Status status, fmi2String category,
                   fmi2String text, ...)
{
    (void)environment, (void)name, (void)status, (void)category;
    letters += strlen(text);
}

/* Memory, but not for the billions of values that some tables ask for. */
static void *allocate(size_t count, size_t size)
{
    return count * size > MOST_MEMORY ? NULL : calloc(count, size);
}

/* Read and set each variable, and be refused most of that. */
static void touch(fmi2Component component)
{
    for (fmi2ValueReference reference = 0; reference < REFERENCES; ++reference) {
        fmi2Real real = -1e9, slope = 1.0;
        fmi2Integer whole = -1000, order = 1;
        fmi2GetReal(component, &reference, 1, &real);
        fmi2GetInteger(component, &reference, 1, &whole);
        fmi2GetBoolean(component, &reference, 1, &whole);
        fmi2GetRealOutputDerivatives(component, &reference, 1, &order, &real);
        fmi2SetRealInputDerivatives(component, &reference, 1, &order, &slope);
        real = -1e9;
        fmi2SetReal(component, &reference, 1, &real);
        fmi2SetInteger(component, &reference, 1, &whole);
    }
}

/* Step in each mode of the toy, wherever the input for it is. */
static void step(fmi2Component component)
{
    fmi2ValueReference output = 0;
    fmi2Integer order = 1;
    fmi2Real time = 0.0, rate;
    for (fmi2Integer mode = 0; mode <= MODES; ++mode)
        for (fmi2ValueReference reference = 0; reference < REFERENCES; ++reference) {
            fmi2SetInteger(component, &reference, 1, &mode);
            fmi2GetRealStatus(component, fmi2LastSuccessfulTime, &time);
            fmi2DoStep(component, time, 1.0, fmi2True);
            while (fmi2GetRealOutputDerivatives(component, &output, 1, &order, &rate) != fmi2OK && output < REFERENCES)
                ++output;
        }
}

int main(int argc, char **argv)
{
    static const fmi2CallbackFunctions callbacks = {logger, allocate, free, NULL, NULL};
    int taken = 0;
    for (int i = 2; i < argc; ++i) {
        fmi2Component component =
            fmi2Instantiate("taker", fmi2CoSimulation, argv[1], argv[i], &callbacks, fmi2False, fmi2False);
        fmi2FMUstate state = NULL;
        if (!component)
            continue;
        ++taken;
        fmi2SetupExperiment(component, fmi2False, 0.0, 0.0, fmi2False, 0.0);
        fmi2EnterInitializationMode(component);
        touch(component);
        fmi2ExitInitializationMode(component);
        fmi2GetFMUstate(component, &state);
        touch(component);
        fmi2SetFMUstate(component, state);
        step(component);
        fmi2FreeFMUstate(component, &state);
        fmi2FreeInstance(component);
    }
    printf("%d of %d taken, %zu letters told\n", taken, argc - 2, letters);
    return 0;
}
