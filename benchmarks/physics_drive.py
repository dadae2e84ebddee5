"""A WLTC with 96s2p cells of physics through the FMUs of the pack, beside circuits: python benchmarks/physics_drive.py.

Cells of Chen et al. 2020, 5 A.h, as DFN, and those of a 2013 Nissan Leaf as equivalent circuits, in the same pack, from
80 % SOC, under the power of the Leaf in a WLTC class 3b in proportion to their capacity. Cell, PackNetwork, Thermal,
Balancer and Bms are FMUs, native, stepped by 1 s by our master, as `examples/drive_cycle.py` does; cells take turns.
Printed are simulated time over wall time and over processor time, and of that what the FMUs of each component take,
their inputs and outputs handed over included, and what is left to the master. Where a cut-off ends a drive, it is told.

The battery management of cells of physics believes in the circuit that is identified from virtual tests of one of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.slave import Slave, Values
from packfmu.coupling.system import Component, System
from packfmu.fmi.command_line import Parser
from packfmu.front.running import CUT_OFFS, pack_fmus
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS as CHEN
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.block import periods
from packfmu.pack.file import Pack, load_pack
from packfmu.studies.identification.virtual_tests import identify
from packfmu.usage.profile import load_profile
from packfmu.usage.profile_rows import profile_rows, profile_values

CYCLE = "wltc_class3b"
ECM = "ecm"

PACK = """\
[pack]
series = {series}
parallel = {parallel}

[cell]
{cell}
initial_soc = 0.8

[variation]
seed = 3
capacity_cv = 0.01
resistance_cv = 0.02
soc_spread = 0.003

[busbar]
segment_resistance = {segment}
contact_resistance = {contact}

[thermal]
{thermal}

[bms]
{bms}

[schedule]
electrical = "1 s"
control = "1 s"
thermal = "10 s"
"""

CELLS = {
    ECM: {
        "cell": 'parameters = "nissan_leaf_2013"', "thermal": "heat_capacity = 1000.0",
        "segment": 20e-6, "contact": 50e-6, "bms": "",
    },
    "physics": {
        "cell": 'parameters = "chen_2020"\nmodel = "{model}"', "thermal": "convection = 0.05\nconduction = 0.05",
        "segment": 1e-4, "contact": 5e-4, "bms": 'cell = "circuit_of_{model}.toml"',
    },
}  # fmt: skip
"""What differs between the packs; resistances in Ohm, of cells of 32 and 5 A.h."""


@dataclass(frozen=True)
class Drive:
    """How a drive went: simulated, wall and processor time [s], that of each component, and what ended it."""

    simulated: float
    wall: float
    processor: float
    shares: Mapping[str, float]
    stopped_by: tuple[str, ...]


def prepare(model: str, chosen: argparse.Namespace) -> Pack:
    """Write the file of a pack, beside the circuit that its management needs, and return the pack."""
    folder, told = chosen.output, CELLS[ECM if model == ECM else "physics"]
    folder.mkdir(parents=True, exist_ok=True)
    if model != ECM and not (folder / f"circuit_of_{model}.toml").exists():
        identify(replace(CHEN, physics=Physics(model)), model, folder)
    given = {key: value.format(model=model) if isinstance(value, str) else value for key, value in told.items()}
    path = folder / f"drive_of_{model}_{chosen.series}s{chosen.parallel}p.toml"
    path.write_text(PACK.format(series=chosen.series, parallel=chosen.parallel, **given), encoding="utf-8")
    return load_pack(path)


def load(pack: Pack) -> dict[str, NDArray[np.float64]]:
    """Return the power of the drive, that of the Leaf's 192 cells in proportion to capacity and number."""
    profile = load_profile(CYCLE)
    share = pack.cell.load().capacity / LEAF.capacity * pack.pack.cells / 192.0
    rows = profile_rows(profile, pack, pack.schedule.electrical)
    return {name: share * values for name, values in rows.items()}


def timed(component: Component, spent: dict[str, float]) -> Component:
    """Return a component whose steps are timed [s of processor time]."""

    def open_timed(inputs: Mapping[str, Values], outputs: Mapping[str, Values]) -> Slave:
        slave = component.open(inputs, outputs)
        inner = slave.step

        def step(t: float, h: float) -> None:
            begun = time.process_time()
            inner(t, h)
            spent[component.name] += time.process_time() - begun

        slave.step = step  # type: ignore[method-assign]
        return slave

    return replace(component, open=open_timed)


def drive(system: System, pack: Pack, told: bool) -> Drive:
    """Drive the cycle once; the time of the components is told where it is asked for."""
    spent: dict[str, float] = defaultdict(float)
    if told:
        system = System(tuple(timed(component, spent) for component in system.components), system.connections)
    rows = load(pack)
    loaded = with_profiles(system, rows)
    length = pack.schedule.electrical * min(map(len, rows.values()))
    experiment = Experiment(length, profile_values(load_profile(CYCLE)), stop_on=CUT_OFFS)
    begun = time.process_time()
    end = run(loaded, make_plan(loaded, periods(pack.schedule)), experiment)
    processor = time.process_time() - begun
    return Drive(end.end - end.start, (end.end - end.start) / end.real_time_factor, processor, spent, end.stopped_by)


def tell(model: str, cells: int, drives: Sequence[Drive], inside: Drive) -> None:
    """Print the rows of a kind of cell: the best of its drives, and where the time of one goes."""
    first = drives[0]
    wall, processor = (min(getattr(each, name) for each in drives) for name in ("wall", "processor"))
    ended = f"  ended by {', '.join(first.stopped_by)}" if first.stopped_by else ""
    print(
        f"{model:<6}{first.simulated:9.0f}{wall:9.3f}{first.simulated / wall:10.0f}{processor:12.3f}"
        f"{first.simulated / processor:10.0f}{1e6 * processor / first.simulated / cells:17.3f}{ended}"
    )
    rest = inside.processor - sum(inside.shares.values())
    shares = [*inside.shares.items(), ("master", rest)]
    told = ", ".join(f"{name} {1e6 * share / inside.simulated:.1f}" for name, share in shares)
    print(f"      us a second: {told}", flush=True)


def tabulate(chosen: argparse.Namespace) -> str:
    """Build all packs, let them drive by turns, and print the table."""
    packs = {model: prepare(model, chosen) for model in chosen.models}
    systems = {model: pack_fmus(pack, chosen.output)[1] for model, pack in packs.items()}
    rounds = [{m: drive(s, packs[m], told=False) for m, s in systems.items()} for _ in range(chosen.rounds)]
    print("       driven     wall  times real   processor  times real  us a cell-second")
    print("cells     [s]      [s]        time         [s]        time                  ")
    for model, system in systems.items():
        inside = drive(system, packs[model], told=True)
        tell(model, packs[model].pack.cells, [drives[model] for drives in rounds], inside)
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line asks; return the exit code."""
    parser = Parser("Drive a WLTC with cells of physics and with circuits, by turns.")
    parser.add_argument("--models", nargs="+", choices=[ECM, *(each.value for each in Physics)], default=[ECM, "dfn"])
    parser.add_argument("--series", type=int, default=96, help="groups; default: 96")
    parser.add_argument("--parallel", type=int, default=2, help="cells in a group; default: 2")
    parser.add_argument("--rounds", type=int, default=3, help="drives of each, of which the best counts; default: 3")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, tabulate)


if __name__ == "__main__":
    sys.exit(main())
