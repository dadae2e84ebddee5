"""The libraries for Windows, run under Wine: what they compute is what those for Linux compute."""

import fmpy
import numpy as np
import pytest

from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import Platform
from packfmu.fmi.registry import load_definition
from tests.fmi.native.native_client import drive, find_wine, linux_client, windows_client
from tests.fmi.native.native_models import PHYSICS

COMPONENTS = {
    "cell": {"cells": 3, "parameters": "nissan_leaf_2013"},
    "pack_network": {"series": 2, "parallel": 2, "opposite_terminals": True, "nodes": 5},
    "thermal": {"cells": 3},
    "balancer": {"groups": 2, "parallel": 1, "converter": "flyback", "links": [[0, 1], [1, -1]]},
}
MODELS = {name: (name, arguments) for name, arguments in COMPONENTS.items()}
MODELS |= {name: ("cell", arguments) for name, arguments in PHYSICS.items()}
"""What runs, and cells of physics among it: component and arguments."""
SPREAD = {"pack_power": 500.0, "current": 3.0}
"""[W], [A]; these cells have no current for their nominal power."""

STEPS = 300

HELD = 5.0 * 3600.0 * 4.2
"""Energy in a cell of physics [J]: its heat is what is left of changes of that, in the last place of it."""


@pytest.fixture(scope="session")
def linux(tmp_path_factory):
    return linux_client(tmp_path_factory.mktemp("linux"))


@pytest.fixture(scope="session")
def windows(tmp_path_factory):
    wine = find_wine()
    if wine is None:
        pytest.skip("no command wine64 or wine; Debian has it in wine64, which puts it into /usr/lib/wine")
    return windows_client(tmp_path_factory.mktemp("windows"), wine)


@pytest.mark.parametrize("name", MODELS)
def test_both_systems_give_the_same_trace(name, linux, windows, tmp_path):
    component, arguments = MODELS[name]
    build_native_fmu(tmp_path / "it.fmu", component, arguments, platforms=(Platform.LINUX64, Platform.WIN64))
    folder = tmp_path / "extracted with a space"
    fmpy.extract(str(tmp_path / "it.fmu"), str(folder))
    commands = drive(load_definition(component, arguments, {}).model, STEPS, 7, SPREAD)
    expected, trace = linux.run(folder, commands), windows.run(folder, commands)
    assert trace.shape == expected.shape == (STEPS, trace.shape[1])
    # the mathematics of the two systems differ in the last place of some values
    scale, held = np.abs(expected).max(axis=0), HELD if name in PHYSICS else 0.0
    assert (np.abs(trace - expected) <= 1e-12 * scale + 1e-15 * held).all()
