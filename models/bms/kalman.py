"""Prediction of a group's Kalman filter: the equivalent circuit of its cells over a step.

Equations
---------
Under the mean current i of a step of h, with self-discharge i_s and capacity Q::

    dz/dt = (eta i - l - i_s(T)) / Q,    eta = 1 in discharge; without l where it is part of i
    dv_j/dt = i / C_j - v_j / (R_j C_j)
    dv_h/dt = gamma i / Q (M - sign(i) v_h) - d v_h
    de/dt = -(|i| / (Q error_length) + 1 / error_time) e

All are solved exactly over a step of any length, R_j and C_j taken in the middle of the change of SOC. The slow error
decays by charge and by time: it stays what it is until SOC has moved by `error_length` or `error_time` has passed. Bias
and leakage stay, but for their drift. Where the leakage is an unknown balancing current, it decays with
`balancing_correlation_time` T_b, and its mean counts in i::

    dl/dt = -l / T_b,    mean of l over h = l (1 - exp(-h / T_b)) T_b / h

The noise of a step has these parts:

* the sampled noise of the current (`current_sigma`), held over the step;
* random walks of z, b and l; each drift is the standard deviation that the walk reaches in a day;
* of an unknown balancing current what keeps its variance at twice `balancing_rating` squared, however l decays;
* a walk of z with the charge, since the capacity may be another one: after SOC has gone from 0 to 1, its standard
  deviation is the relative one of the capacity;
* errors of the model in v_j, v_h and e. They decay at the rate of their state, so that their standard deviation
  settles whatever the steps are. In v_j an unknown balancing current adds what `balancing_rating` would settle to: one
  that switches quickly is not where l has it.

The walks of b and l enter z exactly; they enter v_j and v_h by half of what a whole step does. Of an unknown balancing
current z takes at least the exact noise, and 1.9 times it at most.

Limits
------
The derivatives leave out that R_j, C_j and R0 depend on SOC. The noise of the current counts in the voltage by R0, but
as independent of the same noise in the states.

Shared states
-------------
`by_bias` is written here; `resistance` uses it. `estimate` is written here; `capacity`, `filter_states`,
`group_port`, `kalman_correction`, `pack_estimate`, `resistance`, `rest`, `state_of_power` and `supervisor` use it.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..cell import circuit
from ..cell.kind import CellParameters, ModelErrors
from ..cell.port import switched
from ..numerics import covariance
from ..numerics.tables import Place
from .filter_states import (
    DAY,
    EXTRA,
    LEAST,
    SOC,
    bias_place,
    error_place,
    hold_states,
    hysteresis_place,
    leakage_place,
    leakage_variance,
    take_current,
    voltage_error,
)


def fields(group: CellParameters) -> Fields:
    """Return the noise of a step, and the working memory of the prediction."""
    count = group.pairs + EXTRA
    columns = 2 * count + 1
    return Fields(
        modules=(__name__,),
        parameters=_noise(group.capacity / 3600.0, group.errors),
        states=(
            Variable("keep", "1", count, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Work: share of each state after a step"),
            Variable("by_bias", "1", count, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Work: derivatives of a step by the bias"),
            Variable("by_leakage", "1", count, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Work: derivatives of a step by the leakage"),
            Variable("noise", "1", count, 0.0, 0.0, UNBOUNDED, 1.0, "Work: variance that a step adds to each state"),
            Variable("rows", "1", (count, columns), 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Work: rows that are made orthogonal"),
            Variable("weights", "1", columns, 0.0, 0.0, UNBOUNDED, 1.0, "Work: weights of the rows' columns"),
            Variable("weighted", "1", columns, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Work: a row times the weights"),
        ),
    )  # fmt: skip


def _noise(rate: float, errors: ModelErrors) -> tuple[Variable, ...]:
    return (
        Variable("current_sigma", "A", None, 0.05, 0.0, UNBOUNDED, 0.1,
                 "Standard deviation of a sample of the current"),
        Variable("soc_drift", "1", None, 1e-3, 0.0, UNBOUNDED, 1e-3, "Standard deviation that SOC gains in a day"),
        Variable("bias_drift", "A", None, 0.01, 0.0, UNBOUNDED, 0.01,
                 "Standard deviation that the bias gains in a day"),
        Variable("leakage_drift", "A", None, 1e-4, 0.0, UNBOUNDED, 1e-4,
                 "Standard deviation that the leakage gains in a day", display_unit="mA"),
        Variable("polarisation_error", "A", None, rate / 20.0, 0.0, UNBOUNDED, 1.0,
                 "Standard deviation of the model's error in an RC pair, as the current that it would settle to"),
        Variable("error_length", "1", None, 0.03, 1e-6, UNBOUNDED, 0.1,
                 "Change of SOC over which the slow error decays", display_unit="%"),
        Variable("error_time", "s", None, 1e5, 1.0, UNBOUNDED, 1e5, "Time constant of the slow error's decay"),
        Variable("hysteresis_error", "V", None, errors.hysteresis, 0.0, UNBOUNDED, 1e-3,
                 "Standard deviation of the model's error in the hysteresis voltage", display_unit="mV"),
    )  # fmt: skip


@kernel
def add_charge(x: Block, p: Block, k: int, tapped: float, h: float) -> None:
    """Step the SOC of group k over h [s], `tapped` being the share of the leakage that its current holds."""
    estimate, current, leakage = x.estimate[k], x.current[k], leakage_place(p)
    stored, per_charge = circuit.storing(p, k, current), h / x.capacity[k]
    lost = 0.0 if x.tapped == 1.0 else estimate[leakage]
    rise = per_charge * (stored * current - lost - x.self_discharge[k])
    estimate[SOC] += rise
    x.keep[SOC], x.by_bias[SOC] = 1.0, -per_charge * stored
    x.by_leakage[SOC] = tapped * x.by_bias[SOC] if x.tapped == 1.0 else -per_charge * (1.0 - x.forgotten)
    walks = (stored * p.bias_drift) ** 2 + p.leakage_drift**2
    variance = h / DAY * (p.soc_drift**2 + walks * per_charge * per_charge / 12.0)
    relative = x.capacity_sigma[k] / x.capacity[k]
    x.noise[SOC] = variance + relative * relative * abs(rise) + x.tapped * tapped_noise(p, stored * per_charge, h)


@kernel
def tapped_noise(p: Block, per_current: float, h: float) -> float:
    """Return what an unknown balancing current adds in h [s] to the variance of SOC, that of the leakage given.

    With ``a = h / T_b`` it is ``2 (r per_current)^2 (2 a - 4 tanh(a / 2)) / a^2``; both terms of the minimum bound it.
    """
    ratio, moved = h / p.balancing_correlation_time, p.balancing_rating * per_current
    return 2.0 * moved * moved * min(ratio / 6.0, 2.0 / ratio)


@kernel
def relax_pairs(x: Block, p: Block, k: int, middle: Place, h: float) -> None:
    """Step the RC pairs of group k over h [s], with the tables at `middle`."""
    estimate = x.estimate[k]
    for j in range(1, hysteresis_place(p)):
        resistance, capacitance = circuit.pair(x, p, k, j - 1, middle)
        gone = -math.expm1(-h / (resistance * capacitance))
        estimate[j] += gone * (resistance * x.current[k] - estimate[j])
        x.keep[j], x.by_bias[j] = 1.0 - gone, -resistance * gone
        error, jumps = resistance * p.polarisation_error, x.tapped * resistance * p.balancing_rating
        x.noise[j] = (error * error + jumps * jumps) * gone * (2.0 - gone)


@kernel
def switch_hysteresis(x: Block, p: Block, k: int, h: float) -> None:
    """Step the hysteresis voltage of group k over h [s]."""
    place = hysteresis_place(p)
    end, derivative, gone = switched(x, p, k, x.current[k], x.estimate[k, place], h)
    x.estimate[k, place] = end
    x.keep[place], x.by_bias[place] = 1.0 - gone, -derivative
    x.noise[place] = p.hysteresis_error**2 * gone * (2.0 - gone)


@kernel
def decay_error(x: Block, p: Block, k: int, middle: Place, h: float) -> None:
    """Step the slow error of group k's voltage over h [s], with the tables at `middle`."""
    place = error_place(p)
    rate = abs(x.current[k]) / (x.capacity[k] * p.error_length) + 1.0 / p.error_time
    gone = -math.expm1(-rate * h)
    x.estimate[k, place] *= 1.0 - gone
    x.keep[place], x.by_bias[place] = 1.0 - gone, 0.0
    x.noise[place] = voltage_error(x, p, k, middle) * gone * (2.0 - gone)


@kernel
def drift(x: Block, p: Block, k: int, h: float) -> float:
    """Let leakage and bias of group k drift for h [s]; return the mean share of the leakage in its current."""
    leakage, bias = leakage_place(p), bias_place(p)
    gone, tapped = 0.0, 0.0
    if x.tapped == 1.0:
        gone = -math.expm1(-h / p.balancing_correlation_time)
        tapped = gone * p.balancing_correlation_time / h
    if x.forgotten == 1.0:
        gone, tapped, x.estimate[k, leakage] = 1.0, 0.0, 0.0
    x.keep[leakage], x.keep[bias] = 1.0 - gone, 1.0
    x.by_bias[leakage] = x.by_bias[bias] = x.by_leakage[leakage] = x.by_leakage[bias] = 0.0
    x.noise[leakage] = p.leakage_drift**2 * h / DAY + leakage_variance(p, x.tapped) * gone * (2.0 - gone)
    x.noise[bias] = p.bias_drift**2 * h / DAY
    return tapped


@kernel
def predict(x: Block, p: Block, k: int, measured: float, h: float) -> float:
    """Step group k over h [s] under a measured current.

    Parameters
    ----------
    x, p : Block
        States and parameters of a Bms; the elements of the circuit are those of the temperature.
    k : int
        Group.
    measured : float
        Mean current into the group by the sensor, known balancing currents added [A]; where it is not finite, the last
        current stays.
    h : float
        Step [s], > 0.

    Returns
    -------
    float
        The mean current as the sensor reads it, bias included [A].
    """
    tapped, leakage = drift(x, p, k, h), leakage_place(p)
    take_current(x, p, k, measured, tapped)
    tap_current, before = tapped * x.estimate[k, leakage], x.estimate[k, SOC]
    add_charge(x, p, k, tapped, h)
    middle = circuit.locate(p, 0.5 * (before + x.estimate[k, SOC]))
    relax_pairs(x, p, k, middle, h)
    switch_hysteresis(x, p, k, h)
    decay_error(x, p, k, middle, h)
    for i in range(1, leakage):
        x.by_leakage[i] = tapped * x.by_bias[i]
    x.estimate[k, leakage] *= x.keep[leakage]
    covariance.carry(x.covariance[k], x.keep, x.by_bias, x.by_leakage, x.rows, x.weights)
    for i in range(x.noise.shape[0]):
        x.weights[2 * i + 1] = max(x.noise[i], (LEAST * x.greatest[k, i]) ** 2)
    x.weights[x.weights.shape[0] - 1] = p.current_sigma**2
    covariance.factorise(x.covariance[k], x.rows, x.weights, x.weighted)
    hold_states(x, k)
    covariance.limit_all(x.covariance[k], x.greatest[k])
    return x.current[k] + x.estimate[k, bias_place(p)] + tap_current
