"""What a record's voltage is linear in: a column for every linear unknown.

With capacity, state of charge at the start, time constants and activation energies given, the voltage of the Cell model
is linear in open-circuit voltage, dU/dT and resistances at their knots, in the bound of hysteresis, and in what the
cell brings into the record. The columns are computed with the kernels of the model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....core.kernel import Block, kernel
from ....models.numerics import tables
from ....models.numerics.arrhenius import arrhenius
from ....models.numerics.relaxation import relax
from ..settings import FitSettings
from ..steps import Steps
from .unknowns import Dynamics, Unknowns, self_discharge_current

SELF_DISCHARGE_ACTIVATION_ENERGY = 50e3
"""Of the self-discharge [J/mol]: assumed."""


def reached_soc(steps: Steps, settings: FitSettings, capacity: float, start: float) -> NDArray[np.float64]:
    """Return the state of charge before and after each step, shape (steps + 1,).

    Parameters
    ----------
    steps : Steps
        Currents and temperatures.
    settings : FitSettings
        Coulombic efficiency and self-discharge.
    capacity : float
        [C].
    start : float
        State of charge before the first step.
    """
    stored = np.zeros(len(steps.duration) + 1)
    leak = self_discharge_current(settings, capacity)
    reference = settings.reference_temperature
    _count(steps.duration, steps.applied, steps.temperature, settings.coulombic_efficiency, leak, reference, stored)
    return start + stored / capacity


def columns(
    steps: Steps, rows: NDArray[np.int64], dynamics: Dynamics, layout: Unknowns, number: int
) -> NDArray[np.float64]:
    """Voltage at rows of a record for one unit of each unknown, shape (len(rows), layout.count).

    Parameters
    ----------
    steps : Steps
        The record.
    rows : array of int
        Rows that are asked for, increasing.
    dynamics : Dynamics
        What the columns hold for.
    layout : Unknowns
        Their order.
    number : int
        Of the record among those that are fitted.
    """
    settings, reference = layout.settings, layout.settings.reference_temperature
    reached = reached_soc(steps, settings, dynamics.capacity, dynamics.start[number])
    middle, last = 0.5 * (reached[:-1] + reached[1:]), steps.last[rows]
    target = np.full(len(steps.duration), -1)
    target[last] = np.arange(len(rows))
    result = np.zeros((len(rows), layout.count))
    soc, warm = reached[last + 1], steps.temperature[last]
    _interpolate(soc, result[:, layout.table(0)])
    ohmic, entropic = result[:, layout.table(1)], result[:, layout.table(-1)]
    _interpolate(np.clip(soc, 0.0, 1.0), ohmic)
    ohmic *= (steps.applied[last] * _factors(dynamics.activation_energy[0], warm, reference))[:, np.newaxis]
    brought = result[:, layout.start(number)]
    for j, time_constant in enumerate(dynamics.time_constant):
        _relax_pair(
            steps.duration, steps.applied, _factors(dynamics.activation_energy[1 + j], steps.temperature, reference),
            middle, time_constant, target, np.zeros(settings.resistance_knots), result[:, layout.table(2 + j)],
            brought[:, j],
        )  # fmt: skip
    _interpolate(soc, entropic)
    entropic *= (warm - reference)[:, np.newaxis]
    _switch(
        steps.duration, steps.applied, settings.hysteresis_rate / dynamics.capacity, target,
        result[:, layout.hysteresis], brought[:, -1],
    )  # fmt: skip
    return result


def interpolation(soc: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Share of each of `count` uniform knots in the table's value at each SOC, shape (len(soc), count)."""
    result = np.zeros((len(soc), count))
    _interpolate(soc, result)
    return result


def _factors(energy: float, temperature: NDArray[np.float64], reference: float) -> NDArray[np.float64]:
    factors = np.empty(len(temperature))
    _arrhenius(energy, temperature, reference, factors)
    return factors


@kernel
def _arrhenius(energy: float, temperature: Block, reference: float, factors: Block) -> None:
    for n in range(temperature.shape[0]):
        factors[n] = arrhenius(energy, temperature[n], reference)


@kernel
def _count(
    duration: Block, current: Block, temperature: Block, efficiency: float, leak: float, reference: float, stored: Block
) -> None:
    for n in range(duration.shape[0]):
        share = efficiency if current[n] > 0.0 else 1.0
        slower = arrhenius(SELF_DISCHARGE_ACTIVATION_ENERGY, temperature[n], reference)
        stored[n + 1] = stored[n] + duration[n] * (share * current[n] - leak / slower)


@kernel
def _interpolate(soc: Block, out: Block) -> None:
    for n in range(soc.shape[0]):
        segment, position = tables.locate(out.shape[1], soc[n])
        out[n, segment], out[n, segment + 1] = 1.0 - position, position


@kernel
def _relax_pair(
    duration: Block, current: Block, factor: Block, soc: Block, time_constant: float, target: Block,
    voltage: Block, out: Block, brought: Block,
) -> None:  # fmt: skip
    left = 1.0
    for n in range(duration.shape[0]):
        segment, position = tables.locate(voltage.shape[0], min(max(soc[n], 0.0), 1.0))
        rate = 1.0 / (time_constant * factor[n])
        remaining, _, _ = relax(1.0, 0.0, rate, duration[n])
        gained, _, _ = relax(0.0, factor[n] * current[n], rate, duration[n])
        left *= remaining
        for knot in range(voltage.shape[0]):
            voltage[knot] *= remaining
        voltage[segment] += (1.0 - position) * gained
        voltage[segment + 1] += position * gained
        if target[n] >= 0:
            brought[target[n]] = left
            for knot in range(voltage.shape[0]):
                out[target[n], knot] = voltage[knot]


@kernel
def _switch(duration: Block, current: Block, by_charge: float, target: Block, out: Block, brought: Block) -> None:
    level, left = 0.0, 1.0
    for n in range(duration.shape[0]):
        rate = by_charge * abs(current[n])
        if rate > 0.0:
            level, _, _ = relax(level, 1.0 if current[n] > 0.0 else -1.0, rate, duration[n])
            left, _, _ = relax(left, 0.0, rate, duration[n])
        if target[n] >= 0:
            out[target[n]], brought[target[n]] = level, left
