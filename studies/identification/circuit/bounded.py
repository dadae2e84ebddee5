"""Tables that a cell can have: a rising open-circuit voltage, straight beyond the records, and positive resistances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from .unknowns import Unknowns

LEAST_SLOPE = 1e-3
"""Of the open-circuit voltage over SOC [V]."""

STRAIGHT = 0.03
"""SOC over which the open-circuit voltage gives the slope that it is continued with."""

LEAST_SHARE = 0.01
"""Least resistance at every knot, as a share of the immediate one."""


def bounded(
    linear: NDArray[np.float64], information: NDArray[np.float64], layout: Unknowns, resistance: float
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
    layout : Unknowns
        Of the unknowns.
    resistance : float
        That acts at once [Ohm].
    """
    nodes, count = layout.settings.nodes, layout.table(-1).start
    least = np.full(count, LEAST_SHARE * resistance)
    least[:nodes] = linear[0] + LEAST_SLOPE * np.linspace(0.0, 1.0, nodes)
    if np.all(np.diff(linear[:nodes] - least[:nodes]) >= 0.0) and np.all(linear[nodes:count] >= least[nodes:]):
        return linear.copy()
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


def continued(
    table: NDArray[np.float64], reached: tuple[float, float], limits: tuple[float, float], ends: tuple[bool, bool]
) -> NDArray[np.float64]:
    """Return an open-circuit voltage that is straight beyond what the records reached [V].

    Parameters
    ----------
    table : (nodes,) array
        At uniform nodes over SOC [V].
    reached : (float, float)
        Least and greatest SOC of the records.
    limits : (float, float)
        Of voltage [V]; half their distance beyond them is the furthest that the voltage is continued.
    ends : (bool, bool)
        Whether the voltage is at its limits at SOC 0 and at SOC 1: there the straight line ends.
    """
    soc, window = np.linspace(0.0, 1.0, len(table)), limits[1] - limits[0]
    result, spacing = table.copy(), soc[1]  # records tell the node beyond their end too, but not those after it
    sides = (0, soc <= reached[0] - spacing, 1.0), (1, soc >= reached[1] + spacing, -1.0)
    for side, beyond, inward in sides:
        if not beyond.any() or beyond.all():
            continue
        place = soc[~beyond][-side]
        level, within = np.interp([place, place + inward * STRAIGHT], soc, table)
        slope = inward * (within - level) / STRAIGHT
        if ends[side]:
            slope = (limits[side] - level) / (side - place) if side != place else 0.0
        line = level + max(slope, LEAST_SLOPE) * (soc[beyond] - place)
        result[beyond] = np.clip(line, limits[0] - 0.5 * window, limits[1] + 0.5 * window)
    return result
