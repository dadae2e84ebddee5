"""Time a step of a pack by its size, and through FMUs against the kernels: python benchmarks/pack_step.py.

Each pack of 2 cells in parallel carries a load that changes in every step. A figure is the median over several runs of
100 steps after the compilation. The peer of a size is the pack of 96 cells, whose cost is to grow no faster than
n^1.1; the peer of the FMUs are the same kernels called directly, by the same master and plan.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

from packfmu.cosim.fmu import fmu_pack
from packfmu.cosim.kernels import kernel_component
from packfmu.cosim.master import Experiment, run
from packfmu.cosim.profiles import with_profiles
from packfmu.cosim.schedule import make_plan
from packfmu.cosim.system import Layer, System, pack_system
from packfmu.fmus.build import FOLDER, build_pack
from packfmu.fmus.pack import Pack, parse_pack
from packfmu.fmus.parts import parts
from packfmu.fmus.python_fmu import load_component

SECOND = 10**9
STEPS = 110
RUNS = 7
SIZES = (96, 384, 1536, 9600)
LAYERS = {
    "PackNetwork": Layer.ELECTRICAL,
    "Cell": Layer.ELECTRICAL,
    "Balancer": Layer.CONTROL,
    "Thermal": Layer.THERMAL,
}
PERIODS = {Layer.ELECTRICAL: SECOND, Layer.CONTROL: 10 * SECOND, Layer.THERMAL: 10 * SECOND}


def leaf_pack(cells: int) -> Pack:
    """Return a pack of Leaf cells, two in parallel, that differ from each other."""
    tables = {
        "pack": {"series": cells // 2, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "variation": {"capacity_cv": 0.01, "resistance_cv": 0.02, "soc_spread": 0.01},
    }
    return parse_pack(tables, "benchmark")


def by_kernels(pack: Pack) -> System:
    """Return the pack as components that call the kernels directly."""
    models = {part.name: load_component(part.component, part.arguments, part.start).model for part in parts(pack)}
    return pack_system(kernel_component(name, layer, models[name]) for name, layer in LAYERS.items())


def step_time(system: System) -> float:
    """Return the median time of a base period [s]."""
    current = -40.0 + 30.0 * np.sin(np.arange(STEPS))
    loaded = with_profiles(system, {"PackNetwork.pack_current": current})
    plan = make_plan(loaded, PERIODS)
    experiment = Experiment(STEPS * SECOND)
    return median(1.0 / run(loaded, plan, experiment).real_time_factor for _ in range(RUNS))


def main() -> int:
    """Print both tables."""
    times = {cells: step_time(by_kernels(leaf_pack(cells))) for cells in SIZES}
    print("cells    us a step    ns a cell-step    against 96 cells    growth n^")
    for cells, seconds in times.items():
        ratio = seconds / times[SIZES[0]]
        exponent = f"{np.log(ratio) / np.log(cells / SIZES[0]):.2f}" if cells > SIZES[0] else ""
        print(f"{cells:5d}{1e6 * seconds:13.0f}{1e9 * seconds / cells:18.0f}{ratio:20.2f}{exponent:>13}")
    with tempfile.TemporaryDirectory() as folder:
        build_pack(leaf_pack(192), Path(folder))
        fmus, kernels = step_time(fmu_pack(Path(folder) / FOLDER)), step_time(by_kernels(leaf_pack(192)))
    print(
        f"\n192 cells through Python FMUs: {1e6 * fmus:.0f} us a step, {fmus / kernels:.2f} times the kernels directly"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
