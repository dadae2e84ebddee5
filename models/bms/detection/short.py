"""An internal short of a group: its charge drains away beside that of the others of its string.

Equations
---------
A filter follows each group beside the others: by how much its SOC is off their mean, dz; by how much more of SOC a
charge moves in it, a; the current l that a short takes; by how much its resistance is off theirs, r. With the mean
current i of a step of h, balancing b beside the others', and the capacity Q of the parameters::

    dz' = dz + h / Q (a i + b - l),     expected  d = U(z + dz) - U(z) + r i

d is the group's voltage less the mean of the others (`comparison`), z the mean of the estimates of all, and i in d the
current at the instant of the voltages. a, l and r stay but for their drifts. All groups of a string have the same
covariance, by the slope of U at z. The variance of d is that of the noise, and of `pair_error` times the resistance of
a group times the size of the current, the present one or the mean size over `WHILE`, whichever is greater: pairs and
temperatures differ, too. An innovation acts up to five of its standard deviations.

A short is found where l exceeds both `short_threshold` and `short_confidence` of its standard deviations. The flag
stays until `reset` rises. Where balancing currents are not known, the threshold rises by `balancing_rating`, which the
filter cannot tell from a short. A group with an open cell is not judged: its capacity has changed at once.

In tests with groups of 20 A.h, 0.5 mV of noise and steps of 1 s a short of 10 Ohm is found after 5 minutes at rest and
40 on a drive, one of 1 Ohm after 1 and 3 minutes; none without a short in days of driving. A discharge from the start
of a run at a constant mean current does not tell a short from a lesser capacity: it is then found in the next rest,
one of 3 Ohm after 2 minutes, of 10 Ohm after 5.

`short_current_estimate` is l, not below 0; a group's voltage over it is the short's resistance.

Limits
------
A short that all groups have is not seen. Self-discharge that differs by the threshold counts as a short. The start of
the threshold, a hundredth of the hourly capacity of a group in A, and those of the drifts are assumed.

Shared states
-------------
`shorted` is written here; `faults` reads it.
"""

from __future__ import annotations

import math

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Detail, Variable
from ...cell import circuit
from ...numerics import covariance
from ..filter_states import DAY, SOC, hysteresis_place
from .comparison import noise

STATES, OFF, MORE, TAKEN, RESISTING = 4, 0, 1, 2, 3
"""States of a group beside the others and their places: SOC, its change by charge, a short's current, resistance."""

HOUR = 3600.0
"""The time that the drift of a short is given for [s]."""

WHILE = 600.0
"""Time over which the size of the current is averaged [s]: pairs and temperatures lag behind it."""

TRUSTED = 5.0
"""Standard deviations of an innovation that act in full."""


def fields(groups: int, strings: int, rate: float) -> Fields:
    """Return what is assumed of shorts, and the filter; `rate` is the hourly capacity of a group [A]."""
    count = Count(strings, "string")
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("short_threshold", "A", None, rate / 100.0, 1e-9, UNBOUNDED, 0.1,
                     "Current of a short from which on it is detected", display_unit="mA"),
            Variable("short_confidence", "1", None, 6.0, 1.0, 1e3, 5.0,
                     "Standard deviations of that current that it must exceed, too"),
            Variable("short_drift", "A", None, rate / 500.0, 1e-12, UNBOUNDED, 0.1,
                     "Standard deviation that the current of a short gains in an hour", display_unit="mA"),
            Variable("pair_error", "1", None, 0.05, 0.0, 10.0, 0.1,
                     "Standard deviation of what groups differ in beside SOC and a constant resistance, as a share of "
                     "the resistance", display_unit="%"),
        ),
        outputs=(
            Variable("short_detected", "1", groups, 0.0, 0.0, 1.0, 1.0,
                     "Whether the group has an internal short; until reset",
                     data_type=DataType.BOOLEAN, detail=Detail.GROUP),
            Variable("short_current_estimate", "A", groups, 0.0, 0.0, UNBOUNDED, 0.1,
                     "Current that an internal short takes from the group", detail=Detail.GROUP),
        ),
        states=(
            state("off", "1", (groups, STATES), "SOC, change of SOC by charge, short's current, and resistance of each "
                  "group beside the others"),
            state("off_covariance", "1", (count, STATES * (STATES + 1) // 2), "Factors of its covariance"),
            Variable("usual_size", "A", count, 0.0, 0.0, UNBOUNDED, 10.0, "Mean size of the current of late"),
            state("off_gain", "1", STATES, "Work: correction by a unit of innovation"),
            state("off_slope", "1", STATES, "Work: derivatives of the voltage"),
            state("off_rows", "1", (STATES, 2 * STATES + 1), "Work: rows that are made orthogonal"),
            state("off_weights", "1", 2 * STATES + 1, "Work: weights of the rows' columns"),
            state("off_weighted", "1", 2 * STATES + 1, "Work: a row times the weights"),
            flag("shorted", groups, "Whether the group counts as shorted"),
        ),
    )  # fmt: skip


@kernel
def resistance(x: Block, p: Block, k: int, soc: float) -> float:
    """Return the settled resistance of group k by its estimate [Ohm]."""
    place = circuit.locate(p, soc)
    total = circuit.ohmic(x, p, k, place)
    for j in range(hysteresis_place(p) - 1):
        total += circuit.pair_value(x, p, k, j, place) * x.resistance_factor[k, j + 1]
    return total


@kernel
def initialize(x: Block, p: Block, y: Block, s: int, first: int, end: int) -> None:
    """Start with equal groups in string s, from `first` to before `end`."""
    factors = x.off_covariance[s]
    covariance.clear(factors)
    sigmas = (0.05, 0.05, p.short_drift, 0.2 * resistance(x, p, first, x.estimate[first, SOC]))
    for i in range(STATES):
        factors[covariance.at(i, i)] = sigmas[i] * sigmas[i]
    x.usual_size[s] = 0.0
    for g in range(first, end):
        for i in range(STATES):
            x.off[g, i] = 0.0
        x.shorted[g] = y.short_detected[g] = y.short_current_estimate[g] = 0.0


@kernel
def mean_soc(x: Block, first: int, end: int) -> float:
    """Return the mean of the estimated SOC of the groups from `first` to before `end`."""
    total = 0.0
    for g in range(first, end):
        total += x.estimate[g, SOC]
    return total / (end - first)


@kernel
def carry(x: Block, p: Block, s: int, first: int, settled: float, h: float) -> None:
    """Carry the covariance of string s over h [s]; `settled` is the resistance of a group [Ohm]."""
    factors, rows, weights = x.off_covariance[s], x.off_rows, x.off_weights
    by_charge = h / p.capacity[first]
    for m in range(STATES):
        weights[2 * m] = factors[covariance.at(m, m)]
        for i in range(m):
            rows[i, 2 * m], rows[i, 2 * m + 1] = factors[covariance.at(i, m)], 0.0
        rows[m, 2 * m], rows[m, 2 * m + 1], rows[m, 2 * STATES] = 1.0, 1.0, 0.0
    current = x.mean_current[first]
    for m in range(MORE, STATES):
        rows[OFF, 2 * m] += by_charge * current * (1.0 if m == MORE else factors[covariance.at(MORE, m)])
    for m in range(TAKEN, STATES):
        rows[OFF, 2 * m] -= by_charge * (1.0 if m == TAKEN else factors[covariance.at(TAKEN, m)])
    weights[2 * OFF + 1] = (1e-3 * 1e-3) * h / DAY + (2e-3 * 2e-3) * abs(current) * by_charge
    weights[2 * MORE + 1] = (0.01 * 0.01) * h / DAY
    weights[2 * TAKEN + 1] = p.short_drift * p.short_drift * h / HOUR
    weights[2 * RESISTING + 1] = (0.05 * settled) ** 2 * h / HOUR
    weights[2 * STATES] = 0.0
    covariance.factorise(factors, rows, weights, x.off_weighted)


@kernel
def move(x: Block, p: Block, first: int, end: int, h: float) -> None:
    """Step SOC beside the others of the groups from `first` to before `end` over h [s]."""
    known = 0.0
    for g in range(first, end):
        known += x.known_current[g] / (end - first)
    for g in range(first, end):
        flow = x.off[g, MORE] * x.mean_current[g] + x.known_current[g] - known - x.off[g, TAKEN]
        x.off[g, OFF] = min(max(-1.0, x.off[g, OFF] + h / p.capacity[g] * flow), 1.0)


@kernel
def correct(x: Block, p: Block, s: int, first: int, end: int, soc: float, settled: float) -> None:
    """Correct string s by the voltages of its groups; `soc` is their mean, `settled` their resistance [Ohm]."""
    current = x.last_present[first]
    size = max(abs(current), x.usual_size[s])
    width = 1.0 / (p.open_circuit_voltage.shape[0] - 1)
    x.off_slope[OFF] = circuit.mean_slope(x, p, first, max(0.0, soc - width), min(1.0, soc + width))
    x.off_slope[MORE] = x.off_slope[TAKEN] = 0.0
    x.off_slope[RESISTING] = current
    disturbance = noise(p, end - first) + (p.pair_error * settled * size) ** 2
    variance = covariance.measure(x.off_covariance[s], x.off_gain, x.off_slope, disturbance)
    most = TRUSTED * math.sqrt(variance)
    for g in range(first, end):
        level = circuit.open_circuit(x, p, g, circuit.locate(p, soc))
        expected = circuit.open_circuit(x, p, g, circuit.locate(p, soc + x.off[g, OFF])) - level
        innovation = x.apart[g] - expected - x.off[g, RESISTING] * x.last_present[g]
        within = min(max(-most, innovation), most)
        for i in range(STATES):
            x.off[g, i] += x.off_gain[i] * within


@kernel
def follow_charge(x: Block, p: Block, s: int, first: int, end: int, h: float) -> None:
    """Follow the charge of the groups of string s, from `first` to before `end`, over h [s]; judge them."""
    soc = mean_soc(x, first, end)
    settled = resistance(x, p, first, soc)
    x.usual_size[s] -= math.expm1(-h / WHILE) * (abs(x.mean_current[first]) - x.usual_size[s])
    carry(x, p, s, first, settled, h)
    move(x, p, first, end, h)
    if x.compared[s] > 0.5:
        correct(x, p, s, first, end, soc, settled)
    sigma = math.sqrt(covariance.element(x.off_covariance[s], STATES, TAKEN, TAKEN))
    least = max(p.short_threshold + x.tapped * p.balancing_rating, p.short_confidence * sigma)
    for g in range(first, end):
        if x.off[g, TAKEN] > least and x.opened[g] < 0.5:
            x.shorted[g] = 1.0


@kernel
def write(x: Block, y: Block, first: int, end: int, reset: bool) -> None:
    """Write flags and currents of the groups from `first` to before `end`; a reset clears the flags before."""
    for g in range(first, end):
        if reset:
            x.shorted[g] = 0.0
        y.short_detected[g] = x.shorted[g]
        y.short_current_estimate[g] = max(0.0, x.off[g, TAKEN])
