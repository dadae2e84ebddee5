"""The C interface of FMI 2.0: every function, by calls from outside on a toy model written in C."""

import ctypes
import math
import os
import re
import shutil
import subprocess
import threading
from ctypes import byref, c_char_p, c_double, c_int, c_size_t, c_void_p

import pytest

from tests.fmus import native_toy
from tests.fmus.native_toy import (
    CLIENT,
    DISCARD,
    DISCARDS,
    DIVISOR,
    ENABLE,
    ENABLED,
    ERROR,
    ERRORS,
    GAIN,
    GUID,
    LEVEL,
    LEVEL_AT_START,
    LIMIT,
    MODE,
    OK,
    QUOTIENT,
    RATE,
    SCALED,
    SHIFT,
    SHIM,
    START,
    STEPS,
    TABLE,
    TOTAL,
    WARMTH,
    Importer,
    build_toy,
    compile_c,
    write_start,
)

ADDRESS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
UNDEFINED = ("-g", "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all")
FUNCTIONS = re.compile(r"fmi2\w+TYPE\b")
OTHERS = "EventMode|NewDiscreteStates|Continuous|CompletedIntegrator|SetTime|GetDerivatives|Indicators"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build_toy(tmp_path_factory.mktemp("toy"))


@pytest.fixture
def new(library):
    """Return a maker of instances, which are freed at the end."""
    made = []

    def make(**arguments):
        arguments = {"resources": library.parent.as_uri()} | arguments
        made.append(Importer(library, **arguments))
        return made[-1]

    yield make
    for importer in made:
        if importer.component:
            importer.free()


@pytest.fixture
def toy(new):
    return new().initialise()


def settled(importer):
    """All outputs, which are then computed, and the bytes of the state."""
    importer.get(TOTAL)
    return importer.bytes()


def interface():
    """Return the names of the functions for co-simulation."""
    header = (native_toy.HEADERS / "fmi2FunctionTypes.h").read_text(encoding="utf-8")
    return {name[:-4] for name in FUNCTIONS.findall(header) if not re.search(OTHERS, name)}


def test_all_functions_of_the_interface_and_no_others_are_exported(library):
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    assert {line.split()[-1] for line in symbols.splitlines()} == interface()


def test_versions_need_no_instance(library):
    functions = ctypes.CDLL(str(library))
    functions.fmi2GetVersion.restype = functions.fmi2GetTypesPlatform.restype = c_char_p
    assert (functions.fmi2GetVersion(), functions.fmi2GetTypesPlatform()) == (b"2.0", b"default")


def test_it_steps_as_its_equations_say(toy):
    assert toy.set("Real", [RATE, RATE + 2], [2.0, -1.0]) == OK
    assert toy.step(0.0, 0.5) == OK
    hidden = 3.9 * 0.3 * 0.7
    assert toy.get(LEVEL, LEVEL + 1, LEVEL + 2) == [5.0 + rate * 0.5 + 1e-3 * hidden for rate in (2.0, 0.0, -1.0)]
    assert toy.get_status("Integer", [STEPS]) == (OK, [1])
    assert toy.get_status("Boolean", [ENABLED]) == (OK, [1])
    assert toy.log == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"guid": "{another}"}, "the GUID is not that of this FMU, " + GUID),
        ({"guid": None}, "the GUID is not that of this FMU, " + GUID),
        ({"kind": 0}, "co-simulation only"),
        ({"name": b" "}, "has no name"),
        ({"name": None}, "has no name"),
        ({"resources": None}, "must be a file URI; it is NULL"),
        ({"resources": "/no/uri"}, "must be a file URI; it is /no/uri"),
        ({"resources": "http://host/path"}, "must be a file URI"),
        ({"resources": "file://host/path"}, "must be a file URI"),
        ({"resources": "file:///no/such/folder"}, "cannot be opened"),
        ({"resources": "file:///bad%2"}, "cannot be opened"),
        ({"resources": "file:///bad%00"}, "cannot be opened"),
        ({"resources": "file:///bad%0A"}, "cannot be opened"),
        ({"resources": "file:///bad%zz%%"}, "start.bin at file:///bad%%zz%%%%"),
    ],
)
def test_what_cannot_be_instantiated_is_told(new, arguments, words):
    importer = new(**arguments)
    assert not importer.component
    ((status, category, message),) = importer.log
    assert (status, category) == (ERROR, ERRORS)
    assert words in message


@pytest.mark.parametrize("form", ["file://{}", "file:{}", "FILE://localhost{}"])
@pytest.mark.parametrize("folder", ["plain", "with space", "\N{LATIN SMALL LETTER O WITH DIAERESIS}\u4e2d%23"])
def test_resource_locations(new, tmp_path, form, folder):
    path = write_start(tmp_path / folder).removeprefix("file://")
    assert new(resources=form.format(path)).component


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data[:-1], "does not hold the values"),
        (lambda data: data + b"\0", "does not hold the values"),
        (lambda data: native_toy.struct.pack("<d", math.nan) + data[8:], "gain = nan is not finite and within [0, 10]"),
        (
            lambda data: data[:80] + native_toy.struct.pack("<d", 2.0) + data[88:],
            "warmth = 2 K is not within [200, 500]",
        ),
    ],
)
def test_start_values_are_checked(new, tmp_path, spoil, words):
    data = native_toy.struct.pack("<19d", *START)
    importer = new(resources=write_start(tmp_path, spoil(data)))
    assert not importer.component
    assert words in importer.messages[0]


def test_memory_comes_from_the_importer_and_its_end_is_told(new):
    for allocations in range(2):
        importer = new(allocations=allocations)
        assert not importer.component
        assert importer.messages == ["there is no memory left"]
    toy = new().initialise()
    data = toy.bytes()
    toy.allocations = 0
    assert toy.call("fmi2GetFMUstate", byref(c_void_p())) == ERROR
    assert toy.derivative([SCALED], [GAIN], [1.0])[0] == toy.from_bytes(data)[0] == ERROR
    assert all("no memory left" in message for message in toy.messages)


def test_the_callbacks_must_be_there(library):
    functions = ctypes.CDLL(str(library))
    functions.fmi2Instantiate.restype = c_void_p
    memory = {"allocateMemory": native_toy.fmi2CallbackAllocateMemoryTYPE(native_toy.calloc)}
    for callbacks in (
        None,
        byref(native_toy.fmi2CallbackFunctions()),
        byref(native_toy.fmi2CallbackFunctions(**memory)),
    ):
        assert functions.fmi2Instantiate(b"toy", 1, GUID.encode(), b"file:///", callbacks, 0, 0) is None


def test_without_an_instance_every_call_is_an_error(library):
    functions, nothing = ctypes.CDLL(str(library)), c_void_p()
    for name in interface() - {"fmi2GetVersion", "fmi2GetTypesPlatform", "fmi2Instantiate", "fmi2FreeInstance"}:
        assert getattr(functions, name)(*[nothing] * 8) == ERROR
    functions.fmi2FreeInstance(nothing)


def test_every_missing_argument_is_told(toy):
    number, numbers, state = c_size_t(1), byref(c_double()), toy.save()
    bytes_ = (ctypes.c_char * 4096)()
    calls = [
        *((f"fmi2{call}", numbers, number, numbers) for call in ("GetReal", "GetInteger", "GetBoolean")),
        *((f"fmi2{call}", numbers, number, numbers) for call in ("SetReal", "SetInteger", "SetBoolean")),
        ("fmi2SetRealInputDerivatives", numbers, number, numbers, numbers),
        ("fmi2GetRealOutputDerivatives", numbers, number, numbers, numbers),
        ("fmi2GetDirectionalDerivative", numbers, number, numbers, number, numbers, numbers),
        ("fmi2SetDebugLogging", c_int(1), number, byref(c_char_p(b"logStatusError"))),
        ("fmi2GetFMUstate", byref(c_void_p())),
        ("fmi2SerializedFMUstateSize", state, byref(c_size_t())),
        ("fmi2SerializeFMUstate", state, bytes_, c_size_t(4096)),
        ("fmi2DeSerializeFMUstate", bytes_, c_size_t(4096), byref(c_void_p())),
        ("fmi2GetString", numbers, number, numbers),
    ]  # fmt: skip
    for name, *arguments in calls:
        for place, argument in enumerate(arguments):
            if not isinstance(argument, (c_int, c_size_t)) and not (name == "fmi2GetString" and place):
                toy.log.clear()
                assert toy.call(name, *arguments[:place], None, *arguments[place + 1 :]) == ERROR
                assert toy.messages == [f"{name}: an argument is NULL"]
    assert toy.call("fmi2FreeFMUstate", None) == OK
    toy.release(state)


def test_what_is_allocated_and_opened_is_given_back(library):
    for cycle in range(10_000):
        importer = Importer(library, library.parent.as_uri())
        if cycle == 0:
            importer.initialise()
            importer.bytes()
            importer.derivative([SCALED], [GAIN], [1.0])
            importer.from_bytes(b"")
            importer.from_bytes(bytes(len(importer.bytes())))
        importer.free()
        assert importer.live == set()


PHASES = ("instantiated", "in initialisation mode", "ready to step", "terminated")


def in_phase(importer, phase):
    calls = ("fmi2EnterInitializationMode", "fmi2ExitInitializationMode", "fmi2Terminate")
    for number in range(PHASES.index(phase)):
        if number == 0:
            assert importer.setup() == OK
        assert importer.call(calls[number]) == OK
    return importer


ALLOWED = {
    "setup": (lambda i: i.setup(), "I"),
    "enter": (lambda i: i.call("fmi2EnterInitializationMode"), "I"),
    "exit": (lambda i: i.call("fmi2ExitInitializationMode"), "M"),
    "terminate": (lambda i: i.call("fmi2Terminate"), "S"),
    "reset": (lambda i: i.call("fmi2Reset"), "IMST"),
    "get": (lambda i: i.get_status("Real", [TOTAL])[0], "MST"),
    "get string": (lambda i: i.get_status("String", [])[0], "MST"),
    "set": (lambda i: i.set("Real", [RATE], [1.0]), "IMS"),
    "set string": (lambda i: i.set("String", [], []), "IMS"),
    "step": (lambda i: i.step(), "S"),
    "cancel": (lambda i: i.call("fmi2CancelStep"), ""),
    "slope": (lambda i: i.slope(RATE, 1.0), "IMS"),
    "rate": (lambda i: i.rate(TOTAL)[0], "ST"),
    "derivative": (lambda i: i.derivative([TOTAL], [RATE], [1.0])[0], "MST"),
    "status": (lambda i: i.call("fmi2GetRealStatus", c_int(2), byref(c_double())), "ST"),
    "log": (lambda i: i.call("fmi2SetDebugLogging", c_int(1), c_size_t(0), None), "IMST"),
    "bytes": (lambda i: i.release(i.from_bytes(i.bytes())[1]) or OK, "IMST"),
    "get state": (lambda i: i.release(i.save()) or OK, "IMST"),
}


@pytest.mark.parametrize("what", ALLOWED)
@pytest.mark.parametrize("phase", PHASES)
def test_the_table_of_the_call_sequence(new, what, phase):
    importer = in_phase(new(), phase)
    call, phases = ALLOWED[what]
    if phase == "instantiated" and what == "enter":
        assert importer.setup() == OK
    before = importer.bytes()
    if "IMST"[PHASES.index(phase)] in phases:
        assert call(importer) == OK
        assert importer.log == []
    else:
        assert call(importer) == ERROR
        assert importer.bytes() == before
        assert "out of sequence" in importer.messages[-1]
        assert what == "cancel" or phase in importer.messages[-1]


def test_the_experiment_is_set_up_first(new):
    importer = new()
    assert importer.call("fmi2EnterInitializationMode") == ERROR
    assert "fmi2SetupExperiment comes before it" in importer.messages[0]
    assert [importer.setup(math.nan), importer.setup(1.0, 0.5), importer.setup(0.0, math.inf)] == [ERROR] * 3


def test_no_step_passes_the_stop_time_but_for_rounding(new):
    importer = new()
    assert importer.setup(0.0, 1.0) == OK
    assert importer.call("fmi2EnterInitializationMode") == importer.call("fmi2ExitInitializationMode") == OK
    assert importer.step(0.9, 0.1000000000000001) == OK
    before = settled(importer)
    assert importer.step(1.0, 0.1) == ERROR
    assert importer.messages == ["a step from 1 s by 0.1 s would pass the stop time 1 s"]
    assert importer.bytes() == before


@pytest.mark.parametrize(
    ("kind", "references", "values", "message"),
    [
        ("Real", [WARMTH], [100.0], "warmth = 100 K is not within [200, 500] K"),
        ("Real", [RATE + 2], [-2e3], "rate[3] = -2000 A is not within [-1000, 1000] A"),
        ("Real", [TABLE + 4], [-1.0], "table[2,2] = -1 Ohm is not within [0, inf] Ohm"),
        ("Real", [GAIN], [11.0], "gain = 11 is not within [0, 10]"),
        ("Real", [GAIN], [math.nan], "gain = nan is not finite and within [0, 10]"),
        ("Real", [LIMIT], [-math.inf], "limit = -inf C is not finite and within [-inf, inf] C"),
        ("Real", [RATE, GAIN], [1.0, -1.0], "gain = -1 is not within [0, 10]"),
        ("Integer", [SHIFT], [6], "shift = 6 is not within [-5, 5]"),
        ("Real", [TOTAL], [15.0], "total is an output and cannot be set"),
        ("Real", [LEVEL + 1], [0.0], "level[2] is an output and cannot be set"),
        ("Real", [LEVEL_AT_START], [1.0], "initial_level[1] is a fixed parameter, to be set until the end of the "
         "initialisation"),
        ("Real", [SHIFT], [1.0], "value reference 17 is no Real variable of Toy"),
        ("Integer", [GAIN], [1], "value reference 0 is no Integer variable of Toy"),
        ("Boolean", [30], [1], "value reference 30 is no Boolean variable of Toy"),
        ("Real", [2**32 - 1], [1.0], "value reference 4294967295 is no Real variable of Toy"),
    ],
)  # fmt: skip
def test_what_may_not_be_set_is_named_and_sets_none(toy, kind, references, values, message):
    before = settled(toy)
    assert toy.set(kind, references, values) == ERROR
    assert toy.log == [(ERROR, ERRORS, f"{message}; nothing was set")]
    assert toy.bytes() == before
    assert toy.step() == OK


@pytest.mark.parametrize("kind", ["Real", "Integer", "Boolean"])
def test_references_of_another_kind_are_not_read(toy, kind):
    assert toy.get_status(kind, [30])[0] == ERROR
    assert toy.messages == [f"value reference 30 is no {kind} variable of Toy"]


@pytest.mark.parametrize(("shift", "told"), [(0, "1e+10"), (-1, "-1e+10")])
def test_a_number_that_is_no_integer_is_not_told_as_one(toy, shift, told):
    assert toy.set("Integer", [MODE, SHIFT], [5, shift]) == toy.step() == OK
    assert toy.get_status("Integer", [SHIFT, STEPS])[0] == ERROR
    assert toy.messages == [f"fmi2GetInteger: value reference 29 is {told}, which is no fmi2Integer"]


def test_outputs_that_cannot_be_computed_keep_from_stepping(toy):
    assert toy.set("Integer", [MODE], [3]) == toy.set("Real", [GAIN], [6.0]) == OK
    before = toy.bytes()
    assert toy.step() == DISCARD
    assert toy.rate(TOTAL)[0] == toy.derivative([TOTAL], [RATE], [1.0])[0] == ERROR
    assert toy.messages[0] == "step refused: the kernel failed with code -1"
    assert toy.bytes() == before
    assert toy.set("Real", [GAIN], [5.0]) == OK
    assert toy.derivative([SCALED], [GAIN], [1.0]) == (OK, [pytest.approx(15.0, rel=1e-6)])  # from below


def test_strings_and_missing_arrays_are_refused(toy):
    assert toy.set("String", [0], [0]) == toy.get_status("String", [0])[0] == ERROR
    assert toy.messages == ["value reference 0 is no String variable of Toy"] * 2
    assert toy.call("fmi2GetReal", None, c_size_t(1), None) == ERROR
    assert toy.call("fmi2SetFMUstate", None) == ERROR
    assert toy.messages[2:] == ["fmi2GetReal: an argument is NULL", "fmi2SetFMUstate: an argument is NULL"]
    assert toy.call("fmi2GetReal", None, c_size_t(0), None) == OK


def test_a_fixed_parameter_keeps_its_value_when_set_to_it(toy):
    assert toy.set("Real", [LEVEL_AT_START], [5.0]) == OK


def test_truth_values_are_true_or_false(toy):
    assert toy.set("Boolean", [ENABLE], [0]) == OK
    assert toy.get_status("Boolean", [ENABLE]) == (OK, [0])
    assert toy.set("Boolean", [ENABLE], [2]) == OK
    assert toy.get_status("Boolean", [ENABLE]) == (OK, [1])


def test_outputs_follow_parameters_and_inputs_in_the_initialisation(new):
    importer = in_phase(new(), "in initialisation mode")
    assert importer.get(TOTAL) == [15.0]
    assert importer.set("Real", [LEVEL_AT_START, DIVISOR], [10.0, 4.0]) == OK
    assert importer.get(TOTAL, QUOTIENT) == [20.0, 5.0]


def test_a_tunable_parameter_shows_at_once_and_an_input_only_by_a_step(toy):
    assert toy.set("Real", [GAIN, DIVISOR], [2.0, 3.0]) == OK
    assert toy.get(SCALED, QUOTIENT) == [30.0, 15.0]
    assert toy.step() == OK
    assert toy.get(QUOTIENT) == [toy.get(TOTAL)[0] / 3.0]


def test_an_initialisation_that_is_not_finite_is_refused_until_put_right(new):
    importer = in_phase(new(), "in initialisation mode")
    assert importer.set("Real", [DIVISOR], [0.0]) == OK
    assert importer.call("fmi2ExitInitializationMode") == importer.get_status("Real", [TOTAL])[0] == ERROR
    assert importer.messages == [
        "the initialisation failed: total.scaled[2] became nan",
        "fmi2GetReal: the outputs cannot be computed: total.scaled[2] became nan",
    ]
    assert importer.set("Real", [DIVISOR], [1.0]) == importer.call("fmi2ExitInitializationMode") == OK
    assert importer.call("fmi2Reset") == importer.set("Integer", [MODE], [3]) == importer.setup() == OK
    assert importer.call("fmi2EnterInitializationMode") == OK
    assert importer.call("fmi2ExitInitializationMode") == ERROR
    assert importer.messages[2] == "the initialisation failed: the kernel failed with code -1"


@pytest.mark.parametrize(("t", "h"), [(0.0, 0.0), (0.0, -1.0), (0.0, math.nan), (0.0, math.inf), (math.nan, 1.0)])
def test_a_step_is_positive_and_finite(toy, t, h):
    assert toy.step(t, h) == ERROR
    assert "time must be finite, the step positive and finite" in toy.messages[0]


@pytest.mark.parametrize(
    ("kind", "reference", "value", "reason"),
    [
        ("Real", LIMIT, 1.0, "total = 15.5025 C is beyond limit = 1 C, rate[1] = 0.5 A (100 %%)"),
        ("Real", DIVISOR, 0.0, "total.scaled[2] became nan"),
        ("Integer", MODE, 2, "the model gave the status 2, which it does not explain"),
        ("Integer", MODE, 3, "the kernel failed with code -1"),
        ("Integer", MODE, 4, "number 5 of the hidden states became inf"),
    ],
)
def test_a_refused_step_tells_why_and_leaves_everything_as_it_was(toy, kind, reference, value, reason):
    assert toy.set(kind, [reference], [value]) == toy.slope(RATE, 1.0) == OK
    before = settled(toy)
    assert toy.step() == DISCARD
    assert toy.log == [(DISCARD, DISCARDS, f"step refused: {reason}")]
    assert toy.bytes() == before
    assert toy.set(kind, [reference], [1 if kind == "Integer" else START[reference]]) == toy.step() == OK


def test_an_input_with_a_slope_is_held_at_its_mean_and_ends_at_its_end(new):
    ramp, steps = new().initialise(), new().initialise()
    assert ramp.set("Real", [RATE], [2.0]) == ramp.slope(RATE, 4.0) == ramp.step(0.0, 0.5) == OK
    assert steps.set("Real", [RATE], [3.0]) == steps.step(0.0, 0.5) == OK
    assert ramp.get(LEVEL, TOTAL) == steps.get(LEVEL, TOTAL)
    assert ramp.get(RATE) == [4.0]
    assert ramp.step(0.5, 0.5) == steps.set("Real", [RATE], [4.0]) == steps.step(0.5, 0.5) == OK
    assert ramp.get(RATE, LEVEL) == steps.get(RATE, LEVEL)  # no slope is left


def test_a_slope_beyond_the_bounds_is_refused_by_the_step(toy):
    assert toy.set("Real", [RATE + 1], [900.0]) == toy.slope(RATE + 1, 200.0) == OK
    before = settled(toy)
    assert toy.step() == DISCARD
    assert toy.messages == ["step refused: rate[2] = 1100 A is not within [-1000, 1000] A"]
    assert toy.bytes() == before
    assert toy.step(0.0, 0.25) == OK
    assert toy.get(RATE + 1) == [950.0]


def test_slopes_and_rates_are_of_first_order_and_of_inputs_and_outputs(toy):
    assert toy.slope(RATE, 1.0, order=2) == toy.slope(GAIN, 1.0) == ERROR
    assert toy.slope(RATE, math.inf) == toy.slope(ENABLE, 1.0) == ERROR
    assert toy.rate(TOTAL, order=0)[0] == toy.rate(RATE)[0] == ERROR
    assert toy.messages == [
        "fmi2SetRealInputDerivatives: derivatives are of order 1, not 2",
        "fmi2SetRealInputDerivatives: gain is no input",
        "fmi2SetRealInputDerivatives: the derivative of value reference 11 is not finite; nothing was set",
        "value reference 16 is no Real variable of Toy",
        "fmi2GetRealOutputDerivatives: derivatives are of order 1, not 0",
        "fmi2GetRealOutputDerivatives: rate[1] is no output",
    ]


def test_the_rate_of_an_output_is_that_of_the_last_step(toy):
    assert toy.rate(TOTAL) == (OK, 0.0)
    assert toy.set("Real", [RATE], [2.0]) == toy.step(0.0, 0.5) == OK
    level, scaled = toy.get(LEVEL, SCALED)
    assert toy.rate(LEVEL) == (OK, (level - 5.0) / 0.5)
    assert toy.set("Real", [GAIN], [3.0]) == OK  # its jump is no rate
    assert toy.rate(SCALED)[1] == pytest.approx((scaled - 15.0) / 0.5, rel=1e-12)  # two roundings of sums


def test_directional_derivatives_are_those_of_reading_after_setting(new):
    importer = in_phase(new(), "in initialisation mode")
    assert importer.set("Real", [GAIN, DIVISOR], [2.0, 4.0]) == OK
    before = settled(importer)
    status, (total, quotient) = importer.derivative([TOTAL, QUOTIENT], [LEVEL_AT_START, DIVISOR], [3.0, 1.0])
    assert status == OK
    assert total == pytest.approx(3.0, rel=1e-9)  # rounding of 15 by 1e-16 over a difference of 2e-5
    assert quotient == pytest.approx(3.0 / 4.0 - 15.0 / 16.0, rel=1e-8)  # third derivative times the difference squared
    assert importer.bytes() == before
    assert importer.call("fmi2ExitInitializationMode") == OK
    status, values = importer.derivative([SCALED, TOTAL, QUOTIENT], [GAIN, RATE, DIVISOR], [2.0, 1.0, 1.0])
    assert status == OK
    assert values == [pytest.approx(30.0, rel=1e-7), 0.0, 0.0]  # a known at 0 keeps the difference at 6e-9
    assert importer.derivative([SCALED], [GAIN], [0.0]) == (OK, [0.0])


def test_directional_derivatives_are_one_sided_at_a_bound(toy):
    for bound in (0.0, 10.0):
        assert toy.set("Real", [GAIN], [bound]) == OK
        assert toy.derivative([SCALED], [GAIN], [1.0]) == (OK, [pytest.approx(15.0, rel=1e-6)])  # rounding over 6e-9
    assert toy.set("Real", [RATE], [1e3]) == OK
    assert toy.derivative([SCALED], [GAIN, RATE], [1.0, 1.0])[0] == OK
    assert toy.derivative([SCALED], [GAIN, RATE], [1.0, -1.0])[0] == ERROR
    assert "neither way" in toy.messages[0]


@pytest.mark.parametrize(
    ("unknown", "known", "direction"),
    [
        (RATE, GAIN, 1.0),
        (TOTAL, TOTAL, 1.0),
        (TOTAL, SHIFT, 1.0),
        (TOTAL, 30, 1.0),
        (TOTAL, WARMTH, 1.0),
        (TOTAL, RATE, math.nan),
    ],
)
def test_what_has_no_directional_derivative_is_told(toy, unknown, known, direction):
    assert toy.derivative([unknown], [known], [direction])[0] == ERROR
    assert len(toy.log) == 1


def test_a_restored_state_repeats_the_bits_hidden_state_included(toy):
    assert toy.set("Real", [RATE], [1.5]) == toy.slope(RATE + 1, 0.5) == toy.step() == OK
    assert toy.slope(RATE + 1, -0.5) == OK
    state = toy.save()

    def run():
        return [(toy.step(k, 0.3), toy.get(LEVEL, LEVEL + 1, TOTAL, RATE + 1), toy.rate(TOTAL)) for k in range(20)]

    first, end = run(), toy.bytes()
    assert toy.call("fmi2Terminate") == toy.restore(state) == OK
    assert run() == first
    assert toy.bytes() == end
    assert toy.call("fmi2GetFMUstate", byref(state)) == OK  # the memory is used again
    toy.release(state)
    toy.release(c_void_p())


def test_bytes_of_a_state_go_to_another_instance(toy, new):
    assert toy.set("Real", [RATE, GAIN], [1.5, 2.0]) == toy.step() == OK
    other = new()
    status, state = other.from_bytes(toy.bytes())
    assert status == other.restore(state) == OK
    other.release(state)
    assert other.bytes() == toy.bytes()
    assert [toy.step(), other.step()] == [OK, OK]
    assert other.get(LEVEL, SCALED) == toy.get(LEVEL, SCALED)


def test_states_in_use_are_given_room_and_their_own_kind(toy):
    state, data = toy.save(), toy.bytes()
    assert toy.call("fmi2SerializeFMUstate", state, (ctypes.c_char * 8)(), c_size_t(8)) == ERROR
    assert f"needs {len(data)} bytes, there are 8" in toy.messages[0]
    foreign = ctypes.create_string_buffer(b"other", len(data))
    assert toy.call("fmi2GetFMUstate", byref(c_void_p(ctypes.addressof(foreign)))) == ERROR
    toy.release(state)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: b"", "these are 0"),
        (lambda data: data[:-8], "has {} bytes"),
        (lambda data: b"q" + data[1:], "no state of an FMU of packfmu"),
        (lambda data: data[:8] + b"\2" + data[9:], "another version"),
        (lambda data: data[:12] + b"\2" + data[13:], "byte order"),
        (lambda data: data[:16] + b"T" + data[17:], "belongs to another FMU"),
        (lambda data: data[:144] + b"\1" + data[145:], "cut off"),
        (lambda data: data[:-20] + b"\7" + data[-19:], "damaged"),
    ],
)
def test_foreign_bytes_are_refused_as_a_state(toy, spoil, words):
    data = toy.bytes()
    status, state = toy.from_bytes(spoil(data))
    assert (status, state.value) == (ERROR, None)
    assert words.format(len(data)) in toy.messages[0]
    assert toy.bytes() == data


@pytest.mark.parametrize(("place", "value"), [(160, 3), (164, 3)])
def test_a_forged_state_of_no_phase_is_refused(toy, place, value):
    data = toy.bytes()
    data = data[:place] + bytes([value]) + data[place + 1 :]
    total = 0xCBF29CE484222325
    for (word,) in native_toy.struct.iter_unpack("<Q", data[160:]):
        total = (total ^ word) * 0x100000001B3 % 2**64
    assert toy.from_bytes(data[:152] + native_toy.struct.pack("<Q", total) + data[160:])[0] == ERROR
    assert "damaged" in toy.messages[0]


def test_a_state_of_another_version_of_the_model_is_refused(toy, tmp_path):
    library = build_toy(tmp_path, '-DMODEL_STAMP="toy 2"')
    other = Importer(library, tmp_path.as_uri())
    assert other.from_bytes(toy.bytes())[0] == ERROR
    assert "this one is Toy toy 2" in other.messages[0]
    other.free()


def test_a_synchronous_slave_answers_the_status_family(toy):
    assert toy.step(0.0, 0.25) == OK
    time, truth, whole, text = c_double(), c_int(7), c_int(), c_char_p()
    assert toy.call("fmi2GetRealStatus", c_int(2), byref(time)) == OK
    assert toy.call("fmi2GetBooleanStatus", c_int(3), byref(truth)) == OK
    assert (time.value, truth.value) == (0.25, 0)
    for name, value in (("", whole), ("Real", time), ("Integer", whole), ("Boolean", truth), ("String", text)):
        assert toy.call(f"fmi2Get{name}Status", c_int(0), byref(value)) == DISCARD
        assert toy.call(f"fmi2Get{name}Status", c_int(0), None) == ERROR
    assert toy.log[0] == (DISCARD, DISCARDS, "fmi2GetStatus cannot tell status 0: no step is ever pending")
    assert toy.set("Real", [LIMIT], [0.0]) == OK
    assert toy.step(0.25, 1.0) == DISCARD
    assert toy.call("fmi2GetRealStatus", c_int(2), byref(time)) == OK
    assert time.value == 0.25


def test_log_categories_are_switched(toy):
    def switch(on, *names):
        return toy.call("fmi2SetDebugLogging", c_int(on), c_size_t(len(names)), (c_char_p * len(names))(*names))

    def told():
        toy.log.clear()
        assert [toy.step(0.0, -1.0), toy.step()] == [ERROR, DISCARD]
        return {category for _, category, _ in toy.log}

    assert toy.set("Real", [LIMIT], [0.0]) == OK
    assert told() == {ERRORS, DISCARDS}
    assert switch(1, b"logStatusDiscard") == OK
    assert told() == {DISCARDS}
    assert switch(1, b"logStatusError") == OK
    assert told() == {ERRORS}
    assert switch(1, b"logAll") == ERROR
    assert toy.messages[-1] == "fmi2SetDebugLogging: there is no log category logAll"
    assert switch(1, None) == ERROR
    assert switch(0) == OK
    assert told() == set()
    assert switch(1) == OK
    assert told() == {ERRORS, DISCARDS}


def test_messages_are_formats_without_arguments_in_utf_8(toy):
    names = (c_char_p * 1)("%s #r1# \N{DEGREE SIGN}\u20ac\U0001f50b".encode() + b"\x80\xff\xc3")
    assert toy.call("fmi2SetDebugLogging", c_int(1), c_size_t(1), names) == ERROR
    assert toy.messages[0].endswith("%%s ##r1## \N{DEGREE SIGN}\u20ac\U0001f50b???")


def test_a_reset_starts_anew(toy, new):
    assert toy.set("Real", [RATE, GAIN], [1.0, 2.0]) == toy.step() == toy.slope(RATE, 1.0) == OK
    assert toy.call("fmi2Reset") == OK
    assert toy.bytes() == new().bytes()


def test_instances_in_threads_give_what_one_gives_alone(library):
    results = {}

    def run(number):
        importer = Importer(library, library.parent.as_uri()).initialise()
        importer.set("Real", [RATE], [float(number % 8)])
        for k in range(200):
            importer.step(k, 1.0)
        results[number] = importer.get(LEVEL, TOTAL)
        importer.free()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8, 64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        run(number)
    assert all(results[number] == results[number % 8] for number in results)


def test_it_runs_where_there_is_neither_python_nor_an_environment(library, toy, tmp_path):
    client = compile_c(tmp_path / "client", [CLIENT / "client.c"], "-O1")
    commands = ["initialise", f"real {RATE} 1.5 -0.25", f"integer {SHIFT} 2", f"boolean {ENABLE} 1"]
    for k in range(10):
        commands += [f"slope {RATE} 0.5", f"step {k} 0.3", f"print {LEVEL} 9", f"rates {LEVEL} 2"]
    commands[20:20] = ["save", "step 5 0.1", "restore"]
    done = subprocess.run([client, library, library.parent.as_uri(), GUID], input="\n".join(commands), env={},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout
    toy.set("Real", [RATE, RATE + 1], [1.5, -0.25])
    toy.set("Integer", [SHIFT], [2])
    expected = []
    for k in range(10):
        toy.slope(RATE, 0.5)
        toy.step(k, 0.3)
        expected += [toy.get(*range(LEVEL, LEVEL + 9)), [toy.rate(LEVEL)[1], toy.rate(LEVEL + 1)[1]]]
    assert [[float.fromhex(value) for value in line.split()] for line in done.stdout.splitlines()] == expected
    failed = subprocess.run([client, library, library.parent.as_uri(), GUID], input="step 0 1", env={},
                            capture_output=True, text=True, check=False)  # fmt: skip
    assert (failed.returncode, failed.stderr) == (1, "")
    assert "client, logStatusError, status 3: fmi2DoStep is out of sequence" in failed.stdout


@pytest.fixture(scope="module", params=["address", "undefined"])
def walk(request, tmp_path_factory):
    """Return the random walk, built with a sanitizer."""
    folder = tmp_path_factory.mktemp(request.param)
    write_start(folder)
    sources = [SHIM / "shim.c", CLIENT / "toy_model.c", CLIENT / "walk.c"]
    if request.param == "undefined":
        return compile_c(folder / "walk", sources, *UNDEFINED)
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("AddressSanitizer comes with gcc, which is not installed; ziglang has none")
    return compile_c(folder / "walk", sources, *ADDRESS, compiler=(compiler,))


@pytest.mark.parametrize(("calls", "seed"), [(30_000, 0), pytest.param(1_000_000, 1, marks=pytest.mark.campaign)])
def test_a_random_walk_crashes_nothing_and_refusals_change_nothing(walk, calls, seed):
    command = [walk, str(calls), str(seed), walk.parent.as_uri()]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    made, granted, refused, stepped, discarded = map(int, re.findall(r"\d+", done.stdout))
    assert made >= calls
    assert min(granted, refused) > calls // 4
    assert min(stepped, discarded) > calls // 100
