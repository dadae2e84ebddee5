"""Lithium plating: the potential by hand, onset at 0 V, conservation, composition and an independent solver."""

import math
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from packfmu.models.aging import anode
from packfmu.models.aging.plating import (
    plate,
    plating_current,
    short_risk,
    stripping_rate,
)
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from packfmu.models.parameters.graphite_chen_2020 import OPEN_CIRCUIT_POTENTIAL

WINDOW = (0.03, 0.9)
WARM, COLD = 298.15, 263.15

CHARGE = st.floats(0.0, 1e3)
CURRENT = st.floats(0.0, 100.0)
SHARE = st.floats(0.0, 1.0)
RATE = st.one_of(st.just(0.0), st.floats(1e-12, 1.0))
DURATION = st.floats(1e-3, 1e6)


def test_potential_by_hand():
    """Half-way the stoichiometry is 0.465, node 93 of 200 intervals; 20 A through 1 mOhm take 20 mV off."""
    at_rest = anode.potential(OPEN_CIRCUIT_POTENTIAL, WINDOW, 0.5, 0.0, 1e-3)
    assert at_rest == pytest.approx(OPEN_CIRCUIT_POTENTIAL[93], abs=1e-12)
    assert anode.potential(OPEN_CIRCUIT_POTENTIAL, WINDOW, 0.5, 20.0, 1e-3) == pytest.approx(at_rest - 0.02)
    assert anode.potential(OPEN_CIRCUIT_POTENTIAL, WINDOW, 0.5, -20.0, 1e-3) == pytest.approx(at_rest + 0.02)


def test_graphite_as_published():
    """Falls all the way, from 2.3 V when empty through the plateaus at 0.13 V and to 0.092 V when full."""
    assert np.all(np.diff(OPEN_CIRCUIT_POTENTIAL) < 0.0)
    assert OPEN_CIRCUIT_POTENTIAL[-1] == pytest.approx(0.092, abs=5e-4)
    assert OPEN_CIRCUIT_POTENTIAL[100] == pytest.approx(0.133, abs=5e-4)


@given(soc=SHARE, warmer=st.floats(0.0, 30.0), current=CURRENT)
def test_cold_full_and_fast_are_each_closer_to_plating(soc, warmer, current):
    def potential(z, celsius, i):
        resistance = anode.resistance_at(2e-3, 5e4, 273.15 + celsius, WARM)
        return anode.potential(OPEN_CIRCUIT_POTENTIAL, WINDOW, z, i, resistance)

    here = potential(soc, warmer, current)
    assert potential(1.0, warmer, current) <= here
    assert potential(soc, warmer - 20.0, current) <= here
    assert potential(soc, warmer, current + 1.0) < here


def test_the_limit_of_charging_falls_in_the_cold():
    """At the current that brings the anode to 0 V nothing plates yet, and 1 % above it something does."""
    open_circuit = anode.potential(OPEN_CIRCUIT_POTENTIAL, WINDOW, 0.8, 0.0, 0.0)
    limits = []
    for temperature in (WARM, COLD):
        resistance = anode.resistance_at(2e-3, 5e4, temperature, WARM)
        limits.append(open_circuit / resistance)
        for factor, plates in ((0.99, False), (1.01, True)):
            current = factor * limits[-1]
            potential = anode.potential(OPEN_CIRCUIT_POTENTIAL, WINDOW, 0.8, current, resistance)
            assert (plating_current(potential, current, 1e-2, 0.5, temperature) > 0.0) is plates
    assert limits[0] / limits[1] == pytest.approx(math.exp(5e4 / GAS_CONSTANT * (1 / COLD - 1 / WARM)), rel=1e-12)


def test_tafel_slope():
    """Far below 0 V the current grows e-fold every R T / (alpha F)."""
    step = GAS_CONSTANT * WARM / (0.5 * FARADAY_CONSTANT)
    ratio = plating_current(-0.5 - step, 1e9, 1e-3, 0.5, WARM) / plating_current(-0.5, 1e9, 1e-3, 0.5, WARM)
    assert ratio == pytest.approx(math.e, rel=2.0 * math.exp(-0.5 / step))  # the 1 that is taken off


@given(potential=st.floats(-1.0, 1.0), current=st.floats(-100.0, 100.0))
def test_never_more_plates_than_arrives_nor_strips_than_is_there(potential, current):
    plating = plating_current(potential, current, 1e-2, 0.5, WARM)
    stripping = stripping_rate(potential, 1e-3, 0.5, WARM)
    assert 0.0 <= plating <= max(current, 0.0)
    assert 0.0 <= stripping <= 1e-3
    assert plating == 0.0 or stripping == 0.0


@given(charge=CHARGE, plating=CURRENT, reversible=SHARE, stripping=RATE, death=RATE, h=DURATION)
@example(charge=0.044921875, plating=0.0, reversible=0.0, stripping=0.08984375, death=0.0, h=149.0)  # rounds up
def test_charge_is_conserved(charge, plating, reversible, stripping, death, h):
    after, plated, stripped, lost = plate(charge, plating, reversible, stripping, death, h)
    assert min(after, stripped, lost) >= 0.0
    assert plated == plating * h
    # to rounding of what is moved; numbers below the least normal one have no relative precision
    assert stripped + lost + after - charge == pytest.approx(
        plated, rel=1e-14, abs=1e-14 * (charge + plated) + sys.float_info.min
    )


@given(charge=CHARGE, plating=CURRENT, reversible=SHARE, stripping=RATE, death=RATE, h=DURATION, share=SHARE)
def test_two_steps_are_one(charge, plating, reversible, stripping, death, h, share):
    after, *whole = plate(charge, plating, reversible, stripping, death, h)
    cut = max(share * h, 1e-9)
    between, *first = plate(charge, plating, reversible, stripping, death, cut)
    end, *second = plate(between, plating, reversible, stripping, death, max(h - cut, 1e-9))
    scale = 1e-12 * (charge + plating * h) + 1e-6  # a cut of no length is one of a nanosecond, 1e-7 C
    assert end == pytest.approx(after, abs=scale)
    assert np.add(first, second) == pytest.approx(whole, abs=scale)


def test_against_an_independent_solver():
    plating, reversible, stripping, death, h = 0.4, 0.7, 3e-3, 2e-4, 900.0

    def right(_, charge):
        return [
            reversible * plating - (stripping + death) * charge[0],
            stripping * charge[0],
            (1.0 - reversible) * plating + death * charge[0],
        ]

    reference = solve_ivp(right, (0.0, h), [20.0, 0.0, 0.0], method="LSODA", rtol=1e-11, atol=1e-11).y[:, -1]
    after, plated, stripped, lost = plate(20.0, plating, reversible, stripping, death, h)
    assert (after, stripped, lost) == pytest.approx(tuple(reference), rel=1e-8)
    assert plated == pytest.approx(360.0)


def test_what_is_reversible_comes_back_when_nothing_dies():
    charge, plated, *_ = plate(0.0, 0.5, 1.0, 0.0, 0.0, 100.0)
    after, _, stripped, lost = plate(charge, 0.0, 1.0, 1e-2, 0.0, 1e5)
    assert (plated, after, stripped, lost) == (50.0, 0.0, 50.0, 0.0)


def test_risk_grows_with_what_is_lost():
    assert short_risk(0.0, 1e5, 0.1, 3.0) == 0.0
    assert short_risk(1e4, 1e5, 0.1, 3.0) == pytest.approx(1.0 - math.exp(-1.0), rel=1e-14)
    risks = [short_risk(lost, 1e5, 0.1, 3.0) for lost in np.linspace(0.0, 5e4, 50)]
    assert np.all(np.diff(risks) >= 0.0)
    assert risks[-1] <= 1.0
