"""What holding a value costs: how far it moves from one of its steps to the next, while others see it held.

Of every output that declares a `hold_tolerance` and that another component takes, the greatest change is remembered,
and how much a voltage moves with it: that change times the sensitivity which the component that takes it, or the one
that gives it, reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.bounds import unit_suffix
from ..core.duration import at_most, format_duration, seconds
from ..core.model import Place
from .operations import Connection
from .port import Port
from .slave import Slave, Values, fill, packed, unpacked
from .system import System
from .transfers import take_change


@dataclass(frozen=True)
class HeldChange:
    """The greatest change of a held value from one step of its component to the next.

    Parameters
    ----------
    name : str
        ``"Component.output"``.
    change, tolerance : float
        Of its element that changed most, and how much is tolerated [unit].
    unit : str
        SI unit.
    interval : int
        Length of the step in which it changed most [ns].
    time : int
        Time at the end of that step [ns].
    effect : float or None
        By how much the change moves a voltage at most [V]; None where no component tells.
    """

    name: str
    change: float
    tolerance: float
    unit: str
    interval: int
    time: int
    effect: float | None

    @property
    def is_beyond(self) -> bool:
        """Whether it changed by more than is tolerated."""
        return self.change > self.tolerance

    def __str__(self) -> str:
        """Return component, value, change, tolerance, what it means for the voltage, and a period that would do."""
        suffix = unit_suffix(self.unit)
        text = f"{self.name} changed by {self.change:.3g}{suffix} in a step of {format_duration(self.interval)}"
        if self.effect is not None:
            text += f", about {1e3 * self.effect:.3g} mV"
        if not self.is_beyond:
            return text
        period = at_most(seconds(self.interval) * self.tolerance / self.change)
        return f"{text}; {self.tolerance:g}{suffix} is tolerated, and a period of at most {period} would do"


class Holding:
    """Watches one held output of a running component.

    Parameters
    ----------
    place : (str, str)
        Component and output.
    port : Port
        The output.
    values : array
        View of its values.
    sensitivities : sequence of array
        Views of what the voltage changes with it [V per unit].
    """

    def __init__(self, place: Place, port: Port, values: Values, sensitivities: Sequence[Values]) -> None:
        self.place = place
        self._port = port
        self._values = values
        self._sensitivities = sensitivities
        self._before = values.copy()
        self._change = self._effect = 0.0
        self._interval = self._time = 0

    def restart(self) -> None:
        """Take the present values for those of before: what led to them is no step."""
        self._before[:] = self._values

    def take(self, time: int, interval: int) -> None:
        """Look at the change in a step that has ended at `time` [ns] and was `interval` [ns] long."""
        change = take_change(self._before, self._values)
        if change > self._change:
            self._change, self._interval, self._time = change, interval, time
        for sensitivity in self._sensitivities:
            self._effect = max(self._effect, change * float(sensitivity[0]))

    def greatest(self) -> HeldChange:
        """Return the greatest change so far."""
        return HeldChange(
            name=".".join(self.place),
            change=self._change,
            tolerance=self._port.hold_tolerance,
            unit=self._port.unit,
            interval=self._interval,
            time=self._time,
            effect=self._effect if self._sensitivities else None,
        )

    def save(self) -> bytes:
        """Return the values of before and the greatest change so far."""
        times = np.array([self._interval, self._time], np.int64)
        return packed([self._before.tobytes(), np.array([self._change, self._effect]).tobytes(), times.tobytes()])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned."""
        changes, times = np.zeros(2), np.zeros(2, np.int64)
        for array, part in zip((self._before, changes, times), unpacked(saved, 3), strict=True):
            fill(array, part)
        self._change, self._effect = changes.tolist()
        self._interval, self._time = times.tolist()


def held_outputs(system: System) -> dict[Place, list[Place]]:
    """Return the outputs that are watched, each with the outputs that tell what a voltage changes with it."""
    held: dict[Place, list[Place]] = {}
    for connection in system.connections:
        port = system.port(connection.source)
        if port.hold_tolerance > 0.0:
            known = held.setdefault(connection.source, [])
            known += [place for place in _sensitivities(system, connection) if place not in known]
    return held


def _sensitivities(system: System, connection: Connection) -> list[Place]:
    ends = (connection.source, connection.target)
    named = ((end[0], system.port(end).sensitivity) for end in ends)
    return [place for place in named if place[1]]


def holdings(system: System, slaves: Mapping[str, Slave]) -> tuple[Holding, ...]:
    """Return a watch of every held output of running components."""
    return tuple(
        Holding(
            place,
            system.port(place),
            slaves[place[0]].outputs[place[1]],
            [slaves[name].outputs[output] for name, output in told],
        )
        for place, told in held_outputs(system).items()
    )
