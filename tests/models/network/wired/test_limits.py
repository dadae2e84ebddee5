"""Charges and discharges that keep to the limits of cells, and cells that are cut off and so have none."""

from dataclasses import replace

import pytest

from packfmu.models.network.loads import LoadMode
from packfmu.models.network.wired import limits, network
from tests.models.packs import NODES, started, step

from .netlists import strings_in_parallel

CELL, LINK = 2e-3, 1e-4


@pytest.fixture(scope="module")
def pack():
    """Two strings of two cells, each behind a contactor."""
    netlist = replace(strings_in_parallel(2, 2, LINK), contactors=("link 0", "link 1"))
    return started(network.declare(netlist, NODES))


def rest(pack, emf):
    """Start at rest, all strings closed, charged or discharged by the voltages of the cells."""
    for name, value in {"string_open": 0.0, "emf": emf, "resistance": CELL, "pack_current": 0.0}.items():
        pack.u[name] = value
    pack.u["load_mode"], pack.p["contact_resistance"] = LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE, 0.0
    pack.p["minimum_cell_voltage"], pack.p["maximum_cell_voltage"] = 2.5, 4.3
    pack.initialize()
    return pack


@pytest.mark.parametrize(("current", "limit"), [(900.0, 4.2995), (-900.0, 2.5005)])
def test_the_first_cell_of_all_strings_is_held_at_its_limit(pack, current, limit):
    """Of equal strings each takes half; the clearance to the limit is half a millivolt."""
    emf = [4.2, 3.6, 4.2, 3.6] if current > 0.0 else [3.6, 2.6, 3.6, 2.6]
    first = emf[0] if current > 0.0 else emf[1]
    rest(pack, emf)
    for _ in range(3):  # the ports do not move: what is foreseen settles
        y = step(pack, pack_current=current)
    assert y["pack_current_actual"] == pytest.approx(2 * (limit - first) / CELL, rel=1e-9)


def test_a_string_that_is_cut_off_holds_back_no_charge(pack):
    """One of its cells is beyond the limit of the charge; those of the other are not."""
    y = step(rest(pack, [4.6, 2.8, 3.6, 3.6]), pack_current=30.0, string_open=[1, 0])
    assert y["pack_current_actual"] == 30.0
    assert y["overvoltage"] == 0.0
    assert step(pack, string_open=0.0)["overvoltage"] == 1.0


def test_what_is_beyond_its_limit_allows_no_current():
    assert limits.within(10.0, -1e-3, 1e-3) == 0.0
    assert limits.within(10.0, 5e-3, 1e-3) == pytest.approx(5.0)
    assert limits.within(10.0, 5e-3, 0.0) == 10.0


@pytest.mark.parametrize("linked", [False, True])
def test_currents_of_thick_conductors_know_of_a_short_between_the_terminals(linked):
    """The rounding of potentials is felt at 1e9 S, so the currents are corrected; 50 S take the pack's voltage."""
    pack = started(network.declare(strings_in_parallel(2, 2, 1e-9), NODES, linked=linked))
    for _ in range(2):  # the capacitor of a link follows in the first
        y = step(pack, 10.0, load_mode=1, pack_current=5.0, external_short=50.0, emf=3.6, resistance=CELL)
    resistance = CELL + pack.p["contact_resistance"][0] + 0.5e-9
    voltage = (7.2 + 5.0 * resistance) / (1.0 + 50.0 * resistance)
    assert y["external_short_current"] == pytest.approx(50.0 * voltage, rel=1e-12)
    assert y["string_current"] == pytest.approx(0.5 * (5.0 - 50.0 * voltage), rel=1e-11)
    assert y["conductor_current"] == pytest.approx(y["string_current"], rel=1e-12)
    assert y["string_current"].sum() == pytest.approx(y["pack_current_actual"], rel=1e-12)
