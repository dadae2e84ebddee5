"""One pack of a study: drawn, started, put through its course, and observed.

The block of a pack, which holds all its components but Aging, is made once a process; packs differ in the start values
of its parameters. Its kernels are called directly, as `packfmu run` calls those of its FMUs, with the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.duration import seconds
from ...core.errors import InputError, one_line
from ...core.model import Model
from ...cosim.master import run
from ...coupling.kernels import kernel_component
from ...coupling.port import Port, ports_of
from ...coupling.schedule import make_plan
from ...coupling.slave import Slave, SlaveError, Values
from ...coupling.system import Component, System
from ...fmi.definition import Part
from ...fmi.registry import load_definition
from ...pack.block import kernel_pack, pack_block, periods, start_values
from ...pack.file import Pack
from ...pack.parts import parts
from ...pack.topology import AGING, ELECTRICAL, PACK_LAYERS
from ...usage.phases import PackPorts, steps_experiment
from ..population.cells import draws_of, pack_of, pack_with
from ..population.population import Population
from .courses import ProfileCourse, StepsCourse
from .observed import Observed, Observer

CUT_OFFS = ("undervoltage", "overvoltage", "overcurrent", "cell_overcurrent")
"""Outputs that end a run: the pack would have been disconnected."""

BLOCK = "Pack"


class SampleEnding(IntEnum):
    """How a sample has ended; 0 is one that has not run."""

    WAITING = 0
    COMPLETE = 1
    CUT_OFF = 2
    FAILED = 3


@dataclass(frozen=True, eq=False)
class Job:
    """What every worker of a study is given.

    Parameters
    ----------
    pack : Pack
        The nominal pack.
    population : Population
        Its cells.
    course : ProfileCourse or StepsCourse
        What each pack is put through.
    observed : tuple of Observed
        What is kept.
    """

    pack: Pack
    population: Population
    course: ProfileCourse | StepsCourse
    observed: tuple[Observed, ...]


@dataclass(frozen=True, eq=False)
class Sampled:
    """What a sample has given: what was observed, the draws of its cells, how it ended, and why."""

    values: Mapping[str, NDArray[np.float64]]
    drawn: Mapping[str, NDArray[np.float64]]
    ending: SampleEnding
    reason: str


class Runner:
    """Runs samples of a job in this process.

    Parameters
    ----------
    job : Job
        What is run.

    Raises
    ------
    InputError
        When the job does not fit: an output that does not exist, a course of steps, a plan that mixes timescales.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        first = _inside(pack_of(job.population, job.pack, 0))
        self._arguments = [part.arguments for part in first]
        self._system = kernel_pack(first, metered=True)
        block = pack_block(pack_of(job.population, job.pack, 0), first)
        self.model: Model = load_definition(block.component, block.arguments, block.start).model
        self._ports = ports_of(self.model)
        self.shapes = {
            each.name: (each.port(self._ports), each.shape(each.port(self._ports).count, self.periods))
            for each in job.observed
        }

    @property
    def periods(self) -> int:
        """Electrical periods of a profile; of steps 0, which have no courses."""
        course = self.job.course
        if isinstance(course, ProfileCourse):
            return course.periods
        for each in self.job.observed:
            if each.of == "course":
                raise InputError(f'outputs: {each.name}: of = "course" is for profiles; steps end when they end')
        return 0

    def ports(self) -> dict[str, Port]:
        """Return the port of what each name observes."""
        return {name: port for name, (port, _) in self.shapes.items()}

    def run(self, sample: int) -> Sampled:
        """Run a sample; what does not work is told by its ending and its reason."""
        job = self.job
        drawn = draws_of(job.population, job.pack, sample)
        observers: dict[str, Observer] = {}
        try:
            pack = pack_with(job.population, job.pack, drawn)
            ending, reason = self._put_through(pack, self._component(pack, observers))
        except (InputError, SlaveError, ValueError) as error:
            ending, reason = SampleEnding.FAILED, one_line(str(error))
        values = {
            name: observers[name].result(shape) if name in observers and ending is not SampleEnding.FAILED
            else np.full(shape, np.nan)
            for name, (_, shape) in self.shapes.items()
        }  # fmt: skip
        return Sampled(values, drawn, ending, reason)

    def _component(self, pack: Pack, observers: dict[str, Observer]) -> Component:
        """Return the block of a pack as a component; observers are made when it is opened, and look after each step."""
        planned = _inside(pack)
        if [part.arguments for part in planned] != self._arguments:
            raise InputError("the population changes how the pack is built, not only its values")
        component = kernel_component(BLOCK, ELECTRICAL, self.model.with_start(start_values(self._system, planned)))

        def opened(inputs: Sequence[str], outputs: Sequence[str]) -> Slave:
            wanted = [port.name for port in self.ports().values()]
            slave = component.open(inputs, list(dict.fromkeys([*outputs, *wanted, *CUT_OFFS])))
            for each in self.job.observed:
                view = slave.outputs[self.ports()[each.name].name]
                observers[each.name] = Observer(each, view, self.periods)
            return _watched(slave, [observer.take for observer in observers.values()])

        return replace(component, open=opened)

    def _put_through(self, pack: Pack, component: Component) -> tuple[SampleEnding, str]:
        course = self.job.course
        if isinstance(course, ProfileCourse):
            return _drive(pack, component, course)
        return _step(pack, component, course)


def _inside(pack: Pack) -> list[Part]:
    """Return the parts of a pack that its block holds."""
    return [part for part in parts(pack) if PACK_LAYERS[part.name] != AGING]


def _watched(slave: Slave, takes: Sequence[Callable[[], None]]) -> Slave:
    """Return a component that is looked at once it has started, and after each step."""
    start, inner = slave.end_initialization, slave.step

    def begin() -> None:
        start()
        for take in takes:
            take()

    def step(t: float, h: float) -> None:
        inner(t, h)
        for take in takes:
            take()

    slave.end_initialization = begin  # type: ignore[method-assign]
    slave.step = step  # type: ignore[method-assign]
    return slave


def _drive(pack: Pack, component: Component, course: ProfileCourse) -> tuple[SampleEnding, str]:
    """Put a pack through a profile, a row for each electrical period."""
    ports = PackPorts(System((component,), ()), pack)
    names = {name: ports.name(name).partition(".")[2] for name in (*course.rows, *course.values)}
    slave = component.open(list(dict.fromkeys(names.values())), ())
    start: dict[str, NDArray[Any]] = {names[name]: np.asarray(value) for name, value in course.values.items()}
    slave.prepare(start | {names[name]: row[:1] for name, row in course.rows.items()}, 0.0)
    slave.initialize()
    slave.end_initialization()
    driven = [(slave.inputs[names[name]], row) for name, row in course.rows.items()]
    flags: list[Values] = [slave.outputs[name] for name in CUT_OFFS]
    h = seconds(pack.schedule.electrical)
    for period in range(course.periods):
        for view, row in driven:
            view[0] = row[period]
        slave.step(seconds(period * pack.schedule.electrical), h)
        if any(flag[0] for flag in flags):
            cut = [name for name, flag in zip(CUT_OFFS, flags, strict=True) if flag[0]]
            return SampleEnding.CUT_OFF, f"{', '.join(cut)} at {(period + 1) * h:.6g} s"
    return SampleEnding.COMPLETE, ""


def _step(pack: Pack, component: Component, course: StepsCourse) -> tuple[SampleEnding, str]:
    """Put a pack through the steps of an experiment."""
    system, experiment = steps_experiment(System((component,), ()), pack, course.steps, course.drives.driven)
    flags = tuple(f"{BLOCK}.{name}" for name in CUT_OFFS)
    end = run(system, make_plan(system, periods(pack.schedule)), replace(experiment, record={}, stop_on=flags))
    if end.stopped_by:
        return SampleEnding.CUT_OFF, f"{', '.join(end.stopped_by)} at {end.end:.6g} s"
    return SampleEnding.COMPLETE, ""
