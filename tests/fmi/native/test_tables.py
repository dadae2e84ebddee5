"""model.bin: what it tells of a model."""

import math

import pytest

from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import Count, Variable
from packfmu.fmi.native.tables import state_identity, tables
from tests.fmi.native.forge import take_apart
from tests.fmi.native.native_toy import GAIN, GUID, STAMP
from tests.fmi.native.toy import declare


def quantity(name, **others):
    fields = {"unit": "1", "size": None, "start": 1.0, "min": -math.inf, "max": math.inf, "nominal": 1.0}
    return Variable(name, **fields | {"description": "A quantity"} | others)


def model_of(refusal="no", **blocks):
    fields = Fields(**{"outputs": (quantity("result"),)} | blocks)
    kernels = dict.fromkeys(("initialize", "outputs_kernel", "advance"), lambda *arguments: 0)
    return Model("Toy", "A toy", fields, **kernels, refusals={1: refusal})


def told(model):
    return take_apart(tables(model, GUID, STAMP))


def pieces(model):
    """Literal, place, form and digits of each piece of the one refusal."""
    found = told(model)
    assert found.refusals.tolist() == [(1, 0, len(found.pieces))]
    return [(found.string(literal), *others) for literal, *others in found.pieces.tolist()]


def test_bounds_and_nominal_values_are_told():
    gain = quantity("gain", unit="K", min=-0.5, max=2e300, nominal=112850.0)
    found = told(model_of(parameters=(gain,)))
    first, second = found.variables.tolist()
    assert (found.string(first[0]), found.string(first[1])) == ("gain", "K")
    assert first[2:4] == (0, 1)
    assert first[5:] == (0, 0, 0, 0, -0.5, 2e300, 112850.0)
    assert (found.string(second[0]), found.string(second[1])) == ("result", "1")
    assert second[2:4] == (1, 1)
    assert second[5:] == (0, 3, 0, 0, -math.inf, math.inf, 1.0)


def test_a_hidden_parameter_has_its_place_and_its_own_bounds():
    capacity = quantity("capacity", owner="PackNetwork", unit="C", max=1e12, hidden=True)
    found = told(model_of(parameters=(capacity, quantity("gain"))))
    assert len(found.variables) == 3
    hidden = found.variable("capacity")
    assert (hidden["role"], hidden["first"], hidden["max"]) == (4, 0, 1e12)
    assert found.variable("gain")["first"] == 1


def test_arrays_may_be_empty():
    none = quantity("none", size=Count(0, "thing"))
    found = told(model_of(parameters=(none, quantity("gain"))))
    row = found.variable("none")
    assert (row["first"], row["count"], row["rank"], row["extent"].tolist()) == (0, 0, 1, [0, 0])
    assert found.variable("gain")["first"] == 0


def test_sizes_values_and_layouts_are_told():
    found = take_apart(tables(declare(2, begin=5), GUID, STAMP))
    assert found.numbers[:5] == [4, 11, 7, 9, 1]
    assert found.start[[GAIN, 2, 3, 4, 10]].tolist() == [1.0, 5.0, 5.0, 1.0, 298.15]
    assert found.constants.tolist() == [5]
    assert found.layouts.tolist() == [
        *(0, 2, 2, 3),
        *(0, 0, 1, 2, 2, 4, 0, 4, 2, 3, 10),
        *(0, 2, 2, 3, 4, 5, 6),
        *(0, 2, 2, 2, 4, 5, 2, 7, 8),
        0,
    ]


def test_a_refusal_may_tell_a_state_and_the_variable_of_an_owner():
    states = (
        quantity("table", size=(2, 3)),
        quantity("power", owner="Network"),
        quantity("power", owner="Network_outputs.inner"),
    )
    inputs = (quantity("current"), quantity("current", owner="Cell", size=4))
    refusal = "{x.table[1][0]:.3g} {x.Network_outputs.inner.power:.6g} W, {u.Cell.current[2]:.2f} {u.current:.1e}"
    assert pieces(model_of(refusal, states=states, inputs=inputs)) == [
        ("", 9, 3, 3), (" ", 13, 3, 6), (" W, ", 3, 2, 2), (" ", 0, 1, 1)
    ]  # fmt: skip


def test_a_refusal_keeps_what_c_would_read_otherwise():
    inputs = (quantity("first"), quantity("table", size=(2, 3)))
    refusal = '100 % of "{u.table[1][2]:.3g}"? {{}} {u.first:.6e}'
    assert pieces(model_of(refusal, inputs=inputs)) == [
        ('100 % of "', 6, 3, 3), ('"? {', 0, 0, 0), ("}", 0, 0, 0), (" ", 0, 1, 6)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "field",
    ["x.power", "x.Network.nothing", "x.a.Network.power", "c.power", "x.Network.power[0]", "x.a[3]", "x.a", "x"],
)
def test_a_refusal_that_tells_what_is_not_there_is_an_error(field):
    states = (quantity("a", size=Count(3)), quantity("power", owner="Network"))
    with pytest.raises(ValueError, match=r"refusal 1 names .*, which is no scalar of p, u, y or x"):
        tables(model_of(f"{{{field}:.3g}}", states=states), GUID, STAMP)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{y.result}", "formats y.result as ''"),
        ("{y.result!r:.3g}", "formats y.result"),
        ("{y.result:.100g}", "C knows"),
    ],
)
def test_a_refusal_that_c_cannot_tell_is_an_error(text, words):
    with pytest.raises(ValueError, match=words):
        tables(model_of(text), GUID, STAMP)


@pytest.mark.parametrize("names", [(40 * "g", STAMP), (GUID, 32 * "s")])
def test_names_that_do_not_fit_are_an_error(names):
    with pytest.raises(ValueError, match="has more than 31 or 39 bytes"):
        tables(declare(), *names)


def test_states_are_told_apart_by_sizes_and_constants_but_not_by_start_values():
    toy = declare()
    others = (declare(4), declare(begin=1), declare(reserves=1), toy, toy.with_start({"gain": 2.0}))
    assert len({state_identity(model, STAMP) for model in others}) == 4
    assert state_identity(toy, STAMP) != state_identity(toy, "toy 2")
