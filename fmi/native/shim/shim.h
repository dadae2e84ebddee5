/* What all parts of the shim share: the memory of an instance, its place in the call sequence, its messages. */
#ifndef PACKFMU_SHIM_H
#define PACKFMU_SHIM_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "fmi2Functions.h"
#include "tables.h"

#define TEXT_SIZE 1024

typedef enum { INSTANTIATED = 1, INITIALISATION = 2, STEPPING = 4, TERMINATED = 8 } Phase;

enum { ANY_PHASE = INSTANTIATED | INITIALISATION | STEPPING | TERMINATED };

/* What no longer follows from the parameters and inputs that were set. */
typedef enum { NOTHING, OUTPUTS, EVERYTHING } Stale;

/* The shim's own part of a saved state; of fixed widths and without padding. */
typedef struct {
    uint32_t phase, stale;
    uint32_t is_set_up, has_stop_time, has_slopes, unused;
    double stop_time, time, step;
} Flags;

typedef struct {
    fmi2CallbackFunctions callbacks;
    const char *name;
    unsigned logged;              /* a bit a status */
    char *told;                   /* the message that was logged last, TEXT_SIZE characters */
    Flags flags;
    bool is_refused, has_rates;   /* whether the last step was refused; whether `rates` belong to the present state */
    double refused_at;            /* start of the refused step */
    Tables tables;
    Offsets at;
    double memory[];
} Instance;

/* A selection of the memory by one value reference. */
typedef struct {
    const Variable *variable;
    uint32_t element;
} Place;

static fmi2Status report(const Instance *instance, fmi2Status status, const char *format, ...);

#endif
