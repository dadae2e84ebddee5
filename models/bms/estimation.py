"""Estimation of a pack's groups from their sensors, room by room.

Equations
---------
A step passes through these rooms in this order, once each: the currents into the groups (here); then for every group
its capacity (`capacity`), the prediction of its filter (`kalman`) and its correction (`kalman_correction`), the scale
of its resistances (`resistance`), its charge and its voltage at rest (`rest`); last the pack (`pack_estimate`).

The pack rests after all currents, the mean ones and those at the instant of the voltages, have been up to
`rest_current` for `rest_time`. `normalised_innovation` is the mean of innovation squared over its variance, over the
groups that had a voltage.

Where voltages come some samples late, `current_delay` holds the current back by as many samples; the estimates are then
as old as the voltages. Balancing currents are not held back.

Limits
------
Cells in parallel count as one: the tables are those of a group. The estimation ignores readings that are not finite,
and holds those beyond `current_range` to it. `resting` goes by the readings, bias included. Where balancing currents
are not known, the estimates follow them by the voltages alone; ports and limits of the groups take them for a loss.

Shared states
-------------
`mean_current` and `resting` are written here; `rest` reads them. `known_current` is written here; `short` of detection
reads it.

References
----------
G. L. Plett, Battery Management Systems, Volume II: Equivalent-Circuit Methods, Artech House 2016, chapters 3 and 4
(estimation of SOC and SOH).
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, flag, whole
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from . import capacity, filter_states, kalman, kalman_correction, pack_estimate, resistance, rest
from .capacity import learn_capacity
from .channel import DEPTH, delay, fill
from .filter_states import follow_taps
from .kalman import predict
from .kalman_correction import correct
from .pack_estimate import estimate_pack
from .resistance import learn_resistance
from .rest import record_charge_and_rest

CURRENTS = (("mean", "mean current"), ("present", "current at the instant of the voltages"))
"""What is remembered of a current, and what that is."""


def fields(groups: int, group: CellParameters) -> Fields:
    """Return the variables of the estimation of groups that share one current.

    Parameters
    ----------
    groups : int
        Groups in series, >= 1.
    group : CellParameters
        A group seen as one cell; it gives tables and start values.
    """
    last = tuple(
        Variable(f"{name}_history", "A", DEPTH, 0.0, -UNBOUNDED, UNBOUNDED, 30.0, f"Last readings of the {text}")
        for name, text in CURRENTS
    )
    return group_fields(groups, group) + Fields(states=last)


def group_fields(groups: int, group: CellParameters) -> Fields:
    """Return what the estimation has for every group, whatever currents flow into them; arguments as for `fields`."""
    own = Fields(
        modules=(__name__,),
        parameters=_parameters(group.capacity / 3600.0),
        inputs=_inputs(groups),
        outputs=_outputs(),
        states=_states(groups),
    )
    filters = filter_states.fields(groups, group) + kalman.fields(group) + kalman_correction.fields(group)
    health = capacity.fields(groups) + resistance.fields(groups, group) + rest.fields(groups)
    return own + filters + health + pack_estimate.fields(groups) + circuit.fields(groups, group)


def _parameters(rate: float) -> tuple[Variable, ...]:
    return (
        Variable("current_delay", "1", None, 0.0, 0.0, DEPTH - 1.0, 1.0,
                 "Samples that the current is held back to belong to voltages that come late",
                 data_type=DataType.INTEGER),
        Variable("rest_current", "A", None, rate / 50.0, 0.0, UNBOUNDED, 1.0,
                 "Greatest current into a group that counts as rest"),
        Variable("rest_time", "s", None, 1800.0, 0.0, UNBOUNDED, 1000.0,
                 "Time that the currents must have been that small before the pack rests"),
    )  # fmt: skip


def _inputs(groups: int) -> tuple[Variable, ...]:
    return (
        Variable("balancing_current", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                 "Current into each group at its balancing tap, in force during the step"),
        Variable("balancing_pack_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                 "Current into the pack from balancing converters at its terminals, in force during the step"),
    )  # fmt: skip


def _outputs() -> tuple[Variable, ...]:
    return (
        Variable("normalised_innovation", "1", None, 0.0, 0.0, UNBOUNDED, 1.0,
                 "Square of measured less expected voltage over its variance, mean over the groups: 1 in the long run "
                 "where model and noise are as assumed"),
        Variable("resting", "1", None, 0.0, 0.0, 1.0, 1.0, "Whether the pack rests", data_type=DataType.BOOLEAN),
    )  # fmt: skip


def _states(groups: int) -> tuple[Variable, ...]:
    return (
        Variable("known_current", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                 "Known balancing current into each group, which the sensor does not see"),
        Variable("mean_current", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 30.0,
                 "Reading of the mean current into each group, known balancing current added"),
        flag("resting", None, "Whether the pack rests"),
        Variable("still_time", "s", None, 0.0, 0.0, UNBOUNDED, 1000.0, "How long the currents have been small"),
        whole("sample", None, "Number of the next sample"),
    )  # fmt: skip


@kernel
def initialize(x: Block, p: Block, y: Block) -> None:
    """Set all groups to rest, with capacity, resistances and SOC of the parameters."""
    initialize_groups(x, p, y)
    fill(x.mean_history, 0.0)
    fill(x.present_history, 0.0)
    estimate_pack(x, p, y)


@kernel
def initialize_groups(x: Block, p: Block, y: Block) -> None:
    """Set all groups to rest, each for itself."""
    circuit.renew(x, p)
    for k in range(x.capacity.shape[0]):
        circuit.start_at(x, p, k, p.reference_temperature)
        capacity.initialize(x, p, y, k)
        resistance.initialize(x, p, y, k)
        rest.initialize(x, p, y, k)
        filter_states.initialize(x, p, k)
    x.sample = x.still_time = x.resting = y.resting = y.normalised_innovation = 0.0


@kernel
def held(p: Block, current: float) -> float:
    """Hold a current [A] within the range that is believed; 0 where it is not finite."""
    return min(max(-p.current_range, current), p.current_range) if math.isfinite(current) else 0.0


@kernel
def find_known_currents(x: Block, p: Block, u: Block) -> None:
    """Set the current that is known to flow into each group beside the sensor [A]."""
    for k in range(x.capacity.shape[0]):
        x.known_current[k] = p.balancing_known * (u.balancing_current[k] + u.balancing_pack_current)


@kernel
def take_currents(x: Block, p: Block, first: int, end: int, mean: float, present: float) -> float:
    """Set the mean currents into the groups from `first` to before `end`; return the greatest size of a current [A].

    `mean` and `present` are the readings of their sensor [A].
    """
    greatest = 0.0
    for k in range(first, end):
        x.mean_current[k] = held(p, mean + x.known_current[k])
        greatest = max(greatest, abs(x.mean_current[k]), abs(held(p, present + x.known_current[k])))
    return greatest


@kernel
def detect_rest(x: Block, p: Block, y: Block, greatest: float, h: float) -> bool:
    """Set whether the pack rests after h [s] of currents up to `greatest` [A]; return whether a rest has ended."""
    before = x.resting == 1.0
    x.still_time = x.still_time + h if greatest <= p.rest_current else 0.0
    x.resting = y.resting = 1.0 if x.still_time >= p.rest_time and x.still_time > 0.0 else 0.0
    return before and x.resting == 0.0


@kernel
def estimate_groups(
    x: Block, p: Block, y: Block, first: int, end: int, mean: float, present: float, ended: bool, h: float
) -> tuple[float, int]:
    """Estimate the groups from `first` to before `end` after a step of h [s].

    Parameters
    ----------
    x, p, y : Block
        Of a Bms.
    first, end : int
        Groups through which one current flows.
    mean, present : float
        Readings of its sensor, as late as the voltages [A].
    ended : bool
        Whether a rest has ended.
    h : float
        Step [s], > 0.

    Returns
    -------
    float, int
        The sum of squared innovations over their variances, and how many groups had a voltage.
    """
    total, heard = 0.0, 0
    for k in range(first, end):
        known = x.known_current[k]
        circuit.heat_up(x, p, k, x.group_temperature[k])
        learn_capacity(x, p, y, k, ended, h)
        reading = predict(x, p, k, mean + known, h)
        innovation, variance = correct(x, p, k, x.reading_voltage[k], present + known)
        learn_resistance(x, p, y, k, present + known, innovation, variance)
        record_charge_and_rest(x, p, y, k, reading, h)
        if math.isfinite(variance):
            total += innovation * innovation / variance
            heard += 1
    return total, heard


@kernel
def estimate(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Estimate the groups and the pack from the readings of a step of h [s], room by room."""
    follow_taps(x, p)
    find_known_currents(x, p, u)
    groups = x.capacity.shape[0]
    ended = detect_rest(x, p, y, take_currents(x, p, 0, groups, x.reading_current, x.reading_present), h)
    sample, samples = int(x.sample), int(p.current_delay)
    mean = delay(x.mean_history, sample, samples, x.reading_current)
    present = delay(x.present_history, sample, samples, x.reading_present)
    x.sample += 1.0
    total, heard = estimate_groups(x, p, y, 0, groups, mean, present, ended, h)
    y.normalised_innovation = total / heard if heard > 0 else 0.0
    estimate_pack(x, p, y)
