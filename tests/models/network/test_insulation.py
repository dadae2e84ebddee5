"""The insulation of a pack from the chassis: voltages, leak, and the test of the standards, which finds the truth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.network import insulation
from packfmu.models.network.wired import network
from tests.models.packs import NODES, started, step

from .wired.netlists import strings_in_parallel

ohms = st.floats(0.0, 10.0).map(lambda e: 10.0**e)


@pytest.fixture(scope="module")
def pack():
    """Two strings of two cells of 3.7 V."""
    return started(network.declare(strings_in_parallel(2, 2), NODES))


def measured(voltage, positive, negative, known):
    """Do the test with a voltmeter of no current, pole by pole, as the regulation has it."""
    to_positive, to_negative = (voltage * r / (positive + negative) for r in (positive, negative))
    parallel = 1.0 / (1.0 / (negative if to_negative >= to_positive else positive) + 1.0 / known)
    other = positive if to_negative >= to_positive else negative
    again = voltage * parallel / (parallel + other)
    return known * (voltage / again - voltage / max(to_positive, to_negative))


@given(ohms, ohms, ohms.map(lambda r: max(r, 1.0)))
def test_the_test_finds_the_lesser_resistance_whatever_it_puts_in(positive, negative, known):
    found = insulation.tested(positive, negative, known)
    rounding = 4e-16 * known * (1.0 + min(positive, negative) / known)  # of voltages that differ little
    assert found == pytest.approx(min(positive, negative), rel=1e-12, abs=4.0 * rounding)
    assert found == pytest.approx(measured(400.0, positive, negative, known), rel=1e-9, abs=16.0 * rounding)


def test_poles_and_leak_follow_the_resistances(pack):
    """1 MOhm and 3 MOhm at 7.4 V: a quarter and three quarters."""
    pack.u["insulation_resistance_positive"], pack.u["insulation_resistance_negative"] = 1e6, 3e6
    y = step(pack, load_mode=1, pack_current=0.0)
    assert y["positive_pole_voltage"] == pytest.approx(7.4 / 4, rel=1e-12)
    assert y["negative_pole_voltage"] == pytest.approx(-3 * 7.4 / 4, rel=1e-12)
    assert y["leak_current"] == pytest.approx(7.4 / 4e6, rel=1e-12)
    assert y["insulation_resistance"] == pytest.approx(1e6, rel=1e-9)
    assert y["insulation_resistance_per_volt"] == pytest.approx(1e6 / 7.4, rel=1e-9)


def test_a_fault_to_the_chassis_shows_at_once_at_either_pole(pack):
    for pole in ("positive", "negative"):
        pack.u["insulation_resistance_positive"] = pack.u["insulation_resistance_negative"] = 1e9
        pack.u[f"insulation_resistance_{pole}"] = 100.0
        y = step(pack)
        assert y["insulation_resistance"] == pytest.approx(100.0, rel=1e-9)
        assert abs(y[f"{pole}_pole_voltage"]) < 1e-6


def test_a_pack_without_a_way_through_has_no_leak(pack):
    pack.u["insulation_resistance_positive"] = pack.u["insulation_resistance_negative"] = 1e5
    y = step(pack, conductor_parted=1.0)
    pack.u["conductor_parted"] = 0.0
    assert (y["leak_current"], y["positive_pole_voltage"]) == (0.0, 0.0)
    assert y["insulation_resistance"] == pytest.approx(1e5, rel=1e-9)
