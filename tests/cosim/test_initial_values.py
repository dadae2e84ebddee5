"""Initial values of a system: consistent whatever the order, or an error."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.coupling import toys
from tests.coupling.toys import ELECTRICAL

SECOND = 10**9


def plan_of(system):
    return make_plan(system, {ELECTRICAL: SECOND})


def recorded(system, experiment, tmp_path, **record):
    output = tmp_path / "results.nc"
    run(system, plan_of(system), replace(experiment, record=record, output=output))
    return load(output)


@pytest.mark.parametrize("order", ["ABC", "CBA", "BAC"])
def test_start_is_consistent_whatever_the_order(order, tmp_path):
    system = toys.chain(order)
    experiment = Experiment(SECOND, values={"A.value": 10.0, "C.offset": 0.5, "A.number": 3})
    results = recorded(system, experiment, tmp_path, c="C.out", count="C.count")
    assert results.c[0] == 10.0 + 1.0 + 1.0 + 0.5
    assert results["count"][0] == 3
    assert results["count"].dtype == np.int32


def test_initial_values_that_do_not_settle_are_an_error():
    system = System((toys.component("A", ELECTRICAL, toys.adder()),), (connect("A.out", "A.value"),))
    with pytest.raises(
        InputError, match=r"initial values do not settle: A\.out -> A.value still changes after 2 rounds"
    ):
        run(system, plan_of(system), Experiment(SECOND))


def test_what_the_end_of_the_initialisation_changes_is_handed_on(tmp_path):
    parts = toys.chain("BCA")
    a = toys.initialized_to(parts.component("A"), "out", 7.0)
    system = System((*parts.components[:2], a), parts.connections)
    results = recorded(system, Experiment(SECOND), tmp_path, b="B.out")
    assert results.b.values.tolist() == [2.0, 8.0]
