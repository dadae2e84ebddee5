/* Step two libraries of the same cells side by side: how long they take, and how far they differ.
 *
 *     client CELLS FIRST_INPUT FIRST_OUTPUT START LIBRARY URI GUID LIBRARY URI GUID
 *
 * START holds parameters and inputs as doubles, in the order of the value references. Commands from the standard input,
 * each answered by a line:
 *
 *     time STEPS     nanoseconds of the processor a step of each library: set current and temperature of all cells,
 *                    step, get five outputs of all cells, time constants and sensitivities
 *     trace STEPS    the greatest difference of an output over the steps, relative to the output's greatest magnitude
 */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fmi2FunctionTypes.h"

enum { PERIOD = 20, WARMER = 10, PORTS = 5, REPORTS = 5, SUMS = 8, EXTREMES = 3, NUMBERS = 2 };

typedef struct {
    fmi2Component component;
    fmi2SetRealTYPE *set_real;
    fmi2GetRealTYPE *get_real;
    fmi2GetIntegerTYPE *get_integer;
    fmi2DoStepTYPE *do_step;
    fmi2Real *outputs;
    long long step;
} Slave;

static size_t cells, first_input, first_output, ports, reals;
static fmi2ValueReference *references;
static fmi2Real *inputs; /* PERIOD sets of currents and temperatures */

static void stop(const char *what, const char *which)
{
    fprintf(stderr, "%s: %s\n", what, which);
    exit(1);
}

static void must(fmi2Status status, const char *call)
{
    if (status != fmi2OK)
        stop("refused", call);
}

static void *allocate(size_t count)
{
    void *memory = calloc(count ? count : 1, sizeof(double));
    if (!memory)
        stop("there is no", "memory");
    return memory;
}

static void logger(fmi2ComponentEnvironment environment, fmi2String name, fmi2Status status, fmi2String category,
                   fmi2String message, ...)
{
    va_list arguments;
    (void)environment, (void)name, (void)status, (void)category;
    va_start(arguments, message);
    vfprintf(stderr, message, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static void *function(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (!found)
        stop("no function", name);
    return found;
}

/* Load a library, give it all parameters and inputs, and initialise it. */
static Slave load(char **arguments, const fmi2Real *start)
{
    static const fmi2CallbackFunctions callbacks = {logger, calloc, free, NULL, NULL};
    void *library = dlopen(arguments[0], RTLD_NOW | RTLD_LOCAL);
    Slave slave = {0};
    if (!library)
        stop("cannot load", dlerror());
    slave.set_real = (fmi2SetRealTYPE *)function(library, "fmi2SetReal");
    slave.get_real = (fmi2GetRealTYPE *)function(library, "fmi2GetReal");
    slave.get_integer = (fmi2GetIntegerTYPE *)function(library, "fmi2GetInteger");
    slave.do_step = (fmi2DoStepTYPE *)function(library, "fmi2DoStep");
    slave.outputs = allocate(reals + NUMBERS + EXTREMES + NUMBERS);
    slave.component = ((fmi2InstantiateTYPE *)function(library, "fmi2Instantiate"))(
        "cells", fmi2CoSimulation, arguments[2], arguments[1], &callbacks, fmi2False, fmi2False);
    if (!slave.component)
        stop("refused", "fmi2Instantiate");
    must(((fmi2SetupExperimentTYPE *)function(library, "fmi2SetupExperiment"))(slave.component, fmi2False, 0.0, 0.0,
                                                                               fmi2False, 0.0), "fmi2SetupExperiment");
    must(slave.set_real(slave.component, references, first_output, start), "fmi2SetReal");
    must(((fmi2EnterInitializationModeTYPE *)function(library, "fmi2EnterInitializationMode"))(slave.component),
         "fmi2EnterInitializationMode");
    must(((fmi2ExitInitializationModeTYPE *)function(library, "fmi2ExitInitializationMode"))(slave.component),
         "fmi2ExitInitializationMode");
    return slave;
}

/* What a master does in a step of 1 s. */
static inline void step(Slave *slave)
{
    const fmi2Real *now = inputs + slave->step % PERIOD * 2 * cells;
    fmi2Status status = slave->set_real(slave->component, references + first_input, 2 * cells, now);
    status |= slave->do_step(slave->component, (double)slave->step, 1.0, fmi2True);
    status |= slave->get_real(slave->component, references + first_output, ports, slave->outputs);
    must(status, "a step");
    ++slave->step;
}

static double time_of(Slave *slave, long steps)
{
    struct timespec begin, end;
    step(slave); /* so that what is stepped is in the cache as far as it fits */
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    for (long i = 0; i < steps; ++i)
        step(slave);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return (1e9 * (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec)) / (double)steps;
}

/* Get what a step leaves unread: the time constant of SOC, the ledger, and the extremes of voltage and SOC. */
static void get_rest(Slave *slave)
{
    fmi2Real *target = slave->outputs + ports;
    const fmi2ValueReference *reference = references + first_output + ports;
    for (int summary = 0; summary < 2; ++summary) {
        fmi2Integer numbers[NUMBERS];
        size_t count = summary ? EXTREMES : SUMS + EXTREMES;
        must(slave->get_real(slave->component, reference, count, target), "fmi2GetReal");
        must(slave->get_integer(slave->component, reference + count, NUMBERS, numbers), "fmi2GetInteger");
        for (int i = 0; i < NUMBERS; ++i)
            target[count + (size_t)i] = numbers[i];
        target += count + NUMBERS;
        reference += count + NUMBERS;
    }
}

static double difference(Slave slaves[2], long steps)
{
    size_t count = reals + NUMBERS + EXTREMES + NUMBERS;
    double *greatest = allocate(count), *apart = allocate(count), worst = 0.0;
    for (long i = 0; i < steps; ++i) {
        for (int s = 0; s < 2; ++s) {
            step(&slaves[s]);
            get_rest(&slaves[s]);
        }
        for (size_t k = 0; k < count; ++k) {
            double a = slaves[0].outputs[k], b = slaves[1].outputs[k];
            greatest[k] = fmax(greatest[k], fabs(a));
            apart[k] = fmax(apart[k], fabs(a - b));
            if (!isfinite(a - b))
                stop("not finite", "an output");
        }
    }
    for (size_t k = 0; k < count; ++k)
        if (apart[k] > 0.0)
            worst = fmax(worst, apart[k] / greatest[k]);
    free(greatest);
    free(apart);
    return worst;
}

/* Currents swing about 0 and differ a little by cell; temperatures change every WARMER steps. */
static void make_inputs(void)
{
    inputs = allocate(PERIOD * 2 * cells);
    for (size_t i = 0; i < PERIOD; ++i)
        for (size_t k = 0; k < cells; ++k) {
            double phase = 6.283185307179586 * (double)i / PERIOD, share = 0.05 * sin(7.0 * (double)k);
            inputs[i * 2 * cells + k] = 40.0 * (1.0 + share) * (sin(phase) + 0.5 * cos(3.0 * phase));
            inputs[(i * 2 + 1) * cells + k] = 298.15 + 5.0 * share + 0.1 * (double)(i / WARMER);
        }
}

static fmi2Real *read_start(const char *path)
{
    fmi2Real *start = allocate(first_output);
    FILE *file = fopen(path, "rb");
    if (!file || fread(start, sizeof *start, first_output, file) != first_output)
        stop("no start values in", path);
    fclose(file);
    return start;
}

int main(int argc, char **argv)
{
    Slave slaves[2];
    fmi2Real *start;
    char command[32];
    long steps;
    int turn = 0;
    if (argc != 11)
        stop("usage", "client CELLS FIRST_INPUT FIRST_OUTPUT START LIBRARY URI GUID LIBRARY URI GUID");
    cells = strtoul(argv[1], NULL, 10);
    first_input = strtoul(argv[2], NULL, 10);
    first_output = strtoul(argv[3], NULL, 10);
    ports = PORTS * cells + REPORTS; /* time constants and sensitivities */
    reals = ports + SUMS + EXTREMES;
    references = allocate(first_output + reals + NUMBERS + EXTREMES + NUMBERS);
    for (size_t i = 0; i < first_output + reals + NUMBERS + EXTREMES + NUMBERS; ++i)
        references[i] = (fmi2ValueReference)i;
    start = read_start(argv[4]);
    make_inputs();
    for (int s = 0; s < 2; ++s)
        slaves[s] = load(argv + 5 + 3 * s, start);
    free(start);
    while (scanf("%31s %ld", command, &steps) == 2) {
        if (strcmp(command, "trace") == 0)
            printf("%.3g\n", difference(slaves, steps));
        else if (strcmp(command, "time") == 0) {
            double times[2];
            for (int i = 0; i < 2; ++i) /* now one goes first, now the other */
                times[i ^ turn] = time_of(&slaves[i ^ turn], steps);
            turn ^= 1;
            printf("%.6g %.6g\n", times[0], times[1]);
        } else
            stop("unknown command", command);
        fflush(stdout);
    }
    return 0;
}
