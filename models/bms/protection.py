"""Protection of a pack: trips, set by readings beyond a threshold that last, and kept until they are reset.

Equations
---------
The condition of a trip is checked in every sample. The trip is set in the first sample at which its condition has held
in all samples for `debounce_time` or longer (`sensor_debounce_time` for `sensor_fault`): never before, and at most a
step later. It stays set until `reset` rises; a reset clears the trips whose condition no longer holds. The conditions:

* a voltage, a temperature or the mean current beyond its thresholds;
* for `sensor_fault`: a voltage, temperature or current within a step of an end of its range, or not a number; a voltage
  that has not moved by one step of its converter while the present current has moved by more than `stuck_current`; a
  voltage further than `disagreement_voltage` from that of its own corrected estimate.

Limits
------
Whether the condition of a trip is seen that is shorter than a step is a matter of chance: voltages and temperatures are
read at the end of a step, the current as its mean. A threshold must not lie inside the limits of the pack; else a step
is refused.

Start values. Debounce: foxBMS counts 500 events, with 10 ms between them [1]. Trips at 50 mV above and 100 mV below the
cell's limits and at 1.2 times its currents are assumed, as is what makes a sensor faulty.

Shared states
-------------
`tripped` is written here; the supervisor reads it. `held` is written here; `comparison` of detection reads it.

References
----------
[1] Fraunhofer IISB, foxBMS 2, version 1.6.0, diag_cfg.h.
"""

from __future__ import annotations

from ...core.fields import Fields, flag, state
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Variable
from ..cell.kind import CellParameters
from .group_port import present_port

TRIPS = ("overvoltage", "undervoltage", "overtemperature", "undertemperature", "overcurrent", "sensor_fault")
"""Names of the trips, in the order of ``x.tripped``."""

OVERVOLTAGE, UNDERVOLTAGE, OVERTEMPERATURE, UNDERTEMPERATURE, OVERCURRENT, SENSOR_FAULT = range(6)

ROUNDING = 1e-9
"""Share of a time by which a sum of steps may fall short of it and still count."""


def fields(groups: int, group: CellParameters, strings: int = 1) -> Fields:
    """Return thresholds and trips of `groups`.

    The thresholds start as those of `group`, a group seen as one cell, and of so many strings in parallel.
    """
    reset = Variable("reset", "1", None, 0.0, 0.0, 1.0, 1.0, "Clears the trips as it rises", data_type=DataType.BOOLEAN)
    return Fields(
        modules=(__name__,),
        parameters=_parameters(group, strings),
        inputs=(reset,),
        outputs=_outputs(),
        states=_states(groups),
    )


def _parameters(group: CellParameters, strings: int) -> tuple[Variable, ...]:
    charge, discharge = (
        round(1.2 * strings * most, 9) for most in (group.maximum_charge_current, group.maximum_discharge_current)
    )
    over, under = round(group.maximum_voltage + 0.05, 9), round(group.minimum_voltage - 0.1, 9)
    return (
        Variable("overvoltage_threshold", "V", None, over, -100.0, 100.0, 4.0,
                 "Voltage of a group above which overvoltage trips; not below maximum_voltage"),
        Variable("undervoltage_threshold", "V", None, under, -100.0, 100.0, 4.0,
                 "Voltage of a group below which undervoltage trips; not above minimum_voltage"),
        Variable("overtemperature_threshold", "K", None, 333.15, 200.0, 500.0, 300.0,
                 "Temperature above which overtemperature trips; not below maximum_temperature", display_unit="degC"),
        Variable("undertemperature_threshold", "K", None, 243.15, 200.0, 500.0, 300.0,
                 "Temperature below which undertemperature trips; not above minimum_discharge_temperature",
                 display_unit="degC"),
        Variable("overcurrent_charge_threshold", "A", None, charge, 0.0, 1e6, 100.0,
                 "Charging pack current above which overcurrent trips; not below maximum_charge_current"),
        Variable("overcurrent_discharge_threshold", "A", None, discharge, 0.0, 1e6, 100.0,
                 "Size of a discharging pack current above which overcurrent trips; not below "
                 "maximum_discharge_current"),
        Variable("debounce_time", "s", None, 5.0, 0.0, 1e6, 1.0,
                 "Time that a condition lasts before it trips, sensor_fault excepted"),
        Variable("sensor_debounce_time", "s", None, 10.0, 0.0, 1e6, 1.0,
                 "Time that the condition of sensor_fault lasts before it trips"),
        Variable("stuck_current", "A", None, round(group.capacity / 3600.0, 9), 1e-6, 1e6, 10.0,
                 "Change of the present current under which a voltage must move"),
        Variable("disagreement_voltage", "V", None, 0.1, 1e-6, 100.0, 0.1,
                 "Greatest difference of a voltage from that of its corrected estimate", display_unit="mV"),
    )  # fmt: skip


def _outputs() -> tuple[Variable, ...]:
    texts = (
        "A group's voltage was above overvoltage_threshold",
        "A group's voltage was below undervoltage_threshold",
        "A temperature was above overtemperature_threshold",
        "A temperature was below undertemperature_threshold",
        "The pack current was beyond its thresholds",
        "A sensor was at the end of its range, stuck, or in contradiction to the estimate",
    )
    return tuple(
        Variable(
            name,
            "1",
            None,
            0.0,
            0.0,
            1.0,
            1.0,
            f"{text} for the debounce time; until reset",
            data_type=DataType.BOOLEAN,
        )
        for name, text in zip(TRIPS, texts, strict=True)
    )


def _states(groups: int) -> tuple[Variable, ...]:
    trips = len(TRIPS)
    return (
        flag("tripped", trips, "Whether each trip is set"),
        state("held", "s", trips, "How long the condition of each trip has been seen; -1 where it does not hold", -1.0),
        flag("last_reset", None, "The reset input of the last step"),
        state("still_voltage", "V", groups, "Reading of each voltage since it moved last"),
        state("still_least", "A", groups, "Least present current since then"),
        state("still_greatest", "A", groups, "Greatest present current since then"),
    )


@kernel
def write_trips(x: Block, y: Block) -> None:
    """Write the trips."""
    y.overvoltage, y.undervoltage = x.tripped[OVERVOLTAGE], x.tripped[UNDERVOLTAGE]
    y.overtemperature, y.undertemperature = x.tripped[OVERTEMPERATURE], x.tripped[UNDERTEMPERATURE]
    y.overcurrent, y.sensor_fault = x.tripped[OVERCURRENT], x.tripped[SENSOR_FAULT]


@kernel
def initialize(x: Block, y: Block) -> None:
    """Reset all trips; the readings are those of sample 0."""
    reset_trips(x, y)
    begin_still(x, 0, x.still_voltage.shape[0], x.reading_present)


@kernel
def reset_trips(x: Block, y: Block) -> None:
    """Reset all trips."""
    x.last_reset = 0.0
    for i in range(x.tripped.shape[0]):
        x.tripped[i] = 0.0
        x.held[i] = -1.0
    write_trips(x, y)


@kernel
def begin_still(x: Block, first: int, end: int, present: float) -> None:
    """Start to watch whether the voltages of the groups from `first` to before `end` move, at a present current [A]."""
    for g in range(first, end):
        x.still_voltage[g] = x.reading_voltage[g]
        x.still_least[g] = x.still_greatest[g] = present


@kernel
def time_is_up(passed: float, time: float) -> bool:
    """Return whether a sum of steps [s] has reached a time [s], but for rounding."""
    return passed >= time * (1.0 - ROUNDING)


@kernel
def check(x: Block, trip: int, condition: bool, time: float, h: float) -> None:
    """Follow the condition of a trip over a step of h [s], and set the trip after `time` [s]."""
    if not condition:
        x.held[trip] = -1.0
        return
    x.held[trip] = 0.0 if x.held[trip] < 0.0 else x.held[trip] + h
    if time_is_up(x.held[trip], time):
        x.tripped[trip] = 1.0


@kernel
def inside(value: float, least: float, greatest: float, step: float) -> bool:
    """Return whether a reading is a number further than a step of the converter inside its range."""
    return least + step < value < greatest - step


@kernel
def stuck(x: Block, p: Block, g: int, present: float) -> bool:
    """Return whether the voltage of group g stays where it is though the present current [A] moves."""
    if x.reading_voltage[g] != x.still_voltage[g]:
        x.still_voltage[g] = x.reading_voltage[g]
        x.still_least[g] = x.still_greatest[g] = present
    x.still_least[g] = min(x.still_least[g], present)
    x.still_greatest[g] = max(x.still_greatest[g], present)
    return x.still_greatest[g] - x.still_least[g] > p.stuck_current


@kernel
def disagreeing(x: Block, p: Block, g: int) -> bool:
    """Return whether the voltage of group g contradicts its estimate."""
    emf, resistance = present_port(x, p, g)
    return abs(x.reading_voltage[g] - emf - resistance * x.current[g]) > p.disagreement_voltage


@kernel
def sound_current(p: Block, mean: float, present: float) -> bool:
    """Return whether both readings of a current sensor [A] are sound."""
    most, step = p.current_sensor_range, p.current_sensor_resolution
    return inside(mean, -most, most, step) and inside(present, -most, most, step)


@kernel
def sound_temperatures(x: Block, p: Block) -> bool:
    """Return whether all sensors of temperature are sound."""
    least, greatest, step = p.temperature_sensor_minimum, p.temperature_sensor_maximum, p.temperature_sensor_resolution
    sound = True
    for s in range(x.reading_temperature.shape[0]):
        sound &= inside(x.reading_temperature[s], least, greatest, step)
    return sound


@kernel
def sound_voltages(x: Block, p: Block, first: int, end: int, present: float) -> bool:
    """Return whether the voltages of the groups from `first` to before `end` are sound, at a present current [A]."""
    least, greatest, step = p.voltage_sensor_minimum, p.voltage_sensor_maximum, p.voltage_sensor_resolution
    sound = True
    for g in range(first, end):
        sound &= inside(x.reading_voltage[g], least, greatest, step)
        sound &= not stuck(x, p, g, present)
        sound &= not disagreeing(x, p, g)
    return sound


@kernel
def strong(p: Block, current: float, strings: int) -> bool:
    """Return whether a current [A] is beyond the share that one of so many strings has of the pack's thresholds."""
    return strings * current > p.overcurrent_charge_threshold or -strings * current > p.overcurrent_discharge_threshold


@kernel
def check_all(x: Block, p: Block, overcurrent: bool, sound: bool, h: float) -> None:
    """Check every trip over a step of h [s]."""
    over = under = False
    for g in range(x.reading_voltage.shape[0]):
        over |= x.reading_voltage[g] > p.overvoltage_threshold
        under |= x.reading_voltage[g] < p.undervoltage_threshold
    hot = cold = False
    for s in range(x.reading_temperature.shape[0]):
        hot |= x.reading_temperature[s] > p.overtemperature_threshold
        cold |= x.reading_temperature[s] < p.undertemperature_threshold
    check(x, OVERVOLTAGE, over, p.debounce_time, h)
    check(x, UNDERVOLTAGE, under, p.debounce_time, h)
    check(x, OVERTEMPERATURE, hot, p.debounce_time, h)
    check(x, UNDERTEMPERATURE, cold, p.debounce_time, h)
    check(x, OVERCURRENT, overcurrent, p.debounce_time, h)
    check(x, SENSOR_FAULT, not sound, p.sensor_debounce_time, h)


@kernel
def follow_trips(x: Block, p: Block, u: Block, y: Block, overcurrent: bool, sound: bool, h: float) -> None:
    """Check all trips after a step of h [s], follow the reset, and write them.

    `overcurrent` tells whether a current is beyond its thresholds, `sound` whether all sensors are in order.
    """
    check_all(x, p, overcurrent, sound, h)
    if u.reset > 0.5 and x.last_reset <= 0.5:
        for i in range(x.tripped.shape[0]):
            if x.held[i] < 0.0:
                x.tripped[i] = 0.0
    x.last_reset = u.reset
    write_trips(x, y)


@kernel
def protect(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Check the readings at the end of a step of h [s], follow the reset, and write the trips."""
    sound = sound_current(p, x.reading_current, x.reading_present) and sound_temperatures(x, p)
    sound &= sound_voltages(x, p, 0, x.reading_voltage.shape[0], x.reading_present)
    follow_trips(x, p, u, y, strong(p, x.reading_current, 1), sound, h)
