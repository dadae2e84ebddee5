"""A cell that is known, and records that it would give: what fits are held against."""

from dataclasses import replace

import numpy as np

from packfmu.models.cell.ecm import EquivalentCircuitCell
from packfmu.records.record import CellRecord
from packfmu.studies.identification.settings import MONTH, FitSettings
from packfmu.studies.identification.simulation import simulate_held
from packfmu.studies.identification.steps import cut

NODES, KNOTS = 11, 3
NOISE = 1e-3
CAPACITY = 2.5 * 3600.0
SETTINGS = FitSettings(
    pairs=1, nodes=NODES, resistance_knots=KNOTS, entropic_knots=KNOTS, minimum_voltage=3.0, maximum_voltage=4.2
)
SOC, AT_KNOTS = np.linspace(0.0, 1.0, NODES), np.linspace(0.0, 1.0, KNOTS)

# the curve bends little from node to node, and lies within 3.0 and 4.2 V
_CURVE = 0.7 * SOC + 0.3 * SOC**0.5
PAIR = np.array([0.018, 0.012, 0.010])
TRUTH = EquivalentCircuitCell(
    name="simulated",
    source="",
    capacity=CAPACITY,
    open_circuit_voltage=3.0 + 1.2 * _CURVE,
    entropic_coefficient=np.zeros(NODES),
    ohmic_resistance=np.interp(SOC, AT_KNOTS, [0.030, 0.022, 0.020]),
    polarisation_resistance=np.interp(SOC, AT_KNOTS, PAIR)[np.newaxis],
    polarisation_capacitance=40.0 / np.interp(SOC, AT_KNOTS, PAIR)[np.newaxis],
    ohmic_activation_energy=25e3,
    polarisation_activation_energy=np.array([35e3]),
    reference_temperature=298.15,
    hysteresis_bound=0.0,
    hysteresis_rate=20.0,
    hysteresis_decay_rate=0.0,
    coulombic_efficiency=SETTINGS.coulombic_efficiency,
    self_discharge_current=SETTINGS.self_discharge_per_month * CAPACITY / MONTH,
    self_discharge_activation_energy=50e3,
    minimum_voltage=3.0,
    maximum_voltage=4.2,
    maximum_charge_current=5.0,
    maximum_discharge_current=10.0,
    mass=0.06,
    heat_capacity=60.0,
    convection=0.06,
)


def hppc(levels=6, rest=600.0, spacing=20.0, charged=True):
    """Return times [s] and currents [A] of pulses and slow discharges from full to empty, and of a charge back."""
    span = CAPACITY * 0.985
    parts = [(0.0, 100.0, spacing)]
    for _ in range(levels):
        parts += [(-5.0, 20.0, 1.0), (0.0, 60.0, 4.0), (4.0, 20.0, 1.0), (0.0, 60.0, 4.0)]
        parts += [(-1.25, (span / levels - 20.0) / 1.25, spacing), (0.0, rest, spacing)]
    if charged:
        parts += [(1.25, span / 1.25, spacing), (0.0, rest, spacing)]
    current, interval = [0.0], [0.0]
    for value, length, longest in parts:
        count = max(1, round(length / longest)) if length > 0.0 else 0
        current += [value] * count
        interval += [length / count] * count if count else []
    return np.cumsum(interval), np.array(current)


def simulate(profile, kind=TRUTH, temperature=298.15, start=0.99):
    """Return the record that a cell gives without noise, held at a temperature."""
    time, current = profile
    record = CellRecord(time, current, np.zeros(len(time)), ambient=np.full(len(time), temperature))
    steps = cut("simulated", record, temperature)
    voltage = simulate_held(steps, kind, start, steps.temperature).voltage[steps.last]
    return replace(record, voltage=voltage)


def noisy(record, generator, noise=NOISE):
    """Return a record with white noise [V] on its voltage."""
    return replace(record, voltage=record.voltage + noise * generator.normal(size=len(record.voltage)))
