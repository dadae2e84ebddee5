"""Heat capacity, convection and dU/dT from temperatures that were measured on the cell, jointly.

The temperature is linear in the temperature at the start, in the reciprocal heat capacity and in dU/dT over the heat
capacity once the rate of cooling is given: linear least squares inside a search over one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ...core.kernel import Block, kernel
from ...models.numerics.relaxation import relax
from .circuit.basis import interpolation
from .circuit.intervals import correlation_time
from .simulation import CellResponse
from .steps import Steps

MOST_SAMPLES = 4000
"""Samples of a record that are fitted, evenly spaced."""

RATES = (1e-5, 3e-2)
"""Bounds of the rate of cooling [1/s]."""

BEND = 0.3e-3
"""Second difference of dU/dT between tenths of SOC that the weak prior expects [V/K]."""

TOLD = 0.25
"""Relative standard deviation of the heat capacity from which on the temperatures do not tell it."""


@dataclass(frozen=True, eq=False)
class ThermalFigures:
    """Heat capacity [J/K], convection [W/K] and dU/dT at its knots [V/K]."""

    heat_capacity: float
    convection: float
    entropic_coefficient: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ThermalFit:
    """What temperatures tell.

    Parameters
    ----------
    figures, deviations : ThermalFigures
        Figures and their standard deviations.
    entropic_covariance : (knots, knots) array
        Covariance of dU/dT [V2/K2].
    residual : float
        Root mean square of simulated less measured temperature [K].
    """

    figures: ThermalFigures
    deviations: ThermalFigures
    entropic_covariance: NDArray[np.float64]
    residual: float

    @property
    def told(self) -> bool:
        """Whether the temperatures tell the heat capacity."""
        return self.deviations.heat_capacity < TOLD * self.figures.heat_capacity


@dataclass(frozen=True, eq=False)
class _Warmed:
    """A record, its sources of heat, and the samples that are fitted, weighted by the time that they stand for."""

    steps: Steps
    sources: NDArray[np.float64]
    rows: NDArray[np.int64]
    weight: NDArray[np.float64]


def fit_thermal(simulated: Sequence[tuple[Steps, CellResponse]], knots: int, heat_capacity: float) -> ThermalFit:
    """Fit the temperatures of records that measured those of cell and air.

    Parameters
    ----------
    simulated : sequence of (Steps, CellResponse)
        The records, each with its simulation without dU/dT, held at the measured temperature.
    knots : int
        Of dU/dT over SOC.
    heat_capacity : float
        Typical one, which turns what is expected of dU/dT into that over the heat capacity [J/K].
    """
    records = [_warmed(steps, simulation, knots) for steps, simulation in simulated]
    bend = BEND * (10.0 / (knots - 1)) ** 1.5 / heat_capacity
    prior = np.zeros((knots - 2, len(records) + 1 + knots))
    prior[:, len(records) + 1 :] = np.diff(np.eye(knots), 2, axis=0) / bend
    noise = 0.1
    for _ in range(2):
        best = minimize_scalar(
            lambda log_rate, noise=noise: _solved(records, np.exp(log_rate), prior * noise)[2],
            bounds=np.log(RATES), method="bounded", options={"xatol": 1e-8},
        )  # fmt: skip
        unknowns, residuals, _ = _solved(records, np.exp(best.x), prior * noise)
        noise = float(np.sqrt(np.mean(np.concatenate(residuals) ** 2)))
    covariance = _covariance(records, best.x, unknowns, residuals, prior, noise)
    return _figures(float(np.exp(best.x)), unknowns[len(records) :], covariance, noise)


def _warmed(steps: Steps, simulation: CellResponse, knots: int) -> _Warmed:
    middle = simulation.soc - 0.5 * np.diff(simulation.soc, prepend=simulation.soc[0])
    reversible = interpolation(middle, knots) * (steps.applied * steps.temperature)[:, np.newaxis]
    sources = np.column_stack([simulation.heat_rate, reversible])
    time = steps.record.time
    rows = np.arange(0, len(time), -(-len(time) // MOST_SAMPLES))
    interval = np.gradient(time[rows])
    return _Warmed(steps, sources, rows, np.sqrt(interval / interval.mean()))


def _responses(records: Sequence[_Warmed], rate: float) -> list[NDArray[np.float64]]:
    """Weighted temperature at the samples of each record: due to the air, then for each unknown.

    Unknowns are the temperature of each record at its start, then each source over 1 J/K.
    """
    result = []
    for number, record in enumerate(records):
        steps = record.steps
        out = np.zeros((len(steps.duration) + 1, record.sources.shape[1] + 2))
        out[0, 1] = 1.0
        driven = np.column_stack([rate * steps.ambient, np.zeros(len(steps.ambient)), record.sources])
        _drive(steps.duration, driven, rate, out)
        samples = out[steps.last[record.rows] + 1]
        starts = np.zeros((len(samples), len(records)))
        starts[:, number] = samples[:, 1]
        result.append(np.column_stack([samples[:, 0], starts, samples[:, 2:]]) * record.weight[:, np.newaxis])
    return result


def _measured(record: _Warmed) -> NDArray[np.float64]:
    return record.weight * np.asarray(record.steps.record.temperature)[record.rows]


@kernel
def _drive(duration: Block, sources: Block, rate: float, out: Block) -> None:
    for n in range(duration.shape[0]):
        for k in range(sources.shape[1]):
            out[n + 1, k], _, _ = relax(out[n, k], sources[n, k] / rate, rate, duration[n])


def _solved(
    records: Sequence[_Warmed], rate: float, prior: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]], float]:
    """Unknowns of least squares at a rate, the residuals of each record [K], and the sum of all squares."""
    responses = _responses(records, rate)
    right = [_measured(record) - one[:, 0] for record, one in zip(records, responses, strict=True)]
    matrix = np.vstack([*(one[:, 1:] for one in responses), prior])
    unknowns = np.linalg.lstsq(matrix, np.concatenate([*right, np.zeros(len(prior))]), rcond=None)[0]
    residuals = [one[:, 1:] @ unknowns - wanted for one, wanted in zip(responses, right, strict=True)]
    return unknowns, residuals, float(sum(np.sum(one**2) for one in residuals) + np.sum((prior @ unknowns) ** 2))


def _covariance(
    records: Sequence[_Warmed], log_rate: float, unknowns: NDArray[np.float64], residuals: list[NDArray[np.float64]],
    prior: NDArray[np.float64], noise: float,
) -> NDArray[np.float64]:  # fmt: skip
    """Covariance of the logarithm of the rate and the unknowns; see `intervals`."""
    step = 1e-4
    known = np.pad(prior.T @ prior, ((1, 0), (1, 0)))
    normal, meat = known.copy(), known.copy()
    near = (_responses(records, float(np.exp(log_rate + side * step))) for side in (0.0, 1.0, -1.0))
    for response, beyond, before, rows in zip(*near, residuals, strict=True):
        slope = (beyond - before) @ np.concatenate([[1.0], unknowns]) / (2.0 * step)
        jacobian = np.column_stack([slope, response[:, 1:]]) / noise
        normal += jacobian.T @ jacobian
        meat += correlation_time(rows) * (jacobian.T @ jacobian)
    bread = np.linalg.inv(normal)
    return bread @ meat @ bread


def _figures(
    rate: float, unknowns: NDArray[np.float64], covariance: NDArray[np.float64], residual: float
) -> ThermalFit:
    """Turn the unknowns without those of the start into figures, with deviations to first order."""
    reciprocal = max(float(unknowns[0]), 1e-9)
    heat_capacity, count = 1.0 / reciprocal, len(unknowns)
    turn = np.zeros((1 + count, 1 + count))
    turn[0, 1] = -(heat_capacity**2)
    turn[1, 0], turn[1, 1] = rate * heat_capacity, -rate * heat_capacity**2
    turn[2:, 1], turn[2:, 2:] = -unknowns[1:] * heat_capacity**2, heat_capacity * np.eye(count - 1)
    kept = np.concatenate([[0], np.arange(len(covariance) - count, len(covariance))])
    turned = turn @ covariance[np.ix_(kept, kept)] @ turn.T
    deviations = np.sqrt(np.diag(turned))
    return ThermalFit(
        ThermalFigures(heat_capacity, rate * heat_capacity, unknowns[1:] * heat_capacity),
        ThermalFigures(float(deviations[0]), float(deviations[1]), deviations[2:]),
        turned[2:, 2:],
        residual,
    )
