"""Small invented cells for tests: figures chosen to make every effect visible, not to be a real cell."""

from dataclasses import replace

import numpy as np

from packfmu.core.instance import Instance
from packfmu.models.aging.anode import Anode
from packfmu.models.aging.kind import AgingParameters
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.cell.kind import CellParameters
from packfmu.models.parameters import schmalstieg_2014
from packfmu.models.parameters.graphite_chen_2020 import OPEN_CIRCUIT_POTENTIAL

SOC = np.linspace(0.0, 1.0, 21)


def invented_cell(**changes):
    """Return a 10 A.h cell with curved tables, two RC pairs, hysteresis and losses; `changes` replace fields."""
    figures = {
        "name": "invented",
        "source": "none",
        "capacity": 36000.0,
        "open_circuit_voltage": 3.2 + 0.8 * SOC + 0.15 * np.tanh((SOC - 0.1) / 0.08) + 0.02 * np.sin(9.0 * SOC),
        "entropic_coefficient": 2e-4 * np.cos(5.0 * SOC),
        "ohmic_resistance": 2e-3 + 1e-3 * (1.0 - SOC) ** 3,
        "polarisation_resistance": np.array([1e-3 + 5e-4 * (1.0 - SOC), 2e-3 + 1e-3 * (1.0 - SOC) ** 2]),
        "polarisation_capacitance": np.array([2e4 + 1e4 * SOC, 1e5 + 2e4 * np.sin(3.0 * SOC)]),
        "ohmic_activation_energy": 2e4,
        "polarisation_activation_energy": np.array([3e4, 4e4]),
        "reference_temperature": 298.15,
        "hysteresis_bound": 0.02,
        "hysteresis_rate": 40.0,
        "hysteresis_decay_rate": 1e-5,
        "coulombic_efficiency": 0.99,
        "self_discharge_current": 0.01,
        "self_discharge_activation_energy": 5e4,
        "minimum_voltage": 2.8,
        "maximum_voltage": 4.2,
        "maximum_charge_current": 20.0,
        "maximum_discharge_current": 40.0,
        "mass": 0.25,
        "heat_capacity": 250.0,
        "convection": 0.5,
    }
    return CellParameters(**(figures | changes))


DIFFERENCES = {
    "capacity": 36000.0 * np.array([1.0, 0.9, 1.2]),
    "resistance_scale": np.array([1.0, 1.3, 0.8]),
    "ohmic_scale": np.array([1.0, 0.5, 2.0]),
    "polarisation_resistance_scale": np.array([[1.0, 1.0], [0.7, 1.6], [3.0, 0.4]]),
    "polarisation_capacitance_scale": np.array([[1.0, 1.0], [1.4, 0.6], [0.3, 2.5]]),
    "open_circuit_offset": np.array([0.0, 0.013, -0.02]),
    "hysteresis_scale": np.array([1.0, 0.0, 1.7]),
}
"""By what three cells of the invented kind differ from it; the first does not."""


def own_kind(kind, k):
    """Return the kind of which the cell with these differences is a nominal one."""
    at = {name: values[k] for name, values in DIFFERENCES.items()}
    scale, pairs = at["resistance_scale"], at["polarisation_resistance_scale"]
    return replace(
        kind,
        capacity=float(at["capacity"]),
        open_circuit_voltage=kind.open_circuit_voltage + at["open_circuit_offset"],
        ohmic_resistance=kind.ohmic_resistance * scale * at["ohmic_scale"],
        polarisation_resistance=kind.polarisation_resistance * (scale * pairs[:, np.newaxis]),
        polarisation_capacitance=kind.polarisation_capacitance * at["polarisation_capacitance_scale"][:, np.newaxis],
        hysteresis_bound=kind.hysteresis_bound * at["hysteresis_scale"],
    )


def plain_cell(**changes):
    """Return the invented cell without hysteresis, losses of charge, and entropic heat."""
    return invented_cell(
        **{
            "hysteresis_bound": 0.0,
            "coulombic_efficiency": 1.0,
            "self_discharge_current": 0.0,
            "entropic_coefficient": np.zeros(SOC.size),
        }
        | changes
    )


def aging(**changes):
    """Return the aging of the cells of Schmalstieg on a graphite anode; `changes` replace fields."""
    anode = Anode(
        open_circuit_potential=OPEN_CIRCUIT_POTENTIAL, window=(0.03, 0.9), resistance=2e-3, activation_energy=3.5e4
    )
    return AgingParameters(**({"laws": schmalstieg_2014.PARAMETERS, "anode": anode} | changes))


def started(kind, cells=1, aging=None, **start):
    """Return initialised cells of one kind with these start values."""
    instance = Instance(cell_ecm.declare(cells, kind, aging).with_start(start))
    instance.initialize()
    return instance


def constant(value):
    """Return a table of one value."""
    return np.full(SOC.size, value)
