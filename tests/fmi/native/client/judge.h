/* An instance whose every call is checked, as walk.c says. */
#ifndef JUDGE_H
#define JUDGE_H

#include "fmi2Functions.h"
#include "draw.h"

enum { STATES = 4, BYTES = 1 << 20 };

#define MUST(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "line %d, after %lld calls: %s; last message: %s\n", __LINE__, calls, #condition, message); \
            exit(1); \
        } \
    } while (0)

typedef struct {
    fmi2Component component;
    fmi2FMUstate states[STATES];
    char message[2048];           /* what it told last */
} Player;

static long long calls, granted, refused, stepped, discarded, computed;
static int told, out_of_memory;
static char message[2048];

static void logger(fmi2ComponentEnvironment environment, fmi2String name, fmi2Status status, fmi2String category,
                   fmi2String text, ...)
{
    MUST(environment == message);
    MUST(name != NULL);
    MUST(strcmp(category, status == fmi2Error ? "logStatusError" : "logStatusDiscard") == 0);
    MUST(strlen(text) > 5 && strlen(text) < sizeof message);
    strcpy(message, text);
    ++told;
}

static void *allocate(size_t count, size_t size)
{
    return out_of_memory ? NULL : calloc(count, size);
}

static const fmi2CallbackFunctions callbacks = {logger, allocate, free, NULL, message};

/* The bytes of the state; their number. */
static size_t bytes_of(Player *player, fmi2Byte *bytes)
{
    fmi2FMUstate state = NULL;
    size_t size;
    int memory = out_of_memory;
    out_of_memory = 0;
    MUST(fmi2GetFMUstate(player->component, &state) == fmi2OK);
    MUST(fmi2SerializedFMUstateSize(player->component, state, &size) == fmi2OK);
    MUST(size <= BYTES);
    MUST(fmi2SerializeFMUstate(player->component, state, bytes, size) == fmi2OK);
    MUST(fmi2FreeFMUstate(player->component, &state) == fmi2OK && state == NULL);
    out_of_memory = memory;
    return size;
}

/* Return to a state by its bytes, and have the outputs computed. */
static void settle_from(Player *player, const fmi2Byte *bytes, size_t size)
{
    fmi2FMUstate state;
    fmi2ValueReference output = (fmi2ValueReference)at.y;
    fmi2Real value;
    int memory = out_of_memory;
    out_of_memory = 0;
    memset(&state, 0xff, sizeof state); /* no place that may be read */
    MUST(fmi2DeSerializeFMUstate(player->component, bytes, size, &state) == fmi2OK);
    MUST(fmi2SetFMUstate(player->component, state) == fmi2OK);
    MUST(fmi2FreeFMUstate(player->component, &state) == fmi2OK);
    while (variable_of(output)->kind != REAL)
        ++output;
    MUST(fmi2GetReal(player->component, &output, 1, &value) == fmi2OK);
    out_of_memory = memory;
}

/* Check that a refused call left the state as it was, but for outputs that were due. */
static void check_refused(Player *player, const fmi2Byte *before, size_t size)
{
    static fmi2Byte after[BYTES], settled[BYTES];
    MUST(bytes_of(player, after) == size);
    if (memcmp(before, after, size) == 0)
        return;
    settle_from(player, before, size);
    MUST(bytes_of(player, settled) == size && memcmp(settled, after, size) == 0);
    ++computed;
}

/* Have another message told, so that the next one is told whatever it is. */
static void tell_another(Player *player)
{
    const fmi2String category = "another";
    told = 0;
    MUST(fmi2SetDebugLogging(player->component, fmi2True, 1, &category) == fmi2Error);
    if (told)
        strcpy(player->message, message);
}

/* Check that a refusal was told; where it need not be another than what was told last, no more than once. */
static void check_told(Player *player, int must_tell)
{
    MUST(told == 1 || (told == 0 && !must_tell));
    if (told) {
        MUST(strcmp(message, player->message) != 0);
        strcpy(player->message, message);
    }
}

/* Make one call and check what came of it. */
#define CALL(player, call) \
    do { \
        static fmi2Byte before[BYTES]; \
        size_t size = bytes_of(player, before); \
        int must_tell = chance(2); \
        if (must_tell) \
            tell_another(player); \
        told = 0; \
        fmi2Status outcome = (call); \
        ++calls; \
        MUST(outcome == fmi2OK || outcome == fmi2Discard || outcome == fmi2Error); \
        ++*(outcome == fmi2OK ? &granted : &refused); \
        last = outcome; \
        if (outcome == fmi2OK) { \
            MUST(told == 0); \
        } else { \
            check_told(player, must_tell); \
            check_refused(player, before, size); \
        } \
    } while (0)

static fmi2Status last;

#endif
