"""Ten years of a 96s2p pack of cells of physics, by jumps: python benchmarks/physics_years.py [--years 10] [--full].

Cells of Chen et al. 2020, each with the film on its graphite, in four seasons. Twice a day the pack is discharged for
an hour, and charged slowly in the evening. A battery management estimates the SOC of each group by an equivalent
circuit, identified from virtual tests of one of the cells, and flybacks keep the groups together at night. Pack.fmu and
Aging.fmu, native, are stepped by our master. Printed are wall time, processor time, what a day in full takes of that,
and what the cells have lost. With ``--full`` the first year is also run with every day in full, and compared.

``--pace`` is the factor on all periods but that of aging (`usage.years_file`): 1 steps each day by 1 s; without it the
timescales choose.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.cosim import results
from packfmu.cosim.long.calendar import LongSummary
from packfmu.fmi.command_line import Parser
from packfmu.front.building import built_pack
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack, load_pack
from packfmu.pack.fmus import fmu_pack
from packfmu.studies.identification.virtual_tests import identify
from packfmu.usage.drives import read_drives
from packfmu.usage.years import plan_years, run_years
from packfmu.usage.years_file import load_years

PACK = """\
[pack]
series = {series}
parallel = {parallel}

[cell]
parameters = "chen_2020"
model = "{model}"
initial_soc = 0.9

[variation]
seed = 2020
capacity_cv = 0.01
soc_spread = 0.01
self_discharge_cv = 0.3

[thermal]
convection = 0.1
conduction = 0.05

[balancer]
converter = "flyback"
links = "pack"
law = "consensus"
fidelity = "averaged"
rated_current = 1.0
gain = 5.0
balanced_spread = 0.0

[bms]
cell = "circuit_of_{model}.toml"
seed = 2020
current_offset = 0.01
start_spread = 0.001
stop_spread = 0.0

[aging]
parameters = "chen_2020_aging"
rate_cv = 0.05

[schedule]
electrical = "1 s"
control = "1 s"
thermal = "10 s"
aging = "1 h"
"""

YEARS = """\
begin = 2020-01-01T07:00:00
end_of_life = 0.7
balancing = false
{pace}
steps = [
    "Discharge at C/3 for 1 h",
    "Rest for 8 h",
    "Discharge at C/3 for 1 h",
    "Rest for 2 h",
    "Charge at C/6 up to 4.15 V for 6 h",
    {{ step = "Rest until 07:00", balancing = true }},
]
seasons.winter = {{ days = 90, ambient = "5 oC" }}
seasons.spring = {{ days = 92, ambient = "14 oC" }}
seasons.summer = {{ days = 92, ambient = "24 oC" }}
seasons.autumn = {{ days = 91, ambient = "15 oC" }}
"""

YEAR = 365.0 * 86400.0
"""[s]."""


@dataclass(frozen=True, eq=False)
class Life:
    """A run of years: what was recorded, how it ended, its processor time [s]."""

    recorded: xr.Dataset
    ended: LongSummary
    processor: float

    def loss(self, years: int) -> NDArray[np.float64]:
        """Return the share of its capacity that each cell has lost after some years."""
        row = int(np.argmin(np.abs(self.recorded["time"].values - years * YEAR)))
        return np.asarray(1.0 - self.recorded["soh"].values[row])


def prepare(chosen: argparse.Namespace) -> Pack:
    """Write the files of pack and years beside the circuit, and return the pack."""
    folder = chosen.output
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / f"circuit_of_{chosen.model}.toml").exists():
        identify(replace(PARAMETERS, physics=Physics(chosen.model)), chosen.model, folder)
    pace = "" if chosen.pace is None else f"pace = {chosen.pace}"
    (folder / "years.toml").write_text(YEARS.format(pace=pace), encoding="utf-8")
    path = folder / f"pack_of_{chosen.model}_{chosen.series}s{chosen.parallel}p.toml"
    path.write_text(PACK.format(**vars(chosen)), encoding="utf-8")
    return load_pack(path)


def live(pack: Pack, folder: Path, count: int, *, in_full: bool = False) -> Life:
    """Run years, every day in full or with jumps."""
    fmus, _ = built_pack(pack, all_parts(pack), folder / pack.name, lambda found: fmu_pack(found, management=True))
    path = folder / "years.toml"
    years, output = load_years(path), folder / f"{pack.name}_{'full' if in_full else 'jumped'}.nc"
    planned = plan_years(pack, fmus, years, count, output, read_drives(years.steps, path, pack, None).driven)
    jump = None if in_full else planned.long_run.jump
    processor = time.process_time()
    ended = run_years(pack, replace(planned, long_run=replace(planned.long_run, jump=jump)))
    return Life(results.load(output), ended, time.process_time() - processor)


def told(label: str, life: Life) -> str:
    """Return the line of a run in the table."""
    ended = life.ended
    span, day = ended.end / 1e9, life.processor / max(ended.cycles, 1)
    loss = life.loss(round(span / YEAR))
    return (
        f"{label:<10}{span / YEAR:6.2f}{ended.cycles:9d}{ended.jumps:7d}{ended.wall_time:10.1f}{life.processor:11.1f}"
        f"{span / ended.wall_time:12.3g}{day:14.3f}{loss.min():13.3%}{loss.max():9.3%}"
    )


HEADER = (
    "               days           wall time  processor    times real      s a day      capacity lost",
    "run        years  in full  jumps       [s]        [s]        time      in full        least     most",
)


def compare(pack: Pack, folder: Path, jumped: Life) -> None:
    """Run the first year in full, and print how far the jumps of the first year are from it."""
    full = live(pack, folder, 1, in_full=True)
    print(told("in full", full))
    error = jumped.loss(1) / full.loss(1) - 1.0
    print(f"loss of the first year by jumps: {error.min():+.3%} to {error.max():+.3%} of that in full, by cell")


def tabulate(chosen: argparse.Namespace) -> str:
    """Print the table of the runs that are asked for."""
    pack = prepare(chosen)
    print(*HEADER, sep="\n", flush=True)
    jumped = live(pack, chosen.output, chosen.years)
    print(told("by jumps", jumped), flush=True)
    if chosen.full:
        compare(pack, chosen.output, jumped)
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line asks; return the exit code."""
    parser = Parser("Ten years of cells of physics, by jumps.")
    parser.add_argument("--model", choices=[each.value for each in Physics], default="spm", help="default: spm")
    parser.add_argument("--series", type=int, default=96, help="groups; default: 96")
    parser.add_argument("--parallel", type=int, default=2, help="cells in a group; default: 2")
    parser.add_argument("--years", type=int, default=10, help="by jumps; default: 10")
    parser.add_argument("--full", action="store_true", help="run the first year in full, too")
    parser.add_argument("--pace", type=int, help="of all steps; default: chosen by the timescales")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, tabulate)


if __name__ == "__main__":
    sys.exit(main())
