"""Jumps over many cycles: what a cycle that was run in full has done to the slow states, extrapolated.

A reference cycle is run in full. What it added to the counters that the jumping layer takes, and to the states that are
carried, are rates. Over a jump of N the jumping components take one step of N under these rates, and the carried states
are shifted; the faster components do not move, their clocks do not skip. Everything goes through inputs, steps and
saved states, as any FMU with them can.

A component ``Jumps`` in the jumping layer, which `with_jumps` adds, stands between the counters and those who take
them and adds what was jumped over.

* What a jumping component takes from faster layers by the rule ``last`` is a counter: cumulative.
* An output of a faster component that an input beside it shifts (`Variable.shifts`) is a carried state; the input is
  cumulative too.

Error
-----
Rates change slowly: with those of an earlier cycle of the same duty they are extended by a line (Adams and Bashforth,
second order, steps of any length). The estimate is the greatest difference that this makes to an output of a jumping
component, against holding the rates (Euler), relative to the output's nominal value; the length is chosen so that it
stays within the tolerance, and where that of a single cycle does not, there is no jump. A cycle after one of
another duty, and the very first, settles from wherever the system was: it is not extended, and no jump follows it.

The elements of a carried state move against each other; their mean is set by the cycle and stays. Control that would
have ended meanwhile must not be extrapolated beyond its end. Elements that are controlled come down to the lowest one
and stop there, and a jump ends before more than a quarter of all have. The others stay then, because control brings
down what rises. Where nothing is controlled, elements drift in a jump by at most 0.005 of the nominal value; but no
jump is made shorter than a cycle for that. Where control settles the elements within each cycle (`Jump.settles`), they
stay where they are.

References
----------
E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer 1993, section
III.5 (multistep methods with variable steps). W. E, B. Engquist, Commun. Math. Sci. 1 (2003) 87,
doi:10.4310/CMS.2003.v1.n1.a8 (heterogeneous multiscale methods).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.duration import NANOSECONDS, seconds
from ...core.errors import InputError
from ...coupling.execution import views
from ...coupling.slave import blamed, packed, unpacked
from ..simulation import Simulation
from .jumping import JumpSlave

Rates = dict[str, NDArray[np.float64]]
"""Change a second of counters and carried states, by name."""


@dataclass(frozen=True)
class Jump:
    """How far is jumped.

    Parameters
    ----------
    tolerance : float
        Of the error estimate of a jump, relative to the nominal values of the jumping components' outputs.
    first : int
        Longest jump before the change of the rates is known; it is not taken from nearer cycles [cycles].
    longest : int
        Longest jump [cycles].
    settles : bool
        Whether control settles the carried states within each cycle: then a jump leaves them where they are.

    Raises
    ------
    InputError
        Unless all are positive.
    """

    tolerance: float = 1e-3
    first: int = 7
    longest: int = 1000
    settles: bool = False

    def __post_init__(self) -> None:
        for name in ("tolerance", "first", "longest"):
            if not getattr(self, name) > 0:
                raise InputError(f"jump: {name} = {getattr(self, name)} must be positive")


@dataclass(frozen=True)
class Leap:
    """A jump that was made.

    Parameters
    ----------
    length : int
        [ns].
    error : float
        Its estimate, relative to nominal values; NaN where the change of the rates was not known.
    ended : bool
        Whether it was ended by the event that was watched for.
    """

    length: int
    error: float
    ended: bool


@dataclass(frozen=True, eq=False)
class _Cycle:
    """Rates of a cycle, and when it was run [s]."""

    middle: float
    rates: Rates


class Jumper:
    """Takes the rates of cycles and jumps, in a simulation of a system that `with_jumps` has prepared."""

    def __init__(self, simulation: Simulation, settings: Jump) -> None:
        self._simulation = simulation
        self._settings = settings
        slave = simulation.slaves.get(JumpSlave.NAME)
        if not isinstance(slave, JumpSlave):
            raise InputError(f"{JumpSlave.NAME} does not jump, or is missing; with_jumps adds it to a system")
        self._jumps = slave
        system = simulation.system
        self._slow = [c for c in system.components if c.layer.jumps and c.name != JumpSlave.NAME]
        self._onward = [c for c in system.connections if c.source[0] in {s.name for s in self._slow} | {JumpSlave.NAME}]
        self._begun, self._begun_at = Rates(), self.time
        self._cycles: dict[str, tuple[_Cycle, ...]] = {}
        self._duty = ""
        self._is_settled = False

    @property
    def time(self) -> int:
        """Calendar time [ns]."""
        return self._simulation.time + self._simulation.skipped

    def save(self) -> bytes:
        """Return the rates that are known; to be called between a cycle and the next."""
        middles = {duty: [cycle.middle for cycle in cycles] for duty, cycles in self._cycles.items()}
        header = {"duty": self._duty, "middles": middles}
        rates = [rate for cycles in self._cycles.values() for cycle in cycles for rate in cycle.rates.values()]
        return packed([json.dumps(header).encode(), b"".join(rate.tobytes() for rate in rates)])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` returned."""
        header, rates = unpacked(saved, 2)
        known, values, place = json.loads(header), np.frombuffer(rates), 0
        self._duty, self._cycles = known["duty"], {}
        for duty, middles in known["middles"].items():
            self._cycles[duty] = ()
            for middle in middles:
                taken: Rates = {}
                for name, count in self._jumps.sizes.items():
                    taken[name] = values[place : place + count]
                    place += count
                self._cycles[duty] = (*self._cycles[duty], _Cycle(middle, taken))

    def start_cycle(self) -> None:
        """Note where a reference cycle starts."""
        self._begun = self._jumps.counted()
        self._begun_at = self.time

    def end_cycle(self, duty: str) -> None:
        """Take the rates of the cycle of a duty that ends now, if the cycle before was one of this duty."""
        self._is_settled, self._duty = duty == self._duty, duty
        self._cycles.setdefault(duty, ())
        if not self._is_settled:
            return
        length = seconds(self.time - self._begun_at)
        counted = self._jumps.counted()
        rates = {name: (counted[name] - begun) / length for name, begun in self._begun.items()}
        cycle, earlier = _Cycle(seconds(self._begun_at) + 0.5 * length, rates), self._cycles[duty]
        is_near = bool(earlier) and cycle.middle - earlier[-1].middle < self._settings.first * length
        self._cycles[duty] = (*(earlier[:1] if is_near else earlier[-1:]), cycle)

    def leap(self, duty: str, limit: int, event: Callable[[], bool]) -> Leap:
        """Jump, no further than `limit` [ns], and not beyond the instant from which on `event` is true.

        Parameters
        ----------
        duty : str
            Name of the duty of the cycle whose rates are extended.
        limit : int
            A multiple of the cycle; 0 jumps nowhere.
        event : callable
            Looks at outputs of the jumping components.
        """
        cycle = self.time - self._begun_at
        cycles = self._cycles[duty]
        if not self._is_settled or limit < cycle:
            return Leap(0, math.nan, False)
        is_wide = cycles[-1].middle - cycles[0].middle >= self._settings.first * seconds(cycle)
        most = self._settings.longest if is_wide else self._settings.first
        reach = math.inf if self._settings.settles else self._jumps.reach(cycles[-1].rates) / seconds(cycle)
        longest = min(limit, cycle * max(int(min(most, reach)), 1))
        before = self._save()
        length, error = self._fitting(cycles, longest, cycle, before)
        if not length:
            return Leap(0, error, False)
        self._step(self._extended(cycles, length), length)
        ended = event()
        if ended:
            length = self._first(cycles, length, event, before)
        self._land(self._extended(cycles, length), length)
        return Leap(length, error, ended)

    def _fitting(
        self, cycles: tuple[_Cycle, ...], longest: int, cycle: int, before: Mapping[str, bytes]
    ) -> tuple[int, float]:
        """Return a length [ns] whose error estimate is within the tolerance, and that estimate; 0 where none is."""
        if len(cycles) == 1:
            return longest, math.nan
        length = longest
        while True:
            error = self._estimate(cycles, length, before)
            if error <= self._settings.tolerance:
                return length, error
            if length == cycle:
                return 0, error
            share = max(0.2, 0.9 * math.sqrt(self._settings.tolerance / error))
            length = max(int(length * share) // cycle, 1) * cycle

    def _estimate(self, cycles: tuple[_Cycle, ...], length: int, before: Mapping[str, bytes]) -> float:
        results = []
        for rates in (self._extended(cycles, length), cycles[-1].rates):
            self._step(rates, length)
            results.append(self._outputs())
            self._restore(before)
        ratios = [np.max(np.abs(line - held)) for line, held in zip(*results, strict=True)]
        return float(max(ratios))

    def _extended(self, cycles: tuple[_Cycle, ...], length: int) -> Rates:
        """Return the rates in the middle of the jump: on the line through the last two cycles of this duty."""
        last = cycles[-1]
        if len(cycles) == 1:
            return last.rates
        ahead = seconds(self.time) + 0.5 * seconds(length) - last.middle
        share = ahead / (last.middle - cycles[0].middle)
        counters = self._jumps.counters
        return {
            name: np.maximum(rate + share * (rate - cycles[0].rates[name]), 0.0) if name in counters else rate
            for name, rate in last.rates.items()
        }

    def _step(self, rates: Rates, length: int) -> None:
        """Let the jumping components step over the jump."""
        added = {name: rates[name] * seconds(length) for name in self._jumps.counters}
        for component in self._slow:
            slave = self._simulation.slaves[component.name]
            self._jumps.feed(component.name, slave, added)
            with blamed(component.name, "does not jump"):
                slave.step(seconds(self.time), seconds(length))

    def _first(
        self, cycles: tuple[_Cycle, ...], length: int, event: Callable[[], bool], before: Mapping[str, bytes]
    ) -> int:
        """Return the first length, to the second, after which the event is true; the jumping components are there."""
        low, high = 0, -(-length // NANOSECONDS["s"])
        while high - low > 1:
            middle = (low + high) // 2
            self._restore(before)
            self._step(self._extended(cycles, middle * NANOSECONDS["s"]), middle * NANOSECONDS["s"])
            low, high = (low, middle) if event() else (middle, high)
        length = min(high * NANOSECONDS["s"], length)
        self._restore(before)
        self._step(self._extended(cycles, length), length)
        return length

    def _land(self, rates: Rates, length: int) -> None:
        """Keep what was jumped over, shift what is carried, hand on, and let the calendar skip."""
        added = {name: rates[name] * seconds(length) for name in self._jumps.counters}
        self._jumps.keep(added)
        if not self._settings.settles:
            self._jumps.shift(rates, seconds(length))
        for connection in self._onward:
            output, input_ = views(self._simulation.slaves, connection)
            np.copyto(input_, output, casting="unsafe")
        self._simulation.skipped += length

    def _outputs(self) -> list[NDArray[np.float64]]:
        """Return the real outputs of the jumping components that faster ones take, over their nominal values."""
        system, slaves = self._simulation.system, self._simulation.slaves
        slow = {component.name for component in self._slow}
        ends = dict.fromkeys(c.source for c in self._onward if c.source[0] in slow and c.target[0] not in slow)
        return [slaves[name].outputs[output] / system.port((name, output)).nominal for name, output in ends]

    def _save(self) -> dict[str, bytes]:
        return {component.name: self._simulation.slaves[component.name].save() for component in self._slow}

    def _restore(self, saved: Mapping[str, bytes]) -> None:
        for name, state in saved.items():
            self._simulation.slaves[name].restore(state)
