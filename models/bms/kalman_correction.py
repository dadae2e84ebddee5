"""Correction of a group's Kalman filter by its measured voltage.

Equations
---------
The voltage of a group is, with the current i at the instant of the voltage and noise::

    v = U(z, T) + R0 i + sum_j v_j + v_h + e

The derivative of U by SOC is its mean slope over one standard deviation of SOC to both sides, over one segment of the
table at least, and not beyond 0 and 1. The reason: tables of measured cells have steps, which the filter would take for
knowledge by their tangent, and a wide uncertainty needs the slope of a wide range [1]. A correction that moves SOC far
is made with the mean slope of U between its start and its end instead [2], the iterated filter.

The noise is that of `voltage_sigma` and of R0 times the current's; where balancing currents are not known, also of R0
times their rating, since they may have switched since.

An innovation (measured less expected voltage) beyond `innovation_bound` of its own standard deviations counts as that
bound. A voltage that is not finite corrects nothing.

Shared states
-------------
`gain` and `sensitivity` are written here; `resistance` reads those of the same group.

References
----------
[1] M. Nørgaard, N. K. Poulsen, O. Ravn, Automatica 36 (2000) 1627, doi:10.1016/S0005-1098(00)00089-3. [2] B. M. Bell,
F. W. Cathey, IEEE Trans. Autom. Control 38 (1993) 294, doi:10.1109/9.250476.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from ..numerics import covariance
from .filter_states import EXTRA, SOC, bias_place, error_place, hold_states, leakage_place, sigma, take_current

FAR = 0.01
"""Size of a correction of SOC, and standard deviation of SOC, beyond which a correction is far."""

LEAST_SIGMA = 1e-6
"""Least standard deviation of a voltage [V]: there is no reading without noise."""

ROUNDS = 4
"""Times that a far correction is tried before it is made; each round leaves a small share of the curvature."""


def fields(group: CellParameters) -> Fields:
    """Return the trust in a voltage, and the working memory of the correction."""
    count = group.pairs + EXTRA
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("voltage_sigma", "V", None, max(group.errors.fast, LEAST_SIGMA), LEAST_SIGMA, UNBOUNDED, 1e-3,
                     "Standard deviation of a group's voltage: noise of the sensor and short errors of the model",
                     display_unit="mV"),
            Variable("innovation_bound", "1", None, 5.0, 1.0, UNBOUNDED, 5.0,
                     "Greatest innovation that acts in full, in its standard deviations"),
        ),
        states=(
            Variable("trial", "1", count * (count + 1) // 2, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Work: factors that are tried"),
            Variable("gain", "1", count, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Work: correction by a unit of innovation"),
            Variable("sensitivity", "1", count, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Work: derivatives of the voltage"),
        ),
    )  # fmt: skip


@kernel
def mean_slope(x: Block, p: Block, k: int, spread: float) -> float:
    """Return the mean slope of U over `spread` to both sides of the SOC of group k [V]."""
    width = max(spread, 1.0 / (p.open_circuit_voltage.shape[0] - 1))
    low, high = max(x.estimate[k, SOC] - width, 0.0), min(x.estimate[k, SOC] + width, 1.0)
    return circuit.mean_slope(x, p, k, low, high)


@kernel
def expect(x: Block, p: Block, k: int, spread: float) -> tuple[float, float]:
    """Return the voltage that group k should have, and the variance of its noise [V], [V2].

    The derivatives of the voltage by the states are written to ``x.sensitivity``; `spread` is the standard deviation of
    SOC.
    """
    x.sensitivity[SOC] = mean_slope(x, p, k, spread)
    place, error = circuit.locate(p, x.estimate[k, SOC]), error_place(p)
    resistance = circuit.ohmic(x, p, k, place)
    voltage = circuit.open_circuit(x, p, k, place) + resistance * x.current[k]
    for i in range(1, error + 1):
        voltage += x.estimate[k, i]
        x.sensitivity[i] = 1.0
    x.sensitivity[error + 1] = -resistance * x.tapped
    x.sensitivity[error + 2] = -resistance
    jumps = x.tapped * resistance * p.balancing_rating
    return voltage, p.voltage_sigma**2 + (resistance * p.current_sigma) ** 2 + jumps * jumps


@kernel
def take_slope_of_correction(x: Block, p: Block, k: int, noise: float, innovation: float) -> None:
    """Set the sensitivity to SOC to the mean slope of U between the SOC before the correction and after it.

    With it a correction that goes far, as from a wrong first guess, lands where U of the table is. With the local slope
    the rest of the innovation would go to the other states, which are then believed.
    """
    before = x.estimate[k, SOC]
    for _ in range(ROUNDS):
        for place in range(x.trial.shape[0]):
            x.trial[place] = x.covariance[k, place]
        covariance.measure(x.trial, x.gain, x.sensitivity, noise)
        after = min(max(0.0, before + x.gain[SOC] * innovation), 1.0)
        if abs(after - before) > FAR:
            x.sensitivity[SOC] = circuit.mean_slope(x, p, k, before, after)


@kernel
def correct(x: Block, p: Block, k: int, measured: float, present: float) -> tuple[float, float]:
    """Correct group k by its measured voltage, taken at the end of the step.

    Parameters
    ----------
    x, p : Block
        States and parameters of a Bms, after `kalman.predict`.
    k : int
        Group.
    measured : float
        Voltage [V].
    present : float
        Measured current at that instant, known balancing currents added [A]; ``x.current`` follows it.

    Returns
    -------
    innovation, variance : float
        Measured less expected voltage, before it is bounded [V], and the variance that it should have [V2]; 0 and
        infinity where `measured` is not finite.
    """
    innovation, variance = 0.0, math.inf
    take_current(x, p, k, present, x.tapped)
    if math.isfinite(measured):
        spread = sigma(x, k, SOC)
        voltage, noise = expect(x, p, k, spread)
        innovation = measured - voltage
        if abs(innovation) > FAR * abs(x.sensitivity[SOC]) and spread > FAR:
            take_slope_of_correction(x, p, k, noise, innovation)
        variance = covariance.measure(x.covariance[k], x.gain, x.sensitivity, noise)
        greatest = p.innovation_bound * math.sqrt(variance)
        within = min(max(-greatest, innovation), greatest)
        for i in range(x.gain.shape[0]):
            x.estimate[k, i] += x.gain[i] * within
        x.current[k] -= (x.gain[bias_place(p)] + x.tapped * x.gain[leakage_place(p)]) * within
        hold_states(x, k)
    return innovation, variance
