/* Run an FMU's library as other tools do, by the calls that their sources make.
 *
 *     importers TOOL LIBRARY RESOURCE_URI GUID STEP STOP OUTPUT [INTEGER VALUE REAL VALUE]
 *
 * TOOL is fmusim (Reference-FMUs), pyfmi, omsimulator or checker (FMU Compliance Checker). OUTPUT is a value reference that is
 * sampled, INTEGER and REAL are of inputs that are set before the initialisation. Prints "row TIME VALUE" for each sample,
 * "log STATUS MESSAGE" for each message, and at the end "end" and whether the tool calls it a success.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dlfcn.h>

#include "fmi2FunctionTypes.h"

static void *library;
static fmi2Component component;
static fmi2ValueReference output;

static void *function(const char *name)
{
    void *found = dlsym(library, name);
    if (!found) {
        printf("no %s\n", name);
        exit(2);
    }
    return found;
}

#define CALL(name, ...) (((name##TYPE *)function(#name))(component, __VA_ARGS__))

static void logger(fmi2ComponentEnvironment environment, fmi2String name, fmi2Status status, fmi2String category,
                   fmi2String message, ...)
{
    va_list arguments;
    (void)environment, (void)name, (void)category;
    va_start(arguments, message);
    printf("log %d ", (int)status);
    vprintf(message, arguments);
    printf("\n");
    va_end(arguments);
}

static void sample(double time)
{
    fmi2Real value;
    if (CALL(fmi2GetReal, &output, 1, &value) == fmi2OK)
        printf("row %.17g %.17g\n", time, value);
}

static int step(double time, double size)
{
    static long steps;
    if (++steps > 100000) {
        printf("endless\n");
        exit(3);
    }
    return CALL(fmi2DoStep, time, size, fmi2True);
}

/* After a step that was discarded the time is the last successful one; unless the FMU has terminated, the step follows again. */
static int fmusim(double size, double stop)
{
    double time = 0.0;
    fmi2Boolean terminated = fmi2False;
    sample(time);
    for (unsigned long number = 0; time < stop;) {
        double next = (double)(number + 1) * size;
        int status = step(time, next - time);
        if (status == fmi2Discard) {
            if (CALL(fmi2GetRealStatus, fmi2LastSuccessfulTime, &time) > fmi2Warning
                || CALL(fmi2GetBooleanStatus, fmi2Terminated, &terminated) > fmi2Warning)
                return 0;
        } else if (status > fmi2Warning) {
            return 0;
        } else {
            time = next;
            ++number;
        }
        sample(time);
        if (terminated)
            return 1;
    }
    return 1;
}

/* A step that was discarded ends the run; a row is added where the FMU got further than its beginning. */
static int pyfmi(double size, double stop)
{
    int count = (int)(stop / size + 0.5);
    sample(0.0);
    for (int number = 0; number < count; ++number) {
        double time = stop * number / count, last;
        int status = step(time, stop / count);
        if (status == fmi2Discard) {
            if (CALL(fmi2GetRealStatus, fmi2LastSuccessfulTime, &last) > fmi2Warning)
                return 0;
            if (last > time)
                sample(last);
            return 1;
        }
        if (status != fmi2OK)
            return 0;
        sample(time + stop / count);
    }
    return 1;
}

/* After a step that was discarded its end is sampled, and becomes the stop time; a user may go on from there. */
static int omsimulator(double size, double stop)
{
    double time = 0.0;
    sample(time);
    for (int attempt = 0; attempt < 2; ++attempt) {
        double until = stop;
        while (time < until) {
            double next = time + size > stop ? stop : time + size;
            int status = step(time, next - time);
            if (status == fmi2Discard)
                until = next;
            else if (status != fmi2OK)
                return 0;
            time = next;
            sample(time);
        }
    }
    return 1;
}

/* The end of a step that was discarded is sampled; the run is a failure unless the FMU has terminated. */
static int checker(double size, double stop)
{
    double time = 0.0;
    sample(time);
    while (time < stop) {
        fmi2Boolean terminated = fmi2False;
        int status = step(time, size);
        time += size;
        sample(time);
        if (status == fmi2Discard) {
            if (CALL(fmi2GetRealStatus, fmi2LastSuccessfulTime, &time) > fmi2Warning
                || CALL(fmi2GetBooleanStatus, fmi2Terminated, &terminated) > fmi2Warning)
                return 0;
            return terminated;
        }
        if (status > fmi2Warning)
            return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"fmusim", "pyfmi", "omsimulator", "checker"};
    static int (*const tools[])(double, double) = {fmusim, pyfmi, omsimulator, checker};
    fmi2CallbackFunctions callbacks = {logger, calloc, free, NULL, NULL};
    int done = -1;
    if (argc != 8 && argc != 12)
        return 2;
    library = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return 2;
    component = ((fmi2InstantiateTYPE *)function("fmi2Instantiate"))("importer", fmi2CoSimulation, argv[4], argv[3],
                                                                     &callbacks, fmi2False, fmi2False);
    output = (fmi2ValueReference)strtoul(argv[7], NULL, 10);
    if (argc == 12) {
        fmi2ValueReference whole = (fmi2ValueReference)strtoul(argv[8], NULL, 10);
        fmi2ValueReference real = (fmi2ValueReference)strtoul(argv[10], NULL, 10);
        fmi2Integer number = atoi(argv[9]);
        fmi2Real value = strtod(argv[11], NULL);
        if (CALL(fmi2SetInteger, &whole, 1, &number) != fmi2OK || CALL(fmi2SetReal, &real, 1, &value) != fmi2OK)
            return 2;
    }
    if (CALL(fmi2SetupExperiment, fmi2False, 0.0, 0.0, fmi2False, 0.0) != fmi2OK
        || ((fmi2EnterInitializationModeTYPE *)function("fmi2EnterInitializationMode"))(component) != fmi2OK
        || ((fmi2ExitInitializationModeTYPE *)function("fmi2ExitInitializationMode"))(component) != fmi2OK)
        return 2;
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
        if (strcmp(argv[1], names[i]) == 0)
            done = tools[i](strtod(argv[5], NULL), strtod(argv[6], NULL));
    if (((fmi2TerminateTYPE *)function("fmi2Terminate"))(component) != fmi2OK)
        return 2;
    ((fmi2FreeInstanceTYPE *)function("fmi2FreeInstance"))(component);
    printf("end %d\n", done);
    return 0;
}
