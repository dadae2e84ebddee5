"""Switched capacitor: the coth law and its limits, every period by brute force, energy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.switching_reference import capacitive_period, settled
from packfmu.models.balancing.converter.capacitor import Shuttle, average, start_voltage, switch_period
from packfmu.models.balancing.converter.operating_point import OperatingPoint

PERIOD = 1e-5
RESISTANCE = 0.03
SHUTTLES = st.builds(
    Shuttle,
    capacitance=st.floats(1e-7, 1e-2),
    series_resistance=st.floats(0.0, 0.5),
    switch_resistance=st.floats(1e-3, 0.5),
)
OPERATIONS = st.builds(
    OperatingPoint,
    input_voltage=st.floats(2.0, 4.5),
    output_voltage=st.floats(2.0, 4.5),
    duty=st.floats(0.01, 0.99),
    period=st.floats(1e-7, 1e-4),
)


def equivalent(capacitance, duty=0.5):
    """Resistance between cells 0.1 V apart [Ohm]."""
    of = average(Shuttle(capacitance, 0.01, RESISTANCE - 0.01), OperatingPoint(3.9, 3.8, duty, PERIOD))
    assert of.output_current == pytest.approx(-of.input_current, rel=1e-12)
    return 0.1 / of.output_current


@pytest.mark.parametrize("capacitance", [1e-6, 1e-5, 1e-4, 1e-3, 1e-2])
def test_coth_law(capacitance):
    law = PERIOD / capacitance / math.tanh(PERIOD / (4.0 * RESISTANCE * capacitance))
    assert equivalent(capacitance) == pytest.approx(law, rel=1e-10)


def test_slow_limit_is_the_capacitor():
    """With intervals of 50 time constants nothing but ``1 / (f C)`` is left."""
    capacitance = 0.5 * PERIOD / (50.0 * RESISTANCE)
    assert equivalent(capacitance) == pytest.approx(PERIOD / capacitance, rel=1e-12)


def test_fast_limit_is_the_resistance():
    """The next term of coth is ``(T / 4 R C)**2 / 3``, here 2e-9; at duty d the limit is ``R / (d (1 - d))``."""
    capacitance = PERIOD / (4.0 * RESISTANCE * 8e-5)
    assert equivalent(capacitance) == pytest.approx(4.0 * RESISTANCE, rel=1e-8)
    assert equivalent(capacitance, 0.2) == pytest.approx(RESISTANCE / (0.2 * 0.8), rel=1e-8)


@pytest.mark.parametrize("capacitance", [1e-5, 1e-4, 4e-4])
@pytest.mark.parametrize(("v1", "v2", "duty"), [(3.9, 3.7, 0.5), (3.6, 3.8, 0.3)])
def test_steady_state_against_every_period(capacitance, v1, v2, duty):
    """To 1e-6: the periods stop at 1e-10 V of change, against currents by 1e-3 V."""
    shuttle, at = Shuttle(capacitance, 0.01, RESISTANCE - 0.01), OperatingPoint(v1, v2, duty, PERIOD)
    start = start_voltage(shuttle, at) + 0.01
    taken, arrived, inside, switches = settled(capacitive_period, shuttle, at, start)
    of = average(shuttle, at)
    assert -of.input_current * PERIOD == pytest.approx(taken, rel=1e-6)
    assert of.output_current * PERIOD == pytest.approx(arrived, rel=1e-6)
    assert of.loss * PERIOD == pytest.approx(inside + switches, rel=1e-6)
    assert of.efficiency == pytest.approx(min(v1, v2) / max(v1, v2), rel=1e-9)


@given(shuttle=SHUTTLES, at=OPERATIONS, voltage=st.floats(0.0, 5.0))
def test_energy_of_any_period(shuttle, at, voltage):
    """Stored energy counts; 1e-9 of all that was there and moved."""
    of = switch_period(shuttle, at, voltage)
    before, after = (0.5 * shuttle.capacitance * v * v for v in (voltage, of.end))
    taken, arrived = at.input_voltage * of.taken, at.output_voltage * of.given
    error = before + taken - after - arrived - of.capacitor - of.switch
    assert abs(error) <= 1e-9 * (before + abs(taken) + abs(arrived))
    assert min(of.capacitor, of.switch, of.swing) >= 0.0


@given(shuttle=SHUTTLES, at=OPERATIONS)
def test_steady_state_of_any_shuttle(shuttle, at):
    """The period ends where it began, charge passes whole, and energy goes down the voltage, to 1e-9."""
    start = start_voltage(shuttle, at)
    of, mean = switch_period(shuttle, at, start), average(shuttle, at)
    assert of.end == pytest.approx(start, rel=1e-14)
    scale = shuttle.capacitance * max(at.input_voltage, at.output_voltage)
    assert of.taken == pytest.approx(of.given, rel=1e-9, abs=1e-14 * scale)
    power = at.input_voltage * -mean.input_current - at.output_voltage * mean.output_current
    assert power == pytest.approx(mean.loss, rel=1e-9, abs=1e-14 * scale * at.input_voltage / at.period)
    assert of.peak >= max(abs(mean.input_current), abs(mean.output_current)) * (1.0 - 1e-9)


def test_equal_cells_exchange_nothing():
    of = average(Shuttle(1e-4, 0.01, 0.02), OperatingPoint(3.7, 3.7, 0.5, PERIOD))
    assert tuple(of) == (0.0,) * 6
