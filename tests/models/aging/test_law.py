"""Kernels that call each law of aging in turn, and the counters that all laws declare."""

from dataclasses import replace

import numpy as np

from packfmu.core.kernel import kernel
from packfmu.models.aging import film, plating
from packfmu.models.aging.counters import COUNTER_NAMES, COUNTERS, counters
from packfmu.models.aging.law import in_turn, total
from packfmu.models.cell import ecm
from tests.models.aging.agings import FILM, started
from tests.models.cells import aging, invented_cell


@kernel
def add(x, k, change):
    x[k] += change


@kernel
def double(x, k, change):
    x[k] *= 2.0


@kernel
def tenth(x, k):
    return 0.1 * x[k]


@kernel
def fifth(x, k):
    return 0.2 * x[k]


LAWS = (
    replace(film.LAW, shift=add, lost_charge=tenth),
    replace(plating.LAW, shift=None, lost_charge=None),
    replace(plating.LAW, shift=double, lost_charge=fifth),
)


def test_kernels_are_called_in_the_order_of_the_laws():
    values = np.array([1.0, 5.0])
    in_turn(LAWS, "shift", "x, k, change")(values, 1, 2.0)
    assert values.tolist() == [1.0, 14.0]


def test_what_the_laws_return_adds_up():
    assert total(LAWS, "lost_charge", "x, k")(np.array([3.0]), 0) == 0.1 * 3.0 + 0.2 * 3.0


def test_counters_are_outputs_of_cells_and_inputs_of_aging():
    """With the same units, and each declared by one law only."""
    assert len(set(COUNTER_NAMES)) == len(COUNTERS)
    outputs = {variable.name: variable.unit for variable in ecm.declare(2, invented_cell(), aging()).outputs}
    instance = started(FILM)
    assert [variable.name for variable in instance.model.inputs] == list(COUNTER_NAMES)
    assert all(outputs[variable.name] == variable.unit for variable in instance.model.inputs)
    assert [variable.name for variable in counters(1)] == list(COUNTER_NAMES)


def test_kept_counters_are_those_of_the_inputs():
    instance = started(FILM)
    for n, name in enumerate(COUNTER_NAMES):
        instance.u[name] = n + np.arange(3.0)
    instance.advance(0.0, 1.0)
    for n, name in enumerate(COUNTER_NAMES):
        assert instance.x[name].tolist() == [n, n + 1.0, n + 2.0]
