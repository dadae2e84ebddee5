"""Output derivatives of the FMUs: that of a voltage after the current has jumped, against closed forms."""

import math

import numpy as np
import pytest

from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from tests.fmi.native.native_models import part_of
from tests.fmi.python.host import Host

CAPACITY, SELF_DISCHARGE, EFFICIENCY, SLOPE = 36000.0, 1e-4, 0.9995, 1.0
PAIRS = ((1e-3, 2e4), (3e-3, 1e5), (2e-3, 1e3))
"""Resistance and capacitance of each pair: time constants of 20, 300 and 2 s."""
BOUND, SWITCHING, DECAY = 0.02, 40.0, 1e-5
"""Of the hysteresis."""

GRID = np.linspace(0.0, 1.0, 201)
LINEAR = {
    "capacity": CAPACITY,
    "self_discharge_current": SELF_DISCHARGE,
    "coulombic_efficiency": EFFICIENCY,
    "open_circuit_voltage": 3.0 + SLOPE * GRID,
    "entropic_coefficient": np.zeros(201),
    "ohmic_resistance": np.full(201, 2e-3),
    "polarisation_resistance": np.array([np.full(201, resistance) for resistance, _ in PAIRS]),
    "polarisation_capacitance": np.array([np.full(201, capacitance) for _, capacitance in PAIRS]),
    "ohmic_activation_energy": 0.0,
    "polarisation_activation_energy": np.zeros(3),
    "self_discharge_activation_energy": 0.0,
    "hysteresis_bound": BOUND,
    "hysteresis_rate": SWITCHING,
    "hysteresis_decay_rate": DECAY,
}
"""Start values that make a cell linear, and the same at all temperatures."""


def voltage_rate(currents, h):
    """Return the derivative of the voltage [V/s] at the end of steps of h seconds under these currents, from rest."""
    voltages, hysteresis, rate = [0.0] * len(PAIRS), 0.0, 0.0
    for current in currents:
        switching = SWITCHING * abs(current) / CAPACITY + DECAY
        settled = SWITCHING * BOUND * current / CAPACITY / switching
        hysteresis = settled + (hysteresis - settled) * math.exp(-switching * h)
        rate = SLOPE * ((EFFICIENCY if current > 0.0 else 1.0) * current - SELF_DISCHARGE) / CAPACITY
        rate += switching * (settled - hysteresis)
        for j, (resistance, capacitance) in enumerate(PAIRS):
            settled = resistance * current
            voltages[j] = settled + (voltages[j] - settled) * math.exp(-h / (resistance * capacitance))
            rate += (settled - voltages[j]) / (resistance * capacitance)
    return rate


def told(host, name):
    return host.fmu.getRealOutputDerivatives([host.variables[name].valueReference], [1])[0]


def error(h):
    """Return how far the derivative of a cell's voltage may be off [V/s].

    Rounding of the voltage in two short steps, and the next term of the series of its pairs and of its hysteresis after
    the greatest jump.
    """
    short = h / 1024.0
    pairs = sum(50.0 * r / (r * c) ** 3 * math.exp(-h / (r * c)) for r, c in PAIRS)
    switching = 2.0 * BOUND * (SWITCHING * 30.0 / CAPACITY) ** 3
    return 16.0 * np.finfo(float).eps * 4.0 / short + 2.0 * short**2 * (pairs + switching)


CURRENTS = (0.0, -20.0, 30.0, 0.0)


@pytest.mark.parametrize("h", [0.01, 0.1, 1.0, 10.0, 60.0])
def test_the_derivative_of_a_cells_voltage_has_its_closed_form_after_each_jump_of_the_current(tmp_path, h):
    path = tmp_path / "Cell.fmu"
    arguments = {"cells": 1, "parameters": "nissan_leaf_2013"}
    build_native_fmu(path, "cell", arguments, LINEAR, platforms=(host_platform(),))
    with Host(path) as host:
        host.initialize()
        for number, current in enumerate(CURRENTS, 1):
            host["current[1]"] = current
            host.step(h=h)
            expected = voltage_rate(CURRENTS[:number], h)
            assert told(host, "voltage[1]") == pytest.approx(expected, abs=error(h))


def test_the_derivative_of_a_packs_voltage_is_that_of_its_cells(tmp_path):
    """Three cells in series: the resistances of their connectors take no part."""
    block = part_of("pack")
    start = dict(block.start) | {f"Cell.{name}": value for name, value in LINEAR.items()}
    start |= {"Cell.initial_soc": 0.5, "Cell.resistance_scale": 1.0}
    path = tmp_path / "Pack.fmu"
    build_native_fmu(path, block.component, block.arguments, start, platforms=(host_platform(),))
    with Host(path) as host:
        host.initialize(enable=False)
        for number, current in enumerate(CURRENTS, 1):
            host["pack_current"] = 2.0 * current  # two cells in parallel
            host.step()
            expected = 3.0 * voltage_rate(CURRENTS[:number], 1.0)
            # of a short step the voltage may be that of its middle: an error of the first order in it
            assert told(host, "pack_voltage") == pytest.approx(expected, rel=5e-4, abs=3.0 * error(1.0))
            assert told(host, "pack_current_actual") == 0.0
