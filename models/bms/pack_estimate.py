"""The estimate of the pack: one bias of the current sensor for all groups, and the charge that is left.

Equations
---------
All groups share the current sensor. So all filters start a step with the same bias and variance, and each ends it with
its own, (b_k, V_k). The step closes with one for all::

    1 / V = mean(1 / V_k),    b = V mean(b_k / V_k)

This is covariance intersection with equal weights [1]. It is consistent whatever the errors of the groups have in
common, and they have nearly all of it in common: the noise of the current and the errors of the tables. If N groups
counted as N independent measurements, the variance would be divided by N, for which there is no ground. With equal
groups the common bias is that of each alone.

Every filter then adopts the common bias. Its other states follow as they depend on the bias; given the bias, they stay
(R. C. Jeffrey's rule of conditioning [2]): a group's own states have nothing more to learn from other groups.

A bias and a leakage act on SOC alike; what distinguishes them is that the bias is common. A leaking group pulls the
common bias by its share of the mean, and the rest of its difference from the mean can only be its leakage. A leakage
that all groups had would be taken for bias: the two then differ by R0 b alone.

With estimated SOC z_g and capacity Q_g the state of charge of the pack is that which PackNetwork computes from the true
ones::

    pack_soc = min_g Q_g z_g / (min_g Q_g z_g + min_g Q_g (1 - z_g))

Shared states
-------------
`bias` and `soc_sigma` are written here; the supervisor reads both.

References
----------
[1] S. J. Julier, J. K. Uhlmann, Proc. American Control Conference 1997, 2369, doi:10.1109/ACC.1997.609105. [2] R. C.
Jeffrey, The Logic of Decision, McGraw-Hill 1965, chapter 11.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..network.charge import share_of_whole
from ..numerics import covariance
from .filter_states import SOC, bias_place, hold_states, leakage_place, sigma


def fields(groups: int) -> Fields:
    """Return the estimates of groups and pack."""
    return Fields(
        modules=(__name__,),
        outputs=(
            Variable("group_soc", "1", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Estimated state of charge of each group", display_unit="%"),
            Variable("soc_sigma", "1", groups, 0.0, -UNBOUNDED, UNBOUNDED, 0.01,
                     "Standard deviation of each group's estimated SOC", display_unit="%", detail=Detail.GROUP),
            Variable("leakage", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1e-3,
                     "Estimated leakage of each group beside self-discharge; where balancing is not known, the "
                     "balancing current out of it", display_unit="mA", detail=Detail.GROUP),
            Variable("current_bias", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                     "Estimated bias of the current sensor", display_unit="mA"),
            Variable("current_bias_sigma", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                     "Standard deviation of the estimated bias", display_unit="mA"),
            Variable("pack_soc", "1", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Estimated share of the usable capacity that is left", display_unit="%"),
        ),
        states=(
            Variable("bias", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 0.1, "Bias of the current sensor"),
            Variable("bias_sigma", "A", None, 0.0, 0.0, UNBOUNDED, 0.1, "Standard deviation of the bias"),
            Variable("soc_sigma", "1", groups, 0.0, 0.0, UNBOUNDED, 0.01, "Standard deviation of each group's SOC"),
        ),
    )  # fmt: skip


@kernel
def adopt(x: Block, p: Block, k: int, bias: float, variance: float) -> None:
    """Set bias [A] and its variance [A2] in group k: its other states follow as they depend on the bias."""
    estimate, factors, last = x.estimate[k], x.covariance[k], bias_place(p)
    step, leakage = bias - estimate[last], estimate[leakage_place(p)]
    for i in range(last):
        estimate[i] += factors[covariance.at(i, last)] * step
    estimate[last] = bias
    x.current[k] -= step + x.tapped * (estimate[leakage_place(p)] - leakage)
    covariance.replace_last(factors, last + 1, variance)
    hold_states(x, k)


@kernel
def share_bias(x: Block, p: Block, first: int, end: int) -> tuple[float, float]:
    """Make one bias out of those of the groups from `first` to before `end`, and set it in all of them.

    Return it and its standard deviation [A].
    """
    bias = bias_place(p)
    last = covariance.at(bias, bias)
    information = weighed = 0.0
    for k in range(first, end):
        own = 1.0 / x.covariance[k, last]
        information += own
        weighed += own * x.estimate[k, bias]
    variance = (end - first) / information
    common = weighed / information
    for k in range(first, end):
        adopt(x, p, k, common, variance)
    return common, math.sqrt(variance)


@kernel
def write_estimates(x: Block, p: Block, y: Block) -> None:
    """Write the estimates of the groups, and the bias of the sensor of the pack current."""
    y.current_bias, y.current_bias_sigma = x.bias, x.bias_sigma
    for k in range(x.capacity.shape[0]):
        x.soc_sigma[k] = y.soc_sigma[k] = sigma(x, k, SOC)
        y.group_soc[k] = x.estimate[k, SOC]
        y.leakage[k] = x.estimate[k, leakage_place(p)]


@kernel
def charge_of(x: Block, first: int, end: int) -> tuple[float, float]:
    """Return what is left in the groups in series from `first` to before `end`, and the room for more [C]."""
    remaining = room = math.inf
    for k in range(first, end):
        soc = x.estimate[k, SOC]
        remaining = min(remaining, x.capacity[k] * soc)
        room = min(room, x.capacity[k] * (1.0 - soc))
    return remaining, room


@kernel
def estimate_pack(x: Block, p: Block, y: Block) -> None:
    """Bring the groups to one bias, and write the estimates."""
    groups = x.capacity.shape[0]
    x.bias, x.bias_sigma = share_bias(x, p, 0, groups)
    write_estimates(x, p, y)
    remaining, room = charge_of(x, 0, groups)
    y.pack_soc = share_of_whole(remaining, room)
