"""Counting charge against estimating it: python examples/soc_estimation.py [--cell leaf|spm|spme|dfn] [--output].

Three groups of Leaf cells drive, rest and are charged for a day (`soc_estimation.toml`). The battery management has a
current sensor that is off by 100 mA and a first guess that is 0.2 too low. It counts charge from there, and beside it
runs an extended Kalman filter for each group. Printed is what either makes of it, and which power the estimate lets the
pack be asked for; results, table, figures and report are saved in the output folder.

With `--cell dfn` the pack has as much energy in cells of Chen 2020, by their physics, which the management does not
know: it believes in an equivalent circuit that is identified from virtual tests of one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import packfmu
from packfmu.fmi.command_line import Parser
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.report.estimation.estimate import USED, estimate
from packfmu.report.estimation.figure import save_figure
from packfmu.report.estimation.text import report
from packfmu.studies.identification.virtual_tests import identify

HERE = Path(__file__).parent
LEAF = HERE / "soc_estimation_pack.toml"
OTHER = {
    "parallel = 2": "parallel = 12",
    'parameters = "nissan_leaf_2013"': 'parameters = "chen_2020"\nmodel = "{model}"',
    "initial_soc = 0.85": "initial_soc = 0.7",
    "heat_capacity = 1000.0": "convection = 0.05\nconduction = 0.05",
    "[bms]": '[bms]\ncell = "circuit_of_{model}.toml"',
}
"""What is other in a pack file with cells of physics."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate as the command line asks; return the exit code."""
    parser = Parser("Count and estimate the SOC of a pack through a day.")
    parser.add_argument("--cell", choices=("leaf", *(each.value for each in Physics)), default="leaf")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: estimated(chosen.cell, chosen.output))


def estimated(cell: str, output: Path) -> str:
    """Estimate the SOC of a pack of one kind of cell, and return a report."""
    if cell == "leaf":
        return spend(HERE / "soc_estimation.toml", output)
    identify(replace(PARAMETERS, physics=Physics(cell)), cell, output)
    return spend(HERE / "soc_estimation.toml", output, pack_of(cell, output))


def pack_of(model: str, folder: Path) -> Path:
    """Write the pack file with cells of physics beside the circuit that the management believes in."""
    text, path = LEAF.read_text(encoding="utf-8"), folder / f"soc_estimation_{model}_pack.toml"
    for leaf, other in OTHER.items():
        text = text.replace(leaf, other.format(model=model))
    path.write_text(text, encoding="utf-8")
    return path


def spend(day: Path, output: Path, file: Path = LEAF) -> str:
    """Take the pack through the steps of a day, save the results in `output`, and return a report."""
    pack, car = packfmu.load(file), HERE / "soc_estimation_car.toml"
    result = packfmu.run(pack, day, output, vehicle=car, record=USED)
    estimates, figure = estimate(pack, result.data), output / f"{file.stem.removesuffix('_pack')}.png"
    save_figure(estimates, figure)
    return "\n".join([*report(estimates), "", result.files.told(), f"counted and estimated SOC: {figure}"])


if __name__ == "__main__":
    sys.exit(main())
