"""Protection of a pack: trips that readings beyond a threshold set when they last, latched until they are reset.

The condition of a trip is looked at in every sample. A trip is set in the first sample at which its condition has held,
in all samples, for the debounce time or longer: never before, and at most a step later. It stays set until `reset`
rises; a reset clears the trips whose condition holds no longer.

A sensor is at fault where a voltage, temperature or current lies within a step of an end of its range, or is none;
where a voltage has not moved by a single step of its converter while the present current has moved by `stuck_current`;
or where a voltage is further than `disagreement_voltage` from that of the estimate, which has just been corrected by
it.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ...core.variable import DataType, Variable
from ..cell.kind import CellParameters
from .group_port import present_port

TRIPS = ("overvoltage", "undervoltage", "overtemperature", "undertemperature", "overcurrent", "sensor_fault")
"""Names of the trips, in the order of ``x.tripped``."""

OVERVOLTAGE, UNDERVOLTAGE, OVERTEMPERATURE, UNDERTEMPERATURE, OVERCURRENT, SENSOR_FAULT = range(6)

ROUNDING = 1e-9
"""Share of a time by which a sum of steps may fall short of it and still count."""


def parameters(group: CellParameters) -> tuple[Variable, ...]:
    """Return thresholds and times; the start values are those of a group."""
    charge, discharge = (
        round(1.2 * most, 9) for most in (group.maximum_charge_current, group.maximum_discharge_current)
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


def outputs() -> tuple[Variable, ...]:
    """Return the trips."""
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


def states(groups: int) -> tuple[Variable, ...]:
    """Return trips, how long their conditions have held, and what is remembered of voltages that do not move."""
    return tuple(
        Variable(name, unit, size, 0.0, -math.inf, math.inf, 1.0, text)
        for name, unit, size, text in (
            ("tripped", "1", len(TRIPS), "Whether each trip is set"),
            ("held", "s", len(TRIPS), "How long the condition of each trip has been seen; -1 where it does not hold"),
            ("last_reset", "1", None, "The reset input of the last step"),
            ("still_voltage", "V", groups, "Reading of each voltage since it moved last"),
            ("still_least", "A", groups, "Least present current since then"),
            ("still_greatest", "A", groups, "Greatest present current since then"),
        )
    )


@kernel
def begin(x: Block) -> None:
    """Begin without trips, the readings being those of sample 0."""
    x.last_reset = 0.0
    for i in range(x.tripped.shape[0]):
        x.tripped[i] = 0.0
        x.held[i] = -1.0
    for g in range(x.still_voltage.shape[0]):
        x.still_voltage[g] = x.reading_voltage[g]
        x.still_least[g] = x.still_greatest[g] = x.reading_present


@kernel
def time_is_up(passed: float, time: float) -> bool:
    """Whether a sum of steps [s] has reached a time [s], rounding forgiven."""
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
    """Whether a reading lies further than a step of the converter inside its range; what is not a number does not."""
    return least + step < value < greatest - step


@kernel
def stuck(x: Block, p: Block, g: int) -> bool:
    """Whether the voltage of group g stays where it is though the current moves."""
    if x.reading_voltage[g] != x.still_voltage[g]:
        x.still_voltage[g] = x.reading_voltage[g]
        x.still_least[g] = x.still_greatest[g] = x.reading_present
    x.still_least[g] = min(x.still_least[g], x.reading_present)
    x.still_greatest[g] = max(x.still_greatest[g], x.reading_present)
    return x.still_greatest[g] - x.still_least[g] > p.stuck_current


@kernel
def disagreeing(x: Block, p: Block, g: int) -> bool:
    """Whether the voltage of group g contradicts its estimate."""
    emf, resistance = present_port(x, p, g)
    return abs(x.reading_voltage[g] - emf - resistance * x.current[g]) > p.disagreement_voltage


@kernel
def faulty(x: Block, p: Block) -> bool:
    """Whether a sensor is at fault."""
    most, step = p.current_sensor_range, p.current_sensor_resolution
    sound = inside(x.reading_current, -most, most, step) and inside(x.reading_present, -most, most, step)
    least, greatest, step = p.temperature_sensor_minimum, p.temperature_sensor_maximum, p.temperature_sensor_resolution
    for s in range(x.reading_temperature.shape[0]):
        sound &= inside(x.reading_temperature[s], least, greatest, step)
    least, greatest, step = p.voltage_sensor_minimum, p.voltage_sensor_maximum, p.voltage_sensor_resolution
    for g in range(x.reading_voltage.shape[0]):
        sound &= inside(x.reading_voltage[g], least, greatest, step)
        sound &= not stuck(x, p, g)
        sound &= not disagreeing(x, p, g)
    return not sound


@kernel
def check_all(x: Block, p: Block, h: float) -> None:
    """Check every trip over a step of h [s]."""
    over = under = False
    for g in range(x.reading_voltage.shape[0]):
        over |= x.reading_voltage[g] > p.overvoltage_threshold
        under |= x.reading_voltage[g] < p.undervoltage_threshold
    hot = cold = False
    for s in range(x.reading_temperature.shape[0]):
        hot |= x.reading_temperature[s] > p.overtemperature_threshold
        cold |= x.reading_temperature[s] < p.undertemperature_threshold
    strong = x.reading_current > p.overcurrent_charge_threshold
    strong |= -x.reading_current > p.overcurrent_discharge_threshold
    check(x, OVERVOLTAGE, over, p.debounce_time, h)
    check(x, UNDERVOLTAGE, under, p.debounce_time, h)
    check(x, OVERTEMPERATURE, hot, p.debounce_time, h)
    check(x, UNDERTEMPERATURE, cold, p.debounce_time, h)
    check(x, OVERCURRENT, strong, p.debounce_time, h)
    check(x, SENSOR_FAULT, faulty(x, p), p.sensor_debounce_time, h)


@kernel
def protect(x: Block, p: Block, u: Block, h: float) -> None:
    """Check the readings that end a step of h [s], then follow the reset."""
    check_all(x, p, h)
    if u.reset > 0.5 and x.last_reset <= 0.5:
        for i in range(x.tripped.shape[0]):
            if x.held[i] < 0.0:
                x.tripped[i] = 0.0
    x.last_reset = u.reset


@kernel
def tell(x: Block, y: Block) -> None:
    """Write the trips."""
    y.overvoltage, y.undervoltage = x.tripped[OVERVOLTAGE], x.tripped[UNDERVOLTAGE]
    y.overtemperature, y.undertemperature = x.tripped[OVERTEMPERATURE], x.tripped[UNDERTEMPERATURE]
    y.overcurrent, y.sensor_fault = x.tripped[OVERCURRENT], x.tripped[SENSOR_FAULT]
