"""Random fields over a place from -1 to 1: the series of Karhunen and Loeve, by OpenTURNS.

Equations
---------
A Gaussian field of variance 1 and covariance ``exp(-|x - y| / scale)`` is ``sum_k sqrt(lambda_k) phi_k(x) xi_k`` with
independent normal numbers xi_k, eigenvalues lambda_k and eigenfunctions phi_k of its covariance. A truncated series has
a smaller variance; each place is divided by its deviation, so that its distribution stays normal of variance 1.

References
----------
R. G. Ghanem, P. D. Spanos, Stochastic Finite Elements, Springer 1991, section 2.3.3: the exponential kernel.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from pydantic import Field
from scipy.special import ndtri

from ...pack.setting import Table
from ..extra import library
from .counter import Keys, Values, chained, uniforms

INTERVALS = 200
"""Of the mesh."""

LEAST_REGIONS = 8
"""Regions in parallel that a field within a cell needs."""


class RandomField(Table):
    """A random field over the places of the cells of a pack, in the order in which it is built."""

    scale: float = Field(
        default=1.0, gt=0.0, le=100.0, description="length of the correlation, over half the length of the field [1]"
    )
    modes: int = Field(default=5, ge=1, le=50, description="terms of the series")


class FieldWithin(RandomField):
    """A random field within each cell, which is resolved into regions in parallel."""

    regions: int = Field(ge=1, le=100, description="regions in parallel that a cell is made of")


@cache
def modes_of(scale: float, modes: int) -> tuple[Values, Values, Values]:
    """Return places, eigenvalues, and eigenfunctions of shape (modes, places), of the exponential kernel."""
    ot = library("openturns")
    mesh = ot.IntervalMesher([INTERVALS]).build(ot.Interval(-1.0, 1.0))
    algorithm = ot.KarhunenLoeveP1Algorithm(mesh, ot.AbsoluteExponential([scale], [1.0]), 0.0)
    algorithm.run()
    result = algorithm.getResult()
    eigenvalues = np.array(result.getEigenvalues())[:modes]
    functions = result.getModesAsProcessSample()
    found = np.stack([np.asarray(functions[mode])[:, 0] for mode in range(modes)])
    return np.asarray(mesh.getVertices())[:, 0], eigenvalues, found


def places(count: int) -> Values:
    """Return the middles of equal parts of the interval from -1 to 1."""
    return (2.0 * np.arange(count) + 1.0) / count - 1.0


def basis(field: RandomField, count: int) -> Values:
    """Return what each normal number adds at each of equal parts, shape (modes, count), of variance 1 at each."""
    nodes, eigenvalues, functions = modes_of(field.scale, field.modes)
    at = np.stack([np.interp(places(count), nodes, function) for function in functions])
    scaled = np.sqrt(eigenvalues)[:, None] * at
    return np.asarray(scaled / np.sqrt((scaled**2).sum(axis=0)))


def field_values(field: RandomField, count: int, keys: Keys) -> Values:
    """Return a field for each key, of shape (*keys, count)."""
    numbered = chained(0, keys[..., None], np.arange(field.modes))
    normal = ndtri(uniforms(numbered))
    return np.asarray((normal[..., None] * basis(field, count)).sum(axis=-2))
