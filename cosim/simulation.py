"""A system that runs by a plan: opened, moved tick by tick, saved and put back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.duration import LONGEST, seconds
from ..core.variable import Causality
from ..coupling.exchange import check_integrals
from ..coupling.execution import Execution, settle, views
from ..coupling.guard import watched_outputs
from ..coupling.holding import holdings
from ..coupling.operations import Rule
from ..coupling.schedule import Plan, transfer_rule
from ..coupling.slave import Slave, SlaveError, blamed, packed, unpacked
from ..coupling.system import Component, System
from .experiment import Experiment
from .opening import STEP_SCALE, ahead, ends, flags, open_component, start_values
from .recorder import columns

Set = Mapping[str, NDArray[Any]]


class Simulation:
    """A system that runs by a plan; made by `opened`.

    Parameters
    ----------
    system : System
        Components and connections.
    plan : Plan
        Made for this system.
    slaves : mapping of str to Slave
        The running components, initialised.
    totals : sequence of (str, str)
        Integrals to be summed over the steps, by component and output.
    start : int
        Time at which it starts [ns].
    given : collection of str
        What was set to something else than what the master would set, ``"Component.variable"``.
    """

    def __init__(
        self,
        system: System,
        plan: Plan,
        slaves: Mapping[str, Slave],
        totals: Sequence[tuple[str, str]],
        start: int,
        given: Mapping[str, ArrayLike],
    ) -> None:
        self.system = system
        self.plan = plan
        self.slaves = slaves
        self.start = start
        self._given = given
        self._pace = 1
        self.holdings = holdings(system, slaves)
        self._execution = Execution(plan, slaves, totals, start, self.holdings)

    @property
    def time(self) -> int:
        """Local time [ns], from which that of the jumping layer differs by `skipped`."""
        return self._execution.time

    @property
    def skipped(self) -> int:
        """What is added to the times [ns] at which components of the jumping layer are stepped."""
        return self._execution.skipped

    @skipped.setter
    def skipped(self, length: int) -> None:
        self._execution.skipped = length

    @property
    def work(self) -> int:
        """Steps that components have taken, those that were undone by `restore` included."""
        return self._execution.work

    @property
    def is_whole(self) -> bool:
        """Whether all layers but the jumping layer have just stepped."""
        return self._execution.is_whole

    @property
    def hyperperiod(self) -> int:
        """Time after which all layers but the jumping layer have stepped [ns]."""
        return max((period for layer, period in self.plan.periods.items() if not layer.jumps), default=self.plan.base)

    @property
    def until_jumping_layer(self) -> int:
        """Time until the jumping layer is due [ns]; the greatest there is where no layer jumps."""
        if self.plan.jumping is None:
            return LONGEST
        period = self.plan.periods[self.plan.jumping]
        return period - (self.time - self.start) % period

    def tick(self, stride: int = 1) -> None:
        """Do everything that is due after the next `stride` base periods.

        The steps of all layers but the jumping layer are `stride` times longer than in the plan, as long as it does not
        change but where these layers have all stepped. The jumping layer is due when the local time since the start
        reaches a multiple of its period, whatever the strides.

        Raises
        ------
        InputError
            When a component fails or refuses a step; the message names it and the time.
        """
        self._execution.tick(stride)

    def complete(self) -> None:
        """Step the layers whose period is not complete to the present time, by shorter steps."""
        self._execution.complete()

    def set_pace(self, scale: int) -> None:
        """Let the components look ahead as far as ticks of `scale` base periods need.

        Components with a plan inside scale it. What was set for the whole run stays.

        Raises
        ------
        ValueError
            When not all layers but the jumping layer have just stepped.
        """
        if scale == self._pace:
            return
        if not self.is_whole:
            raise ValueError("the pace changes only where all layers but the jumping layer have stepped")
        self._pace = scale
        for component in self.system.components:
            values = self._paced(component, scale)
            if values:
                with blamed(component.name, "cannot change its pace"):
                    self.slaves[component.name].set(values)
                self._hand_on(component)

    def sums(self) -> dict[str, float]:
        """Return the totals so far, by ``"Component.output"``."""
        return self._execution.sums()

    def save(self) -> bytes:
        """Return everything that is needed to go on with the same bits; InputError names a component that cannot."""
        names = list(self.slaves)
        states = [self._state(name) for name in names]
        header = json.dumps({"components": names, "pace": self._pace}).encode()
        return packed([header, self._execution.save(), *states])

    def restore(self, saved: bytes) -> None:
        """Return to what `save` of this simulation, or of another one of an equal system and plan, returned.

        Raises
        ------
        InputError
            When the state does not fit; the simulation is of no use then.
        """
        with blamed("the simulation", "cannot be restored"):
            header, clock, *states = unpacked(saved, 2 + len(self.slaves))
            names, pace = _read_header(header)
            if names != list(self.slaves):
                raise SlaveError(f"the saved state is one of {', '.join(names)}")
            self._execution.restore(clock)
        for (name, slave), state in zip(self.slaves.items(), states, strict=True):
            with blamed(name, "cannot be restored"):
                slave.restore(state)
        self._pace = pace

    def _state(self, name: str) -> bytes:
        with blamed(name, "cannot be saved"):
            return self.slaves[name].save()

    def _paced(self, component: Component, scale: int) -> Set:
        """Return what a component is to be set to at a pace."""
        values = ahead(component, self.plan, scale)
        port = component.ports.get(STEP_SCALE)
        if port is not None and port.causality is Causality.PARAMETER:
            values[STEP_SCALE] = port.values(f"{component.name}.{STEP_SCALE}", scale)
        return {name: value for name, value in values.items() if f"{component.name}.{name}" not in self._given}

    def _hand_on(self, source: Component) -> None:
        """Hand on the outputs of a changed component that are not gathered."""
        for connection in self.system.connections:
            target = self.system.component(connection.target[0])
            as_it_is = transfer_rule(self.system, connection) in (Rule.LAST, Rule.HOLD)
            if connection.source[0] == source.name and target.layer <= source.layer and as_it_is:
                output, input_ = views(self.slaves, connection)
                np.copyto(input_, output, casting="unsafe")


def _read_header(header: bytes) -> tuple[list[str], int]:
    """Return components and pace of a saved state."""
    try:
        known = json.loads(header)
        return [str(name) for name in known["components"]], max(1, int(known["pace"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SlaveError(f"the saved state is damaged: {error!r}") from error


@contextmanager
def opened(system: System, plan: Plan, experiment: Experiment, announce: Callable[[str], None]) -> Iterator[Simulation]:
    """Open the components of a system, initialise them, and close them when the block is left.

    Parameters
    ----------
    system : System
        Components and connections.
    plan : Plan
        Made for this system.
    experiment : Experiment
        Start, start values, and which outputs will be read.
    announce : callable
        Told what is done next; an FMU may load and compile for seconds.

    Raises
    ------
    InputError
        When something given does not fit, or a component fails.
    """
    totals = check_integrals(system, experiment.totals)
    values = start_values(system, plan, experiment.values)
    recorded = [column.source for column in columns(system, experiment.record)]
    looked_at = [*flags(system, experiment.stop_on), *ends(system, experiment.duty)]
    read = [*recorded, *looked_at, *totals, *watched_outputs(system)]
    with ExitStack() as stack:
        slaves = {}
        for name, given in values.items():
            announce(f"loading {name}")
            slaves[name] = open_component(system, system.component(name), read, stack)
            with blamed(name, "cannot be started"):
                slaves[name].prepare(given, seconds(experiment.start))
        settle(system, slaves, announce)
        yield Simulation(system, plan, slaves, totals, experiment.start, experiment.values)
