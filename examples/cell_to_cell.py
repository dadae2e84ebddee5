"""From the process to the pack: python examples/cell_to_cell.py [--samples 200] [--workers 2] [--output dist].

Packs of 12 groups of two cells are drawn from a process (`cell_to_cell_population.toml`): slurry, coating, calendering,
particles, contacts and cooling, in batches of six cells. By the conservation of mass it becomes thickness, porosity and
active material of single-particle cells. Each pack is discharged by 1C for 25 minutes (`cell_to_cell.toml`). Printed is
what the cells' capacity hangs on, how far their batches differ, and the weakest link: the capacity of packs that were
run beside what the capacities of single cells say of N in series. A page with the pictures is saved.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from packfmu.fmi.command_line import Parser
from packfmu.front.study_page import draw
from packfmu.pack.cells.physics_variation import capacities
from packfmu.studies.population.cells import pack_of
from packfmu.studies.questions.asking import Asked, ask
from packfmu.studies.questions.columns import Columns, load_columns
from packfmu.studies.questions.question import Question
from packfmu.studies.runs.study import PackStudy
from packfmu.studies.runs.study_file import load_study

STUDY = Path(__file__).with_suffix(".toml")
AMPERE_HOUR = 3600.0

PICTURES = (
    (Question.INFLUENCE, "cell_capacity"),
    (Question.BATCHES, "cell_capacity"),
    (Question.WEAKEST, "cell_capacity"),
    (Question.INFLUENCE, "temperature"),
    (Question.INFLUENCE, "pack_voltage"),
    (Question.DISTRIBUTION, "usable_capacity"),
    (Question.DISPERSION, "usable_capacity"),
    (Question.EXTREME, "lowest_voltage"),
)


def held(study: PackStudy) -> NDArray[np.float64]:
    """Return the capacity of each cell of the packs of a study, shape (samples, cells) [C]."""
    drawn = [pack_of(study.population, study.pack, sample).factors for sample in range(study.samples)]
    factors = {name: np.concatenate([each[name] for each in drawn]) for name in drawn[0]}
    kind = study.pack.cell.load()
    charge = capacities(kind, factors, np.full(study.samples * study.pack.pack.cells, kind.capacity))
    return charge.reshape(study.samples, -1)


def run(samples: int, workers: int, store: Path, scheduler: str | None = None) -> Columns:
    """Run the packs that the store does not have yet; return what was observed, with the capacities of the cells."""
    planned = load_study(STUDY)
    study = replace(planned.study, samples=samples)
    told = study.run(store, workers, scheduler)
    columns = load_columns(store)
    charge = xr.DataArray(held(study), dims=("sample", "cell"), attrs={"units": "C", "long_name": "capacity"})
    data = columns.data.assign(cell_capacity=charge)
    size = study.population.population.batch_size
    return replace(columns, data=data, batch_size=size, notices=(*columns.notices, told.told()))


def told(columns: Columns) -> list[str]:
    """Return what the capacity hangs on, how batches differ, and the weakest link."""
    influence, _ = ask(Question.INFLUENCE, columns, Asked("cell_capacity"))
    lines = ["capacity of a cell: total index, and effect of one deviation [%]"]
    mean = float(columns.data["cell_capacity"].mean())
    for name in influence["total"].sortby(influence["total"], ascending=False)["input"].values[:5]:
        index, low, high = (float(influence[f"total{end}"].sel(input=name)) for end in ("", "_low", "_high"))
        effect = 100.0 * float(influence["effect"].sel(input=name)) / mean
        lines.append(f"  {str(name).removeprefix('drawn_'):26} {index:.3f} ({low:.3f} to {high:.3f}) {effect:+8.3f}")
    batches, _ = ask(Question.BATCHES, columns, Asked("cell_capacity"))
    between, within = (100.0 * float(batches[name]) / mean for name in ("between", "within"))
    lines.append(f"deviation between batches {between:.3f} %, within {within:.3f} %: {batches.attrs['verdict']}")
    return [*lines, *weakest(columns)]


def weakest(columns: Columns) -> list[str]:
    """Return the usable capacity of the packs beside the least capacity of N cells in series, by their law."""
    found, _ = ask(Question.WEAKEST, columns, Asked("cell_capacity"))
    usable = np.median(columns.values("usable_capacity")) / AMPERE_HOUR
    groups = columns.data["cell_capacity"].values.reshape(len(columns.data["sample"]), -1, 2).sum(axis=2)
    least = np.median(groups.min(axis=1)) / AMPERE_HOUR
    lines = ["cells in series, usable capacity [A.h]: balanced, and with a scatter of 2 % in state of charge"]
    for n in (1, 12, 96):
        row = (float(found[name].sel(cells=n)) / AMPERE_HOUR for name in ("balanced", "unbalanced"))
        lines.append("  {:3} {:8.4f} {:8.4f}".format(n, *row))
    return [*lines, f"packs of 12 groups of two: usable {usable:.4f} A.h, their least group {least:.4f} A.h (medians)"]


def study(samples: int, workers: int, output: Path) -> str:
    """Run the study, save the page, and return the tables."""
    columns = run(samples, workers, output / "cell_to_cell.zarr")
    saved = draw(columns, [(question, Asked(of)) for question, of in PICTURES], output / "cell_to_cell.html")
    return "\n".join([*columns.notices, *told(columns), saved])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study as the command line asks; return the exit code."""
    parser = Parser("From the process to the pack.")
    parser.add_argument("--samples", type=int, default=200, help="packs; default: 200")
    parser.add_argument("--workers", type=int, default=2, help="processes; default: 2")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: study(chosen.samples, chosen.workers, chosen.output))


if __name__ == "__main__":
    sys.exit(main())
