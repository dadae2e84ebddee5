"""dQ/dV of the slow charges at constant current that a run holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .limiting import spans
from .run_record import RunRecord
from .shape import Shape

Values = NDArray[np.float64]

CONSTANT = 0.01
"""By which share the current of a charge may differ from its median."""

FASTEST_RATE = 0.5
"""Greatest current of a slow charge, in capacities an hour."""

LEAST_RISE = 0.05
"""Least rise of a group's mean voltage [V]."""

MOST_FALL = 1e-3
"""By how much that voltage may fall below its greatest so far [V]: balancing moves it."""

LEAST_ROWS = 100
BIN = 0.005
"""Width of the bins of a group's mean voltage [V]."""

RULE = (
    f"A charge is taken where the current stays within {CONSTANT:.0%} of its median, is at most "
    f"{FASTEST_RATE:g} capacities an hour, and raises the mean voltage of a group by {1e3 * LEAST_RISE:g} mV or "
    f"more over {LEAST_ROWS} rows or more, with no fall of more than {1e3 * MOST_FALL:g} mV. "
    f"Its charge is told by bins of {1e3 * BIN:g} mV."
)


@dataclass(frozen=True, eq=False)
class ChargeCurve:
    """dQ/dV of a charge.

    Parameters
    ----------
    start, end : float
        [s].
    current : float
        Median of the pack current [A].
    voltage : array
        Middle of each bin: the mean voltage of a group [V].
    slope : array
        Charge into the pack for each volt of a group's mean voltage [C/V].
    """

    start: float
    end: float
    current: float
    voltage: Values
    slope: Values


def charge_curves(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> tuple[list[ChargeCurve], str]:
    """Return dQ/dV of the charges of a run by `RULE`, and why there is none, if there is none."""
    if not {"pack_voltage", "pack_current"} <= set(results):
        return [], "No pack voltage and current were recorded."
    series = record.series or (shape.series if shape else None)
    if series is None:
        return [], "It is not known how many groups are in series."
    if record.capacity is None or shape is None:
        return [], "The capacity of the cells is not known, so whether a charge is slow is not known either."
    fastest = FASTEST_RATE * record.capacity * shape.strings * shape.parallel / 3600.0
    time, current = results["time"].values, results["pack_current"].values
    charging = (current > 1e-3 * fastest) & (current <= fastest)
    found = [
        _curve(time[rows], results["pack_voltage"].values[rows] / series, current[rows])
        for span in spans(charging)
        for rows in _constant(current, span)
    ]
    curves = [curve for curve in found if curve is not None]
    return curves, "" if curves else "The run holds no such charge."


def _constant(current: Values, span: slice) -> Iterator[slice]:
    """Yield the rows of a span between jumps of the current whose current stays within `CONSTANT` of its median."""
    inside = current[span]
    jumps = np.flatnonzero(np.abs(np.diff(inside)) > CONSTANT * inside[:-1]) + 1
    for first, end in zip([0, *jumps], [*jumps, inside.size], strict=True):
        near = np.abs(inside[first:end] / np.median(inside[first:end]) - 1.0) <= CONSTANT
        for rows in spans(near):
            yield slice(span.start + int(first) + rows.start, span.start + int(first) + rows.stop)


def _curve(time: Values, voltage: Values, current: Values) -> ChargeCurve | None:
    """Return dQ/dV of a charge; None where its voltage falls, or rises little, or it is short."""
    settled = slice(1, None)  # the first row may hold the voltage before the current
    time, voltage, current = time[settled], voltage[settled], current[settled]
    if time.size < LEAST_ROWS:
        return None
    highest = np.maximum.accumulate(voltage)
    if (highest - voltage).max() > MOST_FALL or np.ptp(voltage) < LEAST_RISE:
        return None
    charge = np.append(0.0, np.cumsum(current[1:] * np.diff(time)))  # a row tells the current of the step before it
    risen = np.append(True, np.diff(highest) > 0.0)
    edges = np.arange(np.ceil(highest[0] / BIN), np.floor(highest[-1] / BIN) + 1.0) * BIN
    slope = np.diff(np.interp(edges, highest[risen], charge[risen])) / BIN
    return ChargeCurve(float(time[0]), float(time[-1]), float(np.median(current)), edges[:-1] + BIN / 2.0, slope)
