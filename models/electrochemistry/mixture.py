"""An electrode of one material, or of several in equilibrium with each other.

Equations
---------
The materials m of an electrode share its lithium so that all have one potential, ``U_m(x_m) = U``. With the shares w_m
of the charge that fills them, the filling of the electrode is ``z = sum w_m x_m``. The shares are alike in all cells of
a kind, so U and the x_m are functions of z alone. An electrode of one material has ``z = x``.

Limits
------
A potential that does not fall with the stoichiometry throughout is replaced by one that does, where materials are
mixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from ..numerics.curves import Curve
from .kind import Electrode, Material

NODES = 4097
"""Of the tables of a mixture."""

FINE = 8193
"""Stoichiometries of each material that the mixture is made of."""

LEAST_FALL = 1e-12
"""By how much a potential falls at least from one of these to the next [V]."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """The materials of an electrode in equilibrium.

    Parameters
    ----------
    shares : (materials,) array
        Of the charge that fills the electrode [1].
    potential : Curve
        U over the filling of the electrode, at the reference temperature [V].
    stoichiometries : tuple of Curve
        Of each material over the filling of the electrode.
    empty, full : float
        Filling at the least and at the greatest stoichiometries of the nominal cell.
    """

    shares: NDArray[np.float64]
    potential: Curve
    stoichiometries: tuple[Curve, ...]
    empty: float
    full: float


def mixture(electrode: Electrode) -> Mixture:
    """Return the materials of an electrode in equilibrium."""
    materials = electrode.materials
    charges = np.array([m.charge_density() for m in materials])
    shares = charges / charges.sum()
    empty = float(shares @ [m.minimum_stoichiometry for m in materials])
    full = float(shares @ [m.maximum_stoichiometry for m in materials])
    if len(materials) == 1:
        potential = materials[0].open_circuit_potential
        return Mixture(shares, potential, (_identity(potential),), empty, full)
    potentials, stoichiometries = _in_equilibrium(materials)
    filling = shares @ stoichiometries
    keep = np.concatenate([[True], np.diff(filling) > 0.0])
    filling, potentials, stoichiometries = filling[keep], potentials[keep], stoichiometries[:, keep]
    grid = np.linspace(filling[0], filling[-1], NODES)
    tables = (_on(grid, filling, values) for values in stoichiometries)
    return Mixture(shares, _on(grid, filling, potentials), tuple(tables), empty, full)


def _identity(like: Curve) -> Curve:
    ends = np.array([like.low, like.high])
    return Curve(like.low, like.high, ends, np.ones(2))


def _in_equilibrium(materials: Sequence[Material]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return falling potentials, and the stoichiometry of each material at each."""
    grids, falling = [], []
    for material in materials:
        curve = material.open_circuit_potential
        grid = np.linspace(curve.low, curve.high, FINE)
        grids.append(grid)
        falling.append(np.minimum.accumulate(curve(grid)) - LEAST_FALL * np.arange(FINE))
    potentials = np.unique(np.concatenate(falling))[::-1]
    found = [np.interp(-potentials, -fall, grid) for grid, fall in zip(grids, falling, strict=True)]
    return potentials, np.array(found)


def _on(grid: NDArray[np.float64], filling: NDArray[np.float64], values: NDArray[np.float64]) -> Curve:
    """Return values over the filling on a uniform grid."""
    spline = scipy.interpolate.PchipInterpolator(filling, values)
    low, high = float(grid[0]), float(grid[-1])
    uniform = scipy.interpolate.PchipInterpolator(grid, spline(grid))
    between = 0.5 * (grid[1:] + grid[:-1])
    error = float(np.abs(uniform(between) - spline(between)).max())
    return Curve(low, high, np.asarray(spline(grid)), np.asarray(uniform(grid, 1)), error)
