"""Equal cells on two busbars: the closed form of their currents, with tabs at one end and at both.

N cells of resistance R, segments of r between neighbours on either busbar, a current I; A_k flows past rung k in the
positive busbar, and ``c_k = A_(k-1) - A_k`` into cell k. Around the mesh between rungs k and k + 1::

    R (c_k - c_(k+1)) = r A_k + r (what flows back past rung k in the negative busbar)

Tabs at one end: the same flows back, ``A_0 = I`` and ``A_N = 0``. With ``cosh theta = 1 + r / R``::

    A_(k-1) - 2 cosh(theta) A_k + A_(k+1) = 0,   A_k = I sinh((N - k) theta) / sinh(N theta)
    c_k = 2 I sinh(theta / 2) cosh((N - k + 1/2) theta) / sinh(N theta)

One tab at each end: ``I - A_k`` flows on in the negative busbar, so that ``B_k = A_k - I / 2`` obeys the same equation
between ``B_0 = I / 2`` and ``B_N = -I / 2``::

    B_k = I / 2 sinh((N / 2 - k) theta) / sinh(N theta / 2)
    c_k = I sinh(theta / 2) cosh(((N + 1) / 2 - k) theta) / sinh(N theta / 2)

Both tabs at both ends: half of I enters the positive busbar at either end, and what flows past a rung flows back in the
negative one. ``A_0 = I / 2``, ``A_N = -I / 2`` and the equation are those of B: the currents are the same.
"""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.network import network as ladders
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import Conductor
from tests.models.packs import started, step

from ..netlists import ladder

CURRENT = 120.0
RESISTANCE = 2e-3
SIZES = [2, 3, 24]


def one_end(cells, ratio):
    """Return the currents with both tabs at the first cell, for r / R."""
    theta, k = np.arccosh(1.0 + ratio), np.arange(1, cells + 1)
    return 2.0 * CURRENT * np.sinh(0.5 * theta) * np.cosh((cells - k + 0.5) * theta) / np.sinh(cells * theta)


def both_ends(cells, ratio):
    """Return the currents with a tab at each end, for r / R."""
    theta, k = np.arccosh(1.0 + ratio), np.arange(1, cells + 1)
    return CURRENT * np.sinh(0.5 * theta) * np.cosh((0.5 * (cells + 1) - k) * theta) / np.sinh(0.5 * cells * theta)


def opposite(netlist, cells):
    return replace(netlist, negative=f"-0.{cells - 1}")


def joined(netlist, cells):
    """Join both ends of each busbar, as a cable to either does."""
    cables = tuple(Conductor(f"{pole} cable", f"{pole}0.0", f"{pole}0.{cells - 1}", 0.0) for pole in "+-")
    return replace(netlist, conductors=netlist.conductors + cables)


@pytest.mark.parametrize("cells", SIZES)
@pytest.mark.parametrize("ratio", [1e-3, 0.05, 2.0])
@pytest.mark.parametrize(
    ("tabs", "expected"),
    [(lambda netlist, _: netlist, one_end), (opposite, both_ends), (joined, both_ends)],
    ids=["one end", "a tab at each end", "both at both"],
)
def test_currents_of_equal_cells_are_hyperbolic(tabs, expected, ratio, cells):
    netlist = tabs(ladder(1, cells, segment=ratio * RESISTANCE), cells)
    pack = started(network.declare(netlist, 2).with_start({"contact_resistance": 0.5e-3}))
    found = step(pack, emf=3.7, resistance=RESISTANCE - 0.5e-3, load_mode=1, pack_current=CURRENT)["current"]
    assert found == pytest.approx(expected(cells, ratio), rel=1e-11, abs=1e-11 * CURRENT)


@pytest.mark.parametrize(("at_both", "expected"), [(False, one_end), (True, both_ends)])
def test_so_they_are_of_the_ladder(at_both, expected):
    start = {"contact_resistance": 0.0, "segment_resistance": 0.05 * RESISTANCE}
    pack = started(ladders.declare(1, 24, at_both, 2).with_start(start))
    found = step(pack, emf=3.7, resistance=RESISTANCE, load_mode=1, pack_current=CURRENT)["current"]
    assert found == pytest.approx(expected(24, 0.05), rel=1e-11)


@pytest.mark.parametrize("cells", SIZES)
def test_near_cells_carry_more(cells):
    assert (np.diff(one_end(cells, 0.05)) < 0.0).all()
    far = both_ends(cells, 0.05)
    assert far == pytest.approx(far[::-1], rel=1e-14)
    assert (np.diff(far[: (cells + 1) // 2]) < 0.0).all()
    assert far.max() - far.min() < 0.5 * np.ptp(one_end(cells, 0.05))


@pytest.mark.parametrize("cells", [4, 16, 64])
def test_with_thin_busbars_the_spread_is_of_second_order_in_the_length(cells):
    """Of both tabs at one end ``c_1 / c_N - 1`` tends to N (N - 1) r / R; with one at each end it is a quarter."""
    ratio = 1e-9
    near, far = one_end(cells, ratio), both_ends(cells, ratio)
    assert near[0] / near[-1] - 1.0 == pytest.approx(cells * (cells - 1) * ratio, rel=1e-4)
    middle = far[cells // 2]
    assert far[0] / middle - 1.0 == pytest.approx(0.25 * cells * (cells - 2) * ratio, rel=1e-4)
