"""The state of a kernel that is followed."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from .values import MAYBE, joined, same


class Flow(IntEnum):
    """How a statement ends."""

    NEXT = 0
    BREAK = 1
    RETURN = 2


class Frame:
    """A call of a kernel: its local variables, and on what depends that it is where it is.

    Parameters
    ----------
    local : dict of str to Any
        The arguments by their names.
    control : int
        What decides whether the kernel is called, 0 where it is for certain.
    """

    __slots__ = ("begun", "broken", "changes", "control", "left", "local", "result")

    def __init__(self, local: dict[str, Any], control: int) -> None:
        self.local = local
        self.begun = self.control = control
        self.broken = self.left = self.changes = 0
        self.result: Any = self

    def assign(self, name: str, value: Any) -> None:
        """Set a local variable; where a loop may have ended before, it may have its old value."""
        if self.broken and name in self.local:
            value = joined(self.local[name], value, self.broken)
        self.local[name] = value

    def note(self, changed: bool) -> None:
        """Count a change of a block."""
        self.changes += changed

    def end(self, value: Any) -> None:
        """Return a value, here or where the kernel may have returned before."""
        self.result = value if self.result is self else joined(self.result, value, self.left)
        if self.control != self.begun:
            self.left |= self.control

    def fork(self, on: int) -> int:
        """Begin what happens by a condition that depends on the bits of `on`; return the control before."""
        outer = self.control
        self.control |= MAYBE | on
        return outer

    def snapshot(self) -> tuple[Any, ...]:
        """Return what decides how the kernel goes on, but for the blocks."""
        return (self.changes, self.broken, self.left), dict(self.local)

    def is_as(self, before: tuple[Any, ...]) -> bool:
        """Whether nothing has changed since a snapshot."""
        counts, local = before
        if counts != (self.changes, self.broken, self.left) or local.keys() != self.local.keys():
            return False
        return all(same(value, self.local[name]) for name, value in local.items() if name != "_")

    def merge(self, other: dict[str, Any], on: int) -> None:
        """Take the local variables of another way that may have been taken."""
        for name, value in other.items():
            mine = self.local.get(name, value)
            self.local[name] = joined(mine, value, on)
