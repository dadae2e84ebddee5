/* The tables of a model, resources/model.bin: all that depends on the size of a pack, and what its variables are called.
 *
 * Numbers have low bytes first. After the header follow, without gaps and each from a multiple of 8 bytes on:
 *
 *     start values      of parameters and inputs, double each
 *     constants         int64 each
 *     layouts           of the blocks x, p, u, y and c, LAYOUT_LENGTH int64 in all; model.h tells their structure
 *     variables         in the order of the memory: the interface, which is parameters, inputs, outputs; then the states
 *     refusals          what the statuses of a step mean
 *     pieces            of their texts
 *     text              strings that end with a zero, the last byte of all included
 */
#ifndef PACKFMU_TABLES_H
#define PACKFMU_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"

#define TABLES_VERSION 2

enum { X, P, U, Y, C, BLOCKS };
enum { FIXED, TUNABLE, INPUT, OUTPUT, HIDDEN, STATE, ROLES };
enum { REAL, INTEGER, BOOLEAN, KINDS };
enum { PLAIN, EXPONENT, DECIMALS, SHORTEST, FORMS };
enum { MOST_DIGITS = 99 };

typedef struct {
    char magic[8];
    uint32_t version, byte_order;
    uint64_t checksum;            /* of the rest of the header */
    uint64_t content;             /* checksum of all that follows the header */
    char stamp[32];               /* of the library */
    char guid[40], identity[32];  /* of the FMU; of its states */
    uint32_t numbers[BLOCKS];     /* of scalars in each block */
    uint32_t layouts, variables, refusals, pieces, text;
} Header;

typedef struct {
    uint32_t name, unit;          /* places in the text */
    uint32_t first, count;        /* value references; of a state, its place in the memory */
    uint32_t extent[2];
    uint16_t rank, role, kind, unused;
    double min, max, nominal;
} Variable;

typedef struct {
    int64_t status;
    uint32_t first, count;        /* of its pieces */
} Refusal;

/* Literal text and, unless the form is PLAIN, a value after it. */
typedef struct {
    uint32_t literal, place;      /* in the text; in the memory p, u, y, x */
    uint32_t form, digits;
} Piece;

_Static_assert(sizeof(Header) == 176 && sizeof(Variable) == 56 && sizeof(Refusal) == 16 && sizeof(Piece) == 16,
               "tables have no padding");
_Static_assert(sizeof(MODEL_STAMP) <= sizeof((Header){0}.stamp), "MODEL_STAMP is longer than the tables hold");
_Static_assert(sizeof(double) == 8, "values are float64");

typedef struct {
    Header header;
    const double *start;
    int64_t *constants;
    int64_t *layouts[BLOCKS];
    const Variable *variables;
    const Refusal *refusals;
    const Piece *pieces;
    const char *text;
} Tables;

/* Places in the memory of an instance, which begins with the parameters. What a saved state holds comes first; the model's
 * own blocks are its first part. */
typedef struct {
    size_t u, y, x;
    size_t slopes;                /* first derivatives of the inputs, for the next step; end of the model's own blocks */
    size_t held;                  /* inputs at the end of the last step */
    size_t before;                /* the model's own blocks before the call that is being answered; end of what is saved */
    size_t rates;                 /* first derivatives of the outputs */
    size_t former;                /* outputs one short step earlier */
    size_t end;
} Offsets;

#endif
