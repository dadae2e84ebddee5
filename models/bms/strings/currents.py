"""The currents of strings in parallel: a sensor for each, and which strings are cut off.

Equations
---------
Each string has a current sensor, with gain and offset of its own; noise, resolution and range are those of the pack's
sensor. Its two readings are those of the pack's: the mean over the step, and the current at the communication point.
The channels of the noise follow those of a pack without strings.

A string is cut off while `string_open` tells so. It counts as cut off, too, after `debounce_time` in which both its
readings were at most `cut_off_current`, while a string in parallel carried more than ten times that; until it carries
more than `cut_off_current` again. It then has no part in SOC, limits and permissions of the pack. Its groups are
estimated and protected as before.

Limits
------
A string that is cut off while the pack rests is found when the pack carries a current. The start of `cut_off_current`,
a fiftieth of the hourly capacity of a string in A, is assumed; it must exceed the offsets of the sensors.

Shared states
-------------
`string_reading`, `string_present` and `cut_off` are written here; `estimates`, `power` and `management` read them.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Variable
from ...numerics.laplacian import constant
from ...strings import Strings
from ..channel import read, white
from ..protection import time_is_up

LOUDER = 10.0
"""Times the current of a string in parallel that a current counts as none beside."""


def fields(strings: Strings, rate: float) -> Fields:
    """Return sensors, readings and constants of strings; `rate` is the hourly capacity of one [A]."""
    count = Count(strings.count, "string")
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("string_sensor_gain", "1", count, 1.0, 0.5, 2.0, 1.0, "Gain of each string's current sensor"),
            Variable("string_sensor_offset", "A", count, 0.0, -100.0, 100.0, 0.1,
                     "Offset of each string's current sensor: its bias", display_unit="mA"),
            Variable("cut_off_current", "A", None, rate / 50.0, 1e-6, 1e6, 1.0,
                     "Current up to which a string counts as cut off while others carry ten times as much"),
        ),
        inputs=(
            Variable("string_current", "A", count, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current into each string, mean over the step"),
            Variable("present_string_current", "A", count, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current into each string at the communication point, which the voltages belong to"),
            Variable("string_open", "1", count, 0.0, 0.0, 1.0, 1.0, "Whether the string's contactor is open",
                     data_type=DataType.BOOLEAN),
        ),
        outputs=(
            Variable("measured_string_current", "A", count, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current of each string as it is measured, mean over the step"),
            Variable("string_cut_off", "1", count, 0.0, 0.0, 1.0, 1.0, "Whether the string counts as cut off",
                     data_type=DataType.BOOLEAN),
        ),
        states=(
            state("string_reading", "A", count, "Reading of each string's current, mean over the step"),
            state("string_present", "A", count, "Reading of each string's current at the communication point"),
            state("silent_time", "s", count, "How long a string has had no current beside others", 0.0),
            flag("silent", count, "Whether that counts as cut off"),
            flag("cut_off", count, "Whether the string is cut off"),
        ),
        constants=(
            constant("string_start", strings.starts, "string", "Where the groups of each string begin"),
            Variable("modules", "1", None, strings.modules, 0.0, 1e6, 1.0, "Modules in series"),
        ),
    )  # fmt: skip


@kernel
def in_parallel(x: Block, c: Block) -> int:
    """Return how many strings a module has."""
    return int(x.cut_off.shape[0] // int(c.modules))


@kernel
def read_string(x: Block, p: Block, s: int, channel: int, truth: float) -> float:
    """Return the reading of the current [A] of string s with the noise of this channel."""
    noise, most = p.current_sensor_noise * white(int(p.seed), channel, int(x.sensor_sample)), p.current_sensor_range
    gain, offset = p.string_sensor_gain[s], p.string_sensor_offset[s]
    return read(truth, gain, offset, noise, p.current_sensor_resolution, -most, most)


@kernel
def sense_strings(x: Block, p: Block, u: Block, y: Block) -> None:
    """Read the currents of all strings in the present sample, which `sensors` has taken."""
    first = x.reading_voltage.shape[0] + 2 + x.reading_temperature.shape[0]
    for s in range(x.string_reading.shape[0]):
        x.string_reading[s] = read_string(x, p, s, first + 2 * s, u.string_current[s])
        x.string_present[s] = read_string(x, p, s, first + 2 * s + 1, u.present_string_current[s])
        y.measured_string_current[s] = x.string_reading[s]


@kernel
def greatest_beside(x: Block, first: int, end: int) -> float:
    """Return the greatest size of a present current in the strings from `first` to before `end` [A]."""
    greatest = 0.0
    for s in range(first, end):
        greatest = max(greatest, abs(x.string_present[s]))
    return greatest


@kernel
def reset_cut_offs(x: Block, u: Block, y: Block) -> None:
    """Start with the strings that are told to be open as cut off."""
    for s in range(x.cut_off.shape[0]):
        x.silent_time[s] = x.silent[s] = 0.0
        x.cut_off[s] = y.string_cut_off[s] = 1.0 if u.string_open[s] > 0.5 else 0.0


@kernel
def find_cut_offs(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Find the strings that are cut off after a step of h [s]."""
    parallel = in_parallel(x, c)
    for s in range(x.cut_off.shape[0]):
        first = s - s % parallel
        own = max(abs(x.string_reading[s]), abs(x.string_present[s]))
        if own > p.cut_off_current:
            x.silent_time[s] = x.silent[s] = 0.0
        elif greatest_beside(x, first, first + parallel) > LOUDER * p.cut_off_current:
            x.silent_time[s] += h
            if time_is_up(x.silent_time[s], p.debounce_time):
                x.silent[s] = 1.0
        x.cut_off[s] = y.string_cut_off[s] = max(x.silent[s], 1.0 if u.string_open[s] > 0.5 else 0.0)
