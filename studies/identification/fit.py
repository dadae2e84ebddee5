"""Fit a cell to records: electrical and thermal fits in turn, until each has seen the other's result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...models.cell.kind import CellParameters
from ...records.record import CellRecord
from .assembly import assemble
from .circuit import alignment, priors
from .circuit.search import Problem, search
from .circuit.unknowns import Dynamics, Unknowns
from .fitted import FittedCell
from .found import Found
from .settings import FitSettings
from .simulation import simulate_heating, simulate_held
from .steps import Steps, cut
from .thermal import ThermalFit, fit_thermal
from .verdicts import BOTH_WAYS, passed

SWEEPS = 3
"""Electrical fits; between two of them stands a thermal one, where temperatures were measured."""

FIRST_NOISE = 1e-3
"""Deviation of the residuals before a fit has told it [V]."""

HEAT_DECIDES = 0.03
"""Factor on the deviations of dU/dT that temperatures leave: heat tells dU/dT at once, while the voltages of records at
several temperatures differ too by what an hour of rest leaves of slower relaxations, which the circuit has not."""


@dataclass(frozen=True, eq=False)
class _State:
    """What a sweep begins with."""

    steps: dict[str, Steps]
    begin: Dynamics
    noise: NDArray[np.float64]
    hysteresis: bool
    axis_set: bool
    thermal: ThermalFit | None


def fit_cell(
    records: Mapping[str, CellRecord], settings: FitSettings, progress: Callable[[], object] = lambda: None
) -> FittedCell:
    """Fit an equivalent circuit to records of one cell.

    Voltages tell capacity, tables, time constants, activation energies and hysteresis; temperatures of cell and air,
    where a record has both, tell heat capacity, convection and dU/dT. What the records do not tell keeps what is
    expected of any cell, and is told (`FittedCell.report`).

    Parameters
    ----------
    records : mapping of str to CellRecord
        The records by name. The cell rests before a record, unless its first row has a current. A record without
        temperatures was measured at the reference temperature.
    settings : FitSettings
        Structure, and what is known.
    progress : callable
        Called at every trial of the search.

    Raises
    ------
    InputError
        When no record is left to fit, one to hold out is not there, or the records hold no change of current.
    """
    steps = {name: cut(name, record, settings.reference_temperature) for name, record in records.items()}
    absent = settings.held_out - steps.keys()
    if absent:
        raise InputError(f"{min(absent)}: held out, but not among the records {', '.join(steps)}")
    fitted = _fitted(steps, settings)
    if not fitted:
        raise InputError("no record is left to fit: all are held out")
    layout, scales = Unknowns(settings, len(fitted)), alignment.scales(fitted, settings)
    begin, noise = alignment.begin(fitted, settings, scales), np.full(len(fitted), FIRST_NOISE)
    state = _State(steps, begin, noise, hysteresis=False, axis_set=False, thermal=None)
    looked_for = (0.0, 0.0, 1.0)
    for sweep in range(SWEEPS):
        problem = _problem(state, layout, scales)
        found = Found(
            problem, search(problem, state.begin, progress), scales, state.steps, state.thermal, state.axis_set
        )
        if state.hysteresis:
            looked_for = found.hysteresis
        if sweep < SWEEPS - 1:
            state = _next(state, found)
    return assemble(found, looked_for)


def _fitted(steps: Mapping[str, Steps], settings: FitSettings) -> tuple[Steps, ...]:
    return tuple(one for name, one in steps.items() if name not in settings.held_out)


def _problem(state: _State, layout: Unknowns, scales: priors.Scales) -> Problem:
    settings, steps = layout.settings, _fitted(state.steps, layout.settings)
    entropic = None
    if state.thermal and state.thermal.told:
        covariance = HEAT_DECIDES**2 * state.thermal.entropic_covariance
        entropic = state.thermal.figures.entropic_coefficient, covariance
    rested = tuple(one.begins_at_rest for one in steps)
    free = np.ones(len(state.begin.packed()), np.bool_)
    free[0] = state.axis_set and settings.capacity is None
    free[1] = state.axis_set and settings.initial_soc is None
    free[len(steps) + settings.pairs] = settings.slowest_time_constant is None
    prior = priors.prior(layout, scales, rested, state.hysteresis, state.axis_set, entropic)
    return Problem(steps, layout, prior, free, state.noise)


def _next(state: _State, found: Found) -> _State:
    """Take up what a sweep has found: noise, hysteresis, heat, and the temperatures that follow from it."""
    starts = {name: found.voltage(steps)[1] for name, steps in state.steps.items()}
    thermal = _thermal(found, starts)
    warm = state.steps
    if thermal and thermal.told:
        kind = replace(found, thermal=thermal).kind
        warm = {name: _warmed(steps, kind, starts[name]) for name, steps in state.steps.items()}
    settings, dynamics = found.layout.settings, found.solution.dynamics
    if not state.axis_set:
        voltage = found.linear[found.layout.table(0)]
        dynamics = alignment.set_axis(voltage, dynamics, found.reached, found.scales, settings)
    turned = passed(found.problem.steps, [found.soc(one, starts[one.name]) for one in found.problem.steps]).both_ways
    hysteresis = found.hysteresis_told if state.axis_set else settings.hysteresis and turned >= BOTH_WAYS
    return _State(warm, dynamics, found.solution.noise(), hysteresis, True, thermal)


def _thermal(found: Found, starts: Mapping[str, float]) -> ThermalFit | None:
    """Fit the temperatures of the records that have those of cell and air."""
    kind = found.kind
    irreversible = replace(kind, entropic_coefficient=np.zeros(kind.nodes))
    measured = [
        (steps, simulate_held(steps, irreversible, starts[name], steps.temperature))
        for name, steps in found.steps.items()
        if steps.record.temperature is not None and steps.record.ambient is not None
    ]
    return fit_thermal(measured, found.layout.settings.entropic_knots, kind.heat_capacity) if measured else None


def _warmed(steps: Steps, kind: CellParameters, start: float) -> Steps:
    """Let the cell of a record without its temperature warm by its own heat."""
    if steps.record.temperature is not None:
        return steps
    first = steps.ambient[0]
    heated = simulate_heating(steps, kind, start, first).temperature
    return replace(steps, temperature=np.concatenate([[first], heated[:-1]]))
