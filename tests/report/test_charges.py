"""dQ/dV of slow charges."""

import numpy as np
import pytest

from packfmu.report.charges import charge_curves
from packfmu.report.shape import shape_of
from tests.report.made import RECORD, SERIES, drive, results

ROWS = 3600


def charge(current=2.0, rows=ROWS, bend=0.0):
    """Return a charge whose voltage of a group rises from 3.6 V by 0.2 V, straight but for a bend."""
    x = np.linspace(0.0, 1.0, rows)
    voltage = 3.6 + 0.2 * (x + bend * x * (1.0 - x))
    return results(rows, pack_voltage=SERIES * voltage, pack_current=np.full(rows, current))


def curves(data, record=RECORD):
    return charge_curves(data, record, shape_of(data, record))


def test_a_straight_voltage_has_a_constant_slope():
    (curve,), why = curves(charge())
    assert why == ""
    assert curve.current == 2.0
    assert curve.slope == pytest.approx(np.full(curve.slope.size, 2.0 * (ROWS - 1) / 0.2), rel=1e-9)
    assert np.diff(curve.voltage) == pytest.approx(np.full(curve.slope.size - 1, 0.005), rel=1e-9)


def test_the_charge_between_the_bins_is_conserved():
    (curve,), _ = curves(charge(bend=0.5))
    first, last = curve.voltage[0] - 0.0025, curve.voltage[-1] + 0.0025
    data = charge(bend=0.5)
    passed = np.interp([first, last], data.pack_voltage.values / SERIES, 2.0 * data.time.values)
    assert 0.005 * curve.slope.sum() == pytest.approx(passed[1] - passed[0], rel=1e-9)


def test_pauses_and_jumps_of_the_current_part_charges():
    data = charge()
    current = np.full(ROWS, 2.0)
    current[1800:] = 3.0
    assert [round(c.current, 9) for c in curves(data.assign(pack_current=("time", current)))[0]] == [2.0, 3.0]
    current[1800:1810] = 0.0
    assert len(curves(data.assign(pack_current=("time", current)))[0]) == 2


@pytest.mark.parametrize(
    ("data", "record", "why"),
    [
        (drive(), RECORD, "The run holds no such charge."),
        (charge(current=11.0), RECORD, "The run holds no such charge."),  # of 20 A.h, more than half of it an hour
        (charge(bend=2.0), RECORD, "The run holds no such charge."),  # the voltage falls
        (charge(rows=90), RECORD, "The run holds no such charge."),
        (results(voltage=np.ones((50, 6))), RECORD, "No pack voltage and current were recorded."),
        (charge(), RECORD.model_copy(update={"capacity": None}), "The capacity of the cells is not known"),
        (charge(), RECORD.model_copy(update={"series": None}), "It is not known how many groups are in series."),
    ],
    ids=["discharge", "fast", "falling", "short", "no voltage", "no capacity", "no series"],
)
def test_where_there_is_none_the_reason_is_told(data, record, why):
    found, reason = curves(data, record)
    assert found == []
    assert reason.startswith(why)
