"""Limits of active balancing under any faults and states: bounds of every group, hardware, the Lyapunov function."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.balancing.graph import PACK
from packfmu.models.balancing.links import fall
from packfmu.models.balancing.options import ConverterLaw, Fidelity
from tests.models.balancing.balancers import (
    BUCK_BOOST,
    FLYBACK,
    GROUPS,
    KINDS,
    LINKS,
    TWO,
    VOLTS,
    started,
    step,
    through,
)

ROUNDING = 1e-12
FLOATS = {
    "group_soc": st.floats(0.0, 1.0),
    "group_voltage": st.floats(2.0, 4.5),
    "group_capacity": st.floats(1e4, 1e6),
    "temperature": st.sampled_from([300.0, 320.0, 340.0]),
}
STATES = st.fixed_dictionaries(
    {name: st.lists(each, min_size=GROUPS, max_size=GROUPS) for name, each in FLOATS.items()}
)
FAULTS = st.lists(st.integers(0, 9).map(lambda k: float(k > 0)), min_size=GROUPS - 1, max_size=len(LINKS))
RUNS = st.fixed_dictionaries(
    {
        "law": st.sampled_from(ConverterLaw),
        "fidelity": st.sampled_from(Fidelity),
        "gain": st.floats(1.0, 500.0),
        "rated_current": st.floats(0.1, 5.0),
        "ideal_efficiency": st.floats(0.3, 1.0),
        "maximum_charge_current": st.floats(0.0, 60.0),
        "maximum_discharge_current": st.floats(0.0, 60.0),
        "group_resistance": st.floats(1e-4, 1e-1),
        "pack_current": st.floats(-80.0, 80.0),
        "board_temperature": st.sampled_from([300.0, 350.0]),
        "enable": st.sampled_from([1.0, 1.0, 1.0, 0.0]),
        "maximum_voltage": st.floats(3.5, 4.2),
        "minimum_voltage": st.floats(2.5, 3.4),
    }
)


def assert_within_bounds(instance, before):
    """Check the currents that are now in force against limits worked out here, `before` having been in force."""
    p, u, y = instance.p, instance.u, instance.y
    current, volts = through(instance), u["measured_voltage"]
    slack = ROUNDING * (1.0 + np.abs(y["link_current"]).max() * len(LINKS))
    ahead = volts + p["group_resistance"] * (current - before)
    assert np.all(current[volts >= p["maximum_voltage"]] <= slack)
    assert np.all(current[volts <= p["minimum_voltage"]] >= -slack)
    assert np.all((ahead <= p["maximum_voltage"] + slack) | (current <= slack))
    assert np.all((ahead >= p["minimum_voltage"] - slack) | (current >= -slack))
    assert np.all(np.abs(current[u["temperature"] >= p["maximum_cell_temperature"]]) <= slack)
    assert np.all(u["pack_current"] + current <= max(p["maximum_charge_current"], u["pack_current"]) + slack)
    assert np.all(u["pack_current"] + current >= min(-p["maximum_discharge_current"], u["pack_current"]) - slack)


def assert_hardware(instance, links):
    """Check that no link carries what its hardware, the board or a fault forbid, and pairs are pairs."""
    p, u, y = instance.p, instance.u, instance.y
    part = np.clip((358.15 - u["board_temperature"]) / 15.0, 0.0, 1.0)
    most = p["rated_current"] * part * (1.0 + 1e-6) * (u["enable"] > 0.0)  # duties are found to 1e-9
    ends = np.zeros(GROUPS)
    for (first, second), flow, works in zip(links, y["link_current"], p["available"], strict=True):
        at_group = u["group_voltage"].sum() / u["group_voltage"][first] if second == PACK and flow < 0.0 else 1.0
        assert abs(flow) * at_group <= most * works
        ends[[end for end in (first, second) if end != PACK]] += flow != 0.0
    assert p["law"] == ConverterLaw.CONSENSUS or np.all(ends <= 1)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(run=RUNS, states=st.lists(STATES, min_size=1, max_size=3), faults=FAULTS)
def test_limits_always_hold(kind, run, states, faults):
    """In every step, whatever the limits, faults and states."""
    model = KINDS[kind]
    count = model.variable("available").count
    ends = LINKS if kind == "flyback" else [(g, g + 1) for g in range(GROUPS - 1)]
    run = run | {"available": np.resize(faults, count)} | ({"clamp_voltage": 1e3} if kind == "flyback" else {})
    instance = started(model, **run)
    for state in states:
        before = through(instance)
        for name, values in state.items():
            instance.u[name] = values
        instance.u["measured_voltage"] = np.round(instance.u["group_voltage"], 2)
        assert instance.advance(0.0, 1.0) == DONE
        assert np.all(np.isfinite(instance.memory))
        assert_within_bounds(instance, before)
        assert_hardware(instance, ends)
        assert instance.y["balancing_energy"] + instance.y["heat"] == 0.0


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(run=RUNS, state=STATES, faults=FAULTS, portion=st.floats(0.01, 1.0))
def test_lyapunov_function_never_grows(kind, run, state, faults, portion):
    """Under limits and losses, at any step up to the fastest time constant, to the rounding of its sums."""
    model = KINDS[kind]
    run = run | {"available": np.resize(faults, model.variable("available").count), "enable": 1.0}
    instance = started(model, **run | state | ({"clamp_voltage": 1e3} if kind == "flyback" else {}))
    for _ in range(4):
        h = portion * min(instance.y["timescale_fastest"], 1e6)
        before = float(instance.y["lyapunov_function"])
        step(instance, h)
        assert instance.y["lyapunov_decrease"] >= -1e-9 * before - 1e-12 * instance.u["group_capacity"].sum()


def test_a_limit_holds_although_the_converter_yields_more_than_before():
    """From 8 A down to what 50 mA into the second group leave: less current, of which a greater part arrives."""
    chosen = np.eye(GROUPS - 1)[0]
    instance = started(BUCK_BOOST, available=chosen, rated_current=8.0, gain=80.0, group_soc=TWO, group_voltage=VOLTS)
    former = float(instance.y["efficiency"])
    assert instance.advance(0.0, 1.0) == DONE
    instance.u["pack_current"] = instance.p["maximum_charge_current"] - 0.05
    assert instance.advance(0.0, 1.0) == DONE
    assert instance.y["efficiency"] > former + 0.05
    assert instance.y["balancing_current"][1] == pytest.approx(0.05, rel=1e-12)


def test_a_step_does_not_undo_what_losses_leave_little_of():
    """Two groups below the mean, between which just more arrives than keeps the Lyapunov function from growing.

    0.01 apart, 0.19 and 0.20 below the mean: nothing is gained below an efficiency of 0.95, and just above it a step of
    the whole time constant at the law's current would lose more by the change of the SOC than it gains.
    """
    soc = np.full(GROUPS, (0.6 * GROUPS - 0.81) / (GROUPS - 2))
    soc[[0, 1]] = 0.41, 0.40
    chosen = np.array([float(end == (0, 1)) for end in LINKS])
    start = {"group_soc": soc, "available": chosen, "fidelity": Fidelity.IDEAL, "ideal_efficiency": 0.951}
    instance = started(FLYBACK, **start)
    current = float(instance.y["link_current"].sum())
    assert 0.0 < current < 0.1 * instance.p["gain"] * 0.01
    step(instance, float(instance.y["timescale_fastest"]))
    assert instance.y["lyapunov_decrease"] > 0.0


@pytest.mark.parametrize("law", ConverterLaw)
def test_steps_longer_than_the_time_constants_undo_nothing_either(law):
    """The length of the first one is not known before; from then on the Lyapunov function falls in every step."""
    chosen = np.array([float(second == first + 1) for first, second in LINKS])
    start = {"available": chosen, "fidelity": Fidelity.IDEAL, "law": law, "rated_current": 20.0, "gain": 500.0}
    instance = started(FLYBACK, group_soc=TWO, balanced_spread=0.0, clamp_voltage=1e3, **start)
    h = 20.0 * float(instance.y["timescale_fastest"])
    step(instance, h)
    first = float(instance.y["lyapunov_function"])
    for _ in range(20):
        step(instance, h)
        assert instance.y["lyapunov_decrease"] >= 0.0
    assert instance.y["lyapunov_function"] < 0.5 * first


def test_fall_counts_what_goes_through_the_pack():
    """Of unequal capacities the distances from the mean do not add up to 0."""
    chosen = np.array([float(end == (0, PACK)) for end in LINKS])
    capacity = np.linspace(1e5, 3e5, GROUPS)
    instance = started(FLYBACK, group_soc=TWO, group_voltage=VOLTS, group_capacity=capacity, available=chosen)
    apart = TWO - capacity @ TWO / capacity.sum()
    assert instance.y["balancing_pack_current"] * apart.sum() > 1e-3
    assert fall(instance.x, instance.u, instance.y) == pytest.approx(-through(instance) @ apart, rel=1e-12)
