"""Fewer values that show the same."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.report.decimation import LEVELS, frames, packed_levels, peaks


def unpacked(packed):
    numbers = np.frombuffer(base64.b64decode(packed["data"]), "<u2")
    return packed["low"] + packed["step"] * numbers


@given(st.integers(0, 2**32 - 1), st.integers(1, 5000), st.integers(1, 50))
def test_peaks_survive_and_few_rows_are_left(seed, rows, bins):
    random = np.random.default_rng(seed)
    lines = [random.normal(size=rows), random.normal(size=rows)]
    kept = peaks(lines, bins)
    assert kept[0] == 0
    assert kept[-1] == rows - 1
    assert np.all(np.diff(kept) > 0)
    assert kept.size <= max(4 * bins + 2, 2)
    for line in lines:
        assert (line[kept].min(), line[kept].max()) == (line.min(), line.max())


def test_a_short_line_is_kept_whole():
    assert peaks([np.zeros(40)], bins=20).tolist() == list(range(40))


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 8), st.integers(1, 400))
def test_frames_hold_the_extremes_and_keep_to_the_budget(seed, rows, cells, most):
    values = np.random.default_rng(seed).normal(size=(rows, cells))
    kept = frames([values], most)
    assert kept[0] == 0
    assert kept[-1] == rows - 1
    assert (values[kept].min(), values[kept].max()) == (values.min(), values.max())
    assert kept.size * cells <= max(most, 4 * cells)


@given(st.integers(0, 2**32 - 1), st.integers(-30, 30))
def test_levels_are_off_by_half_a_step_at_most(seed, exponent):
    values = np.random.default_rng(seed).normal(size=(5, 7)) * 10.0**exponent
    packed = packed_levels(values)
    error = np.abs(unpacked(packed).reshape(5, 7) - values).max()
    assert error <= 0.5 * packed["step"] * (1.0 + 1e-9)  # rounding of the sum
    assert packed["step"] == pytest.approx(np.ptp(values) / LEVELS, rel=1e-15)


def test_levels_of_equal_values_and_of_values_that_are_not_finite():
    assert unpacked(packed_levels(np.full((2, 2), 3.5))).tolist() == [3.5] * 4
    assert unpacked(packed_levels(np.array([[np.nan, 1.0], [np.inf, 0.0]]))).tolist() == [0.0, 1.0, 1.0, 0.0]
    assert unpacked(packed_levels(np.full((1, 2), np.nan))).tolist() == [0.0, 0.0]
