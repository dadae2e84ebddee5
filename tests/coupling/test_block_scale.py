"""Blocks whose periods are scaled, over small models whose results can be computed by hand."""

import re
from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.coupling.block.compose import compose
from packfmu.coupling.block.taps import Tap
from packfmu.coupling.operations import Action, Operation, Rule, connect
from tests.coupling.blocks import FLOW, LEVEL, SECOND, block, told
from tests.coupling.toys import adder, sink, source


def outputs_of(instance):
    return [np.copy(instance.y[name]) for name in instance.y.names]


@pytest.mark.parametrize("steps", [[20.0] * 6, [4.0] * 30, [7.0, 1.5, 30.5, 0.3, 41.3], [0.7] * 100])
def test_scaled_periods_are_longer_periods(steps):
    """To the last bit, whether the communication steps are multiples of them or not."""
    scaled, longer = block(5), block(5, base=4 * SECOND)
    scaled.p["step_scale"] = 4.0
    scaled.initialize()
    t = 0.0
    for h in steps:
        assert scaled.advance(t, h) == longer.advance(t, h) == 0
        t += h
        for name, found, expected in zip(scaled.y.names, outputs_of(scaled), outputs_of(longer), strict=True):
            np.testing.assert_array_equal(found, expected, name)
    assert (scaled.x["tick"], scaled.x["done"]) == (longer.x["tick"], longer.x["done"])


@pytest.mark.parametrize("scale", [1, 3, 16, 1024])
def test_what_one_gives_the_other_takes_at_any_scale(scale):
    """The means are weighed by lengths, whatever those are."""
    instance, t = block(5), 0.0
    given = taken = 0.0
    for number, part in enumerate((5.0, 5.0 * scale, 10.0 * scale, 5.0)):
        instance.p["step_scale"] = 1.0 if number in (0, 3) else scale
        assert instance.advance(t, part) == 0
        t, given, taken = t + part, given + told(instance)["given"], taken + told(instance)["taken"]
    assert given == pytest.approx(0.15 * t**2, rel=1e-12)
    assert taken == pytest.approx(given, rel=1e-12)


def clock(instance):
    return tuple(float(instance.x[name]) for name in ("scale", "tick", "done"))


def test_a_changed_scale_waits_until_all_periods_are_complete():
    """Set after 7 s of periods of 5 s it holds from 10 s on: the rest of a step of 8 s is three eighths of 8 s."""
    instance = block(5)
    assert instance.advance(0.0, 7.0) == 0
    instance.p["step_scale"] = 8.0
    instance.update_outputs()
    assert clock(instance) == (1.0, 2.0, 0.0)
    assert instance.advance(7.0, 1.5) == 0
    assert clock(instance) == (1.0, 3.0, 0.5)
    assert instance.advance(8.5, 4.5) == 0
    assert clock(instance) == (8.0, 0.0, 3.0)
    assert instance.y["level"][0] == 13.0
    assert instance.advance(13.0, 37.0) == 0
    assert clock(instance) == (8.0, 0.0, 0.0)
    assert told(instance)["total"] == pytest.approx(0.15 * 50.0**2, rel=1e-13)


def test_a_changed_scale_is_taken_up_at_once_where_all_periods_are_complete():
    instance = block(5)
    assert instance.advance(0.0, 10.0) == 0
    instance.p["step_scale"] = 2.0
    assert instance.advance(10.0, 4.0) == 0
    assert clock(instance) == (2.0, 2.0, 0.0)
    instance.p["step_scale"] = 1.0
    assert instance.advance(14.0, 6.0) == 0
    assert clock(instance) == (2.0, 0.0, 0.0)
    assert instance.advance(20.0, 1e-9) == 0  # too short to be stepped at any scale
    assert clock(instance) == (1.0, 0.0, 0.0)
    assert told(instance)["given"] == 0.0


def test_a_step_that_is_too_short_at_the_new_scale_is_kept():
    """5e-4 s are a step of a period of 1 s, and less than a millionth of 1024 s."""
    instance = block(1)
    assert instance.advance(0.0, 1.0) == 0
    instance.p["step_scale"] = 1024.0
    assert instance.advance(1.0, 5e-4) == 0
    assert (told(instance)["given"], float(instance.x["debt"])) == (0.0, 5e-4)
    assert instance.advance(1.0 + 5e-4, 1024.0 - 5e-4) == 0
    assert told(instance)["given"] == pytest.approx(0.15 * (1025.0**2 - 1.0), rel=1e-12)


def looking():
    """B tells how far it looks ahead, and hands that on to A."""
    members = {name: adder() for name in ("A", "B")}
    rows = [
        Operation(Action.STEP, 1, "A"),
        Operation(Action.STEP, 1, "B"),
        Operation(Action.TRANSFER, 1, connect("B.seen", "A.value"), Rule.LAST),
    ]
    fields = members["A"].fields
    fields = replace(fields, inputs=(replace(fields.inputs[0], unit="s"), fields.inputs[1]))
    members["A"] = replace(members["A"], fields=fields)
    taps = (Tap("seen", "B.seen"), Tap("out", "A.out"))
    model = compose("Two", "two", members, SECOND, rows, taps, ("B.lookahead",), {})
    instance = Instance(model)
    instance.initialize()
    return instance


def test_the_lookahead_follows_the_scale_and_nobody_sees_it():
    instance = looking()
    seen = [float(instance.y["seen"])]
    for number, scale in enumerate((1.0, 4.0, 1.0)):
        instance.p["step_scale"] = scale
        assert instance.advance(4.0 * number, 4.0) == 0
        seen.append(float(instance.y["seen"]))
        assert instance.p["B"]["lookahead"] == 0.5
    instance.p["step_scale"] = 16.0
    instance.initialize()
    assert [*seen, float(instance.y["seen"])] == [0.5, 0.5, 2.0, 0.5, 8.0]


@pytest.mark.parametrize("scale", [2, 4])
def test_a_line_keeps_its_slope_at_another_scale(scale):
    """The level is the time; the sink takes it in the middle of its steps from a source that is ten times slower."""
    rows = [
        Operation(Action.TRANSFER, 1, LEVEL, Rule.LINEAR),
        Operation(Action.STEP, 1, "Sink"),
        Operation(Action.STEP, 10, "Source"),
        Operation(Action.TRANSFER, 10, FLOW, Rule.LAST),
        Operation(Action.ACCUMULATE, 10, LEVEL, Rule.LINEAR),
    ]
    members = {"Source": source(2), "Sink": sink(2)}
    instance = Instance(compose("Lines", "lines", members, SECOND, rows, (), (), {}))
    instance.initialize()
    t = 0.0
    for now, h in ((1, 20.0), (scale, float(scale)), (scale, 9.0 * scale), (1, 1.0)):
        instance.p["step_scale"] = now
        assert instance.advance(t, h) == 0
        t += h
        if t > 20.0:
            assert instance.x["Sink_inputs"]["level"] == pytest.approx(
                np.array([1.0, 2.0]) * (t - 0.5 * now), rel=1e-14
            )


def test_the_scale_is_a_whole_number_up_to_1024():
    with pytest.raises(ValueError, match=re.escape("step_scale = 1025 is not within [1, 1024]")):
        block(2).model.with_start({"step_scale": 1025})
