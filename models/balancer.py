"""Passive balancing: a bleed resistor a group, switched by the group's voltage above the lowest one.

Equations
---------
Group g begins to bleed when ``V_g - min V > start_threshold`` and goes on while ``V_g - min V > stop_threshold``.
Without `enable`, and at a voltage that is not positive, none bleeds, and what was bleeding is forgotten. A bleeding
group gives::

    balancing_current_g = -d V_g / R
    power = sum d V_g^2 / R
    d = 1 below T_derating, (T_maximum - T) / (T_maximum - T_derating) up to T_maximum, 0 above

with the board temperature T and the bleed resistance R, the switch included; the duty d is the share of time that the
switch is closed. A negative current discharges the group. The resistors take nothing from the pack as a whole: the
balancing pack current is 0.

Currents are computed in the step from the inputs given to it, and stay in force after it, during the next one. Heat
and integrals of a step are those of the currents that were in force during it::

    heat_rate = power,   bleed_energy = h power,   bleed_charge = -h sum balancing_current_g

of the values before the step; `initialize` decides what the first step finds in force.

Limits
------
The current is held while the voltage moves: a capacitance C bled in steps of h decays by ``1 - h / (R C)`` a step, not
by ``exp(-h / (R C))``, and the energy differs in the same first order. The switching of the duty is not resolved.
The voltage is taken as given, ohmic and polarisation voltage included: enable the balancer where that does
not mislead. The lowest group never bleeds. ``stop_threshold <= start_threshold`` and
``derating_temperature < maximum_temperature`` are demanded; a step with others is refused.

Start values. Assumed: 430 Ohm, hence 9 mA at 3.75 V; start at 10 mV, and stop at half of it (a monitor circuit has
20 mV as its stop threshold when delivered [1]); derating from 70 degC to 85 degC, the upper ambient temperature of
AEC-Q100 grade 3.

References
----------
[1] Texas Instruments, BQ76942 Technical Reference Manual, SLUUBY1B, 2022, "Cell Balance Stop Delta". Bleed current
from the resistance of the whole path: Texas Instruments, SLVAE87A, 2023, section 4, equation 2.
"""

from __future__ import annotations

import math

from .model import DONE, Block, Kind, Model, Update, Variable, kernel
from .timescale import forget, timescale_variables

STOP_ABOVE_START = 1
"""Status: the stop threshold exceeds the start threshold."""

NO_DERATING_RANGE = 2
"""Status: the maximum temperature does not exceed the derating temperature."""

REFUSALS = {
    STOP_ABOVE_START: "stop_threshold = {p.stop_threshold:.6g} V must not exceed "
    "start_threshold = {p.start_threshold:.6g} V",
    NO_DERATING_RANGE: "maximum_temperature = {p.maximum_temperature:.6g} K must exceed "
    "derating_temperature = {p.derating_temperature:.6g} K",
}


def declare(groups: int) -> Model:
    """Declare a bleed resistor for each group.

    Parameters
    ----------
    groups : int
        Number of groups in series, >= 1.
    """
    return Model(
        name="Balancer",
        description="Passive balancing by a bleed resistor at each group",
        parameters=_parameters(),
        inputs=_inputs(groups),
        outputs=_outputs(groups) + timescale_variables(),
        states=(
            Variable("bleeding", "1", groups, 0.0, 0.0, 1.0, 1.0, "Whether each group is selected to bleed"),
            Variable("power", "W", None, 0.0, 0.0, math.inf, 1.0, "Power of all bleed resistors in force"),
        ),
        constants=(),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=REFUSALS,
        update=Update.EXACT,
    )


def _parameters() -> tuple[Variable, ...]:
    return (
        Variable("bleed_resistance", "Ohm", None, 430.0, 1e-3, 1e9, 100.0,
                 "Resistance of a bleed resistor with its switch"),
        Variable("start_threshold", "V", None, 0.010, 0.0, 10.0, 0.01,
                 "Voltage above the lowest group at which a group begins to bleed", display_unit="mV"),
        Variable("stop_threshold", "V", None, 0.005, 0.0, 10.0, 0.01,
                 "Voltage above the lowest group at which a group stops; not above start_threshold",
                 display_unit="mV"),
        Variable("derating_temperature", "K", None, 343.15, 200.0, 500.0, 300.0,
                 "Board temperature above which the groups bleed less", display_unit="degC"),
        Variable("maximum_temperature", "K", None, 358.15, 200.0, 500.0, 300.0,
                 "Board temperature at which bleeding ends; above derating_temperature", display_unit="degC"),
    )  # fmt: skip


def _inputs(groups: int) -> tuple[Variable, ...]:
    return (
        Variable("group_voltage", "V", groups, 3.7, -math.inf, math.inf, 3.7, "Voltage of each group"),
        Variable("enable", "1", None, 1.0, 0.0, 1.0, 1.0, "Whether groups may bleed", kind=Kind.BOOLEAN),
        Variable("board_temperature", "K", None, 298.15, 200.0, 500.0, 300.0, "Temperature of the board",
                 display_unit="degC"),
    )  # fmt: skip


def _outputs(groups: int) -> tuple[Variable, ...]:
    return (
        Variable("balancing_current", "A", groups, 0.0, -math.inf, 0.0, 0.01,
                 "Current into each group at its tap, in force until the next step; negative: it bleeds",
                 display_unit="mA"),
        Variable("balancing_pack_current", "A", None, 0.0, 0.0, 0.0, 0.01,
                 "Current into the pack from the balancer; none here"),
        Variable("heat_rate", "W", None, 0.0, 0.0, math.inf, 1.0,
                 "Heat of all bleed resistors, mean over the step"),
        Variable("active_groups", "1", None, 0.0, 0.0, math.inf, 1.0, "Number of groups that bleed",
                 kind=Kind.INTEGER),
        Variable("bleed_energy", "J", None, 0.0, 0.0, math.inf, 1.0, "Heat of all bleed resistors, over the step"),
        Variable("bleed_charge", "C", None, 0.0, 0.0, math.inf, 1.0,
                 "Charge taken from the groups, summed over them, over the step"),
    )  # fmt: skip


@kernel
def duty(temperature: float, derating: float, maximum: float) -> float:
    """Share of time that the switches may be closed, by the board temperature [K]."""
    if temperature >= maximum:
        return 0.0
    if temperature <= derating:
        return 1.0
    return (maximum - temperature) / (maximum - derating)


@kernel
def lowest(values: Block) -> float:
    """Return the least of the values."""
    least = values[0]
    for k in range(1, values.shape[0]):
        least = min(least, values[k])
    return least


@kernel
def select(x: Block, p: Block, u: Block) -> None:
    """Choose the groups that are to bleed, with hysteresis."""
    bottom = lowest(u.group_voltage)
    for g in range(x.bleeding.shape[0]):
        excess = u.group_voltage[g] - bottom
        threshold = p.stop_threshold if x.bleeding[g] > 0.0 else p.start_threshold
        allowed = u.enable > 0.5 and u.group_voltage[g] > 0.0
        x.bleeding[g] = 1.0 if allowed and excess > threshold else 0.0


@kernel
def bleed(x: Block, p: Block, u: Block, y: Block) -> None:
    """Compute the currents and the power of the selected groups."""
    conductance = duty(u.board_temperature, p.derating_temperature, p.maximum_temperature) / p.bleed_resistance
    x.power, y.active_groups = 0.0, 0.0
    for g in range(x.bleeding.shape[0]):
        if x.bleeding[g] > 0.0 and conductance > 0.0:
            y.balancing_current[g] = -conductance * u.group_voltage[g]
            x.power -= y.balancing_current[g] * u.group_voltage[g]
            y.active_groups += 1.0
        else:
            y.balancing_current[g] = 0.0


@kernel
def book(x: Block, y: Block, h: float) -> None:
    """Integrate what was in force over a step of h [s]."""
    total = 0.0
    for g in range(y.balancing_current.shape[0]):
        total -= y.balancing_current[g]
    y.heat_rate, y.bleed_energy, y.bleed_charge = x.power, h * x.power, h * total


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Decide what is in force during the first step."""
    forget(y)
    for g in range(x.bleeding.shape[0]):
        x.bleeding[g] = 0.0
    y.balancing_pack_current = y.heat_rate = y.bleed_energy = y.bleed_charge = 0.0
    select(x, p, u)
    bleed(x, p, u, y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no parameter is tunable."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Book the step of h [s] that ends, and decide what is in force after it."""
    if p.stop_threshold > p.start_threshold:
        return STOP_ABOVE_START
    if p.maximum_temperature <= p.derating_temperature:
        return NO_DERATING_RANGE
    book(x, y, h)
    select(x, p, u)
    bleed(x, p, u, y)
    return DONE
