"""Drive one cell of a module over the edge: python examples/runaway.py [--pack PACK.toml] [--output dist].

A nail shorts the first of ten 18650 cells in a row (`runaway_pack.toml`). It runs away, its separator melts, and what
it held electrically heats it besides its reactions; its neighbours follow, one by one. The same module is run again
with separators that melt without a short. Printed is which cell ran away when, and the heat of its short; results,
figure and report are saved in the output folder. The kernels of the components do it, without FMUs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

import packfmu
from packfmu.core.bounds import LARGE
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing
from packfmu.front.provenance import ended, started
from packfmu.pack.balances import balances, format_balances, integrals
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from packfmu.pack.recorded import record
from packfmu.report.page import write_report
from packfmu.report.run_record import ATTRIBUTE, RunKind

PACK = Path(__file__).with_name("runaway_pack.toml")
MINUTES = 40
MEASURED = "0.35 +- 0.15"
"""Cells a minute, in such a module: H. Niu et al., Fire Technol. 56 (2020) 2491, doi:10.1007/s10694-020-00976-0."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Burn the module as the command line asks; return the exit code."""
    parser = Parser("Drive one cell of a module over the edge.")
    parser.add_argument("--pack", type=Path, default=PACK, help="pack file; default: ten 18650 cells in a row")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: burn(packfmu.load(chosen.pack), chosen.output))


def burn(pack: Pack, output: Path) -> str:
    """Burn a pack with and without shorts where separators melt; save results, figure and report, and tell of both."""
    results, ledger = burnt(pack, output / "runaway.nc", {})
    without, _ = burnt(pack, output / "runaway_without_shorts.nc", {"Thermal.separator_short": 0.0})
    draw(results, output / "runaway.png")
    write_report(output / "runaway.nc", output / "runaway.html")
    compared = f"without shorts where separators melt, {away(without)} of {without.sizes['cell']} cells ran away"
    saved = "runaway.html (open it in a browser), runaway.png, runaway.nc, runaway_without_shorts.nc"
    return "\n".join([*told(results), compared, "", ledger, "", f"saved in {output}: {saved}"])


def burnt(pack: Pack, path: Path, values: dict[str, float]) -> tuple[xr.Dataset, str]:
    """Let a pack rest, burning, with values set besides; return what was recorded, and the ledger."""
    system, known = kernel_pack(parts(pack)), started(pack, RunKind.STEPS, f"at rest for {MINUTES} min", {})
    experiment = Experiment(
        MINUTES * 60 * 10**9,
        values,
        record=record(system, pack.outputs.detail),
        output=path,
        totals=integrals(system),
        attributes={ATTRIBUTE: known.to_json()},
        described=lambda end: {ATTRIBUTE: ended(known, system, end, []).to_json()},
    )
    end = run(system, make_plan(system, periods(pack.schedule)), experiment)
    return load(path), format_balances(balances(system, end.totals))


def away(results: xr.Dataset) -> int:
    """Return how many cells have run away."""
    return int(results["cells_in_runaway"][-1])


def told(results: xr.Dataset) -> list[str]:
    """Return the onset, the short's heat and the highest temperature of each cell, and the speed."""
    onset, time = results["onset_time"].values[-1], results["time"].values
    heat = np.trapezoid(results["short_heat_rate"].values, time, axis=0) / 1e3
    peak = results["temperature"].values.max(axis=0) - 273.15
    lines = [f"{'cell':>4} {'onset min':>10} {'short kJ':>9} {'peak degC':>10}"]
    for k, when in enumerate(onset):
        lines.append(f"{k + 1:4} {when / 60 if when < LARGE else np.nan:10.2f} {heat[k]:9.2f} {peak[k]:10.0f}")
    inner = np.sort(onset[onset < LARGE])[1:-1]
    speed = 60.0 * (len(inner) - 1) / (inner[-1] - inner[0]) if len(inner) > 1 else 0.0
    return [*lines, f"{speed:.3f} cells a minute between the second and the last but one; measured: {MEASURED}"]


def draw(results: xr.Dataset, picture: Path) -> None:
    """Save a figure of temperatures, SOC and heat of shorts, a line for each cell."""
    figure = Figure(figsize=(8.0, 8.0), layout="constrained")
    panels = {
        "Temperature [degC]": results["temperature"].values - 273.15,
        "SOC [%]": 100.0 * results["soc"].values,
        "Heat of shorts [W]": results["short_heat_rate"].values,
    }
    for axes, (label, values) in zip(figure.subplots(3, 1, sharex=True), panels.items(), strict=True):
        for k, row in enumerate(values.T):
            axes.plot(results["time"].values / 60.0, row, color=f"C{k % 10}", label=f"cell {k + 1}")
        axes.set_ylabel(label)
    axes.set_xlabel("Time [min]")
    figure.axes[0].legend(ncols=2, fontsize="small")
    with replacing(picture) as draft:
        figure.savefig(draft, format="png", dpi=150)


if __name__ == "__main__":
    sys.exit(main())
