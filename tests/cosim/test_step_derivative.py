"""The derivative of a step by its inputs: closed forms, bounds, refusals, and kernels against FMUs of both flavours."""

import math

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.step_derivative import DIFFERENCE, step_derivative
from packfmu.coupling.kernels import kernel_component
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.fmus import cell, pack_network
from packfmu.models.network.loads import LoadMode
from packfmu.pack.topology import ELECTRICAL

CELL = {"cells": 2, "parameters": "nissan_leaf_2013"}
NETWORK = {"series": 2, "parallel": 2, "opposite_terminals": True, "nodes": 5}
OHMIC, PAIRS, CAPACITY, SLOPE = 2e-3, ((1e-3, 2e4), (3e-3, 1e5), (2e-3, 1e3)), 36000.0, 1.0
GRID = np.linspace(0.0, 1.0, 201)
LINEAR = {
    "open_circuit_voltage": 3.0 + SLOPE * GRID,
    "entropic_coefficient": np.zeros(201),
    "ohmic_resistance": np.full(201, OHMIC),
    "polarisation_resistance": np.array([np.full(201, resistance) for resistance, _ in PAIRS]),
    "polarisation_capacitance": np.array([np.full(201, capacitance) for _, capacitance in PAIRS]),
    "capacity": [CAPACITY, 2.0 * CAPACITY],
    "coulombic_efficiency": 1.0,
}
"""Start values that make the cells linear."""


def opened(component, inputs, outputs, values=None):
    """Return a running slave of a component."""
    slave = component.open(inputs, outputs)
    ports = component.ports
    slave.prepare({name: ports[name].values(name, value) for name, value in (values or {}).items()}, 0.0)
    slave.initialize()
    slave.end_initialization()
    return slave


@pytest.fixture(scope="module", params=["kernels", "native", "python"])
def cells(request, tmp_path_factory):
    """Return the component Cell as kernels or as an FMU."""
    if request.param == "kernels":
        return kernel_component("Cell", ELECTRICAL, cell.define(**CELL).model)
    path = tmp_path_factory.mktemp(request.param) / "Cell.fmu"
    if request.param == "native":
        build_native_fmu(path, "cell", CELL, platforms=(host_platform(),))
    else:
        build_python_fmu(path, "cell", CELL)
    return fmu_component("Cell", ELECTRICAL, path)


@pytest.fixture
def linear(cells):
    slave = opened(cells, ["current"], ["voltage", "soc", "charge"], LINEAR)
    slave.inputs["current"][:] = [-20.0, 5.0]
    yield slave
    slave.close()


@pytest.mark.parametrize("h", [1.0, 60.0])
def test_voltage_and_soc_depend_on_the_current_as_the_closed_forms_say(cells, linear, h):
    linear.step(0.0, 7.0)
    relaxed = sum(resistance * -math.expm1(-h / (resistance * capacitance)) for resistance, capacitance in PAIRS)
    charge = np.diag([h / CAPACITY, 0.5 * h / CAPACITY])
    rounding = 1e-9  # of 4 V over 30 A and 6e-6
    found = step_derivative(linear, cells.ports, "voltage", "current", 7.0, h)
    np.testing.assert_allclose(found, np.eye(2) * (OHMIC + relaxed) + SLOPE * charge, atol=rounding)
    np.testing.assert_allclose(
        step_derivative(linear, cells.ports, "soc", "current", 7.0, h), charge, rtol=1e-8, atol=rounding / 10.0
    )
    assert step_derivative(linear, cells.ports, "charge", "current", 7.0, h) == pytest.approx(h, rel=1e-9)


def test_the_slave_is_as_it_was(cells, linear):
    linear.step(0.0, 7.0)
    before = linear.save(), [linear.outputs[name].tobytes() for name in linear.outputs]
    step_derivative(linear, cells.ports, "voltage", "current", 7.0, 1.0)
    assert (linear.save(), [linear.outputs[name].tobytes() for name in linear.outputs]) == before
    linear.step(7.0, 1.0)


def test_kernels_and_fmu_agree(cells):
    inputs = ["current", "temperature"]
    reference = kernel_component("Cell", ELECTRICAL, cell.define(**CELL).model)
    slaves = [opened(component, inputs, ["voltage"]) for component in (cells, reference)]
    try:
        for slave in slaves:
            slave.inputs["current"][:] = [-30.0, 12.0]
            slave.step(0.0, 30.0)
        for by in inputs:
            found = [step_derivative(slave, cells.ports, "voltage", by, 30.0, 10.0) for slave in slaves]
            np.testing.assert_allclose(found[0], found[1], rtol=1e-7, atol=1e-9)  # rounding over 6e-6
            assert abs(found[0][0, 0]) > 1e-6
            assert found[0][0, 1] == 0.0
    finally:
        for slave in slaves:
            slave.close()


@pytest.mark.parametrize("bound", ["min", "max"])
def test_at_a_bound_the_difference_is_one_sided(cells, bound):
    slave = opened(cells, ["temperature"], ["soc", "voltage"])
    try:
        slave.inputs["temperature"][:] = getattr(cells.ports["temperature"], bound)
        found = step_derivative(slave, cells.ports, "voltage", "temperature", 0.0, 1.0)
        inside = (1.0 if bound == "min" else -1.0) * DIFFERENCE * 500.0
        slave.inputs["temperature"][:] += inside
        beside = step_derivative(slave, cells.ports, "voltage", "temperature", 0.0, 1.0)
        np.testing.assert_allclose(found, beside, rtol=1e-3, atol=1e-8)
    finally:
        slave.close()


def network(power):
    """Return the network under a power, and its component."""
    component = kernel_component("PackNetwork", ELECTRICAL, pack_network.define(**NETWORK).model)
    slave = opened(component, ["pack_power"], ["pack_voltage", "pack_current_actual"], {"load_mode": LoadMode.POWER})
    slave.inputs["pack_power"][:] = power
    return slave, component.ports


def test_where_a_side_is_refused_the_other_one_counts():
    """V^2 - E V = R P: next to the greatest power, E^2 / 4R, a step of 6e-6 of it further on has no solution."""
    slave, ports = network(0.0)
    slave.step(0.0, 1.0)
    emf = float(slave.outputs["pack_voltage"][0])
    slave, ports = network(-100.0)
    slave.step(0.0, 1.0)
    resistance = (slave.outputs["pack_voltage"][0] - emf) / slave.outputs["pack_current_actual"][0]
    most = emf**2 / (4.0 * resistance)
    left, length = 1e-6, DIFFERENCE * max(1.0 - 1e-6, ports["pack_power"].nominal / most)
    slave, ports = network(-most * (1.0 - left))
    found = step_derivative(slave, ports, "pack_voltage", "pack_power", 0.0, 1.0)
    expected = 0.5 * emf * (math.sqrt(left + length) - math.sqrt(left)) / (length * most)
    assert found == pytest.approx(expected, rel=1e-6)  # rounding of the power over what is left of it


def test_what_cannot_be_moved_or_asked_for_is_named(cells, linear):
    slave, ports = network(-1e9)
    with pytest.raises(InputError, match=r"pack_power\[1\] = -1e\+09 W can be moved neither way: pack_power = "):
        step_derivative(slave, ports, "pack_voltage", "pack_power", 0.0, 1.0)
    for output, by in (("current", "current"), ("voltage", "voltage"), ("heat", "current"), ("voltage", "temperature")):
        with pytest.raises(InputError, match="that the slave was opened with; it has"):
            step_derivative(linear, cells.ports, output, by, 0.0, 1.0)
