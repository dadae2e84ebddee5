"""The rooms of detection, one by one: against closed forms, and the filter of a short against full matrices."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.bms.detection import comparison, faults, insulation, management, open_cell, short
from packfmu.models.numerics.covariance import element
from packfmu.models.strings import Strings

from ...cells import plain_cell

GROUPS, PARALLEL = 3, 4
KIND = plain_cell()


@pytest.fixture(scope="module")
def instance():
    """Return a Bms at rest; nothing of it is compiled but the rooms that a test calls."""
    made = Instance(management.declare(GROUPS, PARALLEL, KIND, Strings((0, GROUPS))))
    made.initialize()
    return made


def test_a_group_stands_beside_the_mean_of_the_others(instance):
    x, p = instance.x, instance.p
    x["reading_voltage"] = [3.7, 3.6, 3.8]
    x["held"] = -1.0
    assert comparison.compare(x, p, 0, 0, GROUPS)
    assert x["apart"] == pytest.approx([0.0, -0.15, 0.15], abs=1e-12)
    assert comparison.noise(p, GROUPS) == pytest.approx(1.5 * (5e-4**2 + 1e-4**2 / 12.0), rel=1e-12)
    x["reading_voltage"][1] = np.nan
    assert not comparison.compare(x, p, 0, 0, GROUPS)


@pytest.mark.parametrize("ratio_error", [0.05, 0.2, 1.0])
def test_evidence_grows_by_the_ratio_of_likelihoods(instance, ratio_error):
    """Steps that are greater by exactly d = 1/3: each gives d^2 / (2 s2), at most a third of what is needed."""
    x, p, c = instance.x, instance.p, instance.c
    more, variance = 1.0 / (PARALLEL - 1.0), 1e-4
    p["ratio_error"], p["ratio_drift"], needed = ratio_error, 0.0, float(p["open_cell_evidence"])
    x["ratio"], x["ratio_variance"], x["evidence"], x["opened"] = 1.0, 0.0, 0.0, 0.0
    gained = min(more * more / (2.0 * (variance + ratio_error**2)), needed / 3.0)
    for n in range(1, int(np.ceil(needed / gained)) + 1):
        open_cell.judge(x, p, c, 1, 1.0 + more, variance)
        assert x["evidence"][1] == pytest.approx(n * gained, rel=1e-9)
        assert x["opened"][1] == (n * gained >= needed * (1.0 - 1e-12))
    assert list(x["opened"]) == [0.0, 1.0, 0.0]
    open_cell.judge(x, p, c, 2, 0.9, variance)
    assert x["evidence"][2] == 0.0


def matrices(x):
    """Return the covariance of the filter of a short."""
    return np.array(
        [[element(x.off_covariance[0], 4, min(i, j), max(i, j)) for j in range(4)] for i in range(4)]
    )  # fmt: skip


def plain_step(x, p, spread, states, current, size, h):
    """Return covariance and states of the groups after h [s] under a current, by full matrices."""
    capacity, settled, grid = (
        PARALLEL * KIND.capacity,
        short.resistance(x, p, 0, 0.5),
        np.linspace(0.0, 1.0, KIND.nodes),
    )
    step = np.eye(4)
    step[0, 1], step[0, 2] = h / capacity * current, -h / capacity
    noise = [1e-6 * h / 86400.0 + 4e-6 * abs(current) * h / capacity, 1e-4 * h / 86400.0,
             p["short_drift"] ** 2 * h / 3600.0, (0.05 * settled) ** 2 * h / 3600.0]  # fmt: skip
    spread, states = step @ spread @ step.T + np.diag(noise), states @ step.T

    def level(soc):
        return np.interp(soc, grid, KIND.open_circuit_voltage)

    slope = np.array([(level(0.55) - level(0.45)) / 0.1, 0.0, 0.0, current])
    own = comparison.noise(p, GROUPS) + (p["pair_error"] * settled * max(abs(current), size)) ** 2
    total = slope @ spread @ slope + own
    gain = spread @ slope / total
    innovation = x["apart"] - (level(0.5 + states[:, 0]) - level(0.5) + states[:, 3] * current)
    innovation = np.clip(innovation, -5.0 * np.sqrt(total), 5.0 * np.sqrt(total))
    return spread - np.outer(gain, gain) * total, states + np.outer(innovation, gain)


def test_the_filter_of_a_short_is_that_of_full_matrices(instance):
    """Twenty steps of currents and voltages: covariance and states as by the equations, in numpy."""
    x, p, y = instance.x, instance.p, instance.y
    instance.initialize()
    random, h, usual = np.random.default_rng(0), 5.0, 0.0
    x["estimate"][:, 0], x["held"] = 0.5, -1.0
    short.initialize(x, p, y, 0, 0, GROUPS)
    spread, states = matrices(x), np.zeros((GROUPS, 4))
    for _ in range(20):
        current, x["reading_voltage"] = 40.0 * random.standard_normal(), 3.7 + 0.01 * random.standard_normal(GROUPS)
        x["mean_current"] = x["last_present"] = current
        comparison.compare(x, p, 0, 0, GROUPS)
        short.follow_charge(x, p, 0, 0, GROUPS, h)
        usual -= np.expm1(-h / 600.0) * (abs(current) - usual)
        spread, states = plain_step(x, p, spread, states, current, usual, h)
    scale = np.sqrt(np.diag(spread))
    assert matrices(x) / np.outer(scale, scale) == pytest.approx(spread / np.outer(scale, scale), abs=1e-9)
    assert x["off"] == pytest.approx(states, rel=1e-9, abs=1e-12)


def test_faults_leave_the_least_share(instance):
    x, p, c = instance.x, instance.p, instance.c
    p["fault_share"], x["opened"], x["shorted"], x["insulation_failed"] = 0.9, 0.0, 0.0, 0.0
    assert faults.share_left(x, p, c) == 1.0
    x["opened"][0] = 1.0
    assert faults.share_left(x, p, c) == 0.75
    x["insulation_failed"] = 1.0
    assert faults.share_left(x, p, c) == 0.75
    p["fault_share"] = 0.2
    assert faults.share_left(x, p, c) == 0.2


def test_insulation_that_recovers_between_two_measurements_does_not_count(instance):
    x, p, u, y, c = (getattr(instance, name) for name in "xpuyc")
    insulation.initialize(x, y)
    p["insulation_error"] = 0.0
    for resistance in (4e3, 4e5, 4e3):
        u["insulation_resistance"] = resistance
        insulation.measure(x, p, u, y, c, 400.0)
        assert y["measured_insulation"] == pytest.approx(resistance / 400.0, rel=1e-12)
    assert (x["insulation_warned"], x["insulation_failed"], x["failed_count"]) == (0.0, 0.0, 1.0)
    insulation.measure(x, p, u, y, c, 400.0)
    assert (x["insulation_warned"], x["insulation_failed"]) == (1.0, 1.0)
