"""Estimation of a battery's groups from their sensors: one filter a group, one bias of the current sensor for all.

Interface (parameters and states are declared in `estimation_variables`)
-----------------------------------------------------------------------
``begin(x, p)`` initialises all groups: capacity and resistances of the parameters, factors at the reference
temperature, filters at rest at ``p.initial_soc``.

``estimate(x, p, u, h)`` takes in the readings of a step of h [s] for all groups k. It reads

* ``x.reading_voltage[k]`` [V], at the end of the step; not finite where there is none;
* ``x.reading_current`` [A], mean over the step, and ``x.reading_present`` [A], at the instant of the voltage;
* ``x.group_temperature[k]`` [K];
* ``u.balancing_current[k]``, ``u.balancing_pack_current`` [A], in force during the step: both flow into group k beside
  the sensor, and count where ``p.balancing_known`` is 1.

It leaves in x (the fields marked * are outside this module's states: whoever calls declares them)

* ``reading_voltage*, reading_current*, reading_present*, group_temperature*`` as they were;
* ``estimate[k]``: states of group k. Places: ``kalman.SOC`` (0), pairs 1 .. P, ``kalman.hysteresis_place(p)``,
  ``kalman.error_place(p)`` (slow error of the voltage), ``kalman.leakage_place(p)``, ``kalman.bias_place(p)`` (last);
  standard deviations by ``kalman.sigma(x, k, place)``;
* ``current[k]`` [A]: the present current into group k, bias taken off, balancing counted where it is known;
* ``capacity[k]`` [C], ``resistance_scale[k]`` as estimated, with ``capacity_sigma[k]``, ``scale_sigma[k]``;
  ``resistance_factor``, ``self_discharge``, ``temperature`` are those of `cell_circuit`, kept at group_temperature:
  ``cell_circuit.ohmic(x, p, k, place)``, ``pair``, ``open_circuit``, ``switching`` may be called with these blocks;
* ``counted_soc[k]``: Coulomb counting alone, from ``p.initial_soc`` and ``p.capacity``, not held within 0 and 1;
* ``bias``, ``bias_sigma`` [A], common to all; ``normalised_innovation``: mean over the groups that had a voltage of
  innovation squared over its variance (0 where none had);
* ``resting``: 1 after the current has been below ``p.rest_current`` for ``p.rest_time``.

Equations
---------
Coulomb counting: ``dz/dt = (eta i - self-discharge) / capacity``, i being the reading and what the balancer is known
to add. Each group's filter is that of `kalman`, its capacity and resistances those of `soh`.

**One bias.** All groups share the sensor, so all filters begin a step with the same belief (b, V) in its bias, and
each ends it with its own (b_k, V_k). The step closes with one belief for all,
``1 / V = mean(1 / V_k)``, ``b = V mean(b_k / V_k)``: covariance intersection with equal weights. It is consistent
whatever the errors of the groups have in common, and they have nearly all of it in common, the noise of the current as
the errors of the tables; taking N groups for N independent looks would divide the variance by N, which they do not
tell. With equal groups the common belief is that of each alone.

Every filter then adopts it, and its other states follow as they depend on the bias, what they are given the bias
unchanged (R. C. Jeffrey's rule of conditioning): given the bias, a group's own states have nothing more to learn from
other groups. The bias is the last state, so in the factors of the covariance this is one element and one column.

**Leakage.** A bias and a leakage act on SOC alike; what tells them apart is that the bias is common. A leaking group
pulls the common bias by its share of the mean, and what is left between the mean and itself can only be its leakage.
Leakage that all groups had would be taken for bias: the two then differ by R0 b alone.

**Late voltages.** Where voltages come some samples late, the current is held back by `current_delay` samples; the
estimates are then as old as the voltages. Balancing currents are not held back.

Limits
------
Readings that are not finite tell nothing, and those beyond ``current_range`` are held to it. ``resting`` goes by the
reading, bias included. Where balancing currents are not known they are leakage to the filters, and bias where all
groups have them: they come and go, and the estimates lag behind.

References
----------
S. J. Julier, J. K. Uhlmann, Proc. American Control Conference 1997, 2369, doi:10.1109/ACC.1997.609105 (covariance
intersection). R. C. Jeffrey, The Logic of Decision, McGraw-Hill 1965, chapter 11.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ..cell import circuit
from ..numerics import covariance
from . import channel as sensors
from . import kalman, kalman_correction, soh


@kernel
def begin(x: Block, p: Block) -> None:
    """Begin all groups at rest, with what the parameters tell."""
    circuit.renew(x, p)
    for k in range(x.capacity.shape[0]):
        x.temperature[k] = 0.0
        circuit.heat_up(x, p, k, p.reference_temperature)
        soh.begin(x, p, k)
        kalman.begin(x, p, k)
        x.counted_soc[k] = p.initial_soc[k]
    sensors.fill(x.mean_history, 0.0)
    sensors.fill(x.present_history, 0.0)
    x.sample = x.still_time = x.resting = x.normalised_innovation = 0.0
    share_bias(x, p)


@kernel
def beside(p: Block, u: Block, k: int) -> float:
    """Return the current that is known to flow into group k beside the sensor [A]."""
    return p.balancing_known * (u.balancing_current[k] + u.balancing_pack_current)


@kernel
def held(p: Block, current: float) -> float:
    """Hold a current [A] within the range of the sensor; 0 where it is not finite."""
    return sensors.saturate(current, -p.current_range, p.current_range) if math.isfinite(current) else 0.0


@kernel
def count(x: Block, p: Block, k: int, measured: float, h: float) -> None:
    """Count a measured current [A] over h [s], and nothing else, into the SOC of group k."""
    current = held(p, measured)
    x.counted_soc[k] += h * (circuit.storing(p, k, current) * current - x.self_discharge[k]) / p.capacity[k]


@kernel
def share_bias(x: Block, p: Block) -> None:
    """Make one belief in the bias out of those of all groups, and have them adopt it."""
    bias, groups = kalman.bias_place(p), x.capacity.shape[0]
    last = covariance.at(bias, bias)
    information = weighed = 0.0
    for k in range(groups):
        own = 1.0 / x.covariance[k, last]
        information += own
        weighed += own * x.estimate[k, bias]
    variance = groups / information
    common = weighed / information
    for k in range(groups):
        kalman_correction.adopt(x, p, k, common, variance)
    x.bias, x.bias_sigma = common, math.sqrt(variance)


@kernel
def rest(x: Block, p: Block, u: Block, h: float) -> bool:
    """Tell whether the battery rests, from the readings of a step; return whether a rest has ended."""
    greatest, before = 0.0, x.resting == 1.0
    for k in range(x.capacity.shape[0]):
        known = beside(p, u, k)
        mean, present = held(p, x.reading_current + known), held(p, x.reading_present + known)
        greatest = max(greatest, abs(mean), abs(present))
    x.still_time = x.still_time + h if greatest <= p.rest_current else 0.0
    x.resting = 1.0 if x.still_time >= p.rest_time and x.still_time > 0.0 else 0.0
    return before and x.resting == 0.0


@kernel
def follow(x: Block, p: Block, k: int, mean: float, present: float, h: float) -> tuple[float, float]:
    """Step group k over h [s] and correct it; currents are readings [A].

    Returns innovation and variance as `kalman_correction.correct` does.
    """
    soh.age(x, p, k, h)
    kalman.predict(x, p, k, mean, h)
    soh.count(x, p, k, h)
    innovation, variance = kalman_correction.correct(x, p, k, x.reading_voltage[k], present)
    soh.measure_resistance(x, p, k, present, innovation, variance)
    if x.resting == 1.0:
        soh.watch(x, p, k, x.reading_voltage[k])
    return innovation, variance


@kernel
def estimate(x: Block, p: Block, u: Block, h: float) -> None:
    """Take in the readings of a step of h [s]; see the interface above."""
    ended, sample, samples = rest(x, p, u, h), int(x.sample), int(p.current_delay)
    mean = sensors.delay(x.mean_history, sample, samples, x.reading_current)
    present = sensors.delay(x.present_history, sample, samples, x.reading_present)
    x.sample += 1.0
    total, heard = 0.0, 0
    for k in range(x.capacity.shape[0]):
        known = beside(p, u, k)
        circuit.heat_up(x, p, k, x.group_temperature[k])
        count(x, p, k, x.reading_current + known, h)
        if ended:
            soh.take_point(x, p, k)
        innovation, variance = follow(x, p, k, mean + known, present + known, h)
        if math.isfinite(variance):
            total += innovation * innovation / variance
            heard += 1
    x.normalised_innovation = total / heard if heard > 0 else 0.0
    share_bias(x, p)
