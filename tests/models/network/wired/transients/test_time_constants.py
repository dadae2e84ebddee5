"""Time constants of the currents in inductances: L/R of cable and strings, and of how they share a loop."""

import pytest

from packfmu.models.network.wired import network as wired
from packfmu.models.network.wired.arranged import Arranged
from tests.models.packs import NODES, started, step

CELL, STRING, PACK = 2e-3, 1e-3, 5e-4


def network(**how):
    """Two strings of three cells of 2 mOhm, with cables."""
    model = wired.declare(Arranged(series=3, parallel=1, strings=2, **how).netlist(), NODES)
    instance = started(model)
    instance.p["contact_resistance"], instance.u["resistance"] = 0.0, CELL
    instance.initialize()
    return instance


def test_a_cable_relaxes_with_what_closes_its_loop_through_the_terminals():
    instance = network(string_cable=(STRING, 0.0), pack_cable=(PACK, 1e-6))
    constant = 1e-6 / (PACK + (STRING + 3.0 * CELL) / 2.0)
    assert instance.y["transient_fastest"] == pytest.approx(constant, rel=1e-9)
    assert instance.y["transient_slowest"] == pytest.approx(constant, rel=1e-9)


def test_a_string_relaxes_through_the_others_and_the_joined_terminals():
    instance = network(string_cable=(STRING, 2e-6), pack_cable=(PACK, 0.0))
    string = STRING + 3.0 * CELL
    constant = 2e-6 / (string + 1.0 / (1.0 / string + 1.0 / PACK))
    assert instance.y["transient_fastest"] == pytest.approx(constant, rel=1e-9)


def test_the_next_sub_step_is_told():
    instance = network(string_cable=(STRING, 2e-6), pack_cable=(PACK, 1e-6))
    assert instance.y["transient_substep"] == pytest.approx(1e-6)
    step(instance, load_mode=1, pack_current=-10.0)
    assert instance.y["transient_substep"] > 1e-4
