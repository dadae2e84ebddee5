"""What cells report of themselves: how fast their SOC moves, what a voltage changes with, and the range of SOC."""

import numpy as np
import pytest

from packfmu.core.model import DONE
from packfmu.core.timescale import NONE
from packfmu.models.cell.reported import LEAST_SOC, MOST_SOC, SOC_TOO_HIGH, SOC_TOO_LOW
from packfmu.models.network import charge
from tests.models.cells import aging, constant, invented_cell, plain_cell, started


def test_a_hundredth_of_soc_takes_a_hundredth_of_the_capacity_over_the_current():
    """Two cells; the faster counts, whatever the step. Plain cells lose no charge."""
    cells = started(plain_cell(), 2)
    assert cells.y["timescale_soc"] == NONE
    capacity = float(cells.p["capacity"][0])
    cells.u["current"] = [3.0, -12.0]
    for h in (1.0, 60.0):
        assert cells.advance(0.0, h) == DONE
        assert cells.y["timescale_soc"] == pytest.approx(0.01 * capacity / 12.0, rel=1e-12)
    cells.u["current"] = 0.0
    assert cells.advance(0.0, 1.0) == DONE
    assert cells.y["timescale_soc"] == NONE


def settled_voltage(kind, temperature, current, growth, soc=0.5, **start):
    """Terminal voltage [V] of a cell of constant SOC after hours under a current, all pairs settled."""
    cell = started(kind, aging=aging(), initial_soc=soc, **start)
    cell.u["temperature"], cell.u["resistance_growth"] = temperature, growth
    cell.initialize()
    cell.u["current"] = current
    for _ in range(200):
        assert cell.advance(0.0, 100.0) == DONE
    return cell


def test_sensitivities_are_what_the_settled_voltage_changes_with():
    """Central differences of a cell of infinite capacity, whose SOC stays: temperature, and growth of resistance."""
    kind, current, at = invented_cell(hysteresis_bound=0.0), -20.0, 300.0
    large = {"capacity": 1e12, "self_discharge_current": 0.0}

    def voltage(temperature=at, growth=0.2):
        return float(settled_voltage(kind, temperature, current, growth, **large).y["voltage"][0])

    cell = settled_voltage(kind, at, current, 0.2, **large)
    by_temperature = (voltage(temperature=at + 0.1) - voltage(temperature=at - 0.1)) / 0.2
    assert cell.y["sensitivity_temperature"] == pytest.approx(abs(by_temperature), rel=1e-5)
    scale = (voltage(growth=0.25) - voltage(growth=0.15)) / 0.1 * 1.2  # by the resistance as it has grown
    assert cell.y["sensitivity_resistance_growth"] == pytest.approx(abs(scale), rel=1e-6)
    table = kind.open_circuit_voltage + (at - kind.reference_temperature) * kind.entropic_coefficient
    node = (len(table) - 1) // 2  # the SOC is just below that of the node, 0.5
    assert cell.y["sensitivity_soc"] == pytest.approx((table[node] - table[node - 1]) * (len(table) - 1), rel=1e-9)


@pytest.mark.parametrize("h", [1.0, 7.0, 3600.0])
def test_a_step_that_would_leave_the_range_of_soc_is_refused_and_the_next_may_charge(h):
    """A cell of 65.3 A.h; at -31 A it is empty of all that the range of SOC holds after Q / 31 s."""
    cell = started(plain_cell(self_discharge_current=0.0), initial_soc=0.0)
    cell.p["capacity"] = 31.0 * 3640.5
    cell.initialize()
    cell.u["current"] = -31.0
    steps = 0
    while True:
        before = cell.memory.copy()
        status = cell.advance(0.0, h)
        if status != DONE:
            break
        steps += 1
    assert steps == int(3640.5 // h)
    assert status == SOC_TOO_LOW
    text = cell.refusal(status)
    assert text.startswith(f"soc[1] would be {-(steps + 1) * h / 3640.5:.9g}, below -1; charge the cell")
    cell.memory[:] = before
    cell.u["current"] = 31.0
    assert cell.advance(0.0, h) == DONE


def test_a_cell_that_is_overcharged_beyond_the_range_is_refused():
    cell = started(plain_cell(), 2, initial_soc=1.0)
    cell.u["current"] = [0.0, 2.0 * float(cell.p["capacity"][0]) / 3600.0]
    assert cell.advance(0.0, 3600.0) == SOC_TOO_HIGH
    assert "soc[2] would be 3, above 2" in cell.refusal(SOC_TOO_HIGH)


def test_the_range_is_that_of_the_network():
    soc = charge.soc(1)
    assert (soc.min, soc.max) == (LEAST_SOC, MOST_SOC)


def test_a_flat_voltage_without_a_current_changes_with_nothing():
    cell = started(plain_cell(open_circuit_voltage=constant(3.7)))
    assert cell.y["sensitivity_soc"] == cell.y["sensitivity_resistance_growth"] == 0.0
    assert np.isfinite(cell.y.memory).all()
