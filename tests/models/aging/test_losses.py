"""Aging: closed forms of film and laws, published figures, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.core.timescale import NONE
from packfmu.models.aging.power_laws import calendar_activity, calendar_voltage, cycle_damage, cycle_stress, damage_rate
from packfmu.models.parameters import nissan_leaf_aging
from tests.models.aging.agings import ALL, DAY, FEW, FILM, NAMES, SANYO, YEAR, grown, started, step


def test_the_film_of_the_graphite_loses_what_its_docstring_says():
    instance, ohmic = started(capacity=112850.0), 1.53e-3
    grown(instance, YEAR, 1)
    assert instance.y["capacity_loss"] == pytest.approx(0.015, abs=5e-4)
    assert instance.y["film_resistance"] / ohmic == pytest.approx(0.24, abs=5e-3)
    grown(instance, 9.0 * YEAR, 3)
    assert instance.y["capacity_loss"] == pytest.approx(0.051, abs=5e-4)
    assert instance.y["film_resistance"] / ohmic == pytest.approx(0.84, abs=5e-3)
    assert np.all(instance.y["resistance_growth"] == 0.0)


def calendar(law, days, celsius, volts):
    stress = calendar_voltage(law.calendar, volts) * calendar_activity(law.calendar, celsius + 273.15)
    return damage_rate(stress, law.calendar_exponent) * days * DAY


def cycles(law, ampere_hours, depth, volts):
    return cycle_damage(cycle_stress(law.cycle, volts, depth), 3600.0 * ampere_hours, law.cycle_exponent)


def test_schmalstieg_at_rest():
    """365 days at 35 degC and 3.73 V, as published to a hundredth of a percent."""
    instance, laws = started(SANYO), SANYO.laws
    for _ in range(73):
        step(
            instance,
            5.0 * DAY,
            capacity_calendar_damage=calendar(laws.capacity, 5.0, 35.0, 3.73),
            resistance_calendar_damage=calendar(laws.resistance, 5.0, 35.0, 3.73),
        )
    assert instance.y["soh"] == pytest.approx(1.0 - 0.0540, abs=1e-4)
    assert instance.y["resistance_growth"] == pytest.approx(0.102, abs=1e-4)


def test_schmalstieg_cycled():
    """4300 A.h at 80 % depth around 3.70 V, as published to a tenth of a percent."""
    instance, laws = started(SANYO), SANYO.laws
    damages = {f"{n}_cycle_damage": cycles(getattr(laws, n), 4300.0, 0.8, 3.70) for n in ("capacity", "resistance")}
    step(instance, YEAR, **damages)
    assert instance.y["capacity_loss"] == pytest.approx(0.264, abs=1e-3)
    assert instance.y["resistance_growth"] == pytest.approx(0.898, abs=1e-3)


def test_wang_for_the_leaf():
    """A year at 20 degC: ``14876 sqrt(365) exp(-24500 / (R T))`` percent; resistance by cycles alone."""
    instance, law = started(nissan_leaf_aging.PARAMETERS), nissan_leaf_aging.PARAMETERS.laws.capacity
    throughput = 2.0 * 300.0 * instance.p["capacity"]
    step(instance, YEAR, capacity_calendar_damage=calendar(law, 365.0, 20.0, 3.7), charge_throughput=throughput)
    expected = 148.76 * math.sqrt(365.0) * math.exp(-24500.0 / (8.31446 * 293.15))
    assert instance.y["capacity_loss"] == pytest.approx(expected, rel=1e-5)
    assert instance.y["resistance_growth"] == pytest.approx(300.0 * 2e-4, rel=1e-12)


def test_rates_are_each_cells_own():
    rates = np.array([0.5, 1.0, 2.0])
    instance = started(SANYO, aging_rate=rates, resistance_rate=1e-4 * rates, capacity=3600.0)
    damages = {f"{what}_calendar_damage": 1e-3 for what in ("capacity", "resistance")}
    step(instance, DAY, charge_throughput=2.0 * 3600.0 * 50.0, **damages)
    assert instance.y["capacity_loss"] == pytest.approx(rates * 1e-3**0.75, rel=1e-14)
    assert instance.y["resistance_growth"] == pytest.approx(rates * (1e-3**0.75 + 50.0 * 1e-4), rel=1e-14)
    film_of = started(aging_rate=rates, reaction_speed=1e-6, initial_thickness=0.0)
    assert grown(film_of, YEAR, 2) / math.sqrt(2.0 * FILM.sei.diffusion * YEAR) == pytest.approx(rates**0.5, rel=1e-6)


def test_loss_and_growth_tell_how_long_they_take_to_change_by_their_tolerance():
    """Plating takes 0.002 of the capacity in a day, so 0.001 in half of one; the growth of 0.02 by cycles likewise."""
    instance = started(capacity=100e3, resistance_rate=1e-4)
    assert instance.y["timescale_capacity_loss"] == instance.y["timescale_resistance_growth"] == NONE
    step(instance, DAY, plating_lost_charge=[0.0, 200.0, 100.0], charge_throughput=[0.0, 4e7, 0.0])
    assert instance.y["timescale_capacity_loss"] == pytest.approx(0.5 * DAY, rel=1e-12)
    assert instance.y["timescale_resistance_growth"] == pytest.approx(0.5 * DAY, rel=1e-12)
    step(instance, DAY)
    assert instance.y["timescale_capacity_loss"] == instance.y["timescale_resistance_growth"] == NONE


def test_plating_is_lost_and_risks_a_short():
    instance = started(capacity=100e3)
    step(instance, DAY, plating_lost_charge=[0.0, 1e3, 5e3])
    assert instance.y["capacity_loss"] == pytest.approx([0.0, 0.01, 0.05], rel=1e-15)
    assert instance.y["short_risk"] == pytest.approx([0.0, 1.0 - math.exp(-0.04), 1.0 - math.exp(-1.0)], rel=1e-13)


def test_weakest_cell_is_told():
    instance = started(SANYO)
    assert instance.y["soh_minimum"] == instance.y["soh_maximum"] == 1.0
    assert (instance.y["timescale_fastest"], instance.y["timescale_slowest"]) == (NONE, 0.0)
    step(instance, DAY, capacity_cycle_damage=[0.01, 0.04, 0.0], resistance_cycle_damage=[0.1, 0.2, 0.3])
    told = [instance.y[f"soh_{what}"] for what in ("minimum", "maximum", "mean", "minimum_cell", "maximum_cell")]
    assert told == pytest.approx([0.8, 1.0, 0.9, 2, 3])
    told = [instance.y[f"resistance_growth_{what}"] for what in ("minimum", "maximum", "mean", "maximum_cell")]
    assert told == pytest.approx([0.1, 0.3, 0.2, 3])


def test_a_worn_out_cell_stays_within_what_cells_take():
    instance = started(SANYO)
    step(instance, DAY, capacity_cycle_damage=[0.01, 4.0, 0.81], resistance_cycle_damage=[0.1, 400.0, 100.0])
    assert instance.y["capacity_loss"] == pytest.approx([0.1, 0.9, 0.9])
    assert instance.y["resistance_growth"] == pytest.approx([0.1, 100.0, 100.0])
    for name in ("capacity_loss", "resistance_growth", "soh"):
        instance.model.variable(name).check(instance.y[name])  # raises


def test_stress_before_the_start_counts_by_the_laws():
    instance = started(SANYO, capacity_cycle_damage=0.01)
    assert instance.y["capacity_loss"] == pytest.approx(0.1)
    step(instance, DAY, capacity_cycle_damage=0.03)
    assert instance.y["capacity_loss"] == pytest.approx(0.2)


STRESS = st.fixed_dictionaries(
    {
        "charge_throughput": st.floats(0.0, 1e7),
        **{name: st.floats(0.0, 1e-2) for name in NAMES if name.endswith("damage")},
        "reaction_time": st.floats(0.0, 1e9),
        "diffusion_time": st.floats(0.0, 1e9),
        "plating_lost_charge": st.floats(0.0, 1e3),
    }
)


@settings(max_examples=50)
@given(before=STRESS, stress=STRESS, h=st.floats(3600.0, YEAR))
def test_two_half_steps_are_one(before, stress, h):
    once, twice = started(ALL), started(ALL)
    for instance in (once, twice):
        step(instance, YEAR, **before)
    step(once, h, **stress)
    for _ in range(2):
        step(twice, 0.5 * h, **{name: 0.5 * value for name, value in stress.items()})
    for name in ("capacity_loss", "resistance_growth", "film_thickness"):
        # halves of a counter that has been counting round by a place of the counter
        assert twice.y[name] == pytest.approx(once.y[name], rel=1e-10, abs=1e-13), name


@settings(max_examples=50)
@given(steps=st.lists(st.tuples(STRESS, st.floats(3600.0, YEAR)), min_size=1, max_size=5), noise=st.floats(0.0, 2.0))
def test_losses_never_fall_and_stay_within_their_bounds(steps, noise):
    instance = started(ALL, film_noise=noise, noise_seed=5)
    for stress, h in steps:
        before = {name: instance.y[name].copy() for name in ("capacity_loss", "short_risk")}
        step(instance, h, **stress)
        for name, values in before.items():
            assert np.all(instance.y[name] >= values)
        for name in ("capacity_loss", "resistance_growth", "soh", "film_thickness", "short_risk"):
            variable = instance.model.variable(name)
            variable.check(instance.y[variable.name])  # raises


@given(order=st.permutations(range(FEW)), spread=st.floats(0.1, 3.0))
def test_cells_are_alike(order, spread):
    order = list(order)
    factors = np.array([1.0, 1.0 + spread, 0.3])
    plain, permuted = started(ALL, aging_rate=factors), started(ALL, aging_rate=factors[order])
    for instance, mine in ((plain, factors), (permuted, factors[order])):
        step(instance, DAY, **dict.fromkeys(NAMES, 1e-3 * mine))
        step(instance, YEAR, reaction_time=1e7 * mine, diffusion_time=1e7 * mine)
    for name in ("capacity_loss", "resistance_growth", "film_thickness", "short_risk"):
        assert np.all(permuted.y[name] == plain.y[name][order])


@pytest.mark.parametrize("name", NAMES)
def test_a_counter_that_falls_is_refused_and_named(name):
    instance = started(ALL, **{name: 5.0})
    outputs, inputs = instance.y.memory.tolist(), instance.u
    inputs[name][1] = 4.5
    status = instance.advance(0.0, DAY)
    unit = {"charge_throughput": " C", "plating_lost_charge": " C", "reaction_time": " s", "diffusion_time": " s"}
    shown = unit.get(name, "")
    expected = f"{name}[2] = 4.5{shown} must not fall below the 5{shown} counted before"
    assert instance.refusal(status) == expected
    assert instance.y.memory.tolist() == outputs
    inputs[name][1] = 5.0
    assert instance.advance(0.0, DAY) == DONE
