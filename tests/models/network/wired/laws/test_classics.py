"""How a current divides between parallel cells: the laws that are told by hand, out of wired packs and cells.

Of ideal joints, with the ohmic resistance R0 of each cell, its pairs, its capacity Q and slope U'::

    at once, 0+              by 1 / R0
    tau_j << t << R Q / U'   by 1 / (R0 + sum_j R_j); with a flat open-circuit voltage from there on
    late                     by Q / U', whatever the resistances
"""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.aging import losses
from packfmu.models.cell import ecm
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import Conductor
from tests.models.cells import aging
from tests.models.packs import started, step
from tests.scenarios.two_cells import TwoCells

from ..netlists import strings_in_parallel
from .coupled import linear, pack_of

SIDE_BY_SIDE = strings_in_parallel(2, 1, link=0.0)
EXAMPLE = TwoCells(
    ohmic=np.array([1e-3, 2e-3]),
    resistance=np.full((2, 3), 0.5e-3),
    capacitance=np.full((2, 3), 200.0 / 0.5e-3),
    capacity=np.full(2, 32.0 * 3600.0),
    slope=0.3,
)
"""1 and 2 mOhm, pairs of 1.5 mOhm and 200 s, 32 A.h, and 0.3 V between empty and full."""


def two_cells(cells, **start):
    """Return both cells of the example in parallel, of any slope."""
    kind = linear(cells.slope)
    own = {"capacity": cells.capacity, "ohmic_scale": cells.ohmic / 1e-3}
    return pack_of(SIDE_BY_SIDE, ecm.declare(2, kind).with_start(own | start))


def ratio(currents):
    return currents[..., 0] / currents[..., 1]


@pytest.mark.parametrize("current", [-80.0, 30.0])
def test_equal_voltages_divide_a_current_by_inverse_resistance(current):
    pack = started(network.declare(strings_in_parallel(4, 1, link=2e-4), 2).with_start({"contact_resistance": 1e-4}))
    resistance = np.array([1e-3, 2e-3, 3e-3, 5e-3])
    found = step(pack, emf=3.7, resistance=resistance, load_mode=1, pack_current=current)["current"]
    inverse = 1.0 / (resistance + 1e-4 + 2e-4)
    assert found == pytest.approx(current * inverse / inverse.sum(), rel=1e-13)


@pytest.mark.parametrize("slope", [0.0, 0.3, 3.0])
def test_at_once_by_ohmic_resistances(slope):
    assert ratio(two_cells(replace(EXAMPLE, slope=slope)).at_once(10.0)) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_in_between_as_the_exact_exponentials_have_it(slope):
    cells, times = replace(EXAMPLE, slope=slope), np.concatenate([[0.0], np.geomspace(1.0, 7200.0, 60)])
    charge, _ = cells.charges(times)
    exact = np.diff(charge, axis=0) / np.diff(times)[:, np.newaxis]
    assert two_cells(cells).extrapolated_means(1.0, times) == pytest.approx(exact, abs=2e-7)


def test_the_figures_of_the_trial():
    times = np.concatenate([np.arange(0.0, 500.0, 5.0), np.arange(500.0, 7200.0, 50.0), [7200.0, 7200.001]])
    sloped = ratio(two_cells(EXAMPLE).means(1.0, times))
    at_500 = np.interp(500.0, 0.5 * (times[1:] + times[:-1]), sloped)
    assert (round(at_500, 3), round(sloped[-1], 3)) == (1.207, 1.001)
    flat = ratio(two_cells(replace(EXAMPLE, slope=0.0)).means(1.0, times))
    assert flat[-1] == pytest.approx(1.4, abs=1e-9)  # exp(-36) is left


@pytest.mark.parametrize("ohmic", [(1e-3, 2e-3), (4e-3, 1e-3)])
def test_late_by_capacity_over_slope_whatever_the_resistances(ohmic):
    kinds = [linear(slope, r, tau=20.0, capacity=q * 3600.0)
             for slope, r, q in zip((0.3, 0.6), ohmic, (30.0, 20.0), strict=True)]  # fmt: skip
    pack = pack_of(SIDE_BY_SIDE, *(ecm.declare(1, kind) for kind in kinds))
    slowest = (sum(ohmic) + 3e-3) / (0.3 / 108e3 + 0.6 / 72e3)
    found = ratio(pack.means(1.0, np.linspace(0.0, 25.0 * slowest, 500)))
    assert found[-1] == pytest.approx((30.0 / 0.3) / (20.0 / 0.6), abs=1e-9)


RATES = np.array([1e-3, 3e-3])
"""beta over R0, a full cycle."""


def ageing_cells():
    """Return the growth of the resistances of two cells."""
    ageing = Instance(losses.declare(2, aging()).with_start({"resistance_rate": RATES, "capacity": 36000.0}))
    ageing.initialize()
    return ageing


def grow(ageing, cycles):
    """Let cells go through full cycles, each through a number of its own; return the growth."""
    ageing.u["charge_throughput"] += 2.0 * 36000.0 * np.asarray(cycles)
    assert ageing.advance(0.0, 7200.0) == DONE
    return ageing.y["resistance_growth"].copy()


@pytest.mark.parametrize("cycles", [0.0, 1e2, 1e4, 3e4])
def test_resistances_that_grow_by_beta_a_cycle_divide_by_inverse_beta_in_the_end(cycles):
    """``(R0 + beta_2 N) / (R0 + beta_1 N)`` with a flat voltage; ``2 / (1 + beta_1 N / R0)`` off the limit of 3."""
    growth = grow(ageing_cells(), [cycles, cycles])
    assert growth == pytest.approx(RATES * cycles, rel=1e-12)
    pack = pack_of(SIDE_BY_SIDE, ecm.declare(2, linear(0.0, tau=20.0), aging()).with_start({"capacity": 1e9}))
    pack.kinds[0].u["resistance_growth"] = growth
    found = ratio(pack.means(1.0, np.linspace(0.0, 40.0 * 20.0 * (1.0 + growth.max()), 200)))
    assert 3.0 - found[-1] == pytest.approx(2.0 / (1.0 + RATES[0] * cycles), rel=1e-6)


def test_where_each_grows_by_its_own_throughput_the_shares_tend_to_inverse_roots_of_beta():
    """``R_k dR_k`` goes by beta_k: ``(R_k^2 - R0^2) / beta_k`` is the same of all, and R_2 / R_1 tends to sqrt 3."""
    pack, ageing, growth = started(network.declare(SIDE_BY_SIDE, 2)), ageing_cells(), np.zeros(2)
    for cycles in np.geomspace(0.1, 200.0, 1500):
        shares = step(pack, emf=3.7, resistance=2e-3 * (1.0 + growth), load_mode=1, pack_current=1.0)["current"]
        growth = grow(ageing, 2.0 * cycles * shares)
    gone = ((1.0 + growth) ** 2 - 1.0) / RATES
    assert gone[1] == pytest.approx(gone[0], rel=5e-3)  # of jumps of half a percent
    assert shares[0] / shares[1] == pytest.approx(np.sqrt(3.0), rel=0.02)


def links_of(inductance, resistance):
    """Return two cells in parallel behind links."""
    links = [Conductor(f"link {s}", f"{s}.1", "high", r, i)
             for s, (i, r) in enumerate(zip(inductance, resistance, strict=True))]  # fmt: skip
    return replace(strings_in_parallel(2, 1), conductors=tuple(links))


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_in_the_first_microseconds_by_inverse_inductance_whatever_the_resistances(scale):
    inductance, resistance = np.array([1e-6, 3e-6]), scale * np.array([1e-3, 2e-3])
    pack = Instance(network.declare(links_of(inductance, resistance), 2).with_start({"contact_resistance": 0.0}))
    pack.u["resistance"], pack.p["transient_tolerance"] = scale * np.array([2e-3, 1e-3]), 1e-7
    pack.u["load_mode"], pack.u["pack_current"] = 1, 100.0
    pack.initialize()
    rate = scale * 6e-3 / inductance.sum()
    assert pack.advance(0.0, 1e-8) == DONE
    assert pack.y["conductor_current"] == pytest.approx([75.0, 25.0], abs=100.0 * 2e-8 * rate)
    half = np.log(2.0) / rate  # of the way from there to 50 A: where L/R has passed, resistances decide
    assert pack.advance(1e-8, half - 1e-8) == DONE
    assert pack.y["conductor_current"] == pytest.approx([62.5, 37.5], abs=1e-4)
