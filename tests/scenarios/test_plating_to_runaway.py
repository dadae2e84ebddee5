"""Document 004 in one run: fast charges in the cold plate lithium, a dendrite shorts the cell, the short sets it off.

::

      pack_current        current[1..2]
           |      +-------------+ ------> +------+ -- plating_lost_charge[1..2] --> +-------+   electrical, 10 s
           +----> | PackNetwork | <------ | Cell | <-- capacity_loss[1..2] -------- | Aging |   thermal, 10 s
                  +-------------+  emf    +------+                                  +-------+   aging, 10 min
            short_heat_rate |  ^ internal_short | ^ bounded_temperature                 |
            conductor_ and  v  |                v |                                     |
            contact_heat_  +---------+ <--------+ |  dendrite_short[1..2]               |
            rate           | Thermal | -----------+ <-----------------------------------+
                           +---------+

Two cells of 2.6 A.h in parallel, at 253 K and alone in air. The first draws the lower loss. As soon as aging tells of a
short the load rests. The figures are those of the abuse that is set up here, and of no cell that was measured.
"""

from contextlib import ExitStack

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from tests.scenarios.abused_group import AbusedGroup, unbalanced

COLD, CURRENT, SEED, AGING_PERIOD = 253.15, 6.0, 3, 600.0
"""Of air and cells at first [K], 1.15C in both directions [A], of the draws, of aging [s]."""

WATCHED = {
    "PackNetwork": ("short_energy", "busbar_loss"), "Cell": ("soc", "plating_lost_charge"),
    "Thermal": ("temperature", "generated_heat", "reaction_heat", "advanced_heat", "internal_short", "runaway_margin"),
    "Aging": ("dendrite_short",),
}  # fmt: skip


class Abuse:
    """A run: charges and discharges between SOC 0.2 and 0.9 until a cell is shorted, then none."""

    def __init__(self, stack, period=10.0, aging_period=AGING_PERIOD, resistance=1.0, seed=SEED):
        self.group = AbusedGroup(period, aging_period, resistance)
        self.slaves, self.execution = self.group.start(stack, COLD, **{"Aging.noise_seed": seed})
        self.current, self.rows, self.unbalanced = CURRENT, [], 0.0

    def told(self, component, name):
        return self.slaves[component].outputs[name].copy()

    def load(self):
        """Return the current that this step asks for [A]."""
        soc = self.told("Cell", "soc")
        if soc.max() > 0.9 or soc.min() < 0.2:
            self.current = CURRENT if soc.min() < 0.2 else -CURRENT
        return 0.0 if self.told("Aging", "dendrite_short").any() else self.current

    def go(self, duration):
        """Run for a duration [s]."""
        for _ in range(round(duration / self.group.period)):
            self.slaves["PackNetwork"].inputs["pack_current"][:] = self.load()
            self.execution.tick(1)
            self.unbalanced = max(self.unbalanced, unbalanced(self.slaves["Thermal"]))
            self.rows.append({name: self.told(owner, name) for owner, names in WATCHED.items() for name in names})
        return self

    def course(self, name):
        return np.array([row[name] for row in self.rows])

    def save(self):
        return {name: slave.save() for name, slave in self.slaves.items()}, self.execution.save()

    def restore(self, saved):
        for name, slave in self.slaves.items():
            slave.restore(saved[0][name])
        self.execution.restore(saved[1])


@pytest.fixture(scope="module")
def hard():
    """A short of 1 Ohm."""
    with ExitStack() as stack:
        yield Abuse(stack).go(7200.0)


@pytest.fixture(scope="module")
def soft():
    """One of 30 Ohm."""
    with ExitStack() as stack:
        yield Abuse(stack, resistance=30.0).go(7200.0)


def test_plating_short_vent_and_runaway_follow_one_another_in_one_cell(hard):
    short, vented, onset = (hard.told(*name) for name in (("Aging", "dendrite_short_time"), ("Thermal", "venting_time"),
                                                          ("Thermal", "onset_time")))  # fmt: skip
    plating = 10.0 * (1 + np.argmax(hard.course("plating_lost_charge")[:, 0] > 0.0))
    assert plating < short[0] < AGING_PERIOD < vented[0] < onset[0] < 1800.0
    assert (short[1], vented[1], onset[1]) == (LARGE, LARGE, LARGE)
    temperature = hard.course("temperature")
    assert temperature[:60].max() < 280.0  # charging warms it by 20 K at most
    assert temperature[:, 0].max() > 600.0
    assert temperature[:, 1].max() < 340.0


def test_the_short_heats_the_cell_by_what_the_network_tells(hard):
    """Between short and vent: some 14 W, from both cells, beside reactions that are still small."""
    begun, vented = 61, 150
    short = hard.course("short_energy")[begun:vented, 0] / 10.0
    assert short.min() > 13.5
    assert short.max() < 15.5
    assert (hard.course("reaction_heat")[begun:vented, 0] / 10.0 < 0.2 * short).all()
    other = hard.course("generated_heat")[begun:vented, 0] / 10.0 - short
    assert (other > 0.0).all()  # heat in cells and conductors
    assert (other < 0.1 * short).all()
    soc = hard.course("soc")
    assert soc[begun, 1] - soc[vented, 1] > 0.1  # the neighbour gives its charge to the short


def test_energy_is_closed_through_short_vent_and_runaway(hard):
    assert hard.unbalanced < 1e-9
    advanced = hard.course("advanced_heat")[:, 0]
    assert advanced.max() > 0.0
    assert advanced.sum() == pytest.approx(0.0, abs=1e-9 * advanced.max())


def test_a_soft_short_drains_the_pair_and_sets_nothing_off(hard, soft):
    """It appears at the same time; half a watt warms the cell by less than twenty kelvins."""
    assert soft.told("Aging", "dendrite_short_time")[0] == hard.told("Aging", "dendrite_short_time")[0]
    assert (soft.told("Thermal", "onset_time") == LARGE).all()
    temperature, soc = soft.course("temperature"), soft.course("soc")
    assert (temperature[-1] < 290.0).all()
    assert temperature[-1, 0] > temperature[-1, 1]
    assert soc[61].min() - soc[-1].min() > 0.01
    assert soft.unbalanced < 1e-9


def test_where_no_dendrite_comes_through_nothing_happens():
    """With other draws both cells have lost as much and go on."""
    with ExitStack() as stack:
        sound = Abuse(stack, seed=1).go(1800.0)
        assert not sound.told("Aging", "dendrite_short").any()
        assert sound.told("Aging", "short_risk").min() > 0.1
        assert sound.course("temperature").max() < 280.0


def test_the_short_is_located_within_a_step_of_aging():
    """Steps of aging of 10 min and of 10 s: the loss passes that of the cell within the first of the former."""
    told = []
    for period in (AGING_PERIOD, 10.0):
        with ExitStack() as stack:
            told.append(Abuse(stack, aging_period=period).go(AGING_PERIOD).told("Aging", "dendrite_short_time")[0])
    assert 0.0 < told[1] < told[0] < AGING_PERIOD  # in the cold at first it plates faster than in the mean


@pytest.mark.parametrize("begin", [500.0, 1000.0, 1560.0, 1680.0])
def test_a_state_that_is_put_back_goes_on_to_the_same_bits(begin):
    """Before the short, between short and vent, at the vent, and in the runaway."""
    with ExitStack() as stack:
        run = Abuse(stack).go(begin)
        saved, told = run.save(), []
        for _ in range(2):
            run.restore(saved)
            run.go(300.0)
            told.append(run.save()[0])
        assert told[0] == told[1]


def test_the_time_from_short_to_runaway_does_not_depend_on_the_step():
    """Steps of 5 and 10 s against 1 s; of all the short is told after 10 min."""
    told = []
    for period in (1.0, 5.0, 10.0):
        with ExitStack() as stack:
            run = Abuse(stack, period=period).go(2400.0)
            told.append(run.told("Thermal", "onset_time")[0] - AGING_PERIOD)
    assert told[1:] == pytest.approx([told[0]] * 2, rel=0.02)
