"""Converters in the balancer, from ideal to every period: against solver, closed forms, each other."""

import math

import numpy as np
import pytest

from benchmarks.switching_reference import capacitive_period, inductive_period, settled
from packfmu.core.model import DONE
from packfmu.models.balancing.converter.capacitor import Shuttle
from packfmu.models.balancing.converter.control import reversed_leg
from packfmu.models.balancing.converter.inductor import Leg, buck_boost, valley
from packfmu.models.balancing.converter.operating_point import OperatingPoint
from packfmu.models.balancing.converter.temperature import warm_leg, warm_shuttle
from packfmu.models.balancing.graph import PACK
from packfmu.models.balancing.options import Fidelity
from tests.models.balancing.balancers import BUCK_BOOST, CAPACITOR, FLYBACK, GROUPS, LINKS, TWO, VOLTS, started

BOARD = 310.0
PERIOD = 1e-5


def leg_between():
    p = BUCK_BOOST
    values = [float(p.variable(name).start) for name in
              ("inductance", "winding_resistance", "switch_resistance", "diode_resistance", "diode_drop")]  # fmt: skip
    return warm_leg(buck_boost(*values), BOARD)


def transformer():
    names = ("inductance", "leakage", "turns_ratio", "first_winding", "second_winding", "first_switch", "second_switch",
             "diode_drop", "clamp_voltage")  # fmt: skip
    return warm_leg(Leg(*(float(FLYBACK.variable(name).start) for name in names)), BOARD)


CASES = {
    "buck-boost, discontinuous": (BUCK_BOOST, (0, 1), 8.0, False),
    "buck-boost, continuous": (BUCK_BOOST, (0, 1), 24.0, True),
    "cell to pack, discontinuous": (FLYBACK, (0, PACK), 8.0, False),
    "cell to pack, continuous": (FLYBACK, (0, PACK), 32.0, True),
    "pack to cell, discontinuous": (FLYBACK, (11, PACK), 8.0, False),
    "pack to cell, continuous": (FLYBACK, (11, PACK), 80.0, True),
}


def single(model, end, gain, **start):
    """Return a balancer of which one link works, and that link's number and direction."""
    ends = LINKS if model is FLYBACK else tuple((g, g + 1) for g in range(GROUPS - 1))
    chosen = np.array([float(each == end) for each in ends])
    inputs = {"group_soc": TWO, "group_voltage": VOLTS, "board_temperature": BOARD, "available": chosen, "gain": gain}
    instance = started(model, rated_current=10.0, **inputs | start)
    return instance, ends.index(end)


@pytest.mark.parametrize("case", CASES)
def test_averaged_against_every_period(case):
    """Against the adaptive solver to 1e-6, and against the balancer's own periods once they have settled."""
    model, end, gain, continuous = CASES[case]
    averaged, m = single(model, end, gain)
    switching, _ = single(model, end, gain, fidelity=Fidelity.SWITCHING)
    cellwards = averaged.y["link_current"][m] < 0.0
    leg = leg_between() if model is BUCK_BOOST else transformer()
    leg = reversed_leg(leg) if cellwards else leg
    volts = (VOLTS[end[0]], VOLTS.sum() if end[1] == PACK else VOLTS[end[1]])
    at = OperatingPoint(*(volts[::-1] if cellwards else volts), averaged.x["duty"][m], PERIOD)
    assert (valley(leg, at) > 0.0) == continuous
    taken, arrived, *heat = settled(inductive_period, leg, at, valley(leg, at))
    for _ in range(3):
        averaged.advance(0.0, 1.0)
        switching.advance(0.0, 1.0)
    for instance in (averaged, switching):
        assert abs(instance.y["link_current"][m]) == pytest.approx(taken / PERIOD, rel=1e-6)
        assert instance.x["arriving"][m] == pytest.approx(arrived / PERIOD, rel=1e-6)
        assert instance.x["power"] == pytest.approx(sum(heat) / PERIOD, rel=1e-6)
    for name in ("peak", "ripple", "efficiency", "switching_settling", "balancing_current"):
        assert switching.y[name] == pytest.approx(averaged.y[name], rel=1e-6)
    assert averaged.y["switching_settling"] > PERIOD if continuous else averaged.y["switching_settling"] == PERIOD


def test_every_period_counts_as_the_inductor_starts():
    """Continuous conduction, steps of 3 periods from rest: the current comes up from step to step."""
    model, end, gain, _ = CASES["buck-boost, continuous"]
    instance, m = single(model, end, gain, fidelity=Fidelity.SWITCHING)
    steady = float(instance.y["link_current"][m])
    rising = []
    for _ in range(60):
        instance.advance(0.0, 3.0 * PERIOD)
        rising.append(float(instance.y["link_current"][m]))
    assert rising[0] < 0.7 * steady
    assert rising == sorted(rising)
    assert rising[-1] == pytest.approx(steady, rel=1e-6)


@pytest.mark.parametrize("fidelity", [Fidelity.AVERAGED, Fidelity.SWITCHING])
def test_a_switched_capacitor_takes_what_the_voltages_drive(fidelity):
    """Its resistance is ``coth(1 / (4 f R C)) / (f C)``; beyond the brute force of its periods, to what they leave."""
    instance, m = single(CAPACITOR, (0, 1), 1000.0, fidelity=fidelity)
    for _ in range(2):
        instance.advance(0.0, 1.0)
    shuttle = warm_shuttle(Shuttle(220e-6, 0.010, 0.040), BOARD)
    resistance = shuttle.series_resistance + shuttle.switch_resistance
    law = 1.0 / (5e4 * 220e-6 * math.tanh(1.0 / (4.0 * 5e4 * resistance * 220e-6)))
    assert instance.y["link_current"][m] == pytest.approx((VOLTS[0] - VOLTS[1]) / law, rel=1e-9)
    at = OperatingPoint(VOLTS[0], VOLTS[1], 0.5, 2e-5)
    taken, _, *heat = settled(capacitive_period, shuttle, at, VOLTS[1])
    assert instance.y["link_current"][m] == pytest.approx(taken / 2e-5, rel=1e-6)
    assert instance.x["power"] == pytest.approx(sum(heat) / 2e-5, rel=1e-6)
    assert instance.y["efficiency"] == pytest.approx(VOLTS[1] / VOLTS[0], rel=1e-9)
    assert instance.y["switching_settling"] == pytest.approx(resistance * 220e-6, rel=1e-12)


def test_the_law_only_switches_a_capacitor():
    """It carries less where less is wanted, and nothing where the voltages drive the other way."""
    little, m = single(CAPACITOR, (0, 1), 0.1)
    assert little.y["link_current"][m] == pytest.approx(0.1 * (TWO[0] - TWO[1]), rel=1e-12)
    against = VOLTS.copy()
    against[0] = VOLTS[1] - 0.01
    for fidelity, carries in ((Fidelity.IDEAL, True), (Fidelity.AVERAGED, False), (Fidelity.SWITCHING, False)):
        instance, m = single(CAPACITOR, (0, 1), 0.1, group_voltage=against, fidelity=fidelity)
        assert (instance.y["link_current"][m] != 0.0) == carries


def test_refreshed_where_anything_has_moved():
    """A link's averages are computed anew beyond 1 % of its voltages, its current, or the board's temperature."""
    instance, m = single(BUCK_BOOST, (0, 1), 5.0)
    counts = [int(instance.y["refreshes"])]
    for giving, taking, soc, board in (
        (1.0, 1.0, 0.6, BOARD),
        (1.009, 1.0, 0.6, BOARD),
        (1.011, 1.0, 0.6, BOARD),
        (1.011, 0.991, 0.6, BOARD),
        (1.011, 0.989, 0.6, BOARD),
        (1.011, 0.989, 0.6009, BOARD),
        (1.011, 0.989, 0.602, BOARD),
        (1.011, 0.989, 0.602, 1.02 * BOARD),
    ):
        instance.u["group_voltage"][:2] = giving * VOLTS[0], taking * VOLTS[1]
        instance.u["group_soc"][0], instance.u["board_temperature"] = soc, board
        assert instance.advance(0.0, 1.0) == DONE
        counts.append(int(instance.y["refreshes"]))
        assert instance.y["link_current"][m] == pytest.approx(5.0 * (soc - 0.5), rel=1e-12)
    assert counts == [1, 1, 1, 2, 2, 3, 3, 4, 5]


def test_a_link_carries_what_its_converter_can():
    instance, m = single(BUCK_BOOST, (0, 1), 1e3, maximum_duty=0.3)
    on = 0.3 * PERIOD
    lossless = VOLTS[0] * on**2 / (2.0 * 4.7e-6 * PERIOD)
    assert 0.9 * lossless < instance.y["link_current"][m] < lossless


@pytest.mark.parametrize("fidelity", Fidelity)
def test_only_switching_converters_have_a_period(fidelity):
    instance = started(FLYBACK, fidelity=fidelity, group_soc=TWO)
    assert instance.y["switching_period"] == (0.0 if fidelity is Fidelity.IDEAL else 1e-5)
