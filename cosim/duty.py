"""Duty cycles and profiles: inputs that change in time, as a component of the system.

A duty is a sequence of phases, each with a value or a row of values of every input. A long run repeats a duty, and
selects another one between two duties. A run may play a duty once, whose phases conditions end (`sequence`). Profiles
are played as a duty of one phase that does not repeat. A step may be several base periods long, but not longer than
what is left of its phase: of flows (A, W) the component hands out the mean of its rows, of anything else the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

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
from .phase import Duty, Phase, is_constant

NAME = "Inputs"
"""Name of the component that plays duties and profiles."""

PHASE = "phase"
"""Output of that component, where it plays a duty once: the number of the phase, from 1."""

_BASE_PERIOD = Port(
    name=BASE_PERIOD,
    causality=Causality.PARAMETER,
    data_type=DataType.REAL,
    unit="s",
    shape=(),
    references=np.zeros(0, np.uint32),
    start=np.ones(1),
)

_PHASE = Port(
    name=PHASE,
    causality=Causality.OUTPUT,
    data_type=DataType.INTEGER,
    unit="1",
    shape=(),
    references=np.zeros(0, np.uint32),
    start=np.ones(1),
    description="Number of the phase, from 1",
)


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


def with_sequence(system: System, duty: Duty, base: int) -> System:
    """Drive inputs by a duty that is played once, as `with_duties` does; `Experiment.duty` is told of it.

    Parameters
    ----------
    system : System
        What is driven.
    duty : Duty
        Its phases may have ends, but no pace.
    base : int
        The base period [ns].

    Returns
    -------
    System
        The same system with the duty, which steps first. The output ``Inputs.phase`` is the number of the phase of the
        last step, from 1.

    Raises
    ------
    InputError
        When an input does not exist, a phase is no multiple of the base period or has another number of rows, a value
        is out of the input's bounds, or a phase has a pace.
    """
    for phase in duty.phases:
        if phase.pace != 1:
            raise InputError(f"phase {phase.name}: pace {phase.pace}; a duty that is played once has no pace but 1")
    targets = {name: system.port(endpoint(name)) for name in duty.inputs}
    rows = [_phase_rows(duty, phase, targets, base) for phase in duty.phases]
    numbered = [
        replace(phase, values={PHASE: np.full((1, 1), float(number)), **phase.values})
        for number, phase in enumerate(rows, start=1)
    ]
    played, flows = {duty.name: numbered}, _flows(targets)
    own = {PHASE: _PHASE}
    return _driven(system, targets, own, lambda _, outputs: DutySlave(played, outputs, flows, base, repeats=False))


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
    own: Mapping[str, Port],
    play: Callable[[Sequence[str], Sequence[str]], Slave],
) -> System:
    """Return the system with the component ``Inputs`` in its fastest layer; it drives the targets."""
    outputs = {
        name: replace(port, name=name, causality=Causality.OUTPUT, sensitivity="") for name, port in targets.items()
    }
    layer = min(component.layer for component in system.components)
    connections = (Connection((NAME, name), endpoint(name)) for name in targets)
    inputs = Component(NAME, layer, {**own, **outputs}, play)
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
        rows[name] = values[:1] if is_constant(values) else values
    return PhaseRows(phase.name, periods, rows)
