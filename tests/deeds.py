"""What writes files, each in two ways that can be told apart: a build, a run, a long run."""

import numpy as np

from packfmu.core.variable import Detail
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.long import long_run
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.master import run
from packfmu.cosim.results import load, made_of, save_csv
from packfmu.cosim.simulation import Simulation
from packfmu.fmi import build as fmi_build
from packfmu.fmi.archive import write_archive
from packfmu.fmi.build import Form, draft_parts
from packfmu.fmi.definition import Part
from packfmu.fmi.files import replacing_together
from tests.cosim.long.wear import duty, life, planned, prepared
from tests.cosim.runs import SECOND, fast_and_slow, plan_of

PARTS = ("Balancer", "Cell", "Thermal")
OLD, NEW = 1, 2


def small_builders(patch):
    """Let FMUs hold their name and what they are given only."""

    def build(target, name, arguments, start, *_):
        write_archive(target, {"resources/it": f"{target.stem} {start}".encode()})

    for name in ("build_native_fmu", "build_python_fmu"):
        patch.setattr(f"packfmu.fmi.build.{name}", build)
    patch.setattr("packfmu.fmi.build.are_at_hand", lambda _: True)
    patch.setattr("packfmu.fmi.build.os.cpu_count", lambda: 1)  # always in one order


def paused(patch, pause):
    """Pause once in the midst of a build with small builders, or of a run."""

    def before(deed):
        def wait(*given):
            while pauses:
                pauses.pop()()
            return deed(*given)

        return wait

    pauses = [pause]
    patch.setattr("packfmu.fmi.build.build_native_fmu", before(fmi_build.build_native_fmu))
    patch.setattr(Simulation, "tick", before(Simulation.tick))


def build(folder, variant, names=PARTS[:2], forms=(Form.NATIVE,)):
    """Build FMUs, and a file that belongs to them, as one set."""
    planned_parts = [Part(name, "thermal", {"cells": 2}, {"initial_temperature": 300.0 + variant}) for name in names]
    with replacing_together() as draft_of:
        for form in forms:
            drafts = draft_parts(planned_parts, folder, Detail.CELL, draft_of, form)
        draft_of(folder / "Pack.ssp").write_bytes(b"".join(draft.read_bytes() for draft in drafts.values()))


def drive(folder, variant):
    """Run two toys, and make a table of what was recorded."""
    system = fast_and_slow()
    record = {"level": "Fast.level", "amount": "Fast.amount"}
    experiment = Experiment(20 * SECOND, values={"Fast.slope": 0.1 * variant}, record=record, output=folder / "run.nc")
    with made_of(folder / "run.nc", lambda recorded: save_csv(recorded, folder / "run.csv")):
        run(system, plan_of(system), experiment)


def age(folder, variant, resume=False):
    """Live forty days, with jumps."""
    duties = {"run": duty("run", 2.0 * variant)}
    system = prepared(duties=duties)
    lived = life(folder / "life.nc", 40, Jump(first=1, longest=3), duties=duties, values={"Runner.gain": 1e-3})
    long_run.run_long(system, planned(system), lived, resume)


def arrays(path):
    """Return the recorded values of a run as bytes, by their name."""
    recorded = load(path)
    return {str(name): values.values.tobytes() for name, values in recorded.variables.items()}


def is_beginning(path, whole):
    """Whether a run says that it is not complete, and holds the first rows of another."""
    recorded, other = load(path), load(whole)
    rows = recorded.sizes["time"]
    same = all(np.array_equal(recorded[n].values, other[n].values[:rows]) for n in recorded.data_vars)
    return recorded.attrs["complete"] == 0 and recorded.attrs["reason"] != "" and same
