"""Kernels by the interpreter compute what they compute compiled."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.interpreted import outputs_at_start
from packfmu.coupling.enforcement import Timescale
from packfmu.coupling.kernels import timescale_at_start
from packfmu.fmi.registry import load_definition
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from tests.coupling.toys import adder

PARTS = {
    part.name: part
    for part in parts(
        Pack.model_validate(
            {
                "pack": {"series": 3, "parallel": 2},
                "cell": {"parameters": "nissan_leaf_2013"},
                "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
                "aging": {"parameters": "nissan_leaf_aging"},
            }
        )
    )
}


@pytest.mark.parametrize("name", PARTS)
def test_outputs_at_the_start_are_those_of_the_compiled_kernels(name):
    """But for the last place of what the two compute by other elementary functions."""
    part = PARTS[name]
    model = load_definition(part.component, part.arguments, part.start).model
    compiled = Instance(model)
    compiled.initialize()
    found = outputs_at_start(model)
    for variable in model.outputs:
        np.testing.assert_allclose(found[variable.name], compiled.y[variable.name], rtol=1e-12, err_msg=variable.name)


def test_a_model_that_reports_no_time_constants_has_none():
    assert timescale_at_start(adder()) is None
    thermal = load_definition("thermal", {"cells": 1}, {"convection": 0.5, "heat_capacity": 1000.0, "conduction": 0.0})
    told = timescale_at_start(thermal.model)
    assert isinstance(told, Timescale)
    assert told.of("timescale.temperature") == 2000.0
    assert told.of("timescale.board_temperature") == told.fastest == 200.0
