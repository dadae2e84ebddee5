"""The Thermal FMU of a graph, built natively: valid, and of the bits of its kernels."""

import numpy as np
import pytest
from fmpy import simulate_fmu
from fmpy.validation import validate_fmu

from packfmu.core.model import DONE
from packfmu.core.variable import Detail
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.definition import Part
from packfmu.fmi.native.platforms import host_platform
from tests.models.thermal.graph.graphs import CIRCUITS, HEAT, RADIATIONS, graph, started

START = HEAT | {"coolant_temperature": [285.0, 290.0]}


@pytest.mark.campaign
@pytest.mark.parametrize("step", [10.0, 3600.0])
def test_a_native_fmu_is_valid_and_gives_the_bits_of_its_kernels(step, tmp_path):
    """Sweeps at 10 s, a factored system at an hour."""
    declared = graph(radiations=RADIATIONS, circuits=CIRCUITS)
    part = Part("Thermal", "thermal", {"cells": 3, "graph": declared.figures()}, START)
    fmu = build_parts((part,), tmp_path, Detail.CELL, Form.NATIVE, (host_platform(),))["Thermal"]
    assert validate_fmu(fmu) == []
    names = [f"node_temperature[{i}]" for i in range(1, 7)]
    result = simulate_fmu(fmu, stop_time=6 * step, step_size=step, output_interval=step, output=names)
    instance = started(declared, **START)
    for n in range(6):
        assert instance.advance(n * step, step) == DONE
        found = np.array([result[n + 1][name] for name in names])
        np.testing.assert_array_equal(found, instance.y["node_temperature"])
