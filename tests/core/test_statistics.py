"""Extremes over an array."""

import numpy as np

from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.statistics import extremes, extremes_of
from packfmu.core.variable import Variable

VOLTAGE = Variable("group_voltage", "V", 4, 3.7, 0.0, 5.0, 3.7, "Voltage", display_unit="mV")
EXTREMES = extremes_of(VOLTAGE, "group")
write_extremes = EXTREMES.write


@kernel
def settle(x, p, u, y, c):
    write_extremes(u.group_voltage, y)


@kernel
def advance(x, p, u, y, c, t, h):
    write_extremes(u.group_voltage, y)
    return DONE


def test_extremes_and_their_numbers():
    assert extremes(np.array([2.0, -1.0, 5.0, -1.0])) == (-1.0, 5.0, 1.25, 2, 3)


def test_variables_take_over_what_the_array_is():
    assert [variable.name for variable in EXTREMES.variables] == [
        "group_voltage_minimum",
        "group_voltage_maximum",
        "group_voltage_mean",
        "group_voltage_minimum_group",
        "group_voltage_maximum_group",
    ]
    assert {(v.unit, v.display_unit, v.nominal) for v in EXTREMES.variables[:3]} == {("V", "mV", 3.7)}
    assert EXTREMES.variables[3].description == "Number of the group with the least group voltage"


def test_the_kernel_writes_each_variable():
    instance = Instance(
        Model("It", "It", Fields(inputs=(VOLTAGE,), outputs=EXTREMES.variables), settle, settle, advance)
    )
    instance.u["group_voltage"] = [3.5, 4.5, 2.5, 3.5]
    instance.advance(0.0, 1.0)
    assert [float(instance.y[v.name]) for v in EXTREMES.variables] == [2.5, 4.5, 3.5, 3.0, 2.0]
