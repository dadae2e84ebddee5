"""The network of a netlist: what the network of a ladder tells, strings in parallel, loads, energies, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.network.loads import LoadMode
from packfmu.models.network.wired import network as wired
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from tests.models.packs import CELLS, GROUPS, NODES, scatter, small_pack, started, step

from .netlists import ladder, strings_in_parallel

TABLE = np.array([2.8, 3.3, 3.45, 3.5, 3.6, 3.65, 3.7, 3.8, 3.9, 4.05, 4.2])
LOADS = {
    LoadMode.CURRENT: {"pack_current": -80.0},
    LoadMode.POWER: {"pack_power": 800.0},
    LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE: {"pack_current": 90.0, "voltage_limit": 11.3},
    LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE: {"pack_current": 90.0},
    LoadMode.ALLOWED_CURRENT: {"pack_current": 90.0, "charge_current_limit": 70.0},
    LoadMode.CONSTANT_VOLTAGE: {"voltage_limit": 11.0},
}


@pytest.mark.parametrize("mode", LOADS)
def test_a_ladder_tells_the_same_as_a_netlist(mode):
    packs = [scatter(started(wired.declare(ladder(GROUPS, CELLS), NODES))), scatter(small_pack())]
    told = []
    for pack in packs:
        pack.p["contact_resistance"], pack.p["maximum_cell_voltage"] = 1e-5, 3.79
        pack.p["open_circuit_voltage"] = TABLE
        pack.initialize()
        step(pack, load_mode=1, pack_current=10.0)
        step(pack, load_mode=mode, balancing_current=0.2, balancing_pack_current=0.05, **LOADS[mode])
        told.append({v.name: np.array(pack.y[v.name]) for v in packs[1].model.outputs})
    for name, expected in told[1].items():
        assert told[0][name] == pytest.approx(expected, rel=1e-12, abs=1e-12 * np.abs(expected).max()), name


@pytest.fixture(scope="module")
def pair():
    """Two strings of three cells."""
    return started(wired.declare(strings_in_parallel(2, 3), NODES))


def test_a_charge_by_cell_voltage_holds_the_highest_cell_of_all_strings(pair):
    pair.p["maximum_cell_voltage"] = 4.0
    pair.u["emf"] = emf = np.array([3.7, 3.8, 3.9, 3.75, 3.85, 3.8])
    pair.initialize()
    for _ in range(3):  # the ports do not move: what is foreseen settles
        step(pair, emf=emf, resistance=2e-3, load_mode=4, pack_current=500.0)
    highest = emf + 2e-3 * pair.y["current"]
    assert highest.max() == pytest.approx(4.0 - 5e-4, abs=1e-12)
    assert pair.y["pack_current_actual"] < 500.0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(2.5, 4.3), min_size=6, max_size=6),
    st.lists(st.floats(1e-5, 0.1), min_size=6, max_size=6),
    st.floats(-500.0, 500.0),
    st.lists(st.floats(-2.0, 2.0), min_size=6, max_size=6),
)
def test_energy_at_the_terminals_is_that_of_cells_and_losses(pair, emf, resistance, current, balancing):
    pair.initialize()
    y = step(pair, 3.0, emf=emf, resistance=resistance, load_mode=1, pack_current=current, balancing_current=balancing,
             balancing_pack_current=0.3)  # fmt: skip
    came, went = y["pack_energy"] + y["balancing_energy"], y["cell_energy"] + y["busbar_loss"]
    rounding = 1e-15 * 3.0 * 13.0**2 / min(resistance)  # of a voltage, at the least resistance
    assert came == pytest.approx(went, abs=1e-9 * (abs(y["cell_energy"]) + y["busbar_loss"]) + rounding)
    assert y["busbar_loss"] >= 0.0


def test_redistribution_at_rest_is_the_difference_of_the_strings_over_their_resistances(pair):
    pair.p["contact_resistance"] = 0.0
    pair.initialize()
    y = step(pair, emf=np.repeat([3.8, 3.7], 3), resistance=1e-3, load_mode=1, pack_current=0.0,
             balancing_current=0.0, balancing_pack_current=0.0)  # fmt: skip
    assert y["current"] == pytest.approx(np.repeat([-1.0, 1.0], 3) * 0.3 / 6.2e-3, rel=1e-12)


def test_terminals_that_nothing_joins_carry_no_current():
    cell = CellPlace("1", "low", "mid")
    apart = Netlist("low", "high", (cell,), (Conductor("link", "mid", "high", 1e9),), (GroupPlace("1", "low", "mid"),))
    pack = started(wired.declare(apart, 2))
    assert step(pack, load_mode=1, pack_current=0.0)["pack_voltage"] == pytest.approx(3.7, rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"resistance": 0.0}, "a cell has resistance + contact_resistance = 0"),
        ({"load_mode": 2, "pack_power": -1e9}, "pack_power = -1e+09 W has no current"),
    ],
)
def test_what_cannot_be_is_refused(inputs, message):
    pack = started(wired.declare(strings_in_parallel(2, 3), NODES))
    pack.p["contact_resistance"] = 0.0
    for name, value in inputs.items():
        pack.u[name] = value
    status = pack.advance(0.0, 1.0)
    assert status != DONE
    assert message in pack.refusal(status)


def test_a_start_knows_nothing_of_balancing_currents():
    network = started(wired.declare(strings_in_parallel(2, 3), NODES))
    idle = network.y["group_voltage"].copy()
    network.u["balancing_current"] = -0.5
    network.initialize()
    np.testing.assert_array_equal(network.y["group_voltage"], idle)
