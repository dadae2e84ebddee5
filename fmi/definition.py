"""What a model becomes as an FMU: the model and its terminals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from numpy.typing import ArrayLike

from ..core.model import Model


class TerminalKind(Enum):
    """What flows through a terminal."""

    ELECTRICAL = "electrical"
    THERMAL = "thermal"
    BALANCING = "balancing"
    MANAGEMENT = "management"
    LOAD = "load"
    AGING = "aging"


@dataclass(frozen=True)
class Terminal:
    """Variables that are connected together.

    Parameters
    ----------
    name : str
        Name of the terminal.
    kind : TerminalKind
        What it carries; terminals of one kind fit each other.
    members : tuple of str
        Names of the model's variables.
    member_names : tuple of str
        What the members are called at this kind of terminal, in the same order, where that differs from the
        variables' names; empty where none differs. Importers match terminals by these names.
    partner : str
        What the terminal is connected to, such as the names of other FMUs; for people.
    """

    name: str
    kind: TerminalKind
    members: tuple[str, ...]
    member_names: tuple[str, ...] = ()
    partner: str = ""

    def __post_init__(self) -> None:
        names = self.member_names or self.members
        if len(names) != len(self.members):
            raise ValueError(
                f"terminal {self.name}: {len(names)} member names for {len(self.members)} members; give one each"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"terminal {self.name}: member named twice: {', '.join(twice)}")

    @property
    def named_members(self) -> tuple[tuple[str, str], ...]:
        """Pairs of variable and member name."""
        return tuple(zip(self.members, self.member_names or self.members, strict=True))


@dataclass(frozen=True)
class Example:
    """A first run of an FMU alone, which its page shows and a test executes.

    Parameters
    ----------
    start : mapping of str to float
        Start values of parameters and inputs that differ from those of the FMU, by their FMI names [SI units].
    stop_time : float
        How long it runs [s].
    outputs : tuple of str
        FMI names of outputs to look at, which are listed in every detail.
    """

    start: Mapping[str, float]
    stop_time: float
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """A model with its terminals.

    Parameters
    ----------
    model : Model
        The model; its name is the name of the FMU.
    terminals : tuple of Terminal
        Their names differ and every member is a variable of the model.
    members : tuple of Model
        What the model is composed of; its page documents them too.
    step_size : float
        The communication step that the model description proposes [s].
    example : Example, optional
        A first run.

    Raises
    ------
    ValueError, KeyError
        When the terminals contradict the model; the message names terminal and variable.
    """

    model: Model
    terminals: tuple[Terminal, ...]
    members: tuple[Model, ...] = ()
    step_size: float = 1.0
    example: Example | None = None

    def __post_init__(self) -> None:
        names = [terminal.name for terminal in self.terminals]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.model.name}: two terminals share a name: {', '.join(names)}")
        for terminal in self.terminals:
            for member in terminal.members:
                self.model.variable(member)


@dataclass(frozen=True, eq=False)
class Part:
    """One component of a pack.

    Parameters
    ----------
    name : str
        The FMU's name.
    component : str
        The module of this package that makes it.
    arguments : mapping of str to Any
        What its ``component`` function takes, values that JSON can hold: the structure.
    start : mapping of str to array_like
        Start values of parameters and inputs, SI units.
    """

    name: str
    component: str
    arguments: Mapping[str, Any]
    start: Mapping[str, ArrayLike]
