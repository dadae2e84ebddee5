"""Two toys at two rates, their plan, runs that are recorded, and a log of the steps that are taken."""

from dataclasses import replace

from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.coupling import toys
from tests.coupling.toys import CONTROL, ELECTRICAL, THERMAL

SECOND = 10**9


def fast_and_slow():
    return System(
        (
            toys.component("Fast", ELECTRICAL, toys.source()),
            toys.component("Slow", THERMAL, toys.sink()),
        ),
        (connect("Fast.flow", "Slow.flow"), connect("Fast.level", "Slow.level")),
    )


def plan_of(system, electrical=SECOND, control=SECOND, thermal=5 * SECOND):
    return make_plan(system, {ELECTRICAL: electrical, CONTROL: control, THERMAL: thermal})


def recorded(system, plan, experiment, tmp_path, **record):
    output = tmp_path / "results.nc"
    summary = run(system, plan, replace(experiment, record=record, output=output))
    return summary, load(output)


def logged(system, log):
    """Return the system; steps are noted as (name, t, h)."""

    def noting(component):
        def open_noting(inputs, outputs):
            slave = component.open(inputs, outputs)
            step = slave.step

            def note(t, h):
                step(t, h)
                log.append((component.name, t, h))

            slave.step = note
            return slave

        return replace(component, open=open_noting)

    return System(tuple(noting(component) for component in system.components), system.connections)
