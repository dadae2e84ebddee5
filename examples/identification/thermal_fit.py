"""Heat capacity, convection and dU/dT of the cell from the thermocouples, jointly.

The temperature is linear in the temperature at the start, in the reciprocal heat capacity and in dU/dT over the heat
capacity once the rate of cooling is given: linear least squares inside a search over one number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from leaf_records import Record, Thermocouples
from leaf_simulation import Simulation
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from identification.basis import interpolation
from identification.figures import DECIMALS, ENTROPIC_KNOTS, rounded
from identification.intervals import covariance, half_widths
from packfmu.core.kernel import Block, kernel
from packfmu.models.numerics.relaxation import relax

THINNING = 5
"""Every fifth sample of the thermocouples is fitted: 15 s."""

RATES = (3e-4, 3e-3)
"""Bounds of the rate of cooling [1/s]."""

BEND = 0.3e-3
"""Second difference of dU/dT that the weak prior expects [V/K]."""

BEND_WEIGHT = 0.18
"""Residual that a bend of that size counts as [K]."""

TYPICAL_HEAT_CAPACITY = 1300.0
"""Turns the prior on dU/dT into one on dU/dT over the heat capacity [J/K]."""


@dataclass(frozen=True, eq=False)
class ThermalFigures:
    """Heat capacity [J/K], convection [W/K] and dU/dT at its knots [V/K]."""

    heat_capacity: float
    convection: float
    entropic_coefficient: NDArray[np.float64]


def fit_thermal(
    record: Record, thermocouples: Thermocouples, temperature: NDArray[np.float64], simulation: Simulation
) -> tuple[ThermalFigures, ThermalFigures]:
    """Fit the thermocouples.

    Parameters
    ----------
    record : Record
        The 1C test.
    thermocouples : Thermocouples
        What was measured during it.
    temperature : (steps,) array
        Of the cell as measured [K].
    simulation : Simulation
        Of the cell without dU/dT, held at that temperature.

    Returns
    -------
    figures, half_widths : ThermalFigures
        The figures rounded to their stated decimals, and their 95 % intervals.
    """
    middle = simulation.soc - 0.5 * np.diff(simulation.soc, prepend=simulation.soc[0])
    reversible = interpolation(middle, ENTROPIC_KNOTS) * (record.applied * temperature)[:, np.newaxis]
    sources = np.column_stack([simulation.heat_rate, reversible])
    within = thermocouples.time <= record.time[-1]
    time, measured = thermocouples.time[within][::THINNING], thermocouples.cell[within][::THINNING]

    def responses(rate: float) -> NDArray[np.float64]:
        return _responses(record, sources, rate, time)

    def misfit(log_rate: float) -> float:
        matrix = responses(np.exp(log_rate))
        return float(np.sum((matrix[:, 1:] @ _solve(matrix, measured) + matrix[:, 0] - measured) ** 2))

    best = minimize_scalar(misfit, bounds=np.log(RATES), method="bounded", options={"xatol": 1e-8})
    rate = float(np.exp(best.x))
    matrix = responses(rate)
    unknowns = _solve(matrix, measured)
    nearby = responses(rate * np.exp(1e-4))
    slope = (nearby - matrix) @ np.concatenate([[1.0], unknowns]) / 1e-4
    residuals = matrix[:, 1:] @ unknowns + matrix[:, 0] - measured
    jacobian = np.column_stack([slope, matrix[:, 1:]])
    return _figures(rate, unknowns), _half_widths(rate, unknowns, jacobian, residuals, time)


def _responses(
    record: Record, sources: NDArray[np.float64], rate: float, time: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Temperature at `time` for each unknown: ambient, 1 K at the start, then each source over 1 J/K."""
    result = np.zeros((len(record.duration) + 1, sources.shape[1] + 2))
    result[0, 1] = 1.0
    driven = np.column_stack([rate * record.ambient, np.zeros(len(record.ambient)), sources])
    _drive(record.duration, driven, rate, result)
    ends = np.concatenate([[record.ends[0] - record.duration[0]], record.ends])
    return np.column_stack([np.interp(time, ends, column) for column in result.T])


@kernel
def _drive(duration: Block, sources: Block, rate: float, out: Block) -> None:
    for n in range(duration.shape[0]):
        for k in range(sources.shape[1]):
            out[n + 1, k], _, _ = relax(out[n, k], sources[n, k] / rate, rate, duration[n])


def _prior() -> NDArray[np.float64]:
    matrix = np.zeros((ENTROPIC_KNOTS - 2, ENTROPIC_KNOTS + 2))
    matrix[:, 2:] = np.diff(np.eye(ENTROPIC_KNOTS), 2, axis=0)
    return BEND_WEIGHT / (BEND / TYPICAL_HEAT_CAPACITY) * matrix


def _solve(matrix: NDArray[np.float64], measured: NDArray[np.float64]) -> NDArray[np.float64]:
    prior = _prior()
    right = np.concatenate([measured - matrix[:, 0], np.zeros(len(prior))])
    return np.linalg.lstsq(np.vstack([matrix[:, 1:], prior]), right, rcond=None)[0]


def _figures(rate: float, unknowns: NDArray[np.float64]) -> ThermalFigures:
    heat_capacity = 1.0 / unknowns[1]
    return ThermalFigures(
        rounded(heat_capacity, DECIMALS["heat_capacity"]),
        rounded(rate * heat_capacity, DECIMALS["convection"]),
        rounded(unknowns[2:] * heat_capacity, DECIMALS["entropic_coefficient"]),
    )


def _half_widths(
    rate: float,
    unknowns: NDArray[np.float64],
    jacobian: NDArray[np.float64],
    residuals: NDArray[np.float64],
    time: NDArray[np.float64],
) -> ThermalFigures:
    """Intervals of the figures, to first order in those of the logarithm of the rate and the unknowns."""
    prior = np.pad(_prior(), ((0, 0), (1, 0)))
    covariances = covariance(jacobian.T @ jacobian + prior.T @ prior, [(jacobian * residuals[:, np.newaxis], time)])
    heat_capacity = 1.0 / unknowns[1]
    turn = np.zeros((2 + ENTROPIC_KNOTS, 1 + len(unknowns)))
    turn[0, 2] = -(heat_capacity**2)
    turn[1, 0], turn[1, 2] = rate * heat_capacity, -rate * heat_capacity**2
    turn[2:, 2] = -unknowns[2:] * heat_capacity**2
    turn[2:, 3:] = heat_capacity * np.eye(ENTROPIC_KNOTS)
    widths = half_widths(turn @ covariances @ turn.T)
    return ThermalFigures(widths[0], widths[1], widths[2:])
