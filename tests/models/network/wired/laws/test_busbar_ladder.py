"""Equal cells on two busbars against the closed form of their currents, which `hyperbolic` has."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.network import network as ladders
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import Conductor
from tests.models.packs import started, step

from ..netlists import ladder
from .hyperbolic import both_ends, one_end

CURRENT = 120.0
RESISTANCE = 2e-3
SIZES = [2, 3, 24]


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
    assert found == pytest.approx(expected(cells, ratio, CURRENT), rel=1e-11, abs=1e-11 * CURRENT)


@pytest.mark.parametrize(("at_both", "expected"), [(False, one_end), (True, both_ends)])
def test_so_they_are_of_the_ladder(at_both, expected):
    start = {"contact_resistance": 0.0, "segment_resistance": 0.05 * RESISTANCE}
    pack = started(ladders.declare(1, 24, at_both, 2).with_start(start))
    found = step(pack, emf=3.7, resistance=RESISTANCE, load_mode=1, pack_current=CURRENT)["current"]
    assert found == pytest.approx(expected(24, 0.05, CURRENT), rel=1e-11)


@pytest.mark.parametrize("cells", SIZES)
def test_near_cells_carry_more(cells):
    assert (np.diff(one_end(cells, 0.05, CURRENT)) < 0.0).all()
    far = both_ends(cells, 0.05, CURRENT)
    assert far == pytest.approx(far[::-1], rel=1e-14)
    assert (np.diff(far[: (cells + 1) // 2]) < 0.0).all()
    assert far.max() - far.min() < 0.5 * np.ptp(one_end(cells, 0.05, CURRENT))


@pytest.mark.parametrize("cells", [4, 16, 64])
def test_with_thin_busbars_the_spread_is_of_second_order_in_the_length(cells):
    """Of both tabs at one end ``c_1 / c_N - 1`` tends to N (N - 1) r / R; with one at each end it is a quarter."""
    ratio = 1e-9
    near, far = one_end(cells, ratio, CURRENT), both_ends(cells, ratio, CURRENT)
    assert near[0] / near[-1] - 1.0 == pytest.approx(cells * (cells - 1) * ratio, rel=1e-4)
    middle = far[cells // 2]
    assert far[0] / middle - 1.0 == pytest.approx(0.25 * cells * (cells - 2) * ratio, rel=1e-4)
