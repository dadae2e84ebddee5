import numpy as np
import pytest
from scipy import stats

from packfmu.core.interpreted import interpreted
from packfmu.models.numerics import noise
from packfmu.studies.population.counter import chained, uniforms


def test_numbers_are_those_of_the_shared_generator():
    key = int(chained(7, [3], 5)[0])
    with np.errstate(over="ignore"):
        word = interpreted(noise.word)
        assert key == word(word(np.int64(7), np.int64(3)), np.int64(5))


def test_numbers_are_uniform_and_within_bounds():
    numbers = uniforms(chained(1, np.arange(20_000)))
    assert numbers.min() > 0.0
    assert numbers.max() < 1.0
    assert stats.kstest(numbers, "uniform").pvalue > 0.01


@pytest.mark.parametrize("bits", [-1, 0, 2**63 - 1, -(2**63)])
def test_no_number_is_0_or_1(bits):
    assert 0.0 < uniforms(np.array([bits]))[0] < 1.0


def test_a_number_depends_on_each_key_and_on_nothing_else():
    whole = uniforms(chained(1, np.arange(4)[:, None], np.arange(6)))
    assert (uniforms(chained(1, 2, np.array([5, 1]))) == whole[2, [5, 1]]).all()
    assert len(np.unique(whole)) == 24
    assert not (uniforms(chained(2, np.arange(4)[:, None], np.arange(6))) == whole).any()
