"""Shorts where separators have melted: the share of energy that they yield, the advance, steps of any length."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.interpreted import interpreted
from packfmu.core.model import DONE
from packfmu.models.thermal.runaway import network, separator
from tests.interpreted import InterpretedInstance
from tests.models.thermal.runaway.shorted import CHARGE, EMF, SHORTED, ledger, row, run, started, tell

MELTING = SHORTED.separator_temperature
OVEN = {"ambient_temperature": 433.15}
SHUT = replace(SHORTED, venting_temperature=3000.0, venting_share=0.0, venting_heat=0.0)


@pytest.mark.parametrize("step", [1.0, 10.0, 60.0])
def test_the_short_yields_the_share_of_the_energy_and_ends_for_ever(step):
    cell, delivered, advanced = started(**OVEN), [], []

    def note(cell):
        delivered.append(step * cell.u["short_heat_rate"][0])
        advanced.append(cell.y["advanced_heat"])

    run(cell, step, 3000.0, note)
    expected = 0.6 * EMF * CHARGE
    assert sum(delivered) == pytest.approx(expected, rel=1e-11)
    assert max(advanced) > 0.0
    assert sum(advanced) == pytest.approx(0.0, abs=1e-8)
    assert (cell.y["internal_short"][0], cell.x["advanced"][0]) == (0.0, 0.0)
    assert cell.x["melted"][0] == 1.0


def test_nothing_shorts_a_cell_without_a_share_or_a_conductance():
    for kind in (replace(SHORTED, short_energy_share=0.0), replace(SHORTED, separator_short=0.0)):
        cell = started(kind=kind, **OVEN)
        told = []
        run(
            cell,
            60.0,
            1800.0,
            lambda cell, told=told: told.append((cell.y["internal_short"][0], cell.y["advanced_heat"])),
        )
        assert cell.x["melted"][0] == 1.0
        assert set(told) == {(0.0, 0.0)}


def propagation(step, cells=5):
    """Return when a runaway reached each cell of a row whose first one is heated, with the ledger's greatest miss."""
    pack = started(cells, replace(SHUT, short_energy_share=0.7), 0.1)
    soc, worst = np.ones(cells), 0.0
    for n in range(round(900.0 / step)):
        rate = tell(pack, soc)
        pack.u["heat_rate"] = 60.0 * (np.arange(cells) == 0) * (n * step < 240.0)
        assert pack.advance(n * step, step) == DONE
        soc = np.maximum(soc + rate * step, 0.0)
        missing, turned = ledger(pack.y)
        worst = max(worst, abs(missing) / turned)
    return pack.y["onset_time"].copy(), worst


def test_propagation_is_the_same_for_all_steps():
    """Within 0.5 % from steps of 1 s to those of 60 s, of the time from the second cell to the fourth."""
    expected, worst = propagation(1.0)
    assert expected.max() < 900.0
    assert worst < 1e-12
    for step in (10.0, 60.0):
        onsets, worst = propagation(step)
        assert onsets[3] - onsets[1] == pytest.approx(expected[3] - expected[1], rel=5e-3)
        assert worst < 1e-12


def test_without_the_electrical_energy_it_does_not_propagate():
    pack = started(3, replace(SHUT, short_energy_share=0.0), 0.02)
    for n in range(120):
        pack.u["heat_rate"] = [60.0 if n < 24 else 0.0, 0.0, 0.0]
        assert pack.advance(10.0 * n, 10.0) == DONE
    assert pack.y["onset_time"][0] < 240.0
    assert pack.y["cells_in_runaway"] == 1.0
    assert pack.y["onset_time"][1] == LARGE


def test_a_dendrite_has_its_own_part_of_the_heat():
    """It is told with the separator's short, heats its cell for ever, and does not count for the share."""
    cell = InterpretedInstance(network.declare(row(1), SHORTED, dendrites=True))
    cell.initialize()
    x, p, u, y = cell.x, cell.p, cell.u, cell.y
    u["emf"], u["dendrite_short"] = EMF, 5.0
    x["melted"], x["short_energy"], x["short_left"] = 1.0, 1e4, 1e4
    interpreted(separator.tell_with_dendrites)(x, p, u, y, 1.0)
    assert y["internal_short"][0] == 15.0
    u["short_heat_rate"] = 150.0
    assert interpreted(separator.resume)(x, p, u, 0, 10.0) == (0.0, 0.0)
    assert x["short_left"][0] == pytest.approx(1e4 - 1000.0, rel=1e-14)
    x["short_left"] = 0.0
    interpreted(separator.tell_with_dendrites)(x, p, u, y, 1.0)
    assert y["internal_short"][0] == 5.0


def test_an_advance_is_not_taken_back_by_cooling():
    """Where the network yields nothing, nothing is taken; where it yields less, the advance shrinks with the power."""
    cell = InterpretedInstance(network.declare(row(1), SHORTED))
    cell.initialize()
    x, p, u = cell.x, cell.p, cell.u
    u["emf"], u["resistance"] = EMF, 0.03
    power, advanced = interpreted(separator.melt)(x, p, u, 0, 30.0)
    assert power == pytest.approx(10.0 * (EMF / 1.3) ** 2, rel=1e-12)
    assert advanced == pytest.approx(30.0 * power, rel=1e-12)
    x["separator_conductance"] = 10.0
    assert interpreted(separator.resume)(x, p, u, 0, 60.0) == (0.0, 0.0)
    u["short_heat_rate"] = 0.5 * power
    assert interpreted(separator.resume)(x, p, u, 0, 60.0)[1] == pytest.approx(-15.0 * power, rel=1e-12)
    assert x["advanced"][0] == pytest.approx(15.0 * power, rel=1e-12)


def test_the_power_ends_within_the_step_in_which_the_energy_is_out():
    """Whatever the network, with half of the conductance by then, has delivered of it."""
    cell = InterpretedInstance(network.declare(row(1), SHORTED))
    cell.initialize()
    x, p, u = cell.x, cell.p, cell.u
    u["emf"], whole = EMF, 10.0 * (EMF / 1.3) ** 2
    x["melted"], x["short_energy"], x["short_left"], x["advanced"] = 1.0, 2e4, 3e3, 1e3
    x["separator_conductance"], u["short_heat_rate"] = 5.0, 5.0 * (EMF / 1.15) ** 2
    x["short_lag"] = 1e3 / whole
    power, advanced = interpreted(separator.resume)(x, p, u, 0, 40.0)
    assert x["short_span"][0] == pytest.approx(2e3 / whole, rel=1e-12)
    assert power == pytest.approx(whole - u["short_heat_rate"][0], rel=1e-12)
    assert advanced == pytest.approx(2e3 - 40.0 * u["short_heat_rate"][0], rel=1e-12)
    assert interpreted(separator.pass_time)(x, 0, x["short_span"][0]) == pytest.approx(whole, rel=1e-12)
    assert (x["short_span"][0], x["short_heating"][0]) == (LARGE, 0.0)
