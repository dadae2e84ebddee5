"""Tables within their bounds."""

import numpy as np
import pytest

from packfmu.studies.identification.circuit.bounded import LEAST_SHARE, LEAST_SLOPE, bounded, continued
from packfmu.studies.identification.circuit.unknowns import Unknowns

from ..simulated import SETTINGS

LAYOUT = Unknowns(SETTINGS, 1)


def tables(voltage, resistance):
    result = np.zeros(LAYOUT.count)
    result[LAYOUT.table(0)] = voltage
    result[LAYOUT.table(1)] = result[LAYOUT.table(2)] = resistance
    return result


def test_tables_within_bounds_stay():
    given = tables(np.linspace(3.0, 4.2, SETTINGS.nodes), 0.02)
    assert np.array_equal(bounded(given, np.eye(LAYOUT.count), LAYOUT, 0.02), given)


def test_tables_beyond_bounds_are_brought_to_them():
    voltage = np.linspace(3.0, 4.2, SETTINGS.nodes)
    voltage[5], voltage[6] = voltage[6], voltage[5]
    found = bounded(tables(voltage, [0.02, -0.01, 0.03]), np.eye(LAYOUT.count), LAYOUT, 0.02)
    rises = np.diff(found[LAYOUT.table(0)]) * (SETTINGS.nodes - 1)
    assert rises.min() == pytest.approx(LEAST_SLOPE, rel=1e-6)
    assert found[LAYOUT.table(0)][5] == pytest.approx(voltage[[5, 6]].mean(), abs=1e-3)  # the nearest that rises
    assert found[LAYOUT.table(1)] == pytest.approx([0.02, LEAST_SHARE * 0.02, 0.03], abs=1e-9)


def test_voltage_is_straight_beyond_the_records():
    table = 3.0 + 1.2 * np.linspace(0.0, 1.0, 11) ** 2
    table[:3] = 9.0
    held = continued(table, (0.35, 1.0), (3.0, 4.2), (True, True))
    assert held[:4] == pytest.approx(3.0 + np.arange(4) / 3.0 * (table[3] - 3.0))
    free = continued(table, (0.35, 1.0), (3.0, 4.2), (False, True))
    slope = table[4] - table[3]
    assert free[:4] == pytest.approx(table[3] - slope * np.arange(3, -1, -1))
    assert np.array_equal(held[3:], table[3:])
