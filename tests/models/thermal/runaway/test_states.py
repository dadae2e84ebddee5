"""Rollback and saved states in the middle of a runaway, and faults at any step: to the bit, finite, never stuck."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.bounds import LARGE
from packfmu.core.model import DONE
from packfmu.models.thermal.runaway.integration import UNRESOLVED
from packfmu.models.thermal.runaway.network import HOTTEST
from tests.models.thermal.runaway.shorted import ledger, started, tell

CELLS = 3


def driven(pack, steps, soc=None):
    """Step over the edge: 10 s each, the first cell heated; return the outputs of every step, and the SOC."""
    soc, told = np.ones(CELLS) if soc is None else soc, []
    for n in steps:
        rate = tell(pack, soc)
        pack.u["heat_rate"] = [80.0 if n < 20 else 0.0, 0.0, 0.0]
        assert pack.advance(10.0 * n, 10.0) == DONE
        soc = np.maximum(soc + rate * 10.0, 0.0)
        told.append(pack.memory.copy())
    return told, soc


def test_a_saved_state_goes_on_to_the_bit():
    """Before onset, within the short and its advance, after the vent: other steps in between leave no trace."""
    whole, _ = driven(started(CELLS, between=0.1), range(60))
    for cut in (5, 9, 10, 12, 25):
        first = started(CELLS, between=0.1)
        _, soc = driven(first, range(cut))
        saved = first.memory.copy()
        for step in (0.3, 7.0, 100.0):
            first.advance(0.0, step)
        first.memory[:] = saved
        told, _ = driven(first, range(cut, 60), soc)
        np.testing.assert_array_equal(told, whole[cut:])


def test_a_refused_step_is_told_and_may_be_taken_shorter():
    pack = started(CELLS)
    before = pack.memory.copy()
    pack.u["heat_rate"] = [1e9, 0.0, 0.0]
    before[:] = pack.memory
    status = pack.advance(0.0, 10.0)
    assert "above 3000 K" in pack.refusal(status)
    pack.memory[:] = before
    assert pack.advance(0.0, 1e-5) == DONE
    pack.x["remaining"] = np.nan
    assert pack.advance(0.0, 1.0) == UNRESOLVED
    assert "not resolved within 100000 sub-steps; step shorter" in pack.refusal(UNRESOLVED)


def check_finite(pack):
    for block in (pack.x, pack.y):
        for name in block.names:
            assert np.all(np.isfinite(block[name])), name
    assert np.all(abs(pack.y["runaway_margin"]) <= LARGE)
    assert np.all((pack.y["temperature"] >= 200.0) & (pack.y["temperature"] <= HOTTEST))


steps = st.tuples(
    st.sampled_from([1e-3, 1.0, 10.0, 60.0, 3600.0]),
    st.sampled_from([-20.0, 0.0, 5.0, 80.0, 2e3]),
    st.sampled_from([0.0, 50.0, 1e3, -10.0]),
    st.floats(-0.1, 1.1),
    st.sampled_from([0.0, 2.5, 4.2, 400.0]),
    st.sampled_from([0.0, 1e-6, 0.03]),
    st.sampled_from([210.0, 298.15, 450.0]),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(steps, min_size=1, max_size=8))
def test_faults_at_any_step(faults):
    """Whatever is told: a step is refused, and the last state goes on; or all values are finite and energy closes."""
    pack, t = started(CELLS, between=0.1), 0.0
    for h, heat, short, soc, emf, resistance, air in faults:
        kept = pack.memory.copy()
        pack.u["heat_rate"][0], pack.u["short_heat_rate"][1] = heat, short
        pack.u["soc"], pack.u["emf"], pack.u["resistance"], pack.u["ambient_temperature"] = soc, emf, resistance, air
        if pack.advance(t, h) != DONE:
            pack.memory[:] = kept
            continue
        t += h
        check_finite(pack)
        missing, turned = ledger(pack.y)
        assert abs(missing) <= 1e-9 * turned + 1e-9
    for name, value in (("heat_rate", 0.0), ("short_heat_rate", 0.0), ("ambient_temperature", 298.15)):
        pack.u[name] = value
    assert pack.advance(t, 1.0) == DONE


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1.0, 60.0]))
def test_a_restored_state_of_any_bits_ends_its_step(seed, h):
    """Finite numbers of any size within the bounds of the states: the step ends, and no index leaves its array."""
    generator = np.random.default_rng(seed)
    pack = started(CELLS)
    for variable in pack.model.states:
        least, greatest = max(variable.min, -1e30), min(variable.max, 1e30)
        size = 10.0 ** generator.uniform(-30.0, 30.0, variable.shape) * generator.choice([-1.0, 1.0], variable.shape)
        pack.x[variable.name] = np.clip(size, least, greatest)
    assert pack.advance(0.0, h) in {DONE, *pack.model.refusals}


@pytest.mark.campaign
@settings(max_examples=1000, deadline=None)
@given(st.lists(steps, min_size=1, max_size=40))
def test_many_faults_at_any_step(faults):
    test_faults_at_any_step.hypothesis.inner_test(faults)
