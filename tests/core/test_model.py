"""The model contract: what a declaration accepts, and how the memory of an instance is laid out."""

import math
from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import Count, Variable


def variable(name="level", size=None, start=0.0, low=-math.inf, high=math.inf, nominal=1.0):
    return Variable(name, "m", size, start, low, high, nominal, "A level")


@kernel
def fill(x, p, u, y, c):
    for k in range(x.level.shape[0]):
        x.level[k] = p.first[k]
    y.total = c.scale


@kernel
def outputs(x, p, u, y, c):
    y.total = 0.0


@kernel
def pour(x, p, u, y, c, t, h):
    if u.flow < 0.0:
        return 1
    y.total = 0.0
    for k in range(x.level.shape[0]):
        x.level[k] += h * u.flow * p.share[k, 0]
        y.total += c.scale * x.level[k]
    return DONE


TANKS = Model(
    name="Tanks",
    description="Two tanks",
    fields=Fields(
        parameters=(variable("first", 2, [1.0, 2.0]), variable("share", (2, 1), 0.5)),
        inputs=(variable("flow", None, 0.25),),
        outputs=(variable("total"),),
        states=(variable("level", 2),),
        constants=(variable("scale", None, 3),),
    ),
    initialize=fill,
    outputs_kernel=outputs,
    advance=pour,
    refusals={1: "the flow {u.flow:.3g} m/s must not be negative"},
)


def test_memory_holds_parameters_inputs_outputs_states_in_order():
    tanks = Instance(TANKS)
    tanks.initialize()
    np.testing.assert_array_equal(tanks.memory, [1.0, 2.0, 0.5, 0.5, 0.25, 3.0, 1.0, 2.0])
    assert TANKS.offsets() == {"first": 0, "share": 2, "flow": 4, "total": 5}


def test_copying_the_memory_back_restores_an_instance():
    tanks = Instance(TANKS)
    tanks.initialize()
    tanks.advance(0.0, 1.0)
    saved = tanks.memory.copy()
    tanks.advance(1.0, 1.0)
    later = tanks.memory.copy()
    tanks.memory[:] = saved
    assert tanks.y["total"] == 3.0 * (1.0 + 2.0 + 2 * 0.125)
    tanks.advance(1.0, 1.0)
    np.testing.assert_array_equal(tanks.memory, later)


def test_a_refusal_is_explained_from_the_blocks():
    tanks = Instance(TANKS)
    tanks.u["flow"] = -0.5
    status = tanks.advance(0.0, 1.0)
    assert status == 1
    assert tanks.refusal(status) == "the flow -0.5 m/s must not be negative"


def test_scalar_names():
    assert variable(size=2).scalar_names() == ["level[1]", "level[2]"]
    assert variable(size=(2, 1)).scalar_names() == ["level[1,1]", "level[2,1]"]
    assert variable().scalar_names() == ["level"]
    assert variable(size=1).scalar_names() == ["level[1]"]


def test_another_start_is_checked_and_leaves_the_model_alone():
    other = TANKS.with_start({"first": [5.0, 6.0]})
    assert Instance(other).p["first"][1] == 6.0
    assert Instance(TANKS).p["first"][1] == 2.0
    with pytest.raises(KeyError, match="Tanks has no variable 'volume'; it has first, share, flow, total"):
        TANKS.with_start({"volume": 1.0})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "not a name"}, "must be a Python identifier"),
        ({"size": 0}, "size 0 must be at least 1"),
        ({"nominal": 0.0}, "nominal 0.0 must be positive and finite"),
        ({"size": 3, "start": [1.0, 2.0]}, r"start of shape \(2,\) does not fit \(3,\)"),
        ({"start": 2.0, "high": 1.0}, r"level = 2 m is not within \[-inf, 1\] m"),
        ({"start": math.inf}, "level = inf m is not finite and within"),
        ({"size": 2, "start": [1.0, math.nan]}, r"level\[2\] = nan m is not finite and within"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        variable(**arguments)


def test_a_name_declared_twice_is_refused():
    with pytest.raises(ValueError, match="declared twice: flow"):
        replace(TANKS, fields=replace(TANKS.fields, outputs=(variable("flow"),)))


@pytest.mark.parametrize("of", ["table entry", "time", "2nd", "cell "])
def test_a_count_is_of_what_can_name_a_dimension_of_results(of):
    with pytest.raises(ValueError, match=f"a count of '{of}': the name must be an identifier other than 'time'"):
        Count(3, of)
    assert Count(3).of == ""
