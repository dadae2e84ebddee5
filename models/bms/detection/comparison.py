"""Each group against the others of its string: by how much its voltage is off theirs, and how it moves beside them.

Equations
---------
All groups of a string of n carry one current, and the errors of sensor and tables are alike in all. What is compared is
a group g with the mean of the others::

    d_g = v_g - sum_{k != g} v_k / (n - 1)

Its noise is that of a channel, with the rounding, times ``sqrt(n / (n - 1))``. A string is compared in a sample in
which every voltage of it is a number within the range of its sensor, and none while the condition of `sensor_fault` is
seen (`protection`): a wire that is torn reads anything.

Limits
------
A string needs two groups. Of two, a fault of one and the contrary of the other look alike; the signs of the faults
tell them apart. A group that is off all others shifts their comparison by 1 / (n - 1) of what it is off.

Shared states
-------------
`apart` is written here; `short` reads it. `compared` is written here; `open_cell`, `short` and `faults` read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ....core.errors import InputError
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ...numerics.laplacian import constant
from ..protection import SENSOR_FAULT, inside


def fields(groups: int, starts: Sequence[int], declared: bool) -> Fields:
    """Return how the groups lie and what is compared.

    Parameters
    ----------
    groups : int
        All of them.
    starts : sequence of int
        Where the groups of each string begin, and behind the last the number of groups.
    declared : bool
        Whether the model has this as a constant already.

    Raises
    ------
    InputError
        When a string has one group alone.
    """
    if min(end - start for start, end in pairwise(starts)) < 2:
        raise InputError("detection compares the groups of a string: it needs at least 2 in each")
    own = () if declared else (constant("string_start", starts, "string", "Where the groups of each string begin"),)
    return Fields(
        modules=(__name__,),
        states=(
            state("apart", "V", groups, "Voltage of each group less the mean of the others of its string"),
            flag("compared", Count(len(starts) - 1, "string"), "Whether all voltages of the string are sound"),
        ),
        constants=own,
    )


@kernel
def sound(x: Block, p: Block, first: int, end: int) -> bool:
    """Return whether no sensor is suspect, and all voltages from `first` to before `end` are within their range."""
    found = x.held[SENSOR_FAULT] < 0.0
    for g in range(first, end):
        found &= inside(
            x.reading_voltage[g], p.voltage_sensor_minimum, p.voltage_sensor_maximum, p.voltage_sensor_resolution
        )
    return found


@kernel
def beside(total: float, own: float, groups: int) -> float:
    """Return the mean of what the other groups have, of the total of all and a group's own."""
    return (total - own) / (groups - 1)


@kernel
def noise(p: Block, groups: int) -> float:
    """Return the variance of a group's voltage beside the mean of the others [V2]."""
    own = p.voltage_sensor_noise * p.voltage_sensor_noise
    own += p.voltage_sensor_resolution * p.voltage_sensor_resolution / 12.0
    return max(own, 1e-12) * groups / (groups - 1)


@kernel
def compare(x: Block, p: Block, s: int, first: int, end: int) -> bool:
    """Compare the groups of string s, from `first` to before `end`; return whether their voltages are sound."""
    x.compared[s] = 1.0 if sound(x, p, first, end) else 0.0
    total = 0.0
    for g in range(first, end):
        total += x.reading_voltage[g]
    for g in range(first, end):
        if x.compared[s] > 0.5:
            x.apart[g] = x.reading_voltage[g] - beside(total, x.reading_voltage[g], end - first)
    return bool(x.compared[s] > 0.5)
