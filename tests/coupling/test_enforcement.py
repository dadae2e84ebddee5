"""Timescales that must not be mixed: refused with who, how much, and what would do."""

import re
from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model, Update
from packfmu.core.timescale import reset_timescales, timescale_variables
from packfmu.cosim.experiment import Experiment, OnViolation
from packfmu.cosim.master import run
from packfmu.cosim.simulation import opened
from packfmu.coupling import enforcement
from packfmu.coupling.enforcement import Timescale, check_window
from packfmu.coupling.explanation import explain
from packfmu.coupling.guard import Guard
from packfmu.coupling.holding import HeldChange
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL
from tests.coupling.timescales import part
from tests.coupling.toys import nothing, real

SECOND = 10**9


def pair(**slow):
    """A fast part that sees a slow one held."""
    parts = (part("Fast", ELECTRICAL), part("Slow", THERMAL, **slow))
    return System(parts, (connect("Fast.out", "Slow.value"), connect("Slow.out", "Fast.value")))


def outcome(system, electrical=SECOND, thermal=10 * SECOND, **more):
    plan = make_plan(system, {ELECTRICAL: electrical, THERMAL: thermal})
    return run(system, plan, Experiment(40 * SECOND, **more))


def refusal(system, **more):
    with pytest.raises(InputError) as caught:
        outcome(system, **more)
    return str(caught.value)


def test_an_explicit_component_ten_times_too_slow_is_refused():
    assert refusal(pair(update=Update.EXPLICIT, fastest=5.0), thermal=40 * SECOND, electrical=SECOND // 2) == (
        "the plan mixes timescales: Slow steps every 40 s and its update is explicit, but its fastest time constant is "
        "5 s; a period of at most 5 s would do"
    )
    for update in (Update.EXACT, Update.IMPLICIT):
        assert outcome(pair(update=update, fastest=5.0), thermal=40 * SECOND, electrical=SECOND // 2).violations == ()


def test_a_slow_component_that_moves_within_the_fast_period_is_refused():
    assert refusal(pair(fastest=3.0)) == (
        "the plan mixes timescales: Fast steps every 1 s and sees Slow held, but the fastest time constant of Slow is "
        "3 s, less than 5 times that; a period of Fast of at most 600 ms would do"
    )
    assert outcome(pair(fastest=3.0), electrical=SECOND // 2).violations == ()
    assert outcome(pair(fastest=3.0), separation=3.0).violations == ()


def test_a_window_that_is_too_short_to_settle_in_is_refused():
    timescales = {"Cell": Timescale(5.0, 900.0), "PackNetwork": Timescale(1e300, 0.0)}
    assert check_window(("Cell", "PackNetwork"), timescales, 4500 * SECOND) == []
    (violation,) = check_window(("Cell", "PackNetwork"), timescales, 3600 * SECOND)
    assert violation.rule == 3
    assert violation.text == (
        "Cell does not settle in a window of 1 h: its slowest time constant is 900 s; a window of at least 4.5e+03 s "
        "would do, or a start from its periodic steady state"
    )
    endless = {"Cell": Timescale(5.0, 1e300)}
    (violation,) = check_window(("Cell",), endless, 3600 * SECOND)
    assert violation.text == "Cell does not settle in a window of 1 h: its slowest time constant has no bound"


def test_what_never_changes_is_told_in_words():
    system = pair(fastest=1e300, slowest=1e300)
    plan = make_plan(system, {ELECTRICAL: SECOND, THERMAL: 10 * SECOND})
    told = explain(system, plan, {"Slow": Timescale(60.0, 1e300), "Fast": Timescale(1.0, 2.0)})
    (line,) = [line for line in told.splitlines() if " Slow " in line and "60 s" in line]
    assert line.split() == ["thermal", "10", "s", "Slow", "exact", "60", "s", "none", "6"]
    assert "e+" not in told


@kernel
def close(x, p, u, y, c):
    reset_timescales(y)
    y.switching_period, y.switching_settling = p.period, p.settling


@kernel
def switch(x, p, u, y, c, t, h):
    return DONE


def switcher(period, settling):
    """A part within which something switches."""
    told = tuple(
        replace(real(f"switching_{name}", "s"), fmi_name=f"switching.{name}") for name in ("period", "settling")
    )
    model = Model(
        "Switcher",
        "a part",
        Fields(
            parameters=(real("period", "s", start=period), real("settling", "s", start=settling)),
            outputs=(*timescale_variables(), *told),
            states=(real("age", "s"),),
        ),
        close,
        nothing("switcher"),
        switch,
        update=Update.EXACT,
    )
    return kernel_component("Switcher", ELECTRICAL, model)


def test_averages_stand_for_switching_only_where_it_settles_in_the_step():
    assert outcome(System((switcher(1e-5, 1e-3),), ())).violations == ()
    for period, settling, least in ((1e-5, 0.3, "1.5 s"), (0.25, 0.0, "1.25 s")):
        assert refusal(System((switcher(period, settling),), ())) == (
            "the plan mixes timescales: the averages of a step stand for the switching within Switcher, which does not "
            f"settle in its period of 1 s: it switches every {period:.3g} s, and its slowest time constant is "
            f"{settling:.3g} s; a period of at least {least} would do"
        )


def test_the_layer_of_the_switching_is_explained():
    system = System((switcher(1e-5, 2e-4),), ())
    plan = make_plan(system, {ELECTRICAL: SECOND})
    with opened(system, plan, Experiment(SECOND), lambda _: None) as simulation:
        words = [re.split(r"  +", line) for line in Guard(system, plan, simulation.slaves, 5.0).explain().splitlines()]
    assert words[1] == ["switching", "1e-05 s", "within Switcher", "exact", "0.0002 s", "0.0002 s", "20", "20"]
    assert words[2] == ["electrical", "1 s", "Switcher", "exact", "none", "none"]


def test_a_constant_that_crosses_the_bound_in_the_run_is_recorded_once():
    """6 s (1 - t / 100 s) passes 5 s between 10 and 20 s; checked every 10 s."""
    ended = outcome(pair(fastest=6.0, ageing=0.01))
    (text,) = ended.violations
    assert re.match(r"at t = 20 s: Fast steps every 1 s and sees Slow held, but .* Slow is 4.8 s, less than 5", text)
    assert ended.end == 40.0


def test_a_run_stops_there_where_it_is_asked_to():
    with pytest.raises(InputError, match="the timescales are no longer separated: at t = 20 s: Fast steps every 1 s"):
        outcome(pair(fastest=6.0, ageing=0.01), on_violation=OnViolation.RAISE)


def test_components_that_tell_no_time_constants_are_not_checked():
    from tests.coupling.toys import adder

    lone = System((kernel_component("Adder", THERMAL, adder()),), ())
    assert outcome(lone).violations == ()


def test_both_flavours_tell_how_they_step(fmus, native_fmus, kernel_pack):
    updates = {"PackNetwork": Update.EXACT, "Cell": Update.EXACT, "Balancer": Update.EXACT, "Thermal": Update.IMPLICIT}
    for system in (fmu_pack(fmus), fmu_pack(native_fmus), kernel_pack):
        assert {component.name: component.update for component in system.components} == updates
        assert all(enforcement.has_timescale(system, name) for name in updates)


def test_a_plan_is_explained(kernel_pack):
    """Layers, periods, time constants, ratios and transfers."""
    periods = {ELECTRICAL: SECOND, CONTROL: 10 * SECOND, THERMAL: 20 * SECOND}
    timescales = {
        "PackNetwork": Timescale(1e300, 0.0),
        "Cell": Timescale(4.0, 900.0),
        "Thermal": Timescale(200.0, 3e3, quantities={"timescale.temperature": 400.0}),
    }
    held = (HeldChange("Thermal.temperature", 0.25, 1.0, "K", 20 * SECOND, SECOND, 2e-3),)
    lines = explain(kernel_pack, make_plan(kernel_pack, periods), timescales, held).splitlines()
    words = [re.split(r"  +", line) for line in lines]
    assert words[0][:6] == ["layer", "period", "component", "update", "fastest", "slowest"]
    assert words[1] == ["electrical", "1 s", "PackNetwork", "exact", "none", "none"]
    assert words[2] == ["electrical", "1 s", "Cell", "exact", "4 s", "900 s", "4", "900"]
    assert words[3] == ["control", "10 s", "Balancer", "exact", "unknown"]
    assert words[4] == ["thermal", "20 s", "Thermal", "implicit", "200 s", "3e+03 s", "10", "150"]
    assert words[6] == ["held value", "every", "constant", "constant/period", "changed by", "tolerated", "effect"]
    assert words[7] == ["Thermal.temperature", "20 s", "400 s", "20", "0.25 K", "1 K", "2 mV"]
    assert ["Cell.heat_rate", "Thermal.heat_rate", "mean", "20 s"] in words
    assert ["Thermal.temperature", "Cell.temperature", "hold", "20 s"] in words
