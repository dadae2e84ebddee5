"""What the network reports beside the currents: cut-offs, and the extremes of cells and groups."""

import numpy as np
import pytest

from tests.models.packs import lone_cell, scatter, small_pack, step


@pytest.fixture
def pack():
    return small_pack()


@pytest.fixture
def one_cell():
    return lone_cell()


def test_limits_trip_at_the_step_they_are_crossed(one_cell):
    """A cell of 1 A.h, U = 3 + 1.2 soc and 50 mOhm, at 1 A: voltages and their step by hand."""
    one_cell.p["contact_resistance"] = 0.02  # its drop is not the cell's
    one_cell.p["minimum_cell_voltage"], one_cell.p["maximum_cell_voltage"] = 3.201, 3.999
    for current, flag, crossing in (
        (-1.0, "undervoltage", (0.5 - (3.201 - 3.0 + 0.05) / 1.2) * 360.0),
        (1.0, "overvoltage", ((3.999 - 3.0 - 0.05) / 1.2 - 0.5) * 360.0),
    ):
        flags = []
        for n in range(150):
            emf = 3.0 + 1.2 * (0.5 + current * n / 360.0)
            flags.append(float(step(one_cell, 10.0, pack_current=current, emf=emf, resistance=0.05)[flag]))
        assert flags == [float(n > crossing) for n in range(150)]
        assert 0 < crossing < 149
    assert step(one_cell, pack_current=0.0, emf=3.7)["undervoltage"] == 0.0


def test_one_cell_beyond_its_limit_is_enough(pack):
    scatter(pack)
    pack.u["emf"][5] = 4.29
    assert step(pack, pack_current=0.0)["overvoltage"] == 0.0  # its neighbours draw it down, below the limit
    pack.p["maximum_cell_voltage"] = (pack.x["cell_voltage"][5] + np.delete(pack.x["cell_voltage"], 5).max()) / 2
    assert step(pack)["overvoltage"] == 1.0
    assert step(pack)["undervoltage"] == 0.0


def test_overcurrent_is_of_the_pack_current_in_either_direction(pack):
    pack.p["maximum_charge_current"], pack.p["maximum_discharge_current"] = 100.0, 300.0
    flags = [step(pack, pack_current=i)["overcurrent"] for i in (-300.5, -300.0, 0.0, 100.0, 100.5)]
    assert flags == [1.0, 0.0, 0.0, 0.0, 1.0]


def test_a_cell_has_a_limit_of_its_own_in_either_direction(one_cell):
    one_cell.p["maximum_cell_charge_current"], one_cell.p["maximum_cell_discharge_current"] = 100.0, 300.0
    flags = [step(one_cell, pack_current=i)["cell_overcurrent"] for i in (-300.5, -300.0, 0.0, 100.0, 100.5)]
    assert flags == [1.0, 0.0, 0.0, 0.0, 1.0]


def test_an_open_cell_leaves_the_current_to_its_neighbours(pack):
    """Of four cells at 75 A each one opens: the other three carry 100 A, which the pack's limit does not see."""
    pack.p["maximum_cell_discharge_current"], pack.p["segment_resistance"] = 80.0, 0.0
    pack.p["maximum_discharge_current"] = 4.0 * 80.0
    y = step(pack, pack_current=-300.0)
    assert (y["cell_overcurrent"], y["overcurrent"]) == (0.0, 0.0)
    pack.p["contact_resistance"][5] = 1e6
    y = step(pack)
    assert y["current_minimum"] == pytest.approx(-100.0, rel=1e-6)
    assert (y["cell_overcurrent"], y["overcurrent"]) == (1.0, 0.0)


def test_balancing_counts_in_the_current_of_a_cell(one_cell):
    one_cell.p["maximum_cell_charge_current"] = 10.0
    assert step(one_cell, pack_current=9.5, balancing_current=[0.4])["cell_overcurrent"] == 0.0
    assert step(one_cell, balancing_current=[0.6])["cell_overcurrent"] == 1.0


def test_extremes_name_the_limiting_cell_and_group(pack):
    y = step(scatter(pack), pack_current=-40.0)
    for name, values, whose in (
        ("current", y["current"], "cell"),
        ("soc", pack.u["soc"], "cell"),
        ("group_voltage", y["group_voltage"], "group"),
        ("group_soc", y["group_soc"], "group"),
    ):
        assert y[f"{name}_minimum"] == values.min()
        assert y[f"{name}_maximum"] == values.max()
        assert y[f"{name}_mean"] == pytest.approx(values.mean(), rel=1e-12)
        assert y[f"{name}_minimum_{whose}"] == values.argmin() + 1
        assert y[f"{name}_maximum_{whose}"] == values.argmax() + 1
