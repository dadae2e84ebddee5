"""Steps through the shim: what refuses them, and the derivatives in time of inputs and outputs."""

import math

import pytest

from tests.fmi.native.native_toy import (
    DISCARD,
    DISCARDS,
    DIVISOR,
    ENABLE,
    ENABLED,
    ERROR,
    GAIN,
    LEVEL,
    LIMIT,
    MODE,
    OK,
    RATE,
    SCALED,
    START,
    STEPS,
    TOTAL,
    settled,
)


def test_it_steps_as_its_equations_say(toy):
    assert toy.set("Real", [RATE, RATE + 2], [2.0, -1.0]) == OK
    assert toy.step(0.0, 0.5) == OK
    hidden = 3.9 * 0.3 * 0.7
    assert toy.get(LEVEL, LEVEL + 1, LEVEL + 2) == [5.0 + rate * 0.5 + 1e-3 * hidden for rate in (2.0, 0.0, -1.0)]
    assert toy.get_status("Integer", [STEPS]) == (OK, [1])
    assert toy.get_status("Boolean", [ENABLED]) == (OK, [1])
    assert toy.log == []


@pytest.mark.parametrize(
    ("t", "h"), [(0.0, 0.0), (0.0, -1.0), (0.0, math.nan), (0.0, math.inf), (math.nan, 1.0), (1e308, 1e308)]
)
def test_a_step_is_positive_and_finite(toy, t, h):
    assert toy.step(t, h) == ERROR
    assert "time must be finite, the step positive and finite" in toy.messages[0]


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
    ("kind", "reference", "value", "reason"),
    [
        (
            "Real",
            LIMIT,
            1.0,
            "total = 15.5025 C is beyond limit = 1 C, rate[1] = 0.5 A, table[1,2] = 2.000, 1.0e+00 steps (100 %%)",
        ),
        ("Real", DIVISOR, 0.0, "total.scaled[2] became nan"),
        ("Integer", MODE, 2, "the model gave the status 2, which it does not explain"),
        ("Integer", MODE, 3, "the kernel failed with code -1"),
        ("Integer", MODE, 4, "number 5 of the hidden states became inf"),
        ("Integer", MODE, 8, ""),
    ],
)
def test_a_refused_step_tells_why_and_leaves_everything_as_it_was(toy, kind, reference, value, reason):
    assert toy.set(kind, [reference], [value]) == toy.slope(RATE, 1.0) == OK
    before = settled(toy)
    assert toy.step() == DISCARD
    assert toy.log == [(DISCARD, DISCARDS, f"step refused: {reason}")]
    assert toy.bytes() == before
    assert toy.set(kind, [reference], [1 if kind == "Integer" else START[reference]]) == toy.step() == OK


def test_a_long_reason_is_cut(toy):
    assert toy.set("Integer", [MODE], [7]) == toy.set("Real", [LIMIT], [1e300]) == OK
    assert toy.step() == DISCARD
    told = f"step refused: {' '.join([f'{1e300:.99f}'] * 3)} C"
    assert toy.messages == [told[: len(toy.messages[0])]]
    assert len(toy.messages[0]) == 1023


def test_outputs_that_cannot_be_computed_keep_from_stepping(toy):
    assert toy.set("Integer", [MODE], [3]) == toy.set("Real", [GAIN], [6.0]) == OK
    before = toy.bytes()
    assert toy.step() == ERROR  # to an importer that halves a discarded step this would have no end
    assert toy.rate(TOTAL)[0] == toy.derivative([TOTAL], [RATE], [1.0])[0] == ERROR
    assert toy.messages[0] == "fmi2DoStep: the outputs cannot be computed: the kernel failed with code -1"
    assert toy.bytes() == before
    assert toy.set("Real", [GAIN], [5.0]) == OK
    assert toy.derivative([SCALED], [GAIN], [1.0]) == (OK, [pytest.approx(15.0, rel=1e-6)])  # from below


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
    assert toy.slope(RATE, math.inf) == toy.slope(ENABLE, 1.0) == toy.slope(RATE, 0.0, order=0) == ERROR
    assert toy.rate(TOTAL, order=0)[0] == toy.rate(RATE)[0] == ERROR
    assert toy.messages == [
        "fmi2SetRealInputDerivatives: derivatives are of order 1, not 2",
        "fmi2SetRealInputDerivatives: gain is no input",
        "fmi2SetRealInputDerivatives: the derivative of value reference 12 is not finite; nothing was set",
        f"value reference {ENABLE} is no Real variable of Toy",
        "fmi2SetRealInputDerivatives: derivatives are of order 1, not 0",
        "fmi2GetRealOutputDerivatives: derivatives are of order 1, not 0",
        "fmi2GetRealOutputDerivatives: rate[1] is no output",
    ]


def test_derivatives_of_higher_order_may_be_told_to_be_0(toy, new):
    plain = new().initialise()
    assert toy.slope(RATE, 2.0) == plain.slope(RATE, 2.0) == toy.slope(RATE, 0.0, order=2) == OK
    assert toy.slope(RATE + 1, -0.0, order=3) == toy.step() == plain.step() == OK
    assert toy.bytes() == plain.bytes()


def test_a_rate_that_is_not_finite_is_named(toy):
    assert toy.set("Real", [RATE], [2.0]) == toy.step(0.0, 5e-324) == OK
    assert toy.rate(LEVEL)[0] == ERROR
    assert toy.messages == ["fmi2GetRealOutputDerivatives: the derivative of level[1] is not finite"]


def test_the_rate_of_an_output_is_that_of_the_last_step(toy):
    assert toy.rate(TOTAL) == (OK, 0.0)
    assert toy.set("Real", [RATE], [2.0]) == toy.step(0.0, 0.5) == OK
    level, scaled = toy.get(LEVEL, SCALED)
    assert toy.rate(LEVEL) == (OK, (level - 5.0) / 0.5)
    assert toy.set("Real", [GAIN], [3.0]) == OK  # its jump is no rate
    assert toy.rate(SCALED)[1] == pytest.approx((scaled - 15.0) / 0.5, rel=1e-12)  # two roundings of sums
