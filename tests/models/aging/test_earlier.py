"""What cells had gone through before the start: they go on as if they had never stopped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.models.aging.counters import COUNTERS
from packfmu.models.aging.law import EARLIER
from tests.models.aging.agings import ALL, DAY, FEW, YEAR, grown, started, step

COUNTED = {
    "charge_throughput": 4e7, "capacity_calendar_damage": 0.0, "capacity_cycle_damage": 1e-3,
    "resistance_calendar_damage": 2e-2, "resistance_cycle_damage": 3e-2, "plating_lost_charge": 900.0,
}  # fmt: skip
LIFE = {**COUNTED, "reaction_time": YEAR, "diffusion_time": YEAR}
OUTPUTS = ("capacity_loss", "resistance_growth", "soh", "film_thickness", "short_risk")


def lived(instance, years=1):
    for _ in range(years):
        step(instance, YEAR, **LIFE)
    return {name: instance.y[name].copy() for name in OUTPUTS}


@settings(max_examples=10)
@given(before=st.integers(0, 4), after=st.integers(1, 3))
def test_a_life_in_two_parts_is_that_without_a_break(before, after):
    whole, first = started(ALL), started(ALL)
    lived(first, before)
    film = first.y["film_thickness"] - first.p["initial_thickness"]
    earlier = {f"{EARLIER}{name}": before * value for name, value in COUNTED.items()}
    second = started(ALL, **earlier, earlier_film_growth=film, earlier_time=before * YEAR)
    for name in OUTPUTS:
        np.testing.assert_allclose(second.y[name], first.y[name], rtol=1e-13)
    expected, found = lived(whole, before + after), lived(second, after)
    for name in OUTPUTS:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-12)


def test_the_noise_goes_on_from_the_age_of_the_cells():
    noisy = {"film_noise": 0.5, "noise_seed": 3}
    whole, parts = started(ALL, **noisy), []
    for age in (0, 1):
        film = whole.y["film_thickness"] - whole.p["initial_thickness"]
        second = started(ALL, **noisy, earlier_film_growth=film, earlier_time=age * YEAR)
        parts.append((lived(whole)["film_thickness"], lived(second)["film_thickness"]))
    for expected, found in parts:
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.ptp(parts[1][0]) > 0.0


def test_a_loss_does_not_fall_where_the_film_was_thicker_before():
    """Day by day under noise; at each break of a year the next life takes film and loss, and no bit is lost."""
    noisy = {"film_noise": 1.0, "noise_seed": 3}
    whole = started(**noisy)
    below = 0.0
    for month in range(1, 13):
        grown(whole, 30 * DAY, 30)
        loss, film = whole.y["capacity_loss"], whole.y["film_thickness"] - whole.p["initial_thickness"]
        earlier = {"earlier_film_growth": film, "earlier_time": month * 30 * DAY}
        forgetful, second = (
            started(**noisy, **earlier),
            started(**noisy, **earlier, earlier_greatest_capacity_loss=loss),
        )
        np.testing.assert_array_equal(second.y["capacity_loss"], loss)
        below = max(below, float((loss - forgetful.y["capacity_loss"]).max()))
    assert below > 1e-4
    np.testing.assert_allclose(grown(second, 90 * DAY, 90), grown(whole, 90 * DAY, 90), rtol=1e-12)
    np.testing.assert_allclose(second.y["capacity_loss"], whole.y["capacity_loss"], rtol=1e-12)


def test_losses_of_unknown_causes_add_up():
    instance = started(ALL, earlier_capacity_loss=[0.1, 0.0, 0.9], earlier_resistance_growth=[0.0, 0.5, 100.0])
    new = started(ALL)
    assert list(instance.y["capacity_loss"]) == [0.1, 0.0, 0.9]
    assert list(instance.y["resistance_growth"]) == [0.0, 0.5, 100.0]
    difference = lived(instance)["capacity_loss"] - lived(new)["capacity_loss"]
    assert difference[:2] == pytest.approx([0.1, 0.0], abs=1e-15)


def test_each_counter_that_a_law_takes_as_a_whole_has_one():
    assert {counter.name for counter in COUNTERS if counter.adds_up} == set(COUNTED)
    instance = started(ALL)
    assert all(instance.p[f"{EARLIER}{name}"].shape == (FEW,) for name in COUNTED)
