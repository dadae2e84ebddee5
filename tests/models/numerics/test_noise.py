"""Counter-based noise: reference vectors, distribution, independence, paths that do not depend on who asks when."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from packfmu.core.kernel import kernel
from packfmu.models.numerics.noise import brownian, increment, normal, stream, uniform, word

SAMPLES = 20000
LIKELY = 4.0
"""Standard errors that a seeded mean may be off: once in 16000 seeds, and the seeds are fixed."""

SPLITMIX = {
    0: [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC],
    1234567: [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431],
}
"""First outputs, as other implementations of SplitMix64 publish them."""

TIMES = st.floats(0.0, 4000.0)


@kernel
def paths(times, values, levels):
    for cell in range(values.shape[0]):
        for n in range(times.shape[0]):
            values[cell, n] = brownian(stream(7, cell), times[n], levels)


def walked(times, cells=SAMPLES, levels=10):
    values = np.zeros((cells, len(times)))
    paths(np.array(times), values, levels)
    return values


@pytest.mark.parametrize("seed", SPLITMIX)
def test_published_outputs(seed):
    assert [word(seed, n) % 2**64 for n in range(4)] == SPLITMIX[seed]


def test_uniform_reaches_its_ends_but_not_zero():
    assert uniform(0) == 2.0**-53
    assert uniform(-1) == 1.0


def test_normal_is_normal():
    values = [normal(word(3, n)) for n in range(SAMPLES)]
    assert kstest(values, "norm").pvalue > 1e-3


@pytest.mark.parametrize("time", [0.3, 1.0, 2.5, 3650.25])
def test_variance_is_the_time(time):
    values = walked([time])[:, 0]
    assert abs(values.mean()) < LIKELY * math.sqrt(time / SAMPLES)
    assert abs(values.var() - time) < LIKELY * time * math.sqrt(2.0 / SAMPLES)


def test_increments_are_independent():
    """Within an octave and across it, beside each other and apart."""
    values = walked([0.25, 0.5, 1.0, 1.75, 2.0, 3.0, 5.0, 8.0, 8.5, 100.0])
    steps = np.diff(values, axis=1, prepend=0.0)
    correlation = np.corrcoef(steps.T) - np.eye(steps.shape[1])
    assert np.abs(correlation).max() < LIKELY / math.sqrt(SAMPLES)


def test_covariance_is_the_earlier_time():
    values = walked([0.7, 5.3])
    assert np.mean(values[:, 0] * values[:, 1]) == pytest.approx(0.7, abs=LIKELY * math.sqrt(0.7 * 5.3 * 2 / SAMPLES))


def test_cells_and_seeds_are_independent():
    ways = [np.diff([brownian(stream(seed, cell), float(n), 0) for n in range(2001)])
            for seed in (0, 1) for cell in (0, 1, 2)]  # fmt: skip
    correlation = np.corrcoef(ways) - np.eye(len(ways))
    assert np.abs(correlation).max() < LIKELY / math.sqrt(2000)
    assert len({stream(seed, cell) for seed in range(100) for cell in range(100)}) == 10000


@given(time=st.integers(0, 2**20), finer=st.integers(0, 20))
def test_refinement_leaves_the_lattice_as_it_is(time, finer):
    assert brownian(5, float(time), finer) == brownian(5, float(time), 0)


@given(node=st.integers(0, 2**16), levels=st.integers(0, 8), finer=st.integers(0, 8))
def test_refinement_leaves_every_coarser_node_as_it_is(node, levels, finer):
    time = node * 2.0**-levels
    assert brownian(5, time, levels + finer) == brownian(5, time, levels)


@given(node=st.integers(0, 2**16), share=st.floats(0.0, 1.0))
def test_straight_below_the_finest_level(node, share):
    a, b = brownian(5, node / 8, 3), brownian(5, (node + 1) / 8, 3)
    time = (node + share) / 8
    # the share is known to the last place of the time, 2**-39 of an interval, over which W changes by some units
    assert brownian(5, time, 3) == pytest.approx(a + (b - a) * share, abs=1e-10)


@given(start=TIMES, between=TIMES, end=TIMES)
def test_increments_add_up_however_the_time_is_cut(start, between, end):
    parts = increment(9, start, between, 6) + increment(9, between, end, 6)
    assert parts == pytest.approx(increment(9, start, end, 6), abs=1e-12)  # sums of numbers of some 100


def test_no_noise_before_the_start():
    assert brownian(5, 0.0, 4) == 0.0
