"""Extended Kalman filter of a series group on the equivalent circuit of its cells.

Equations
---------
The states of a group are, in this order, SOC z, the voltages v_j of the RC pairs, the hysteresis voltage h_y, a slow
error w of the model's voltage, a leakage l beside the self-discharge that is known, and the bias b of the current
measurement. Under a measured current i_m, the mean of a step, the current is ``i = i_m - b``, and

* ``dz/dt = (eta i - l - self-discharge) / Q``, eta being 1 in discharge;
* ``dv_j/dt = (R_j i - v_j) / (R_j C_j)`` and ``dh_y/dt = gamma i / Q (M - sign(i) h_y) - decay h_y``, both solved
  exactly over a step of any length, R_j and C_j taken in the middle of the way;
* w forgets, by charge and by time: ``dw/dt = -(|i| / (Q length) + 1 / time) w``;
* b and l stay, but for their drift.

Known currents of a balancer are part of i_m. The group's voltage is ``U(z) + R0 i + sum v_j + h_y + w`` and noise, i
being the current at the instant of the voltage.

That R_j, C_j and R0 depend on SOC is left out of the derivatives. How the voltage corrects: see `kalman_correction`.

Noise of a step: the current's own sampled noise, held over the step; random walks of z, b and l, told by the standard
deviation they reach in a day; a walk of z with the charge, for the capacity may be another: after SOC has gone all the
way, its standard deviation is the relative one of the capacity. Errors of the model in v_j, h_y and w forget at the
rate of their state, so that their standard deviation settles whatever the steps are. The walks of b and l enter z
exactly, v_j and h_y by half of what a whole step does.

Why w: a table of U is off by the same amount in all the samples of a rest, and in most of those of a pulse. Taken for
noise of each sample it would average out, and the filter would believe in an SOC that its table cannot tell. As a
state it keeps what it is until SOC has moved by `length` or the time has passed; an error of U along z acts by the
slope of U.

Limits
------
The covariance is kept in factors (see `covariance`). What the filter is told is bounded before it acts: currents to
the range of the sensor, innovations to a number of their own standard deviations, states and standard deviations to
what is possible at all. A current that is not finite leaves the last one; a voltage that is not finite corrects
nothing. Noise of the current counts in the voltage by R0 but is taken as independent of the same noise in the states.

References
----------
G. L. Plett, J. Power Sources 134 (2004) 277, doi:10.1016/j.jpowsour.2004.02.033.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ..cell import circuit
from ..cell.port import switched
from ..numerics import covariance
from ..numerics.tables import Place

SOC = 0
"""Place of the SOC among the states; the RC pairs follow."""

EXTRA = 5
"""States beside the RC pairs."""

DAY = 86400.0
"""The time that drifts are told for [s]."""

LEAST = 1e-7
"""Least noise of a state in a step, in its bound: it keeps the factors away from zero."""


@kernel
def hysteresis_place(p: Block) -> int:
    """Place of the hysteresis voltage."""
    return p.polarisation_activation_energy.shape[0] + 1


@kernel
def error_place(p: Block) -> int:
    """Place of the slow error of the voltage."""
    return hysteresis_place(p) + 1


@kernel
def leakage_place(p: Block) -> int:
    """Place of the leakage."""
    return hysteresis_place(p) + 2


@kernel
def bias_place(p: Block) -> int:
    """Place of the current sensor's bias, the last one."""
    return hysteresis_place(p) + 3


@kernel
def bound(p: Block, i: int) -> float:
    """Greatest size, and standard deviation, of state i [its unit]."""
    if i == SOC:
        return 1.0
    if i == hysteresis_place(p):
        return max(p.hysteresis_bound, 1e-6)  # a state that is switched off still wants a variance
    if i <= error_place(p):
        return p.polarisation_bound
    return p.leakage_bound if i == leakage_place(p) else p.bias_bound


@kernel
def project(x: Block, k: int, i: int, value: float) -> None:
    """Set state i of group k to a value, and move the others as their covariance with it tells."""
    states, factors = x.estimate.shape[1], x.covariance[k]
    step = (value - x.estimate[k, i]) / covariance.element(factors, states, i, i)
    for j in range(states):
        x.estimate[k, j] += step * covariance.element(factors, states, min(i, j), max(i, j))
    x.estimate[k, i] = value


@kernel
def within(p: Block, i: int, value: float) -> float:
    """Bring a value of state i back to what is possible."""
    greatest = bound(p, i)
    return min(max(0.0 if i == SOC else -greatest, value), greatest)


@kernel
def keep_states(x: Block, p: Block, k: int) -> None:
    """Bring the states of group k back to what is possible.

    The most likely states within a bound, not those of the filter cut off at it (D. Simon, IET Control Theory Appl. 4
    (2010) 1303, doi:10.1049/iet-cta.2009.0032): were SOC alone held at 1, the states that it is correlated with would
    run away, each correction counting on its part. What projections leave outside is cut off.
    """
    for i in range(x.estimate.shape[1]):
        value = within(p, i, x.estimate[k, i])
        if value != x.estimate[k, i]:
            project(x, k, i, value)
    for i in range(x.estimate.shape[1]):
        x.estimate[k, i] = within(p, i, x.estimate[k, i])


@kernel
def keep_bounds(x: Block, p: Block, k: int) -> None:
    """Bring states and standard deviations of group k back to what is possible."""
    keep_states(x, p, k)
    factors, states = x.covariance[k], x.estimate.shape[1]
    for i in range(states):
        covariance.limit(factors, states, i, bound(p, i))


@kernel
def begin(x: Block, p: Block, k: int) -> None:
    """Begin group k at rest with what is known of it; capacity, factors and temperature are in x already."""
    estimate, factors, hysteresis = x.estimate[k], x.covariance[k], hysteresis_place(p)
    covariance.begin(factors)
    for i in range(estimate.shape[0]):
        estimate[i] = 0.0
        factors[covariance.at(i, i)] = (LEAST * bound(p, i)) ** 2
    estimate[SOC] = p.initial_soc[k]
    factors[0] += p.initial_soc_sigma**2
    place = circuit.locate(p, p.initial_soc[k])
    for j in range(1, hysteresis):
        resistance, _ = circuit.pair(x, p, k, j - 1, place)
        factors[covariance.at(j, j)] += (resistance * p.initial_current_sigma) ** 2
    factors[covariance.at(hysteresis, hysteresis)] += p.hysteresis_bound**2 / 3.0  # anything between its bounds
    error, leakage, bias = error_place(p), leakage_place(p), bias_place(p)
    factors[covariance.at(error, error)] += voltage_error(x, p, k, place)
    factors[covariance.at(leakage, leakage)] += p.initial_leakage_sigma**2
    factors[covariance.at(bias, bias)] += p.initial_bias_sigma**2
    x.current[k] = 0.0
    keep_bounds(x, p, k)


@kernel
def store(x: Block, p: Block, k: int, h: float) -> float:
    """Count the charge of a step into the SOC of group k; return its derivative by the leakage [1/A]."""
    estimate, current, leakage = x.estimate[k], x.current[k], leakage_place(p)
    stored, per_charge = circuit.storing(p, k, current), h / x.capacity[k]
    rise = per_charge * (stored * current - estimate[leakage] - x.self_discharge[k])
    estimate[SOC] += rise
    x.keep[SOC], x.by_bias[SOC] = 1.0, -per_charge * stored
    walks = (stored * p.bias_drift) ** 2 + p.leakage_drift**2
    variance = h / DAY * (p.soc_drift**2 + walks * per_charge * per_charge / 12.0)
    relative = x.capacity_sigma[k] / x.capacity[k]
    set_noise(x, p, SOC, variance + relative * relative * abs(rise))
    return -per_charge


@kernel
def set_noise(x: Block, p: Block, i: int, variance: float) -> None:
    """Set the noise that a step adds to state i [its unit squared]."""
    x.weights[2 * i + 1] = max(variance, (LEAST * bound(p, i)) ** 2)


@kernel
def polarise(x: Block, p: Block, k: int, middle: Place, h: float) -> None:
    """Step the RC pairs of group k, `middle` being that of the way through the tables."""
    estimate = x.estimate[k]
    for j in range(1, hysteresis_place(p)):
        resistance, capacitance = circuit.pair(x, p, k, j - 1, middle)
        gone = -math.expm1(-h / (resistance * capacitance))
        estimate[j] += gone * (resistance * x.current[k] - estimate[j])
        x.keep[j], x.by_bias[j] = 1.0 - gone, -resistance * gone
        error = resistance * p.polarisation_error
        set_noise(x, p, j, error * error * gone * (2.0 - gone))


@kernel
def switch(x: Block, p: Block, k: int, h: float) -> None:
    """Step the hysteresis voltage of group k."""
    place = hysteresis_place(p)
    end, derivative, gone = switched(x, p, k, x.current[k], x.estimate[k, place], h)
    x.estimate[k, place] = end
    x.keep[place], x.by_bias[place] = 1.0 - gone, -derivative
    set_noise(x, p, place, p.hysteresis_error**2 * gone * (2.0 - gone))


@kernel
def voltage_error(x: Block, p: Block, k: int, place: Place) -> float:
    """Return the variance that the voltage's slow error settles at, at a place of the tables [V2]."""
    along = p.table_error * circuit.open_circuit_slope(x, p, k, place)
    return p.voltage_error**2 + along * along


@kernel
def forget(x: Block, p: Block, k: int, middle: Place, h: float) -> None:
    """Step the slow error of group k's voltage, and let leakage and bias walk."""
    place = error_place(p)
    rate = abs(x.current[k]) / (x.capacity[k] * p.error_length) + 1.0 / p.error_time
    gone = -math.expm1(-rate * h)
    x.estimate[k, place] *= 1.0 - gone
    x.keep[place] = 1.0 - gone
    set_noise(x, p, place, voltage_error(x, p, k, middle) * gone * (2.0 - gone))
    set_noise(x, p, place + 1, p.leakage_drift**2 * h / DAY)
    set_noise(x, p, place + 2, p.bias_drift**2 * h / DAY)
    x.keep[place + 1] = x.keep[place + 2] = 1.0
    x.by_bias[place] = x.by_bias[place + 1] = x.by_bias[place + 2] = 0.0


@kernel
def predict(x: Block, p: Block, k: int, measured: float, h: float) -> None:
    """Step group k over h [s] under a measured current [A].

    Parameters
    ----------
    x, p : Block
        States and parameters as `kalman_variables` declares them; `cell_circuit.heat_up` is done.
    k : int
        Group.
    measured : float
        Mean current into the group as the sensor tells it, known balancing currents added [A]; where it is not
        finite, the last current stays.
    h : float
        Step [s], > 0.
    """
    take_current(x, p, k, measured)
    begin_soc = x.estimate[k, SOC]
    by_leakage = store(x, p, k, h)
    middle = circuit.locate(p, 0.5 * (begin_soc + x.estimate[k, SOC]))
    polarise(x, p, k, middle, h)
    switch(x, p, k, h)
    forget(x, p, k, middle, h)
    covariance.carry(x.covariance[k], x.keep, x.by_bias, by_leakage, x.rows, x.weights)
    x.weights[x.weights.shape[0] - 1] = p.current_sigma**2
    covariance.factorise(x.covariance[k], x.rows, x.weights, x.weighted)
    keep_bounds(x, p, k)


@kernel
def take_current(x: Block, p: Block, k: int, measured: float) -> None:
    """Take the bias off a measured current [A], held within the sensor's range, where it is finite."""
    if math.isfinite(measured):
        x.current[k] = min(max(-p.current_range, measured), p.current_range) - x.estimate[k, bias_place(p)]


@kernel
def sigma(x: Block, k: int, i: int) -> float:
    """Return the standard deviation of state i of group k [its unit]."""
    return math.sqrt(covariance.element(x.covariance[k], x.estimate.shape[1], i, i))
