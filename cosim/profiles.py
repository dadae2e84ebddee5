"""Inputs that change in time: a load profile as a component of the system."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..core.variable import Causality, DataType
from ..coupling.operations import Connection, endpoint
from ..coupling.port import Port
from ..coupling.slave import SlaveError, Values, fill, packed, unpacked
from ..coupling.system import FLOWS, Component, System
from .opening import BASE_PERIOD

NAME = "Inputs"
"""Name of the component that holds the profiles."""


_BASE_PERIOD = Port(
    name=BASE_PERIOD,
    causality=Causality.PARAMETER,
    data_type=DataType.REAL,
    unit="s",
    shape=(),
    references=np.zeros(0, np.uint32),
    start=np.ones(1),
)


class ProfileSlave:
    """Hands out one row of each profile a base period; row k holds during base period k + 1.

    Of a longer step it hands out the mean of the rows of a flow (A, W) and the last row of anything else.

    Parameters
    ----------
    profiles : mapping of str to array, shape (rows, count)
        Values by port.
    outputs : sequence of str
        Names of the profiles that are used.
    flows : collection of str
        Those that are flows.
    """

    def __init__(
        self, profiles: Mapping[str, NDArray[np.float64]], outputs: Sequence[str], flows: Collection[str]
    ) -> None:
        self.inputs: Mapping[str, Values] = {}
        self.outputs: Mapping[str, Values] = {name: profiles[name][0].copy() for name in outputs}
        self._profiles = profiles
        self._flows = flows
        self._rows = min(len(rows) for rows in profiles.values())
        self._position: NDArray[np.int64] = np.zeros(1, np.int64)
        self._period = 1.0

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Take the base period."""
        self._period = float(values[BASE_PERIOD][0])

    def initialize(self) -> None:
        """Do nothing: the first row is there already."""

    def begin(self) -> None:
        """Do nothing: the first row is there already."""

    def step(self, t: float, h: float) -> None:
        """Hand out the rows of the step."""
        first = int(self._position[0])
        end = first + round(h / self._period)
        if end > self._rows:
            raise SlaveError(f"the profiles end after {self._rows} base periods; the run needs more")
        for name, values in self.outputs.items():
            rows = self._profiles[name]
            values[:] = rows[first:end].mean(axis=0) if end - first > 1 and name in self._flows else rows[end - 1]
        self._position[0] = end

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Do nothing: there is nothing to set."""

    def save(self) -> bytes:
        """Return the position."""
        return packed([array.tobytes() for array in (self._position, *self.outputs.values())])

    def restore(self, saved: bytes) -> None:
        """Return to a position."""
        arrays = (self._position, *self.outputs.values())
        for array, part in zip(arrays, unpacked(saved, len(arrays)), strict=True):
            fill(array, part)

    def close(self) -> None:
        """Do nothing: nothing is held."""


def with_profiles(system: System, profiles: Mapping[str, ArrayLike]) -> System:
    """Drive inputs by profiles: one row of values for each base period, held during it.

    The profiles become outputs of a component called ``Inputs`` in the fastest layer. A slower component
    therefore takes the mean of a flow (A, W) over its period and the last value of anything else; so does a longer
    step of the fastest layer.

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
    flows = {name for name, port in ports.items() if port.unit in FLOWS and port.data_type is DataType.REAL}
    inputs = Component(
        name=NAME,
        layer=min(component.layer for component in system.components),
        ports={BASE_PERIOD: _BASE_PERIOD, **ports},
        open=lambda _, outputs: ProfileSlave(values, outputs, flows),
    )
    return System((inputs, *system.components), (*connections, *system.connections))


def _profile(name: str, port: Port, given: ArrayLike) -> tuple[Port, NDArray[np.float64]]:
    rows = np.shape(given)[:1]
    if not rows or not rows[0]:
        raise InputError(f"profile {name} needs a row of values for each base period; it has none")
    return replace(port, name=name, causality=Causality.OUTPUT), port.values(f"profile {name}", given, rows)
