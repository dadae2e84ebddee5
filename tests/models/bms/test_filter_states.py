"""The states of a filter, held to their bounds."""

import numpy as np
import pytest

from packfmu.models.bms.filter_states import hold_states
from packfmu.models.numerics import covariance

STATES = 5
FACTORS = STATES * (STATES + 1) // 2


@pytest.fixture
def record():
    """Two groups; their states lie beyond bounds, and their covariances are dense."""
    fields = [("estimate", "f8", (2, STATES)), ("covariance", "f8", (2, FACTORS)), ("least", "f8", (2, STATES)),
              ("greatest", "f8", (2, STATES))]  # fmt: skip
    random, made = np.random.default_rng(3), np.zeros(1, fields)[0]
    made["estimate"], made["covariance"] = random.normal(0.0, 5.0, (2, STATES)), random.normal(size=(2, FACTORS))
    for i in range(STATES):
        made["covariance"][:, covariance.at(i, i)] = 10.0 ** random.uniform(-2.0, 2.0, 2)
    made["greatest"] = random.uniform(0.5, 1.0, (2, STATES))
    made["least"] = -made["greatest"]
    return made


def test_no_state_stays_beyond_its_bound_and_the_covariance_stays(record):
    before = record.copy()
    hold_states(record, 1)
    assert (np.abs(record["estimate"][1]) <= record["greatest"][1]).all()
    assert np.array_equal(record["estimate"][0], before["estimate"][0])
    assert np.array_equal(record["covariance"], before["covariance"])


def test_the_others_move_with_a_state_that_is_brought_back(record):
    record["greatest"][:], record["least"][:] = 1e6, -1e6
    record["greatest"][0, 2] = record["estimate"][0, 2] - 0.5
    expected = record["estimate"][0].copy()
    covariance.project(expected, record["covariance"][0], 2, record["greatest"][0, 2])
    hold_states(record, 0)
    assert record["estimate"][0].tolist() == expected.tolist()
    assert not np.isclose(expected[0], record["estimate"][1, 0])


def test_states_within_their_bounds_keep_their_bits(record):
    record["greatest"][:], record["least"][:] = 1e6, -1e6
    before = record["estimate"].copy()
    hold_states(record, 0)
    assert np.array_equal(record["estimate"], before)
