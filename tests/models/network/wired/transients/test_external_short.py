"""A short between the terminals: its current at once, its rise by the inductance of the cable, its energy."""

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.model import DONE

from .fused import CABLE, EMF, RESISTANCE, begin, fused_cable, run, unbalanced

INDUCTANCE, SHORT = 1e-4, 1e3
TOTAL = RESISTANCE + CABLE + 1.0 / SHORT
CURRENT, CONSTANT = EMF / TOTAL, INDUCTANCE / TOTAL


@pytest.fixture(scope="module")
def resistive():
    return fused_cable(0.0, LARGE)


@pytest.fixture(scope="module")
def inductive():
    return fused_cable(INDUCTANCE, LARGE)


def test_a_short_takes_what_the_resistances_allow(resistive):
    begin(resistive, external_short=SHORT)
    assert resistive.advance(0.0, 2.0) == DONE
    y = resistive.y
    assert y["external_short_current"] == pytest.approx(CURRENT, rel=1e-12)
    assert y["pack_current_actual"] == pytest.approx(-CURRENT, rel=1e-12)
    assert y["current"] == pytest.approx(-CURRENT, rel=1e-12)
    assert y["pack_voltage"] == pytest.approx(CURRENT / SHORT, rel=1e-12)
    assert y["external_short_energy"] == pytest.approx(2.0 * CURRENT**2 / SHORT, rel=1e-12)
    assert y["pack_energy"] == pytest.approx(-y["external_short_energy"], rel=1e-12)
    conductance = SHORT + 1.0 / (RESISTANCE + CABLE)
    assert y["maximum_discharge_power"] == pytest.approx(0.25 * conductance * (CURRENT / SHORT) ** 2, rel=1e-10)


def test_a_load_beside_a_short_sees_both(resistive):
    begin(resistive, external_short=1.0, pack_current=-100.0)
    assert resistive.advance(0.0, 1.0) == DONE
    voltage = (EMF / (RESISTANCE + CABLE) - 100.0) / (1.0 / (RESISTANCE + CABLE) + 1.0)
    assert resistive.y["pack_voltage"] == pytest.approx(voltage, rel=1e-12)
    assert resistive.y["pack_current_actual"] == pytest.approx(-100.0 - voltage, rel=1e-12)


def test_no_current_flows_into_the_short_of_a_pack_that_is_open(resistive):
    begin(resistive, external_short=SHORT, pack_current=-100.0, conductor_parted=1.0)
    assert resistive.advance(0.0, 1.0) == DONE
    y = resistive.y
    assert (y["open_circuit"], y["pack_voltage"], y["external_short_current"], y["current"]) == (1.0, 0.0, 0.0, 0.0)


def test_the_current_rises_by_inductance_over_resistance(inductive):
    begin(inductive, external_short=SHORT)
    inductive.p["transient_tolerance"] = 1e-3
    times = CONSTANT * np.array([1e-3, 0.01, 0.1, 0.5, 1.0, 2.0, 5.0])
    for before, time in zip([0.0, *times], times, strict=False):
        assert inductive.advance(before, time - before) == DONE
        assert -inductive.y["conductor_current"][0] == pytest.approx(-CURRENT * np.expm1(-time / CONSTANT), abs=0.01)


def test_the_slope_is_voltage_over_inductance_at_first(inductive):
    begin(inductive, external_short=SHORT)
    assert inductive.advance(0.0, 1e-7) == DONE
    assert -inductive.y["conductor_current"][0] == pytest.approx(EMF / INDUCTANCE * 1e-7, rel=1e-4)


@pytest.mark.parametrize("h", [1e-4, 1e-2])
def test_energies_of_a_rise_are_those_of_the_exponential(inductive, h):
    """Over ten time constants the field takes L I^2 / 2, and the resistances R I^2 (t - 3/2 T)."""
    inductive.p["transient_tolerance"] = 1e-3
    begin(inductive, external_short=SHORT)
    sums = run(inductive, 0.01, h)
    lasting = 0.01 - 1.5 * CONSTANT
    assert sums["external_short_energy"] == pytest.approx(CURRENT**2 / SHORT * lasting, rel=1e-4)
    assert sums["inductive_energy"] == pytest.approx(0.5 * INDUCTANCE * CURRENT**2, rel=1e-4)
    assert sums["busbar_loss"] == pytest.approx(CABLE * CURRENT**2 * lasting, rel=1e-4)
    assert unbalanced(sums) < 1e-9
