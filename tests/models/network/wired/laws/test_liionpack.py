"""The currents of a pack of liionpack, for the voltages and resistances that it finds in its cells."""

from pathlib import Path

import numpy as np
import pytest

from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from tests.models.packs import started, step

FOLDER = Path(__file__).parents[4] / "references" / "network"


def wired(found):
    """Return the netlist of a pack of liionpack; one group holds all cells, which the currents do not know of."""
    cells = [CellPlace(f"{k}", f"{a}", f"{b}")
             for k, (a, b) in enumerate(zip(found["negative"], found["positive"], strict=True))]  # fmt: skip
    bars = zip(found["first"], found["second"], found["conductor_resistance"], strict=True)
    conductors = [Conductor(f"{i}", f"{a}", f"{b}", r) for i, (a, b, r) in enumerate(bars)]
    high = str(found["terminal"])
    return Netlist("0", high, tuple(cells), tuple(conductors), (GroupPlace("all", "0", high),))


@pytest.mark.parametrize("name", ["strings", "groups", "groups_both_ends"])
def test_currents_are_those_of_liionpack(name):
    with np.load(FOLDER / f"liionpack_{name}.npz") as found:
        pack = started(network.declare(wired(found), 2).with_start({"contact_resistance": found["contact_resistance"]}))
        given = zip(*(found[key] for key in ("emf", "resistance", "current", "currents", "voltage")), strict=True)
        for emf, resistance, current, currents, voltage in given:
            y = step(pack, emf=emf, resistance=resistance, load_mode=1, pack_current=-current)
            assert y["current"] == pytest.approx(currents, abs=1e-9 * max(abs(current), 1.0))
            assert y["pack_voltage"] == pytest.approx(voltage, rel=1e-11)  # of its solver, at 10 uOhm
        assert len(found["current"]) == 18
        assert np.ptp(found["currents"][1]) > 0.1  # unlike cells
