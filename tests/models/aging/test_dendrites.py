"""Shorts by dendrites: their law over many cells, where they appear, steps of any length, what was before the start."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, kstest, spearmanr

from packfmu.core.bounds import LARGE
from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.fmus import aging as aging_fmu
from packfmu.models.aging import dendrites, losses, plating
from packfmu.models.aging.dendrites import Dendrite
from packfmu.models.aging.film import deviate
from packfmu.models.aging.material import MaterialLoss
from tests.interpreted import InterpretedInstance
from tests.models.aging.agings import DAY, FILM, SANYO

CELLS = 4000
HOUR = 3600.0
CAPACITY = FILM.laws.tested_capacity
SCALE, SHAPE = FILM.plating.short_scale, FILM.plating.short_shape
TOLD = "dendrite_short", "dendrite_short_time"


def started(kind=FILM, cells=CELLS, **start):
    instance = Instance(losses.declare(cells, kind, shorts=True).with_start({"film_noise": 0.0, **start}))
    instance.initialize()
    return instance


@pytest.fixture(scope="module")
def many():
    """Cells as they are drawn."""
    return started(noise_seed=7)


def lose(instance, current, steps, begin=0.0):
    """Plate at a current that is lost for good [A] over steps [s]; return the end [s]."""
    for h in steps:
        instance.u["plating_lost_charge"] += current * h
        assert instance.advance(begin, h) == DONE
        begin += h
    return begin


def test_the_drawn_losses_follow_the_risk(many):
    """(q/q_0)**m at the short is exponential, and log G normal; neither tells of the other, nor of the film's noise."""
    hazard = (many.x["dendrite_loss"] / (CAPACITY * SCALE)) ** SHAPE
    deviates = -np.log(many.x["dendrite_conductance"] * many.p["dendrite_resistance"]) / many.p["dendrite_spread"]
    film = [deviate(7.0, k, 0.0, DAY) for k in range(CELLS)]
    assert kstest(hazard, "expon").pvalue > 1e-3
    assert kstest(deviates, "norm").pvalue > 1e-3
    for first, second in ((hazard, deviates), (hazard, film), (deviates, film), (hazard[1:], hazard[:-1])):
        assert spearmanr(first, second).pvalue > 1e-3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_share_of_cells_with_a_short_is_the_risk_at_every_loss(seed):
    """Within bounds that one of ten thousand populations leaves."""
    cells, end = started(noise_seed=seed), 0.0
    for _ in range(12):
        end = lose(cells, 1.2e-3, [DAY * 10.0], end)
        risk = float(cells.y["short_risk"][0])
        low, high = binom.ppf([5e-5, 1.0 - 5e-5], CELLS, risk)
        assert low <= cells.y["dendrite_shorts"] <= high
        assert cells.y["dendrite_shorts"] == np.count_nonzero(cells.y["dendrite_short"])
    assert risk > 0.8


def test_most_shorts_are_soft(many):
    """Of the law that is assumed: 7 % below 1 Ohm, 68 % between 3 and 300 Ohm, within a percentage point and a half."""
    resistance = 1.0 / many.x["dendrite_conductance"]
    assert np.mean(resistance < 1.0) == pytest.approx(0.070, abs=0.015)
    assert np.mean((resistance > 3.0) & (resistance < 300.0)) == pytest.approx(0.68, abs=0.025)
    assert np.mean(resistance < 10.0) == pytest.approx(0.32, abs=0.025)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 2**31 - 1),
    st.lists(st.sampled_from([1.0, 60.0, HOUR, DAY, 7.0 * DAY, 100.0 * DAY]), min_size=1, max_size=30),
)
def test_a_short_appears_where_the_loss_passes_that_of_the_cell_whatever_the_steps(seed, steps):
    """The same in one jump; the time is that at which a constant current has come there."""
    cells, jump, current = started(cells=50, noise_seed=seed), started(cells=50, noise_seed=seed), 2e-3
    end = lose(cells, current, steps)
    lose(jump, current, [end])
    there = cells.x["dendrite_loss"] < current * end
    assert np.array_equal(cells.y["dendrite_short"] > 0.0, there)
    assert np.array_equal(cells.y["dendrite_short"], jump.y["dendrite_short"])
    expected = cells.x["dendrite_loss"][there] / current
    for each in (cells, jump):
        assert each.y["dendrite_short_time"][there] == pytest.approx(expected, rel=1e-11, abs=1e-9 * end)
        assert (each.y["dendrite_short_time"][~there] == LARGE).all()


def test_steps_of_seconds_hours_and_a_jump_tell_the_same_time():
    """Six hours that bring the median cell to its short: by 21 600 steps, by six, and by one."""
    loss = CAPACITY * SCALE * math.log(2.0) ** (1.0 / SHAPE)
    told = []
    for h, steps in ((1.0, 21600), (HOUR, 6), (6.0 * HOUR, 1)):
        cells = started(cells=200, noise_seed=5)
        lose(cells, loss / (6.0 * HOUR), [h] * steps)
        told.append([cells.y[name].copy() for name in TOLD])
    for short, time in told[:2]:
        assert np.array_equal(short, told[2][0])
        np.testing.assert_allclose(time, told[2][1], rtol=1e-9)


def test_a_life_in_two_parts_is_that_without_a_break():
    whole, end = started(cells=300, noise_seed=9), 50.0 * DAY
    lose(whole, 1e-3, [end])
    second = started(cells=300, noise_seed=9, earlier_plating_lost_charge=1e-3 * end)
    assert np.array_equal(second.y["dendrite_short"], whole.y["dendrite_short"])
    assert 0 < second.y["dendrite_shorts"] == whole.y["dendrite_shorts"] < 300
    begun = second.y["dendrite_short"] > 0.0
    assert (second.y["dendrite_short_time"][begun] == 0.0).all()
    assert (second.y["dendrite_short_time"][~begun] == LARGE).all()
    lose(whole, 1e-3, [end], end)
    lose(second, 1e-3, [end])
    assert np.array_equal(second.y["dendrite_short"], whole.y["dendrite_short"])
    later = (whole.y["dendrite_short"] > 0.0) & ~begun
    assert later.any()
    np.testing.assert_allclose(second.y["dendrite_short_time"][later] + end, whole.y["dendrite_short_time"][later])


def test_a_state_that_is_put_back_goes_on_to_the_same_bits():
    cells = started(cells=100, noise_seed=1)
    end = lose(cells, 1e-3, [30.0 * DAY])
    kept, told = cells.memory.copy(), []
    for _ in range(2):
        cells.memory[:] = kept
        lose(cells, 2e-3, [DAY] * 40, end)
        told.append(cells.memory.copy())
    assert np.array_equal(*told)
    assert cells.y["dendrite_shorts"] > 0.0


@pytest.mark.parametrize("kind", [FILM, replace(FILM, material=MaterialLoss(negative_rate=1e-4))], ids=["film", "both"])
def test_what_else_is_told_keeps_its_bits(kind):
    noisy = {"film_noise": 0.3, "noise_seed": 4}
    alone = InterpretedInstance(losses.declare(3, kind).with_start(noisy))
    cells = InterpretedInstance(losses.declare(3, kind, shorts=True).with_start(noisy))
    for instance in (alone, cells):
        instance.initialize()
        instance.u["reaction_time"] += DAY
        instance.u["diffusion_time"] += DAY
        instance.u["charge_throughput"] += 1e5
        lose(instance, 1e-2, [DAY])
    for variable in alone.model.outputs:
        assert np.array_equal(alone.y[variable.name], cells.y[variable.name]), variable.name
    assert not set(TOLD) & {v.name for v in alone.model.outputs}


def test_a_spread_of_nothing_gives_all_shorts_the_median():
    kind = replace(FILM, dendrite=Dendrite(resistance=12.5, spread=0.0))
    cells = started(kind, cells=20)
    lose(cells, 1.0, [DAY])
    assert (cells.y["dendrite_short"] == 0.08).all()


@pytest.mark.parametrize("shape", [1e-3, 1e3])
def test_extreme_shapes_of_the_risk_leave_finite_numbers(shape):
    cells = started(cells=200, short_shape=shape)
    lose(cells, 1.0, [DAY, 100.0 * DAY])
    assert np.isfinite(cells.memory).all()


def test_a_cell_draws_by_its_number_and_the_seed_alone():
    few, more = started(cells=3, noise_seed=2), started(cells=30, noise_seed=2)
    for name in ("dendrite_loss", "dendrite_conductance"):
        assert np.array_equal(few.x[name], more.x[name][:3])
        assert len(set(more.x[name])) == 30
    assert not np.isin(started(cells=30, noise_seed=3).x["dendrite_loss"], more.x["dendrite_loss"]).any()


def test_shorts_are_asked_for_of_cells_that_plate():
    names = {v.name for v in aging_fmu.define(2, "graphite_film_aging", dendrites=True).model.outputs}
    assert names >= {*TOLD, "dendrite_shorts"}
    with pytest.raises(InputError, match="dendrites: no lithium plates in cells that age as"):
        losses.declare(2, SANYO, shorts=True)


def test_the_risk_at_the_drawn_loss_is_the_drawn_probability():
    exponential = dendrites.exponential(dendrites.source_of(3.0, 8))
    lost = SCALE * exponential ** (1.0 / SHAPE)
    assert plating.short_risk(lost, 1.0, SCALE, SHAPE) == pytest.approx(1.0 - math.exp(-exponential), rel=1e-12)
