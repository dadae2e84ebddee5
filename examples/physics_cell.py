"""Three models of one cell, discharged at three rates: python examples/physics_cell.py [--output].

The cell is the LG M50 of Chen 2020 at 25 degC, as single particles (SPM), with electrolyte (SPMe) and as porous
electrodes (DFN). Printed is the charge that each gives until 2.5 V; the figure has their voltages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from packfmu.core.instance import Instance
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS

RATES = (0.2, 1.0, 2.0)
STYLES = {Physics.SPM: ":", Physics.SPME: "--", Physics.DFN: "-"}


def discharge(model: Physics, rate: float) -> np.ndarray:
    """Return charge given [A.h] and voltage [V], row by row, of a discharge at a rate [1/h] until 2.5 V."""
    cell = Instance(replace(PARAMETERS, physics=model).declare(1).with_start({"initial_soc": 1.0}))
    cell.initialize()
    current, step = rate * PARAMETERS.nominal_capacity / 3600.0, 10.0 / rate
    rows = [(0.0, float(cell.y.voltage[0]))]
    cell.u.current[:] = -current
    while rows[-1][1] > PARAMETERS.limits.minimum_voltage and cell.advance(0.0, step) == 0:
        rows.append((rows[-1][0] + current * step / 3600.0, float(cell.y.voltage[0])))
    return np.array(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Discharge as the command line asks; return the exit code."""
    parser = Parser("Discharge a cell by three models.")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: compare(chosen.output / "physics_cell.png"))


def compare(picture: Path) -> str:
    """Discharge by all models at all rates, draw the voltages, and return a table of the charges."""
    figure = Figure(figsize=(7.0, 4.0), layout="constrained")
    axes = figure.add_subplot(xlabel="Charge given [A.h]", ylabel="Voltage [V]")
    lines = ["rate    " + "".join(f"{model.value.upper():>8}" for model in STYLES) + "  A.h until 2.5 V"]
    for number, rate in enumerate(RATES):
        given = {model: discharge(model, rate) for model in STYLES}
        for model, rows in given.items():
            axes.plot(*rows.T, STYLES[model], color=f"C{number}", label=f"{model.value.upper()}, {rate:g}C")
        lines.append(f"{rate:g}C".ljust(8) + "".join(f"{rows[-1, 0]:8.3f}" for rows in given.values()))
    axes.legend()
    with replacing(picture) as draft:
        figure.savefig(draft, format="png", dpi=150)
    return "\n".join([*lines, f"figure: {picture}"])


if __name__ == "__main__":
    sys.exit(main())
