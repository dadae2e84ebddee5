"""The usual wirings: numbers of cells, groups, strings and modules, and the resistances between terminals."""

import numpy as np
import pytest

from packfmu.models.network.wired import network as wired
from packfmu.models.network.wired.arranged import Arranged
from packfmu.models.network.wired.netlist import Netlist
from packfmu.models.network.wired.system import wire
from tests.models.packs import NODES, started, step


def of(**how):
    """A netlist without resistance of busbars, unless told."""
    return Arranged(**{"segment": (0.0, 0.0), **how}).netlist()


def test_cells_groups_strings_and_modules_follow_each_other():
    wiring = wire(of(series=6, parallel=2, strings=3, modules=2, segment=(1e-5, 0.0), string_cable=(1e-4, 0.0)))
    np.testing.assert_array_equal(wiring.groups, np.repeat(np.arange(18), 2))
    np.testing.assert_array_equal(wiring.strings, np.arange(0, 19, 3))
    np.testing.assert_array_equal(wiring.modules, [0, 3, 6])
    assert wiring.level == 6


@pytest.mark.parametrize(("strings", "modules"), [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_resistance_between_the_terminals_is_that_of_strings_and_modules(strings, modules):
    network = started(
        wired.declare(of(series=4, parallel=3, strings=strings, modules=modules,
                         string_cable=(3e-3, 0.0), pack_cable=(1e-3, 0.0)), NODES)
    )  # fmt: skip
    network.p["contact_resistance"] = 0.0
    network.initialize()
    power = step(network, emf=3.6, resistance=2e-3, load_mode=1)["maximum_discharge_power"]
    string = 4 / modules * 2e-3 / 3 + 3e-3
    assert (4 * 3.6) ** 2 / (4.0 * power) == pytest.approx(modules * string / strings + 1e-3, rel=1e-12)


def test_a_netlist_is_made_again_of_its_figures():
    netlist = of(series=2, parallel=2, strings=2, string_cable=(1e-3, 1e-6), contactors=True)
    assert Netlist.of_figures(netlist.figures()) == netlist
    assert netlist.contactors == ("string cable 1", "string cable 2")
