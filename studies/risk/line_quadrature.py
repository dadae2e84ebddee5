"""A small probability of few inputs, without drawing: along lines, by quadrature over the others.

Equations
---------
In the space of standard normal numbers u, with the unit vector a to the design point and an orthonormal base B of what
is across it, the limit state is crossed at ``u = t(z) a + B z``. Then

    p = integral of phi(z) Phi(-t(z)) over z

The roots t are found by secants; the integral is a Gauss-Hermite rule in each direction across. Where the limit state
is nearly plane, t is nearly constant, and a few nodes are exact. The change by the next smaller rule tells the error.

References
----------
M. Hohenbichler, R. Rackwitz, J. Eng. Mech. 114 (1988) 2195, doi:10.1061/(ASCE)0733-9399(1988)114:12(2195).
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import xarray as xr
from scipy import linalg, special

from ...core.errors import InputError
from ..answers import Values, answer, whole
from .failure_probability import design_point
from .standard_space import Limit, StandardSpace

MOST_NODES = 20_000
"""Lines of a rule: more inputs are for sampling."""

SECANTS, NEAR = 30, 1e-4
"""Steps at most, and the change of a root that ends them [1]: the error is of its square, down to that of the runs."""


def line_quadrature(limit: Limit, inputs: Any, nodes: int = 7) -> xr.Dataset:
    """Return the probability that the margin of one cell is below 0.

    Parameters
    ----------
    limit : callable
        Margins (runs,) of inputs (runs, d).
    inputs : openturns.Distribution
        Of one cell, with its copula.
    nodes : int
        Of the rule in each direction across, at least 3.

    Returns
    -------
    xarray.Dataset
        `probability`, `error` as a share of it, `calls` and `converged`: every root was found.

    Raises
    ------
    InputError
        When there are too many lines.
    """
    across = int(inputs.getDimension()) - 1
    if whole(nodes, "nodes", 3) ** across > MOST_NODES:
        raise InputError(f"nodes = {nodes} across {across} inputs are {nodes**across} lines: more than {MOST_NODES}")
    space = StandardSpace(limit, inputs)
    point, near = design_point(space)
    finer, found = _integral(space, point, nodes)
    coarser, _ = _integral(space, point, nodes - 2)
    error = abs(finer - coarser) / finer if finer else np.inf
    return answer(
        {
            "probability": (finer, "1", "probability of failure"),
            "error": (error, "1", "change by a rule of two nodes less, as a share"),
            "calls": (space.calls, "1", "runs of the limit state"),
            "converged": (near and found, "1", "whether every root was found"),
        },
        method="quadrature along lines to the design point", nodes=nodes,
        verdict=f"probability {finer:.6g}, within {error:.1e} of it by {nodes} nodes, in {space.calls} runs",
    )  # fmt: skip


def _integral(space: StandardSpace, point: Values, nodes: int) -> tuple[float, bool]:
    count, index = space.dimension, float(np.linalg.norm(point))
    places, weights = special.roots_hermitenorm(nodes)
    lines = np.array(list(product(places, repeat=count - 1))).reshape(-1, count - 1)
    weight = np.array([np.prod(each) for each in product(weights / weights.sum(), repeat=count - 1)])
    along = point / index
    base = linalg.null_space(along[None])
    roots, found = _roots(lambda t: space.of_one_cell(t[:, None] * along + lines @ base.T), np.full(len(lines), index))
    return float(weight @ special.ndtr(-roots)), found


def _roots(margins: Any, first: Values) -> tuple[Values, bool]:
    """Return where the margin of each line is 0, by secants from the design point; True where all are found."""
    before, here = first, first + 0.1
    value, now = margins(before), margins(here)
    for _ in range(SECANTS):
        slope = np.where(here == before, -1.0, (now - value) / np.where(here == before, 1.0, here - before))
        step = np.clip(-now / np.where(slope < 0.0, slope, -1.0), -1.0, 1.0)
        before, value, here = here, now, here + step
        if np.abs(step).max() < NEAR:
            return here, True
        now = margins(here)
    return here, False
