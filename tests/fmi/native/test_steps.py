"""Steps through the shim: what refuses them, and the derivatives in time of inputs and outputs."""

import math

import pytest

from tests.fmi.native.native_toy import (
    ENABLE,
    ENABLED,
    ERROR,
    GAIN,
    LEVEL,
    MODE,
    OK,
    RATE,
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


def summed(number):
    """The times of a master that adds its steps up."""
    t = 0.0
    for _ in range(number):
        yield t
        t += 0.1


def multiplied(number):
    return (k * 0.1 for k in range(number))


def rounded(number):
    """The times of a master that counts in microseconds."""
    return (float(f"{k / 10:.6f}") for k in range(number))


@pytest.mark.parametrize(("start", "lost"), [(0.0, 11.0), (0.0, 5.0), (100.0, 90.0)])
def test_a_step_begins_where_the_last_one_ended(new, start, lost):
    importer = new()
    assert importer.setup(start) == OK
    assert importer.call("fmi2EnterInitializationMode") == importer.call("fmi2ExitInitializationMode") == OK
    assert importer.step(start + 1.0) == ERROR
    assert importer.step(start) == OK
    before = settled(importer)
    assert importer.step(start + lost) == importer.step(start) == ERROR
    assert importer.messages[1:] == [
        f"a step must begin at {start + 1.0:.12g} s, where the last one ended; the communication point is {t:.12g} s, "
        f"which differs by more than {1e-6 + 1e-9 * (start + 1.0):.3g} s"
        for t in (start + lost, start)
    ]
    assert importer.bytes() == before
    assert importer.ended() == (False, start + 1.0)
    assert importer.step(start + 1.0) == OK


@pytest.mark.parametrize("seconds", [3600, pytest.param(86_400, marks=pytest.mark.campaign)])
@pytest.mark.parametrize("times", [summed, multiplied, rounded])
def test_a_day_of_tenths_of_a_second_comes_rounded_in_any_way(toy, times, seconds):
    assert {toy.step(t, 0.1) for t in times(10 * seconds)} == {OK}
    drift = abs(toy.time - seconds)
    assert (drift > 1e-10) == (times is summed)  # a step of another master begins at the exact time nevertheless
    assert toy.step(float(seconds), 1e-3) == OK


def test_no_step_passes_the_stop_time_but_for_rounding(new):
    importer = new()
    assert importer.setup(0.9, 1.0) == OK
    assert importer.call("fmi2EnterInitializationMode") == importer.call("fmi2ExitInitializationMode") == OK
    assert importer.step(0.9, 0.1000000000000001) == OK
    before = settled(importer)
    assert importer.step(1.0, 0.1) == ERROR
    assert importer.messages == ["a step from 1 s by 0.1 s would pass the stop time 1 s"]
    assert importer.bytes() == before


def test_outputs_that_cannot_be_computed_keep_from_stepping(toy):
    assert toy.set("Integer", [MODE], [3]) == toy.set("Real", [GAIN], [6.0]) == OK
    before = toy.bytes()
    assert toy.step() == ERROR  # to an importer that halves a discarded step this would have no end
    assert toy.messages == ["fmi2DoStep: the outputs cannot be computed: the kernel failed with code -1"]
    assert toy.bytes() == before
    assert toy.set("Real", [GAIN], [5.0]) == OK


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
    assert toy.step() == ERROR
    assert toy.messages == ["at the end of the step rate[2] = 1100 A is not within [-1000, 1000] A"]
    assert toy.bytes() == before
    assert toy.ended() == (False, 0.0)
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
