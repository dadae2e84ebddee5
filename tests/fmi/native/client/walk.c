/* Valid and invalid calls in random order on instances of a model, in one program with the shim.
 *
 *     walk CALLS SEED RESOURCE_URI
 *
 * What must hold of every call: it returns; a refusal is told once, with a reason, and leaves the bytes of the state as
 * they were, or as reading an output makes them where that is granted; what was told last is not told once more; what is
 * granted is not told; results are finite.
 * Ends with status 1 at the first call of which that is not true.
 */
#include "misuse.h"

enum { INSTANCES = 3, LONGEST = 6, MOST_INPUTS = 1000 };

static Player players[INSTANCES];
static const char *resource;

static void set(Player *player)
{
    fmi2ValueReference vr[LONGEST];
    fmi2Real reals[LONGEST];
    fmi2Integer integers[LONGEST], order[LONGEST];
    size_t count = chance(LONGEST);
    uint32_t way = chance(10);
    int kind = way == 8 ? BOOLEAN : way == 9 ? INTEGER : REAL;
    unsigned roles = way < 3 ? ANY_ROLE & ~(1u << OUTPUT) : 1u << INPUT;
    for (size_t i = 0; i < count; ++i) {
        vr[i] = draw_reference(kind, roles);
        reals[i] = draw_real(vr[i]);
        integers[i] = draw_integer(vr[i]);
        order[i] = chance(20) ? 1 : integers[i];
    }
    fmi2ValueReference *references = chance(200) ? vr : NULL;
    if (way < 7)
        CALL(player, fmi2SetReal(player->component, references, count, chance(200) ? reals : NULL));
    else if (way == 7)
        CALL(player, fmi2SetRealInputDerivatives(player->component, references, count, order, reals));
    else if (kind == BOOLEAN)
        CALL(player, fmi2SetBoolean(player->component, references, count, integers));
    else
        CALL(player, fmi2SetInteger(player->component, references, count, integers));
}

/* Check what the last call gave. */
static void check_finite(const fmi2Real *values, size_t count)
{
    for (size_t i = 0; last == fmi2OK && i < count; ++i)
        MUST(isfinite(values[i]));
}

static void get(Player *player)
{
    fmi2ValueReference vr[LONGEST];
    fmi2Real reals[LONGEST];
    fmi2Integer integers[LONGEST];
    fmi2String strings[LONGEST];
    size_t count = chance(LONGEST);
    uint32_t way = chance(8);
    int kind = way == 0 ? INTEGER : way == 1 ? BOOLEAN : REAL;
    for (size_t i = 0; i < count; ++i) {
        vr[i] = draw_reference(kind, way < 4 || way > 5 ? ANY_ROLE : 1u << OUTPUT);
        integers[i] = chance(20) ? 1 : draw_integer(vr[i]);
    }
    switch (way) {
    case 0: CALL(player, fmi2GetInteger(player->component, vr, count, integers)); break;
    case 1: CALL(player, fmi2GetBoolean(player->component, vr, count, integers)); break;
    case 2: CALL(player, fmi2GetString(player->component, vr, count, strings)); break;
    case 3: CALL(player, fmi2SetString(player->component, vr, count, strings)); break;
    case 4:
        CALL(player, fmi2GetRealOutputDerivatives(player->component, vr, count, integers, reals));
        check_finite(reals, count);
        break;
    case 5:
        CALL(player, fmi2GetDirectionalDerivative(player->component, vr, count, vr, count, reals, reals));
        MUST(last == fmi2Error);
        break;
    default:
        CALL(player, fmi2GetReal(player->component, vr, count, reals));
        check_finite(reals, count);
    }
}

static void step(Player *player)
{
    static const double steps[] = {1.0, 1.0, 1.0, 0.1, 1e-9, 600.0, 1e300, 5e-324, 0.0, -1.0, NAN, INFINITY};
    double t = draw_real(VALUES), h = steps[chance(12)], time;
    fmi2Boolean terminated;
    CALL(player, fmi2GetRealStatus(player->component, fmi2LastSuccessfulTime, &time));
    if (chance(10) && last == fmi2OK)
        t = time;
    CALL(player, fmi2DoStep(player->component, t, h, fmi2True));
    stepped += last == fmi2OK;
    discarded += last == fmi2Discard;
    if (last != fmi2Error) {
        MUST(fmi2GetBooleanStatus(player->component, fmi2Terminated, &terminated) == fmi2OK);
        MUST(fmi2GetRealStatus(player->component, fmi2LastSuccessfulTime, &time) == fmi2OK);
        MUST(last == fmi2OK ? !terminated && time == t + h : !terminated || time == t); /* the judge may restore a state */
    }
    for (fmi2ValueReference output = (fmi2ValueReference)at.y; last == fmi2OK && output < VALUES; ++output) {
        fmi2Real value;
        if (variable_of(output)->kind == REAL)
            MUST(fmi2GetReal(player->component, &output, 1, &value) == fmi2OK && isfinite(value));
    }
}

/* Step with all inputs at bounds of theirs, which most models refuse, and return to the state before. */
static void overload(Player *player)
{
    static fmi2ValueReference references[MOST_INPUTS];
    static fmi2Real reals[MOST_INPUTS];
    fmi2FMUstate saved = NULL;
    size_t count = 0;
    CALL(player, fmi2GetFMUstate(player->component, &saved));
    for (fmi2ValueReference input = (fmi2ValueReference)at.u; input < at.y; ++input) {
        const Variable *variable = variable_of(input);
        fmi2Integer whole = draw_integer(input);
        if (variable->kind == INTEGER)
            CALL(player, fmi2SetInteger(player->component, &input, 1, &whole));
        if (variable->kind != REAL || count == MOST_INPUTS)
            continue;
        references[count] = input;
        reals[count++] = chance(2) ? variable->min : variable->max;
    }
    CALL(player, fmi2SetReal(player->component, references, count, reals));
    step(player);
    CALL(player, fmi2SetFMUstate(player->component, saved));
    CALL(player, fmi2FreeFMUstate(player->component, &saved));
}

static void ask(Player *player)
{
    fmi2StatusKind kind = (fmi2StatusKind)chance(5);
    fmi2Status status;
    fmi2Real number;
    fmi2Integer whole;
    fmi2Boolean truth;
    fmi2String text;
    const fmi2String categories[] = {"logStatusError", "logStatusDiscard", chance(2) ? "logAll" : NULL};
    switch (chance(8)) {
    case 0: CALL(player, fmi2GetStatus(player->component, kind, &status)); break;
    case 1: CALL(player, fmi2GetRealStatus(player->component, kind, chance(9) ? &number : NULL)); break;
    case 2: CALL(player, fmi2GetIntegerStatus(player->component, kind, &whole)); break;
    case 3: CALL(player, fmi2GetBooleanStatus(player->component, kind, &truth)); break;
    case 4: CALL(player, fmi2GetStringStatus(player->component, kind, &text)); break;
    case 5: CALL(player, fmi2CancelStep(player->component)); break;
    case 6: CALL(player, fmi2SetDebugLogging(player->component, fmi2True, 2 + chance(2), categories)); break;
    default: CALL(player, fmi2SetDebugLogging(player->component, chance(2) ? fmi2True : fmi2False, 0, NULL));
    }
}

/* Start anew, what was told included. */
static void reset(Player *player)
{
    CALL(player, fmi2Reset(player->component));
    MUST(last == fmi2OK);
    *player->message = '\0';
}

static void change_phase(Player *player)
{
    double begin = chance(4) ? 0.0 : draw_real(VALUES), end = draw_real(VALUES);
    switch (chance(6)) {
    case 0: CALL(player, fmi2SetupExperiment(player->component, fmi2False, 0.0, begin, !chance(4), end)); break;
    case 1: CALL(player, fmi2EnterInitializationMode(player->component)); break;
    case 2: CALL(player, fmi2ExitInitializationMode(player->component)); break;
    case 3: CALL(player, fmi2Terminate(player->component)); break;
    default: reset(player);
    }
}

static void initialise(Player *player)
{
    int parameters = chance(3) == 0;
    reset(player);
    CALL(player, fmi2SetupExperiment(player->component, fmi2True, 1e-3, 0.0, fmi2False, 0.0));
    if (parameters)
        set(player);
    CALL(player, fmi2EnterInitializationMode(player->component));
    if (parameters)
        set(player);
    CALL(player, fmi2ExitInitializationMode(player->component));
}

static void save(Player *player)
{
    fmi2FMUstate *state = &player->states[chance(STATES)];
    out_of_memory = !chance(20);
    if (chance(3))
        CALL(player, fmi2GetFMUstate(player->component, state));
    else
        CALL(player, fmi2FreeFMUstate(player->component, state));
    out_of_memory = 0;
}

static void restore(Player *player)
{
    CALL(player, fmi2SetFMUstate(player->component, players[chance(INSTANCES)].states[chance(STATES)]));
}

/* Restore the bytes of any instance's state, most of them spoilt. */
static void restore_bytes(Player *player)
{
    static fmi2Byte bytes[BYTES], back[BYTES];
    size_t size = bytes_of(&players[chance(INSTANCES)], bytes), given = size;
    uint32_t way = chance(4);
    fmi2FMUstate *state = &player->states[chance(STATES)];
    if (way == 1)
        bytes[chance((uint32_t)size)] ^= (fmi2Byte)(1u << chance(8));
    else if (way == 2)
        given = chance((uint32_t)size);
    CALL(player, fmi2FreeFMUstate(player->component, state));
    CALL(player, fmi2DeSerializeFMUstate(player->component, bytes, given, state));
    MUST(way == 0 || way == 3 ? last == fmi2OK : last == fmi2Error);
    if (last != fmi2OK)
        return;
    MUST(fmi2SerializeFMUstate(player->component, *state, back, size) == fmi2OK && memcmp(bytes, back, size) == 0);
    CALL(player, fmi2SerializeFMUstate(player->component, *state, back, chance((uint32_t)size)));
    CALL(player, fmi2SetFMUstate(player->component, *state));
}

static void leave(Player *player)
{
    for (int i = 0; i < STATES; ++i)
        fmi2FreeFMUstate(player->component, &player->states[i]);
    fmi2FreeInstance(player->component);
    player->component = NULL;
}

static void enter(Player *player)
{
    static const char *const names[] = {"walker", "walker", "walker", "", " ", NULL};
    const char *own = tables.header.guid, *guids[] = {own, own, own, "{1}", NULL};
    const char *uris[] = {resource, resource, resource, "/tmp", "file:///nowhere%2", "http://there", "file://there/x", NULL};
    while (!player->component) {
        told = 0;
        out_of_memory = !chance(20);
        player->component = fmi2Instantiate(names[chance(6)], chance(9) ? fmi2CoSimulation : fmi2ModelExchange,
                                            guids[chance(5)], uris[chance(8)], &callbacks, fmi2False, fmi2True);
        out_of_memory = 0;
        MUST(told == !player->component);
        *player->message = '\0';
        ++calls;
    }
}

int main(int argc, char **argv)
{
    static void (*const actions[])(Player *) = {set,  set,  set, step, step,          step, step, step, overload, get, get,
                                                save, restore, restore_bytes, misuse, ask, change_phase, initialise};
    if (argc != 4 || !read_tables(argv[3]))
        return 2;
    seed = strtoull(argv[2], NULL, 10);
    resource = argv[3];
    for (int i = 0; i < INSTANCES; ++i)
        enter(&players[i]);
    for (long long wanted = strtoll(argv[1], NULL, 10); calls < wanted;) {
        Player *player = &players[chance(INSTANCES)];
        if (!chance(500)) {
            leave(player);
            enter(player);
        }
        actions[chance(sizeof actions / sizeof *actions)](player);
    }
    for (int i = 0; i < INSTANCES; ++i)
        leave(&players[i]);
    free(content);
    printf("%lld calls: %lld granted, %lld refused, %lld of them after computing outputs, %lld steps, %lld discarded, "
           "%lld spoilt states taken\n", calls, granted, refused, computed, stepped, discarded, misused);
    return 0;
}
