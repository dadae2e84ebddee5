"""Consensus, one of `laws`, without losses and limits: decay by eigenvalues, times to balance, time scales."""

import numpy as np
import pytest
from scipy.linalg import eigh

from packfmu.models.balancing.graph import Graph
from tests.models.balancing.balancers import (
    FLYBACK,
    GROUPS,
    LINKS,
    LOSSLESS,
    available,
    laplacian,
    started,
    step,
    through,
)

GAIN = 50.0
EQUAL = np.full(GROUPS, 2e5)
UNEQUAL = np.linspace(1.6e5, 2.4e5, GROUPS)


def consensus(chosen, capacity, soc, **start):
    law = LOSSLESS | {"gain": GAIN, "available": chosen, "group_capacity": capacity, "group_soc": soc}
    return started(FLYBACK, **law | start)


@pytest.mark.parametrize("capacity", [EQUAL, UNEQUAL], ids=["equal", "unequal"])
@pytest.mark.parametrize("graph", Graph)
def test_modes_decay_by_their_eigenvalues(graph, capacity):
    """One by one, within 2 %: a current held over a step of 0.02 time constants decays 1 % too fast."""
    rates, modes = eigh(GAIN * laplacian(available(graph)), np.diag(capacity))
    instance = consensus(available(graph), capacity, 0.5)
    for rate, mode in zip(rates[1:], modes.T[1:], strict=True):
        h = min(0.02 / rate, 0.5 / rates[-1])
        steps = round(1.0 / (rate * h))
        start = 0.1 * mode / np.abs(mode).max()
        instance.u["group_soc"] = 0.5 + start
        instance.initialize()
        for _ in range(steps):
            soc = step(instance, h)
        left = (soc - 0.5) @ (capacity * start) / (start @ (capacity * start))
        assert -np.log(left) / (steps * h) == pytest.approx(rate, rel=0.02)
        assert soc - 0.5 == pytest.approx(left * start, abs=1e-6)  # rounding grows into no other mode


def test_currents_are_the_laplacian_of_the_soc():
    """For any set of links, to the pack too, equal capacities: what goes into the groups is -gain L z."""
    generator = np.random.default_rng(5)
    for _ in range(5):
        chosen = generator.integers(0, 2, len(LINKS)).astype(float)
        soc = generator.uniform(0.2, 0.8, GROUPS)
        instance = consensus(chosen, EQUAL, soc)
        assert through(instance) == pytest.approx(-GAIN * laplacian(chosen) @ soc, abs=1e-12)
        assert instance.y["algebraic_connectivity"] == pytest.approx(np.linalg.eigvalsh(laplacian(chosen))[1], abs=1e-9)


def time_to_balance(graph, soc):
    """Return how long the spread takes to fall to 0.01 [s], and how long it was predicted to."""
    instance = consensus(available(graph), EQUAL, soc, balanced_spread=0.01)
    predicted, h = instance.y["predicted_time"], 0.5 * instance.y["timescale_fastest"]
    while instance.y["balanced"] < 0.5:
        step(instance, h)
    return float(instance.y["balancing_time"]), float(predicted)


def test_times_to_balance_are_in_the_order_of_connectivity():
    """From a pack whose SOC falls from one end to the other, such as one that has been warm at one end."""
    soc = np.linspace(0.4, 0.6, GROUPS)
    times = [time_to_balance(graph, soc) for graph in (Graph.COMPLETE, Graph.STAR, Graph.RING, Graph.PATH)]
    assert [time for time, _ in times] == sorted(time for time, _ in times)
    for time, predicted in times:  # by the slowest mode, which has only a part of the spread at the start
        assert 0.4 * predicted < time < 1.1 * predicted


def test_time_constants_bound_those_of_the_modes():
    for graph in Graph:
        rates = eigh(GAIN * laplacian(available(graph)), np.diag(UNEQUAL), eigvals_only=True)
        instance = consensus(available(graph), UNEQUAL, 0.5)
        assert instance.y["timescale_fastest"] <= 1.0 / rates[-1]
        assert instance.y["timescale_slowest"] >= 1.0 / rates[1]
        assert instance.y["timescale_slowest"] <= 1.5 / rates[1]  # the greatest capacity over the mean
