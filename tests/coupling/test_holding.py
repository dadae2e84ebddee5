"""What is held is watched: how far it moves from one step to the next, what that means, and where it is too far."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.experiment import ErrorControl, Experiment, OnViolation
from packfmu.cosim.master import run
from packfmu.coupling.holding import HeldChange, Holding
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.port import ports_of
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.coupling.transfers import take_change
from tests.coupling.held import seer, warm
from tests.coupling.toys import ELECTRICAL, THERMAL

SECOND = 10**9


def pair(constant=1e3):
    parts = (kernel_component("Seer", ELECTRICAL, seer()), kernel_component("Warm", THERMAL, warm(constant)))
    return System(parts, (connect("Warm.warmth", "Seer.warmth"),))


def outcome(thermal, duration, system=None, **more):
    system = system or pair()
    plan = make_plan(system, {ELECTRICAL: SECOND, THERMAL: thermal * SECOND})
    return run(system, plan, Experiment(duration * SECOND, **more))


def test_the_greatest_change_of_any_element_is_taken_and_kept():
    before, values = np.array([1.0, 2.0, 3.0]), np.array([1.5, -2.0, 3.1])
    assert take_change(before, values) == 4.0
    assert take_change(before, values) == 0.0


def test_the_summary_tells_change_step_and_what_it_means_for_the_voltage():
    """0.05 K/s over 10 s are 0.5 K; of 2 mV a kelvin 1 mV."""
    (held,) = outcome(10, 60).held
    assert (held.name, held.unit, held.tolerance, held.interval) == ("Warm.warmth", "K", 1.0, 10 * SECOND)
    assert held.change == pytest.approx(0.5, rel=1e-12)
    assert held.effect == pytest.approx(1e-3, rel=1e-12)
    assert str(held) == "Warm.warmth changed by 0.5 K in a step of 10 s, about 1 mV"


def test_a_value_that_moves_too_far_is_a_violation_that_says_which_period_would_do():
    ended = outcome(40, 120)
    assert ended.violations == (
        "at t = 40 s: Warm.warmth changed by 2 K in a step of 40 s, about 4 mV; 1 K is tolerated, and a period of at "
        "most 20 s would do",
    )
    with pytest.raises(InputError, match=r"no longer separated: at t = 40 s: Warm\.warmth changed by"):
        outcome(40, 120, on_violation=OnViolation.RAISE)
    assert outcome(20, 120).violations == ()


def test_the_last_shortened_step_is_looked_at_too():
    ended = outcome(40, 35)
    assert [held.interval for held in ended.held] == [35 * SECOND]
    assert ended.violations[0].startswith("at t = 35 s: Warm.warmth changed by 1.75 K in a step of 35 s")


def test_a_constant_below_its_own_period_is_refused_where_others_see_the_value_held():
    with pytest.raises(InputError) as caught:
        outcome(40, 120, pair(constant=25.0))
    assert str(caught.value) == (
        "the plan mixes timescales: Seer sees Warm.warmth held for 40 s, but its time constant is 25 s; a period of "
        "Warm of at most 25 s would do"
    )
    assert outcome(20, 120, pair(constant=25.0)).violations == ()


def test_a_layer_of_the_same_period_sees_it_held_too():
    plan = {ELECTRICAL: 40 * SECOND, THERMAL: 40 * SECOND}
    with pytest.raises(InputError, match=r"Seer sees Warm\.warmth held for 40 s"):
        run(pair(constant=25.0), make_plan(pair(constant=25.0), plan), Experiment(40 * SECOND))
    (violation,) = run(pair(), make_plan(pair(), plan), Experiment(40 * SECOND)).violations
    assert violation.startswith("at t = 40 s: Warm.warmth changed by 2 K")


def test_an_effect_that_no_component_tells_is_unknown():
    change = HeldChange("Warm.warmth", 0.5, 1.0, "K", SECOND, SECOND, None)
    assert str(change) == "Warm.warmth changed by 0.5 K in a step of 1 s"


def test_a_watch_is_saved_and_restored_and_a_jump_is_no_step():
    values = np.zeros(2)
    holding = Holding(("Warm", "warmth"), ports_of(warm())["warmth"], values, [np.array([0.002])])
    values[:] = 0.3, 0.1
    holding.take(2**60 + 1, 7)
    saved = holding.save()
    values[:] = 9.0
    holding.take(2**60 + 2, 8)
    assert holding.greatest().change == pytest.approx(8.9)
    holding.restore(saved)
    kept = holding.greatest()
    assert (kept.change, kept.effect, kept.interval, kept.time) == (0.3, 0.3 * 0.002, 7, 2**60 + 1)
    values[:] = 50.0
    holding.restart()
    holding.take(2**60 + 3, 8)
    assert holding.greatest().change == 0.3


def test_steps_that_error_control_rolls_back_do_not_count():
    """The coarse solution of each block takes steps twice as long; of the accepted ones the longest is 40 s."""
    ended = outcome(10, 480, error_control=ErrorControl(1e9, maximum=4))
    (held,) = ended.held
    assert held.interval == 40 * SECOND
    assert held.change == pytest.approx(2.0, rel=1e-12)
