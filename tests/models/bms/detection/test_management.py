"""What a Bms finds on a simulated pack: an open cell, internal shorts, failing insulation; and how it acts on that."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.model import DONE
from packfmu.models.bms.detection import management, open_cell
from packfmu.models.strings import Strings, strings_of

from ...cells import invented_cell
from .watched import GROUPS, KIND, Watched, day, first_time, trips

MINUTE = 60


def assert_only(told, group, kind):
    """Only this group has this fault: 0 an open cell, 1 a short."""
    flags = told[:, :, :2].any(axis=0)
    expected = np.zeros((GROUPS, 2), bool)
    expected[group, kind] = True
    assert (flags == expected).all()


@pytest.mark.parametrize("hours", [1, pytest.param(24, marks=pytest.mark.campaign)])
def test_nothing_is_found_in_a_day_of_driving(hours):
    """Unlike cells and noisy sensors, two drives, a charge: a sample a second, no flag, no short above its half."""
    pack = Watched(seed=2)
    told = pack.drive(day(seed=2)[: 3600 * hours])
    assert not told[:, :, :2].any()
    assert told[:, :, 2].max() < 0.5 * pack.bms.p["short_threshold"]
    assert np.ptp(pack.cell.y["soc"]) < 0.05
    assert (pack.bms.y["charge_enable"], pack.bms.y["thermal_event"]) == (1.0, 0.0)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_found_in_many_days(seed):
    """Other draws, three and ten cells in parallel, an imbalance of some 3 %."""
    parallel = (2, 3, 10)[seed % 3]
    pack = Watched(parallel, seed=seed)
    pack.cell.p["initial_soc"] += 0.03 * np.repeat(np.random.default_rng(seed).standard_normal(GROUPS), parallel)
    pack.cell.initialize()
    told = pack.drive(day(parallel, seed))
    assert not told[:, :, :2].any()


@pytest.mark.parametrize(("parallel", "most"), [(2, 3), (3, 4), (4, 5), (10, 10)])
def test_an_open_cell_is_found_after_some_steps_of_the_current(parallel, most):
    """In a drive whose current steps every 10 s, after an hour without a fault."""
    pack = Watched(parallel, seed=2)
    before = pack.drive(trips(60 * MINUTE, parallel, seed=1))
    assert not before[:, :, :2].any()
    pack.open(1)
    profile = trips(20 * MINUTE, parallel, seed=7)
    told = pack.drive(profile)
    assert_only(told, 1, 0)
    steps = np.abs(np.diff(profile)) >= pack.bms.p["current_step"]
    assert 3 <= steps[: first_time(told[:, 1, 0])].sum() <= most


def test_a_cell_that_was_open_from_the_start_is_found_too():
    pack = Watched(2, seed=3)
    pack.open(2)
    told = pack.drive(trips(10 * MINUTE, seed=4))
    assert_only(told, 2, 0)
    assert first_time(told[:, 2, 0]) < 2 * MINUTE


@pytest.mark.parametrize(("resistance", "minutes"), [(10.0, 8), (3.0, 3), (1.0, 2)])
def test_a_short_is_found_at_rest(resistance, minutes):
    """And its current within 15 %, after two hours."""
    pack = Watched(seed=1, soc=0.7)
    pack.drive(np.zeros(120 * MINUTE))
    pack.short(1, resistance)
    told = pack.drive(np.zeros(120 * MINUTE))
    assert_only(told, 1, 1)
    assert first_time(told[:, 1, 1]) <= minutes * MINUTE
    if resistance == 10.0:
        current = pack.network.y["group_voltage"][1] / resistance
        assert told[-1, 1, 2] == pytest.approx(current, rel=0.15)


@pytest.mark.parametrize(("resistance", "minutes"), [(10.0, 60), (3.0, 20), (1.0, 5)])
def test_a_short_is_found_on_a_drive(resistance, minutes):
    pack = Watched(seed=1, soc=0.7)
    pack.drive(trips(120 * MINUTE, seed=1))
    pack.short(1, resistance)
    told = pack.drive(trips(60 * MINUTE, seed=5))
    assert_only(told, 1, 1)
    assert first_time(told[:, 1, 1]) <= minutes * MINUTE


def test_a_short_that_a_drive_hides_is_found_in_the_next_rest():
    """From the start of a run at a mean discharge of C/3 a short of 3 Ohm looks like a lesser capacity, by 18 %."""
    pack = Watched(seed=1, soc=0.7)
    pack.short(1, 3.0)
    pack.drive(trips(20 * MINUTE, mean=-0.33, seed=1))
    told = pack.drive(np.zeros(60 * MINUTE))
    assert_only(told, 1, 1)
    assert first_time(told[:, 1, 1]) <= 5 * MINUTE


def test_a_short_below_the_threshold_is_told_and_not_flagged():
    """Of 100 Ohm, 38 mA at a threshold of 200 mA."""
    pack = Watched(seed=1, soc=0.7)
    pack.short(0, 100.0)
    told = pack.drive(np.zeros(240 * MINUTE))
    assert not told[:, :, :2].any()
    assert told[-1, 0, 2] == pytest.approx(0.038, abs=0.02)


def test_a_reset_clears_and_what_holds_is_found_again():
    pack = Watched(seed=1, soc=0.7)
    pack.drive(np.zeros(10 * MINUTE))
    pack.short(1, 2.0)
    assert pack.drive(np.zeros(10 * MINUTE))[-1, 1, 1] == 1.0
    pack.network.u["cell_short"] = 0.0
    pack.drive(np.zeros(240 * MINUTE))  # the estimate forgets
    assert pack.bms.y["short_detected"][1] == 1.0
    pack.bms.u["reset"] = 1.0
    assert not pack.drive(np.zeros(10))[:, :, 1].any()


def test_faults_limit_the_currents_as_told():
    """An open cell leaves (p - 1) / p; a short and failed insulation leave `fault_share`, and no balancing."""
    pack = Watched(2, seed=2, fault_share=0.3)
    whole = pack.drive(np.zeros(5)) is not None and pack.bms.y["discharge_current"][0].copy()
    pack.bms.x["opened"][1] = 1.0
    pack.drive(np.zeros(1))
    assert pack.bms.y["discharge_current"][0] == pytest.approx(0.5 * whole, rel=1e-9)
    pack.bms.x["shorted"][0], pack.bms.x["balancing"] = 1.0, 1.0
    pack.drive(np.zeros(1))
    assert pack.bms.y["discharge_current"][0] == pytest.approx(0.3 * whole, rel=1e-9)
    assert pack.bms.y["balancing_enable"] == 0.0
    assert pack.bms.y["discharge_enable"] == 1.0


@pytest.mark.parametrize(
    ("per_volt", "warned", "failed"), [(600.0, False, False), (300.0, True, False), (50.0, True, True)]
)
def test_insulation_is_found_within_two_periods(per_volt, warned, failed):
    pack = Watched(seed=0)
    pack.drive(np.zeros(45))
    assert pack.bms.y["insulation_warning"] == 0.0
    pack.bms.u["insulation_resistance"] = per_volt * pack.network.y["pack_voltage"]
    for _ in range(60):
        pack.drive(np.zeros(1))
    assert pack.bms.y["measured_insulation"] == pytest.approx(per_volt, rel=0.2)
    assert (pack.bms.y["insulation_warning"], pack.bms.y["insulation_fault"]) == (float(warned), float(failed))


def test_one_bad_measurement_of_insulation_is_none():
    pack = Watched(seed=0)
    pack.bms.u["insulation_resistance"] = 10.0
    pack.drive(np.zeros(31))
    assert pack.bms.y["measured_insulation"] < 1.0
    pack.bms.u["insulation_resistance"] = 1e7
    pack.drive(np.zeros(60))
    assert (pack.bms.y["insulation_warning"], pack.bms.y["insulation_fault"]) == (0.0, 0.0)


def test_a_voltage_that_is_none_says_nothing():
    pack = Watched(seed=1)
    pack.bms.p["voltage_sensor_gain"][1] = 0.0
    told = pack.drive(trips(30 * MINUTE, seed=3))
    assert not told[:, :, :2].any()
    assert np.isfinite(pack.bms.memory).all()


def test_detection_needs_two_groups_in_a_string():
    with pytest.raises(InputError, match="at least 2 in each"):
        management.declare(2, 2, KIND, strings_of(2, 2))


def test_single_cells_in_parallel_are_not_judged():
    """There is no group that goes on without one of its one cells."""
    model = management.declare(3, 1, invented_cell(), Strings((0, 3)))
    constant = {variable.name: variable.start_values() for variable in model.fields.constants}
    assert float(constant["parallel"]) == 1.0
    assert open_cell.SUSPECTED > 1.0
    assert DONE == 0
