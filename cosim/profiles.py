"""Inputs that change in time: a load profile as a component of the system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..models.errors import InputError
from ..models.operations import Connection, endpoint
from .interface import Causality, Port
from .slave import SlaveError, Values
from .system import Component, System

NAME = "Inputs"
"""Name of the component that holds the profiles."""


class ProfileSlave:
    """Hands out one row of each profile a step; row k holds during base period k + 1.

    Parameters
    ----------
    profiles : mapping of str to array, shape (rows, count)
        Values by port.
    outputs : sequence of str
        Names of the profiles that are used.
    """

    def __init__(self, profiles: Mapping[str, NDArray[np.float64]], outputs: Sequence[str]) -> None:
        self.inputs: Mapping[str, Values] = {}
        self.outputs: Mapping[str, Values] = {name: profiles[name][0].copy() for name in outputs}
        self._profiles = profiles
        self._rows = min(len(rows) for rows in profiles.values())
        self._row = 0

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Do nothing: there is nothing to set."""

    def initialize(self) -> None:
        """Do nothing: the first row is there already."""

    def begin(self) -> None:
        """Do nothing: the first row is there already."""

    def step(self, t: float, h: float) -> None:
        """Hand out the next row."""
        if self._row == self._rows:
            raise SlaveError(f"the profiles end after {self._rows} base periods; the run needs more")
        for name, values in self.outputs.items():
            values[:] = self._profiles[name][self._row]
        self._row += 1

    def close(self) -> None:
        """Do nothing: nothing is held."""


def with_profiles(system: System, profiles: Mapping[str, ArrayLike]) -> System:
    """Drive inputs by profiles: one row of values for each base period, held during it.

    The profiles become outputs of a component called ``Inputs`` in the fastest layer. A slower component
    therefore takes the mean of a flow (A, W) over its period and the last value of anything else.

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
    ports: dict[str, Port] = {}
    values: dict[str, NDArray[np.float64]] = {}
    connections = []
    for name, given in profiles.items():
        target = endpoint(name)
        ports[name], values[name] = _profile(name, system.port(target), given)
        connections.append(Connection((NAME, name), target))
    inputs = Component(
        name=NAME,
        layer=min(component.layer for component in system.components),
        ports=ports,
        open=lambda _, outputs: ProfileSlave(values, outputs),
    )
    return System((inputs, *system.components), (*connections, *system.connections))


def _profile(name: str, port: Port, given: ArrayLike) -> tuple[Port, NDArray[np.float64]]:
    rows = np.shape(given)[:1]
    if not rows or not rows[0]:
        raise InputError(f"profile {name} needs a row of values for each base period; it has none")
    return replace(port, name=name, causality=Causality.OUTPUT), port.values(f"profile {name}", given, rows)
