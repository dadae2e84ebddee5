/* Many instances of one library that is loaded once.
 *
 *     crowd LIBRARY BASE SPREAD cycles CYCLES SIZE...
 *     crowd LIBRARY BASE SPREAD threads THREADS INSTANCES STEPS SIZE...
 *
 * Each SIZE is RESOURCE_URI GUID INPUT OUTPUT COUNT; instances take the sizes in turn. INPUT is the reference of a real input
 * that is set to BASE +- SPREAD, OUTPUT that of the first of COUNT real outputs. "cycles" prints the resident memory in kB
 * after a tenth of the cycles and after all; "threads" the outputs of each instance, to the last bit, and how often it was
 * refused something.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmi2FunctionTypes.h"

enum { MOST = 1024, STRIDE = 256 };

static struct {
    fmi2InstantiateTYPE *instantiate;
    fmi2SetupExperimentTYPE *setup;
    fmi2EnterInitializationModeTYPE *enter;
    fmi2ExitInitializationModeTYPE *leave;
    fmi2SetRealTYPE *set;
    fmi2GetRealTYPE *get;
    fmi2DoStepTYPE *step;
    fmi2GetFMUstateTYPE *save;
    fmi2FreeFMUstateTYPE *forget;
    fmi2GetRealOutputDerivativesTYPE *rates;
    fmi2FreeInstanceTYPE *free;
} fmi;

typedef struct {
    const char *location, *guid;
    unsigned input, output, count;
} Size;

static Size sizes[MOST];
static int sizes_given;
static double base, spread;

typedef struct {
    const Size *size;
    fmi2CallbackFunctions callbacks;
    fmi2Component component;
    int refused;
    double values[STRIDE];
} Member;

typedef struct {
    Member *members;
    int first, stride, number, steps;
} Share;

static void must(int holds, const char *what)
{
    if (holds)
        return;
    printf("%s failed\n", what);
    exit(1);
}

static void *function(void *library, const char *name)
{
    void *found = dlsym(library, name);
    must(found != NULL, name);
    return found;
}

static void load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    must(library != NULL, path);
    fmi.instantiate = function(library, "fmi2Instantiate");
    fmi.setup = function(library, "fmi2SetupExperiment");
    fmi.enter = function(library, "fmi2EnterInitializationMode");
    fmi.leave = function(library, "fmi2ExitInitializationMode");
    fmi.set = function(library, "fmi2SetReal");
    fmi.get = function(library, "fmi2GetReal");
    fmi.step = function(library, "fmi2DoStep");
    fmi.save = function(library, "fmi2GetFMUstate");
    fmi.forget = function(library, "fmi2FreeFMUstate");
    fmi.rates = function(library, "fmi2GetRealOutputDerivatives");
    fmi.free = function(library, "fmi2FreeInstance");
}

static void logger(fmi2ComponentEnvironment environment, fmi2String name, fmi2Status status, fmi2String category,
                   fmi2String message, ...)
{
    (void)name, (void)status, (void)category, (void)message;
    ++((Member *)environment)->refused;
}

static void begin(Member *member, int number)
{
    member->size = &sizes[number % sizes_given];
    member->callbacks = (fmi2CallbackFunctions){logger, calloc, free, NULL, member};
    member->component = fmi.instantiate("member", fmi2CoSimulation, member->size->guid, member->size->location,
                                        &member->callbacks, fmi2False, fmi2False);
    must(member->component != NULL, "fmi2Instantiate");
    must(fmi.setup(member->component, fmi2False, 0.0, 0.0, fmi2False, 0.0) == fmi2OK, "fmi2SetupExperiment");
    must(fmi.enter(member->component) == fmi2OK, "fmi2EnterInitializationMode");
    must(fmi.leave(member->component) == fmi2OK, "fmi2ExitInitializationMode");
}

static void take_step(Member *member, int number, int step)
{
    double value = base + spread * ((number * 7 + step * 3) % 11 - 5) / 5.0;
    must(fmi.set(member->component, &member->size->input, 1, &value) == fmi2OK, "fmi2SetReal");
    must(fmi.step(member->component, step, 1.0, fmi2True) == fmi2OK, "fmi2DoStep");
    must(fmi.step(member->component, step, -1.0, fmi2True) == fmi2Error, "the refusal of a step backwards");
}

static void read_outputs(Member *member)
{
    unsigned references[STRIDE];
    for (unsigned i = 0; i < member->size->count; ++i)
        references[i] = member->size->output + i;
    must(fmi.get(member->component, references, member->size->count, member->values) == fmi2OK, "fmi2GetReal");
}

/* Resident memory in kB, without pages of files: code comes in whenever it first runs. Linux counts it there page by page,
 * where /proc/self/statm is some pages off. */
static long resident(void)
{
    char line[256];
    long size = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    must(file != NULL, "/proc/self/smaps_rollup");
    while (size < 0 && fgets(line, sizeof line, file))
        sscanf(line, "Anonymous: %ld", &size);
    fclose(file);
    must(size > 0, "Anonymous in /proc/self/smaps_rollup");
    return size;
}

static void run_cycles(int cycles)
{
    for (int cycle = 0; cycle < cycles; ++cycle) {
        Member member = {0};
        fmi2FMUstate state = NULL;
        fmi2Integer order = 1;
        fmi2Real rate;
        begin(&member, cycle);
        take_step(&member, cycle, 0);
        must(fmi.save(member.component, &state) == fmi2OK, "fmi2GetFMUstate");
        must(fmi.rates(member.component, &member.size->output, 1, &order, &rate) == fmi2OK, "the derivative");
        read_outputs(&member);
        must(fmi.forget(member.component, &state) == fmi2OK, "fmi2FreeFMUstate");
        fmi.free(member.component);
        if (cycle == cycles / 10 || cycle == cycles - 1)
            printf("%ld\n", resident());
    }
}

static void *run_share(void *argument)
{
    Share *share = argument;
    for (int k = share->first; k < share->number; k += share->stride)
        begin(&share->members[k], k);
    for (int step = 0; step < share->steps; ++step)
        for (int k = share->first; k < share->number; k += share->stride)
            take_step(&share->members[k], k, step);
    for (int k = share->first; k < share->number; k += share->stride) {
        read_outputs(&share->members[k]);
        fmi.free(share->members[k].component);
    }
    return NULL;
}

static void run_threads(int threads, int number, int steps)
{
    static Member members[MOST];
    static Share shares[MOST];
    static pthread_t handles[MOST];
    must(threads <= MOST && number <= MOST, "so many");
    for (int i = 0; i < threads; ++i) {
        shares[i] = (Share){members, i, threads, number, steps};
        must(pthread_create(&handles[i], NULL, run_share, &shares[i]) == 0, "pthread_create");
    }
    for (int i = 0; i < threads; ++i)
        pthread_join(handles[i], NULL);
    for (int k = 0; k < number; ++k) {
        for (unsigned i = 0; i < members[k].size->count; ++i)
            printf("%a ", members[k].values[i]);
        printf("%d\n", members[k].refused);
    }
}

static unsigned whole(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static void read_sizes(char **words, int number)
{
    must(number > 0 && number % 5 == 0 && number / 5 <= MOST, "a crowd without sizes");
    for (; number > 0; number -= 5, words += 5) {
        sizes[sizes_given++] = (Size){words[0], words[1], whole(words[2]), whole(words[3]), whole(words[4])};
        must(whole(words[4]) <= STRIDE, "so many outputs");
    }
}

int main(int argc, char **argv)
{
    int first = argc > 4 && strcmp(argv[4], "cycles") == 0 ? 6 : 8;
    must(argc > first, "a crowd without its arguments");
    load(argv[1]);
    base = strtod(argv[2], NULL);
    spread = strtod(argv[3], NULL);
    read_sizes(argv + first, argc - first);
    if (first == 6)
        run_cycles(atoi(argv[5]));
    else
        run_threads(atoi(argv[5]), atoi(argv[6]), atoi(argv[7]));
    return 0;
}
