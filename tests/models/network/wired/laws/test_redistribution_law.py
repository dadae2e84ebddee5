"""Strings in parallel at rest that differ in charge: the current between them, and where it leads.

With the difference of their open-circuit voltages dU and the sum of all resistances around both R, at once::

    i = dU / R,   R of the ohmic resistances, contacts and links

and with linear open-circuit voltages, without pairs, ``i = dU / R exp(-t / tau)``, ``tau = R / sum (U' / Q)``: the
charge ``dU / sum (U' / Q)`` goes over, whatever the resistances.
"""

import numpy as np
import pytest

from packfmu.models.cell import ecm

from ..netlists import strings_in_parallel
from .coupled import linear, pack_of

SERIES, LINK, CONTACT = 3, 4e-4, 1e-4
SLOPE = 0.6
OHMIC = np.repeat([1e-3, 2e-3], SERIES)
CAPACITY = np.repeat([36e3, 54e3], SERIES)
FULL, EMPTY = 0.7, 0.5
DIFFERENCE = SERIES * SLOPE * (FULL - EMPTY)
RESISTANCE = OHMIC.sum() + 2 * SERIES * CONTACT + 2 * LINK
RELAXING = (SLOPE / CAPACITY).sum()
PAIR = 1e-9
"""Resistance of the pairs, which a cell has one of at least [Ohm]; they settle within microseconds."""

TAU = (RESISTANCE + 2 * SERIES * PAIR) / RELAXING


@pytest.fixture(scope="module")
def pack():
    """A string that is charged more than the other; their pairs are as good as none."""
    kind = linear(SLOPE, ohmic=1e-3, pair=PAIR, tau=1e-6)
    start = {"ohmic_scale": OHMIC / 1e-3, "capacity": CAPACITY, "initial_soc": np.repeat([FULL, EMPTY], SERIES)}
    return pack_of(
        strings_in_parallel(2, SERIES, LINK), ecm.declare(2 * SERIES, kind).with_start(start), contact=CONTACT
    )


def test_at_once_it_is_the_difference_over_the_sum_of_resistances(pack):
    found = pack.at_once(0.0)
    assert found == pytest.approx(np.repeat([-1.0, 1.0], SERIES) * DIFFERENCE / RESISTANCE, rel=1e-11)


def test_a_load_adds_to_it_by_inverse_resistance(pack):
    string = OHMIC.reshape(2, SERIES).sum(axis=1) + SERIES * CONTACT + LINK
    shares = 1.0 / string / (1.0 / string).sum()
    expected = np.array([-1.0, 1.0]) * DIFFERENCE / RESISTANCE + 50.0 * shares
    assert pack.at_once(50.0) == pytest.approx(np.repeat(expected, SERIES), rel=1e-11)


def test_it_decays_with_resistance_over_slopes(pack):
    times = np.linspace(0.0, 20.0 * TAU, 81)
    gone = DIFFERENCE / RELAXING * (1.0 - np.exp(-times / TAU))
    expected = np.diff(gone)[:, np.newaxis] / (times[1] - times[0]) * np.repeat([-1.0, 1.0], SERIES)
    found = pack.extrapolated_means(0.0, times, levels=5)
    assert found == pytest.approx(expected, abs=1e-9 * DIFFERENCE / RESISTANCE)


@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
def test_the_charge_that_goes_over_is_one_whatever_the_resistances(pack, scale):
    pack.kinds[0].p["resistance_scale"] = scale
    times = np.linspace(0.0, 200.0 * TAU, 2001)
    moved = (pack.means(0.0, times) * (times[1] - times[0])).sum(axis=0)
    pack.kinds[0].p["resistance_scale"] = 1.0
    assert moved == pytest.approx(np.repeat([-1.0, 1.0], SERIES) * DIFFERENCE / RELAXING, rel=1e-11)
    voltage = (SLOPE * pack.kinds[0].y["soc"]).reshape(2, SERIES).sum(axis=1)
    assert voltage[0] == pytest.approx(voltage[1], abs=1e-11)
