"""A cell in an oven against an independent stiff integration of the same equations written anew; measured order."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Radiation
from packfmu.models.thermal.runaway import network
from tests.models.thermal.runaway.ovens import CAN, HOURS, graph, heats, model, reference

LIMIT = 250.0
"""A cell has run away in an oven if its peak is above it [degC]. No jump exists in these equations."""

PEAKS = {140.0: 147.2, 145.0: 182.2, 145.9: 248.8, 146.1: 286.8, 150.0: 447.5, 155.0: 492.1, 160.0: 509.9}
"""Peak in each oven, both in degC, by Radau with rtol 1e-10."""

ONSETS = {145.9: 6365.344485, 150.0: 2408.972092, 155.0: 1627.516758, 160.0: 1326.130023}
"""When the cell first heats itself by 1 K/s in each oven [degC], likewise [s]."""


def begun(made):
    instance = Instance(made)
    instance.initialize()
    return instance


def run(instance, step, seconds):
    """Step for so many seconds; return times [s] and temperatures of the first cell [K], one a step."""
    temperatures = []
    for n in range(round(seconds / step)):
        assert instance.advance(n * step, step) == DONE
        temperatures.append(instance.y["temperature"][0])
    return step * np.arange(1, len(temperatures) + 1), np.array(temperatures)


def compare(oven, volume=CAN):
    """Return peaks [degC] and their times [min] of ours in steps of 1 s, and of Radau."""
    times, temperatures = run(begun(model(oven, volume=volume)), 1.0, 3600.0 * HOURS)
    expected = reference(oven, volume)
    ours, theirs = temperatures.argmax(), expected.y[5].argmax()
    return temperatures[ours] - 273.15, times[ours] / 60, expected.y[5, theirs] - 273.15, expected.t[theirs] / 60


def test_onset_against_radau():
    """Within 0.01 s at steps of 1 s, and 0.2 s at steps of 60 s: the cell runs away after 22 min at 160 degC."""
    for step, allowed in ((1.0, 0.01), (10.0, 0.1), (60.0, 0.2)):
        cell = begun(model(160.0))
        run(cell, step, 1500.0)
        assert cell.y["onset_time"][0] == pytest.approx(ONSETS[160.0], abs=allowed)
        assert (cell.y["runaway"][0], cell.y["cells_in_runaway"]) == (1.0, 1.0)


def test_the_oven_of_150_degc_and_the_enthalpy():
    """Runs away after 40 min, to 447.5 degC; what the reactants lose is the heat that is told."""
    cell = begun(model(150.0))
    told, peak = 0.0, 0.0
    for n in range(2700):
        assert cell.advance(float(n), 1.0) == DONE
        told += cell.y["reaction_heat"]
        peak = max(peak, cell.y["temperature"][0])
    assert peak - 273.15 == pytest.approx(PEAKS[150.0], abs=0.2)
    lost = heats() @ ([0.15, 0.75, 0.96, 1.0] - cell.x["remaining"][0])
    assert told == pytest.approx(lost, rel=1e-9)
    assert cell.x["remaining"].min() > -1e-9


@pytest.mark.campaign
@pytest.mark.parametrize("oven", PEAKS)
def test_peaks_and_their_times_in_ovens(oven):
    peak, at, expected, expected_at = compare(oven)
    assert expected == pytest.approx(PEAKS[oven], abs=0.1)
    assert peak == pytest.approx(expected, abs=2.0)
    assert at == pytest.approx(expected_at, abs=0.5)
    assert (peak > LIMIT) == (oven > 145.9)


@pytest.mark.campaign
def test_a_smaller_volume_reacts_in_a_hotter_oven():
    """With 0.8 of the can's volume the peak passes 250 degC in an oven of 150.1 degC, not of 145.9."""
    below, above = (compare(oven, 0.8 * CAN) for oven in (150.0, 150.2))
    assert below[0] < LIMIT < above[0]
    for peak, at, expected, expected_at in (below, above):
        assert peak == pytest.approx(expected, abs=2.0)
        assert at == pytest.approx(expected_at, abs=0.5)


@pytest.mark.campaign
@pytest.mark.parametrize("oven", ONSETS)
def test_onsets_in_ovens(oven):
    onsets = reference(oven).t_events[0]
    assert onsets[0] == pytest.approx(ONSETS[oven], abs=1e-4)
    for step, allowed in ((1.0, 0.01), (10.0, 0.1), (60.0, 0.2)):
        cell = begun(model(oven))
        run(cell, step, 60.0 * np.ceil(onsets[0] / 60.0 + 1.0))
        assert cell.y["onset_time"][0] == pytest.approx(onsets[0], abs=allowed)


def test_a_light_node_that_radiates_does_not_overshoot():
    """A foil of 0.01 J/K and 1 m2 follows an oven of 177 degC in a step of any length; the cell does not hurry it."""
    plain = graph()
    foil = replace(
        plain,
        nodes=(*plain.nodes, Node("foil", 0.01)),
        radiations=(*plain.radiations, Radiation("foil", AMBIENT, 1.0)),
    )
    for step in (1.0, 1e3):
        given = {"ambient_temperature": 450.0, "reacting_volume": CAN}
        oven = begun(network.declare(foil, PARAMETERS).with_start(given))
        assert oven.advance(0.0, step) == DONE
        assert oven.x["temperature"][2] == pytest.approx(450.0, abs=1e-6)


def test_a_cell_at_rest_takes_one_sub_step_a_step():
    cell = begun(model(25.0))
    for step in (1.0, 60.0, 3600.0, 86400.0):
        assert cell.advance(0.0, step) == DONE
        assert cell.x["sub_step"] > step
    assert cell.y["onset_time"][0] == LARGE
    assert 0.0 < cell.y["reaction_heat"] < 1.0
