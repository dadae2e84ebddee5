"""The sensors of a Bms: voltages of the groups, one pack current, some temperatures.

Every channel reads as `sensors.read` tells: gain, offset, noise, range, steps. A voltage is told some samples late.
The noise is a function of seed, channel and number of the sample; the channels are the voltages of the groups, the mean
and the present current, then the temperatures. A sample is taken at the initialisation, number 0, and at the end of
each step.

The one current sensor tells two readings: the mean over the step, by which charge is counted, and the current at the
communication point, which belongs to the voltages. They share gain and offset.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ...core.variable import DataType, Variable
from .channel import delay, fill, read, white

DEPTH = 8
"""Samples of a voltage that are remembered: the delay is at most one less."""

GROUPS_A_SENSOR = 8
"""Groups that share a temperature sensor."""


def sensor_groups(groups: int) -> tuple[int, ...]:
    """Return the group, from 0, that each temperature sensor sits on: one for eight groups, two at least."""
    count = max(math.ceil(groups / GROUPS_A_SENSOR), min(2, groups))
    return tuple((2 * s + 1) * groups // (2 * count) for s in range(count))


def nearest_sensors(groups: int) -> tuple[int, ...]:
    """Return the sensor, from 0, that is nearest to each group, the first of two."""
    places = sensor_groups(groups)

    def nearest(group: int) -> int:
        return min(range(len(places)), key=lambda sensor: abs(places[sensor] - group))

    return tuple(nearest(group) for group in range(groups))


def parameters(groups: int) -> tuple[Variable, ...]:
    """Return what the channels are like."""
    places = len(sensor_groups(groups))
    return (
        Variable("seed", "1", None, 0.0, 0.0, 2147483647.0, 1.0, "Names the noise of all channels",
                 data_type=DataType.INTEGER),
        Variable("voltage_sensor_gain", "1", groups, 1.0, 0.5, 2.0, 1.0, "Gain of each voltage channel"),
        Variable("voltage_sensor_offset", "V", groups, 0.0, -1.0, 1.0, 1e-3, "Offset of each voltage channel",
                 display_unit="mV"),
        Variable("voltage_sensor_noise", "V", None, 5e-4, 0.0, 1.0, 1e-3,
                 "Standard deviation of a voltage channel's noise", display_unit="mV"),
        Variable("voltage_sensor_resolution", "V", None, 1e-4, 0.0, 1.0, 1e-3,
                 "Step of the voltage readings; 0 for none", display_unit="mV"),
        Variable("voltage_sensor_minimum", "V", None, 0.0, -100.0, 100.0, 5.0, "Least voltage that a channel reads"),
        Variable("voltage_sensor_maximum", "V", None, 5.0, -100.0, 100.0, 5.0,
                 "Greatest voltage that a channel reads"),
        Variable("voltage_sensor_delay", "1", None, 0.0, 0.0, DEPTH - 1.0, 1.0,
                 "Samples by which the voltage readings are late", data_type=DataType.INTEGER),
        Variable("current_sensor_gain", "1", None, 1.0, 0.5, 2.0, 1.0, "Gain of the current sensor"),
        Variable("current_sensor_offset", "A", None, 0.0, -100.0, 100.0, 0.1, "Offset of the current sensor: its bias",
                 display_unit="mA"),
        Variable("current_sensor_noise", "A", None, 0.05, 0.0, 100.0, 0.1,
                 "Standard deviation of the current sensor's noise", display_unit="mA"),
        Variable("current_sensor_resolution", "A", None, 0.01, 0.0, 100.0, 0.1,
                 "Step of the current readings; 0 for none", display_unit="mA"),
        Variable("current_sensor_range", "A", None, 750.0, 1e-3, 1e6, 100.0,
                 "Greatest size of a current that the sensor reads"),
        Variable("temperature_sensor_offset", "K", places, 0.0, -50.0, 50.0, 1.0,
                 "Offset of each temperature channel"),
        Variable("temperature_sensor_noise", "K", None, 0.1, 0.0, 50.0, 0.1,
                 "Standard deviation of a temperature channel's noise"),
        Variable("temperature_sensor_resolution", "K", None, 0.1, 0.0, 50.0, 0.1,
                 "Step of the temperature readings; 0 for none"),
        Variable("temperature_sensor_minimum", "K", None, 233.15, 0.0, 1e3, 300.0,
                 "Least temperature that a channel reads", display_unit="degC"),
        Variable("temperature_sensor_maximum", "K", None, 398.15, 0.0, 1e3, 300.0,
                 "Greatest temperature that a channel reads", display_unit="degC"),
    )  # fmt: skip


def states(groups: int) -> tuple[Variable, ...]:
    """Return the readings, and what the channels remember."""
    places = len(sensor_groups(groups))
    return tuple(
        Variable(name, unit, size, 0.0, -math.inf, math.inf, 1.0, text)
        for name, unit, size, text in (
            ("sensor_sample", "1", None, "Number of the last sample"),
            ("voltage_history", "V", (groups, DEPTH), "The last samples of each voltage"),
            ("reading_voltage", "V", groups, "Voltage of each group as it is told"),
            ("reading_current", "A", None, "Pack current of the step as it is told"),
            ("reading_present", "A", None, "Pack current at the communication point as it is told"),
            ("reading_temperature", "K", places, "Temperatures as they are told"),
            ("group_temperature", "K", groups, "Reading of the sensor nearest to each group"),
        )
    )


def constants(groups: int, parallel: int) -> tuple[Variable, ...]:
    """Return the cell that each temperature sensor sits on, and the sensor of each group, from 0."""
    cells = [parallel * g + parallel // 2 for g in sensor_groups(groups)]
    return (
        Variable("sensor_cell", "1", len(cells), cells, 0.0, math.inf, 1.0, "Cell of each temperature sensor"),
        Variable("nearest_sensor", "1", groups, nearest_sensors(groups), 0.0, math.inf, 1.0,
                 "Temperature sensor nearest to each group"),
    )  # fmt: skip


@kernel
def read_voltage(x: Block, p: Block, g: int, truth: float) -> float:
    """Return the reading of a group's voltage [V] in the present sample, before it is delayed."""
    noise = p.voltage_sensor_noise * white(int(p.seed), g, int(x.sensor_sample))
    least, greatest = p.voltage_sensor_minimum, p.voltage_sensor_maximum
    gain, offset = p.voltage_sensor_gain[g], p.voltage_sensor_offset[g]
    return read(truth, gain, offset, noise, p.voltage_sensor_resolution, least, greatest)


@kernel
def read_current(x: Block, p: Block, channel: int, truth: float) -> float:
    """Return the reading of the pack current [A] with the noise of this channel."""
    noise, most = p.current_sensor_noise * white(int(p.seed), channel, int(x.sensor_sample)), p.current_sensor_range
    gain, offset = p.current_sensor_gain, p.current_sensor_offset
    return read(truth, gain, offset, noise, p.current_sensor_resolution, -most, most)


@kernel
def read_temperature(x: Block, p: Block, s: int, channel: int, truth: float) -> float:
    """Return the reading of temperature sensor s [K] with the noise of this channel."""
    noise = p.temperature_sensor_noise * white(int(p.seed), channel, int(x.sensor_sample))
    least, greatest = p.temperature_sensor_minimum, p.temperature_sensor_maximum
    return read(truth, 1.0, p.temperature_sensor_offset[s], noise, p.temperature_sensor_resolution, least, greatest)


@kernel
def take_sample(x: Block, p: Block, u: Block, c: Block) -> None:
    """Read all channels at the present sample; the delay of the voltages is done."""
    groups = x.reading_voltage.shape[0]
    x.reading_current = read_current(x, p, groups, u.pack_current)
    x.reading_present = read_current(x, p, groups + 1, u.present_current)
    for s in range(x.reading_temperature.shape[0]):
        x.reading_temperature[s] = read_temperature(x, p, s, groups + 2 + s, u.temperature[c.sensor_cell[s]])
    for g in range(groups):
        x.group_temperature[g] = x.reading_temperature[c.nearest_sensor[g]]


@kernel
def begin(x: Block, p: Block, u: Block, c: Block) -> None:
    """Take sample 0; the voltages have read what they read now ever since."""
    x.sensor_sample = 0.0
    for g in range(x.reading_voltage.shape[0]):
        x.reading_voltage[g] = read_voltage(x, p, g, u.group_voltage[g])
        fill(x.voltage_history[g], x.reading_voltage[g])
    take_sample(x, p, u, c)


@kernel
def sense(x: Block, p: Block, u: Block, c: Block) -> None:
    """Take the next sample."""
    x.sensor_sample += 1.0
    for g in range(x.reading_voltage.shape[0]):
        reading = read_voltage(x, p, g, u.group_voltage[g])
        late = int(p.voltage_sensor_delay)
        x.reading_voltage[g] = delay(x.voltage_history[g], int(x.sensor_sample), late, reading)
    take_sample(x, p, u, c)
