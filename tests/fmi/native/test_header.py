"""model.h: what the shim is told of a model."""

import math

import pytest

from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import Variable
from packfmu.fmi.native.header import header


def quantity(name, **others):
    fields = {"unit": "1", "size": None, "start": 1.0, "min": -math.inf, "max": math.inf, "nominal": 1.0}
    return Variable(name, **fields | {"description": "A quantity"} | others)


def model_of(refusal, **blocks):
    fields = Fields(**{"outputs": (quantity("result"),)} | blocks)
    kernels = dict.fromkeys(("initialize", "outputs_kernel", "advance"), lambda *arguments: 0)
    return Model("Toy", "A toy", fields, **kernels, refusals={1: refusal})


def test_bounds_and_nominal_values_are_told():
    gain = quantity("gain", unit="K", min=-0.5, max=2e300, nominal=112850.0)
    text = header(model_of("no", parameters=(gain,)), "{x}", "stamp").decode()
    assert '{"gain", "K", 0, 1, {0, 0}, FIXED, REAL, -0.5, 2e+300, 112850.0},' in text
    assert '{"result", "1", 1, 1, {0, 0}, OUTPUT, REAL, -INFINITY, INFINITY, 1.0},' in text


def test_a_hidden_parameter_has_its_place_and_its_own_bounds():
    capacity = quantity("capacity", owner="PackNetwork", unit="C", max=1e12, hidden=True)
    text = header(model_of("no", parameters=(capacity, quantity("gain"))), "{x}", "stamp").decode()
    assert "{ N_VARIABLES = 3 }" in text
    assert '{"capacity", "C", 0, 1, {0, 0}, HIDDEN, REAL, -INFINITY, 1000000000000.0, 1.0},' in text
    assert '{"gain", "1", 1, 1,' in text


def test_a_refusal_may_tell_a_state_and_the_variable_of_an_owner():
    states = (
        quantity("table", size=(2, 3)),
        quantity("power", owner="Network"),
        quantity("power", owner="Network_outputs"),
    )
    inputs = (quantity("current"), quantity("current", owner="Cell", size=4))
    refusal = "{x.table[1][0]:.3g} {x.Network_outputs.power:.6g} {u.Cell.current[2]:.2f} {u.current:.1e}"
    text = header(model_of(refusal, states=states, inputs=inputs), "{x}", "stamp").decode()
    assert 'snprintf(text, size, "%.3g %.6g %.2f %.1e", x[3], x[7], u[3], u[0])' in text


@pytest.mark.parametrize(
    "field", ["x.power", "x.Network.nothing", "x.a.Network.power", "c.power", "x.Network.power[0]"]
)
def test_a_refusal_that_tells_what_is_not_there_is_an_error(field):
    with pytest.raises(ValueError, match=r"refusal 1 names .*, which is no scalar of p, u, y or x"):
        header(model_of(f"{{{field}:.3g}}", states=(quantity("power", owner="Network"),)), "{x}", "stamp")
