"""The states of a group's Kalman filter: their order, their bounds, and their first guess.

Equations
---------
The states of a group are, in this order:

* SOC z;
* the voltages v_j of the RC pairs;
* the hysteresis voltage v_h;
* a slow error e of the voltage, which the model's tables and the sensor share;
* a leakage l: beside the known self-discharge, or at the balancing taps;
* the bias b of the current sensor, which is one for all groups.

Where `balancing_known` is true the current into a group is ``i = measured current + balancing currents - b``, and l is
a loss inside the cells that stays. Else it is ``i = measured current - b - l``: the balancing currents that nobody
tells flow through the taps, and come and go. For the filter they are random, with mean 0, the variance ``2 r^2`` and
the correlation time T_b, r being `balancing_rating` and T_b `balancing_correlation_time`. The reason for the 2: a
current that jumps at random between -r and r has the spectrum ``2 r^2 T / (1 + (w T)^2)``, at most ``r^2 / w`` whatever
its own time T is. The filter's, ``4 r^2 T_b / (1 + (w T_b)^2)``, is above that bound for 1 / w from half an hour to
seven hours, at the default of 2 h; what switches faster counts as noise of the voltage and of the pairs. Where
`balancing_known` changes, l is forgotten. The start of r, a hundredth of the hourly capacity in A, is an assumption.

A measured current beyond `current_range` counts as `current_range`; one that is not finite leaves the current as it
was.

The covariance of the states is kept in factors, so that no rounding can make it anything but positive definite. States
and standard deviations are held within bounds: SOC between 0 and 1, the hysteresis voltage within M, the bias within
`bias_bound`, the leakage within `leakage_bound`, to which unknown balancing adds ``sqrt(2) r``, all other voltages
within `polarisation_bound`.

The slow error has the variance ``voltage_error^2 + (table_error dU/dz)^2``. The reason for it: a table of U is off by
the same amount in all samples of a rest, and in most samples of a pulse. If that counted as noise of each sample it
would average out, and the filter would believe in an SOC that its table cannot give. An error of U along z acts by the
slope of U.

The filter starts at rest at `initial_soc`. The standard deviations of the other states at the start are: of a pair's
voltage that of `initial_current_sigma` in its resistance, of v_h ``M / sqrt(3)``, of the slow error the one above, of
the leakage that of `initial_leakage_sigma` and of unknown balancing together.

Shared states
-------------
`estimate` and `covariance` are written here, by the prediction (`kalman`), by the correction (`kalman_correction`) and
by the pack (`pack_estimate`); health (`capacity`, `resistance`, `rest`), ports (`group_port`), limits
(`state_of_power`) and the supervisor read them. `current` is written by prediction, correction and pack; `rest`,
`resistance` and `protection` read it. The elements of the circuit (`capacity`, `resistance_scale`,
`resistance_factor`, `self_discharge`, `temperature`) are those of the cell model; `capacity` and `resistance` learn the
first two. The bounds of the states, `least` and `greatest`, are written here; prediction, correction and pack read
them. `tapped` is written here, and prediction, correction, pack, capacity and supervisor read it; `forgotten` is, and
prediction and capacity read it.

References
----------
G. L. Plett, J. Power Sources 134 (2004) 277, doi:10.1016/j.jpowsour.2004.02.033.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, flag
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from ..numerics import covariance
from ..numerics.tables import Place

SOC = 0
"""Place of the SOC among the states; the RC pairs follow."""

EXTRA = 5
"""States beside the RC pairs."""

DAY = 86400.0
"""The time that drifts are given for [s]."""

LEAST = 1e-7
"""Least noise of a state in a step, in its bound: it keeps the factors away from zero."""


def fields(groups: int, group: CellParameters) -> Fields:
    """Return the states of `groups` filters, their bounds, and what is known of them at the start."""
    count = group.pairs + EXTRA
    return Fields(
        modules=(__name__,),
        parameters=_trust(group) + _balancing(group.capacity / 3600.0) + _bounds(),
        states=(
            Variable("estimate", "1", (groups, count), 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "SOC, voltages of the RC pairs, hysteresis voltage, slow error, leakage and bias of each group"),
            Variable("covariance", "1", (groups, count * (count + 1) // 2), 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Factors of the covariance of each group's estimate"),
            Variable("least", "1", (groups, count), 0.0, -UNBOUNDED, 0.0, 1.0, "Least value of each state of a group"),
            Variable("greatest", "1", (groups, count), 0.0, 0.0, UNBOUNDED, 1.0,
                     "Greatest value, and greatest standard deviation, of each state of a group"),
            Variable("current", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 30.0,
                     "Estimated current: in the correction and after it the one at the end of the step, else its mean"),
            flag("tapped", None, "1 where the leakage is an unknown balancing current"),
            flag("forgotten", None, "1 in the step in which the leakage is forgotten"),
        ),
    )  # fmt: skip


def _trust(group: CellParameters) -> tuple[Variable, ...]:
    rate, errors = group.capacity / 3600.0, group.errors
    return (
        Variable("initial_soc_sigma", "1", None, 0.1, 0.0, 1.0, 0.1, "Standard deviation of the initial SOC",
                 display_unit="%"),
        Variable("initial_current_sigma", "A", None, rate / 3.0, 0.0, UNBOUNDED, 1.0,
                 "Standard deviation of the current before the start: the RC pairs may have settled to it"),
        Variable("initial_bias_sigma", "A", None, 0.1, 0.0, UNBOUNDED, 0.1,
                 "Standard deviation of the current sensor's bias"),
        Variable("initial_leakage_sigma", "A", None, 5e-3, 0.0, UNBOUNDED, 1e-3,
                 "Standard deviation of a group's leakage beside self-discharge", display_unit="mA"),
        Variable("voltage_error", "V", None, errors.slow, 0.0, UNBOUNDED, 1e-3,
                 "Standard deviation of the slow error of the model's voltage", display_unit="mV"),
        Variable("table_error", "1", None, errors.along_soc, 0.0, UNBOUNDED, 1e-3,
                 "Standard deviation of the open-circuit voltage's error along SOC, a slow one", display_unit="%"),
    )  # fmt: skip


def _balancing(rate: float) -> tuple[Variable, ...]:
    return (
        Variable("balancing_known", "1", None, 1.0, 0.0, 1.0, 1.0,
                 "Whether the estimation knows the balancing currents", data_type=DataType.BOOLEAN, tunable=True),
        Variable("balancing_rating", "A", None, rate / 100.0, 0.0, 1e6, 0.1,
                 "Greatest balancing current into or out of a group, for where it is not known"),
        Variable("balancing_correlation_time", "s", None, 7200.0, 1.0, UNBOUNDED, 1e4,
                 "Time over which a balancing current that is not known stays alike", display_unit="h"),
    )  # fmt: skip


def _bounds() -> tuple[Variable, ...]:
    return (
        Variable("current_range", "A", None, 1000.0, 1e-3, UNBOUNDED, 1000.0, "Greatest current that is believed"),
        Variable("polarisation_bound", "V", None, 1.0, 1e-3, UNBOUNDED, 1.0,
                 "Greatest voltage of an RC pair, and greatest slow error"),
        Variable("bias_bound", "A", None, 2.0, 1e-6, UNBOUNDED, 1.0, "Greatest bias of the current sensor"),
        Variable("leakage_bound", "A", None, 0.5, 1e-6, UNBOUNDED, 0.1,
                 "Greatest leakage of a group, beside balancing currents that are not known"),
    )  # fmt: skip


@kernel
def hysteresis_place(p: Block) -> int:
    """Return the place of the hysteresis voltage."""
    return p.polarisation_activation_energy.shape[0] + 1


@kernel
def error_place(p: Block) -> int:
    """Return the place of the slow error of the voltage."""
    return hysteresis_place(p) + 1


@kernel
def leakage_place(p: Block) -> int:
    """Return the place of the leakage."""
    return hysteresis_place(p) + 2


@kernel
def bias_place(p: Block) -> int:
    """Return the place of the current sensor's bias, the last one."""
    return hysteresis_place(p) + 3


@kernel
def bound(p: Block, k: int, i: int) -> float:
    """Return the greatest size, and standard deviation, of state i of group k [its unit]."""
    if i == SOC:
        return 1.0
    if i == hysteresis_place(p):
        return max(circuit.hysteresis_bound(p, k), 1e-6)  # a state that is switched off still needs a variance
    if i <= error_place(p):
        return p.polarisation_bound
    tapped = math.sqrt(2.0) * p.balancing_rating * (1.0 - p.balancing_known)
    return p.leakage_bound + tapped if i == leakage_place(p) else p.bias_bound


@kernel
def leakage_variance(p: Block, tapped: float) -> float:
    """Return the variance of a leakage of which nothing has been measured yet [A2]."""
    return p.initial_leakage_sigma**2 + 2.0 * tapped * p.balancing_rating**2


@kernel
def follow_taps(x: Block, p: Block) -> None:
    """Take over whether the balancing currents are known, and forget the leakages where that has changed."""
    tapped, place = 1.0 - p.balancing_known, leakage_place(p)
    x.forgotten = 1.0 if tapped != x.tapped else 0.0
    x.tapped = tapped
    for k in range(x.capacity.shape[0]):
        x.greatest[k, place] = bound(p, k, place)
        x.least[k, place] = -x.greatest[k, place]


@kernel
def voltage_error(x: Block, p: Block, k: int, place: Place) -> float:
    """Return the variance of the slow error of group k's voltage, at a place of the tables [V2]."""
    along = p.table_error * circuit.open_circuit_slope(x, p, k, place)
    return p.voltage_error**2 + along * along


@kernel
def initialize(x: Block, p: Block, k: int) -> None:
    """Set group k to rest at its initial SOC; capacity, factors and temperature are in x already."""
    x.tapped, x.forgotten = 1.0 - p.balancing_known, 0.0
    estimate, factors, hysteresis = x.estimate[k], x.covariance[k], hysteresis_place(p)
    covariance.clear(factors)
    for i in range(estimate.shape[0]):
        x.greatest[k, i] = bound(p, k, i)
        x.least[k, i] = 0.0 if i == SOC else -x.greatest[k, i]
        estimate[i] = 0.0
        factors[covariance.at(i, i)] = (LEAST * x.greatest[k, i]) ** 2
    estimate[SOC] = p.initial_soc[k]
    factors[0] += p.initial_soc_sigma**2
    place = circuit.locate(p, p.initial_soc[k])
    for j in range(1, hysteresis):
        resistance, _ = circuit.pair(x, p, k, j - 1, place)
        factors[covariance.at(j, j)] += (resistance * p.initial_current_sigma) ** 2
    factors[covariance.at(hysteresis, hysteresis)] += circuit.hysteresis_bound(p, k) ** 2 / 3.0  # anything within
    error, leakage, bias = error_place(p), leakage_place(p), bias_place(p)
    factors[covariance.at(error, error)] += voltage_error(x, p, k, place)
    factors[covariance.at(leakage, leakage)] += leakage_variance(p, 1.0 - p.balancing_known)
    factors[covariance.at(bias, bias)] += p.initial_bias_sigma**2
    x.current[k] = 0.0
    covariance.limit_all(factors, x.greatest[k])


@kernel
def hold_states(x: Block, k: int) -> None:
    """Bring the states of group k back into their bounds.

    The result is the most likely states within a bound, not those of the filter cut off at it (D. Simon, IET Control
    Theory Appl. 4 (2010) 1303, doi:10.1049/iet-cta.2009.0032): were one state alone held at its bound, the states that
    it is correlated with would run away, since each correction counts on its part. What the projections leave outside
    is cut off.
    """
    for i in range(x.estimate.shape[1]):
        value = min(max(x.least[k, i], x.estimate[k, i]), x.greatest[k, i])
        if value != x.estimate[k, i]:
            covariance.project(x.estimate[k], x.covariance[k], i, value)
    for i in range(x.estimate.shape[1]):
        x.estimate[k, i] = min(max(x.least[k, i], x.estimate[k, i]), x.greatest[k, i])


@kernel
def take_current(x: Block, p: Block, k: int, measured: float, tapped: float) -> None:
    """Set the current of group k to a measured one [A] less the bias, and less a share `tapped` of the leakage."""
    if math.isfinite(measured):
        within = min(max(-p.current_range, measured), p.current_range)
        x.current[k] = within - x.estimate[k, bias_place(p)] - tapped * x.estimate[k, leakage_place(p)]


@kernel
def sigma(x: Block, k: int, i: int) -> float:
    """Return the standard deviation of state i of group k [its unit]."""
    return math.sqrt(covariance.element(x.covariance[k], x.estimate.shape[1], i, i))
