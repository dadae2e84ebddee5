"""The objective of balancing: equal states of charge of the groups, and how far and how fast it is reached.

Equations
---------
With the SOC z and the capacities Q of the groups, and the mean ``m = sum Q z / sum Q``, which no charge moved between
groups changes, `soc_variance` is the mean of ``(z - m)^2``, and the Lyapunov function is::

    V = 1/2 sum Q (z - m)^2,    dV/dt = sum I (z - m)

The rate of change by currents I into the groups has no other terms, as ``sum Q (z - m) = 0``. So a current out of a
group above the mean, or into a group below it, lowers V. `lyapunov_decrease` is the decrease of V over a step. The pack
counts as balanced while `soc_trusted` holds and the greatest less the least SOC is at most `balanced_spread`.

Limits
------
V is computed from the SOC that the inputs give. Where these are wrong, the V that falls is not the true one. The load
changes V, too, where capacities differ.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.timescale import NONE, reset_timescales, timescale_variables
from ...core.variable import DataType, Variable
from .rows import find_means, greatest_spread


def fields(groups: int) -> Fields:
    """Return the spread that counts as balanced, the SOC of the groups, and the outputs on the way to equal ones."""
    return Fields(
        parameters=(
            Variable("balanced_spread", "1", None, 0.01, 0.0, UNBOUNDED, 0.01,
                     "Greatest less least SOC up to which the pack counts as balanced", display_unit="%"),
        ),
        inputs=(
            Variable("group_soc", "1", groups, 0.5, -UNBOUNDED, UNBOUNDED, 1.0,
                     "State of charge of each group as it is known, for decisions", display_unit="%"),
            Variable("group_capacity", "C", groups, 1e5, 1e-3, UNBOUNDED, 1e5,
                     "Charge of each group between SOC 0 and 1 as it is known, for decisions", display_unit="A.h"),
            Variable("soc_trusted", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether the states of charge may be relied on",
                     data_type=DataType.BOOLEAN),
        ),
        outputs=_progress() + timescale_variables(),
        modules=(__name__,),
    )  # fmt: skip


def _progress() -> tuple[Variable, ...]:
    return (
        Variable("soc_mean", "1", None, 0.5, -UNBOUNDED, UNBOUNDED, 1.0, "SOC of the groups, weighted by capacity",
                 display_unit="%"),
        Variable("soc_variance", "1", None, 0.0, 0.0, UNBOUNDED, 1e-4,
                 "Mean square of the difference between a group's SOC and the mean of its row"),
        Variable("lyapunov_function", "C", None, 0.0, 0.0, UNBOUNDED, 1.0,
                 "Half the sum of capacity times squared difference between SOC and the mean of its row"),
        Variable("lyapunov_decrease", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                 "Decrease of the Lyapunov function over the step"),
        Variable("algebraic_connectivity", "1", None, 0.0, 0.0, UNBOUNDED, 1.0,
                 "Second eigenvalue of the Laplacian of the links that work, unweighted; 0 without links"),
        Variable("predicted_time", "s", None, 0.0, 0.0, UNBOUNDED, 1e4,
                 "Time from now until the pack is balanced; 1e300 s where the currents in force never balance it",
                 display_unit="h"),
        Variable("balanced", "1", None, 0.0, 0.0, 1.0, 1.0,
                 "Whether the states of charge may be relied on, and their spread is at most balanced_spread",
                 data_type=DataType.BOOLEAN),
    )  # fmt: skip


@kernel
def weighted_mean(values: Block, weights: Block) -> float:
    """Return ``sum w v / sum w``; the weights are positive."""
    total = weight = 0.0
    for k in range(values.shape[0]):
        total += weights[k] * values[k]
        weight += weights[k]
    return total / weight


@kernel
def variance(soc: Block, mean: Block) -> float:
    """Return the mean of ``(z - m)^2`` over the groups, m being the mean of their row."""
    total = 0.0
    for g in range(soc.shape[0]):
        total += (soc[g] - mean[g]) ** 2
    return total / soc.shape[0]


@kernel
def lyapunov(soc: Block, capacity: Block, mean: Block) -> float:
    """Return ``1/2 sum Q (z - m)^2`` [C]."""
    total = 0.0
    for g in range(soc.shape[0]):
        total += 0.5 * capacity[g] * (soc[g] - mean[g]) ** 2
    return total


@kernel
def lyapunov_fall(soc: Block, mean: Block, current: Block) -> float:
    """Return how fast currents [A] into the groups lower the Lyapunov function, ``-sum I (z - m)`` [C/s].

    A current through the whole pack counts in every group: it adds ``-I sum (z - m)``, not here.
    """
    total = 0.0
    for g in range(soc.shape[0]):
        total -= current[g] * (soc[g] - mean[g])
    return total


@kernel
def decay_time(difference: float, target: float, rate: float, knee: float) -> float:
    """Return how long the spread of SOC takes from `difference` to `target` [s]; `NONE` where it never gets there.

    It takes the pattern of the SOCs to stay what it is while their spread s falls, so that the Lyapunov function goes
    with s^2; other modes than the slowest, which fade sooner, make it too short. Above `knee` the balancing currents
    are taken as constant and s falls on a straight line, below as proportional to s, and s falls exponentially::

        ds/dt = -a for s > knee,   -a s / knee below;   a from the rate of now

    so that for currents that are proportional all the way the time is ``ln(s / target) / rate``, and for constant
    ones ``(1 - target / s) / rate``.

    Parameters
    ----------
    difference : float
        Spread of now, >= 0.
    target : float
        Spread that counts as balanced, >= 0.
    rate : float
        ``-(ds/dt) / s`` of now [1/s]: half of `lyapunov_fall` over `lyapunov`.
    knee : float
        Spread at which the currents cease to be held by a limit; 0 where they are constant to the end, infinite where
        they are proportional from now on.
    """
    if difference <= target:
        return 0.0
    if not rate > 0.0:
        return NONE
    fall = rate * difference
    time = 0.0
    if difference > knee:
        time = (difference - max(knee, target)) / fall
    if knee > target:
        start = min(difference, knee)
        time += start / fall * math.log(start / target)
    return min(time, NONE)


@kernel
def write_imbalance(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write how unequal the groups are, and by how much less than at the end of the last step."""
    former = y.lyapunov_function
    y.soc_mean = weighted_mean(u.group_soc, u.group_capacity)
    find_means(x, u, c)
    y.soc_variance = variance(u.group_soc, x.mean_soc)
    y.lyapunov_function = lyapunov(u.group_soc, u.group_capacity, x.mean_soc)
    y.lyapunov_decrease = former - y.lyapunov_function
    y.balanced = 1.0 if u.soc_trusted > 0.5 and greatest_spread(x, c, u.group_soc) <= p.balanced_spread else 0.0


@kernel
def reset_objective(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write how unequal the groups are at the start of a run, without links and time constants."""
    write_imbalance(x, p, u, y, c)
    y.lyapunov_decrease = y.algebraic_connectivity = y.predicted_time = 0.0
    reset_timescales(y)
