"""SOC, usable capacity and state of energy of a pack, new and aged."""

import numpy as np
import pytest
from scipy.integrate import quad

from tests.models.cell.physics.films import aging, cell
from tests.models.packs import CELLS, GROUPS, scatter, small_pack, step


@pytest.fixture
def pack():
    return small_pack()


def test_usable_capacity_is_bounded_by_the_first_empty_and_the_first_full_group(pack):
    pack.p["capacity"] = np.repeat([100.0, 80.0, 120.0], CELLS)
    pack.initialize()
    y = step(pack, soc=np.repeat([0.5, 0.4, 0.8], CELLS))
    assert y["group_soc"] == pytest.approx([0.5, 0.4, 0.8], rel=1e-12)
    remaining, room = CELLS * 80.0 * 0.4, CELLS * 120.0 * 0.2
    assert y["usable_capacity"] == pytest.approx(remaining + room, rel=1e-12)
    assert y["pack_soc"] == pytest.approx(remaining / (remaining + room), rel=1e-12)


def test_the_soc_of_a_group_is_weighted_by_capacity(pack):
    y = step(scatter(pack))
    charge = (pack.p["capacity"] * pack.u["soc"]).reshape(GROUPS, CELLS).sum(axis=1)
    capacity = pack.p["capacity"].reshape(GROUPS, CELLS).sum(axis=1)
    assert y["group_soc"] == pytest.approx(charge / capacity, rel=1e-12)


def test_state_of_energy_is_the_integral_of_the_open_circuit_voltage(pack):
    table = np.array([2.8, 3.3, 3.45, 3.5, 3.6, 3.65, 3.7, 3.8, 3.9, 4.05, 4.2])
    pack.p["open_circuit_voltage"] = table
    y = step(scatter(pack, 1))
    capacity = pack.p["capacity"].reshape(GROUPS, CELLS).sum(axis=1)
    left = y["pack_soc"] * y["usable_capacity"]

    nodes = np.linspace(0.0, 1.0, 11)

    def energy(change):
        total = 0.0
        for charge, soc in zip(capacity, y["group_soc"], strict=True):
            ends = sorted((soc, soc + change / charge))
            total += charge * quad(lambda z: np.interp(z, nodes, table), *ends, points=nodes, limit=100)[0]
        return total

    given_out, taken_in = energy(-left), energy(y["usable_capacity"] - left)
    # quad is asked for 1.5e-8 and, told the kinks of a piecewise linear curve, is exact to rounding
    assert y["state_of_energy"] == pytest.approx(given_out / (given_out + taken_in), rel=1e-10)


def test_a_balanced_pack_goes_from_empty_to_full(pack):
    for soc in (0.0, 1.0):
        y = step(pack, soc=soc)
        assert (y["pack_soc"], y["state_of_energy"]) == (soc, soc)
        assert y["usable_capacity"] == pytest.approx(CELLS * 180e3, rel=1e-12)


def test_a_pack_that_neither_gives_nor_takes_has_no_charge(pack):
    y = step(pack, soc=np.repeat([0.0, 0.5, 1.0], CELLS))
    assert (y["usable_capacity"], y["pack_soc"], y["state_of_energy"]) == (0.0, 0.0, 0.0)


def test_an_aged_pack_has_the_capacities_that_are_left():
    """The outputs are those of a pack of smaller cells: at the beginning, and in the first step after a change."""
    smaller, aged = scatter(small_pack()), scatter(small_pack())
    loss = np.linspace(0.0, 0.4, GROUPS * CELLS)
    whole = step(aged)["usable_capacity"]
    assert whole == step(smaller)["usable_capacity"]
    aged.u["capacity_loss"] = loss
    smaller.p["capacity"] *= 1.0 - loss
    smaller.initialize()
    changed = step(aged, pack_current=-40.0)
    expected = step(smaller, pack_current=-40.0)
    assert changed["usable_capacity"] < 0.9 * whole
    assert changed.memory.tobytes() == expected.memory.tobytes()
    aged.initialize()
    smaller.initialize()
    assert aged.y.memory.tobytes() == smaller.y.memory.tobytes()


@pytest.mark.parametrize("lost", [0.01, 0.1])
def test_a_loss_of_lithium_is_counted_as_one_of_capacity_within_two_percent_of_itself(lost):
    """The limits of SOC move with the lithium: cells of physics keep a little more between them than is counted."""
    new, aged = (cell(aging(), capacity_loss=share) for share in (0.0, lost))
    share = 1.0 - aged.x["capacity"] / new.x["capacity"]
    assert share / lost == pytest.approx(0.9815, abs=0.001)
