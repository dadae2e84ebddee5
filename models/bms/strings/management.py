"""The management of a pack of strings in parallel: the rooms of a Bms, each string with a sensor of its own.

Equations
---------
As without strings (`bms`), with these differences:

* Currents, estimates and limits are those of `currents`, `estimates` and `power`.
* A string's current trips where it exceeds an equal share of the pack's thresholds, and a voltage is stuck by the
  current of its string.
* Charge and discharge are permitted by the SOC of the strings that are not cut off; balancing by the greatest spread
  within a row of groups in series, a string of each module. Strings in parallel equalise by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import DONE, Model, Update
from ....core.timescale import reset_timescales, timescale_variables
from ....core.variable import counted
from ...cell.kind import CellParameters
from ...cell.kind import in_parallel as cells_in_parallel
from ...strings import Strings
from .. import bms, estimation, group_port, protection, sensors, state_of_power, supervisor
from . import currents, estimates, power
from .currents import find_cut_offs, in_parallel, reset_cut_offs, sense_strings


def declare(
    groups: int, parallel: int, kind: CellParameters, strings: Strings, sensing: Sequence[int] | None = None
) -> Model:
    """Declare the management of a pack of strings.

    Parameters
    ----------
    groups, parallel : int
        Groups of all strings, and cells in a group, >= 1.
    kind : CellParameters
        One cell; the parameters start as those of a group of `parallel` of them, currents as those of the pack.
    strings : Strings
        How the groups lie.
    sensing : sequence of int, optional
        The cells, from 0, that temperature sensors sit on.
    """
    group = cells_in_parallel(kind, counted("parallel", parallel, "cell"))
    return Model(
        name="Bms",
        description="Battery management of strings: sensors, estimation of SOC and SOH, limits, protection",
        fields=fields(counted("groups", groups, "group"), parallel, group, strings, sensing),
        initialize=initialize,
        outputs_kernel=bms.outputs_kernel,
        advance=advance,
        refusals=bms.REFUSALS,
        update=Update.EXACT,
    )


def fields(
    groups: int, parallel: int, group: CellParameters, strings: Strings, sensing: Sequence[int] | None = None
) -> Fields:
    """Return all variables; `group` is a group seen as one cell."""
    own = Fields(modules=(bms.__name__, __name__), outputs=bms.allowed_currents() + timescale_variables())
    own += sensors.fields(groups, parallel, sensing) + estimation.group_fields(groups, group)
    own += protection.fields(groups, group, strings.parallel) + supervisor.fields(groups, group, strings.parallel)
    own += state_of_power.limit_fields(group, strings.parallel) + group_port.fields(groups, group)
    own += currents.fields(strings, group.capacity / 3600.0) + estimates.fields(strings.count)
    return own + power.fields(groups, strings.count)


@kernel
def soc_of_rows(x: Block, c: Block) -> tuple[float, float, float]:
    """Return least and greatest SOC of the strings that are not cut off, and the greatest spread within a row."""
    parallel = in_parallel(x, c)
    least, greatest, spread = 1.0, 0.0, 0.0
    for place in range(parallel):
        low, high = 1.0, 0.0
        for s in range(place, x.cut_off.shape[0], parallel):
            if x.cut_off[s] == 0.0:
                lower, higher = supervisor.soc_range(x, int(c.string_start[s]), int(c.string_start[s + 1]))
                low, high = min(low, lower), max(high, higher)
        least, greatest, spread = min(least, low), max(greatest, high), max(spread, high - low)
    return least, greatest, spread


@kernel
def protect(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Check the readings at the end of a step of h [s], follow the reset, and write the trips."""
    sound = protection.sound_temperatures(x, p) and protection.sound_current(p, x.reading_current, x.reading_present)
    overcurrent = False
    for s in range(x.cut_off.shape[0]):
        mean, present = x.string_reading[s], x.string_present[s]
        first, end = int(c.string_start[s]), int(c.string_start[s + 1])
        sound &= protection.sound_current(p, mean, present)
        sound &= protection.sound_voltages(x, p, first, end, present)
        overcurrent |= protection.strong(p, mean, in_parallel(x, c))
    protection.follow_trips(x, p, u, y, overcurrent, sound, h)


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the first sample, set the first guess, and decide for the first time."""
    reset_timescales(y)
    sensors.initialize(x, p, u, y, c)
    sense_strings(x, p, u, y)
    reset_cut_offs(x, u, y)
    estimates.initialize(x, p, y, c)
    protection.reset_trips(x, y)
    for s in range(x.cut_off.shape[0]):
        protection.begin_still(x, int(c.string_start[s]), int(c.string_start[s + 1]), x.string_present[s])
    least, greatest, spread = soc_of_rows(x, c)
    supervisor.begin(x, p, u, y, least, greatest, spread)
    power.reset(x)


@kernel
def observe(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Take the sample at the end of a step of h [s], estimate, protect and decide."""
    reset_timescales(y)
    sensors.sense(x, p, u, y, c)
    sense_strings(x, p, u, y)
    find_cut_offs(x, p, u, y, c, h)
    estimates.estimate(x, p, u, y, c, h)
    protect(x, p, u, y, c, h)
    least, greatest, spread = soc_of_rows(x, c)
    supervisor.follow(x, p, u, y, least, greatest, spread, h)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Decide for the first time, and write the first limits."""
    begin(x, p, u, y, c)
    power.write_limits(x, p, y, c, 1.0)
    bms.write_allowed_currents(y, state_of_power.HORIZONS[-1])


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the sample at the end of a step of h [s], and act on it."""
    status = bms.contradiction(p)
    if status == DONE:
        observe(x, p, u, y, c, h)
        power.write_limits(x, p, y, c, 1.0)
        bms.write_allowed_currents(y, h)
    return status
