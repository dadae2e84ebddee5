"""The sensors of a Bms: voltages of the groups, one pack current, some temperatures.

Equations
---------
A sample is taken at the initialisation, number 0, and at the end of each step. A voltage comes `voltage_sensor_delay`
samples late. The noise depends on `seed`, channel and number of the sample; the channels are the voltages of the
groups, the mean and the present current, then the temperatures.

The one current sensor gives two readings, which share gain and offset: the mean over the step, by which charge is
counted, and the current at the communication point, which belongs to the voltages. Temperature sensors sit on the cells
that are named; else there is one for eight groups, at least two in all, on the middle cell of a group. Every group
takes the sensor that is nearest by the numbers of the groups.

Limits
------
Gains and offsets of the sensors do not drift. The least value of a sensor's range must be below its greatest; else a
step is refused.

Start values. Voltages: steps of 0.1 mV within 5 V [1]; the data sheet's greatest error of 1.2 mV is the user's to spend
on gain and offset; 0.5 mV of noise are assumed. Current: range of a Hall sensor with two channels [2]; noise of 50 mA
and steps of 10 mA are assumed. Temperatures: tenths of a degree, as foxBMS holds them [3].

Shared states
-------------
All readings are written here: `reading_voltage`, `reading_current`, `reading_present`, `reading_temperature` and
`group_temperature`. `estimation` and `rest` read those of voltage and current, `protection` all, `state_of_power` those
of temperature, `supervisor` that of the current. `sensor_sample` is written here; `currents` of strings reads it.

References
----------
[1] Analog Devices (Linear Technology), LTC6811 data sheet: result of a cell in steps of 100 uV. [2] LEM, DHAB S/133
data sheet: up to 75 A and 750 A. [3] Fraunhofer IISB, foxBMS 2, version 1.6.0, battery_cell_cfg.h.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...core.bounds import UNBOUNDED
from ...core.errors import InputError
from ...core.fields import Fields, state, whole
from ...core.kernel import Block, kernel
from ...core.variable import Count, DataType, Detail, Variable
from . import channel
from .channel import DEPTH, delay, fill, read, white

GROUPS_A_SENSOR = 8
"""Groups that share a temperature sensor."""


def sensor_groups(groups: int) -> tuple[int, ...]:
    """Return the group, from 0, that each temperature sensor sits on: one for eight groups, two at least."""
    count = max(math.ceil(groups / GROUPS_A_SENSOR), min(2, groups))
    return tuple((2 * s + 1) * groups // (2 * count) for s in range(count))


def sensor_cells(groups: int, parallel: int, named: Sequence[int] | None = None) -> tuple[int, ...]:
    """Return the cell, from 0, that each temperature sensor sits on: those that are named, else `sensor_groups` tell.

    Raises
    ------
    InputError
        When a cell is named that the pack does not have, or twice, or none is.
    """
    if named is None:
        return tuple(parallel * g + parallel // 2 for g in sensor_groups(groups))
    if not named:
        raise InputError("temperature sensors: no cell is named; name one at least")
    for place, cell in enumerate(named):
        if not 0 <= cell < groups * parallel:
            raise InputError(f"temperature sensors: cell {cell + 1} is none of the {groups * parallel} cells")
        if cell in named[:place]:
            raise InputError(f"temperature sensors: cell {cell + 1} is named twice")
    return tuple(named)


def nearest_sensors(groups: int, places: Sequence[int]) -> tuple[int, ...]:
    """Return the sensor, from 0, that is nearest to each group, the first of two; `places` are the sensors' groups."""

    def nearest(group: int) -> int:
        return min(range(len(places)), key=lambda sensor: abs(places[sensor] - group))

    return tuple(nearest(group) for group in range(groups))


def fields(groups: int, parallel: int, named: Sequence[int] | None = None) -> Fields:
    """Return the sensors of `groups` of `parallel` cells: their channels, what they measure, and their readings.

    Temperatures are measured at the cells that are `named`, from 0, or at those of `sensor_groups`.
    """
    cells = sensor_cells(groups, parallel, named)
    places = Count(len(cells), "sensor")
    return Fields(
        modules=(channel.__name__, __name__),
        parameters=_parameters(groups, places),
        inputs=_inputs(groups, Count(groups * parallel, "cell")),
        outputs=_outputs(groups, places),
        states=_states(groups, places),
        constants=_constants(groups, parallel, cells),
    )


def _parameters(groups: int, places: int) -> tuple[Variable, ...]:
    return (
        Variable("seed", "1", None, 0.0, 0.0, 2147483647.0, 1.0, "Seed of the noise of all channels",
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


def _inputs(groups: int, cells: int) -> tuple[Variable, ...]:
    return (
        Variable("group_voltage", "V", groups, 3.7, -UNBOUNDED, UNBOUNDED, 3.7, "Voltage of each group"),
        Variable("temperature", "K", cells, 298.15, 200.0, 500.0, 300.0, "Temperature of each cell",
                 display_unit="degC"),
        Variable("pack_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                 "Current into the pack, mean over the step"),
        Variable("present_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                 "Current into the pack at the communication point, which the voltages belong to"),
    )  # fmt: skip


def _outputs(groups: int, places: int) -> tuple[Variable, ...]:
    return (
        Variable("measured_voltage", "V", groups, 0.0, -UNBOUNDED, UNBOUNDED, 3.7,
                 "Voltage of each group as it is measured"),
        Variable("measured_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                 "Pack current as it is measured, mean over the step"),
        Variable("measured_temperature", "K", places, 0.0, -UNBOUNDED, UNBOUNDED, 300.0,
                 "Temperature as each sensor measures it", display_unit="degC", detail=Detail.GROUP),
    )  # fmt: skip


def _states(groups: int, places: int) -> tuple[Variable, ...]:
    return (
        whole("sensor_sample", None, "Number of the last sample"),
        state("voltage_history", "V", (groups, DEPTH), "The last samples of each voltage"),
        state("reading_voltage", "V", groups, "Reading of each group's voltage, delay included"),
        state("reading_current", "A", None, "Reading of the pack current, mean over the step"),
        state("reading_present", "A", None, "Reading of the pack current at the communication point"),
        state("reading_temperature", "K", places, "Readings of the temperature sensors"),
        state("group_temperature", "K", groups, "Reading of the sensor nearest to each group"),
    )


def _constants(groups: int, parallel: int, cells: Sequence[int]) -> tuple[Variable, ...]:
    nearest = nearest_sensors(groups, [cell // parallel for cell in cells])
    return (
        Variable("sensor_cell", "1", Count(len(cells), "sensor"), cells, 0.0, UNBOUNDED, 1.0,
                 "Cell of each temperature sensor, from 0"),
        Variable("nearest_sensor", "1", groups, nearest, 0.0, UNBOUNDED, 1.0,
                 "Temperature sensor nearest to each group, from 0"),
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
def take_sample(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Read currents and temperatures in the present sample, and write all readings."""
    groups = x.reading_voltage.shape[0]
    x.reading_current = y.measured_current = read_current(x, p, groups, u.pack_current)
    x.reading_present = read_current(x, p, groups + 1, u.present_current)
    for s in range(x.reading_temperature.shape[0]):
        x.reading_temperature[s] = read_temperature(x, p, s, groups + 2 + s, u.temperature[c.sensor_cell[s]])
        y.measured_temperature[s] = x.reading_temperature[s]
    for g in range(groups):
        x.group_temperature[g] = x.reading_temperature[c.nearest_sensor[g]]
        y.measured_voltage[g] = x.reading_voltage[g]


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take sample 0; all earlier readings of a voltage count as equal to it."""
    x.sensor_sample = 0.0
    for g in range(x.reading_voltage.shape[0]):
        x.reading_voltage[g] = read_voltage(x, p, g, u.group_voltage[g])
        fill(x.voltage_history[g], x.reading_voltage[g])
    take_sample(x, p, u, y, c)


@kernel
def sense(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the next sample."""
    x.sensor_sample += 1.0
    for g in range(x.reading_voltage.shape[0]):
        reading = read_voltage(x, p, g, u.group_voltage[g])
        late = int(p.voltage_sensor_delay)
        x.reading_voltage[g] = delay(x.voltage_history[g], int(x.sensor_sample), late, reading)
    take_sample(x, p, u, y, c)
