"""What a Bms looks for beside its readings' limits, and how it acts on what it finds.

Equations
---------
After the supervisor each string's groups are compared (`comparison`), and judged for open cells (`open_cell`) and
internal shorts (`short`); the insulation is measured where it is time (`insulation`); temperatures are judged by their
rise (`thermal_event`). The rise of `reset` clears all flags; what still holds is found again.

Nothing of this opens a contactor. The currents of the pack are limited: to (p - 1) / p of what they would be while a
group of p cells has an open one, since the others carry its current; and to `fault_share` while a group has a short or
the insulation has failed. That share starts as 1: then the flags only warn. While a group has a short, balancing is
forbidden: it would discharge all others to that one.
"""

from __future__ import annotations

from ....core.fields import Fields, flag
from ....core.kernel import Block, kernel
from ....core.variable import Variable
from ...strings import Strings
from . import comparison, insulation, open_cell, short, thermal_event


def fields(
    groups: int, parallel: int, rate: float, strings: Strings, channel: int, declared: bool, sensors: int
) -> Fields:
    """Return all that detection has.

    Parameters
    ----------
    groups, parallel : int
        Groups of the pack and cells in a group.
    rate : float
        Hourly capacity of a group [A].
    strings : Strings
        How the groups lie.
    channel : int
        Number of the insulation's noise.
    declared : bool
        Whether the model has the strings as constants already.
    sensors : int
        Sensors of temperature.
    """
    own = Fields(
        modules=(__name__,),
        parameters=(
            Variable("fault_share", "1", None, 1.0, 0.0, 1.0, 1.0,
                     "Share of the pack's currents that is left after a short or a fault of insulation",
                     display_unit="%"),
        ),
        states=(flag("last_clearing", None, "The reset input of the last step, for what is detected"),),
        constants=(
            Variable("across", "1", None, strings.parallel, 1.0, 1e9, 1.0, "Strings in parallel"),
        ),
    )  # fmt: skip
    own += comparison.fields(groups, strings.starts, declared) + open_cell.fields(groups, parallel)
    own += short.fields(groups, strings.count, rate) + insulation.fields(channel)
    return own + thermal_event.fields(sensors)


@kernel
def initialize(x: Block, p: Block, y: Block, c: Block) -> None:
    """Start without any fault."""
    x.last_clearing = 0.0
    open_cell.initialize(x, p, y)
    insulation.initialize(x, y)
    thermal_event.initialize(x, y)
    for s in range(x.compared.shape[0]):
        first, end = int(c.string_start[s]), int(c.string_start[s + 1])
        comparison.compare(x, p, s, first, end)
        short.initialize(x, p, y, s, first, end)


@kernel
def detect(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> None:
    """Look for faults at t [s], after a step of h [s]; forbid balancing where a group has a short."""
    reset = u.reset > 0.5 and x.last_clearing <= 0.5
    x.last_clearing = u.reset
    for s in range(x.compared.shape[0]):
        first, end = int(c.string_start[s]), int(c.string_start[s + 1])
        if comparison.compare(x, p, s, first, end):
            open_cell.follow_steps(x, p, c, first, end)
        short.follow_charge(x, p, s, first, end, h)
        open_cell.remember(x, y, first, end, reset)
        short.write(x, y, first, end, reset)
    voltage = 0.0
    for g in range(x.apart.shape[0]):
        voltage += x.reading_voltage[g] / c.across
    insulation.follow(x, p, u, y, c, voltage, reset, h)
    thermal_event.follow(x, p, y, reset, t, h)
    if any_set(x.shorted):
        x.balancing = y.balancing_enable = 0.0


@kernel
def any_set(flags: Block) -> bool:
    """Return whether any of the flags is set."""
    found = False
    for g in range(flags.shape[0]):
        found |= flags[g] > 0.5
    return bool(found)


@kernel
def share_left(x: Block, p: Block, c: Block) -> float:
    """Return the share of the pack's currents that faults leave."""
    left = 1.0
    if c.parallel > 1.0 and any_set(x.opened):
        left = 1.0 - 1.0 / c.parallel
    if x.insulation_failed > 0.5 or any_set(x.shorted):
        left = min(left, p.fault_share)
    return left
