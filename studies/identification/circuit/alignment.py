"""Where a search begins: the size of the cell, and the state of charge at the start of each record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ....core.errors import InputError
from ..settings import FitSettings
from ..steps import CHANGE, Steps
from .basis import reached_soc
from .priors import ENERGY, TIME_CONSTANTS, Scales
from .unknowns import Dynamics

NEAR = 0.12
"""Share of the window of voltage within which a record counts as having reached its end."""

EMPTY, FULL = 0.015, 0.985
"""State of charge where a record has reached an end of the window."""

STRAIGHT, FURTHEST = 0.03, 0.3
"""SOC over which the ends of the open-circuit voltage are taken as straight, and how far they are continued at most."""

BINS, TRIED = 60, 240
"""Bins of charge, and places of a record that are tried."""


def scales(steps: tuple[Steps, ...], settings: FitSettings) -> Scales:
    """Take limits of voltage and the immediate resistance from settings and records.

    Raises
    ------
    InputError
        When the records hold no change of current, or limits of voltage do not stand in order.
    """
    records = [one.record for one in steps]
    low, high = settings.minimum_voltage, settings.maximum_voltage
    low = min(record.voltage.min() for record in records) if low is None else low
    high = max(record.voltage.max() for record in records) if high is None else high
    if not low < high:
        raise InputError(f"the minimum voltage {low:g} V must be below the maximum voltage {high:g} V")
    ratios = np.concatenate([_ratios(one) for one in steps])
    if not len(ratios) or np.median(ratios) <= 0.0:
        names = ", ".join(one.name for one in steps)
        raise InputError(f"{names}: no change of the current moves the voltage: a fit needs pulses, or a drive")
    return Scales(float(low), float(high), float(np.median(ratios)))


def _ratios(steps: Steps) -> NDArray[np.float64]:
    """Change of voltage over that of current, where the current jumps."""
    record = steps.record
    jumps = np.diff(record.current)
    large = np.abs(jumps) > max(5.0 * CHANGE * np.abs(record.current).max(), 1e-9)
    return np.diff(record.voltage)[large] / jumps[large]


def begin(steps: tuple[Steps, ...], settings: FitSettings, scale: Scales) -> Dynamics:
    """Place the records beside each other along charge, and lay a first axis of SOC."""
    charges = [_charge(one, settings) for one in steps]
    levels = [one.record.voltage - scale.resistance * one.record.current for one in steps]
    widest = int(np.argmax([np.ptp(charge) for charge in charges]))
    curve = _curve(charges[widest], levels[widest])
    offsets = np.array([_offset(charge, level, curve) for charge, level in zip(charges, levels, strict=True)])
    offsets -= offsets[widest]
    low = min(charge.min() + offset for charge, offset in zip(charges, offsets, strict=True))
    high = max(charge.max() + offset for charge, offset in zip(charges, offsets, strict=True))
    window = scale.maximum_voltage - scale.minimum_voltage
    bottom = (curve[1][0] - scale.minimum_voltage) / window
    top = (curve[1][-1] - scale.minimum_voltage) / window
    bottom, top = (EMPTY if bottom < NEAR else bottom), (FULL if top > 1.0 - NEAR else top)
    capacity = settings.capacity or (high - low) / max(top - bottom, 0.05)
    first = top - (high - offsets[0]) / capacity if settings.initial_soc is None else settings.initial_soc
    constants = [np.sqrt(least * most) for least, most in TIME_CONSTANTS[settings.pairs]]
    if settings.slowest_time_constant:
        constants[-1] = settings.slowest_time_constant
    energies = np.full(1 + settings.pairs, ENERGY)
    return Dynamics(float(capacity), first + (offsets - offsets[0]) / capacity, np.array(constants), energies)


def _charge(steps: Steps, settings: FitSettings) -> NDArray[np.float64]:
    """Charge at each row above that at the start [C]."""
    return reached_soc(steps, settings, 1.0, 0.0)[steps.last + 1]


def _curve(charge: NDArray[np.float64], level: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a rising curve of voltage over charge: means over bins."""
    edges = np.linspace(charge.min(), charge.max(), BINS + 1)
    bins = np.clip(np.searchsorted(edges, charge, side="right") - 1, 0, BINS - 1)
    held, sums = np.bincount(bins, minlength=BINS), np.bincount(bins, level, BINS)
    middles = 0.5 * (edges[1:] + edges[:-1])[held > 0]
    return middles, np.maximum.accumulate(sums[held > 0] / held[held > 0])


def _offset(
    charge: NDArray[np.float64], level: NDArray[np.float64], curve: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> float:
    """Charge [C] by which a record is moved to lie on the curve."""
    middles = curve[0]
    tried = np.linspace(middles[0] - charge.max(), middles[-1] - charge.min(), TRIED)
    misfits = [float(np.mean((np.interp(charge + offset, *curve) - level) ** 2)) for offset in tried]
    return float(tried[int(np.argmin(misfits))])


def set_axis(
    table: NDArray[np.float64], dynamics: Dynamics, reached: tuple[float, float], scale: Scales, settings: FitSettings
) -> Dynamics:
    """Put SOC 0 and 1 where the open-circuit voltage reaches its limits; only SOC 1 where the capacity is given.

    Parameters
    ----------
    table : (nodes,) array
        Open-circuit voltage on the present axis [V].
    dynamics : Dynamics
        On the present axis.
    reached : (float, float)
        Least and greatest SOC of the records on the present axis; beyond, the voltage is continued straight.
    scale : Scales
        Limits of voltage.
    settings : FitSettings
        Whether capacity and initial SOC are given.

    Returns
    -------
    Dynamics
        On the new axis.
    """
    if settings.initial_soc is not None:
        return dynamics
    high = _place(table, reached, (reached[1] - STRAIGHT, reached[1]), scale.maximum_voltage)
    if settings.capacity is not None:
        return replace(dynamics, start=dynamics.start + 1.0 - high)
    low = _place(table, reached, (reached[0], reached[0] + STRAIGHT), scale.minimum_voltage)
    span = high - low
    return replace(dynamics, capacity=span * dynamics.capacity, start=(dynamics.start - low) / span)


def _place(table: NDArray[np.float64], reached: tuple[float, float], end: tuple[float, float], level: float) -> float:
    """SOC at which a table reaches a level: within what the records reached, else straight on from an end of that."""
    nodes = np.linspace(0.0, 1.0, len(table))
    passed = np.linspace(*reached, 10 * len(table))
    rising = np.maximum.accumulate(np.interp(passed, nodes, table))
    if rising[0] <= level <= rising[-1]:
        return float(np.interp(level, rising, passed))
    soc = np.linspace(*end, 21)
    slope, intercept = np.polyfit(soc, np.interp(soc, nodes, table), 1)
    return float(np.clip((level - intercept) / max(slope, 1e-3), end[0] - FURTHEST, end[1] + FURTHEST))
