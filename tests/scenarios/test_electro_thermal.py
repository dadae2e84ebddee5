"""Two equal cells in parallel whose resistance falls with temperature: when their temperatures part by themselves.

::

      pack_current          current[1..2]            heat_rate[1..2]
           |      +-------------+ -----------> +------+ ----------> +---------+ --- to the air
           +----> | PackNetwork |              | Cell |             | Thermal |
                  +-------------+ <----------- +------+ <---------- +---------+ --- between the cells
                           emf, resistance            temperature[1..2]

The warmer cell has the lower resistance R, takes more of the current, and warms further. With ``alpha = dlnR/dT`` and
the power ``P = R (I/2)^2`` of a cell at the temperature at which both settle, and the conductance by which a difference
of temperatures decays, ``G = G_air + 2 G_between``, it grows where

    |alpha| P > G                          a constant open-circuit voltage, no resistance but R
    |alpha| P (R - r)/(R + r) > G          a resistance r in series with each, whose heat does not warm the cells
    |alpha| P > G + C U'/(R Q)             a slope U' of the voltage over the charge Q; C is the heat capacity of a cell

The last one grows as an oscillation: the cell that took more current has more charge, and its voltage holds it back.

Conditions: the total current is prescribed, the cells are equal, R is all that polarises them and follows an Arrhenius
law, a cell has one temperature. A load that holds the voltage has other thresholds. Each is located by the growth of a
difference of some microkelvins, found by simulation alone: a current, or a slope, at which it neither grows nor decays.
"""

from functools import cache

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.scenarios.warm_pair import CAPACITY, CHARGE, COOLING, WARMING, WarmPair, at, settled

STEP, SETTLED, LONG = 5.0, 1000.0, 2000.0
"""Steps and the run [s]: after ten time constants what both cells do alike is over."""

CLOSE = 0.01
"""Asked is 1 %."""


@cache
def pair(period):
    return WarmPair(period)


def difference(period, current, duration=LONG, **how):
    """Return by how much the first cell is warmer from `SETTLED` on [K], and the mean temperature at the end [K]."""
    temperatures = pair(period).run(current, duration, **how)
    return (temperatures[:, 0] - temperatures[:, 1])[round(SETTLED / period) :], temperatures[-1].mean()


def growth(current, **how):
    """Return the rate at which a difference grows [1/s]."""
    apart, _ = difference(STEP, current, **how)
    return np.log(abs(apart[-1] / apart[0])) / (STEP * (len(apart) - 1))


def threshold(low, high, **how):
    """Return the pair where a difference neither grows nor decays, between two sizes of the current [A]."""
    current = brentq(lambda size: growth(size, **how), low, high, xtol=1e-3)
    return at(difference(STEP, current, **how)[1], current)


@pytest.mark.parametrize("between", [0.0, WARMING])
def test_at_a_constant_voltage_the_threshold_is_where_alpha_times_power_is_the_conductance(between):
    found = threshold(500.0, 3000.0, warming=between)
    assert found.fall * found.power / (COOLING + 2.0 * between) == pytest.approx(1.0, rel=1e-4)


def test_a_discharge_has_the_threshold_of_a_charge():
    charge, discharge = threshold(500.0, 3000.0), threshold(-3000.0, -500.0)
    assert discharge.temperature == pytest.approx(charge.temperature, rel=1e-9)


@pytest.mark.parametrize(
    ("series", "low", "high", "moved"),
    [(4e-6, 500.0, 1200.0, 1.14), (7e-6, 500.0, 1200.0, 1.35), (7e-6, 1200.0, 2500.0, 2.08)],
)
def test_a_series_resistance_moves_it_and_a_hot_pair_whose_own_has_fallen_is_stable_again(series, low, high, moved):
    """With 7 uOhm there are two: R is 47 uOhm at the first current and 20 uOhm at the second."""
    found = threshold(low, high, warming=0.0, series=series)
    own = found.resistance
    stiffness = found.fall * found.power / COOLING
    assert stiffness * (own - series) / (own + series) == pytest.approx(1.0, abs=CLOSE)
    assert stiffness == pytest.approx(moved, abs=CLOSE)


@pytest.mark.parametrize("current", [600.0, 1000.0, 2000.0, 4000.0])
def test_with_a_series_resistance_as_large_as_its_own_no_current_parts_the_cells(current):
    with_all = settled(current)
    assert growth(current, warming=0.0, series=1.01 * with_all.resistance) < 0.0
    assert (growth(current, warming=0.0) > 0.0) == (with_all.fall * with_all.power > COOLING)


def test_beyond_it_the_cells_part_until_one_is_twenty_kelvins_warmer():
    """At 2400 A, half as much again as the threshold: from less than a millikelvin, within three hours."""
    apart, _ = difference(STEP, 2400.0, 12000.0)
    assert abs(apart[0]) < 1e-3
    assert abs(apart[-1]) == pytest.approx(20.9, abs=0.05)
    assert abs(apart[-1] - apart[-200]) < 1e-3


def oscillation(period, current, slope, every=20.0):
    """Return growth [1/s] and angular frequency [1/s] of the difference, by the law of three samples in a row."""
    apart, _ = difference(period, current, warming=0.1, slope=slope)
    taken = apart[:: round(every / period)]
    law = np.linalg.lstsq(np.column_stack([taken[1:-1], taken[:-2]]), taken[2:], rcond=None)[0]
    size = np.sqrt(-law[1])
    return np.log(size) / every, np.arccos(0.5 * law[0] / size) / every


def found_slope(period, current):
    """Return the slope [V] below which an oscillation grows, over that of the law, and its frequency over the law's."""
    here, conductance = settled(current), COOLING + 0.2
    law = (here.fall * here.power - conductance) * here.resistance * CHARGE / CAPACITY
    slope = brentq(lambda slope: oscillation(period, current, slope)[0], 0.5 * law, 2.0 * law, xtol=1e-6 * law)
    relaxing = here.resistance * CHARGE / slope
    frequency = np.sqrt((conductance + here.fall * here.power) / (CAPACITY * relaxing))
    return slope / law, oscillation(period, current, slope)[1] / frequency


@pytest.mark.parametrize("current", [1500.0, 2500.0])
def test_a_slope_of_the_voltage_below_its_threshold_lets_an_oscillation_grow(current):
    """Located by the slope. A temperature that is held for a step drives it too: errors of the first order in h."""
    coarse, fine = (np.array(found_slope(period, current)) for period in (2.0, 1.0))
    assert fine[0] == pytest.approx(1.0, abs=CLOSE)
    np.testing.assert_allclose(coarse - 1.0, 2.0 * (fine - 1.0), rtol=0.2)
    np.testing.assert_allclose(2.0 * fine - coarse, 1.0, atol=1e-3)
