"""Capacity of a group, learned from the charge between two rests.

Equations
---------
A rest that ends is a point where SOC is known by the voltage alone: z is the SOC whose U is the open-circuit voltage at
rest (`rest`). Its variance is that of the slow error of the voltage, of the pairs and of hysteresis, over the slope of
U squared. It is a point only where its standard deviation is at most `point_sigma`, so not where U is flat. Between two
points at least `least_swing` apart, the change dz and the charge dq that was counted, bias b and leakage l of today
taken off for the time T, give the line below. Of unknown balancing currents today's tells nothing about those before:
l counts as 0 there, and its variance as that of the rating. Where `balancing_known` changes, the last point is
dropped::

    dq = Q dz,    variance r = Q^2 (sigma_1^2 + sigma_2^2) + T^2 var(b + l)

A scalar Kalman filter corrects Q by it. SOC is taken from the voltage alone, since the SOC of the group's filter has
been counted with the capacity that is being sought. Errors of tables are the same in every cycle and do not average
out. So the variance does not fall below what a single measurement without noise would leave, or stays where it is if it
was below before: the filter goes on to follow what ages, and its standard deviation stays honest. In a day the
capacity's standard deviation gains `capacity_drift`.

`soh_capacity` is the estimated capacity over that of the parameters.

Limits
------
An error of the current sensor's gain is an error of the capacity.

Shared states
-------------
`capacity_sigma` is written here; the prediction (`kalman`) reads it.

References
----------
G. L. Plett, J. Power Sources 196 (2011) 2319, doi:10.1016/j.jpowsour.2010.09.048 (capacity from charge against a change
of SOC, with errors in both; the attenuation by the error in dz that a filter on dq alone has is dz^2 / (dz^2 +
sigma_1^2 + sigma_2^2), below 1 % at the defaults).
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..cell import circuit
from ..numerics import covariance
from ..numerics.scalar_filter import learn
from .filter_states import DAY, bias_place, error_place, leakage_place, leakage_variance, voltage_error

HALVINGS = 40
"""Halvings of SOC 0 to 1 in the search for the SOC of a voltage: down to 1e-12."""

LEAST, GREATEST = 0.1, 10.0
"""Bounds of the capacity, in that of the parameters."""


def fields(groups: int) -> Fields:
    """Return what is assumed of the capacity, its estimate, and the last point."""
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("initial_capacity_sigma", "1", None, 0.01, 0.0, 1.0, 0.01,
                     "Standard deviation of the initial capacity, as a share of it", display_unit="%"),
            Variable("capacity_drift", "1", None, 5e-4, 0.0, 1.0, 1e-3,
                     "Standard deviation that the capacity gains in a day, as a share of it", display_unit="%"),
            Variable("point_sigma", "1", None, 0.02, 0.0, 1.0, 0.01,
                     "Greatest standard deviation of an SOC that the capacity is measured by", display_unit="%"),
            Variable("least_swing", "1", None, 0.3, 1e-3, 1.0, 0.5,
                     "Least change of SOC that the capacity is measured by", display_unit="%"),
        ),
        outputs=(
            Variable("group_capacity", "C", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1e5,
                     "Estimated capacity of each group", display_unit="A.h"),
            Variable("soh_capacity", "1", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Estimated capacity of each group, as a share of its parameter",
                     display_unit="%", detail=Detail.GROUP),
        ),
        states=(
            Variable("capacity_sigma", "C", groups, 0.0, 0.0, UNBOUNDED, 1e3, "Standard deviation of the capacity"),
            Variable("point_soc", "1", groups, 0.0, 0.0, 1.0, 1.0, "SOC of the last rest that was well known"),
            Variable("point_variance", "1", groups, 0.0, 0.0, UNBOUNDED, 1e-4,
                     "Variance of that SOC; 0 where there was no such rest"),
        ),
    )  # fmt: skip


@kernel
def initialize(x: Block, p: Block, y: Block, k: int) -> None:
    """Set the standard deviation of group k's capacity to that of the parameters; there is no point yet."""
    x.capacity_sigma[k] = p.initial_capacity_sigma * p.capacity[k]
    x.point_soc[k] = x.point_variance[k] = 0.0
    y.group_capacity[k], y.soh_capacity[k] = x.capacity[k], x.capacity[k] / p.capacity[k]


@kernel
def invert(x: Block, p: Block, k: int, voltage: float) -> float:
    """Return the SOC of an open-circuit voltage [V], U being taken to rise; 0 or 1 beyond."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if circuit.open_circuit(x, p, k, circuit.locate(p, middle)) < voltage:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def point_variance(x: Block, p: Block, k: int, soc: float) -> float:
    """Return the variance of an SOC that was found from the voltage at rest."""
    states, width = x.estimate.shape[1], 2.0 / (p.open_circuit_voltage.shape[0] - 1)
    low, high = max(soc - width, 0.0), min(soc + width, 1.0)
    variance = voltage_error(x, p, k, circuit.locate(p, soc)) + p.voltage_sigma**2 / x.rest_samples[k]
    for i in range(1, error_place(p)):
        variance += covariance.element(x.covariance[k], states, i, i)
    slope = max(circuit.mean_slope(x, p, k, low, high), 1e-9)
    return variance / (slope * slope)


@kernel
def lost_variance(x: Block, p: Block, k: int) -> float:
    """Return the variance of bias and leakage together [A2]; where balancing is not known, that of its rating."""
    factors, leakage, bias = x.covariance[k], leakage_place(p), bias_place(p)
    if x.tapped == 1.0:
        return leakage_variance(p, x.tapped) + factors[covariance.at(bias, bias)]
    by_bias = 1.0 + factors[covariance.at(leakage, bias)]
    return factors[covariance.at(leakage, leakage)] + by_bias * by_bias * factors[covariance.at(bias, bias)]


@kernel
def measure_capacity(x: Block, p: Block, k: int, soc: float, variance: float, counted: float) -> None:
    """Correct the capacity of group k by the change of SOC since the last point, to one of `soc` and its variance.

    `counted` is the variance of the charge that was counted [C2].
    """
    swing, capacity = soc - x.point_soc[k], x.capacity[k]
    lost = x.estimate[k, bias_place(p)] + (1.0 - x.tapped) * x.estimate[k, leakage_place(p)]
    ends = capacity * capacity * (variance + x.point_variance[k])
    noise = ends + counted
    innovation = x.point_charge[k] - lost * x.point_time[k] - capacity * swing
    known = x.capacity_sigma[k] * x.capacity_sigma[k]
    value, known = learn(capacity, known, swing, innovation, noise, ends / (swing * swing))
    x.capacity[k] = min(max(LEAST * p.capacity[k], value), GREATEST * p.capacity[k])
    x.capacity_sigma[k] = math.sqrt(known)


@kernel
def take_point(x: Block, p: Block, k: int) -> None:
    """Take the end of a rest of group k as a point, where SOC is well known, and learn from the change since the last.

    Where the two are close, the better known of them stays.
    """
    counted = x.point_time[k] * x.point_time[k] * lost_variance(x, p, k)
    relative = counted / (x.capacity[k] * x.capacity[k])
    soc = invert(x, p, k, x.rest_voltage[k])
    variance = point_variance(x, p, k, soc)
    first, far = x.point_variance[k] == 0.0, abs(soc - x.point_soc[k]) >= p.least_swing
    if variance <= p.point_sigma * p.point_sigma:
        if far and not first:
            measure_capacity(x, p, k, soc, variance, counted)
        if first or far or variance < x.point_variance[k] + relative:
            x.point_soc[k], x.point_variance[k] = soc, variance
            x.point_charge[k] = x.point_time[k] = 0.0


@kernel
def drift(x: Block, p: Block, k: int, h: float) -> None:
    """Let the capacity of group k drift for h [s]."""
    gained = p.capacity_drift * p.capacity[k]
    x.capacity_sigma[k] = math.sqrt(x.capacity_sigma[k] * x.capacity_sigma[k] + gained * gained * h / DAY)


@kernel
def learn_capacity(x: Block, p: Block, y: Block, k: int, ended: bool, h: float) -> None:
    """Learn the capacity of group k from a rest that has just `ended`, then let it drift for h [s]; write it."""
    if x.forgotten == 1.0:
        x.point_variance[k] = x.point_charge[k] = x.point_time[k] = 0.0
    if ended and x.rest_samples[k] > 0.0:
        take_point(x, p, k)
        x.rest_samples[k] = 0.0
    drift(x, p, k, h)
    y.group_capacity[k], y.soh_capacity[k] = x.capacity[k], x.capacity[k] / p.capacity[k]
