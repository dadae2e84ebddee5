"""The whole identification: electrical and thermal fits in turn, until each has seen the other's result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from leaf_records import Record, Thermocouples, read_discharges, read_hppc
from leaf_simulation import rested_soc, simulate_heating, simulate_held
from numpy.typing import NDArray

from identification import electrical
from identification.basis import EDGES, Axis, Dynamics, count_charge
from identification.dynamics import BEGIN, Spread, search, spread
from identification.electrical import Prior, Problem, Test
from identification.figures import (
    DECIMALS,
    ENTROPIC_KNOTS,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NODES,
    Figures,
    cell_parameters,
    grid,
    rounded,
)
from identification.intervals import TWO_SIDED, half_widths
from identification.thermal_fit import ThermalFigures, fit_thermal

SWEEPS = 4
"""Electrical fits; between two of them stands a thermal one."""

FIRST_AXIS = Axis(31.2 * 3600.0, 0.985)
"""How charge is counted before the first fit has told."""

FIRST_THERMAL = ThermalFigures(1350.0, 1.4, np.zeros(ENTROPIC_KNOTS))
"""What the first electrical fit knows of heat."""

ACCURACY = {25: 2e-3, 10: 4e-3}
"""Residuals that count alike in the two HPPC tests [V]: their targets."""

ENTROPIC_DEVIATION, UNKNOWN = 5e-5, 1.0
"""How far the HPPC tests may move dU/dT from the thermocouples' [V/K], and before those have told."""

BOTTOM, TOP = 0.02, 0.03
"""SOC over which the ends of the open-circuit voltage are continued straight."""


@dataclass(frozen=True, eq=False)
class Identified:
    """What was found, and how well.

    Parameters
    ----------
    figures : Figures
        Rounded to their stated decimals.
    capacity_width : float
        Half width of the 95 % interval of the capacity [C].
    spread : Spread
        Of the dynamics.
    tables : (EDGES[-1],) array
        Half widths of the tables, in the order of `basis.BLOCKS`.
    thermal : ThermalFigures
        Half widths of the thermal figures.
    """

    figures: Figures
    capacity_width: float
    spread: Spread
    tables: NDArray[np.float64]
    thermal: ThermalFigures


def identify(progress: Callable[[], object]) -> Identified:
    """Identify the cell from its records; `progress` is called at every trial of the search."""
    tests = tuple(_test(celsius) for celsius in (25, 10))
    discharges, thermocouples = read_discharges()
    axis, dynamics, thermal = FIRST_AXIS, BEGIN, FIRST_THERMAL
    for sweep in range(SWEEPS):
        prior = Prior(thermal.entropic_coefficient, ENTROPIC_DEVIATION if sweep else UNKNOWN, axis_set=sweep > 1)
        dynamics, result = search(tests, axis, prior, dynamics, progress)
        problem = electrical.pose(tests, dynamics, axis, prior)
        if sweep == 1:
            axis, capacity_width = _set_axis(tests, dynamics, axis, problem)
            problem = electrical.pose(tests, dynamics, axis, replace(prior, axis_set=True))
        figures = _figures(axis, dynamics, thermal, electrical.solve_bounded(problem))
        if sweep < SWEEPS - 1:
            thermal, thermal_width = _fit_thermal(figures, discharges, thermocouples)
            warm = replace(figures, heat_capacity=thermal.heat_capacity, convection=thermal.convection)
            tests = tuple(_warmed(test, warm, dynamics, axis) for test in tests)
    tables = electrical.tables_covariance(problem, electrical.solve(problem))
    return Identified(figures, capacity_width, spread(result, problem), half_widths(tables), thermal_width)


def _test(celsius: int) -> Test:
    """Take an HPPC test; the one at 25 degC begins in the middle of a charge and is fitted from its end."""
    record = read_hppc(celsius)
    cold = celsius == 10
    return Test(record, record.ambient, ACCURACY[celsius], 0 if cold else record.full + 1, cold)


def _warmed(test: Test, figures: Figures, dynamics: Dynamics, axis: Axis) -> Test:
    """Let the cell of a test warm by its own heat."""
    soc = float(_reached(test, dynamics, axis)[0])
    simulation = simulate_heating(test.record, cell_parameters(figures), soc, test.record.ambient[0])
    before = np.concatenate([test.record.ambient[:1], simulation.temperature[:-1]])
    return replace(test, temperature=before)


def _figures(axis: Axis, dynamics: Dynamics, thermal: ThermalFigures, tables: NDArray[np.float64]) -> Figures:
    voltage, ohmic, *pairs, entropic = np.split(tables, EDGES[1:-1])
    return Figures(
        capacity=axis.capacity,
        open_circuit_voltage=voltage,
        entropic_coefficient=entropic,
        ohmic_resistance=ohmic,
        polarisation_resistance=np.array(pairs),
        time_constant=dynamics.time_constant,
        ohmic_activation_energy=dynamics.ohmic_activation_energy,
        polarisation_activation_energy=dynamics.polarisation_activation_energy,
        heat_capacity=thermal.heat_capacity,
        convection=thermal.convection,
    ).rounded()


def _fit_thermal(
    figures: Figures, discharges: Record, thermocouples: Thermocouples
) -> tuple[ThermalFigures, ThermalFigures]:
    """Fit the thermocouples with the heat of the cell at the temperature that they measured."""
    kind = cell_parameters(figures)
    measured = np.interp(discharges.middles, thermocouples.time, thermocouples.cell)
    soc = rested_soc(discharges, lambda start: simulate_held(discharges, kind, start, measured))
    irreversible = replace(kind, entropic_coefficient=np.zeros(NODES))
    return fit_thermal(discharges, thermocouples, measured, simulate_held(discharges, irreversible, soc, measured))


def _set_axis(tests: tuple[Test, ...], dynamics: Dynamics, axis: Axis, problem: Problem) -> tuple[Axis, float]:
    """Put SOC 0 and 1 where the open-circuit voltage reaches its limits; tell the half width of the capacity too."""
    tables = electrical.solve(problem)
    reached = np.concatenate([_reached(test, dynamics, axis) for test in tests])

    def ends(voltage: NDArray[np.float64]) -> NDArray[np.float64]:
        low = _line_end(voltage, reached.min(), reached.min() + BOTTOM, MINIMUM_VOLTAGE)
        return np.array([low, _line_end(voltage, reached.max() - TOP, reached.max(), MAXIMUM_VOLTAGE)])

    voltage, step = tables[:NODES], 1e-6
    low, high = ends(voltage)
    gradient = np.array([np.diff(ends(voltage + step * node) - (low, high)).item() for node in np.eye(NODES)]) / step
    covariance = electrical.tables_covariance(problem, tables)[:NODES, :NODES]
    width = axis.capacity * TWO_SIDED * np.sqrt(gradient @ covariance @ gradient)
    capacity = rounded(axis.capacity * (high - low), DECIMALS["capacity"])
    return Axis(capacity, rounded((axis.full - low) / (high - low), 5)), float(width)


def _reached(test: Test, dynamics: Dynamics, axis: Axis) -> NDArray[np.float64]:
    charge = count_charge(test.record, test.temperature, axis.capacity)
    return axis.full + (charge + (dynamics.offset if test.cold else 0.0)) / axis.capacity


def _line_end(voltage: NDArray[np.float64], low: float, high: float, level: float) -> float:
    """SOC at which the straight line through the voltage between two SOC reaches a level."""
    soc = grid(NODES)
    within = (soc >= low) & (soc <= high)
    slope, intercept = np.polyfit(soc[within], voltage[within], 1)
    return float((level - intercept) / slope)
