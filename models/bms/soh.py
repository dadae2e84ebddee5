"""State of health of a group: its capacity and the scale of its resistances, learnt beside its Kalman filter.

Equations
---------
**Capacity.** A rest that ends is a point where SOC is known by the voltage alone: z from the open-circuit voltage at
rest, what the RC pairs and hysteresis still hold taken off. Its variance is that of the slow error of the voltage, of
the pairs and of hysteresis, over the slope of U squared; where U is flat it is no point. Between two points that lie at
least `least_swing` apart, the charge dq that was counted, bias b and leakage l of today taken off for the time T, and
the change dz give ``dq = Q dz``, to which Q is brought by a scalar Kalman filter: variance of the measurement
``r = Q^2 (sigma_1^2 + sigma_2^2) + T^2 var(b + l)``. SOC from the voltage alone, since the filter's has been counted
with the capacity that is being sought.

**Resistance.** Where the present current jumps by di, the innovation is the error of the resistances times di: with
``e = R0 + sum_j R_j (1 - exp(-h / (R_j C_j)))``, that h after the jump is seen, ``innovation = (s' / s - 1) e di``, s
being the scale as it is known and s' as it is. What was left of the innovation before is taken off. A scalar Kalman
filter on s, too.

Errors of tables are the same in every cycle and do not average out. So neither variance falls below what a single
measurement without noise would leave (or stays where it is, if it was below before): the filters go on to follow what
ages, and their standard deviations stay honest.

Limits
------
An error of the current sensor's gain is an error of the capacity. The sensor of temperature is believed: what it tells
wrong of a group's temperature is taken for its resistance. One scale for all resistances of a group.

References
----------
G. L. Plett, J. Power Sources 196 (2011) 2319, doi:10.1016/j.jpowsour.2010.09.048 (capacity from charge against a change
of SOC, with errors in both; the attenuation by the error in dz that a filter on dq alone has is dz^2 / (dz^2 +
sigma_1^2 + sigma_2^2), below 1 % at the defaults).
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ..cell import circuit
from ..numerics import covariance
from . import kalman

HALVINGS = 40
"""Halvings of SOC 0 to 1 that a voltage is sought with: down to 1e-12."""

SAMPLES = 64.0
"""Samples that the voltage at rest is averaged over: the last ones, when the pairs have relaxed most."""

LEAST, GREATEST = 0.1, 10.0
"""Bounds of capacity and resistance scale, in those of the parameters."""

TRUSTED = 5.0
"""Standard deviations of an innovation that act in full."""


@kernel
def begin(x: Block, p: Block, k: int) -> None:
    """Begin with the parameters of group k, and without a point; capacity and scale are in x already."""
    x.capacity_sigma[k] = p.initial_capacity_sigma * p.capacity[k]
    x.scale_sigma[k] = p.initial_resistance_sigma * p.resistance_scale[k]
    x.rest_voltage[k] = x.rest_samples[k] = x.residual[k] = x.last_present[k] = 0.0
    x.point_soc[k] = x.point_variance[k] = x.point_charge[k] = x.point_time[k] = 0.0


@kernel
def learn(
    value: float, variance: float, slope: float, innovation: float, noise: float, floor: float
) -> tuple[float, float]:
    """Bring a value to a measurement of it.

    Parameters
    ----------
    value, variance : float
        As known before.
    slope : float
        Derivative of the measurement by the value.
    innovation, noise : float
        Measured less expected, and the variance of the measurement.
    floor : float
        Variance of the value that no number of measurements goes below.

    Returns
    -------
    value, variance : float
        As known now.
    """
    total = slope * slope * variance + noise
    greatest = TRUSTED * math.sqrt(total)
    within = min(max(-greatest, innovation), greatest)
    return value + variance * slope / total * within, min(variance, max(variance * noise / total, floor))


@kernel
def count(x: Block, p: Block, k: int, h: float) -> None:
    """Count the charge of a step, x.current being its mean current."""
    raw = x.current[k] + x.estimate[k, kalman.bias_place(p)]
    x.point_charge[k] += h * (circuit.storing(p, k, raw) * raw - x.self_discharge[k])
    x.point_time[k] += h


@kernel
def watch(x: Block, p: Block, k: int, voltage: float) -> None:
    """Average the open-circuit voltage of group k at rest."""
    if math.isfinite(voltage):
        estimate, place = x.estimate[k], circuit.locate(p, x.estimate[k, kalman.SOC])
        held = circuit.ohmic(x, p, k, place) * x.current[k]
        for i in range(1, kalman.error_place(p)):
            held += estimate[i]
        within = min(max(-p.polarisation_bound, held), p.polarisation_bound)
        x.rest_samples[k] = min(x.rest_samples[k] + 1.0, SAMPLES)
        x.rest_voltage[k] += (voltage - within - x.rest_voltage[k]) / x.rest_samples[k]


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
    """Return the variance of an SOC that was read off the voltage at rest."""
    states, width = x.estimate.shape[1], 2.0 / (p.open_circuit_voltage.shape[0] - 1)
    low, high = max(soc - width, 0.0), min(soc + width, 1.0)
    variance = kalman.voltage_error(x, p, k, circuit.locate(p, soc)) + p.voltage_sigma**2 / x.rest_samples[k]
    for i in range(1, kalman.error_place(p)):
        variance += covariance.element(x.covariance[k], states, i, i)
    slope = max(circuit.mean_slope(x, p, k, low, high), 1e-9)
    return variance / (slope * slope)


@kernel
def drift_variance(x: Block, p: Block, k: int) -> float:
    """Return the variance of bias and leakage together [A2]."""
    factors, leakage, bias = x.covariance[k], kalman.leakage_place(p), kalman.bias_place(p)
    by_bias = 1.0 + factors[covariance.at(leakage, bias)]
    return factors[covariance.at(leakage, leakage)] + by_bias * by_bias * factors[covariance.at(bias, bias)]


@kernel
def measure_capacity(x: Block, p: Block, k: int, soc: float, variance: float) -> None:
    """Learn the capacity of group k from the way between the last point and one of `soc` and its variance."""
    swing, capacity = soc - x.point_soc[k], x.capacity[k]
    lost = x.estimate[k, kalman.bias_place(p)] + x.estimate[k, kalman.leakage_place(p)]
    ends = capacity * capacity * (variance + x.point_variance[k])
    noise = ends + x.point_time[k] * x.point_time[k] * drift_variance(x, p, k)
    innovation = x.point_charge[k] - lost * x.point_time[k] - capacity * swing
    known = x.capacity_sigma[k] * x.capacity_sigma[k]
    value, known = learn(capacity, known, swing, innovation, noise, ends / (swing * swing))
    x.capacity[k] = min(max(LEAST * p.capacity[k], value), GREATEST * p.capacity[k])
    x.capacity_sigma[k] = math.sqrt(known)


@kernel
def take_point(x: Block, p: Block, k: int) -> None:
    """Take the end of a rest as a point, where SOC is well known, and learn from the way since the last one."""
    if x.rest_samples[k] > 0.0:
        soc = invert(x, p, k, x.rest_voltage[k])
        variance = point_variance(x, p, k, soc)
        counted = x.point_time[k] * x.point_time[k] * drift_variance(x, p, k) / (x.capacity[k] * x.capacity[k])
        first, far = x.point_variance[k] == 0.0, abs(soc - x.point_soc[k]) >= p.least_swing
        if variance <= p.point_sigma * p.point_sigma:
            if far and not first:
                measure_capacity(x, p, k, soc, variance)
            if first or far or variance < x.point_variance[k] + counted:
                x.point_soc[k], x.point_variance[k] = soc, variance
                x.point_charge[k] = x.point_time[k] = 0.0
        x.rest_samples[k] = 0.0


@kernel
def age(x: Block, p: Block, k: int, h: float) -> None:
    """Let the capacity drift for h [s]."""
    gained = p.capacity_drift * p.capacity[k]
    x.capacity_sigma[k] = math.sqrt(x.capacity_sigma[k] * x.capacity_sigma[k] + gained * gained * h / kalman.DAY)


@kernel
def measure_resistance(x: Block, p: Block, k: int, present: float, innovation: float, variance: float) -> None:
    """Learn the resistance scale of group k from what a step of the present current [A] left to correct.

    `innovation` and `variance` are what `kalman_correction.correct` returned.
    """
    within = min(max(-p.current_range, present), p.current_range) if math.isfinite(present) else x.last_present[k]
    jump, before, scale = within - x.last_present[k], x.residual[k], x.resistance_scale[k]
    x.last_present[k] = within
    if math.isfinite(variance):
        taken = 0.0
        for i in range(x.gain.shape[0]):
            taken += x.sensitivity[i] * x.gain[i]
        x.residual[k] = min(max(-p.polarisation_bound, (1.0 - taken) * innovation), p.polarisation_bound)
        if abs(jump) >= p.current_step:
            change = circuit.ohmic(x, p, k, circuit.locate(p, x.estimate[k, kalman.SOC])) * jump
            for j in range(1, kalman.hysteresis_place(p)):
                change -= x.by_bias[j] * jump
            noise = variance + p.voltage_sigma**2 + (p.resistance_error * change) ** 2
            floor = (p.resistance_error * scale) ** 2
            known = x.scale_sigma[k] * x.scale_sigma[k]
            value, known = learn(scale, known, change / scale, innovation - before, noise, floor)
            x.scale_sigma[k] = math.sqrt(known)
            rescale(x, p, k, value)


@kernel
def rescale(x: Block, p: Block, k: int, scale: float) -> None:
    """Give all resistances of group k another scale."""
    within = min(max(LEAST * p.resistance_scale[k], scale), GREATEST * p.resistance_scale[k])
    for i in range(x.resistance_factor.shape[1]):
        x.resistance_factor[k, i] *= within / x.resistance_scale[k]
    x.resistance_scale[k] = within
