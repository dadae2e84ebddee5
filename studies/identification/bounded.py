"""Tables with a rising open-circuit voltage and positive resistances, as near to those of least squares as may be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from .unknowns import Layout

LEAST_SLOPE = 1e-3
"""Of the open-circuit voltage over SOC [V]."""

LEAST_SHARE = 0.01
"""Least resistance at every knot, as a share of the immediate one."""


def bounded(
    linear: NDArray[np.float64], information: NDArray[np.float64], layout: Layout, resistance: float
) -> NDArray[np.float64]:
    """Return the linear unknowns within their bounds that the records oppose least.

    The unknowns of the non-negative least squares are the rises of the voltage above the least slope, and the
    resistances above the least; dU/dT and what is no table stay as they are.

    Parameters
    ----------
    linear : (unknowns,) array
        Of least squares.
    information : (unknowns, unknowns) array
        Matrix of its normal equations.
    layout : Layout
        Of the unknowns.
    resistance : float
        That acts at once [Ohm].
    """
    nodes, count = layout.settings.nodes, layout.table(-1).start
    least = np.full(count, LEAST_SHARE * resistance)
    least[:nodes] = linear[0] + LEAST_SLOPE * np.linspace(0.0, 1.0, nodes)
    if np.all(np.diff(linear[:nodes] - least[:nodes]) >= 0.0) and np.all(linear[nodes:count] >= least[nodes:]):
        return linear
    rises = np.eye(count)
    rises[:nodes, :nodes] = np.tril(np.ones((nodes, nodes)))
    least[:nodes] -= 1.0  # the first node stands a volt above, so that it is free in both directions
    rest = slice(count, len(linear))
    marginal = information[:count, :count] - information[:count, rest] @ np.linalg.solve(
        information[rest, rest], information[rest, :count]
    )
    triangle = np.linalg.cholesky(marginal).T
    above, _ = nnls(triangle @ rises, triangle @ (linear[:count] - least), maxiter=20000)
    return np.concatenate([least + rises @ above, linear[count:]])
