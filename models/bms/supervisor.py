"""The supervisor of a pack: whether it may be charged, discharged and balanced.

Equations
---------
Every `supervisor_period` all three permissions are decided anew:

charge
    allowed without any trip but undervoltage, while the greatest SOC is below `maximum_soc`; after it got there, once
    it is below ``maximum_soc - soc_hysteresis``.
discharge
    allowed without any trip but overvoltage, while the least SOC is above `minimum_soc`; after it got there, once it is
    above ``minimum_soc + soc_hysteresis``.
balance
    allowed without any trip, where the input `balancing_allowed` is true, every standard deviation of SOC is at most
    `trusted_sigma`, the mean discharging current since the last decision is at most `driving_current`, and the spread
    of the SOC is above `start_spread`; once it is allowed, above `stop_spread`.

Between decisions trips and `balancing_allowed` withdraw permissions at once; nothing gives one.

A group's SOC is trusted while its standard deviation is at most `trusted_sigma`. Where the balancing currents are not
known, its voltage must be explained, too: what the filter puts down to the slow error of the voltage, and what is left
of the innovation after the correction, in their mean over `WHILE`, stay within `STRANGE` standard deviations of the
slow error, or of the voltage where that is greater. A current beyond `balancing_rating` goes there when nothing else
can take it.

Limits
------
`stop_spread` must not exceed `start_spread`, and `minimum_soc` must be below `maximum_soc`; else a step is refused. All
start values of times and thresholds are assumed.

Shared states
-------------
`charging` and `discharging` are written here; `state_of_power` reads them.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, flag, state
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from .filter_states import SOC, error_place, voltage_error
from .protection import OVERVOLTAGE, UNDERVOLTAGE, time_is_up

WHILE = 600.0
"""Time over which what the model does not explain is averaged [s]: many pulses of a drive, few of a charge."""

STRANGE = 3.0
"""Standard deviations beyond which a voltage is not explained: of normal errors one in 370."""


def fields(groups: int, group: CellParameters, strings: int = 1) -> Fields:
    """Return thresholds and permissions.

    The thresholds start as those of `group`, a group seen as one cell, and of so many strings in parallel.
    """
    allowed = Variable("balancing_allowed", "1", None, 1.0, 0.0, 1.0, 1.0,
                       "Whether others allow balancing: a charger is connected, say",
                       data_type=DataType.BOOLEAN)  # fmt: skip
    return Fields(
        modules=(__name__,),
        parameters=_parameters(group, strings),
        inputs=(allowed,),
        outputs=_outputs(),
        states=(
            *_states(),
            Variable("unexplained", "V", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1e-3,
                     "What the model does not explain of each group's voltage, in the mean"),
        ),
    )  # fmt: skip


def _parameters(group: CellParameters, strings: int) -> tuple[Variable, ...]:
    return (
        Variable("supervisor_period", "s", None, 60.0, 1e-6, 1e9, 60.0, "Time between decisions of the supervisor"),
        Variable("minimum_soc", "1", None, 0.0, 0.0, 1.0, 1.0, "SOC at which discharging ends", display_unit="%"),
        Variable("maximum_soc", "1", None, 1.0, 0.0, 1.0, 1.0, "SOC at which charging ends", display_unit="%"),
        Variable("soc_hysteresis", "1", None, 0.02, 0.0, 1.0, 0.01,
                 "How far SOC must come back from its limit before the current is allowed again", display_unit="%"),
        Variable("trusted_sigma", "1", None, 0.03, 0.0, 1.0, 0.01,
                 "Standard deviation of a group's SOC up to which it is trusted", display_unit="%"),
        Variable("start_spread", "1", None, 0.02, 0.0, 1.0, 0.01,
                 "Greatest less least SOC above which balancing begins", display_unit="%"),
        Variable("stop_spread", "1", None, 0.01, 0.0, 1.0, 0.01,
                 "Greatest less least SOC down to which balancing goes on; not above start_spread", display_unit="%"),
        Variable("driving_current", "A", None, round(strings * group.capacity / 3600.0 / 20.0, 9), 0.0, 1e6, 1.0,
                 "Mean discharging pack current up to which balancing is allowed"),
    )  # fmt: skip


def _outputs() -> tuple[Variable, ...]:
    return tuple(
        Variable(name, "1", None, 0.0, 0.0, 1.0, 1.0, text, data_type=DataType.BOOLEAN)
        for name, text in (
            ("soc_trusted", "Whether the SOC of every group is known to trusted_sigma, and explains its voltage"),
            ("charge_enable", "Whether the pack may be charged"),
            ("discharge_enable", "Whether the pack may be discharged"),
            ("balancing_enable", "Whether the pack may be balanced"),
        )
    )


def _states() -> tuple[Variable, ...]:
    return (
        flag("charging", None, "Whether the pack may be charged"),
        flag("discharging", None, "Whether the pack may be discharged"),
        flag("balancing", None, "Whether the pack may be balanced"),
        flag("trusted", None, "Whether the SOC of every group is known well enough"),
        flag("full", None, "Whether charging has ended at maximum_soc"),
        flag("empty", None, "Whether discharging has ended at minimum_soc"),
        state("since_decision", "s", None, "Time since the last decision", 0.0),
        state("time_counted", "s", None, "Time over which the charge was counted", 0.0),
        state("driven_charge", "C", None, "Charge that was discharged since the last decision"),
    )


@kernel
def barred(x: Block, other: int) -> bool:
    """Return whether any trip but `other` is set; -1 for any trip at all."""
    bar = False
    for i in range(x.tripped.shape[0]):
        bar |= i != other and x.tripped[i] > 0.0
    return bar


@kernel
def soc_range(x: Block, first: int, end: int) -> tuple[float, float]:
    """Return the least and the greatest estimated SOC of the groups from `first` to before `end`."""
    least = greatest = x.estimate[first, SOC]
    for k in range(first + 1, end):
        least, greatest = min(least, x.estimate[k, SOC]), max(greatest, x.estimate[k, SOC])
    return least, greatest


@kernel
def explained(x: Block, p: Block, k: int, share: float) -> bool:
    """Take a share of what is not explained of group k's voltage into the mean; return whether that is small."""
    left = x.estimate[k, error_place(p)] + x.residual[k]
    x.unexplained[k] += share * (left - x.unexplained[k])
    slow = math.sqrt(voltage_error(x, p, k, circuit.locate(p, x.estimate[k, SOC])))
    return abs(x.unexplained[k]) <= STRANGE * max(slow, p.voltage_sigma)


@kernel
def check_trust(x: Block, p: Block, h: float) -> None:
    """Set whether the SOC of every group is known well enough, h [s] after the last time."""
    x.trusted, share = 1.0, -math.expm1(-h / WHILE)
    for k in range(x.soc_sigma.shape[0]):
        if not x.soc_sigma[k] <= p.trusted_sigma:
            x.trusted = 0.0
        if x.tapped == 1.0 and not explained(x, p, k, share):
            x.trusted = 0.0


@kernel
def withdraw(x: Block, u: Block) -> None:
    """Withdraw the permissions that must not wait for the next decision."""
    if barred(x, UNDERVOLTAGE):
        x.charging = 0.0
    if barred(x, OVERVOLTAGE):
        x.discharging = 0.0
    if barred(x, -1) or u.balancing_allowed <= 0.5:
        x.balancing = 0.0


@kernel
def decide_currents(x: Block, p: Block, least: float, greatest: float) -> None:
    """Allow or forbid to charge and to discharge, by the least and the greatest SOC."""
    back = p.soc_hysteresis
    x.full = 1.0 if greatest >= (p.maximum_soc - back if x.full > 0.0 else p.maximum_soc) else 0.0
    x.empty = 1.0 if least <= (p.minimum_soc + back if x.empty > 0.0 else p.minimum_soc) else 0.0
    x.charging = 0.0 if barred(x, UNDERVOLTAGE) or x.full > 0.0 else 1.0
    x.discharging = 0.0 if barred(x, OVERVOLTAGE) or x.empty > 0.0 else 1.0


@kernel
def decide_balancing(x: Block, p: Block, u: Block, spread: float) -> None:
    """Allow or forbid to balance, by the spread of SOC."""
    threshold = p.stop_spread if x.balancing > 0.0 else p.start_spread
    allowed = u.balancing_allowed > 0.5 and not barred(x, -1) and x.trusted > 0.0
    driven = x.driven_charge > p.driving_current * x.time_counted
    x.balancing = 1.0 if allowed and not driven and spread > threshold else 0.0


@kernel
def decide(x: Block, p: Block, u: Block, least: float, greatest: float, spread: float) -> None:
    """Decide anew by the SOC of the groups, and reset the charge and the time that the next decision uses."""
    decide_currents(x, p, least, greatest)
    decide_balancing(x, p, u, spread)
    x.driven_charge = x.time_counted = 0.0


@kernel
def write_permissions(x: Block, y: Block) -> None:
    """Write the permissions."""
    y.soc_trusted, y.balancing_enable = x.trusted, x.balancing
    y.charge_enable, y.discharge_enable = x.charging, x.discharging


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block) -> None:
    """Decide for the first time."""
    least, greatest = soc_range(x, 0, x.estimate.shape[0])
    begin(x, p, u, y, least, greatest, greatest - least)


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, least: float, greatest: float, spread: float) -> None:
    """Decide for the first time by least, greatest and spread of SOC."""
    x.full = x.empty = x.balancing = x.since_decision = x.driven_charge = x.time_counted = 0.0
    for k in range(x.unexplained.shape[0]):
        x.unexplained[k] = 0.0
    check_trust(x, p, 0.0)
    decide(x, p, u, least, greatest, spread)
    write_permissions(x, y)


@kernel
def supervise(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Withdraw permissions at once after a step of h [s], decide anew where it is time, and write them."""
    least, greatest = soc_range(x, 0, x.estimate.shape[0])
    follow(x, p, u, y, least, greatest, greatest - least, h)


@kernel
def follow(x: Block, p: Block, u: Block, y: Block, least: float, greatest: float, spread: float, h: float) -> None:
    """Supervise a step of h [s] by least, greatest and spread of SOC."""
    check_trust(x, p, h)
    withdraw(x, u)
    x.since_decision += h
    x.time_counted += h
    x.driven_charge += h * max(0.0, x.bias - x.reading_current)
    if time_is_up(x.since_decision, p.supervisor_period):
        x.since_decision = max(0.0, x.since_decision - p.supervisor_period)
        if time_is_up(x.since_decision, p.supervisor_period):
            x.since_decision = 0.0  # steps longer than the period
        decide(x, p, u, least, greatest, spread)
    write_permissions(x, y)
