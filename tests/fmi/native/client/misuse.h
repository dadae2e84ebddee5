/* States with wrong values in them, and checksums that fit: what comes of them is refused, or runs without harm. */
#ifndef MISUSE_H
#define MISUSE_H

#include "judge.h"

enum { FLAGS_AT = 64, VALUES_AT = FLAGS_AT + 48, STALE_AT = FLAGS_AT + 4, COMPUTE_ALL = 2 };

static long long misused;

/* Whether the model may have left a state or output so. */
static inline int may_be(uint32_t place, double value)
{
    const Variable *variable = variable_of(place);
    if (variable->role == OUTPUT)
        return isfinite(value);
    return isfinite(value) && value >= variable->min && value <= variable->max
           && (variable->kind == REAL || value == floor(value));
}

/* Put wrong values into the bytes of a state, and the checksum that fits; whether an instance may have come to them. */
static inline int spoil(fmi2Byte *bytes, size_t size)
{
    uint32_t stale;
    uint64_t sum;
    int possible = 1;
    memcpy(&stale, bytes + STALE_AT, sizeof stale);
    for (uint32_t i = 0, count = 1 + chance(3); i < count; ++i) {
        uint32_t place = chance(4) ? draw_state() : (uint32_t)at.y + chance((uint32_t)(at.x - at.y));
        double value = draw_wrong(place);
        memcpy(bytes + VALUES_AT + sizeof value * place, &value, sizeof value);
    }
    for (uint32_t place = (uint32_t)at.y; place < at.slopes; ++place) {
        double value;
        memcpy(&value, bytes + VALUES_AT + sizeof value * place, sizeof value);
        possible &= stale == COMPUTE_ALL && place >= at.x ? isfinite(value) : may_be(place, value);
    }
    sum = checksum(bytes + FLAGS_AT, size - FLAGS_AT);
    memcpy(bytes + FLAGS_AT - sizeof sum, &sum, sizeof sum);
    return possible;
}

/* Run from the present state, whatever it is: calls return, and what they give is finite. */
static inline void run_on(fmi2Component component)
{
    fmi2Real time, value;
    fmi2FMUstate state = NULL;
    for (int i = 0; i < 4; ++i) {
        fmi2ValueReference output = (fmi2ValueReference)(at.y + chance((uint32_t)(at.x - at.y)));
        fmi2Integer order = 1;
        MUST(fmi2GetRealStatus(component, fmi2LastSuccessfulTime, &time) != fmi2Fatal);
        MUST(fmi2DoStep(component, time, chance(3) ? 1.0 : 60.0, fmi2True) != fmi2Fatal);
        if (fmi2GetReal(component, &output, 1, &value) == fmi2OK)
            MUST(isfinite(value));
        if (fmi2GetRealOutputDerivatives(component, &output, 1, &order, &value) == fmi2OK)
            MUST(isfinite(value));
    }
    MUST(fmi2GetFMUstate(component, &state) == fmi2OK && fmi2FreeFMUstate(component, &state) == fmi2OK);
}

/* Restore a spoilt state; where it is granted run on from it, and return to the state before. */
static inline void misuse(Player *player)
{
    static fmi2Byte bytes[BYTES];
    fmi2FMUstate own = NULL, state = NULL;
    size_t size = bytes_of(player, bytes);
    int possible = spoil(bytes, size);
    CALL(player, fmi2DeSerializeFMUstate(player->component, bytes, size, &state));
    MUST(last == (possible ? fmi2OK : fmi2Error));
    if (last != fmi2OK)
        return;
    MUST(fmi2GetFMUstate(player->component, &own) == fmi2OK);
    MUST(fmi2SetFMUstate(player->component, state) == fmi2OK);
    run_on(player->component);
    MUST(fmi2SetFMUstate(player->component, own) == fmi2OK);
    MUST(fmi2FreeFMUstate(player->component, &own) == fmi2OK && fmi2FreeFMUstate(player->component, &state) == fmi2OK);
    tell_another(player);
    ++misused;
}

#endif
