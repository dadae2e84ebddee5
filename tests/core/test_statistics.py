"""Extremes over an array."""

import numpy as np

from packfmu.core.statistics import extreme_variables, extremes
from packfmu.core.variable import Variable


def test_extremes_and_their_numbers():
    assert extremes(np.array([2.0, -1.0, 5.0, -1.0])) == (-1.0, 5.0, 1.25, 2, 3)


def test_variables_stand_in_the_order_of_the_kernel():
    array = Variable("group_voltage", "V", 4, 3.7, 0.0, 5.0, 3.7, "Voltage")
    assert [variable.name for variable in extreme_variables(array, "group")] == [
        "group_voltage_minimum",
        "group_voltage_maximum",
        "group_voltage_mean",
        "group_voltage_minimum_group",
        "group_voltage_maximum_group",
    ]
