"""Duty cycles and profiles: inputs that change in time, as a component of the system.

A duty is a sequence of phases, each with a value or a row of values of every input. A long run repeats a duty, and
selects another one between two duties. Profiles are played as a duty of one phase that does not repeat. A step may be
several base periods long, but not longer than what is left of its phase: of flows (A, W) the component hands out the
mean of its rows, of anything else the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.duration import format_duration
from ..core.errors import InputError
from ..core.variable import Causality, DataType
from ..coupling.operations import Connection, endpoint
from ..coupling.port import Port
from ..coupling.slave import Slave
from ..coupling.system import FLOWS, Component, System
from .duty_slave import DutySlave, PhaseRows
from .opening import BASE_PERIOD

NAME = "Inputs"
"""Name of the component that plays duties and profiles."""

FASTEST_PACE = 1024

_BASE_PERIOD = Port(
    name=BASE_PERIOD,
    causality=Causality.PARAMETER,
    data_type=DataType.REAL,
    unit="s",
    shape=(),
    references=np.zeros(0, np.uint32),
    start=np.ones(1),
)


@dataclass(frozen=True, eq=False)
class Phase:
    """A part of a duty.

    Parameters
    ----------
    name : str
        What messages call it.
    duration : int
        [ns], positive.
    values : mapping of str to array_like
        By ``"Component.input"``: a scalar that holds all the time, or one row for each base period.
    pace : int
        The factor on the periods with which it may be stepped; a power of two up to 1024.

    Raises
    ------
    InputError
        When duration or pace are not as said, or there are no values; the message names the phase.
    """

    name: str
    duration: int
    values: Mapping[str, ArrayLike]
    pace: int = 1

    def __post_init__(self) -> None:
        if self.duration < 1:
            raise InputError(f"phase {self.name}: duration {self.duration} ns must be positive")
        if not 1 <= self.pace <= FASTEST_PACE or self.pace & (self.pace - 1):
            raise InputError(f"phase {self.name}: pace {self.pace} is not a power of two from 1 to {FASTEST_PACE}")
        if not self.values:
            raise InputError(f"phase {self.name} has no values; give at least one input")

    @cached_property
    def is_constant(self) -> bool:
        """Whether no input changes during the phase."""
        return all(_is_constant(np.asarray(given)) for given in self.values.values())


@dataclass(frozen=True, eq=False)
class Duty:
    """A duty cycle.

    Parameters
    ----------
    name : str
        What messages call it.
    phases : tuple of Phase
        In the order of time; each gives all inputs.

    Raises
    ------
    InputError
        When there is no phase, or one lacks an input that another one gives; the message names both.
    """

    name: str
    phases: tuple[Phase, ...]

    def __post_init__(self) -> None:
        if not self.phases:
            raise InputError(f"duty {self.name} has no phases; give at least one")
        for phase in self.phases:
            missing = [name for name in self.inputs if name not in phase.values]
            if missing:
                label = f"duty {self.name}, phase {phase.name}"
                raise InputError(f"{label}: {missing[0]} is missing; all phases give {', '.join(self.inputs)}")

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that its phases give, in the order of their first mention."""
        return tuple(dict.fromkeys(name for phase in self.phases for name in phase.values))

    @property
    def duration(self) -> int:
        """Length of all phases [ns]."""
        return sum(phase.duration for phase in self.phases)


def with_duties(system: System, duties: Mapping[str, Duty], base: int) -> System:
    """Drive inputs by duty cycles, which become outputs of a component called ``Inputs`` in the fastest layer.

    Parameters
    ----------
    system : System
        What is driven.
    duties : mapping of str to Duty
        By their names; at least one. The first one is played until `DutySlave.select` selects another one.
    base : int
        The base period [ns].

    Returns
    -------
    System
        The same system with the duties, which step first.

    Raises
    ------
    InputError
        When an input does not exist or is missing in a duty, a phase is no multiple of the base period or has another
        number of rows, or a value is out of the input's bounds.
    """
    if not duties:
        raise InputError("there are no duties; give at least one")
    first = next(iter(duties.values()))
    for key, duty in duties.items():
        if key != duty.name:
            raise InputError(f"duty {duty.name!r} is given as {key!r}; the names must agree")
        if set(duty.inputs) != set(first.inputs):
            raise InputError(
                f"duty {duty.name} gives {', '.join(duty.inputs)}, but duty {first.name} gives "
                f"{', '.join(first.inputs)}; all duties give the same inputs"
            )
    targets = {name: system.port(endpoint(name)) for name in first.inputs}
    played = {name: [_phase_rows(duty, phase, targets, base) for phase in duty.phases] for name, duty in duties.items()}
    flows = _flows(targets)
    return _driven(system, targets, {}, lambda _, outputs: DutySlave(played, outputs, flows, base, repeats=True))


def with_profiles(system: System, profiles: Mapping[str, ArrayLike]) -> System:
    """Drive inputs by profiles: one row of values for each base period of the plan, held during it.

    The profiles become outputs of a component called ``Inputs`` in the fastest layer. A slower component therefore
    takes the mean of a flow (A, W) over its period and the last value of anything else.

    Parameters
    ----------
    system : System
        What is driven.
    profiles : mapping of str to array_like
        By ``"Component.input"``; shape (rows,) for a scalar input, (rows, size) for an array.

    Returns
    -------
    System
        The same system with the profiles, which step first.

    Raises
    ------
    InputError
        When there is no such input, the shape does not fit, or a value is out of the input's bounds.
    """
    if not profiles:
        return system
    targets = {name: system.port(endpoint(name)) for name in profiles}
    values = {name: _profile(f"profile {name}", targets[name], given) for name, given in profiles.items()}
    played = {"profiles": [PhaseRows("profiles", min(map(len, values.values())), values)]}
    flows = _flows(targets)
    ports = {BASE_PERIOD: _BASE_PERIOD}
    return _driven(system, targets, ports, lambda _, outputs: DutySlave(played, outputs, flows, None, repeats=False))


def _driven(
    system: System,
    targets: Mapping[str, Port],
    parameters: Mapping[str, Port],
    play: Callable[[Sequence[str], Sequence[str]], Slave],
) -> System:
    """Return the system with the component ``Inputs`` in its fastest layer, which drives the targets."""
    outputs = {
        name: replace(port, name=name, causality=Causality.OUTPUT, sensitivity="") for name, port in targets.items()
    }
    layer = min(component.layer for component in system.components)
    connections = (Connection((NAME, name), endpoint(name)) for name in targets)
    inputs = Component(NAME, layer, {**parameters, **outputs}, play)
    return System((inputs, *system.components), (*connections, *system.connections))


def _flows(targets: Mapping[str, Port]) -> frozenset[str]:
    return frozenset(name for name, port in targets.items() if port.unit in FLOWS and port.data_type is DataType.REAL)


def _profile(label: str, port: Port, given: ArrayLike) -> NDArray[np.float64]:
    """Return the rows of a profile, checked."""
    rows = np.shape(given)[:1]
    if not rows or not rows[0]:
        raise InputError(f"{label} needs a row of values for each base period; it has none")
    return port.values(label, given, rows)


def _phase_rows(duty: Duty, phase: Phase, targets: Mapping[str, Port], base: int) -> PhaseRows:
    """Return the values of a phase, checked: one row where a value holds all the time."""
    label = f"duty {duty.name}, phase {phase.name}"
    if phase.duration % (base * phase.pace):
        raise InputError(
            f"{label}: duration {format_duration(phase.duration)} is not a multiple of the base period "
            f"{format_duration(base)} at a pace of {phase.pace}, {format_duration(base * phase.pace)}"
        )
    periods = phase.duration // base
    rows = {}
    for name, port in targets.items():
        given = phase.values[name]
        extent = np.shape(given)[:1]
        if extent and extent[0] != periods:
            raise InputError(f"{label}: {name} has {extent[0]} rows; it takes {periods}, or one number")
        values = port.values(f"{label}: {name}", given, extent).reshape(-1, port.count)
        rows[name] = values[:1] if _is_constant(values) else values
    return PhaseRows(phase.name, periods, rows)


def _is_constant(rows: NDArray[Any]) -> bool:
    return not rows.ndim or bool((rows == rows[:1]).all())
