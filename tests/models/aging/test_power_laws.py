"""Published laws of aging: their figures under constant stress, damage under varying stress, resistance by cycles."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.models.aging.power_laws import (
    PowerLaw,
    calendar_activity,
    calendar_voltage,
    charge_stress,
    cycle_damage,
    cycle_stress,
    cycled_resistance,
    damage_rate,
    loss,
    per_charge,
)
from packfmu.models.numerics import rainflow
from packfmu.models.parameters import schmalstieg_2014, wang_2014
from tests.models.numerics.counts import memory

DAY = 86400.0
AMPERE_HOUR = 3600.0
SCHMALSTIEG = schmalstieg_2014.PARAMETERS
WANG = wang_2014.PARAMETERS

STRESSES = st.lists(st.tuples(st.floats(0.0, 1e-5), st.floats(0.0, 1e8)), min_size=1, max_size=12)
EXPONENT = st.sampled_from([0.5, 0.75, 1.0])


def stored(law, days, voltage, celsius):
    """Loss after days at rest at constant voltage and temperature."""
    calendar = np.array(law.calendar)
    stress = calendar_voltage(calendar, voltage) * calendar_activity(calendar, celsius + 273.15)
    return loss(damage_rate(stress, law.calendar_exponent) * days * DAY, law.calendar_exponent)


def cycled(law, ampere_hours, voltage, depth, c_rate=1.0, celsius=35.0):
    """Loss after a throughput of the tested cell in equal cycles."""
    weight = damage_rate(charge_stress(np.array(law.charge), c_rate, celsius + 273.15), law.cycle_exponent)
    stress = cycle_stress(np.array(law.cycle), voltage, depth)
    return loss(cycle_damage(stress, weight * ampere_hours * AMPERE_HOUR, law.cycle_exponent), law.cycle_exponent)


def accumulated(stresses, exponent):
    """Loss after stretches of constant stress."""
    return loss(sum(damage_rate(stress, exponent) * duration for stress, duration in stresses), exponent)


def test_schmalstieg_figures():
    """To 0.1 percentage points, as the figures were given."""
    assert stored(SCHMALSTIEG.capacity, 365.0, 3.73, 35.0) == pytest.approx(0.0540, abs=1e-3)
    assert stored(SCHMALSTIEG.resistance, 365.0, 3.73, 35.0) == pytest.approx(0.102, abs=1e-3)
    assert cycled(SCHMALSTIEG.capacity, 4300.0, 3.70, 0.80) == pytest.approx(0.264, abs=1e-3)
    assert cycled(SCHMALSTIEG.resistance, 4300.0, 3.70, 0.80) == pytest.approx(0.898, abs=1e-3)


@given(days=st.floats(0.0, 4000.0), voltage=st.floats(3.2, 4.2), kelvin=st.floats(280.0, 325.0))
def test_schmalstieg_calendar_as_published(days, voltage, kelvin):
    capacity = (7.543 * voltage - 23.75) * 1e6 * math.exp(-6976.0 / kelvin) * days**0.75
    resistance = (5.270 * voltage - 16.32) * 1e5 * math.exp(-5986.0 / kelvin) * days**0.75
    celsius = kelvin - 273.15
    assert stored(SCHMALSTIEG.capacity, days, voltage, celsius) == pytest.approx(capacity, rel=1e-11)
    assert stored(SCHMALSTIEG.resistance, days, voltage, celsius) == pytest.approx(resistance, rel=1e-11)


@given(charge=st.floats(0.0, 1e4), voltage=st.floats(3.2, 4.2), depth=st.floats(0.06, 1.0))
def test_schmalstieg_cycles_as_published(charge, voltage, depth):
    capacity = (7.348e-3 * (voltage - 3.667) ** 2 + 7.600e-4 + 4.081e-3 * depth) * math.sqrt(charge)
    resistance = (2.153e-4 * (voltage - 3.725) ** 2 - 1.521e-5 + 2.798e-4 * depth) * charge
    assert cycled(SCHMALSTIEG.capacity, charge, voltage, depth) == pytest.approx(capacity, rel=1e-11)
    assert cycled(SCHMALSTIEG.resistance, charge, voltage, depth) == pytest.approx(resistance, rel=1e-11)


def counted(law, legs, depth):
    """Loss of the tested cell by way of the rainflow count: equal cycles around SOC 0.5, voltage 3.7 V there."""
    x, damage, cycle = memory(), 0.0, np.array(law.cycle)
    charge, low, high = depth * SCHMALSTIEG.tested_capacity, 0.5 - 0.5 * depth, 0.5 + 0.5 * depth
    rainflow.start_count(x, 0, low)
    for leg in range(legs):
        x["left"], kind = (charge, 3.7 * charge), rainflow.FULL
        while kind != rainflow.NONE:
            kind, told_depth, _ = rainflow.push(x, 0, low if leg % 2 else high)
            if kind != rainflow.NONE:
                stress = cycle_stress(cycle, x["closed"][1] / x["closed"][0], told_depth)
                damage += cycle_damage(stress, x["closed"][0], law.cycle_exponent)
    for leg in range(1, rainflow.points(x, 0)):
        leg_charge, voltage_charge = (rainflow.weight(x, 0, leg, w) for w in range(2))
        stress = cycle_stress(cycle, voltage_charge / leg_charge, rainflow.half(x, 0, leg)[0])
        damage += cycle_damage(stress, leg_charge, law.cycle_exponent)
    return loss(damage, law.cycle_exponent)


def test_schmalstieg_figures_by_way_of_the_rainflow_count():
    """2622 legs of 80 % of 2.05 A.h are 4300.08 A.h."""
    for law in (SCHMALSTIEG.capacity, SCHMALSTIEG.resistance):
        assert counted(law, 2622, 0.8) == pytest.approx(cycled(law, 4300.08, 3.7, 0.8), rel=1e-10)


def test_a_law_outside_of_its_range_counts_as_nothing():
    """The published resistance of very flat cycles would fall, and so would the capacity loss below 3.15 V."""
    assert cycled(SCHMALSTIEG.resistance, 1000.0, 3.725, 0.05) == 0.0
    assert stored(SCHMALSTIEG.capacity, 365.0, 3.1, 35.0) == 0.0


@given(days=st.floats(0.0, 4000.0), kelvin=st.floats(280.0, 325.0))
def test_wang_calendar_as_published(days, kelvin):
    percent = 14876.0 * math.sqrt(days) * math.exp(-24500.0 / (8.31446261815324 * kelvin))
    assert stored(WANG.capacity, days, 3.7, kelvin - 273.15) == pytest.approx(0.01 * percent, rel=1e-11)


@pytest.mark.parametrize(("kelvin", "percent"), [(283.0, 0.00226), (301.0, 0.0005), (319.0, 0.0045)])
def test_wang_cycles_at_vanishing_rate(kelvin, percent):
    """V2G-Sim's polynomial takes these round values, % per A.h discharged; both directions count here."""
    assert cycled(WANG.capacity, 2.0, 3.7, 0.5, 0.0, kelvin - 273.15) == pytest.approx(0.01 * percent, rel=1e-9)


def test_wang_cycles_against_the_figure():
    """Values that others read off the figure, % per A.h; of all polynomials the best is off by 2.1e-4 % per A.h."""
    figure = {283.196: 0.002115, 293.093: 0.000788, 307.010: 0.001000, 319.072: 0.004500}
    values = [100.0 * cycled(WANG.capacity, 2.0, 3.7, 0.5, 0.0, kelvin - 273.15) for kelvin in figure]
    best = np.polyval(np.polyfit(list(figure), list(figure.values()), 2), list(figure))
    off = np.abs(best - list(figure.values())).max()
    assert np.abs(np.array(values) - list(figure.values())).max() < 1.1 * off


@given(kelvin=st.floats(250.0, 340.0), c_rate=st.floats(0.0, 6.5))
def test_wang_cycles_always_cost_and_faster_ones_more(kelvin, c_rate):
    slow, fast = (cycled(WANG.capacity, 2.0, 3.7, 0.5, rate, kelvin - 273.15) for rate in (0.0, c_rate))
    assert 0.0 < slow <= fast
    assert fast == pytest.approx(slow * math.exp((2.35 - 6.7e-3 * kelvin) * c_rate), rel=1e-11)


def test_wang_coefficients_as_printed_cancel():
    """Why others stand in the parameter set: three digits leave nothing of the sum but its rounding."""
    printed = [(8.61e-6 * t - 5.13e-3) * t + 0.763 for t in (285.0, 287.0, 298.0, 308.0, 310.0)]
    assert [value > 0.0 for value in printed] == [True, False, False, False, True]


@given(stresses=STRESSES, exponent=EXPONENT, order=st.randoms(use_true_random=False))
def test_order_of_stresses_does_not_matter(stresses, exponent, order):
    shuffled = list(stresses)
    order.shuffle(shuffled)
    assert accumulated(shuffled, exponent) == pytest.approx(accumulated(stresses, exponent), rel=1e-13)


@given(stress=st.floats(1e-9, 1e-5), duration=st.floats(1.0, 1e8), exponent=EXPONENT, parts=st.integers(1, 20))
def test_constant_stress_in_parts_is_the_published_law(stress, duration, exponent, parts):
    whole = accumulated([(stress, duration / parts)] * parts, exponent)
    assert whole == pytest.approx(stress * duration**exponent, rel=1e-12)


@pytest.mark.parametrize("exponent", [0.5, 0.75])
def test_varying_stress_against_an_independent_solver(exponent):
    """The law as rate at the present loss, ``dL/dt = z alpha**(1/z) L**(1 - 1/z)``, under a stress that swings."""

    def stress(t):
        return 0.01 * (1.5 + math.sin(t))

    def right(t, lost):
        return exponent * stress(t) ** (1.0 / exponent) * lost ** (1.0 - 1.0 / exponent)

    first = loss(damage_rate(stress(0.0), exponent) * 1e-3, exponent)
    reference = solve_ivp(right, (1e-3, 20.0), [first], method="LSODA", rtol=1e-10, atol=1e-14).y[0, -1]
    times = np.linspace(0.0, 20.0, 20001)
    middles = 0.5 * (times[1:] + times[:-1])
    damage = sum(damage_rate(stress(t), exponent) for t in middles) * 1e-3
    # the midpoint rule to 1e-8, and the stress of the first millisecond taken as constant, 1e-3 of 1e-3 of the damage
    assert loss(damage, exponent) == pytest.approx(reference, rel=1e-6)


def test_throughput_is_scaled_to_the_tested_cell():
    assert per_charge(SCHMALSTIEG.tested_capacity, 20.0 * SCHMALSTIEG.tested_capacity) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"calendar": (1.0,)}, "calendar has 1 values, not 3"), ({"cycle_exponent": 0.0}, "cycle_exponent = 0.0")],
)
def test_a_law_that_does_not_fit_is_refused(change, message):
    fields = dict(vars(SCHMALSTIEG.capacity)) | change
    with pytest.raises(ValueError, match=message):
        PowerLaw(**fields)


def test_resistance_grows_linearly_in_cycles():
    capacity = 3600.0
    assert cycled_resistance(1e-3, 1e-6, 2.0 * capacity * 500.0, capacity) == pytest.approx(1.5e-3, rel=1e-14)
    once = cycled_resistance(1e-3, 1e-6, 7e5, capacity)
    assert cycled_resistance(once, 1e-6, 3e5, capacity) == pytest.approx(
        cycled_resistance(1e-3, 1e-6, 1e6, capacity), rel=1e-14
    )


def shares(cycles, own):
    """Current of a cell over that of another whose resistance grows twice as fast, from equal EMF.

    Each module cycle moves 2 C there and back; a cell grows by its own charge, or by half of the module's.
    """
    resistance, capacity, rates = np.array([1e-3, 1e-3]), 1.0, (1e-5, 2e-5)
    share = np.array([0.5, 0.5])
    for _ in range(cycles):
        charge = 4.0 * capacity * (share if own else np.array([0.5, 0.5]))
        for k in range(2):
            resistance[k] = cycled_resistance(resistance[k], rates[k], charge[k], capacity)
        share = (1.0 / resistance) / (1.0 / resistance).sum()
    return share[0] / share[1]


def test_shares_tend_to_the_reciprocal_rates_and_by_own_throughput_to_their_root():
    """By ``1 / N``: what the equal start is worth after 100 000 cycles, 1e-3 / (1e-5 N), is a thousandth."""
    assert shares(100_000, own=False) == pytest.approx(2.0, rel=1e-3)
    assert shares(100_000, own=True) == pytest.approx(math.sqrt(2.0), rel=1e-3)
