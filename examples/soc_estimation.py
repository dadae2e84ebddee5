"""Counting charge against estimating it: python examples/soc_estimation.py [--output].

Three groups of Leaf cells drive, rest and are charged for a day (`soc_estimation.toml`). The battery management has a
current sensor that is off by 100 mA and a first guess that is 0.2 too low. It counts charge from there, and beside it
runs an extended Kalman filter for each group. Printed is what either makes of it, and which power the estimate lets the
pack be asked for; results, table, figures and report are saved in the output folder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import packfmu
from packfmu.fmi.command_line import Parser
from packfmu.report.estimation.estimate import USED, estimate
from packfmu.report.estimation.figure import save_figure
from packfmu.report.estimation.text import report

HERE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate as the command line asks; return the exit code."""
    parser = Parser("Count and estimate the SOC of a pack through a day.")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: spend(HERE / "soc_estimation.toml", chosen.output))


def spend(day: Path, output: Path) -> str:
    """Take the pack through the steps of a day, save the results in `output`, and return a report."""
    pack, car = packfmu.load(HERE / "soc_estimation_pack.toml"), HERE / "soc_estimation_car.toml"
    result = packfmu.run(pack, day, output, vehicle=car, record=USED)
    estimated, figure = estimate(pack, result.data), output / "soc_estimation.png"
    save_figure(estimated, figure)
    return "\n".join([*report(estimated), "", result.files.told(), f"counted and estimated SOC: {figure}"])


if __name__ == "__main__":
    sys.exit(main())
