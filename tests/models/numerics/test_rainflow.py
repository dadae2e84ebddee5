"""Rainflow counting: the standard's example, two batch counts written for the purpose, conservation, a full stack."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.models.numerics.rainflow import FULL, HALF, LEAST_CAPACITY, NONE, half, points, push, start_count, weight
from tests.models.numerics.counts import CAPACITY, CELLS, astm, memory, reversals

ASTM = [-2.0, 1.0, -3.0, 5.0, -1.0, 3.0, -4.0, 4.0, -2.0]
LEVELS = st.lists(st.integers(0, 64).map(lambda n: n / 64), min_size=1, max_size=60)
"""Multiples of 1/64: ranges and their sums are exact in floating point."""


class Count:
    """A count of one cell, with the way itself and the integral of the value over it as weights."""

    def __init__(self, start, capacity=CAPACITY):
        self.x, self.cycles, self.at = memory(capacity), [], start
        start_count(self.x, 0, start)

    def push(self, value):
        way = abs(value - self.at)
        self.x["left"] = way, way * 0.5 * (value + self.at)
        self.at, kind = value, FULL
        while kind != NONE:
            kind, depth, mean = push(self.x, 0, value)
            if kind != NONE:
                self.cycles.append((0.5 * kind, depth, mean, *self.x["closed"].tolist()))

    def residue(self):
        legs = range(1, points(self.x, 0))
        return [(0.5, *half(self.x, 0, leg), weight(self.x, 0, leg, 0), weight(self.x, 0, leg, 1)) for leg in legs]

    def all(self):
        return self.cycles + self.residue()


def counted(values, capacity=CAPACITY):
    count = Count(values[0], capacity)
    for value in values[1:]:
        count.push(value)
    return count


def spectrum(cycles):
    """Number of cycles by depth and mean."""
    numbers = Counter()
    for number, depth, mean, *_ in cycles:
        if depth > 0.0:  # a count that has not moved yet has one leg of no length
            numbers[depth, mean] += number
    return numbers


def four_points(values):
    """Search all of the reversals for a cycle inside its neighbours, take it out, search again: no stack, no order."""
    points, cycles = reversals(values), []
    while True:
        for i in range(len(points) - 3):
            a, b, c, d = points[i : i + 4]
            if abs(b - c) <= abs(a - b) and abs(b - c) <= abs(c - d):
                cycles.append((1.0, abs(b - c), 0.5 * (b + c)))
                points = reversals(points[: i + 1] + points[i + 3 :])
                break
        else:
            return cycles + [(0.5, abs(b - a), 0.5 * (a + b)) for a, b in pairwise(points)]


def test_example_of_the_standard():
    count = counted(ASTM)
    depths = Counter()
    for number, depth, *_ in count.all():
        depths[depth] += number
    assert depths == {3.0: 0.5, 4.0: 1.5, 6.0: 0.5, 8.0: 1.0, 9.0: 0.5}
    # figure 6 of the standard, letters A to I: E-F is the full cycle, the rest are halves
    assert [cycle[:3] for cycle in count.cycles] == [
        (0.5, 3.0, -0.5), (0.5, 4.0, -1.0), (1.0, 4.0, 1.0), (0.5, 8.0, 1.0),
    ]  # fmt: skip
    assert [cycle[:3] for cycle in count.residue()] == [(0.5, 9.0, 0.5), (0.5, 8.0, 0.0), (0.5, 6.0, 1.0)]


@pytest.mark.parametrize("batch", [four_points, astm])
@given(values=LEVELS)
def test_same_cycles_as_two_batch_counts(batch, values):
    assert spectrum(counted(values).all()) == spectrum(batch(values))


@pytest.mark.parametrize("capacity", [CAPACITY, LEAST_CAPACITY])
@given(values=LEVELS)
def test_way_and_weights_are_conserved(capacity, values):
    count = counted(values, capacity)
    way = sum(abs(b - a) for a, b in pairwise(values))
    integral = sum(abs(b - a) * 0.5 * (a + b) for a, b in pairwise(values))
    assert sum(2.0 * number * depth for number, depth, *_ in count.all()) == way
    # at most 60 samples, each split a few times, weights of at most 1: sums of some hundred roundings of 2**-53
    assert sum(cycle[3] for cycle in count.all()) == pytest.approx(way, abs=1e-12)
    assert sum(cycle[4] for cycle in count.all()) == pytest.approx(integral, abs=1e-12)


def walked(values):
    """The same way in steps of 1/64, none of which is split when a cycle closes."""
    steps = [values[0]]
    for a, b in pairwise(values):
        steps += np.linspace(a, b, round(64 * abs(b - a)) + 1)[1:].tolist()
    return steps


@given(values=LEVELS)
def test_weights_belong_to_the_cycle(values):
    """A cycle goes its depth there and back, and the integral of the value over that way is the way times the mean."""
    for number, depth, mean, way, integral in counted(walked(values)).all():
        assert way == pytest.approx(2.0 * number * depth, abs=1e-12)
        assert integral == pytest.approx(way * mean, abs=1e-12)


@given(values=LEVELS)
def test_points_between_change_nothing(values):
    count, finer = counted(values), counted(walked(values))
    assert [cycle[:3] for cycle in finer.cycles] == [cycle[:3] for cycle in count.cycles]
    assert [leg[:3] for leg in finer.residue()] == [leg[:3] for leg in count.residue()]
    # the way is spread evenly over a sample, so that its parts are right however long the samples are
    assert [cycle[3] for cycle in finer.all()] == pytest.approx([cycle[3] for cycle in count.all()], abs=1e-12)


@given(values=LEVELS)
def test_a_sum_over_counted_cycles_and_residue_changes_continuously(values):
    """Half a cycle of depth d counts d**2: no step of the sample by s changes the sum by more than 2 s."""
    count, before = Count(values[0]), 0.0
    for value in values[1:]:
        way = abs(value - count.at)
        count.push(value)
        after = sum(2.0 * number * depth**2 for number, depth, *_ in count.all())
        assert before <= after <= before + 2.0 * way + 1e-12
        before = after


@given(values=LEVELS, at=st.integers(0, 59))
def test_a_count_that_is_put_back_continues(values, at):
    at = min(at, len(values) - 1)
    count = counted(values[: at + 1])
    x, cycles, level = count.x.copy(), list(count.cycles), count.at
    for value in (0.9, 0.1, 0.8, -1.0):
        count.push(value)
    count.x, count.cycles, count.at = x, cycles, level
    for value in values[at + 1 :]:
        count.push(value)
    assert count.all() == counted(values).all()


def spiral(length):
    """Ever shorter legs, none of which closes."""
    return [0.5 + 0.5 * (-1.0) ** n * (1.0 - n / (length + 1)) for n in range(length)]


@pytest.mark.parametrize(("length", "halves"), [(CAPACITY, 0), (CAPACITY + 1, 1), (2 * CAPACITY, CAPACITY)])
def test_a_full_stack_counts_its_oldest_leg_as_half(length, halves):
    count = counted(spiral(length))
    assert points(count.x, 0) == min(length, CAPACITY)
    assert [cycle[0] for cycle in count.cycles] == [0.5] * halves
    assert spectrum(count.all()) == spectrum(four_points(spiral(length)))


def test_a_sample_may_close_every_cycle_at_once():
    count = counted(spiral(20))
    count.push(-1.0)
    assert len(count.cycles) == 9
    count.push(2.0)
    assert [cycle[0] for cycle in count.cycles] == [1.0] * 9 + [0.5]
    assert spectrum(count.all()) == spectrum(four_points([*spiral(20), -1.0, 2.0]))


def pushed(x, k, value, *left):
    x["left"] = left
    return push(x, k, value)


def test_weights_before_any_movement_join_the_first_leg():
    x = memory()
    start_count(x, 0, 0.5)
    assert pushed(x, 0, 0.5, 1.0, 2.0) == (NONE, 0.0, 0.0)
    assert pushed(x, 0, 0.25, 4.0, 8.0) == (NONE, 0.0, 0.0)
    assert (points(x, 0), weight(x, 0, 1, 0), weight(x, 0, 1, 1)) == (2, 5.0, 10.0)


def test_a_split_sample_gives_each_cycle_its_share():
    """A sample from 0 to 1 passes 0.5, where a half ends, and leaves half of its weights to the rest."""
    x = memory()
    start_count(x, 0, 0.5)
    pushed(x, 0, 0.0, 3.0, 5.0)
    assert pushed(x, 0, 1.0, 8.0, 2.0) == (HALF, 0.5, 0.25)
    assert (x["closed"].tolist(), x["left"].tolist()) == ([3.0, 5.0], [4.0, 1.0])
    assert push(x, 0, 1.0) == (NONE, 0.0, 0.0)
    assert (points(x, 0), weight(x, 0, 1, 0), x["left"][0]) == (2, 8.0, 0.0)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_cycle_is_counted_as_soon_as_it_is_closed(sign):
    count = counted([0.0, sign, 0.25 * sign, 0.5 * sign])
    assert count.cycles == []
    count.push(0.25 * sign)
    assert [cycle[:3] for cycle in count.cycles] == [(1.0, 0.25, 0.375 * sign)]
    assert points(count.x, 0) == 3


def test_a_count_that_starts_again_keeps_nothing():
    count = counted(spiral(20))
    start_count(count.x, 0, 0.5)
    count.at, count.cycles = 0.5, []
    for value in (1.0, 0.0):
        count.push(value)
    assert count.all() == counted([0.5, 1.0, 0.0]).all()


def test_cells_do_not_disturb_each_other():
    x = memory()
    for k in range(CELLS):
        start_count(x, k, 0.5)
    pushed(x, 1, 0.0, 1.0, 1.0)
    before = x.copy()
    pushed(x, 0, 0.75, 2.0, 2.0)
    pushed(x, 2, 0.25, 3.0, 3.0)
    for field in ("turning_points", "turns", "legs"):
        assert x[field][1].tolist() == before[field][1].tolist()


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31))
def test_long_random_walks_agree_with_the_batch_count(seed):
    values = np.clip(np.cumsum(np.random.default_rng(seed).integers(-3, 4, 400)) / 64 + 0.5, 0.0, 1.0).tolist()
    assert spectrum(counted(values).all()) == spectrum(astm(values))
