"""Loads on a group of unequal cells: network before cells, the ports handed back after each step.

::

       load_mode, pack_current, pack_power, voltage_limit
                           |
                           v        current[1..4], for the same step
                    +-------------+ -------------------------------> +------+
      flags <------ | PackNetwork |                                  | Cell |
                    +-------------+ <------------------------------- +------+
                                     emf, resistance, soc [1..4]
"""

import numpy as np
import pytest

from packfmu.core.model import DONE
from packfmu.models.network.loads import LoadMode
from tests.models.cells import invented_cell, plain_cell
from tests.scenarios.groups import Group

STEP = 5.0


def step(group, **load):
    for name, value in load.items():
        group.network.u[name] = value
    assert group.network.advance(0.0, STEP) == DONE
    group.hand_currents()
    assert group.cells.advance(0.0, STEP) == DONE
    group.hand_ports()


def test_a_power_load_and_its_current_give_the_same_energy():
    """The current that a power run took, given as a current, takes the same energy and leaves the same cells."""
    powers = 150.0 * np.sin(np.arange(300) / 9.0) - 100.0
    by_power, by_current = Group(invented_cell(), STEP / 2.0), Group(invented_cell(), STEP / 2.0)
    energies = []
    for power in powers:
        step(by_power, load_mode=LoadMode.POWER, pack_power=power)
        step(by_current, load_mode=LoadMode.CURRENT, pack_current=by_power.network.y["pack_current_actual"])
        energies.append([float(group.network.y["pack_energy"]) for group in (by_power, by_current)])
    taken, again = np.transpose(energies)
    assert taken == pytest.approx(STEP * powers, rel=1e-12)  # the root, and the sum of the groups' voltages
    assert (again == taken).all()
    assert (by_current.cells.y["soc"] == by_power.cells.y["soc"]).all()
    assert (by_current.cells.y["voltage"] == by_power.cells.y["voltage"]).all()


def test_a_charge_to_a_voltage_ends_at_its_taper_current():
    group, current, limit, taper = Group(plain_cell(), STEP / 2.0), 20.0, 4.0, 2.0
    group.network.p["taper_current"] = taper
    load = {"load_mode": LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, "pack_current": current, "voltage_limit": limit}
    currents, voltages, complete = [], [], []
    while not complete or (complete[-1] == 0.0 and len(complete) < 5000):
        step(group, **load)
        currents.append(float(group.network.y["pack_current_actual"]))
        voltages.append(float(group.network.y["pack_voltage"]))
        complete.append(float(group.network.y["charge_complete"]))
    currents, voltages = np.array(currents), np.array(voltages)
    held = np.flatnonzero((currents != current) & (currents != 0.0))
    assert held.size > 10
    assert (currents[: held[0]] == current).all()
    assert voltages[: held[0]].max() <= limit
    assert voltages[held] == pytest.approx(limit, rel=1e-12)
    assert (np.diff(currents[held]) < 0.0).all()
    assert complete[-1] == 1.0
    assert sum(complete) == 1.0
    assert currents[-1] == 0.0
    fall = currents[held[-2]] - currents[held[-1]]
    assert taper < currents[held[-1]] <= taper + 1.1 * fall  # the fall slows down: the next would have been below


@pytest.mark.parametrize(
    ("current", "flag", "limit", "bound"),
    [(-60.0, "undervoltage", "minimum_cell_voltage", 3.7), (60.0, "overvoltage", "maximum_cell_voltage", 4.1)],
)
@pytest.mark.parametrize("ahead", [0.5, 1.0])
def test_a_limit_trips_in_the_step_in_which_a_cell_crosses_it(current, flag, limit, bound, ahead):
    """The instant of the flag is `lookahead` after the begin of a step; twins of the cells are stepped to there."""
    group, twin = Group(invented_cell(), ahead * STEP), Group(invented_cell(), ahead * STEP)
    group.network.p[limit] = bound
    step(group, pack_current=current)
    told, crossed = [], []
    for _ in range(150):
        twin.cells.memory[:] = group.cells.memory
        step(group, pack_current=current)
        told.append(group.network.y[flag] == 1.0)
        twin.cells.u["current"] = group.cells.u["current"]
        twin.cells.advance(0.0, ahead * STEP)
        least, greatest = twin.cells.y["voltage_minimum"], twin.cells.y["voltage_maximum"]
        crossed.append(least < bound if flag == "undervoltage" else greatest > bound)
    assert told == crossed
    assert told == sorted(told)
    assert 0 < sum(told) < 150


def test_unequal_cells_at_rest_exchange_the_redistribution_current():
    """Two groups of two cells; without lookahead the current is the difference of U over the sum of R0."""
    group = Group(invented_cell(), 0.0, series=2)
    group.network.p["contact_resistance"] = group.network.p["segment_resistance"] = 0.0
    step(group, pack_current=0.0)
    fresh = Group(invented_cell(), 0.0, series=2).cells
    voltage, resistance = fresh.y["voltage"].reshape(2, 2), fresh.y["resistance"].reshape(2, 2)
    expected = -np.diff(voltage, axis=1).ravel() / resistance.sum(axis=1)
    assert np.abs(expected).min() > 0.1
    currents = group.network.y["current"].reshape(2, 2)
    assert currents[:, 1] == pytest.approx(expected, rel=1e-12)
    assert currents[:, 0] == pytest.approx(-expected, rel=1e-12)
