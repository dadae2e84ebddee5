"""Time a step of a pack by its size, and through FMUs against the kernels: python benchmarks/pack_step.py.

Each pack of 2 cells in parallel carries a load that changes in every step of 1 s. A figure is the median over several
runs after the compilation; the runs of a table take turns. The peer of a size is the pack of 96 cells, and the goal is
a cost that grows no faster than n^1.1. The peer of the FMUs are the same kernels, called directly by the same master
and plan. Our master steps FMUs through FMPy, and reads outputs in every step.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import all_parts, kernel_pack
from packfmu.pack.file import Pack, parse_pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL

Key = TypeVar("Key")

SECOND = 10**9
STEPS = 1010
RUNS = 7
SIZES = (96, 384, 1536, 9600)
PERIODS = {ELECTRICAL: SECOND, CONTROL: 10 * SECOND, THERMAL: 10 * SECOND}


def leaf_pack(cells: int) -> Pack:
    """Return a pack of Leaf cells, two in parallel, that differ from each other."""
    tables = {
        "pack": {"series": cells // 2, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "variation": {"capacity_cv": 0.01, "resistance_cv": 0.02, "soc_spread": 0.01},
    }
    return parse_pack(tables, "benchmark")


def step_time(system: System) -> float:
    """Return the time of a base period [s]."""
    current = -40.0 + 30.0 * np.sin(np.arange(STEPS))
    loaded = with_profiles(system, {f"{system.components[0].name}.pack_current": current})
    plan = make_plan(loaded, PERIODS)
    return 1.0 / run(loaded, plan, Experiment(STEPS * SECOND)).real_time_factor


def step_times(systems: Mapping[Key, System]) -> dict[Key, float]:
    """Return the median time of a base period [s] of each system."""
    rounds = [{key: step_time(system) for key, system in systems.items()} for _ in range(RUNS)]
    return {key: median(times[key] for times in rounds) for key in systems}


def executors(folder: Path) -> dict[str, System]:
    """Return the pack of 192 cells as each executor runs it; FMUs are built in the folder."""
    pack = leaf_pack(192)
    built = {form: build_parts(all_parts(pack), folder, pack.outputs.detail, form, (host_platform(),)) for form in Form}
    systems = {"kernels, called by the master": kernel_pack(parts(pack))}
    for form, fmus in built.items():
        block = System((fmu_component("Pack", ELECTRICAL, fmus["Pack"]),), ())
        systems[f"four FMUs, {form.value}"] = fmu_pack(fmus["Pack"].parent)
        systems[f"Pack.fmu, {form.value}"] = block
    return systems


def main() -> int:
    """Print both tables."""
    times = step_times({cells: kernel_pack(parts(leaf_pack(cells))) for cells in SIZES})
    print("cells    us a step    ns a cell-step    against 96 cells    growth n^")
    for cells, seconds in times.items():
        ratio = seconds / times[SIZES[0]]
        exponent = f"{np.log(ratio) / np.log(cells / SIZES[0]):.2f}" if cells > SIZES[0] else ""
        print(f"{cells:5d}{1e6 * seconds:13.0f}{1e9 * seconds / cells:18.0f}{ratio:20.2f}{exponent:>13}")
    with tempfile.TemporaryDirectory() as folder:
        found = step_times(executors(Path(folder)))
    least = next(iter(found.values()))
    print(f"\n{'192 cells':<32}us a step    times real time    against the kernels")
    for name, seconds in found.items():
        print(f"{name:<32}{1e6 * seconds:9.0f}{1.0 / seconds:19.0f}{seconds / least:23.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
