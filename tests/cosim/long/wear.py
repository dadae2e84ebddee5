"""Small models that wear, for the tests of jumps and long runs, and what is run with them.

::

    Inputs --speed--> Runner --count--> [Jumps] --count--> Ager      Runner: electrical, every 6 h
                       ^ ^ ^                                | |      Ager: aging, every day
                       | | +-------pull: loss or age--------+ |
                       | +---place_shift-- [Jumps]            +----> least
                       +---place_ is watched

Two parts are in the runner. Part k counts ``speed k (1 + gain pull[k])`` a day, which the ager turns into a loss,
``scale count**exponent``; its age is the calendar's time in days. The places of four elements drift; one that is above
the lowest by more than `band` is braked besides. Both refuse a step that does not begin where the last one ended.
"""

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model, Update
from packfmu.core.variable import DataType
from packfmu.cosim.duty import with_duties
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.long.calendar import LongRun, Stretch
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.jumping import with_jumps
from packfmu.cosim.phase import Duty, Phase
from packfmu.cosim.simulation import opened
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.coupling.toys import AGING, ELECTRICAL, nothing, real

HOUR = 3600 * 10**9
DAY = 24 * HOUR
PERIODS = {ELECTRICAL: 6 * HOUR, AGING: DAY}
PARTS, PLACES = 2, 4


@kernel
def run_start(x, p, u, y, c):
    x.time = y.work = y.tired = 0.0
    for k in range(y.count.shape[0]):
        y.count[k] = 0.0
    for k in range(y.place.shape[0]):
        y.place[k] = p.initial_place[k]
        x.shifted[k] = u.place_shift[k]


@kernel
def lowest(values):
    least = values[0]
    for k in range(values.shape[0]):
        least = min(least, values[k])
    return least


@kernel
def run_step(x, p, u, y, c, t, h):
    if t != x.time:
        return 1
    x.time = t + h
    days = h / 86400.0
    y.work = u.speed * days
    for k in range(y.count.shape[0]):
        y.count[k] += u.speed * (k + 1) * (1.0 + p.gain * u.pull[k]) * days
    for k in range(y.place.shape[0]):
        y.place[k] += u.place_shift[k] - x.shifted[k]
        x.shifted[k] = u.place_shift[k]
    least = lowest(y.place)
    for k in range(y.place.shape[0]):
        y.place[k] += (p.drift[k] - (p.brake if y.place[k] > least + p.band else 0.0)) * days
    y.tired = 1.0 if y.count[0] >= p.limit else 0.0
    return DONE


def runner():
    return Model(
        "Runner",
        "a runner",
        Fields(
            parameters=(
                real("gain"),
                real("limit", start=1e300),
                real("initial_place", size=PLACES),
                real("drift", "1/d", PLACES),
                real("band", start=1e300),
                real("brake", "1/d"),
            ),
            inputs=(real("speed", "1/d"), real("pull", size=PARTS), real("place_shift", size=PLACES, shifts="place")),
            outputs=(
                real("count", size=PARTS),
                real("place", size=PLACES, slow=True),
                real("work", "J"),
                real("tired", data_type=DataType.BOOLEAN),
            ),
            states=(real("time", "s"), real("shifted", size=PLACES)),
        ),
        run_start,
        nothing("wear 1"),
        run_step,
        {1: "its clock has skipped from {x.time:.6g} s"},
    )


@kernel
def age_start(x, p, u, y, c):
    x.time = 0.0
    y.least = 1.0
    for k in range(y.loss.shape[0]):
        y.loss[k] = y.age[k] = 0.0


@kernel
def age_step(x, p, u, y, c, t, h):
    if t != x.time:
        return 1
    x.time = t + h
    y.least = 1.0
    for k in range(y.loss.shape[0]):
        y.loss[k] = p.scale * u.count[k] ** p.exponent
        y.age[k] = (t + h) / 86400.0
        y.least = min(y.least, 1.0 - y.loss[k])
    return DONE


def ager():
    return Model(
        "Ager",
        "an ager",
        Fields(
            parameters=(real("scale", start=1.0), real("exponent", start=1.0)),
            inputs=(real("count", size=PARTS),),
            outputs=(real("loss", size=PARTS), real("age", size=PARTS), real("least")),
            states=(real("time", "s"),),
        ),
        age_start,
        nothing("wear 2"),
        age_step,
        {1: "its clock, at {x.time:.6g} s, is not that of the calendar"},
        Update.EXACT,
    )


RUNNER = kernel_component("Runner", ELECTRICAL, runner())
AGER = kernel_component("Ager", AGING, ager())


def duty(name="run", speed=2.0, pace=1):
    """Return a day: half of it at a speed, so that part 1 counts speed/2 (1 + gain pull)."""
    busy, idle = ({"Runner.speed": value} for value in (speed, 0.0))
    return Duty(name, (Phase("busy", 12 * HOUR, busy), Phase("idle", 12 * HOUR, idle, pace)))


DUTIES = {"run": duty()}


def joined(pull="loss"):
    """Return runner and ager; the runner is pulled by the loss or by the age."""
    back = connect(f"Ager.{pull}", "Runner.pull")
    return System((RUNNER, AGER), (connect("Runner.count", "Ager.count"), back))


def prepared(pull="loss", duties=DUTIES, together=1):
    """Return the same system, with duties and jumps."""
    return with_jumps(with_duties(joined(pull), duties, PERIODS[ELECTRICAL]), together)


def planned(system):
    return make_plan(system, PERIODS)


RECORD = {"loss": "Ager.loss", "least": "Ager.least", "place": "Runner.place", "age": "Ager.age"}


def life(output, days, jump=None, calendar=None, duties=DUTIES, end=None, **experiment):
    """Return a long run of some days; one endless leg of the first duty unless told otherwise."""
    chosen = {"record": RECORD, "totals": ("Runner.work",), **experiment}
    leg = (Stretch(next(iter(duties)), days * DAY),)
    lasting = Experiment(days * DAY, output=output, **chosen)
    return LongRun(lasting, duties, leg if calendar is None else calendar, datetime(2020, 1, 1), jump, end)


@contextmanager
def simulated(system, **values):
    """Open a system; values by name with ``__`` for the dot."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    experiment = Experiment(DAY, values=given, record=RECORD, totals=("Runner.work",))
    with opened(system, planned(system), experiment, lambda _: None) as simulation:
        yield simulation


def live_a_day(simulation):
    for _ in range(4):
        simulation.tick()


def wrapped(system, name, change):
    """Return the system; `change` is told each slave of that name when it is opened."""

    def opening(component):
        def open_changed(inputs, outputs):
            slave = component.open(inputs, outputs)
            change(slave)
            return slave

        return replace(component, open=open_changed)

    parts = (opening(component) if component.name == name else component for component in system.components)
    return System(tuple(parts), system.connections)


LONG = Jump(tolerance=1e9, first=10**6, longest=10**6)
"""Jumps to the end of the leg."""
