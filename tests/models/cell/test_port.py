"""The port of the equivalent-circuit cell: value and slope of the voltage ahead."""

import numpy as np
import pytest

from packfmu.models.cell import step as cell_step
from packfmu.models.numerics.arrhenius import GAS_CONSTANT
from tests.models.cells import constant, invented_cell, plain_cell, started


def test_resistance_at_once_follows_arrhenius():
    cell = started(plain_cell(ohmic_resistance=constant(2e-3)), temperature=283.15, lookahead=0.0)
    expected = 2e-3 * np.exp(2e4 / GAS_CONSTANT * (1.0 / 283.15 - 1.0 / 298.15))
    assert cell.y["resistance"][0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("current", [-40.0, -3.0, 0.0, 3.0, 20.0])
@pytest.mark.parametrize("lookahead", [0.0, 0.5, 60.0])
def test_port_is_the_tangent_of_the_voltage_ahead(current, lookahead):
    """emf + resistance * i is the voltage `lookahead` later to second order in the distance from the last current."""
    kind = invented_cell(
        ohmic_resistance=constant(2e-3),
        polarisation_resistance=np.array([constant(1e-3), constant(3e-3)]),
        polarisation_capacitance=np.array([constant(2e4), constant(1e5)]),
    )
    cell = started(kind, initial_soc=0.52, current=current, lookahead=lookahead)
    cell.advance(0.0, 5.0)
    emf, resistance = cell.y["emf"][0], cell.y["resistance"][0]
    memory = cell.memory.copy()

    def ahead(later):
        cell.memory[:] = memory
        cell.u["current"] = later
        if lookahead:
            cell.advance(0.0, lookahead)
        else:
            cell.x["current"] = later
        return cell_step.terminal_voltage(cell.x, cell.p, 0)

    assert ahead(current) == pytest.approx(emf + resistance * current, abs=1e-13)
    if current:
        slopes = (ahead(current + 1e-3) - ahead(current - 1e-3)) / 2e-3
        assert resistance == pytest.approx(slopes, rel=1e-6)  # the difference quotient's own error


@pytest.mark.parametrize("current", [-40.0, 0.0, 20.0])
def test_port_is_exact_at_the_last_current_with_tables(current):
    cell = started(invented_cell(), initial_soc=0.52, current=current, lookahead=30.0)
    cell.x["hysteresis_voltage"] = 0.01
    cell.advance(0.0, 5.0)
    foreseen = cell.y["emf"][0] + cell.y["resistance"][0] * current
    cell.advance(5.0, 30.0)
    assert foreseen == pytest.approx(cell.y["voltage"][0], abs=1e-13)  # rounding of some twenty terms


def test_slope_at_zero_current_is_the_mean_of_what_hysteresis_has_on_both_sides():
    cell = started(plain_cell(hysteresis_bound=0.02), lookahead=60.0, initial_soc=0.52)
    cell.x["hysteresis_voltage"] = 0.015
    slopes = []
    for current in (-1e-9, 0.0, 1e-9):
        cell.x["current"] = current
        cell.update_outputs()
        slopes.append(cell.y["resistance"][0])
    # second order in 1e-9 A over 60 s, which is 7e-11 of 1/gamma, and the rounding of resistances four times greater
    assert slopes[0] - slopes[2] == pytest.approx(2.0 * 0.015 * 40.0 * 60.0 / 36000.0 * np.exp(-6e-4), rel=1e-9)
    assert slopes[1] == pytest.approx(0.5 * (slopes[0] + slopes[2]), rel=1e-9)


def test_port_follows_lookahead_at_once():
    cell = started(invented_cell(), current=20.0, lookahead=0.5)
    cell.advance(0.0, 1.0)
    before = cell.y["resistance"][0]
    cell.p["lookahead"] = 5.0
    cell.update_outputs()
    assert cell.y["resistance"][0] > before
