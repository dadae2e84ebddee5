"""Groups that differ from their kind: what a Bms is told of a group holds in filter, ports and limits alike."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.bms import filter_states, group_port, kalman, kalman_correction, state_of_power

from ..cells import DIFFERENCES, invented_cell, own_kind
from .filters import group
from .limits import UNBOUND, blocks, limits_of, warm

KIND = invented_cell()
GROUPS = 3


def noise():
    """Return the noise that follows from the kind's capacity, as of the shared kind."""
    _, p = group(KIND)
    names = ("initial_current_sigma", "polarisation_error")
    return {name: p[name] for name in names}


@pytest.mark.parametrize("k", range(GROUPS))
def test_the_filter_of_a_group_is_that_of_a_kind_of_its_own(k):
    """A pair's factor is in its scale or in its table: to rounding, over fifty steps of a filter that is stable."""
    x, p = group(KIND, GROUPS, **DIFFERENCES)
    own, alone = group(own_kind(KIND, k), **noise())
    for n in range(50):
        voltage = 3.7 + 0.02 * np.sin(n)
        for (states, parameters), g in (((x, p), k), ((own, alone), 0)):
            kalman.predict(states, parameters, g, 20.0 * np.cos(n), 7.0)
            kalman_correction.correct(states, parameters, g, voltage, 20.0 * np.cos(n))
    assert x.estimate[k] == pytest.approx(own.estimate[0], rel=1e-9, abs=1e-12)
    assert x.covariance[k] == pytest.approx(own.covariance[0], rel=1e-6, abs=1e-15)


def test_hysteresis_is_held_within_the_bound_of_its_group():
    x, p = group(KIND, GROUPS, **DIFFERENCES)
    place = filter_states.hysteresis_place(p)
    for k in range(GROUPS):
        x.estimate[k, place] = 1.0
        filter_states.hold_states(x, k)
    expected = KIND.hysteresis_bound * DIFFERENCES["hysteresis_scale"]
    assert x.estimate[:, place] == pytest.approx(np.maximum(expected, 1e-6), rel=1e-15)  # the least bound of a filter


@pytest.mark.parametrize("current", [-60.0, 25.0])
def test_a_glance_at_a_group_is_a_close_look(current):
    """Where the time constants stay: tables of one value."""
    flat = {
        "polarisation_capacitance": np.array([np.full(21, 2e4), np.full(21, 1e5)]),
        "polarisation_resistance": np.array([np.full(21, 1e-3), np.full(21, 2e-3)]),
    }
    x, p = blocks(replace(KIND, **flat), GROUPS, **DIFFERENCES)
    x.estimate[:, :5] = 0.4, 0.01, -0.02, 0.004, 0.003
    warm(x, p, 290.0)
    group_port.prepare_first_horizon(x, p, 0, x.capacity.size, state_of_power.HORIZONS[0])
    for horizon, times in zip(state_of_power.HORIZONS, state_of_power.MULTIPLES, strict=True):
        group_port.prepare_horizon(x, p, times)
        for k in range(GROUPS):
            voltage, _ = group_port.quick_voltage(x, p, k, current, horizon)
            emf, resistance = group_port.port(x, p, k, current, 1.0, horizon)
            assert voltage == pytest.approx(emf + resistance * current, rel=1e-12)


@pytest.mark.parametrize("k", range(GROUPS))
def test_the_limits_of_a_group_are_those_of_a_kind_of_its_own(k):
    alone = limits_of(*blocks(own_kind(KIND, k), **UNBOUND))
    start = {name: values[k : k + 1] for name, values in DIFFERENCES.items()}
    found = limits_of(*blocks(KIND, **UNBOUND, **start))
    for one, other in zip(found, alone, strict=True):
        assert one == pytest.approx(other, rel=1e-4)  # the search ends within that, see `CLOSE`
