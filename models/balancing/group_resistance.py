"""The resistance of each group by which balancing keeps to the voltage limits: a bound from above, learned as it acts.

Equations
---------
A group may have aged, be cold, or be none of the kind that was thought of, so the bound R begins with ten times
`group_resistance`. What the balancer does itself then tells more. At the decision before this one the balancing current
of the group, that through the pack included, changed by di. Since then its measured voltage has changed by dv. So::

    |R |di| - dv sign(di)| <= error,   error = voltage_error + |dv of the time before|

Where that does not hold, R becomes the greatest resistance that agrees with it, ``(dv sign(di) + error) / |di|``, and
at least `group_resistance`. A voltage that moves by itself, since the group relaxes, is charged or warms, has moved as
much in the time before.

Nothing is learned from a change that ten times `group_resistance` would not show beyond the error, nor where the load
has changed by more than a thousandth of di, on the mean of either time: the voltage is that of an instant.

Limits
------
An R that is too great makes balancing slow within ``R I`` of a voltage limit, and nowhere else. A change shows the
resistance of one step. What a group polarises later, between two decisions, comes on top: some millivolts where cells
of several times the resistance of the Leaf's take 5 A each, with decisions every 10 s. The voltage has to be measured
under the currents in force: readings that come a sample late show no resistance. A resistance of more than ten times
`group_resistance` passes the limit once, with the first change.

Shared states
-------------
`resistance_bound` is written here; `limits` uses it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Variable

UNMEASURED = 10.0
"""Resistance that is allowed for until it is measured, over `group_resistance`."""

LOAD_SHARE = 1e-3
"""Greatest change of the load, over that of the balancing current, that the resistance is learned under."""


def fields(groups: int) -> Fields:
    """Return what is known of the resistance, and what the last decision left."""
    return Fields(
        parameters=(
            Variable("group_resistance", "Ohm", None, 1e-3, 1e-9, UNBOUNDED, 1e-3,
                     "Change of a group's voltage with its current when new; balancing keeps to the voltage limits by "
                     "ten times as much, or by what it has measured and no less than this", display_unit="mOhm"),
            Variable("voltage_error", "V", None, 0.004, 0.0, UNBOUNDED, 1e-3,
                     "Greatest error of the difference of two measured voltages of a group", display_unit="mV"),
        ),
        states=(
            state("resistance_bound", "Ohm", groups, "Greatest resistance that each group may have"),
            state("current_before", "A", groups, "Balancing current of each group before the last decision"),
            state("voltage_before", "V", groups, "Measured voltage of each group at the last decision"),
            state("rise_before", "V", groups, "Rise of the measured voltage of each group until the last decision"),
            state("load_before", "A", None, "Current of the load at the last decision"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset_resistance(x: Block, p: Block, u: Block) -> None:
    """Start a run: nothing is measured."""
    for g in range(x.resistance_bound.shape[0]):
        x.resistance_bound[g] = UNMEASURED * p.group_resistance
        x.voltage_before[g] = u.measured_voltage[g]
        x.current_before[g] = x.rise_before[g] = 0.0
    x.load_before = u.pack_current


@kernel
def corrected_resistance(p: Block, bound: float, change: float, rise: float, error: float) -> float:
    """Return the bound of a resistance [Ohm] that a change of the current [A] and the rise of the voltage [V] leave."""
    size = abs(change)
    along = rise if change > 0.0 else -rise
    if abs(bound * size - along) <= error:
        return bound
    return max((along + error) / size, p.group_resistance)


@kernel
def learn_resistance(x: Block, p: Block, u: Block, y: Block) -> None:
    """Learn from the last decision; call it before the currents in force are replaced."""
    load = abs(u.pack_current - x.load_before)
    visible = UNMEASURED * p.group_resistance
    for g in range(x.resistance_bound.shape[0]):
        current = y.balancing_current[g] + y.balancing_pack_current
        change = current - x.current_before[g]
        rise = u.measured_voltage[g] - x.voltage_before[g]
        error = p.voltage_error + abs(x.rise_before[g])
        if visible * abs(change) > error and load <= LOAD_SHARE * abs(change):
            x.resistance_bound[g] = corrected_resistance(p, x.resistance_bound[g], change, rise, error)
        x.current_before[g], x.voltage_before[g], x.rise_before[g] = current, u.measured_voltage[g], rise
    x.load_before = u.pack_current
