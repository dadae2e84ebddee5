"""Plans: harmonic layers or an error that says which, and what the tables hold whatever the periods."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.duration import parse_duration
from packfmu.core.errors import InputError
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import check_harmonic, make_plan
from packfmu.coupling.system import Layer, System
from tests.coupling import toys
from tests.coupling.toys import CONTROL, ELECTRICAL, LAYERS, THERMAL

SECOND = 10**9


def system(*, thermal="Slow"):
    return System(
        (
            toys.component("Fast", ELECTRICAL, toys.source()),
            toys.component("Middle", CONTROL, toys.source()),
            toys.component(thermal, THERMAL, toys.sink()),
        ),
        (connect("Fast.flow", f"{thermal}.flow"), connect("Middle.level", f"{thermal}.level")),
    )


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        (
            ("1 s", "1.5 s", "3 s"),
            "control period 1500 ms is not a multiple of the electrical period 1 s; 1 s or 2 s would do",
        ),
        (
            ("1 s", "2 s", "7 s"),
            "thermal period 7 s is not a multiple of the control period 2 s; 6 s or 8 s would do",
        ),
        (
            ("100 ms", "1 min", "1 s"),
            "thermal period 1 s is not a multiple of the control period 1 min; 1 min would do",
        ),
        (
            ("3 ns", "1 s", "1 s"),
            "control period 1 s is not a multiple of the electrical period 3 ns; "
            "999999999 ns or 1000000002 ns would do",
        ),
    ],
)
def test_periods_that_are_not_harmonic_are_refused(periods, message):
    given_periods = dict(zip(LAYERS, map(parse_duration, periods), strict=False))
    with pytest.raises(InputError) as error:
        make_plan(system(), given_periods)
    assert str(error.value) == message


@given(st.tuples(*[st.integers(1, 60)] * len(LAYERS)))
def test_periods_pass_exactly_when_each_divides_the_next(periods):
    harmonic = all(slow % fast == 0 for fast, slow in pairwise(periods))
    if harmonic:
        check_harmonic(dict(zip(LAYERS, periods, strict=True)))
    else:
        with pytest.raises(InputError, match="is not a multiple of"):
            check_harmonic(dict(zip(LAYERS, periods, strict=True)))


def test_layer_without_period_is_refused():
    with pytest.raises(InputError, match="the thermal layer has components but no period"):
        make_plan(system(), {ELECTRICAL: SECOND, CONTROL: SECOND})
    with pytest.raises(InputError, match="control period 0 ns must be at least 1 ns"):
        make_plan(system(), {ELECTRICAL: SECOND, CONTROL: 0, THERMAL: SECOND})


def test_only_the_slowest_layer_jumps():
    hasty = Layer(2, "hasty", jumps=True)
    system = System((toys.component("Fast", hasty, toys.source()), toys.component("Slow", THERMAL, toys.sink())), ())
    with pytest.raises(InputError, match="the hasty layer jumps, but the thermal layer is slower; only the slowest"):
        make_plan(system, {hasty: SECOND, THERMAL: SECOND})
    assert make_plan(System(system.components[:1], ()), {hasty: SECOND}).jumping == hasty
    assert make_plan(System(system.components[1:], ()), {THERMAL: SECOND}).jumping is None


def test_layers_come_fastest_first():
    assert sorted((THERMAL, ELECTRICAL, CONTROL)) == [ELECTRICAL, CONTROL, THERMAL]
    assert [str(layer) for layer in LAYERS] == ["electrical", "control", "thermal", "aging"]
    assert [layer.jumps for layer in LAYERS] == [False, False, False, True]


def test_duration_is_a_multiple_of_the_base_period():
    plan = make_plan(system(), {ELECTRICAL: SECOND // 2, CONTROL: SECOND, THERMAL: SECOND})
    assert plan.steps(3 * SECOND) == 6
    with pytest.raises(InputError) as error:
        plan.steps(parse_duration("1.2 s"))
    assert str(error.value) == (
        "duration 1200 ms is not a positive multiple of the base period 500 ms; 1 s or 1500 ms would do"
    )
    with pytest.raises(InputError, match="500 ms would do"):
        plan.steps(0)


def test_plan_prints_as_a_flat_table():
    plan = make_plan(system(), {ELECTRICAL: SECOND, CONTROL: 2 * SECOND, THERMAL: 60 * SECOND})
    assert str(plan) == (
        "layer       period  components\n"
        "electrical  1 s     Fast\n"
        "control     2 s     Middle\n"
        "thermal     1 min   Slow\n"
        "\n"
        "   every  operation\n"
        "1  1 s    step Fast\n"
        "2  1 s    accumulate Fast.flow -> Slow.flow\n"
        "3  2 s    step Middle\n"
        "4  1 min  transfer Fast.flow -> Slow.flow (mean)\n"
        "5  1 min  transfer Middle.level -> Slow.level (last)\n"
        "6  1 min  step Slow"
    )


def test_plan_is_made_without_fmpy():
    code = "import sys, packfmu.coupling.schedule; sys.exit(any(m.split('.')[0] == 'fmpy' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
