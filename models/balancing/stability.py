"""How converters even the groups under the law of consensus: rates, stability of the steps, and the time it takes.

Equations
---------
With the SOC z of the groups, their capacities Q, and the Laplacian L of the links (`graph`)::

    Q dz/dt = -gain L z,    rates r_k = eigenvalues of gain Q^-1/2 L Q^-1/2,    0 = r_1 <= r_2 <= ... <= r_n

Mode k decays as ``exp(-r_k t)``. The balancer holds its currents for a step of length h, so that mode k is multiplied
by ``1 - h r_k`` in a step: the steps are stable if ``h r_n < 2``, and no mode overshoots if ``h r_n <= 1``. The
Lyapunov function ``V = 1/2 sum Q (z - m)^2`` with the mean m is multiplied by at most ``max (1 - h r_k)^2`` in a step,
over k from 2, and in the limit of short steps falls at least as ``exp(-2 r_2 t)``.

A link carries at most its rated current. V falls then, too, but more slowly; `time_to_balance` follows the law with
this limit.

Limits
------
Losses, derating, links that are not available, and errors of the estimates are left out.

References
----------
R. Olfati-Saber, J. A. Fax, R. M. Murray, Proc. IEEE 95 (2007) 215, doi:10.1109/JPROC.2006.887293, theorem 5 (discrete
consensus is stable for steps below 2 over the greatest eigenvalue).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from .graph import PACK

NEVER = np.inf
"""The time to a balance that is not reached."""

LONGEST = 1e9
"""How far `time_to_balance` looks ahead [s], some thirty years."""


def incidence(groups: int, ends: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return the column ``b`` of each link [1], shape (groups, links); the pack's terminals are eliminated.

    Parameters
    ----------
    groups : int
        In series.
    ends : sequence of (int, int)
        Of each link, groups from 0, `graph.PACK` for the pack's terminals.
    """
    columns = np.zeros((groups, len(ends)))
    for link, (first, second) in enumerate(ends):
        columns[first, link] = 1.0
        if second == PACK:
            columns[:, link] -= 1.0 / groups
        else:
            columns[second, link] -= 1.0
    return columns


def rates(columns: NDArray[np.float64], capacity: NDArray[np.float64], gain: float) -> NDArray[np.float64]:
    """Return the rates of the modes [1/s], ascending, shape (groups,); the first one is that of equal SOC, 0.

    Groups that no path of links joins have such a mode for each of their parts. Eigenvalues of a symmetric matrix are
    known to its size times the rounding unit times the greatest of them: those below are taken as 0.

    Parameters
    ----------
    columns : (groups, links) array
        Of `incidence`.
    capacity : (groups,) array
        Q [C], positive.
    gain : float
        Current for each unit of difference of SOC [A].
    """
    scaled = columns / np.sqrt(capacity)[:, np.newaxis]
    found = np.linalg.eigvalsh(scaled @ scaled.T)
    known_to = found.size * np.finfo(np.float64).eps * found[-1]
    return gain * np.where(found > known_to, found, 0.0)


def lyapunov_factor(modes: NDArray[np.float64], step: float) -> float:
    """Return the greatest factor by which a step [s] multiplies V; the balancing is stable below 1.

    Parameters
    ----------
    modes : (groups,) array
        Of `rates` [1/s].
    step : float
        For which the currents are held [s].
    """
    return float(np.max((1.0 - step * modes[1:]) ** 2, initial=0.0))


def time_to_balance(
    soc: NDArray[np.float64],
    capacity: NDArray[np.float64],
    columns: NDArray[np.float64],
    gain: float,
    rated_current: float,
    balanced_spread: float,
) -> float:
    """Return when the greatest less the least SOC has fallen to `balanced_spread` [s]; `NEVER` where it does not.

    Parameters
    ----------
    soc, capacity : (groups,) array
        At the start [1], [C].
    columns : (groups, links) array
        Of `incidence`.
    gain : float
        Current for each unit of difference of SOC [A].
    rated_current : float
        Greatest current of a link [A].
    balanced_spread : float
        [1].
    """
    if np.ptp(soc) <= balanced_spread:
        return 0.0

    def change(_: float, z: NDArray[np.float64]) -> NDArray[np.float64]:
        return -columns @ np.clip(gain * (z @ columns), -rated_current, rated_current) / capacity

    def excess(_: float, z: NDArray[np.float64]) -> float:
        return float(np.ptp(z) - balanced_spread)

    excess.terminal = True  # type: ignore[attr-defined]
    course = solve_ivp(change, (0.0, LONGEST), soc, method="LSODA", events=excess, rtol=1e-8, atol=1e-12)
    return float(course.t_events[0][0]) if course.t_events[0].size else NEVER
