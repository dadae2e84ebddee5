"""Directional derivatives of the shim against what the toy's equations give."""

import math
import sys

import pytest

from tests.fmi.native.native_toy import (
    DIVISOR,
    END,
    ERROR,
    GAIN,
    LEVEL_AT_START,
    MODE,
    OK,
    QUOTIENT,
    RATE,
    SCALED,
    SHIFT,
    TOTAL,
    TWIN,
    WARMTH,
    in_phase,
    settled,
)

DIFFERENCE = math.cbrt(sys.float_info.epsilon)
"""Of a known or its nominal value, whichever is more."""

ROUNDING = sys.float_info.epsilon / DIFFERENCE
"""Rounding of outputs over the difference, relative where the outputs go with the known."""


@pytest.fixture
def initialising(new):
    return in_phase(new(), "in initialisation mode")


def test_directional_derivatives_are_those_of_reading_after_setting(initialising):
    assert initialising.set("Real", [GAIN, DIVISOR], [2.0, 4.0]) == OK
    before = settled(initialising)
    status, (total, quotient) = initialising.derivative([TOTAL, QUOTIENT], [LEVEL_AT_START, DIVISOR], [3.0, 1.0])
    assert status == OK
    assert total == pytest.approx(3.0, rel=10 * ROUNDING)
    assert quotient == pytest.approx(3.0 / 4.0 - 15.0 / 16.0, rel=40 * ROUNDING)  # a difference of larger shares
    assert initialising.bytes() == before
    assert initialising.call("fmi2ExitInitializationMode") == OK
    status, values = initialising.derivative([SCALED, TOTAL, QUOTIENT], [GAIN, RATE, DIVISOR], [2.0, 1.0, 1.0])
    assert status == OK
    assert values == [pytest.approx(30.0, rel=10 * ROUNDING), 0.0, 0.0]
    assert initialising.derivative([SCALED], [GAIN], [0.0]) == (OK, [0.0])


@pytest.mark.parametrize("divisor", [-1e6, -1.0, 1e-2, 0.3, 1.0, 50.0, 1e9])
def test_the_difference_fits_the_known_and_its_nominal_value(initialising, divisor):
    assert initialising.set("Real", [DIVISOR], [divisor]) == OK
    status, (quotient,) = initialising.derivative([QUOTIENT], [DIVISOR], [1.0])
    assert status == OK
    relative = DIFFERENCE * max(abs(divisor), 1.0) / abs(divisor)
    truncation = relative**2  # the next term of the series of 1 / (1 + relative)
    assert quotient == pytest.approx(-15.0 / divisor**2, rel=truncation + 10 * ROUNDING)


def test_knowns_of_other_magnitudes_do_not_spoil_each_other(initialising):
    assert initialising.set("Real", [LEVEL_AT_START, DIVISOR], [1e9, 1e-2]) == OK
    status, (both,) = initialising.derivative([QUOTIENT], [LEVEL_AT_START, DIVISOR], [1e7, 1e-4])
    assert status == OK
    total = 1e9 + 10.0
    truncation = (DIFFERENCE / 1e-2) ** 2  # the nominal value of the divisor is 1
    assert both == pytest.approx(1e7 / 1e-2 - 1e-4 * total / 1e-4, abs=truncation * 1e9 + 20 * ROUNDING * 1e9)


def test_the_direction_may_have_any_length(initialising):
    for length in (1e-300, -1e-6, 1e6, 1e290):
        status, (total,) = initialising.derivative([TOTAL], [LEVEL_AT_START], [length])
        assert status == OK
        assert total == pytest.approx(length, rel=10 * ROUNDING)


def test_directional_derivatives_are_one_sided_at_a_bound(toy):
    for bound in (0.0, 10.0):
        assert toy.set("Real", [GAIN], [bound]) == OK
        assert toy.derivative([SCALED], [GAIN], [1.0]) == (OK, [pytest.approx(15.0, rel=20 * ROUNDING)])
    assert toy.set("Real", [RATE], [1e3]) == OK
    assert toy.derivative([SCALED], [GAIN, RATE], [1.0, -1.0]) == (OK, [pytest.approx(15.0, rel=20 * ROUNDING)])


def test_a_side_on_which_outputs_cannot_be_computed_is_left_out(toy):
    assert toy.set("Integer", [MODE], [3]) == toy.set("Real", [GAIN], [5.0]) == OK
    assert toy.derivative([SCALED], [GAIN], [1.0]) == (OK, [pytest.approx(15.0, rel=20 * ROUNDING)])


@pytest.mark.parametrize("phase", ["in initialisation mode", "ready to step"])
def test_a_known_that_can_be_moved_neither_way_is_named(new, phase):
    toy = in_phase(new(), "in initialisation mode")
    assert toy.set("Integer", [MODE], [6]) == toy.set("Real", [GAIN], [0.0]) == OK
    if phase == "ready to step":
        assert toy.call("fmi2ExitInitializationMode") == OK
    before = settled(toy)
    assert toy.derivative([SCALED], [GAIN], [1.0])[0] == ERROR
    assert toy.messages == ["fmi2GetDirectionalDerivative: gain cannot be moved, neither way"]
    assert toy.bytes() == before


def test_a_side_on_which_outputs_are_not_finite_is_left_out(initialising):
    assert initialising.set("Real", [DIVISOR], [DIFFERENCE]) == OK  # one difference from 0
    status, (quotient,) = initialising.derivative([QUOTIENT], [DIVISOR], [1.0])
    assert status == OK
    assert quotient == pytest.approx((15.0 / 2.0 - 15.0) / DIFFERENCE**2, rel=10 * ROUNDING)


def test_a_derivative_that_is_not_finite_is_named(toy):
    assert toy.derivative([TOTAL, SCALED], [GAIN], [1e308])[0] == ERROR
    assert toy.messages == ["fmi2GetDirectionalDerivative: the derivative of total.scaled[1] is not finite"]


@pytest.mark.parametrize(
    ("unknown", "known", "direction"),
    [
        (RATE, GAIN, 1.0),
        (TOTAL, TOTAL, 1.0),
        (TOTAL, SHIFT, 1.0),
        (TOTAL, END, 1.0),
        (TOTAL, TWIN, 1.0),
        (TOTAL, WARMTH, 1.0),
        (TOTAL, RATE, math.nan),
    ],
)
def test_what_has_no_directional_derivative_is_told(toy, unknown, known, direction):
    assert toy.derivative([unknown], [known], [direction])[0] == ERROR
    assert len(toy.log) == 1
