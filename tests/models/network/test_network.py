"""The pack network: balancing, where the energy goes, and its edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.models.network import network
from tests.models.packs import CELLS, GROUPS, NODES, emfs, resistances, scatter, small_pack, step


@pytest.fixture
def pack():
    return small_pack()


def test_balancing_at_one_tap_changes_only_its_group(pack):
    before = step(scatter(pack), pack_current=20.0)["current"].reshape(GROUPS, CELLS).copy()
    y = step(pack, balancing_current=[0.0, -1.5, 0.0])
    after = y["current"].reshape(GROUPS, CELLS)
    assert (after[[0, 2]] == before[[0, 2]]).all()
    assert (after[1] < before[1]).all()
    assert after[1].sum() == pytest.approx(18.5, rel=1e-12)
    assert y["pack_current_actual"] == 20.0
    assert y["balancing_energy"] == pytest.approx(-1.5 * y["group_voltage"][1], rel=1e-12)


def test_balancing_at_the_pack_passes_every_group(pack):
    y = step(scatter(pack), h=3.0, pack_current=20.0, balancing_pack_current=-0.5)
    assert y["current"].reshape(GROUPS, CELLS).sum(axis=1) == pytest.approx([19.5] * GROUPS, rel=1e-12)
    assert y["balancing_energy"] == pytest.approx(-1.5 * y["pack_voltage"], rel=1e-12)
    assert y["pack_charge"] == 60.0


currents = st.floats(-400.0, 400.0)
per_group = st.lists(st.floats(-5.0, 5.0), min_size=GROUPS, max_size=GROUPS)


@pytest.mark.parametrize("opposite", [False, True])
@settings(max_examples=50)  # the first example compiles
@given(current=currents, balancing=per_group, emf=emfs, resistance=resistances, segment=st.floats(0.0, 1e-2))
def test_charge_and_energy_are_conserved(opposite, current, balancing, emf, resistance, segment):
    pack = small_pack(opposite)
    pack.p["segment_resistance"] = segment
    y = step(
        pack, 0.7, pack_current=current, balancing_current=balancing, balancing_pack_current=0.3,
        emf=emf, resistance=resistance,
    )  # fmt: skip
    into = current + 0.3 + np.array(balancing)
    largest = np.abs(y["current"]).max() + 1.0
    assert y["current"].reshape(GROUPS, CELLS).sum(axis=1) == pytest.approx(into, rel=0.0, abs=1e-12 * largest)
    moved = 0.7 * np.abs(pack.x["cell_voltage"] * y["current"]).sum() + 1.0
    gains = y["pack_energy"] + y["balancing_energy"]
    assert gains == pytest.approx(y["cell_energy"] + y["busbar_loss"], rel=0.0, abs=1e-9 * moved)
    assert y["busbar_loss"] >= 0.0


def test_the_loss_of_unequal_cells_at_rest_comes_from_the_cells():
    opposite_pack = small_pack(opposite=True)
    opposite_pack.p["segment_resistance"] = 2e-4
    y = step(scatter(opposite_pack), h=5.0, pack_current=0.0)
    assert y["pack_energy"] == 0.0
    assert y["busbar_loss"] > 0.0
    moved = 5.0 * np.abs(opposite_pack.x["cell_voltage"] * y["current"]).sum()
    assert y["cell_energy"] == pytest.approx(-y["busbar_loss"], rel=0.0, abs=1e-12 * moved)


def test_a_pack_is_its_groups_in_series(pack):
    y = step(scatter(pack), pack_current=-60.0, balancing_current=[0.0, -1.0, 0.5])
    for g in range(GROUPS):
        group = Instance(network.declare(1, CELLS, False, NODES))
        cells = slice(g * CELLS, (g + 1) * CELLS)
        alone = step(
            group, pack_current=-60.0, balancing_current=pack.u["balancing_current"][g],
            emf=pack.u["emf"][cells], resistance=pack.u["resistance"][cells],
        )  # fmt: skip
        assert (alone["current"] == y["current"][cells]).all()
        assert alone["pack_voltage"] == y["group_voltage"][g]


def test_initialisation_is_rest_at_open_circuit(pack):
    step(scatter(pack), pack_current=0.0)
    resting, power = pack.y["group_voltage"].copy(), float(pack.y["maximum_discharge_power"])
    step(pack, pack_current=-100.0)
    pack.initialize()
    assert (pack.y["group_voltage"] == resting).all()
    assert pack.y["pack_voltage"] == pytest.approx(resting.sum(), rel=1e-15)
    assert pack.y["maximum_discharge_power"] == power
    assert not pack.y["current"].any()
    assert (pack.y["pack_energy"], pack.y["busbar_loss"], pack.y["cell_energy"]) == (0.0, 0.0, 0.0)


def test_the_defaults_rest(pack):
    pack.initialize()
    y = step(pack)
    assert y["pack_voltage"] == pytest.approx(GROUPS * 3.7, rel=1e-15)
    assert not y["current"].any()
    assert not any(
        y[flag] for flag in ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent", "charge_complete")
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 4, False, 11), "series = 0 must be at least 1"),
        ((3, -1, False, 11), "parallel = -1 must be at least 1"),
        ((3, 4, False, 1), "nodes = 1 must be at least 2"),
    ],
)
def test_impossible_packs_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        network.declare(*arguments)


def test_bounds_refuse_what_has_no_physics(pack):
    with pytest.raises(ValueError, match=r"resistance\[2\] = -0.001 Ohm"):
        pack.model.with_start({"resistance": [1e-3, -1e-3, *[1e-3] * 10]})
    with pytest.raises(ValueError, match=r"pack_power = nan W"):
        pack.model.with_start({"pack_power": math.nan})
