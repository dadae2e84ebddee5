"""The tables of the cell from the voltage of the HPPC tests: smoothed linear least squares for given dynamics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from leaf_records import Record
from numpy.typing import NDArray
from scipy.optimize import nnls

from identification.basis import BLOCKS, EDGES, Axis, Dynamics, columns
from identification.figures import MAXIMUM_VOLTAGE, MINIMUM_VOLTAGE, NODES
from identification.intervals import covariance

BY_ROWS = 0.6
"""Share of a row's weight that is the same for every row; the rest goes by the time it stands for."""

THINNED = ("DCHG9", "REST5", "CHRG8")
"""Long stretches of one row a second, of which every eighth row is taken."""

KEPT_AFTER_CHANGE = 15
"""Rows that are taken in any case after the procedure's next step."""

VOLTAGE_CURVATURE = 4.0
"""Weight of the second differences of the open-circuit voltage [1/V]."""

RESISTANCE_CURVATURE = 700.0
"""Weight of the second differences of the resistances [1/Ohm]."""

ENTROPIC_WEIGHT = 0.3
"""Residual that one standard deviation of dU/dT from the thermocouples' counts as."""

LEAST_SLOPE = 0.05
"""Of the open-circuit voltage over SOC [V]."""

LEAST_RESISTANCE = 5e-5
"""At every knot [Ohm]."""

FLOOR = 2.5
"""Voltage below any open-circuit voltage [V]."""

END_WEIGHT = 1e3
"""Of the voltages at SOC 0 and 1, where the axis is set [1/V]."""


@dataclass(frozen=True, eq=False)
class Test:
    """An HPPC test as it enters the fit.

    Parameters
    ----------
    record : Record
        What was measured.
    temperature : (steps,) array
        Of the cell [K], simulated with its own heat.
    accuracy : float
        Residual that is worth as much as another record's [V].
    first_row : int
        The first row that is fitted.
    cold : bool
        Whether its charge count is offset from that of the 25 degC record.
    """

    record: Record
    temperature: NDArray[np.float64]
    accuracy: float
    first_row: int
    cold: bool


@dataclass(frozen=True, eq=False)
class Prior:
    """What is known beside the voltage.

    Parameters
    ----------
    entropic_coefficient : (ENTROPIC_KNOTS,) array
        From the thermocouples [V/K].
    entropic_deviation : float
        Standard deviation of the tables' dU/dT about it [V/K].
    axis_set : bool
        Whether SOC 0 and 1 are at the limits of voltage already.
    """

    entropic_coefficient: NDArray[np.float64]
    entropic_deviation: float
    axis_set: bool


@dataclass(frozen=True, eq=False)
class Problem:
    """Weighted least squares: rows of the tests, then rows of smoothing and prior.

    Parameters
    ----------
    matrix : (equations, EDGES[-1]) array
        Both together.
    right : (equations,) array
        Right-hand side.
    times : tuple of arrays
        Time of the rows of each test [s]; they are the first rows of the matrix, test by test.
    """

    matrix: NDArray[np.float64]
    right: NDArray[np.float64]
    times: tuple[NDArray[np.float64], ...]


def pose(tests: tuple[Test, ...], dynamics: Dynamics, axis: Axis, prior: Prior) -> Problem:
    """Write down the least-squares problem of all tests."""
    parts, times = [], []
    for test in tests:
        weights, kept = _weights(test)
        offset = dynamics.offset if test.cold else 0.0
        matrix = columns(test.record, test.temperature, dynamics, axis, offset)[kept]
        parts.append((matrix * weights[:, np.newaxis], test.record.voltage[kept] * weights))
        times.append(test.record.time[kept])
    parts += [_smoothing(), _entropic_prior(prior)]
    if prior.axis_set:
        parts.append(_ends())
    return Problem(np.vstack([part[0] for part in parts]), np.concatenate([part[1] for part in parts]), tuple(times))


def _weights(test: Test) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Weights of the rows that are kept, and their numbers."""
    record = test.record
    weights = BY_ROWS / len(record.time) + (1.0 - BY_ROWS) * record.interval / record.interval.sum()
    long = np.isin(record.phase, THINNED)
    kept = ~long | (np.arange(len(record.time)) % 8 == 0)
    for change in np.flatnonzero(record.phase[1:] != record.phase[:-1]) + 1:
        kept[change : change + KEPT_AFTER_CHANGE] = True
    kept[: test.first_row] = False
    weights = np.sqrt(weights * np.where(long, 6.0, 1.0)) / test.accuracy  # 6: rows dropped, less those kept anyhow
    return weights[kept], np.flatnonzero(kept)


def _smoothing() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Second differences of voltage and resistances; both bend more below 12 and 10 % SOC."""
    parts = []
    for begin, count in zip(EDGES[:-2], BLOCKS[:-1], strict=True):
        part = np.zeros((count - 2, EDGES[-1]))
        part[:, begin : begin + count] = np.diff(np.eye(count), 2, axis=0)
        weights = np.full(count - 2, VOLTAGE_CURVATURE if begin == 0 else RESISTANCE_CURVATURE)
        weights[: NODES // 8 if begin == 0 else 3] *= 0.1 if begin == 0 else 0.3
        if begin == 0:
            weights[: NODES // 16] *= 0.5
        parts.append(part * weights[:, np.newaxis])
    matrix = np.vstack(parts)
    return matrix, np.zeros(len(matrix))


def _entropic_prior(prior: Prior) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    weight = ENTROPIC_WEIGHT / prior.entropic_deviation
    return weight * np.eye(EDGES[-1])[EDGES[-2] :], weight * prior.entropic_coefficient


def _ends() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    matrix = np.eye(EDGES[-1])[[0, NODES - 1]]
    return END_WEIGHT * matrix, END_WEIGHT * np.array([MINIMUM_VOLTAGE, MAXIMUM_VOLTAGE])


def solve(problem: Problem) -> NDArray[np.float64]:
    """Tables of least squares, by the normal equations and one refinement."""
    normal = _normal(problem)
    tables = np.linalg.solve(normal, problem.matrix.T @ problem.right)
    return tables + np.linalg.solve(normal, problem.matrix.T @ (problem.right - problem.matrix @ tables))


def solve_bounded(problem: Problem) -> NDArray[np.float64]:
    """Tables of least squares with a rising open-circuit voltage and positive resistances, dU/dT as without bounds.

    The unknowns of the non-negative least squares are the voltage's rises above the least slope, and the resistances
    above the least.
    """
    free = EDGES[-2]
    entropic = solve(problem)[free:]
    rises = np.eye(free)
    rises[:NODES, :NODES] = np.tril(np.ones((NODES, NODES)))
    least = np.full(free, LEAST_RESISTANCE)
    least[:NODES] = FLOOR + LEAST_SLOPE * np.linspace(0.0, 1.0, NODES)
    right = problem.right - problem.matrix[:, free:] @ entropic - problem.matrix[:, :free] @ least
    orthogonal, triangle = np.linalg.qr(problem.matrix[:, :free])
    above, _ = nnls(triangle @ rises, orthogonal.T @ right, maxiter=20000)
    return np.concatenate([least + rises @ above, entropic])


def tables_covariance(problem: Problem, tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of the unbounded tables for given dynamics."""
    residuals = problem.matrix @ tables - problem.right
    ends = np.cumsum([0, *(len(time) for time in problem.times)])
    return covariance(_normal(problem), [
        (problem.matrix[begin:end] * residuals[begin:end, np.newaxis], time)
        for begin, end, time in zip(ends[:-1], ends[1:], problem.times, strict=True)
    ])  # fmt: skip


def _normal(problem: Problem) -> NDArray[np.float64]:
    return problem.matrix.T @ problem.matrix + 1e-9 * np.eye(EDGES[-1])  # unknowns that no row reaches stay 0
