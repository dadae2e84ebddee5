"""The ledger of a balancer: what its currents carry and lose while they are in force.

Equations
---------
Currents are decided in the step from the inputs given to it. They are in force after it, during the next step, at the
voltages V of the decision. Initialisation decides what is in force during the first step. With the currents I_g at the
taps of the groups, and I_p at the terminals of the pack, a step of length h books::

    heat_rate = -(sum I_g V_g + I_p sum V_g),    heat = h heat_rate = -balancing_energy
    balancing_charge = h (sum I_g + groups I_p)
    moved_energy = h (sum max(-I_g V_g, 0) + max(-I_p sum V_g, 0))
    moved_charge = h (sum max(-I_g, 0) + groups max(-I_p, 0))

of the values before the step. `balancing_time` counts the steps during which balancing was allowed by `enable` and the
pack was not balanced.

Limits
------
Voltages move during a step while the currents stay: charge is exact, and energy and heat are off by the first order of
the step.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, flag
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Variable


def fields(groups: int) -> Fields:
    """Return the true voltages, the currents in force, and what is booked of them."""
    return Fields(
        inputs=(
            Variable("group_voltage", "V", groups, 3.7, -UNBOUNDED, UNBOUNDED, 3.7,
                     "Voltage of each group: currents and power follow from it"),
            Variable("enable", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether balancing is allowed",
                     data_type=DataType.BOOLEAN),
        ),
        outputs=_flows(groups) + _integrals(),
        states=(
            Variable("power", "W", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Heat rate of the currents in force"),
            Variable("moved_power", "W", None, 0.0, 0.0, UNBOUNDED, 1.0, "Power that is taken at taps and terminals"),
            flag("counting", None, "Whether the balancing time goes on"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def _flows(groups: int) -> tuple[Variable, ...]:
    return (
        Variable("balancing_current", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 0.01,
                 "Current into each group at its tap, in force until the next step", display_unit="mA"),
        Variable("balancing_pack_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 0.01,
                 "Current into the pack at its terminals from the balancer, in force until the next step"),
        Variable("heat_rate", "W", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Heat of the balancer, mean over the step"),
        Variable("active_groups", "1", None, 0.0, 0.0, UNBOUNDED, 1.0, "Number of groups with a balancing current",
                 data_type=DataType.INTEGER),
    )  # fmt: skip


def _integrals() -> tuple[Variable, ...]:
    return (
        Variable("balancing_time", "s", None, 0.0, 0.0, UNBOUNDED, 1e4,
                 "Time so far during which balancing was allowed and the pack not balanced", display_unit="h"),
        Variable("balancing_charge", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                 "Charge into the groups, summed over them, over the step; the pack's current counts in each"),
        Variable("balancing_energy", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                 "Energy into the pack at taps and terminals, over the step"),
        Variable("moved_charge", "C", None, 0.0, 0.0, UNBOUNDED, 1.0,
                 "Charge taken from groups at taps and terminals, summed over them, over the step"),
        Variable("moved_energy", "J", None, 0.0, 0.0, UNBOUNDED, 1.0,
                 "Energy taken from the pack at taps and terminals, over the step"),
        Variable("heat", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Heat of the balancer, over the step"),
    )  # fmt: skip


@kernel
def reset_ledger(x: Block, y: Block) -> None:
    """Start a run: no current is in force, and nothing is booked."""
    for g in range(y.balancing_current.shape[0]):
        y.balancing_current[g] = 0.0
    y.balancing_pack_current = y.balancing_time = 0.0
    x.power = x.moved_power = x.counting = 0.0
    book(x, y, 0.0)


@kernel
def put_in_force(x: Block, u: Block, y: Block) -> None:
    """Compute the power of the currents that were decided, at the voltages of now, and count the groups with one.

    What goes in at taps and terminals is what they take less the heat: the heat is computed from it, so that the
    energies close exactly.
    """
    total = active = 0.0
    for g in range(u.group_voltage.shape[0]):
        total += u.group_voltage[g] / x.lowest.shape[0]
    taken = y.balancing_pack_current * total
    moved = max(-taken, 0.0)
    for g in range(u.group_voltage.shape[0]):
        power = y.balancing_current[g] * u.group_voltage[g]
        taken += power
        moved += max(-power, 0.0)
        if y.balancing_current[g] != 0.0:
            active += 1.0
    x.power, x.moved_power, y.active_groups = 0.0 - taken, moved, active  # not -0
    x.counting = 1.0 if u.enable > 0.5 and y.balanced < 0.5 else 0.0


@kernel
def book(x: Block, y: Block, h: float) -> None:
    """Integrate the currents in force over a step of h [s]; call it before the next ones are decided."""
    groups = y.balancing_current.shape[0]
    net = groups * y.balancing_pack_current / x.lowest.shape[0]
    given = max(-net, 0.0)
    for g in range(groups):
        net += y.balancing_current[g]
        given += max(-y.balancing_current[g], 0.0)
    y.balancing_charge, y.moved_charge = h * net, h * given
    y.heat_rate, y.heat = x.power, h * x.power
    y.balancing_energy, y.moved_energy = 0.0 - y.heat, h * x.moved_power
    y.balancing_time += h * x.counting
