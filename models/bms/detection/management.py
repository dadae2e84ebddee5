"""A Bms that detects faults of cells and insulation: of groups in series, and of strings in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ....core.kernel import Block, kernel
from ....core.model import DONE, Model
from ....core.variable import Count
from ...cell.kind import CellParameters
from ...strings import Strings
from .. import bms, sensors, state_of_power
from ..strings import management, power
from . import faults


def declare(
    groups: int, parallel: int, kind: CellParameters, strings: Strings, sensing: Sequence[int] | None = None
) -> Model:
    """Declare the management of a pack that detects faults.

    Parameters
    ----------
    groups, parallel : int
        Groups of all strings, and cells in a group, >= 1.
    kind : CellParameters
        One cell.
    strings : Strings
        How the groups lie; in each string at least 2.
    sensing : sequence of int, optional
        The cells, from 0, that temperature sensors sit on.

    Raises
    ------
    InputError
        When a number is too small.
    """
    several = strings.parallel > 1
    if several:
        model = management.declare(groups, parallel, kind, strings, sensing)
    else:
        model = bms.declare(groups, parallel, kind, sensing)
    lying = strings if several else Strings((0, groups))
    places = len(sensors.sensor_cells(groups, parallel, sensing))
    channel = groups + 2 + places + (2 * lying.count if several else 0)
    rate, count = parallel * kind.capacity / 3600.0, Count(groups, "group")
    return replace(
        model,
        description=f"{model.description}, detection of faults",
        fields=model.fields + faults.fields(count, parallel, rate, lying, channel, several),
        initialize=initialize_strings if several else initialize,
        advance=advance_strings if several else advance,
    )


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start groups in series."""
    bms.initialize(x, p, u, y, c)
    faults.initialize(x, p, y, c)


@kernel
def initialize_strings(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start strings in parallel."""
    management.initialize(x, p, u, y, c)
    faults.initialize(x, p, y, c)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the sample of groups in series at the end of a step of h [s], look for faults, and act."""
    status = bms.contradiction(p)
    if status == DONE:
        bms.observe(x, p, u, y, c, h)
        faults.detect(x, p, u, y, c, h)
        state_of_power.write_limits(x, p, y, faults.share_left(x, p, c))
        bms.write_allowed_currents(y, h)
    return status


@kernel
def advance_strings(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the sample of strings in parallel at the end of a step of h [s], look for faults, and act."""
    status = bms.contradiction(p)
    if status == DONE:
        management.observe(x, p, u, y, c, h)
        faults.detect(x, p, u, y, c, h)
        power.write_limits(x, p, y, c, faults.share_left(x, p, c))
        bms.write_allowed_currents(y, h)
    return status
