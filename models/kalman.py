"""Extended Kalman filter of a series group on the equivalent circuit of its cells.

Equations
---------
The states of a group are, in this order, SOC z, the voltages v_j of the RC pairs, the hysteresis voltage h_y, the bias
b of the current measurement and a leakage l beside the self-discharge that is known. Under a measured current i_m,
held over a step, the current is ``i = i_m - b``, and

* ``dz/dt = (eta i - l - self-discharge) / Q``, eta being 1 in discharge;
* ``dv_j/dt = (R_j i - v_j) / (R_j C_j)`` and ``dh_y/dt = gamma i / Q (M - sign(i) h_y) - decay h_y``, both solved
  exactly over a step of any length, R_j and C_j taken in the middle of the way;
* b and l stay, but for their drift.

Known currents of a balancer are part of i_m. The group's voltage is ``U(z) + R0 i + sum v_j + h_y`` and noise.

The transition is upper triangular; that R_j, C_j and R0 depend on SOC is left out of the derivatives. The derivative
of U is its mean slope over one standard deviation of z to both sides, over one segment of the table at least, and not
beyond 0 and 1: tables of measured cells have steps that a tangent would take for knowledge, and a wide uncertainty
wants the wide slope (M. Nørgaard, N. K. Poulsen, O. Ravn, Automatica 36 (2000) 1627,
doi:10.1016/S0005-1098(00)00089-3).

Noise of a step: the current's own sampled noise, held over the step; random walks of z, b and l, told by the standard
deviation they reach in a day; and errors of the model in v_j and h_y that forget at the rate of their state, so that
their standard deviation settles whatever the steps are. An error of U(z) along z, which acts by the slope of U, counts
as one of every pair: where U is steep, many samples with one error would else seem to tell z exactly. The walks of b
and l enter z exactly, v_j and h_y by half of what a whole step does.

Limits
------
The covariance is kept in factors (see `covariance`). What the filter is told is bounded before it acts: currents to
the range of the sensor, innovations to a number of their own standard deviations, states and standard deviations to
what is possible at all. A current that is not finite leaves the last one; a voltage that is not finite corrects
nothing. One bias a group: groups that share a sensor do not learn from each other here. Noise of the current counts in
the voltage by R0 but is taken as independent of the same noise in the states.

References
----------
G. L. Plett, J. Power Sources 134 (2004) 277, doi:10.1016/j.jpowsour.2004.02.033.
"""

from __future__ import annotations

import math

from . import cell_circuit as circuit
from . import covariance
from .model import Block, kernel
from .relaxation import fade, relax
from .tables import Place

SOC = 0
"""Place of the SOC among the states; the RC pairs follow."""

EXTRA = 4
"""States beside the RC pairs."""

DAY = 86400.0
"""The time that drifts are told for [s]."""

LEAST = 1e-7
"""Least noise of a state in a step, in its bound: it keeps the factors away from zero."""


@kernel
def hysteresis_place(p: Block) -> int:
    """Place of the hysteresis voltage; bias and leakage follow."""
    return p.polarisation_activation_energy.shape[0] + 1


@kernel
def bound(p: Block, i: int) -> float:
    """Greatest size, and standard deviation, of state i [its unit]."""
    hysteresis = hysteresis_place(p)
    if i == SOC:
        return 1.0
    if i < hysteresis:
        return p.polarisation_bound
    if i == hysteresis:
        return max(p.hysteresis_bound, 1e-6)  # a state that is switched off still wants a variance
    return p.bias_bound if i == hysteresis + 1 else p.leakage_bound


@kernel
def keep_bounds(x: Block, p: Block, k: int) -> None:
    """Bring states and standard deviations of group k back to what is possible."""
    estimate = x.estimate[k]
    states = estimate.shape[0]
    for i in range(states):
        greatest = bound(p, i)
        least = 0.0 if i == SOC else -greatest
        estimate[i] = min(max(least, estimate[i]), greatest)
        covariance.limit(x.covariance[k], states, i, greatest)


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
    for j in range(1, hysteresis):
        factors[covariance.at(j, j)] += p.polarisation_error**2
    factors[covariance.at(hysteresis, hysteresis)] += p.hysteresis_bound**2 / 3.0  # anything between its bounds
    factors[covariance.at(hysteresis + 1, hysteresis + 1)] += p.initial_bias_sigma**2
    factors[covariance.at(hysteresis + 2, hysteresis + 2)] += p.initial_leakage_sigma**2
    x.current[k] = 0.0
    keep_bounds(x, p, k)


@kernel
def store(x: Block, p: Block, k: int, h: float) -> None:
    """Count the charge of a step into the SOC of group k."""
    estimate, current, leakage = x.estimate[k], x.current[k], hysteresis_place(p) + 2
    stored, per_charge = circuit.storing(p, k, current), h / x.capacity[k]
    estimate[SOC] += per_charge * (stored * current - estimate[leakage] - x.self_discharge[k])
    x.transition[SOC, SOC] = 1.0
    x.transition[SOC, leakage - 1] = -per_charge * stored
    x.transition[SOC, leakage] = -per_charge
    walks = (stored * p.bias_drift) ** 2 + p.leakage_drift**2
    x.weights[x.estimate.shape[1] + SOC] = h / DAY * (p.soc_drift**2 + walks * per_charge * per_charge / 12.0)


@kernel
def polarise(x: Block, p: Block, k: int, middle: Place, h: float) -> None:
    """Step the RC pairs of group k, `middle` being that of the way through the tables."""
    estimate, bias = x.estimate[k], hysteresis_place(p) + 1
    variance = p.polarisation_error**2 + (p.table_error * circuit.open_circuit_slope(x, p, k, middle)) ** 2
    for j in range(1, bias - 1):
        resistance, capacitance = circuit.pair(x, p, k, j - 1, middle)
        rate = 1.0 / (resistance * capacitance)
        estimate[j] = relax(estimate[j], resistance * x.current[k], rate, h)[0]
        gone, _ = fade(rate, h)
        x.transition[j, j] = 1.0 - gone
        x.transition[j, bias] = -resistance * gone
        x.weights[estimate.shape[0] + j] = variance * gone * (2.0 - gone)


@kernel
def switch(x: Block, p: Block, k: int, h: float) -> None:
    """Step the hysteresis voltage of group k; its derivative by the current is the mean of both sides at 0."""
    estimate, place = x.estimate[k], hysteresis_place(p)
    by_charge, rate = circuit.switching(x, p, k, x.current[k])
    gone, area = fade(rate, h)
    start, remaining = estimate[place], 1.0 - gone
    derivative = p.hysteresis_bound * area
    if by_charge != 0.0:
        derivative += p.hysteresis_bound * abs(by_charge) * (h * remaining - area) / rate
        derivative -= math.copysign(h * remaining, by_charge) * start
    estimate[place] = start * remaining + p.hysteresis_bound * by_charge * area
    x.transition[place, place] = remaining
    x.transition[place, place + 1] = -p.hysteresis_rate / x.capacity[k] * derivative
    x.weights[estimate.shape[0] + place] = p.hysteresis_error**2 * gone * (2.0 - gone)


@kernel
def drift(x: Block, p: Block, h: float) -> None:
    """Let bias and leakage walk."""
    bias, states = hysteresis_place(p) + 1, x.estimate.shape[1]
    x.transition[bias, bias] = x.transition[bias + 1, bias + 1] = 1.0
    x.weights[states + bias] = p.bias_drift**2 * h / DAY
    x.weights[states + bias + 1] = p.leakage_drift**2 * h / DAY


@kernel
def spread(x: Block, p: Block, k: int) -> None:
    """Carry the covariance of group k through the transition, and add the noise of the step."""
    bias, states = hysteresis_place(p) + 1, x.estimate.shape[1]
    covariance.carry(x.covariance[k], x.transition, x.rows, x.weights)
    for i in range(states):
        x.weights[states + i] = max(x.weights[states + i], (LEAST * bound(p, i)) ** 2)
        for j in range(states):
            x.rows[i, states + j] = 1.0 if i == j else 0.5 * x.transition[i, j]  # a walk acts from mid-step on
        x.rows[i, 2 * states] = x.transition[i, bias] if i < bias else 0.0
    x.weights[2 * states] = p.current_sigma**2
    covariance.factorise(x.covariance[k], x.rows, x.weights)


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
        Current into the group as the sensor tells it, known balancing currents added [A]; where it is not finite,
        the last current stays.
    h : float
        Step [s], > 0.
    """
    estimate = x.estimate[k]
    if math.isfinite(measured):
        within = min(max(-p.current_range, measured), p.current_range)
        x.current[k] = within - estimate[hysteresis_place(p) + 1]
    begin_soc = estimate[SOC]
    for i in range(estimate.shape[0]):
        for j in range(estimate.shape[0]):
            x.transition[i, j] = 0.0
    store(x, p, k, h)
    polarise(x, p, k, circuit.locate(p, 0.5 * (begin_soc + estimate[SOC])), h)
    switch(x, p, k, h)
    drift(x, p, h)
    spread(x, p, k)
    keep_bounds(x, p, k)


@kernel
def sigma(x: Block, k: int, i: int) -> float:
    """Return the standard deviation of state i of group k [its unit]."""
    return math.sqrt(covariance.element(x.covariance[k], x.estimate.shape[1], i, i))


@kernel
def mean_slope(x: Block, p: Block, k: int) -> float:
    """Return the mean slope of U about the SOC of group k, over its standard deviation to both sides [V]."""
    width = max(sigma(x, k, SOC), 1.0 / (p.open_circuit_voltage.shape[0] - 1))
    low, high = max(x.estimate[k, SOC] - width, 0.0), min(x.estimate[k, SOC] + width, 1.0)
    rise = circuit.open_circuit(x, p, k, circuit.locate(p, high)) - circuit.open_circuit(
        x, p, k, circuit.locate(p, low)
    )
    return rise / (high - low)


@kernel
def expect(x: Block, p: Block, k: int) -> tuple[float, float]:
    """Return the voltage that group k should have, and the variance of its noise [V], [V2].

    The derivatives of the voltage by the states are written to ``x.sensitivity``.
    """
    place, hysteresis = circuit.locate(p, x.estimate[k, SOC]), hysteresis_place(p)
    resistance = circuit.ohmic(x, p, k, place)
    voltage = circuit.open_circuit(x, p, k, place) + resistance * x.current[k]
    for i in range(1, hysteresis + 1):
        voltage += x.estimate[k, i]
        x.sensitivity[i] = 1.0
    x.sensitivity[SOC] = mean_slope(x, p, k)
    x.sensitivity[hysteresis + 1] = -resistance
    x.sensitivity[hysteresis + 2] = 0.0
    return voltage, p.voltage_sigma**2 + (resistance * p.current_sigma) ** 2


@kernel
def correct(x: Block, p: Block, k: int, measured: float) -> tuple[float, float]:
    """Correct group k by its measured voltage [V], taken at the end of the step and under its current.

    Returns
    -------
    innovation, variance : float
        Measured less expected voltage, before it is bounded [V], and the variance that it should have [V2]; 0 and
        infinity where `measured` is not finite.
    """
    if not math.isfinite(measured):
        return 0.0, math.inf
    voltage, noise = expect(x, p, k)
    variance = covariance.measure(x.covariance[k], x.gain, x.sensitivity, noise)
    greatest = p.innovation_bound * math.sqrt(variance)
    within = min(max(-greatest, measured - voltage), greatest)
    for i in range(x.gain.shape[0]):
        x.estimate[k, i] += x.gain[i] * within
    keep_bounds(x, p, k)
    return measured - voltage, variance
