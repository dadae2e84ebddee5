"""Time constants, activation energies and charge offset: the search around the linear problem (variable projection).

G. H. Golub, V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413-432, doi:10.1137/0710036: for every trial of these unknowns
the tables are those of least squares, so that the search is over few unknowns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, least_squares

from identification.basis import Axis, Dynamics
from identification.electrical import Prior, Problem, Test, pose, solve
from identification.figures import DECIMALS, PAIRS, rounded
from identification.intervals import covariance, half_widths

AMPERE_HOUR = 3600.0
SLOWEST = 900.0
"""Time constant of the last pair [s], set and not searched: rests of an hour cannot tell slower ones from the
open-circuit voltage, and a search that may runs to the longest it may."""

TIME_CONSTANTS = ((1.0, 15.0), (20.0, 200.0))
"""Bounds of the other time constants [s]."""

ENERGIES = (10e3, 50e3)
"""Bounds of the activation energies [J/mol]."""

OFFSETS = (-2.0 * AMPERE_HOUR, 2.0 * AMPERE_HOUR)
"""Bounds of the charge offset of the cold record [C]."""

BEGIN = Dynamics(-0.1 * AMPERE_HOUR, 25e3, np.array([5.0, 60.0, SLOWEST]), np.full(PAIRS, 27e3))
"""Where the first search starts."""

TRIALS = 8
"""Steps of one search; the searches alternate with the thermal fit."""

MOST_TRIALS = TRIALS * (1 + 2 + len(TIME_CONSTANTS) + PAIRS)
"""Trials of one search at most, with those of the derivatives."""

ENERGY_SCALE = 1e4
"""Makes the activation energies numbers about 1 to the search [J/mol]."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Half widths of the 95 % intervals of `Dynamics`, in its units; the last time constant has none."""

    offset: float
    ohmic_activation_energy: float
    time_constant: NDArray[np.float64]
    polarisation_activation_energy: NDArray[np.float64]


def search(
    tests: tuple[Test, ...], axis: Axis, prior: Prior, begin: Dynamics, progress: Callable[[], object]
) -> tuple[Dynamics, OptimizeResult]:
    """Find the dynamics, rounded to their stated decimals, from those to `begin` with; tell every trial."""
    low, high = (
        _pack(Dynamics(offset, energy, np.array([*constants, SLOWEST]), np.full(PAIRS, energy)))
        for offset, energy, constants in zip(OFFSETS, ENERGIES, np.transpose(TIME_CONSTANTS), strict=True)
    )

    def residuals(unknowns: NDArray[np.float64]) -> NDArray[np.float64]:
        progress()
        problem = pose(tests, _unpack(unknowns), axis, prior)
        return problem.matrix @ solve(problem) - problem.right

    start = np.clip(_pack(begin), low + 1e-3, high - 1e-3)
    result = least_squares(residuals, start, bounds=(low, high), diff_step=3e-3, max_nfev=TRIALS)
    return _rounded(_unpack(result.x)), result


def spread(result: OptimizeResult, problem: Problem) -> Spread:
    """Confidence intervals at the end of a search, for the weights and the axis of its problem."""
    ends = np.cumsum([0, *(len(time) for time in problem.times)])
    scored = [
        (result.jac[begin:end] * result.fun[begin:end, np.newaxis], time)
        for begin, end, time in zip(ends[:-1], ends[1:], problem.times, strict=True)
    ]
    widths = half_widths(covariance(result.jac.T @ result.jac, scored))
    found = _unpack(result.x)
    return Spread(
        AMPERE_HOUR * widths[0],
        ENERGY_SCALE * widths[1],
        found.time_constant[:-1] * widths[2:-PAIRS],
        ENERGY_SCALE * widths[-PAIRS:],
    )


def _pack(dynamics: Dynamics) -> NDArray[np.float64]:
    return np.concatenate([
        [dynamics.offset / AMPERE_HOUR, dynamics.ohmic_activation_energy / ENERGY_SCALE],
        np.log(dynamics.time_constant[:-1]),
        dynamics.polarisation_activation_energy / ENERGY_SCALE,
    ])  # fmt: skip


def _unpack(unknowns: NDArray[np.float64]) -> Dynamics:
    return Dynamics(
        AMPERE_HOUR * unknowns[0],
        ENERGY_SCALE * unknowns[1],
        np.array([*np.exp(unknowns[2:-PAIRS]), SLOWEST]),
        ENERGY_SCALE * unknowns[-PAIRS:],
    )


def _rounded(dynamics: Dynamics) -> Dynamics:
    return Dynamics(
        rounded(dynamics.offset, 0),
        rounded(dynamics.ohmic_activation_energy, DECIMALS["ohmic_activation_energy"]),
        rounded(dynamics.time_constant, DECIMALS["time_constant"]),
        rounded(dynamics.polarisation_activation_energy, DECIMALS["polarisation_activation_energy"]),
    )
