"""The time constants that a model reports; plans are checked against them.

``timescale.fastest`` and ``timescale.slowest`` are those of what relaxes; integrators are left out. A model without any
reports `NONE` as its fastest and 0 as its slowest. Of a quantity that other layers see held, ``timescale.<quantity>``
is the constant of that quantity alone: of one that relaxes its own time constant, of one that drifts the time in which
it changes by its hold tolerance at the present rate.
"""

from __future__ import annotations

import math

from .bounds import LARGE
from .kernel import Block, kernel
from .variable import Variable

NONE = LARGE
"""Stands for no time constant at all [s]: nothing ever changes."""


def timescale_variables() -> tuple[Variable, ...]:
    """Return the outputs ``timescale.fastest`` and ``timescale.slowest``."""
    return tuple(
        Variable(f"timescale_{name}", "s", None, start, 0.0, math.inf, 100.0, text, fmi_name=f"timescale.{name}")
        for name, start, text in (
            ("fastest", NONE, "Shortest time constant, or a bound below it; 1e300 s where nothing relaxes"),
            ("slowest", 0.0, "Longest time constant, or a bound above it; 0 where nothing relaxes"),
        )
    )


def time_constant(quantity: str, text: str) -> Variable:
    """Return the output ``timescale.<quantity>``, the time constant of a quantity that is held; `text` says which."""
    return Variable(f"timescale_{quantity}", "s", None, NONE, 0.0, math.inf, 100.0, f"{text}; 1e300 s where it rests",
                    fmi_name=f"timescale.{quantity}")  # fmt: skip


@kernel
def time_to_change(tolerance: float, change: float, h: float) -> float:
    """Return the time [s] in which a quantity changes by its tolerance, as it has changed by `change` within h [s]."""
    return min(tolerance * h / change, NONE) if change > 0.0 else NONE


@kernel
def reset_timescales(y: Block) -> None:
    """Reset the time constants: there is none."""
    y.timescale_fastest, y.timescale_slowest = NONE, 0.0


@kernel
def include_timescale(y: Block, shortest: float, longest: float) -> None:
    """Include a range of time constants [s]."""
    y.timescale_fastest = min(y.timescale_fastest, shortest)
    y.timescale_slowest = max(y.timescale_slowest, longest)
