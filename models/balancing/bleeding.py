"""Bleed resistors: which groups bleed, by voltage or by the charge that they still have to bleed, and how much.

Equations
---------
A group that bleeds gives::

    balancing_current_g = -min(d V_g / R, P / V_g, -low_g)

with its voltage V, the bleed resistance R with the switch, the resistor's rated power P, the derating factor d of the
board, and the least current low that the limits allow. A current below V / R means that the switch is closed for a
share of the time. The resistors take nothing from the pack as a whole: the balancing pack current is 0. A group does
not bleed without `enable`, where it is not `available`, and at a voltage V that is not positive.

`law` chooses the groups that bleed:

* 1, voltage: a group starts to bleed when its measured voltage exceeds the least one by more than ``start_threshold``,
  and goes on while the excess is above ``stop_threshold``. Without `enable` no group is selected any more.
* 2, charge history: while `soc_trusted`, a group has the charge ``B_g = Q_g (z_g - min z - charge_stop_threshold)`` to
  bleed, with its capacity Q and SOC z. This holds where ``z_g - min z`` exceeds ``charge_start_threshold``, and where B
  was above 0 already and ``z_g - min z`` exceeds ``charge_stop_threshold``; elsewhere B is 0. Without `soc_trusted`, B
  decreases by the charge that was bled. A group bleeds, whatever its voltage, while B > 0 and another step as long as
  the last one does not bleed more than B. B lasts while `enable` is off.

Why the history: a voltage under current, or soon after, depends on resistance, temperature and hysteresis as well as on
charge. What the voltage law bleeds for these creates imbalance. SOC is known well only now and then, such as after a
long rest; the charge to bleed that follows from it stays true while current flows. foxBMS offers both laws [1]: its
history converts the voltages of a long rest by the OCV curve into charges above the most discharged cell, and decreases
these by V / R. Its voltage law starts at 200 mV as delivered, some 30 % of SOC on the cell of a 2013 Leaf.

The predicted time is the longest that a group needs until it is ``balanced_spread`` above the least SOC, with its
current and the least SOC as they are, since a resistor bleeds at a nearly constant current. It is never, where a group
further above does not bleed.

Limits
------
The current stays while the voltage moves: a capacitance C that is bled in steps of h decays by ``1 - h / (R C)`` a
step, not by ``exp(-h / (R C))``, and the energy differs in the same first order. The charge history leaves less than
the charge of a step. The switching of the resistors is not resolved. The least group never bleeds.

Bleeding a group that is above the least and below the mean raises the Lyapunov function. With equal capacities, and
currents that do not fall with SOC, it falls all the same as long as all groups above some SOC bleed. A broken resistor
of the highest group, or a voltage that misleads, can reverse that: `lyapunov_decrease` is negative then.

A step is refused unless ``stop_threshold <= start_threshold`` and ``charge_stop_threshold <= charge_start_threshold``.

Start values. Assumed: 430 Ohm, hence 9 mA at 3.75 V, of size 2512, rated at 1 W up to 70 degC [3]; start at 10 mV, and
stop at half of it (a monitor circuit has 20 mV as its stop threshold when delivered [2]). The charge history starts at
0.5 % of SOC, a good estimate's uncertainty, and ends at 0.1 %: a charge that is counted needs no hysteresis against the
voltage that recovers when bleeding ends, but the estimate moves a little from one step to the next.

References
----------
[1] foxBMS 2, docs/software/modules/application/bal/bal.rst, and src/app/application/config/bal_cfg.h, version 1.6.0,
2023: voltage-based and history-based balancing; BAL_DEFAULT_THRESHOLD_mV and BAL_HYSTERESIS_mV, 200 each. [2] Texas
Instruments, BQ76942 Technical Reference Manual, SLUUBY1B, 2022, "Cell Balance Stop Delta". Bleed current from the
resistance of the whole path: Texas Instruments, SLVAE87A, 2023, section 4, equation 2. [3] Vishay, D/CRCW thick film
chip resistors, document 20008, 2010, "rated dissipation P70".
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, flag
from ...core.kernel import Block, kernel
from ...core.model import DONE
from ...core.timescale import NONE
from ...core.variable import Variable
from .limits import OWN_REFUSALS, bounds, derating_factor
from .options import BleedingLaw, availability, option
from .rows import find_lowest

STOP_ABOVE_START = OWN_REFUSALS
"""Status: the stop threshold exceeds the start threshold."""

CHARGE_STOP_ABOVE_START = OWN_REFUSALS + 1
"""Status: the stop threshold of the charge history exceeds its start threshold."""

REFUSALS = {
    STOP_ABOVE_START: "stop_threshold = {p.stop_threshold:.6g} V must not exceed "
    "start_threshold = {p.start_threshold:.6g} V",
    CHARGE_STOP_ABOVE_START: "charge_stop_threshold = {p.charge_stop_threshold:.6g} must not exceed "
    "charge_start_threshold = {p.charge_start_threshold:.6g}",
}


def fields(groups: int) -> Fields:
    """Return the law, the resistors, and what each group has to bleed."""
    return Fields(
        parameters=(*_parameters(), availability(groups, "group")),
        states=(
            flag("bleeding", groups, "Whether each group is selected to bleed"),
            Variable("charge_to_bleed", "C", groups, 0.0, 0.0, UNBOUNDED, 100.0,
                     "Charge that each group still has to bleed by the charge history"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def _parameters() -> tuple[Variable, ...]:
    return (
        option("law", BleedingLaw.VOLTAGE, "How the groups that bleed are chosen: 1 voltage, 2 charge history"),
        Variable("bleed_resistance", "Ohm", None, 430.0, 1e-3, 1e9, 100.0,
                 "Resistance of a bleed resistor with its switch"),
        Variable("rated_power", "W", None, 1.0, 0.0, UNBOUNDED, 1.0,
                 "Mean power that a bleed resistor takes at most"),
        Variable("start_threshold", "V", None, 0.010, 0.0, 10.0, 0.01,
                 "Voltage above the lowest group at which a group starts to bleed", display_unit="mV"),
        Variable("stop_threshold", "V", None, 0.005, 0.0, 10.0, 0.01,
                 "Voltage above the lowest group at which a group stops; not above start_threshold",
                 display_unit="mV"),
        Variable("charge_start_threshold", "1", None, 0.005, 0.0, 1.0, 0.01,
                 "SOC above the lowest group from which a group has a charge to bleed", display_unit="%"),
        Variable("charge_stop_threshold", "1", None, 0.001, 0.0, 1.0, 0.01,
                 "SOC above the lowest group to which the history bleeds; not above charge_start_threshold",
                 display_unit="%"),
    )  # fmt: skip


@kernel
def check_thresholds(p: Block) -> int:
    """Return ``DONE``, or the status that names which thresholds contradict each other."""
    if p.stop_threshold > p.start_threshold:
        return STOP_ABOVE_START
    return CHARGE_STOP_ABOVE_START if p.charge_stop_threshold > p.charge_start_threshold else DONE


@kernel
def reset_bleeding(x: Block) -> None:
    """Start a run: no group is selected, and none has a charge to bleed."""
    for g in range(x.bleeding.shape[0]):
        x.bleeding[g] = x.charge_to_bleed[g] = 0.0


@kernel
def select_by_voltage(x: Block, p: Block, u: Block, c: Block) -> None:
    """Select the groups that bleed by voltage, with hysteresis."""
    find_lowest(x, c, u.measured_voltage)
    for g in range(x.bleeding.shape[0]):
        threshold = p.stop_threshold if x.bleeding[g] > 0.0 else p.start_threshold
        allowed = u.enable > 0.5 and u.group_voltage[g] > 0.0
        x.bleeding[g] = 1.0 if allowed and u.measured_voltage[g] - x.lowest[int(c.row_of_group[g])] > threshold else 0.0


@kernel
def set_charge_to_bleed(x: Block, p: Block, u: Block, c: Block) -> None:
    """Set the charge that each group has to bleed by its SOC."""
    find_lowest(x, c, u.group_soc)
    for g in range(x.charge_to_bleed.shape[0]):
        excess = u.group_soc[g] - x.lowest[int(c.row_of_group[g])]
        threshold = p.charge_stop_threshold if x.charge_to_bleed[g] > 0.0 else p.charge_start_threshold
        left = u.group_capacity[g] * (excess - p.charge_stop_threshold)
        x.charge_to_bleed[g] = left if excess > threshold else 0.0


@kernel
def subtract_bled_charge(x: Block, y: Block, h: float) -> None:
    """Subtract the charge that a step of h [s] has bled from the charge to bleed."""
    for g in range(x.charge_to_bleed.shape[0]):
        x.charge_to_bleed[g] = max(x.charge_to_bleed[g] + h * y.balancing_current[g], 0.0)


@kernel
def select(x: Block, p: Block, u: Block, c: Block) -> None:
    """Select the groups that bleed."""
    if int(p.law) != BleedingLaw.CHARGE_HISTORY:
        select_by_voltage(x, p, u, c)
        return
    if u.soc_trusted > 0.5:
        set_charge_to_bleed(x, p, u, c)
    for g in range(x.bleeding.shape[0]):
        x.bleeding[g] = 1.0 if u.enable > 0.5 and x.charge_to_bleed[g] > 0.0 else 0.0


@kernel
def bleed_current(x: Block, p: Block, u: Block, group: int, current: float) -> float:
    """Return the current [A], >= 0, that the resistor of a group may take.

    `current` is the balancing current of the group until now.
    """
    voltage = u.group_voltage[group]
    if not (voltage > 0.0 and p.available[group] > 0.5):
        return 0.0
    low, _ = bounds(x, p, u, group, current)
    closed = derating_factor(u.board_temperature, p.derating_temperature, p.maximum_temperature)
    return min(closed * voltage / p.bleed_resistance, p.rated_power / voltage, -low)


@kernel
def bleed(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Compute the currents of the selected groups; by the history, if a step of h [s] does not bleed too much."""
    for g in range(x.bleeding.shape[0]):
        current = bleed_current(x, p, u, g, y.balancing_current[g]) if x.bleeding[g] > 0.0 else 0.0
        beyond = int(p.law) == BleedingLaw.CHARGE_HISTORY and h * current > x.charge_to_bleed[g]
        y.balancing_current[g] = -current if current > 0.0 and not beyond else 0.0


@kernel
def predict(x: Block, p: Block, u: Block, y: Block, c: Block) -> float:
    """Return how long the slowest group still bleeds until the pack is balanced [s]; `NONE` where one does not."""
    find_lowest(x, c, u.group_soc)
    longest = 0.0
    for g in range(u.group_soc.shape[0]):
        limit = x.lowest[int(c.row_of_group[g])] + p.balanced_spread
        if u.group_soc[g] > limit:
            charge = u.group_capacity[g] * (u.group_soc[g] - limit)
            current = -y.balancing_current[g]
            longest = max(longest, min(charge / current, NONE) if current > 0.0 else NONE)
    return longest
