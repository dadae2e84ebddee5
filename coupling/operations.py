"""The rows of a plan: which component steps and which connection is served, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..core.errors import InputError


class Action(Enum):
    """What an operation does."""

    STEP = "step"
    """Step a component over the period of its layer."""
    ACCUMULATE = "accumulate"
    """Take an output into what a connection gathers: its mean, sum, maximum, or the line through its last values."""
    TRANSFER = "transfer"
    """Write an output, or what a connection has gathered, to an input."""


class Rule(Enum):
    """What a connection hands on."""

    LAST = "last"
    """The value at the end of the source's last step."""
    MEAN = "mean"
    """The mean over the target's period: what a flow needs for charge and energy to be conserved."""
    INTEGRAL = "integral"
    """The sum over the target's period of what the source reports for each of its steps, such as J or C."""
    MAX = "max"
    """The greatest value in the target's period, element by element."""
    HOLD = "hold"
    """The value of a slower source, held until its next step."""
    LINEAR = "linear"
    """The line through the last two values of a slower source, in the middle of the target's step."""


@dataclass(frozen=True)
class Connection:
    """An output that drives an input.

    Parameters
    ----------
    source, target : (str, str)
        Names of the component and of its port.
    rule : Rule or None
        What is handed on; None for what suits the layers of the ends and the unit.
    """

    source: tuple[str, str]
    target: tuple[str, str]
    rule: Rule | None = None

    def __str__(self) -> str:
        return f"{'.'.join(self.source)} -> {'.'.join(self.target)}"


@dataclass(frozen=True)
class Operation:
    """One row of a plan.

    Parameters
    ----------
    action : Action
        What is done.
    every : int
        The period [base periods]: the operation is done after each `every` of them.
    subject : str or Connection
        The component that steps, or the connection that is served.
    rule : Rule or None
        How the connection is served; None for a step.
    """

    action: Action
    every: int
    subject: str | Connection
    rule: Rule | None = None

    def __str__(self) -> str:
        rule = f" ({self.rule.value})" if self.rule and self.action is Action.TRANSFER else ""
        return f"{self.action.value} {self.subject}{rule}"

    def to_row(self) -> list[Any]:
        """Return the operation as values that JSON can hold."""
        head: list[Any] = [self.action.value, self.every]
        if isinstance(self.subject, str):
            return [*head, self.subject]
        rule = self.rule.value if self.rule else None
        return [*head, ".".join(self.subject.source), ".".join(self.subject.target), rule]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Operation:
        """Return the operation of which `row` is the `to_row`."""
        action, every, *subject = row
        if len(subject) == 1:
            return cls(Action(action), every, subject[0])
        source, target, rule = subject
        return cls(Action(action), every, connect(source, target), Rule(rule))


def endpoint(text: str) -> tuple[str, str]:
    """Split ``"Component.port"``; the port's name may hold further dots."""
    component, dot, port = text.partition(".")
    if not (component and dot and port):
        raise InputError(f"{text!r} does not name a variable; it takes the form Component.variable")
    return component, port


def connect(source: str, target: str, rule: Rule | None = None) -> Connection:
    """Return the connection of ``"Component.output"`` to ``"Component.input"``."""
    return Connection(endpoint(source), endpoint(target), rule)
