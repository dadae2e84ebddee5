"""What the records cannot tell, found from how little they narrow what is known of any cell, and why.

An unknown is told where the deviation that the fit leaves is less than half the one that was expected before. The
reason is looked up in what the records passed through: temperatures, rests, SOC, and current in both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .circuit.priors import TIME_CONSTANTS
from .steps import Steps

NARROWED = 0.5
"""Share of the expected deviation that an unknown is told below."""

CAPACITY_TOLD = 0.05
"""Half width of the capacity's interval, and what of it the records did not reach, over the capacity, that it is told
below."""

RESISTANCE_TOLD = 0.5
"""Half width of a resistance's interval, over its value, that it is told below."""

VOLTAGE_TOLD = 0.02
"""Half width of the open-circuit voltage's interval, over the window of voltage, that it is told below."""

AT_BOUND = 0.02
"""Distance of the logarithm of a time constant from a bound of the search that counts as at the bound."""

HYSTERESIS_CLEAR = 1.5
"""Half widths that the bound of hysteresis is above 0 where it is told: at 1, one cell in forty that has none would be
given some, and the figures that go with it."""

BOTH_WAYS = 0.05
"""Share of the SOC range that must be passed charging and discharging for hysteresis to be looked for: where the
current never turns, only the shape that the model gives it parts it from the open-circuit voltage."""

SOC_BINS = 50
"""Bins of SOC that are passed charging, discharging, or both."""


@dataclass(frozen=True)
class Passed:
    """What the records passed through.

    Parameters
    ----------
    temperatures : (float, float)
        Least and greatest of the cell under current [K].
    longest_rest : float
        [s].
    soc : (float, float)
        Least and greatest state of charge.
    both_ways : float
        Share of the SOC range that was passed both charging and discharging.
    """

    temperatures: tuple[float, float]
    longest_rest: float
    soc: tuple[float, float]
    both_ways: float


def passed(steps: Sequence[Steps], reached: Sequence[NDArray[np.float64]]) -> Passed:
    """Look up what records passed through; `reached` is the SOC before and after each step of each."""
    under = [one.temperature[one.applied != 0.0] for one in steps]
    warm = np.concatenate([one for one in under if len(one)])
    ways = np.zeros((2, SOC_BINS), np.bool_)
    for one, soc in zip(steps, reached, strict=True):
        bins = np.clip((soc[1:] * SOC_BINS).astype(np.int64), 0, SOC_BINS - 1)
        for way, sign in enumerate((-1.0, 1.0)):
            ways[way, bins[sign * one.applied > 0.0]] = True
    both = ways.all(axis=0).sum() / max(ways.any(axis=0).sum(), 1)
    span = float(min(one.min() for one in reached)), float(max(one.max() for one in reached))
    rests = max(_longest_rest(one) for one in steps)
    return Passed((float(warm.min()), float(warm.max())), rests, span, float(both))


def _longest_rest(steps: Steps) -> float:
    passed_by = np.cumsum(np.where(steps.applied == 0.0, steps.duration, 0.0))
    ended = np.where(steps.applied != 0.0, passed_by, 0.0)
    return float(np.max(passed_by - np.maximum.accumulate(ended)))


def range_text(what: Passed) -> str:
    """Return the SOC range as words."""
    return f"the records reach from {100.0 * what.soc[0]:.1f} to {100.0 * what.soc[1]:.1f} % SOC"


def why_capacity(share: float, what: Passed) -> str:
    """Return why a capacity with such a half width, as a share of it, is not told."""
    beyond = max(what.soc[0], 0.0) + max(1.0 - what.soc[1], 0.0)
    if share < CAPACITY_TOLD and beyond < CAPACITY_TOLD:
        return ""
    return f"{range_text(what)}; beyond, the open-circuit voltage was continued to its limits; state the capacity"


def why_time_constant(value: float, pair: int, pairs: int, narrowed: float, what: Passed) -> str:
    """Return why the time constant [s] of a pair (from 0) is not told."""
    distances = np.abs(np.log(TIME_CONSTANTS[pairs][pair]) - np.log(value))
    if distances.min() < AT_BOUND:
        bounds = TIME_CONSTANTS[pairs][pair]
        return f"it ended at a bound of the search, {bounds[0]:g} to {bounds[1]:g} s; try another number of pairs"
    if narrowed < NARROWED:
        return ""
    return (
        f"the longest rest lasts {what.longest_rest:.0f} s, and the voltage shows no relaxation of this pair; "
        "its value is what is expected of any cell"
    )


def why_energy(narrowed: float, what: Passed) -> str:
    """Return why an activation energy is not told."""
    if narrowed < NARROWED:
        return ""
    low, high = what.temperatures
    return (
        f"under current the cell was between {low - 273.15:.1f} and {high - 273.15:.1f} degC only; "
        "its value is what is expected of any cell"
    )


def why_resistance(told: NDArray[np.bool_], what: Passed) -> str:
    """Return why a resistance is not told at knots."""
    if told.all():
        return ""
    return (
        f"the interval is wider than half the value: {range_text(what)}, and there hold too little of how the voltage "
        "follows a change of current"
    )


def why_hysteresis(narrowed: float, value: float, half_width: float, what: Passed) -> str:
    """Return why the bound of hysteresis is not told."""
    if narrowed >= NARROWED or what.both_ways < BOTH_WAYS:
        return (
            f"{100.0 * what.both_ways:.0f} % of the SOC range was passed both charging and discharging, too little to "
            "part it from the open-circuit voltage; taken as 0"
        )
    if value <= HYSTERESIS_CLEAR * half_width:
        return f"{1e3 * value:.1f} +- {1e3 * half_width:.1f} mV cannot be told from none; taken as 0"
    return ""


def why_entropic(told: NDArray[np.bool_], what: Passed) -> str:
    """Return why dU/dT is not told at knots."""
    if told.all():
        return ""
    low, high = what.temperatures
    return (
        f"the cell was between {low - 273.15:.1f} and {high - 273.15:.1f} degC, and {range_text(what)}: it takes "
        "records at several temperatures, or the temperature of cell and air"
    )
