"""A small pack's management for tests: two cells in parallel, three groups."""

from packfmu.core.instance import Instance
from packfmu.models.bms import bms

from ..cells import invented_cell

GROUPS, PARALLEL = 3, 2

QUIET = {
    f"{channel}_sensor_{what}": 0.0
    for channel in ("voltage", "current", "temperature")
    for what in ("noise", "resolution")
}
"""Sensors that read the truth."""


def manager(groups=GROUPS, parallel=PARALLEL, **start):
    """Return a Bms that is not initialised, with these start values."""
    return Instance(bms.declare(groups, parallel, invented_cell()).with_start(start))


def blocks(instance):
    """Return x, p, u, y and c as kernels take them, with their fields as attributes."""
    return tuple(getattr(instance, name) for name in "xpuyc")
