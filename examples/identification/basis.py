"""What a record's voltage is linear in: a column for every unknown of the tables.

With charge count, time constants and activation energies given, the voltage of the Cell model is linear in
open-circuit voltage, dU/dT and resistances at their knots. The columns are computed with the kernels of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from leaf_records import Record
from numpy.typing import NDArray

from identification.figures import (
    COULOMBIC_EFFICIENCY,
    ENTROPIC_KNOTS,
    NODES,
    PAIRS,
    REFERENCE_TEMPERATURE,
    RESISTANCE_KNOTS,
    SELF_DISCHARGE_ACTIVATION_ENERGY,
    self_discharge_current,
)
from packfmu.core.kernel import Block, kernel
from packfmu.models.numerics import tables
from packfmu.models.numerics.arrhenius import arrhenius
from packfmu.models.numerics.relaxation import relax

BLOCKS = (NODES, *(RESISTANCE_KNOTS,) * (PAIRS + 1), ENTROPIC_KNOTS)
"""Unknowns of each table: open-circuit voltage, ohmic resistance, each pair's, dU/dT."""

EDGES = np.cumsum((0, *BLOCKS))
"""Where each table begins among the unknowns, and where the last ends."""


@dataclass(frozen=True, eq=False)
class Dynamics:
    """What the voltage is not linear in.

    Parameters
    ----------
    offset : float
        Charge that the cell holds at the end of the first full charge of the 10 degC record, above that in the 25 degC
        record [C].
    ohmic_activation_energy : float
        [J/mol].
    time_constant : (PAIRS,) array
        At the reference temperature [s].
    polarisation_activation_energy : (PAIRS,) array
        [J/mol].
    """

    offset: float
    ohmic_activation_energy: float
    time_constant: NDArray[np.float64]
    polarisation_activation_energy: NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """How charge is counted as SOC.

    Parameters
    ----------
    capacity : float
        Charge between SOC 0 and 1 [C].
    full : float
        SOC at the end of the first full charge of the 25 degC record.
    """

    capacity: float
    full: float


def count_charge(record: Record, temperature: NDArray[np.float64], capacity: float) -> NDArray[np.float64]:
    """Charge stored above that at the end of the first full charge [C], before and after each step, shape (steps + 1,).

    Parameters
    ----------
    record : Record
        Currents.
    temperature : (steps,) array
        Of the cell [K].
    capacity : float
        That the assumed self-discharge is a share of [C].
    """
    stored = np.zeros(len(record.duration) + 1)
    _count(record.duration, record.applied, temperature, self_discharge_current(capacity), stored)
    return stored - stored[record.last_steps[record.full] + 1]


def columns(
    record: Record, temperature: NDArray[np.float64], dynamics: Dynamics, axis: Axis, offset: float
) -> NDArray[np.float64]:
    """Voltage at each row for one unit of each unknown, shape (rows, EDGES[-1]).

    Parameters
    ----------
    record : Record
        A test that begins at rest.
    temperature : (steps,) array
        Of the cell [K].
    dynamics, axis : Dynamics, Axis
        What the columns hold for.
    offset : float
        Charge held at the end of the first full charge above that of the 25 degC record [C].
    """
    reached = axis.full + (count_charge(record, temperature, axis.capacity) + offset) / axis.capacity
    middle = 0.5 * (reached[:-1] + reached[1:])
    soc, warm = reached[record.last_steps + 1], temperature[record.last_steps]
    result = np.zeros((len(record.time), EDGES[-1]))
    blocks = [result[:, begin:end] for begin, end in pairwise(EDGES)]
    _interpolate(soc, blocks[0])
    _interpolate(np.clip(soc, 0.0, 1.0), blocks[1])
    current = record.applied[record.last_steps]
    blocks[1] *= (current * _factors(dynamics.ohmic_activation_energy, warm))[:, np.newaxis]
    for j in range(PAIRS):
        energy, time_constant = dynamics.polarisation_activation_energy[j], dynamics.time_constant[j]
        _relax_pair(
            record.duration, record.applied, _factors(energy, temperature), middle, time_constant, record.row,
            np.zeros(RESISTANCE_KNOTS), blocks[2 + j],
        )  # fmt: skip
    _interpolate(soc, blocks[-1])
    blocks[-1] *= (warm - REFERENCE_TEMPERATURE)[:, np.newaxis]
    return result


def interpolation(soc: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Share of each of `count` uniform knots in the table's value at each SOC, shape (len(soc), count)."""
    result = np.zeros((len(soc), count))
    _interpolate(soc, result)
    return result


def _factors(energy: float, temperature: NDArray[np.float64]) -> NDArray[np.float64]:
    factors = np.empty(len(temperature))
    _arrhenius(energy, temperature, factors)
    return factors


@kernel
def _arrhenius(energy: float, temperature: Block, factors: Block) -> None:
    for n in range(temperature.shape[0]):
        factors[n] = arrhenius(energy, temperature[n], REFERENCE_TEMPERATURE)


@kernel
def _count(duration: Block, current: Block, temperature: Block, leak: float, stored: Block) -> None:
    for n in range(duration.shape[0]):
        share = COULOMBIC_EFFICIENCY if current[n] > 0.0 else 1.0
        slower = arrhenius(SELF_DISCHARGE_ACTIVATION_ENERGY, temperature[n], REFERENCE_TEMPERATURE)
        stored[n + 1] = stored[n] + duration[n] * (share * current[n] - leak / slower)


@kernel
def _interpolate(soc: Block, out: Block) -> None:
    for n in range(soc.shape[0]):
        segment, position = tables.locate(out.shape[1], soc[n])
        out[n, segment], out[n, segment + 1] = 1.0 - position, position


@kernel
def _relax_pair(
    duration: Block, current: Block, factor: Block, soc: Block, time_constant: float, row: Block,
    voltage: Block, out: Block,
) -> None:  # fmt: skip
    for n in range(duration.shape[0]):
        segment, position = tables.locate(voltage.shape[0], min(max(soc[n], 0.0), 1.0))
        rate = 1.0 / (time_constant * factor[n])
        remaining, _, _ = relax(1.0, 0.0, rate, duration[n])
        gained, _, _ = relax(0.0, factor[n] * current[n], rate, duration[n])
        for knot in range(voltage.shape[0]):
            voltage[knot] *= remaining
        voltage[segment] += (1.0 - position) * gained
        voltage[segment + 1] += position * gained
        if row[n] >= 0:
            for knot in range(voltage.shape[0]):
                out[row[n], knot] = voltage[knot]
