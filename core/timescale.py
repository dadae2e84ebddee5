"""The time constants that a model reports; plans are checked against them.

Time constants are those of what relaxes; integrators are left out. A model without any reports `NONE` as its fastest
and 0 as its slowest.
"""

from __future__ import annotations

import math
import sys

from .kernel import Block, kernel
from .variable import Variable

NONE = sys.float_info.max
"""Stands for no time constant at all [s]: outputs are finite."""


def timescale_variables() -> tuple[Variable, ...]:
    """Return the outputs ``timescale.fastest`` and ``timescale.slowest``."""
    return tuple(
        Variable(f"timescale_{name}", "s", None, start, 0.0, math.inf, 100.0, text, fmi_name=f"timescale.{name}")
        for name, start, text in (
            ("fastest", NONE, "Shortest time constant, or a bound below it; 1.8e308 s where nothing relaxes"),
            ("slowest", 0.0, "Longest time constant, or a bound above it; 0 where nothing relaxes"),
        )
    )


@kernel
def reset_timescales(y: Block) -> None:
    """Reset the time constants: there is none."""
    y.timescale_fastest, y.timescale_slowest = NONE, 0.0


@kernel
def include_timescale(y: Block, shortest: float, longest: float) -> None:
    """Include a range of time constants [s]."""
    y.timescale_fastest = min(y.timescale_fastest, shortest)
    y.timescale_slowest = max(y.timescale_slowest, longest)
