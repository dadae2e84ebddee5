"""The counters of stress of all laws: the cells count them, the aging model takes them. None of them ever falls.

Shared states
-------------
`fallen_cell`, `fallen_from` and `fallen_to` are written here; `losses` uses them.
"""

from __future__ import annotations

from ...core.bounds import unit_suffix
from ...core.kernel import Block, generated, kernel
from ...core.model import DONE
from ...core.variable import Variable
from .kind import LAWS

COUNTERS = tuple(counter for law in LAWS.values() for counter in law.counters)
"""The counters of all laws; status n of the aging model refuses a step in which the n-th has fallen."""

COUNTER_NAMES = tuple(counter.name for counter in COUNTERS)


def counters(cells: int, when: str = "") -> tuple[Variable, ...]:
    """Return the counters of each cell, as inputs, outputs or states; `when` ends their descriptions."""
    return tuple(counter.variable(cells, when) for counter in COUNTERS)


def refusals() -> dict[int, str]:
    """Return the meaning of each status: the counter of that number has fallen."""
    texts = {}
    for status, counter in enumerate(COUNTERS, 1):
        unit = unit_suffix(counter.unit)
        fall = f"{{x.fallen_to:.9g}}{unit} must not fall below the {{x.fallen_from:.9g}}{unit} counted before"
        texts[status] = f"{counter.name}[{{x.fallen_cell:.0f}}] = {fall}"
    return texts


@kernel
def falls(x: Block, now: Block, before: Block, number: int) -> int:
    """Return the number of a counter that is lower than before, else ``DONE``; keep what has fallen for the message."""
    for k in range(now.shape[0]):
        if now[k] < before[k]:
            x.fallen_cell, x.fallen_from, x.fallen_to = k + 1.0, before[k], now[k]
            return number
    return DONE


@kernel
def clear(target: Block) -> None:
    """Set the values of all cells to 0."""
    for k in range(target.shape[0]):
        target[k] = 0.0


@kernel
def copy(source: Block, target: Block) -> None:
    """Copy the values of all cells."""
    for k in range(source.shape[0]):
        target[k] = source[k]


reset = generated("reset", "y", "; ".join(f"clear(y.{name})" for name in COUNTER_NAMES), {"clear": clear}, __name__)
"""``reset(y)`` starts the counters of the cells at 0."""

keep = generated(
    "keep", "x, u", "; ".join(f"copy(u.{name}, x.{name})" for name in COUNTER_NAMES), {"copy": copy}, __name__
)
"""``keep(x, u)`` keeps the counters for the next step of the aging model."""

fallen = generated(
    "fallen",
    "x, u",
    "return " + " or ".join(f"falls(x, u.{name}, x.{name}, {n})" for n, name in enumerate(COUNTER_NAMES, 1)),
    {"falls": falls},
    __name__,
)
"""``fallen(x, u)`` returns the number, from 1, of the first of `COUNTERS` that falls; ``DONE`` where none does."""
