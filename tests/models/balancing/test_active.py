"""Active balancing: `laws`, ledger, what stops it, refused `parts` and links, predictions.

The laws are those of `models.balancing.laws`, the parts those of `models.balancing.converter.parts`.
"""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.model import DONE
from packfmu.models.balancing.active import declare
from packfmu.models.balancing.graph import PACK, Graph
from packfmu.models.balancing.options import Converter, ConverterLaw, Fidelity
from tests.models.balancing.balancers import (
    BUCK_BOOST,
    CAPACITOR,
    FLYBACK,
    GROUPS,
    KINDS,
    LINKS,
    TWO,
    VOLTS,
    WIDE,
    available,
    started,
    step,
)

PAIRWISE = ConverterLaw.PAIRWISE
SPREAD_OUT = np.random.default_rng(7).uniform(0.3, 0.7, GROUPS)


def only(*chosen):
    """Return which of LINKS are these."""
    return np.array([float(end in chosen) for end in LINKS])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fidelity", Fidelity)
def test_ledger_and_efficiency(kind, fidelity):
    """Energy put in and heat cancel exactly; the heat is what the converters do not yield, each group in one link."""
    instance = started(KINDS[kind], fidelity=fidelity, law=PAIRWISE, ideal_efficiency=0.9, group_soc=SPREAD_OUT,
                       group_voltage=3.5 + 0.4 * SPREAD_OUT)  # fmt: skip
    voltage = instance.u["group_voltage"].copy()
    for _ in range(2):
        current, through_pack = instance.y["balancing_current"].copy(), float(instance.y["balancing_pack_current"])
        efficiency, power = float(instance.y["efficiency"]), -voltage @ current - voltage.sum() * through_pack
        step(instance, 10.0)
        y = instance.y
        assert y["balancing_energy"] + y["heat"] == 0.0
        assert y["heat"] == pytest.approx(10.0 * power, rel=1e-12)
        assert y["heat"] == 10.0 * y["heat_rate"]
        assert y["heat"] == pytest.approx((1.0 - efficiency) * y["moved_energy"], rel=1e-6)
        assert y["moved_energy"] > 0.0
        assert y["balancing_charge"] == pytest.approx(10.0 * (current.sum() + GROUPS * through_pack), abs=1e-12)


def test_a_link_between_two_groups():
    """By hand: consensus, ideal."""
    start = {"fidelity": Fidelity.IDEAL, "ideal_efficiency": 0.8, "gain": 5.0, "available": only((0, 11))}
    instance = started(FLYBACK, group_soc=TWO, group_voltage=VOLTS, **start)
    current = instance.y["balancing_current"]
    assert current[0] == pytest.approx(-0.75, rel=1e-12)
    assert current[11] == pytest.approx(0.8 * 0.75 * VOLTS[0] / VOLTS[11], rel=1e-12)
    assert np.all(current[1:11] == 0.0)
    assert instance.y["link_current"][LINKS.index((0, 11))] == pytest.approx(0.75, rel=1e-12)
    assert (instance.y["efficiency"], instance.y["active_groups"]) == (pytest.approx(0.8, rel=1e-12), 2.0)


def test_a_link_to_the_pack_both_ways():
    """The wanted current is the group's; at the pack's end it is smaller by the voltages."""
    start = {"fidelity": Fidelity.IDEAL, "gain": 5.0, "ideal_efficiency": 0.8, "group_voltage": VOLTS}
    mean = TWO.mean()
    giving = started(FLYBACK, group_soc=TWO, available=only((0, PACK)), **start)
    assert giving.y["balancing_current"][0] == pytest.approx(-5.0 * (0.6 - mean), rel=1e-12)
    arrived = 0.8 * 5.0 * (0.6 - mean) * VOLTS[0] / VOLTS.sum()
    assert giving.y["balancing_pack_current"] == pytest.approx(arrived, rel=1e-12)
    taking = started(FLYBACK, group_soc=TWO, available=only((11, PACK)), **start)
    assert taking.y["balancing_current"][11] == pytest.approx(0.8 * 5.0 * (mean - 0.45), rel=1e-12)
    assert taking.y["balancing_pack_current"] == pytest.approx(
        -5.0 * (mean - 0.45) * VOLTS[11] / VOLTS.sum(), rel=1e-12
    )


def test_pairwise_takes_the_greatest_difference_first():
    soc = np.full(GROUPS, 0.5)
    soc[[0, 1, 2, 3]] = 0.7, 0.6, 0.35, 0.45
    instance = started(
        FLYBACK, law=PAIRWISE, fidelity=Fidelity.IDEAL, group_soc=soc, available=available(Graph.COMPLETE)
    )
    flows = {end: flow for end, flow in zip(LINKS, instance.y["link_current"], strict=True) if flow}
    assert flows[0, 2] == flows[1, 3] == 1.0  # rated
    assert len(flows) == 2
    assert instance.y["active_groups"] == 4.0


def test_pairwise_thresholds_with_hysteresis():
    start = {
        "law": PAIRWISE,
        "fidelity": Fidelity.IDEAL,
        "balanced_spread": 0.0,
        "available": only((0, 1)),
    }
    instance = started(FLYBACK, group_soc=0.5, **start)
    active = []
    for above in (0.0099, 0.0101, 0.0051, 0.0049, 0.0099):
        instance.u["group_soc"][0] = 0.5 + above
        assert instance.advance(0.0, 1.0) == DONE
        active.append(bool(instance.y["active_groups"] > 0.0))
    assert active == [False, True, True, False, False]


def test_a_link_whose_losses_would_unbalance_rests():
    """Two groups below the mean: what is lost on the way would lower the mean of them more than it evens them out."""
    soc = np.full(GROUPS, 0.6)
    soc[[0, 1, 2]] = 0.40, 0.39, 0.80
    start = {"fidelity": Fidelity.IDEAL, "available": only((0, 1), (2, 3)), "group_soc": soc}
    for efficiency, carries in ((0.9, False), (0.99, True)):
        flows = started(FLYBACK, ideal_efficiency=efficiency, **start).y["link_current"]
        assert (flows[LINKS.index((0, 1))] != 0.0) == carries
        assert flows[LINKS.index((2, 3))] > 0.0


@pytest.mark.parametrize(
    "stopped",
    [{"enable": 0.0}, {"soc_trusted": 0.0}, {"board_temperature": 400.0}, {"balanced_spread": 0.5}, {"available": 0.0},
     {"group_voltage": -1.0}, {"temperature": 340.0}],
)  # fmt: skip
def test_what_stops_everything(stopped):
    instance = started(FLYBACK, group_soc=SPREAD_OUT, **stopped)
    y = instance.y
    assert np.all(y["link_current"] == 0.0)
    assert y["active_groups"] == y["efficiency"] == y["balancing_pack_current"] == 0.0


def test_the_board_derates():
    """Half way between 340 K and 360 K half of the rated current is left."""
    start = {"derating_temperature": 340.0, "maximum_temperature": 360.0, "board_temperature": 350.0}
    instance = started(FLYBACK, group_soc=TWO, available=only((0, 11)), gain=1e3, **start)
    assert instance.y["balancing_current"][0] == pytest.approx(-0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "start", "message"),
    [
        (FLYBACK, {"start_threshold": 0.001}, r"stop_threshold = 0\.005 must not exceed start_threshold = 0\.001"),
        (FLYBACK, {"clamp_voltage": 20.0}, r"clamp_voltage = 20 V must exceed .* maximum_voltage = 4\.2 V"),
        (FLYBACK, {"maximum_temperature": 300.0}, "maximum_temperature = 300 K must exceed"),
        (CAPACITOR, {"series_resistance": 0.0, "switch_resistance": 0.0}, "resistances of a converter are all 0"),
        (BUCK_BOOST, {"winding_resistance": 0.0, "switch_resistance": 0.0, "diode_resistance": 0.0},
         "resistances of a converter are all 0"),
    ],
)  # fmt: skip
def test_contradicting_parameters_are_refused_and_named(model, start, message):
    instance = started(model, group_soc=SPREAD_OUT, **start)
    before = instance.memory.copy()
    status = instance.advance(0.0, 1.0)
    assert status != DONE
    assert np.all(instance.memory == before)
    with pytest.raises(ValueError, match=message):
        raise ValueError(instance.refusal(status))


@pytest.mark.parametrize(
    ("converter", "links", "message"),
    [
        (Converter.FLYBACK, [(0, 3)], r"link \(0, 3\) must join two different groups of 0 to 2"),
        (Converter.FLYBACK, [(1, 1)], r"link \(1, 1\) must join two different groups"),
        (Converter.FLYBACK, [(0, 1), (1, 0)], "no link twice"),
        (Converter.FLYBACK, [], "at least one link"),
        (Converter.BUCK_BOOST, [(0, 2)], r"link \(0, 2\): a buck_boost joins neighbouring groups only"),
        (Converter.SWITCHED_CAPACITOR, [(0, PACK)], "a switched_capacitor joins neighbouring groups only"),
    ],
)
def test_links_that_cannot_be_are_refused(converter, links, message):
    with pytest.raises(InputError, match=message):
        declare(3, 1, converter, links)


def test_a_single_group_has_nobody_to_exchange_with():
    with pytest.raises(InputError, match="at least 2 groups, not 1"):
        declare(1, 1, Converter.FLYBACK, [(0, PACK)])


def test_prediction_of_a_constant_current():
    """Two groups out of twelve, lossless and pairwise: their difference falls on a straight line to the spread."""
    soc = np.full(GROUPS, 0.5)
    soc[[0, 1]] = 0.55, 0.45
    start = {
        "law": PAIRWISE,
        "fidelity": Fidelity.IDEAL,
        "available": only((0, 1)),
        "group_capacity": 2e5,
    } | WIDE
    instance = started(FLYBACK, group_soc=soc, balanced_spread=0.02, **start)
    predicted = float(instance.y["predicted_time"])
    assert predicted == pytest.approx(2e5 * (0.1 - 0.02) / 2.0, rel=1e-9)
    while instance.y["balanced"] < 0.5:
        step(instance, 10.0)
    assert instance.y["balancing_time"] == pytest.approx(predicted, abs=10.0 * (1.0 + 1e-9))
    assert instance.y["predicted_time"] == 0.0
