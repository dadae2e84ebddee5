/* Run one instance of an FMU's library, in a process without Python, by commands from the standard input.
 *
 *     client LIBRARY RESOURCE_URI GUID < commands
 *
 *     real REFERENCE VALUE...     set consecutive references; likewise integer, boolean
 *     slope REFERENCE VALUE...    set first derivatives of consecutive inputs
 *     initialise                  enter and exit the initialisation mode
 *     step TIME SIZE
 *     print REFERENCE COUNT       print consecutive reals, to the last bit
 *     rates REFERENCE COUNT       print first derivatives of consecutive outputs
 *     save, restore               the state, through its bytes
 *
 * The first refusal is printed, and ends the client with status 1.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmi2FunctionTypes.h"

#ifdef _WIN32
#include <windows.h>
#define OPEN(path) ((void *)LoadLibraryA(path))
#define SYMBOL(library, name) ((void *)GetProcAddress((HMODULE)(library), name))
#else
#include <dlfcn.h>
#define OPEN(path) dlopen(path, RTLD_NOW | RTLD_LOCAL)
#define SYMBOL(library, name) dlsym(library, name)
#endif

enum { LONGEST = 1 << 20 };

static void *library;
static fmi2Component component;
static char line[LONGEST * 8];
static fmi2ValueReference references[LONGEST];
static fmi2Real reals[LONGEST];
static fmi2Integer integers[LONGEST];
static fmi2Byte *saved;
static size_t saved_size;

static void stop(const char *what, const char *which)
{
    printf("%s: %s\n", what, which);
    exit(1);
}

static void *function(const char *name)
{
    void *found = SYMBOL(library, name);
    if (!found)
        stop("the library has no function", name);
    return found;
}

#define CALL(name, ...) \
    do { \
        if (((name##TYPE *)function(#name))(__VA_ARGS__) != fmi2OK) \
            stop("refused", #name); \
    } while (0)

static void logger(fmi2ComponentEnvironment environment, fmi2String name, fmi2Status status, fmi2String category,
                   fmi2String message, ...)
{
    va_list arguments;
    (void)environment;
    va_start(arguments, message);
    printf("%s, %s, status %d: ", name, category, (int)status);
    vprintf(message, arguments);
    printf("\n");
    va_end(arguments);
}

/* Read the numbers that follow the reference in a command; return how many there are. */
static size_t read_values(char *text)
{
    size_t count = 0;
    char *end;
    unsigned first = (unsigned)strtoul(text, &end, 10);
    for (;;) {
        text = end;
        reals[count] = strtod(text, &end);
        if (end == text)
            return count;
        references[count] = first + (unsigned)count;
        integers[count] = (fmi2Integer)reals[count];
        ++count;
    }
}

static size_t read_range(const char *text)
{
    unsigned first = 0, count = 0;
    if (sscanf(text, "%u %u", &first, &count) != 2 || count > LONGEST)
        stop("no range", text);
    for (unsigned i = 0; i < count; ++i) {
        references[i] = first + i;
        integers[i] = 1;
    }
    return count;
}

static void print(size_t count)
{
    for (size_t i = 0; i < count; ++i)
        printf("%s%a", i ? " " : "", reals[i]);
    printf("\n");
}

static void save(void)
{
    fmi2FMUstate state = NULL;
    CALL(fmi2GetFMUstate, component, &state);
    CALL(fmi2SerializedFMUstateSize, component, state, &saved_size);
    saved = realloc(saved, saved_size);
    CALL(fmi2SerializeFMUstate, component, state, saved, saved_size);
    CALL(fmi2FreeFMUstate, component, &state);
}

static void restore(void)
{
    fmi2FMUstate state = NULL;
    CALL(fmi2DeSerializeFMUstate, component, saved, saved_size, &state);
    CALL(fmi2SetFMUstate, component, state);
    CALL(fmi2FreeFMUstate, component, &state);
}

static void obey(const char *command, char *rest)
{
    double t, h;
    size_t count;
    if (strcmp(command, "real") == 0) {
        count = read_values(rest);
        CALL(fmi2SetReal, component, references, count, reals);
    } else if (strcmp(command, "integer") == 0) {
        count = read_values(rest);
        CALL(fmi2SetInteger, component, references, count, integers);
    } else if (strcmp(command, "boolean") == 0) {
        count = read_values(rest);
        CALL(fmi2SetBoolean, component, references, count, integers);
    } else if (strcmp(command, "slope") == 0) {
        count = read_values(rest);
        for (size_t i = 0; i < count; ++i)
            integers[i] = 1;
        CALL(fmi2SetRealInputDerivatives, component, references, count, integers, reals);
    } else if (strcmp(command, "initialise") == 0) {
        CALL(fmi2SetupExperiment, component, fmi2False, 0.0, 0.0, fmi2False, 0.0);
        CALL(fmi2EnterInitializationMode, component);
        CALL(fmi2ExitInitializationMode, component);
    } else if (strcmp(command, "step") == 0 && sscanf(rest, "%lf %lf", &t, &h) == 2) {
        CALL(fmi2DoStep, component, t, h, fmi2True);
    } else if (strcmp(command, "print") == 0) {
        count = read_range(rest);
        CALL(fmi2GetReal, component, references, count, reals);
        print(count);
    } else if (strcmp(command, "rates") == 0) {
        count = read_range(rest);
        CALL(fmi2GetRealOutputDerivatives, component, references, count, integers, reals);
        print(count);
    } else if (strcmp(command, "save") == 0) {
        save();
    } else if (strcmp(command, "restore") == 0 && saved) {
        restore();
    } else {
        stop("unknown command", command);
    }
}

int main(int argc, char **argv)
{
    fmi2CallbackFunctions callbacks = {logger, calloc, free, NULL, NULL};
    char command[32];
    int used;
    if (argc != 4)
        stop("usage", "client LIBRARY RESOURCE_URI GUID < commands");
    library = OPEN(argv[1]);
    if (!library)
        stop("cannot load", argv[1]);
    component = ((fmi2InstantiateTYPE *)function("fmi2Instantiate"))("client", fmi2CoSimulation, argv[3], argv[2],
                                                                     &callbacks, fmi2False, fmi2True);
    if (!component)
        stop("refused", "fmi2Instantiate");
    while (fgets(line, sizeof line, stdin))
        if (sscanf(line, "%31s%n", command, &used) == 1)
            obey(command, line + used);
    CALL(fmi2Terminate, component);
    ((fmi2FreeInstanceTYPE *)function("fmi2FreeInstance"))(component);
    free(saved);
    return 0;
}
