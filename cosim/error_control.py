"""Error control by step doubling: steps as long as a tolerance allows, of the coupled system as a whole.

A pace is a factor on the periods of all layers but the jumping layer, a power of two, so that layers stay harmonic. A
block of pace p is two hyperperiods at this pace; it begins at a multiple of its length, counted from the start or
from the last step of the jumping layer, and does not go beyond the next. The block is run twice: as one hyperperiod at
twice the pace, from where the system is rolled back, and as the two. Both end at the same instant, where all layers
have stepped. The exchange is of second order, so that a third of the difference is the error of the finer solution.
Within the tolerance the finer one is accepted, else it is rolled back and tried at a smaller pace. At the minimum it is
accepted anyway and counted.

What is compared
----------------
Levels (V, K, a share, ...) that the master reads, because they are connected or recorded, weighed by their nominal
values; no flows, integrals, resistances and times. Two things are left out: forecasts, which are linearised about the
last step (`Variable.forecast`), and components without memory, whose slowest time constant is 0: their outputs follow
from the other components, and may be values of an instant within their step. Where a level that follows a changing load
at once is recorded, the steps become short enough to resolve that load.

The error of a block grows with the third power of the pace, which the next one is chosen by.

References
----------
E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer 1993, section II.4
(step doubling, automatic step size control).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.variable import DataType
from ..coupling.guard import Guard, watched_outputs
from ..coupling.schedule import Plan
from ..coupling.system import Layer
from .experiment import ErrorControl, ErrorReport
from .simulation import Simulation

NO_LEVELS = ("A", "W", "J", "C", "s", "Ohm")
"""Units of what is not compared."""

ORDER = 2
"""Order of the exchange."""

SAFETY = 0.5
"""Share of the tolerance that the error at twice the pace is expected to stay below before it is tried."""

Row = TypeVar("Row")

Levels = Mapping[Layer, NDArray[np.float64]]
"""Levels over their nominal values."""


def scaled(plan: Plan, pace: int) -> Plan:
    """Return a plan with the periods of all layers but the jumping layer `pace` times longer."""
    periods = {layer: period * (1 if layer.jumps else pace) for layer, period in plan.periods.items()}
    return replace(plan, periods=periods)


class Controller(Generic[Row]):
    """Moves a simulation block by block.

    Parameters
    ----------
    simulation : Simulation
        All of its layers have just stepped.
    control : ErrorControl
        Tolerance and paces.
    guard : Guard
        Tells whether a pace keeps timescales separated; one that does not is not taken.
    row : callable
        Called after each tick that may be accepted; returns what is to be kept of it.
    stops : callable
        Whether the run ends after the tick just taken. It is looked for at the minimum pace.
    """

    def __init__(
        self,
        simulation: Simulation,
        control: ErrorControl,
        guard: Guard,
        row: Callable[[], Row],
        stops: Callable[[], bool],
    ) -> None:
        self._simulation = simulation
        self._control = control
        self._guard = guard
        self._row = row
        self._stops = stops
        self._ticks = simulation.hyperperiod // simulation.plan.base
        self._pace = control.minimum
        self._counts = {"accepted": 0, "rejected": 0, "at_minimum": 0, "unchecked": 0}
        self._capped: dict[tuple[int, tuple[str, ...]], str] = {}
        self._levels = _levels(simulation, guard)
        self._errors = {layer: 0.0 for layer, _ in self._levels}

    def report(self) -> ErrorReport:
        """Return the counts so far, and the greatest accepted error of each layer."""
        return ErrorReport(**self._counts, errors=dict(self._errors), capped=tuple(self._capped.values()))

    def advance(self, end: int) -> list[Row]:
        """Take a block, not beyond `end` [ns], and return what is kept of its ticks.

        Where no block fits any more, what is left of one hyperperiod is run by the plan itself, unchecked.
        """
        pace = self._fitting(end)
        if pace is None:
            return self._unchecked(end)
        before = self._simulation.save()
        while True:
            rows, errors = self._try(pace, before)
            ratio = math.inf if errors is None else max(errors.values(), default=0.0) / self._control.tolerance
            if rows is not None and (ratio <= 1.0 or pace == self._control.minimum):
                break
            self._counts["rejected"] += 1
            self._pace = pace = self._smaller(pace, ratio)
            self._simulation.restore(before)
        self._accept(pace, ratio, errors or {})
        return rows

    def _fitting(self, end: int) -> int | None:
        """Return the greatest pace up to the present one whose block fits here."""
        simulation = self._simulation
        since, left = simulation.time - simulation.start, end - simulation.time
        if simulation.plan.jumping:
            period = simulation.plan.periods[simulation.plan.jumping]
            since %= period
            left = min(left, period - since)
        pace = self._separated(self._pace)
        while pace >= self._control.minimum:
            block = 2 * pace * simulation.hyperperiod
            if since % block == 0 and block <= left:
                return pace
            pace //= 2
        return None

    def _separated(self, pace: int) -> int:
        """Return the greatest pace up to this one that keeps timescales separated, or the minimum."""
        while pace > self._control.minimum:
            found = self._guard.check(scaled(self._simulation.plan, pace))
            if not found:
                break
            key = found[0].rule, found[0].components
            self._capped.setdefault(key, f"pace {pace} was not taken: {found[0].text}")
            pace //= 2
        return pace

    def _try(self, pace: int, before: bytes) -> tuple[list[Row] | None, dict[Layer, float] | None]:
        """Run a block; return rows, None where the block has to be smaller, and errors, None where they are unknown."""
        simulation = self._simulation
        try:
            simulation.set_pace(2 * pace)
            for _ in range(self._ticks):
                simulation.tick(2 * pace)
            simulation.set_pace(pace)
            coarse = self._read()
        except InputError:
            coarse = None
        simulation.restore(before)
        simulation.set_pace(pace)
        rows = []
        try:
            for _ in range(2 * self._ticks):
                simulation.tick(pace)
                rows.append(self._row())
                if self._stops():
                    return (rows if pace == self._control.minimum else None), {}
        except InputError:
            if pace == self._control.minimum:
                raise
            return None, None
        if coarse is None:
            return rows, None
        fine = self._read()
        return rows, {layer: _error(fine[layer], coarse[layer]) for layer in fine}

    def _read(self) -> Levels:
        return {layer: np.concatenate([view / nominal for view, nominal in views]) for layer, views in self._levels}

    def _smaller(self, pace: int, ratio: float) -> int:
        """Return the pace to try after one whose error was `ratio` times the tolerance; infinity: it is unknown."""
        halvings = math.ceil(math.log2(ratio) / (ORDER + 1)) if 1.0 < ratio < math.inf else 1
        return max(pace >> max(halvings, 1), self._control.minimum)

    def _accept(self, pace: int, ratio: float, errors: Mapping[Layer, float]) -> None:
        self._counts["accepted"] += 1
        self._counts["at_minimum"] += ratio > 1.0
        for layer, error in errors.items():
            self._errors[layer] = max(self._errors[layer], error)
        if pace == self._pace and ratio * 2 ** (ORDER + 1) <= SAFETY:
            self._pace = min(2 * pace, self._control.maximum)

    def _unchecked(self, end: int) -> list[Row]:
        simulation = self._simulation
        simulation.set_pace(1)
        rows = []
        for _ in range(self._ticks):
            simulation.tick()
            rows.append(self._row())
            if self._stops() or simulation.time == end:
                break
        self._counts["unchecked"] += 1
        return rows


def _error(fine: NDArray[np.float64], coarse: NDArray[np.float64]) -> float:
    """Return the greatest error of the finer solution; infinity where a value is not a number."""
    error = float(np.max(np.abs(fine - coarse))) / (2**ORDER - 1)
    return math.inf if math.isnan(error) else error


def _levels(simulation: Simulation, guard: Guard) -> list[tuple[Layer, list[tuple[NDArray[np.float64], float]]]]:
    """Return what is compared by layer: outputs, and their nominal values."""
    timescales, sensitivities = guard.timescales(), watched_outputs(simulation.system)
    found: dict[Layer, list[tuple[NDArray[np.float64], float]]] = {}
    for component in simulation.system.components:
        if component.name in timescales and timescales[component.name].slowest == 0.0:
            continue
        for name, view in simulation.slaves[component.name].outputs.items():
            port = component.ports[name]
            is_level = port.data_type is DataType.REAL and port.unit not in NO_LEVELS and not port.forecast
            if is_level and (component.name, name) not in sensitivities:
                found.setdefault(component.layer, []).append((view, port.nominal))
    return list(found.items())
