"""Two parallel cells whose resistances grow at rates of 1:2, until that is all that is left of them.

::

      pack_current               current[1..2]                 charge_throughput[1..2]
           |      +-------------+ -----------> +------+ -------------------------------> +-------+
           +----> | PackNetwork |              | Cell |    own, or that of the group     | Aging |
                  +-------------+ <----------- +------+ <------------------------------- +-------+
                              emf, resistance, soc            resistance_growth[1..2]

    sample    a cycle of network and cells, staggered; aside, the first instant of a current after a rest
    jump      Aging takes the throughput of as many cycles as let a resistance grow by a tenth

No busbar resistance, no other aging. Shares are of the first cell over the second.
"""

from functools import cache

import numpy as np
import pytest
from parallel_shares import FULL, RATES, SHORT, Count, shares

LIVES = [(count, cycles) for count in Count for cycles in (FULL, SHORT)]


@cache
def life(count, cycles):
    """Growth of both cells, shares at 0+, and over a cycle."""
    told = shares(count, cycles)
    growth = np.array([now.growth for now in told])
    return growth, np.array([now.at_once for now in told]), np.array([now.over_cycle for now in told])


@pytest.mark.parametrize(("count", "cycles"), LIVES)
def test_at_once_the_currents_are_as_the_conductances(count, cycles):
    """Within some roundings: the electromotive forces are equal to the last bit."""
    growth, at_once, _ = life(count, cycles)
    assert growth[0] == pytest.approx([0.0, 0.0])
    assert growth[-1, 1] == pytest.approx(99.0)
    assert at_once == pytest.approx((1.0 + growth[:, 1]) / (1.0 + growth[:, 0]), rel=1e-14)


@pytest.mark.parametrize("cycles", [FULL, SHORT])
def test_grown_by_cycles_of_the_group_the_shares_tend_to_the_rates(cycles):
    """``(1 + 2 g) / (1 + g) = 2 - 1 / (1 + g)``: 1.980 at the end, g = 49.5, and 2.000 by a line through the last."""
    growth, at_once, _ = life(Count.GROUP, cycles)
    assert growth[:, 1] == pytest.approx(2.0 * growth[:, 0], rel=1e-12)
    assert at_once[-1] == pytest.approx(2.0 - 1.0 / 50.5, rel=1e-12)
    _, limit = np.polyfit(1.0 / (1.0 + growth[-5:, 0]), at_once[-5:], 1)
    assert limit == pytest.approx(RATES[1] / RATES[0], rel=1e-12)


def test_grown_by_their_own_throughput_the_shares_tend_to_the_root():
    """``R_1 i_1 = R_2 i_2`` and ``dR_k ~ beta_k i_k dt`` make ``R_2**2 - 1 = 2 (R_1**2 - 1)``.

    Within 1 %: the currents are held over jumps in which a resistance grows by a tenth. At the end, where they hold
    themselves, 1.414 within a ten-thousandth.
    """
    growth, at_once, over_cycle = life(Count.OWN, SHORT)
    expected = np.sqrt(2.0 - 1.0 / (1.0 + growth[:, 0]) ** 2)
    assert at_once == pytest.approx(expected, rel=0.01)
    assert at_once[-1] == pytest.approx(np.sqrt(2.0), abs=1e-4)
    # steps of an eighth of a second: by then pairs and open-circuit voltage make up 4e-5 of the resistance
    assert over_cycle == pytest.approx(at_once, rel=1e-4)


@pytest.mark.parametrize("count", Count)
def test_over_a_full_cycle_the_open_circuit_voltage_evens_the_shares(count):
    """The cell that runs ahead meets a voltage that holds it back, for as long as that is not small beside R i."""
    growth, at_once, over_cycle = life(count, FULL)
    grown = growth[:, 0] > 0.05
    assert np.all(over_cycle[grown] > 1.0)
    assert np.all(over_cycle[grown] - 1.0 < 0.75 * (at_once[grown] - 1.0))
    doubled = np.interp(1.0, growth[:, 0], over_cycle)
    told = {Count.GROUP: (1.124, 1.568), Count.OWN: (1.112, 1.341)}
    # the figures of benchmarks/parallel_shares.py, to the change by another platform's libm
    assert (doubled, over_cycle[-1]) == pytest.approx(told[count], abs=1e-3)


def test_evened_throughput_lets_the_resistances_part_further():
    """By their own throughput, cells that share it more evenly age more unevenly: beyond the root of short cycles."""
    _, at_once, _ = life(Count.OWN, FULL)
    assert np.sqrt(2.0) < at_once[-1] < at_once.max() < 2.0
    assert at_once.max() == pytest.approx(1.59, abs=0.02)
