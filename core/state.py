"""States as they are declared: quantities, truth values and whole numbers, each within what a kernel may write.

Bytes that are restored as a state are refused where a value is beyond its bounds, or not whole where it must be. A
kernel that indexes by a state limits the index itself.
"""

from __future__ import annotations

from .bounds import UNBOUNDED
from .variable import DataType, Variable

Size = int | tuple[int, int] | None

MOST = 2.0**53
"""Up to here float64 counts by ones."""


def state(
    name: str,
    unit: str,
    size: Size,
    description: str,
    least: float = -UNBOUNDED,
    greatest: float = UNBOUNDED,
    start: float = 0.0,
) -> Variable:
    """Return a quantity [unit]; without bounds, any finite value will do."""
    return Variable(name, unit, size, start, least, greatest, 1.0, description)


def flag(name: str, size: Size, description: str) -> Variable:
    """Return a truth value: 0 or 1."""
    return Variable(name, "1", size, 0.0, 0.0, 1.0, 1.0, description, data_type=DataType.BOOLEAN)


def whole(name: str, size: Size, description: str, least: float = 0.0, greatest: float = MOST) -> Variable:
    """Return a whole number."""
    start = min(max(least, 0.0), greatest)
    return Variable(name, "1", size, start, least, greatest, 1.0, description, data_type=DataType.INTEGER)
