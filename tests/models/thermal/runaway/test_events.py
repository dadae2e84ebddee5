"""Vents, onsets, margins: what leaves a venting cell, when things happen, and limits that can be solved by hand."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.model import DONE
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.runaway import network
from packfmu.models.thermal.runaway.kind import ELECTROLYTE
from tests.models.thermal.runaway.ovens import AREA, CAPACITY, CONVECTION, EMISSIVITY, STEFAN_BOLTZMANN
from tests.models.thermal.runaway.shorted import GIVEN, SHORTED, begun, cored, ledger, run, started, tell

INERT = replace(PARAMETERS, **{
    name: replace(getattr(PARAMETERS, name), frequency=0.0) for name in ("sei", "anode", "cathode", "electrolyte")
})  # fmt: skip


def heated(kind, power, step, seconds, **start):
    """Heat a cell that gives nothing away; return it, and the sums of the heats of its steps."""
    cell = started(1, kind, path_conductance=0.0, radiating_area=0.0, **start)
    cell.u["heat_rate"] = power
    totals = dict.fromkeys(("generated_heat", "stored_heat", "vented_heat", "reaction_heat"), 0.0)
    for n in range(round(seconds / step)):
        assert cell.advance(n * step, step) == DONE
        for name in totals:
            totals[name] += cell.y[name]
    return cell, totals


@pytest.mark.parametrize("step", [1.0, 7.0, 60.0])
def test_a_cell_vents_at_its_temperature_and_loses_mass_and_heat(step):
    """37.35 J/K with 50 W are at 418.15 K after 89.64 s; a fifth leaves, and 300 J boil off from the rest."""
    kind = replace(INERT, venting_temperature=418.15, venting_share=0.2, venting_heat=300.0)
    cell, totals = heated(kind, 50.0, step, 420.0)
    assert cell.y["venting_time"][0] == pytest.approx(CAPACITY * 120.0 / 50.0, abs=1e-3)
    assert cell.y["vented"][0] == 1.0
    assert cell.x["capacity"][0] == pytest.approx(0.8 * CAPACITY, rel=1e-14)
    after = 418.15 - 300.0 / (0.8 * CAPACITY) + 50.0 * (420.0 - cell.y["venting_time"][0]) / (0.8 * CAPACITY)
    assert cell.y["temperature"][0] == pytest.approx(after, abs=2e-3)
    assert totals["vented_heat"] == pytest.approx(300.0 + 0.2 * CAPACITY * 120.0, rel=1e-4)
    assert totals["stored_heat"] == pytest.approx(0.8 * CAPACITY * (cell.y["temperature"][0] - 298.15), rel=1e-10)
    assert totals["generated_heat"] == pytest.approx(totals["stored_heat"] + totals["vented_heat"], rel=1e-12)


def test_a_cell_vents_by_its_electrolyte():
    kind = replace(PARAMETERS, venting_temperature=3000.0, venting_electrolyte=0.3)
    cell, _ = heated(kind, 50.0, 1.0, 160.0)
    assert cell.y["vented"][0] == 1.0
    assert cell.x["remaining"][0, ELECTROLYTE] < 0.7
    assert cell.y["onset_time"][0] < cell.y["venting_time"][0] < 160.0


def test_energy_closes_through_onset_short_and_vent():
    cell, worst, seen = started(2, ambient_temperature=433.15), [], []

    def note(cell):
        missing, turned = ledger(cell.y)
        worst.append(abs(missing) / turned)
        seen.append((cell.y["vented_heat"] > 0.0, cell.y["advanced_heat"] > 0.0, cell.y["cells_in_runaway"]))

    run(cell, 10.0, 3000.0, note)
    assert max(worst) < 1e-12
    vented, advanced, away = np.array(seen).T
    assert (vented.any(), advanced.any(), away[-1]) == (True, True, 2.0)


def test_cells_of_a_core_and_a_surface_beside_coolant():
    """Energy closes, and the runaway reaches the second cell at the same time for steps of 10 and of 60 s."""
    onsets = []
    for step in (10.0, 60.0):
        pack = begun(network.declare(cored(2), SHORTED).with_start(GIVEN | {"venting_heat": 100.0}))
        soc = np.ones(2)
        for n in range(round(420.0 / step)):
            rate = tell(pack, soc)
            pack.u["heat_rate"] = [80.0 if n * step < 240.0 else 0.0, 0.0]
            assert pack.advance(n * step, step) == DONE
            soc = np.maximum(soc + rate * step, 0.0)
            missing, turned = ledger(pack.y)
            assert abs(missing) < 1e-12 * turned
        assert pack.y["coolant_heat"] > 0.0
        onsets.append(pack.y["onset_time"][1])
    assert onsets[0] < 420.0
    assert onsets[1] == pytest.approx(onsets[0], abs=0.2)


def test_margin_and_time_to_runaway_by_hand():
    """dq/dT of the reactions at rest over what air and radiation carry away; C over it is the time."""
    cell = started(1, initial_temperature=400.0, ambient_temperature=400.0)
    inverse = 1.0 / (8.31446261815324 * 400.0**2)
    slopes = [
        r.heat * r.density * 16.54e-6 * r.frequency * np.exp(-r.activation_energy * inverse * 400.0) * extent
        * r.activation_energy * inverse
        for r, extent in zip(PARAMETERS.reactions, (0.15, 0.75 * np.exp(-1.0), 0.96 * 0.04, 1.0), strict=True)
    ]  # fmt: skip
    conductance = CONVECTION * AREA + 4.0 * STEFAN_BOLTZMANN * EMISSIVITY * AREA * 400.0**3
    assert cell.y["runaway_margin"][0] == pytest.approx(1.0 - sum(slopes) / conductance, rel=1e-10)
    assert cell.y["time_to_runaway"][0] == pytest.approx(CAPACITY / sum(slopes), rel=1e-10)


def test_time_to_runaway_is_that_of_an_adiabatic_cell_of_one_reaction():
    """Townsend and Tou, whose reactant hardly shrinks before: an electrolyte of 1e7 J/kg, within 15 %."""
    kind = replace(INERT, electrolyte=replace(PARAMETERS.electrolyte, heat=1e7))
    cell = started(1, kind, path_conductance=0.0, radiating_area=0.0, initial_temperature=420.0)
    foreseen = cell.y["time_to_runaway"][0]
    steps = 0
    while cell.y["temperature"][0] < 800.0:
        assert cell.advance(steps * foreseen / 50.0, foreseen / 50.0) == DONE
        steps += 1
    assert steps * foreseen / 50.0 == pytest.approx(foreseen, rel=0.15)


def test_what_does_not_react_never_runs_away():
    cell, totals = heated(INERT, 50.0, 60.0, 600.0)
    assert totals["reaction_heat"] == 0.0
    assert cell.y["temperature"][0] == pytest.approx(298.15 + 30000.0 / CAPACITY, rel=1e-12)
    assert cell.y["bounded_temperature"][0] == 500.0
    assert (cell.y["onset_time"][0], cell.y["time_to_runaway"][0], cell.y["runaway"][0]) == (LARGE, LARGE, 0.0)
