"""Every period of an `inductor` by brute force, closed forms of an `interval`, energy, both modes of conduction."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from benchmarks.switching_reference import commutating_period, inductive_period, settled
from packfmu.models.balancing.converter.inductor import Leg, average, buck_boost, losses, switch_period, valley
from packfmu.models.balancing.converter.interval import decay_mean, inductor, rise_mean, rise_square, time_to_zero
from packfmu.models.balancing.converter.operating_point import OperatingPoint

PERIOD = 1e-5
SHUTTLE = buck_boost(10e-6, 0.04, 0.02, 0.02, 0.35)
"""An inductor of 10 uH between cells, at 100 kHz."""
SYNCHRONOUS = buck_boost(10e-6, 0.04, 0.02, 0.02, 0.0)
TO_PACK = Leg(20e-6, 0.2e-6, 8.0, 0.03, 1.5, 0.03, 0.2, 0.7, 20.0)
FROM_PACK = Leg(1.28e-3, 12.8e-6, 0.125, 1.5, 0.03, 0.4, 0.02, 0.35, 120.0)

CASES = {
    "buck-boost, discontinuous": (SHUTTLE, OperatingPoint(3.9, 3.6, 0.45, PERIOD)),
    "buck-boost, continuous": (SHUTTLE, OperatingPoint(3.9, 3.6, 0.55, PERIOD)),
    "buck-boost, continuous at half duty": (SYNCHRONOUS, OperatingPoint(4.1, 3.6, 0.5, PERIOD)),
    "cell to pack, discontinuous": (TO_PACK, OperatingPoint(3.8, 44.0, 0.5, PERIOD)),
    "cell to pack, continuous": (TO_PACK, OperatingPoint(3.8, 44.0, 0.63, PERIOD)),
    "pack to cell, discontinuous": (FROM_PACK, OperatingPoint(44.0, 3.6, 0.3, PERIOD)),
    "pack to cell, continuous": (FROM_PACK, OperatingPoint(44.0, 3.6, 0.46, PERIOD)),
}
RESISTANCE = st.floats(1e-4, 0.2)
OPERATIONS = st.builds(
    OperatingPoint,
    input_voltage=st.floats(2.0, 400.0),
    output_voltage=st.floats(2.0, 400.0),
    duty=st.floats(0.01, 0.99),
    period=st.floats(1e-7, 1e-4),
)
LEGS = st.builds(
    Leg,
    inductance=st.floats(1e-6, 1e-3),
    leakage=st.floats(0.0, 2e-8),
    turns_ratio=st.floats(0.02, 50.0),
    input_winding=RESISTANCE,
    output_winding=RESISTANCE,
    switch_resistance=RESISTANCE,
    diode_resistance=RESISTANCE,
    diode_drop=st.floats(0.0, 1.0),
    clamp_voltage=st.just(math.inf),
)


def clamped(leg, at, margin):
    """Return the leg with a clamp at a multiple of what the output shows the input winding."""
    return leg._replace(clamp_voltage=margin * (at.output_voltage + leg.diode_drop) / leg.turns_ratio)


CLAMPED = st.builds(
    lambda leg, at, margin: (clamped(leg, at, margin), at),
    LEGS,
    OPERATIONS,
    st.one_of(st.floats(1.2, 5.0), st.just(math.inf)),
)
"""A leg and an operation that belong together."""


def test_cases_are_what_they_are_called():
    for name, (leg, at) in CASES.items():
        assert (valley(leg, at) > 0.0) == ("discontinuous" not in name), name


@pytest.mark.parametrize("case", CASES)
def test_steady_state_against_every_period(case):
    """To 1e-7: the periods stop at 1e-10 A of change, some 40 of which are left; the solver itself is at 1e-10."""
    leg, at = CASES[case]
    flows = settled(inductive_period, leg, at, 0.8 * valley(leg, at) + 0.1)
    taken, arrived, winding, switch, diode, drop, clamp = flows
    of = average(leg, at)
    assert -of.input_current * PERIOD == pytest.approx(taken, rel=1e-7)
    assert of.output_current * PERIOD == pytest.approx(arrived, rel=1e-7)
    assert of.loss * PERIOD == pytest.approx(winding + switch + diode + drop + clamp, rel=1e-7)
    assert of.efficiency == pytest.approx(at.output_voltage * arrived / (at.input_voltage * taken), rel=1e-7)


@pytest.mark.parametrize("duty", [0.1, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(("v1", "v2"), [(2.8, 4.2), (4.2, 2.8)])
@pytest.mark.parametrize("period", [4e-6, 2e-5])
def test_operating_range_of_the_shuttle(duty, v1, v2, period):
    """Over the voltages of a cell, with brute force started near the fixed point, to 1e-7 as above."""
    at = OperatingPoint(v1, v2, duty, period)
    taken, arrived, *heat = settled(inductive_period, SHUTTLE, at, 0.99 * valley(SHUTTLE, at))
    of = average(SHUTTLE, at)
    assert (-of.input_current * period, of.output_current * period) == pytest.approx((taken, arrived), rel=1e-7)
    assert of.loss * period == pytest.approx(sum(heat), rel=1e-7)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("current", [0.0, 0.7, 5.0])
def test_a_single_period_against_the_solver(case, current):
    """From any current, steady or not; 1e-9 is ten times the solver's tolerance."""
    leg, at = CASES[case]
    of = switch_period(leg, at, current)
    end, flows = inductive_period(leg, at, current)
    assert of.end == pytest.approx(end, rel=1e-9, abs=1e-9)
    parts = (of.taken, of.given, of.winding, of.switch, of.diode_resistance, of.diode_drop, of.clamp)
    assert parts == pytest.approx(tuple(flows), rel=1e-9)


@pytest.mark.parametrize("case", [name for name in CASES if "pack" in name])
def test_commutation_in_no_time_stands_for_that_in_its_own(case):
    """1 % of leakage leaves the averages within 1 % of the circuit that has both inductances as states."""
    leg, at = CASES[case]
    taken, arrived, heat = settled(commutating_period, leg, at, valley(leg, at))
    of = average(leg, at)
    assert at.input_voltage * taken == pytest.approx(at.output_voltage * arrived + heat, rel=1e-6)
    assert -of.input_current * PERIOD == pytest.approx(taken, rel=0.01)
    assert of.output_current * PERIOD == pytest.approx(arrived, rel=0.01)
    assert of.loss * PERIOD == pytest.approx(heat, rel=0.01)


@settings(max_examples=40)
@given(
    case=CLAMPED,
    turns=st.floats(0.2, 5.0),
    period=st.floats(1e-7, 1e-5),
    current=st.floats(0.0, 20.0),
)
def test_a_single_period_of_any_leg_against_the_solver(case, turns, period, current):
    """To 1e-7, which is what the event leaves; turns and period keep the solver from stiffness."""
    leg, at = case[0]._replace(turns_ratio=turns), case[1]._replace(period=period)
    leg = clamped(leg, at, 2.0)
    of = switch_period(leg, at, current)
    end, flows = inductive_period(leg, at, current)
    assert of.end == pytest.approx(end, rel=1e-7, abs=1e-7 * of.peak)
    parts = (of.taken, of.given, of.winding, of.switch, of.diode_resistance, of.diode_drop, of.clamp)
    assert parts == pytest.approx(tuple(flows), rel=1e-7, abs=1e-12 * at.period)


@given(case=CLAMPED)
def test_energy_and_signs_in_the_steady_state(case):
    """What is taken is what is given and lost, to 1e-9; the steady period ends where it began."""
    leg, at = case
    start = valley(leg, at)
    of = switch_period(leg, at, start)
    mean = average(leg, at)
    taken = at.input_voltage * of.taken
    assert taken == pytest.approx(at.output_voltage * of.given + losses(of), rel=1e-9)
    assert of.end == pytest.approx(start, rel=1e-9, abs=1e-9 * of.peak)
    assert of.peak >= of.trough >= 0.0
    assert min(of.winding, of.switch, of.diode_resistance, of.clamp, mean.ripple) >= 0.0
    power = at.input_voltage * of.taken / at.period
    assert mean.loss == pytest.approx(power * (1.0 - mean.efficiency), rel=1e-9, abs=1e-12 * power)
    assert mean.efficiency < 1.0


@given(case=CLAMPED, current=st.floats(0.0, 100.0))
def test_energy_of_any_period(case, current):
    """Stored energy counts where the period does not end as it began; 1e-9 of all that was there."""
    leg, at = case
    of = switch_period(leg, at, current)
    before, after = (0.5 * leg.inductance * i * i for i in (current, of.end))
    taken = at.input_voltage * of.taken
    error = before + taken - after - at.output_voltage * of.given - losses(of)
    assert abs(error) <= 1e-9 * (before + abs(taken))


@given(
    inductance=st.floats(1e-6, 1e-3),
    voltages=st.tuples(st.floats(2.0, 5.0), st.floats(2.0, 5.0)),
    share=st.floats(0.01, 0.99),
    period=st.floats(1e-7, 1e-4),
)
def test_lossless_discontinuous_currents(inductance, voltages, share, period):
    """The input gives ``V1 d^2 T / 2 L``; by energy the output gets ``V1^2 d^2 T / (2 L V2)``."""
    v1, v2 = voltages
    duty = share * v2 / (v1 + v2)
    of = average(buck_boost(inductance, 0.0, 0.0, 0.0, 0.0), OperatingPoint(v1, v2, duty, period))
    given_away = v1 * duty**2 * period / (2.0 * inductance)
    assert of.input_current == pytest.approx(-given_away, rel=1e-12)
    assert of.output_current == pytest.approx(given_away * v1 / v2, rel=1e-12)
    assert of.peak == of.ripple == pytest.approx(v1 * duty * period / inductance, rel=1e-12)
    assert of.efficiency == pytest.approx(1.0, rel=1e-12)


def test_small_resistance_in_continuous_conduction():
    """The mean inductor current balances the mean voltage: ``I = (d V1 - (1 - d) V2) / R`` where R is small."""
    resistance, duty = 1e-3, 0.5
    of = average(buck_boost(1e-3, resistance, 0.0, 0.0, 0.0), OperatingPoint(4.0, 3.99, duty, PERIOD))
    current = (duty * 4.0 - (1.0 - duty) * 3.99) / resistance
    assert -of.input_current == pytest.approx(duty * current, rel=1e-4)
    assert of.output_current == pytest.approx((1.0 - duty) * current, rel=1e-4)


@pytest.mark.parametrize("leg", [SHUTTLE, SYNCHRONOUS, TO_PACK, FROM_PACK])
def test_the_boundary_of_conduction_is_continuous(leg):
    """Bisect the duty to the last place: on both sides of it are the same averages."""
    v1, v2 = (3.8, 3.6) if leg.turns_ratio == 1.0 else (3.8, 44.0) if leg.turns_ratio > 1.0 else (44.0, 3.6)
    low, high = 0.1, 0.9
    while high - low > 1e-15:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if valley(leg, OperatingPoint(v1, v2, middle, PERIOD)) > 0.0 else (middle, high)
    below, above = (average(leg, OperatingPoint(v1, v2, duty, PERIOD)) for duty in (low, high))
    assert below.peak == below.ripple
    assert tuple(below) == pytest.approx(tuple(above), rel=1e-11)


def test_no_duty_moves_nothing():
    assert tuple(average(SHUTTLE, OperatingPoint(3.9, 3.6, 0.0, PERIOD))) == (0.0,) * 6


@given(x=st.floats(1e-12, 50.0))
def test_interval_functions_against_quadrature(x):
    """To 1e-12: below 0.5, where the closed forms cancel, too."""
    exact = {"epsabs": 0.0, "epsrel": 1e-13, "limit": 200}
    assert decay_mean(x) == pytest.approx(quad(lambda s: math.exp(-s * x), 0.0, 1.0, **exact)[0], rel=1e-13)
    risen = quad(lambda s: -math.expm1(-s * x) / x, 0.0, 1.0, **exact)[0]
    assert rise_mean(x) == pytest.approx(risen, rel=1e-12)
    square = quad(lambda s: (math.expm1(-s * x) / x) ** 2, 0.0, 1.0, **exact)[0]
    assert rise_square(x) == pytest.approx(square, rel=1e-12)


@given(
    current=st.floats(1e-3, 100.0),
    opposing=st.floats(0.1, 500.0),
    resistance=st.floats(0.0, 10.0),
    inductance=st.floats(1e-7, 1e-2),
)
def test_the_diode_opens_where_its_current_is_zero(current, opposing, resistance, inductance):
    zero = time_to_zero(current, opposing, resistance, inductance)
    end, _, _ = inductor(current, -opposing, resistance, inductance, zero)
    assert abs(end) <= 1e-13 * current
    assert zero <= inductance * current / opposing
