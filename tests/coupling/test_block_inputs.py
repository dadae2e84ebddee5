"""Inputs of a block: those that several components have, and those that are held."""

import math
import re
from dataclasses import replace

import pytest

from packfmu.core.instance import Instance
from packfmu.core.variable import DataType
from packfmu.coupling.block.compose import compose
from packfmu.coupling.block.taps import Summary, Tap
from packfmu.coupling.operations import Action, Operation
from packfmu.coupling.port import ports_of
from tests.coupling.blocks import SECOND
from tests.coupling.toys import adder


def two(other, held=()):
    members = {"One": adder(), "Other": other}
    rows = [Operation(Action.STEP, 1, name) for name in members]
    taps = (Tap("one", "One.out"), Tap("other", "Other.out"))
    return compose("Two", "two", members, SECOND, rows, taps, (), {}, held)


def with_value(**changes):
    model = adder()
    inputs = (replace(model.inputs[0], **changes), *model.inputs[1:])
    return replace(model, fields=replace(model.fields, inputs=inputs))


def test_an_input_that_two_components_have_feeds_both():
    model = two(with_value(min=-3.0))
    assert [variable.path for variable in model.inputs] == ["value", "number"]
    assert (model.variable("value").min, model.variable("value").max) == (-3.0, math.inf)
    instance = Instance(model.with_start({"value": 3.0, "Other.offset": 5.0}))
    instance.initialize()
    assert (instance.y["one"], instance.y["other"]) == (4.0, 8.0)
    instance.u["value"] = 7.0
    assert instance.advance(0.0, 1.0) == 0
    assert (instance.y["one"], instance.y["other"]) == (8.0, 12.0)


def with_drift():
    """Return an adder whose output is slow, and shifted by its input."""
    model = with_value()
    inputs = (replace(model.inputs[0], shifts="out"), *model.inputs[1:])
    outputs = (replace(model.outputs[0], slow=True), *model.outputs[1:])
    return replace(model, fields=replace(model.fields, inputs=inputs, outputs=outputs))


@pytest.mark.parametrize(
    ("taps", "shifted"),
    [
        ((Tap("drift", "One.out"),), "drift"),
        ((Tap("mean", "One.out", Summary.MEAN), Tap("drift", "One.out")), "drift"),
        ((Tap("mean", "One.out", Summary.MEAN),), ""),
        ((Tap("drift", "Other.out"),), ""),
    ],
)
def test_an_input_shifts_the_block_s_output(taps, shifted):
    """A mean over the step is not the state itself; of several components the first counts."""
    members = {"One": with_drift(), "Other": with_drift()}
    rows = [Operation(Action.STEP, 1, name) for name in members]
    ports = ports_of(compose("Two", "two", members, SECOND, rows, taps, (), {}))
    assert ports["value"].shifts == shifted
    assert [name for name, port in ports.items() if port.slow] == (["drift"] if "drift" in ports else [])


def test_what_an_input_changes_is_told_by_any_of_the_components_that_it_feeds():
    """The first component tells nothing of it; the second one's output is a tap of another name."""
    plain, telling = with_drift(), with_drift()
    fields = replace(telling.fields, inputs=(replace(telling.inputs[0], sensitivity="out"), *telling.inputs[1:]))
    members = {"One": plain, "Other": replace(telling, fields=fields)}
    rows = [Operation(Action.STEP, 1, name) for name in members]
    taps = (Tap("effect", "Other.out", listed="sensitivity.value"),)
    ports = ports_of(compose("Two", "two", members, SECOND, rows, taps, (), {}))
    assert ports["value"].sensitivity == "sensitivity.value"
    assert "sensitivity.value" in ports


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": "V"}, "unit K does not fit V"),
        ({"size": 2}, "shape () does not fit (2,)"),
        ({"data_type": DataType.INTEGER}, "type Real does not fit Integer"),
        ({"start": 1.0}, "start 0.0 does not fit 1.0"),
    ],
)
def test_inputs_of_one_name_that_differ_are_refused(changes, words):
    with pytest.raises(ValueError, match=re.escape(f"One.value and Other.value are one input of the block; {words}")):
        two(with_value(**changes))


def test_a_held_input_keeps_its_start_and_is_not_an_input_of_the_block():
    model = two(with_value(start=5.0), held=("Other.value",))
    assert [variable.path for variable in model.inputs] == ["value", "number"]
    assert model.variable("value").start == 0.0
    instance = Instance(model.with_start({"value": 3.0}))
    instance.initialize()
    assert (instance.y["one"], instance.y["other"]) == (4.0, 6.0)
    instance.u["value"] = 7.0
    assert instance.advance(0.0, 1.0) == 0
    assert (instance.y["one"], instance.y["other"]) == (8.0, 6.0)


def test_only_an_undriven_input_can_be_held():
    with pytest.raises(ValueError, match=re.escape("Two: Other.offset is not an input that no connection drives")):
        two(adder(), held=("Other.offset",))
