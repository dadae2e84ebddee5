"""Passive balancing: a bleed resistor a group, switched by voltage or by the charge that is still to be bled.

Equations
---------
A group that bleeds gives::

    balancing_current_g = -min(d V_g / R, P / V_g, -low_g),   power = -sum balancing_current_g V_g
    d = 1 below T_derating, (T_maximum - T) / (T_maximum - T_derating) up to T_maximum, 0 above

with its voltage V, the bleed resistance R, the switch included, the resistor's rated power P, and the board
temperature T. Less than V / R is had by closing the switch for a share of the time. A negative current discharges the
group. The resistors take nothing from the pack as a whole: the balancing pack current is 0.

The bound ``low_g <= 0`` holds always: a group with a measured voltage at or below `minimum_voltage` gives nothing, nor
does one with a cell at or above `maximum_cell_temperature`; pack current and balancing current together stay above
``-maximum_discharge_current``, and where the pack current alone is beyond that, nothing is bled. Without `enable`,
where it is not `available`, and at a voltage V that is not positive, a group does not bleed either.

Which groups bleed is told by `law`:

* 1, voltage: group g begins when its measured voltage exceeds the least one by more than ``start_threshold`` and goes
  on while it does by more than ``stop_threshold``. Without `enable` what was bleeding is forgotten.
* 2, charge history: while `soc_trusted`, the charge to bleed of group g is taken up as ``B_g = Q_g (z_g - min z -
  charge_stop_threshold)`` with its capacity Q and SOC z; a group with B = 0 takes it up where ``z_g - min z`` exceeds
  ``charge_start_threshold``, and where it is down to ``charge_stop_threshold`` B is 0. Otherwise B is counted down by
  what has been bled. A group bleeds, whatever its voltage, while B > 0 and another step as long as the last one would
  not bleed more than B. B outlasts a time without `enable`.

Why the history: a voltage under current, or soon after, tells resistance, temperature and hysteresis as well as charge,
and what the voltage law bleeds for these is imbalance made, not removed. SOC is known well only now and then, after a
long rest, say; the charge to bleed that it tells stays true while current flows. foxBMS offers both strategies [1]: its
history takes the voltages of a long rest through the OCV curve to charges above the most discharged cell, and counts
these down by V / R. Its voltage strategy starts at 200 mV as delivered, some 30 % of SOC on the cell of a 2013 Leaf.

Currents are computed in the step from the inputs given to it, and stay in force after it, during the next one. Heat
and integrals of a step h are those of the currents that were in force during it::

    heat_rate = power,   heat = moved_energy = -balancing_energy = h power
    moved_charge = -balancing_charge = -h sum balancing_current

of the values before the step; `initialize` decides what the first step finds in force.

With SOC z, capacity Q and the mean ``m = sum Q z / sum Q``, `soc_variance` is the mean of ``(z - m)^2`` and the
Lyapunov function is ``1/2 sum Q (z - m)^2``. The predicted time is the longest that a group needs until it is
``balanced_spread`` above the least SOC, its current and the least SOC staying as they are: bleeding is at a nearly
constant current. Where a group that is further above does not bleed, it is never.

Limits
------
The current is held while the voltage moves: a capacitance C bled in steps of h decays by ``1 - h / (R C)`` a step, not
by ``exp(-h / (R C))``, and the energy differs in the same first order; what the charge history leaves is less than the
charge of a step. The switching of the duty is not resolved. Bounds are kept at the decision, with the voltage
as it is measured: what a load does during the step is not seen. The least group never bleeds.

Bleeding a group that is above the least and below the mean raises the Lyapunov function. With equal capacities, and
currents that do not fall with SOC, it falls all the same as long as all groups above some SOC bleed; a broken resistor
at the top, or a voltage that misleads, can turn that round, and `lyapunov_decrease` is negative then.

``stop_threshold <= start_threshold``, ``charge_stop_threshold <= charge_start_threshold``, ``minimum_voltage <
maximum_voltage`` and ``derating_temperature < maximum_temperature`` are demanded; a step with others is refused.

Start values. Assumed: 430 Ohm, hence 9 mA at 3.75 V, of size 2512, rated at 1 W up to 70 degC [3]; start at 10 mV, and
stop at half of it (a monitor circuit has 20 mV as its stop threshold when delivered [2]); derating from 70 degC to
85 degC, the upper ambient temperature of AEC-Q100 grade 3; cells up to 60 degC. The charge history starts at 0.5 % of
SOC, a good estimate's uncertainty, and ends at 0.1 %: a charge that is counted needs no hysteresis against the voltage
that recovers when bleeding ends, but the estimate moves a little from one step to the next.

References
----------
[1] foxBMS 2, docs/software/modules/application/bal/bal.rst, and src/app/application/config/bal_cfg.h, version 1.6.0,
2023: voltage-based and history-based balancing; BAL_DEFAULT_THRESHOLD_mV and BAL_HYSTERESIS_mV, 200 each. [2] Texas
Instruments, BQ76942 Technical Reference Manual, SLUUBY1B, 2022, "Cell Balance Stop Delta". Bleed current from the
resistance of the whole path: Texas Instruments, SLVAE87A, 2023, section 4, equation 2. [3] Vishay, D/CRCW thick film
chip resistors, document 20008, 2010, "rated dissipation P70".
"""

from __future__ import annotations

import math
from enum import IntEnum

from ...core.fields import Fields
from ...core.model import DONE, Block, Model, Update, kernel
from ...core.timescale import NONE
from ...core.variable import Count, DataType, Variable
from . import variables
from .ledger import OWN_REFUSALS, begin, book, bounds, check, duty, judge, least, put_in_force
from .ledger import REFUSALS as SHARED_REFUSALS

STOP_ABOVE_START = OWN_REFUSALS
"""Status: the stop threshold exceeds the start threshold."""

CHARGE_STOP_ABOVE_START = OWN_REFUSALS + 1
"""Status: the stop threshold of the charge history exceeds its start threshold."""

REFUSALS = {
    **SHARED_REFUSALS,
    STOP_ABOVE_START: "stop_threshold = {p.stop_threshold:.6g} V must not exceed "
    "start_threshold = {p.start_threshold:.6g} V",
    CHARGE_STOP_ABOVE_START: "charge_stop_threshold = {p.charge_stop_threshold:.6g} must not exceed "
    "charge_start_threshold = {p.charge_start_threshold:.6g}",
}


class Law(IntEnum):
    """What tells which groups bleed."""

    VOLTAGE = 1
    CHARGE_HISTORY = 2


CHARGE_HISTORY = int(Law.CHARGE_HISTORY)


def declare(groups: int, parallel: int) -> Model:
    """Declare a bleed resistor for each group.

    Parameters
    ----------
    groups : int
        Number of groups in series, >= 1.
    parallel : int
        Number of cells in parallel in each group, >= 1.
    """
    groups = Count(groups, "group")
    return Model(
        name="Balancer",
        description="Passive balancing by a bleed resistor at each group",
        fields=Fields(
            parameters=(*_parameters(), variables.availability(groups, "group"), *variables.limits()),
            inputs=variables.inputs(groups, groups * parallel),
            outputs=variables.outputs(groups),
            states=(
                Variable("bleeding", "1", groups, 0.0, 0.0, 1.0, 1.0, "Whether each group is selected to bleed"),
                Variable("charge_to_bleed", "C", groups, 0.0, 0.0, math.inf, 100.0,
                         "Charge that the history has each group bleed yet"),
                *variables.states(),
            ),
            modules=(__name__,),
        ),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=REFUSALS,
        update=Update.EXACT,
    )  # fmt: skip


def _parameters() -> tuple[Variable, ...]:
    laws = ", ".join(f"{law.value} {law.name.lower().replace('_', ' ')}" for law in Law)
    return (
        Variable("law", "1", None, 1.0, 1.0, len(Law), 1.0, f"What tells which groups bleed: {laws}",
                 data_type=DataType.INTEGER),
        Variable("bleed_resistance", "Ohm", None, 430.0, 1e-3, 1e9, 100.0,
                 "Resistance of a bleed resistor with its switch"),
        Variable("rated_power", "W", None, 1.0, 0.0, math.inf, 1.0,
                 "Mean power that a bleed resistor takes at most"),
        Variable("start_threshold", "V", None, 0.010, 0.0, 10.0, 0.01,
                 "Voltage above the lowest group at which a group begins to bleed", display_unit="mV"),
        Variable("stop_threshold", "V", None, 0.005, 0.0, 10.0, 0.01,
                 "Voltage above the lowest group at which a group stops; not above start_threshold",
                 display_unit="mV"),
        Variable("charge_start_threshold", "1", None, 0.005, 0.0, 1.0, 0.01,
                 "SOC above the lowest group from which the history takes up a charge to bleed", display_unit="%"),
        Variable("charge_stop_threshold", "1", None, 0.001, 0.0, 1.0, 0.01,
                 "SOC above the lowest group to which the history bleeds; not above charge_start_threshold",
                 display_unit="%"),
    )  # fmt: skip


@kernel
def select_by_voltage(x: Block, p: Block, u: Block) -> None:
    """Choose the groups that are to bleed by voltage, with hysteresis."""
    bottom = least(u.measured_voltage)
    for g in range(x.bleeding.shape[0]):
        threshold = p.stop_threshold if x.bleeding[g] > 0.0 else p.start_threshold
        allowed = u.enable > 0.5 and u.group_voltage[g] > 0.0
        x.bleeding[g] = 1.0 if allowed and u.measured_voltage[g] - bottom > threshold else 0.0


@kernel
def take_up(x: Block, p: Block, u: Block) -> None:
    """Take up the charge that each group has to bleed from its SOC."""
    bottom = least(u.group_soc)
    for g in range(x.charge_to_bleed.shape[0]):
        excess = u.group_soc[g] - bottom
        threshold = p.charge_stop_threshold if x.charge_to_bleed[g] > 0.0 else p.charge_start_threshold
        left = u.group_capacity[g] * (excess - p.charge_stop_threshold)
        x.charge_to_bleed[g] = left if excess > threshold else 0.0


@kernel
def count_down(x: Block, y: Block, h: float) -> None:
    """Take what a step of h [s] has bled off the charge to bleed."""
    for g in range(x.charge_to_bleed.shape[0]):
        x.charge_to_bleed[g] = max(x.charge_to_bleed[g] + h * y.balancing_current[g], 0.0)


@kernel
def select(x: Block, p: Block, u: Block) -> None:
    """Choose the groups that are to bleed."""
    if p.law != CHARGE_HISTORY:
        select_by_voltage(x, p, u)
        return
    if u.soc_trusted > 0.5:
        take_up(x, p, u)
    for g in range(x.bleeding.shape[0]):
        x.bleeding[g] = 1.0 if u.enable > 0.5 and x.charge_to_bleed[g] > 0.0 else 0.0


@kernel
def bleed_current(p: Block, u: Block, group: int, current: float) -> float:
    """Return the current [A], >= 0, that the resistor of a group may take.

    `current` is the balancing current of the group until now.
    """
    voltage = u.group_voltage[group]
    if not (voltage > 0.0 and p.available[group] > 0.5):
        return 0.0
    low, _ = bounds(p, u, group, current)
    closed = duty(u.board_temperature, p.derating_temperature, p.maximum_temperature)
    return min(closed * voltage / p.bleed_resistance, p.rated_power / voltage, -low)


@kernel
def bleed(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Compute the currents of the selected groups; by the history, if a step of h [s] will not bleed too much."""
    for g in range(x.bleeding.shape[0]):
        current = bleed_current(p, u, g, y.balancing_current[g])
        beyond = p.law == CHARGE_HISTORY and h * current > x.charge_to_bleed[g]
        y.balancing_current[g] = -current if x.bleeding[g] > 0.0 and current > 0.0 and not beyond else 0.0


@kernel
def predict(p: Block, u: Block, y: Block) -> float:
    """Return how long the slowest group bleeds yet until the pack is balanced [s]; `NONE` where one does not."""
    limit = least(u.group_soc) + p.balanced_spread
    longest = 0.0
    for g in range(u.group_soc.shape[0]):
        if u.group_soc[g] > limit:
            charge = u.group_capacity[g] * (u.group_soc[g] - limit)
            current = -y.balancing_current[g]
            longest = max(longest, min(charge / current, NONE) if current > 0.0 else NONE)
    return longest


@kernel
def decide(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Decide what is in force until the next decision, h [s] from now as far as anybody knows."""
    select(x, p, u)
    bleed(x, p, u, y, h)
    put_in_force(x, u, y)
    y.predicted_time = predict(p, u, y)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Decide what is in force during the first step."""
    for g in range(x.bleeding.shape[0]):
        x.bleeding[g] = x.charge_to_bleed[g] = 0.0
    begin(x, p, u, y)
    decide(x, p, u, y, 0.0)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: what is available acts from the next decision on."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Book the step of h [s] that ends, and decide what is in force after it."""
    status = check(p)
    if status != DONE:
        return status
    if p.stop_threshold > p.start_threshold:
        return STOP_ABOVE_START
    if p.charge_stop_threshold > p.charge_start_threshold:
        return CHARGE_STOP_ABOVE_START
    book(x, y, h)
    count_down(x, y, h)
    judge(p, u, y)
    decide(x, p, u, y, h)
    return DONE
