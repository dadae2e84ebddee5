"""The meter of a wired pack: what the cells have become, put upon what the network foresaw."""

import numpy as np
import pytest

from packfmu.models.network.wired import meter
from packfmu.models.network.wired.arranged import Arranged
from tests.models.packs import started, step

SERIES, STRINGS, MODULES = 4, 2, 2
GROUPS = SERIES * STRINGS


@pytest.fixture(scope="module")
def metered():
    """Two modules of two strings of two groups of two cells."""
    netlist = Arranged(series=SERIES, parallel=2, strings=STRINGS, modules=MODULES).netlist()
    return started(meter.declare(netlist))


def read(instance, off, resistance):
    """Return what the meter reads where cells are off by so much [V]."""
    foreseen = np.linspace(3.6, 3.8, 2 * GROUPS)
    instance.p["contact_resistance"], instance.p["minimum_cell_voltage"] = 0.0, 3.55
    return step(
        instance, foreseen_voltage=foreseen, voltage=foreseen + off, resistance=resistance,
        cell_cut_off=0.0, open_circuit=0.0,
        foreseen_group_voltage=np.arange(GROUPS) * 0.01 + 3.7, foreseen_pack_voltage=15.0,
    )  # fmt: skip


def test_cells_as_foreseen_leave_the_voltages_as_they_are(metered):
    y = read(metered, 0.0, 1e-3)
    np.testing.assert_array_equal(y["group_voltage"], np.arange(GROUPS) * 0.01 + 3.7)
    assert y["pack_voltage"] == 15.0
    assert y["undervoltage"] == 0.0


def test_what_all_cells_are_off_adds_up_level_by_level(metered):
    y = read(metered, -0.1, np.linspace(1e-3, 2e-3, 2 * GROUPS))
    assert y["pack_voltage"] == pytest.approx(15.0 - 0.1 * SERIES, rel=1e-14)
    assert y["undervoltage"] == 1.0


def test_a_cell_counts_by_its_conductance_in_its_group_and_a_string_in_its_module(metered):
    off, resistance = np.zeros(2 * GROUPS), np.full(2 * GROUPS, 1e-3)
    off[0], resistance[0] = 0.2, 0.5e-3
    y = read(metered, off, resistance)
    group = 0.2 * 2.0 / 3.0
    assert y["group_voltage"][0] == pytest.approx(3.7 + group, rel=1e-14)
    first, second = 1e-3 / 3.0 + 1e-3 / 2.0, 1e-3
    assert y["pack_voltage"] == pytest.approx(15.0 + group / first / (1.0 / first + 1.0 / second), rel=1e-14)


def test_cells_that_are_cut_off_set_nothing_and_an_open_pack_has_no_voltage(metered):
    read(metered, -0.1, 1e-3)
    y = step(metered, cell_cut_off=1.0, open_circuit=1.0, foreseen_pack_voltage=0.0)
    assert (y["undervoltage"], y["pack_voltage"]) == (0.0, 0.0)
