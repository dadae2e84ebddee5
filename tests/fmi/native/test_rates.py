"""Derivatives of the outputs in time, through the shim."""

import pytest

from tests.fmi.native.native_toy import (
    DISCARD,
    ERROR,
    GAIN,
    LEVEL,
    LIMIT,
    MODE,
    OK,
    RATE,
    SCALED,
    TOTAL,
)

SHORT = 1.0 / 1024.0
"""Length of a short step, as a share of the last one."""


def chaos(steps):
    """The hidden state of the toy, of which a thousandth is added to each level in every step, after each step."""
    values = [0.3]
    for _ in range(steps):
        values.append(3.9 * values[-1] * (1.0 - values[-1]))
    return values[1:]


def rate_of_level(rate, before, h):
    """The rate as the equations give it: the second and the third short step, carried to the communication point."""
    _, second, third = (rate + 1e-3 * value / (h * SHORT) for value in chaos(before + 3)[-3:])
    return 2.5 * second - 1.5 * third


def test_the_derivative_is_that_at_the_communication_point_with_the_inputs_held(toy):
    assert toy.rate(TOTAL) == (OK, 0.0)
    assert toy.set("Real", [RATE], [2.0]) == toy.step(0.0, 0.5) == OK
    expected = pytest.approx(rate_of_level(2.0, 1, 0.5), rel=1e-10)  # rounding of 5 C over half a millisecond
    assert toy.rate(LEVEL) == (OK, expected)
    assert toy.rate(SCALED) == toy.rate(TOTAL)
    assert toy.set("Real", [RATE], [300.0]) == OK  # inputs that were set since take no part
    assert toy.rate(LEVEL) == (OK, expected)


def test_the_jump_of_an_input_is_no_rate(toy):
    for rate in (100.0, -100.0):
        assert toy.set("Real", [RATE], [rate]) == toy.step() == OK
        assert toy.rate(LEVEL)[1] == pytest.approx(rate_of_level(rate, 1 if rate > 0.0 else 2, 1.0), rel=1e-9)


def test_the_jump_of_a_parameter_is_no_rate(toy):
    assert toy.set("Real", [RATE], [2.0]) == toy.step(0.0, 0.5) == OK
    level = toy.rate(LEVEL)[1]
    assert toy.set("Real", [GAIN], [3.0]) == OK
    assert toy.rate(LEVEL)[1] == pytest.approx(level + 2.0 * 2.0, rel=1e-9)  # of three times the rate
    assert toy.rate(SCALED)[1] == pytest.approx(3.0 * toy.rate(TOTAL)[1], rel=1e-12)


def test_a_derivative_changes_nothing_and_is_computed_anew_for_each_state(toy):
    assert toy.set("Real", [RATE], [2.0]) == toy.step() == OK
    state, before = toy.save(), toy.bytes()
    first = toy.rate(LEVEL)
    assert toy.bytes() == before
    assert toy.set("Real", [RATE], [70.0]) == toy.step() == OK
    assert toy.rate(LEVEL)[1] == pytest.approx(rate_of_level(70.0, 2, 1.0), rel=1e-9)
    assert toy.restore(state) == OK
    assert toy.rate(LEVEL) == first
    toy.release(state)
    assert toy.call("fmi2Reset") == OK
    assert toy.initialise().rate(LEVEL) == (OK, 0.0)


def test_of_a_ramp_the_end_is_held(toy):
    assert toy.set("Real", [RATE], [2.0]) == toy.slope(RATE, 4.0) == toy.step(0.0, 0.5) == OK
    assert toy.rate(LEVEL)[1] == pytest.approx(rate_of_level(4.0, 1, 0.5), rel=1e-10)


def test_a_derivative_beyond_what_the_model_allows_is_refused(toy):
    assert toy.set("Real", [RATE, LIMIT], [2.0, 17.006]) == toy.step() == OK
    before = toy.bytes()
    assert toy.rate(LEVEL)[0] == ERROR
    assert toy.messages[0].startswith("fmi2GetRealOutputDerivatives: a short step from here is refused: total = 17.00")
    assert toy.bytes() == before
    assert toy.set("Real", [LIMIT], [1e6]) == OK
    assert toy.rate(LEVEL)[0] == ERROR  # the limit of the last step is held
    assert toy.step() == OK
    assert toy.rate(LEVEL)[0] == OK


def test_a_refused_step_leaves_the_derivatives_of_the_last_one(toy):
    assert toy.set("Real", [RATE], [2.0]) == toy.step() == OK
    rate = toy.rate(LEVEL)
    assert toy.set("Integer", [MODE], [2]) == OK
    assert toy.step() == DISCARD
    assert toy.rate(LEVEL) == rate


def test_a_rate_that_is_not_finite_is_named(toy):
    assert toy.set("Real", [RATE], [2.0]) == toy.step(0.0, 1e-310) == OK
    assert toy.rate(LEVEL)[0] == ERROR
    assert toy.messages == ["fmi2GetRealOutputDerivatives: the derivative of level[1] is not finite"]
