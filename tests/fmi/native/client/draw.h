/* Random references and values for a model, from its own table: most of them fit, some do not. */
#ifndef DRAW_H
#define DRAW_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables.c"

#define VALUES ((uint32_t)at.x)

enum { ANY_ROLE = 1 << FIXED | 1 << TUNABLE | 1 << INPUT | 1 << OUTPUT };

static uint64_t seed;
static Tables tables;
static Offsets at;
static void *content;

static inline uint32_t chance(uint32_t below)
{
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15)); /* Steele, Lea and Flood's SplitMix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

/* Read the tables in the folder of a file URI; whether they are whole. What was read is `content`. */
static inline int read_tables(const char *uri)
{
    char path[4096];
    FILE *file;
    size_t size;
    int whole;
    snprintf(path, sizeof path, "%s/model.bin", uri + strlen("file://"));
    file = fopen(path, "rb");
    if (!file || fread(&tables.header, sizeof tables.header, 1, file) != 1 || header_fault(&tables.header))
        return 0;
    size = content_size(&tables.header);
    content = malloc(size);
    at = offsets(tables.header.numbers);
    whole = fread(content, 1, size, file) == size && !tables_fault(&tables, &at, content);
    fclose(file);
    return whole;
}

static inline const Variable *variable_of(uint32_t reference)
{
    for (uint32_t i = 0; i < tables.header.variables; ++i)
        if (reference - tables.variables[i].first < tables.variables[i].count)
            return &tables.variables[i];
    return NULL;
}

/* A value reference of this kind and of one of these roles, a bit a role; now and then any other, or of nothing. */
static inline uint32_t draw_reference(int kind, unsigned roles)
{
    const uint32_t end = (uint32_t)at.slopes, odd[] = {VALUES, VALUES + 1, end, end + 1, 1u << 31, UINT32_MAX};
    if (!chance(25))
        return chance(2) ? chance(VALUES) : odd[chance(sizeof odd / sizeof *odd)];
    for (int trial = 0; trial < 1000; ++trial) {
        const Variable *variable = &tables.variables[chance(tables.header.variables)];
        if (variable->count > 0 && variable->kind == kind && roles >> variable->role & 1u)
            return variable->first + chance(variable->count);
    }
    return VALUES; /* there is none */
}

/* A value about the start and, more often than not, within the bounds. */
static inline double draw_fitting(uint32_t reference)
{
    const Variable *variable = variable_of(reference);
    double value = reference < at.y ? tables.start[reference] : 0.0;
    if (!variable)
        return 1.0;
    if (variable->kind != REAL)
        return chance(3) ? value : fmax(variable->min, -9.0) + chance(10);
    return chance(4) ? value + variable->nominal * (chance(2001) / 1000.0 - 1.0) / (1 << chance(12)) : value;
}

static inline double draw_real(uint32_t reference)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, -0.0, 0.0, 5e-324, 1e-9, 1e300, -1e300, 1.0, 25.0, 298.15,
                                 1e6};
    return chance(12) ? draw_fitting(reference) : odd[chance(sizeof odd / sizeof *odd)];
}

static inline int32_t draw_integer(uint32_t reference)
{
    static const int32_t odd[] = {INT32_MIN, -6, -1, 0, 1, 2, 3, 4, 5, 6, 7, INT32_MAX};
    return chance(2) ? (int32_t)draw_fitting(reference) : odd[chance(sizeof odd / sizeof *odd)];
}

/* A place of a state in the memory, each variable as often as any other. */
static inline uint32_t draw_state(void)
{
    for (;;) {
        const Variable *variable = &tables.variables[chance(tables.header.variables)];
        if (variable->role == STATE && variable->count > 0)
            return variable->first + chance(variable->count);
    }
}

/* A value that is often beyond the bounds of a place in the memory, or at them. */
static inline double draw_wrong(uint32_t place)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 31.0, 32.0, 33.0, 1e9, -1e9, 1e18,
                                 -1e18, 1e300, -1e300, 5e-324, 9007199254740993.0};
    const Variable *variable = variable_of(place);
    switch (chance(5)) {
    case 0: return variable->min;
    case 1: return variable->max;
    case 2: return variable->max + 1.0;
    case 3: return (double)chance(40) - 4.0;
    default: return odd[chance(sizeof odd / sizeof *odd)];
    }
}

#endif
