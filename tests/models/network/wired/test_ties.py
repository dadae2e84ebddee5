"""What is tied to the terminals: cells by any wiring, balancing currents by a way back, strings that are cut off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from packfmu.models.network.wired.arranged import Arranged
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from tests.models.packs import NODES, started, step

TABLE = np.linspace(3.0, 4.2, NODES)


def declared(**how):
    return network.declare(Arranged(**how).netlist(), NODES)


def begun(model, **values):
    """Return an instance of cells of 10 000 C, half full."""
    instance = started(model)
    instance.p["capacity"], instance.p["open_circuit_voltage"], instance.u["soc"] = 1e4, TABLE, 0.5
    for name, value in values.items():
        (instance.u if name in instance.u.names else instance.p)[name] = value
    instance.initialize()
    return instance


def test_far_cells_of_a_long_busbar_are_tied_however_little_they_carry():
    opened = np.arange(30) == 3
    instance = begun(declared(series=1, parallel=30, segment=(2e-3, 0.0)), resistance=1e-3, cell_open=opened)
    assert instance.y["stranded_charge"] == pytest.approx(5000.0)
    assert step(instance, pack_current=-5.0)["stranded_charge"] == pytest.approx(5000.0)
    np.testing.assert_array_equal(instance.y["cell_cut_off"], opened)


@pytest.mark.parametrize("h", [1e-7, 1e-6, 1e-3])
def test_inductances_cut_nothing_off_in_short_steps(h):
    model = declared(series=1, parallel=8, segment=(1e-5, 1e-8))
    instance = begun(model, resistance=1e-3, cell_open=np.arange(8) == 2)
    assert instance.y["stranded_charge"] == pytest.approx(5000.0)
    y = step(instance, h, pack_current=-5.0)
    assert (y["stranded_charge"], y["usable_capacity"]) == pytest.approx((5000.0, 7e4))


def test_a_balanced_bridge_ties_its_middle():
    """Four equal cells, the middles of both strings joined by a conductor, a fifth cell open elsewhere."""
    cells = [("0", "a", 0), ("0", "b", 0), ("a", "2", 1), ("b", "2", 1), ("0", "a", 0)]
    places = [CellPlace(f"{k}", *place) for k, place in enumerate(cells)]
    taps = (GroupPlace("1", "0", "a"), GroupPlace("2", "a", "2"))
    netlist = Netlist("0", "2", tuple(places), (Conductor("bridge", "a", "b", 1e-4),), taps)
    instance = begun(network.declare(netlist, NODES), resistance=1e-3, cell_open=[0, 0, 0, 0, 1])
    np.testing.assert_array_equal(instance.y["cell_cut_off"], [0, 0, 0, 0, 1])


def test_a_string_that_is_cut_off_tells_the_soc_that_it_holds():
    soc = np.array([0.5, 0.6, 0.7, 0.8])
    model = declared(series=2, parallel=1, strings=2, string_cable=(1e-3, 0.0), contactors=True)
    instance = begun(model, resistance=1e-3, soc=soc, string_open=[True, False])
    assert instance.y["group_soc"] == pytest.approx(soc, rel=1e-15)
    assert instance.y["pack_soc"] == pytest.approx(0.7 / 0.9)


def test_a_balancing_current_without_a_way_back_does_not_flow():
    model = declared(series=3, parallel=1, strings=1, string_cable=(1e-3, 0.0), contactors=True)
    instance = begun(model, resistance=1e-3, string_open=[True])
    y = step(instance, balancing_current=[-2.0, 0.0, 0.0], balancing_pack_current=2.0 / 3.0)
    assert y["current"] == pytest.approx([-2.0, 0.0, 0.0], abs=1e-12)
    assert y["balancing_blocked"] == 1.0
    assert y["balancing_energy"] == pytest.approx(y["cell_energy"] + y["busbar_loss"], rel=1e-12)
    y = step(instance, cell_open=[True, False, False])
    assert not y["current"].any()
    assert y["balancing_energy"] == 0.0


@settings(max_examples=40)
@given(
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.lists(st.floats(-3.0, 3.0), min_size=4, max_size=4),
    st.floats(-3.0, 3.0),
)
def test_books_close_with_balancing_whatever_is_open(opened, strings, balancing, at_terminals):
    instance = FAULTY.setdefault("pack", begun(
        declared(series=2, parallel=2, strings=2, modules=2, opposite_terminals=True, segment=(1e-4, 0.0),
                 string_cable=(1e-3, 0.0), contactors=True), resistance=np.linspace(1e-3, 2e-3, 8)))  # fmt: skip
    y = step(instance, pack_current=-10.0, cell_open=opened, string_open=strings, balancing_current=balancing,
             balancing_pack_current=at_terminals)  # fmt: skip
    given_in = y["pack_energy"], y["balancing_energy"]
    taken = y["cell_energy"], y["busbar_loss"], y["short_energy"]
    assert sum(given_in) == pytest.approx(sum(taken), abs=1e-9 * (1.0 + sum(map(abs, taken))))
    flowing = instance.x["tap_joined"] @ np.array(balancing) + 2.0 * instance.x["terminals_joined"] * at_terminals
    assert y["current"].sum() == pytest.approx(y["level_charge"] + flowing, abs=1e-9)


FAULTY = {}
"""The pack of that test, compiled once."""


def test_a_bleeder_across_cells_is_no_busbar():
    cells = tuple(CellPlace(f"{k}", f"{k}", f"{k + 1}", k) for k in range(2))
    taps = tuple(GroupPlace(f"{k}", f"{k}", f"{k + 1}") for k in range(2))
    bleeders = (Conductor("whole", "0", "2", 1e4), Conductor("first", "0", "1", 100.0))
    instance = begun(network.declare(Netlist("0", "2", cells, bleeders, taps), NODES), resistance=1e-3, emf=3.6)
    y = step(instance, pack_current=-10.0)
    assert y["pack_voltage"] == pytest.approx(7.2 - 0.02, abs=1e-3)
    assert y["current"].sum() == pytest.approx(y["level_charge"], rel=1e-12)
    assert y["level_charge"] < -20.0


def test_a_cable_of_inductance_alone_warns_as_one_of_little_resistance():
    told = []
    for resistance in (0.0, 1e-9):
        model = declared(series=2, parallel=1, strings=2, string_cable=(1e-3, 0.0), pack_cable=(resistance, 1e-6),
                         contactors=True)  # fmt: skip
        instance = begun(model, resistance=1e-3, string_open=[False, True], emf=[3.6, 3.6, 3.7, 3.7],
                         redistribution_limit=10.0, stated_power=50.0)  # fmt: skip
        y = step(instance, pack_current=-1.0)
        told.append((y["redistribution_current"][1], y["redistribution_excessive"], y["deliverable_capacity"]))
    assert told[0] == pytest.approx(told[1], rel=1e-6)
    assert told[0][0] == pytest.approx((7.2 - 7.4) / 6e-3, rel=1e-2)


def test_a_load_of_power_does_not_keep_a_short_from_melting_a_fuse():
    fuse = (1e3, 0.0, 0.0)
    instance = begun(declared(series=4, parallel=1, pack_cable=(1e-3, 1e-6), pack_fuse=fuse), resistance=1e-3, emf=3.7)
    y = step(instance, load_mode=2, pack_power=-1000.0, external_short=1e3)
    assert y["fuse_blown"].max() == 1.0


def test_a_restored_sub_step_of_no_length_goes_on():
    instance = begun(declared(series=1, parallel=1, pack_cable=(1e-3, 1e-6)), resistance=1e-3)
    instance.x["substep"] = 0.0
    assert instance.advance(0.0, 1e-3) == DONE
