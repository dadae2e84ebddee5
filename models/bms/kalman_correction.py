"""Corrections of the Kalman filter of a group: by its measured voltage, and by what others know of the bias.

Equations
---------
The derivative of the open-circuit voltage U by SOC is its mean slope over one standard deviation of SOC to both sides,
over one segment of the table at least, and not beyond 0 and 1: tables of measured cells have steps that a tangent would
take for knowledge, and a wide uncertainty wants the wide slope (M. Nørgaard, N. K. Poulsen, O. Ravn, Automatica 36
(2000) 1627, doi:10.1016/S0005-1098(00)00089-3). A correction that goes far is made with the slope of its own way
instead (B. M. Bell, F. W. Cathey, IEEE Trans. Autom. Control 38 (1993) 294, doi:10.1109/9.250476, the iterated filter).
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ..cell import circuit
from ..numerics import covariance
from . import kalman

FAR = 0.01
"""What a correction of SOC is far from, and a standard deviation wide."""

ROUNDS = 4
"""Times that a far correction is tried before it is made; each leaves a small share of the curvature."""


@kernel
def mean_slope(x: Block, p: Block, k: int) -> float:
    """Return the mean slope of U about the SOC of group k, over its standard deviation to both sides [V]."""
    width = max(kalman.sigma(x, k, kalman.SOC), 1.0 / (p.open_circuit_voltage.shape[0] - 1))
    low, high = max(x.estimate[k, kalman.SOC] - width, 0.0), min(x.estimate[k, kalman.SOC] + width, 1.0)
    return circuit.mean_slope(x, p, k, low, high)


@kernel
def chord(x: Block, p: Block, k: int, noise: float, innovation: float) -> None:
    """Make the sensitivity to SOC the mean slope of U on the way that the correction takes.

    With it a correction that goes far, as from a wrong first guess, lands where U of the table is; what the mean slope
    missed would else be left to the other states, which are then believed.
    """
    begin = x.estimate[k, kalman.SOC]
    for _ in range(ROUNDS):
        for place in range(x.trial.shape[0]):
            x.trial[place] = x.covariance[k, place]
        covariance.measure(x.trial, x.gain, x.sensitivity, noise)
        end = min(max(0.0, begin + x.gain[kalman.SOC] * innovation), 1.0)
        if abs(end - begin) > FAR:
            x.sensitivity[kalman.SOC] = circuit.mean_slope(x, p, k, begin, end)


@kernel
def expect(x: Block, p: Block, k: int) -> tuple[float, float]:
    """Return the voltage that group k should have, and the variance of its noise [V], [V2].

    The derivatives of the voltage by the states are written to ``x.sensitivity``.
    """
    place, error = circuit.locate(p, x.estimate[k, kalman.SOC]), kalman.error_place(p)
    resistance = circuit.ohmic(x, p, k, place)
    voltage = circuit.open_circuit(x, p, k, place) + resistance * x.current[k]
    for i in range(1, error + 1):
        voltage += x.estimate[k, i]
        x.sensitivity[i] = 1.0
    x.sensitivity[kalman.SOC] = mean_slope(x, p, k)
    x.sensitivity[error + 1] = 0.0
    x.sensitivity[error + 2] = -resistance
    return voltage, p.voltage_sigma**2 + (resistance * p.current_sigma) ** 2


@kernel
def correct(x: Block, p: Block, k: int, measured: float, present: float) -> tuple[float, float]:
    """Correct group k by its measured voltage [V], taken at the end of the step.

    Parameters
    ----------
    x, p : Block
        As for `predict`.
    k : int
        Group.
    measured : float
        Voltage [V].
    present : float
        Measured current at that instant [A], as for `predict`; it is what ``x.current`` is made of afterwards.

    Returns
    -------
    innovation, variance : float
        Measured less expected voltage, before it is bounded [V], and the variance that it should have [V2]; 0 and
        infinity where `measured` is not finite.
    """
    innovation, variance = 0.0, math.inf
    kalman.take_current(x, p, k, present)
    if math.isfinite(measured):
        voltage, noise = expect(x, p, k)
        innovation = measured - voltage
        if abs(innovation) > FAR * abs(x.sensitivity[kalman.SOC]) and kalman.sigma(x, k, kalman.SOC) > FAR:
            chord(x, p, k, noise, innovation)
        variance = covariance.measure(x.covariance[k], x.gain, x.sensitivity, noise)
        greatest = p.innovation_bound * math.sqrt(variance)
        within = min(max(-greatest, innovation), greatest)
        for i in range(x.gain.shape[0]):
            x.estimate[k, i] += x.gain[i] * within
        x.current[k] -= x.gain[kalman.bias_place(p)] * within
        kalman.keep_states(x, p, k)
    return innovation, variance


@kernel
def adopt(x: Block, p: Block, k: int, bias: float, variance: float) -> None:
    """Give group k another belief in the bias [A], [A2]: its other states follow as they depend on it."""
    estimate, factors, last = x.estimate[k], x.covariance[k], kalman.bias_place(p)
    step = bias - estimate[last]
    for i in range(last):
        estimate[i] += factors[covariance.at(i, last)] * step
    estimate[last] = bias
    x.current[k] -= step
    covariance.replace_last(factors, last + 1, variance)
    kalman.keep_states(x, p, k)
