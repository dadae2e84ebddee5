"""Values through the shim: what may be set and read when, and what follows from it at once."""

import math
from ctypes import c_size_t

import pytest

from tests.fmi.native.native_toy import (
    DIVISOR,
    ENABLE,
    END,
    ERROR,
    ERRORS,
    GAIN,
    LEVEL,
    LEVEL_AT_START,
    LIMIT,
    MODE,
    OK,
    QUOTIENT,
    RATE,
    SCALED,
    SHIFT,
    STEPS,
    TABLE,
    TOTAL,
    TWIN,
    WARMTH,
    in_phase,
    settled,
)


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
        ("Real", [SHIFT], [1.0], f"value reference {SHIFT} is no Real variable of Toy"),
        ("Integer", [GAIN], [1], f"value reference {GAIN} is no Integer variable of Toy"),
        ("Boolean", [END], [1], f"value reference {END} is no Boolean variable of Toy"),
        ("Real", [TWIN], [300.0], f"value reference {TWIN} is no Real variable of Toy"),
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
    for reference in (END, TWIN):
        assert toy.get_status(kind, [reference])[0] == ERROR
    assert toy.messages == [f"value reference {reference} is no {kind} variable of Toy" for reference in (END, TWIN)]


@pytest.mark.parametrize(("shift", "told"), [(0, "1e+10"), (-1, "-1e+10")])
def test_a_number_that_is_no_integer_is_not_told_as_one(toy, shift, told):
    assert toy.set("Integer", [MODE, SHIFT], [5, shift]) == toy.step() == OK
    assert toy.get_status("Integer", [SHIFT, STEPS])[0] == ERROR
    assert toy.messages == [f"fmi2GetInteger: value reference {STEPS} is {told}, which is no fmi2Integer"]


def test_strings_and_missing_arrays_are_refused(toy):
    assert toy.set("String", [0], [0]) == toy.get_status("String", [0])[0] == ERROR
    assert toy.messages == ["value reference 0 is no String variable of Toy"]
    assert toy.call("fmi2GetReal", None, c_size_t(1), None) == ERROR
    assert toy.call("fmi2SetFMUstate", None) == ERROR
    assert toy.messages[1:] == ["fmi2GetReal: an argument is NULL", "fmi2SetFMUstate: an argument is NULL"]
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


def test_an_initialisation_that_fails_leaves_no_trace_in_hidden_parameters(new):
    importer = in_phase(new(), "in initialisation mode")
    assert importer.set("Real", [WARMTH], [310.0]) == importer.set("Integer", [MODE], [3]) == OK
    before = importer.bytes()
    assert importer.get_status("Real", [TOTAL])[0] == ERROR
    assert importer.bytes() == before
