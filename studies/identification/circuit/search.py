"""The search for what the voltage is not linear in, around least squares of the tables (variable projection).

G. H. Golub, V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413-432, doi:10.1137/0710036: for every trial of capacity,
states of charge, time constants and activation energies the tables are those of least squares, so that the search is
over few unknowns. Its derivatives are those of L. Kaufman, BIT 15 (1975) 49-57, doi:10.1007/BF01932995.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import least_squares

from ..steps import Steps
from .basis import columns
from .intervals import correlation_time
from .priors import TIME_CONSTANTS, Prior
from .unknowns import ENERGY_SCALE, Dynamics, Unknowns

TRIALS = 12
"""Steps of one search at most."""

LEAST_NOISE = 1e-5
"""Of a record [V]; residuals below are rounding errors."""

ENERGIES = (-20e3, 120e3)
"""Bounds of the activation energies [J/mol]."""

SHIFT = 0.3
"""How far the search may move states of charge, and the logarithm of the capacity."""

DIFFERENCE = 1e-4
"""Step of the differences that derivatives are taken by, in units of `Dynamics.packed`."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is fitted.

    Parameters
    ----------
    steps : tuple of Steps
        The records whose voltage is fitted.
    layout : Unknowns
        The linear unknowns.
    prior : Prior
        What is known of all unknowns.
    free : (searched,) array of bool
        Which of `Dynamics.packed` are searched; the others are set.
    noise : (records,) array
        Deviation that each row of a record counts with [V].
    """

    steps: tuple[Steps, ...]
    layout: Unknowns
    prior: Prior
    free: NDArray[np.bool_]
    noise: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution:
    """What a search found.

    Parameters
    ----------
    dynamics : Dynamics
        What the voltage is not linear in.
    linear : (unknowns,) array
        The other unknowns.
    residuals : tuple of arrays
        Measured less fitted voltage at the fitted rows of each record [V].
    information : tuple of arrays
        Of the prior, then of each record: its part of the matrix of the normal equations; the linear unknowns first,
        then those that are searched.
    """

    dynamics: Dynamics
    linear: NDArray[np.float64]
    residuals: tuple[NDArray[np.float64], ...]
    information: tuple[NDArray[np.float64], ...]

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Covariance of the unknowns."""
        return np.linalg.inv(np.sum(self.information, axis=0)).astype(np.float64)

    @property
    def correlation(self) -> float:
        """Rows that tell as much as an independent one, in the mean over all records."""
        rows = np.array([len(one) for one in self.residuals])
        return float(np.average([correlation_time(one) for one in self.residuals], weights=rows))

    def noise(self) -> NDArray[np.float64]:
        """Deviation that each row of a record counts with [V], shape (records,).

        It is that of the residuals, of what is left after their share of the unknowns; times the root of `correlation`,
        so that residuals that are alike from row to row count as one.
        """
        covariance = self.covariance
        result = []
        for rows, part in zip(self.residuals, self.information[1:], strict=True):
            left = max(len(rows) - float(np.sum(covariance * part)), 1.0)
            result.append(max(LEAST_NOISE, float(np.sqrt(self.correlation * np.sum(rows**2) / left))))
        return np.array(result)

    def reweighted(self, noise: NDArray[np.float64]) -> Solution:
        """Return the same unknowns, with the rows that counted with `noise` [V] counted by what is left of them."""
        shares = (noise / self.noise()) ** 2
        parts = [share * part for share, part in zip(shares, self.information[1:], strict=True)]
        return replace(self, information=(self.information[0], *parts))


@dataclass
class _Trials:
    """The projected problem; keeps the last trial, whose derivatives are asked for next."""

    problem: Problem
    begin: Dynamics
    progress: Callable[[], object]
    at: NDArray[np.float64] | None = None
    matrix: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    factor: tuple[NDArray[np.float64], bool] = (np.empty((0, 0)), False)
    linear: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def dynamics(self, searched: NDArray[np.float64]) -> Dynamics:
        packed = self.begin.packed()
        packed[self.problem.free] = searched
        return self.begin.unpacked(packed)

    def data(self, dynamics: Dynamics) -> NDArray[np.float64]:
        """Return the weighted columns of all records, one below the other."""
        problem = self.problem
        return np.vstack([
            columns(steps, steps.fitted, dynamics, problem.layout, number) / problem.noise[number]
            for number, steps in enumerate(problem.steps)
        ])  # fmt: skip

    @property
    def right(self) -> NDArray[np.float64]:
        pairs = zip(self.problem.steps, self.problem.noise, strict=True)
        measured = [steps.record.voltage[steps.fitted] / noise for steps, noise in pairs]
        return np.concatenate([*measured, self.problem.prior.right])

    def known(self, searched: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the residuals of what is known of the searched unknowns."""
        prior, free = self.problem.prior, self.problem.free
        return (searched - prior.mean[free]) / prior.deviation[free]

    def move(self, searched: NDArray[np.float64]) -> None:
        if self.at is not None and np.array_equal(self.at, searched):
            return
        self.progress()
        self.matrix = np.vstack([self.data(self.dynamics(searched)), self.problem.prior.matrix])
        self.factor = cho_factor(self.matrix.T @ self.matrix)
        self.linear = self.solve(self.right)
        self.linear += self.solve(self.right - self.matrix @ self.linear)
        self.at = searched.copy()

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        return cho_solve(self.factor, self.matrix.T @ right)

    def residuals(self, searched: NDArray[np.float64]) -> NDArray[np.float64]:
        self.move(searched)
        return np.concatenate([self.matrix @ self.linear - self.right, self.known(searched)])

    def slopes(self, searched: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return derivatives of the fitted rows for given linear unknowns, then zeros for the prior's equations."""
        self.move(searched)
        result = np.zeros((len(self.matrix), len(searched)))
        rows = len(self.matrix) - len(self.problem.prior.matrix)
        for k, step in enumerate(DIFFERENCE * np.eye(len(searched))):
            beyond, before = (self.data(self.dynamics(searched + side * step)) @ self.linear for side in (1.0, -1.0))
            result[:rows, k] = (beyond - before) / (2.0 * DIFFERENCE)
        return result

    def jacobian(self, searched: NDArray[np.float64]) -> NDArray[np.float64]:
        slopes = self.slopes(searched)
        projected = slopes - self.matrix @ self.solve(slopes)
        return np.vstack([projected, np.diag(1.0 / self.problem.prior.deviation[self.problem.free])])


def search(problem: Problem, begin: Dynamics, progress: Callable[[], object]) -> Solution:
    """Find the unknowns of least squares, from the dynamics to begin with; `progress` is called at every trial."""
    trials = _Trials(problem, begin, progress)
    low, high = (bound[problem.free] for bound in _bounds(problem, begin))
    start = np.clip(begin.packed()[problem.free], low + 1e-6, high - 1e-6)
    result = least_squares(
        trials.residuals, start, trials.jacobian, bounds=(low, high), max_nfev=TRIALS, xtol=1e-6, ftol=1e-8
    )
    return _solution(trials, result.x)


def _bounds(problem: Problem, begin: Dynamics) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    packed = begin.packed()
    low, high = packed - SHIFT, packed + SHIFT
    constants = slice(1 + len(begin.start), 1 + len(begin.start) + len(begin.time_constant))
    low[constants], high[constants] = np.log(TIME_CONSTANTS[len(begin.time_constant)]).T
    low[constants.stop :], high[constants.stop :] = np.divide(ENERGIES, ENERGY_SCALE)
    return low, high


def _solution(trials: _Trials, searched: NDArray[np.float64]) -> Solution:
    """Collect the end of a search, with the information of each record."""
    problem = trials.problem
    slopes = trials.slopes(searched)
    full = np.hstack([trials.matrix, slopes])
    misfit = trials.right - trials.matrix @ trials.linear
    ends = np.cumsum([0, *(len(steps.fitted) for steps in problem.steps)])
    parts = [full[begin:end].T @ full[begin:end] for begin, end in pairwise(ends)]
    known = full[ends[-1] :].T @ full[ends[-1] :]
    searching = np.arange(trials.matrix.shape[1], len(known))
    known[searching, searching] += problem.prior.deviation[problem.free] ** -2.0
    rows = [misfit[begin:end] for begin, end in pairwise(ends)]
    residuals = tuple(noise * row for noise, row in zip(problem.noise, rows, strict=True))
    return Solution(trials.dynamics(searched), trials.linear, residuals, (known, *parts)).reweighted(problem.noise)
