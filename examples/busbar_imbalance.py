"""Currents along a busbar, by the place of the tabs: python examples/busbar_imbalance.py [--output].

Twelve Leaf cells in parallel take 1C from rest at 35 % SOC, with both tabs at the first cell, and with one tab at
each end. At 0+ the ohmic resistances and the busbars decide; within half an hour the cells that carried more are ahead
in charge, and push back. Equal cells show the busbars alone; then resistances (5 %) and capacities (1 %) are drawn at
random, for 100 groups, which one pack of 100 in series holds. Cells stay at 25 degC.

Printed are the currents over their mean, cell by cell: of equal cells, and of the draws the median and the band of 90
%. The figure has the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.fmi.command_line import Parser
from packfmu.fmi.files import replacing
from packfmu.fmi.registry import load_definition
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts

Shares = NDArray[np.float64]
"""Of each draw and each place, the current over the mean of its group."""

DRAWS, CELLS = 100, 12
C_RATE, STEP = 1.0, 5.0
TIMES = {"0+": 0, "5 min": 60, "30 min": 360}
"""Steps after which the currents are shown."""

TABS = {"same": "both tabs at the first cell", "opposite": "one tab at each end"}
SPREAD = {"seed": 7, "resistance_cv": 0.05, "capacity_cv": 0.01}
BAND = (5.0, 50.0, 95.0)
"""Percentiles of the draws."""


def group_currents(terminals: str, variation: Mapping[str, float], draws: int) -> dict[str, Shares]:
    """Return the shares of the cells of so many groups at `TIMES`."""
    tables = {
        "pack": {"series": draws, "parallel": CELLS},
        "cell": {"parameters": "nissan_leaf_2013", "initial_soc": 0.35},
        "busbar": {"segment_resistance": 1e-5, "contact_resistance": 2e-5, "terminals": terminals},
        "variation": dict(variation),
    }
    made = {p.component: load_definition(p.component, p.arguments, p.start).model
            for p in parts(parse_pack(tables, "busbar_imbalance"))}  # fmt: skip
    cells, network = Instance(made["cell"]), Instance(made["pack_network"])
    cells.initialize()
    network.u["load_mode"], network.u["pack_current"] = 1, C_RATE * CELLS * np.median(cells.p["capacity"]) / 3600.0
    network.initialize()
    cells.p["lookahead"] = 0.0
    found = {"0+": shares(step(cells, network, 1e-6), draws)}
    cells.p["lookahead"] = 0.5 * STEP
    for number in range(1, max(TIMES.values()) + 1):
        current = step(cells, network, STEP)
        found.update({name: shares(current, draws) for name, at in TIMES.items() if at == number})
    return found


def step(cells: Instance, network: Instance, h: float) -> Shares:
    """Step network and cells by h [s]; return the currents [A]."""
    cells.update_outputs()
    for name in ("emf", "resistance", "soc"):
        network.u[name] = cells.y[name]
    assert network.advance(0.0, h) == DONE
    cells.u["current"] = network.y["current"]
    assert cells.advance(0.0, h) == DONE
    return network.y["current"].copy()


def shares(current: Shares, draws: int) -> Shares:
    """Return currents as shares of the mean of their group."""
    rows = current.reshape(draws, CELLS)
    return rows / rows.mean(axis=1, keepdims=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare as the command line asks; return the exit code."""
    parser = Parser("Show the currents along a busbar.")
    parser.add_argument("--output", type=Path, default=Path("dist"), help="folder to write to; default: dist")
    return parser.run(arguments, lambda chosen: compare(chosen.output / "busbar_imbalance.png"))


def compare(picture: Path) -> str:
    """Charge with tabs at one end and at both, draw the currents, and return a table."""
    lines = [f"{'current over the mean, by cell':<34}" + "".join(f"{k + 1:6d}" for k in range(CELLS))]
    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    panels = figure.subplots(len(TABS), len(TIMES), sharex=True, sharey=True)
    for row, (terminals, title) in zip(panels, TABS.items(), strict=True):
        equal, drawn = group_currents(terminals, {}, 1), group_currents(terminals, SPREAD, DRAWS)
        lines.append(title)
        for axes, time in zip(row, TIMES, strict=True):
            bands = np.percentile(drawn[time], BAND, axis=0)
            lines += told(time, equal[time][0], bands, drawn[time])
            draw(axes, equal[time][0], bands)
            axes.set_title(f"{title}, {time}", fontsize="small")
    for axes in panels[-1]:
        axes.set(xlabel="Cell", xticks=range(1, CELLS + 1))
    for axes in panels[:, 0]:
        axes.set_ylabel("Current over the mean")
    panels[0, 0].legend(fontsize="small")
    with replacing(picture) as draft:
        figure.savefig(draft, format="png", dpi=150)
    return "\n".join([*lines, f"figure: {picture}"])


def told(time: str, equal: Shares, bands: Shares, drawn: Shares) -> list[str]:
    """Return the lines of a time."""
    rows = {f"{time}, equal cells": equal}
    rows |= {f"{time}, draws, {percentile:g} %": band for percentile, band in zip(BAND, bands, strict=True)}
    most = f"  most of any cell {drawn.max():.2f}, spread within a group {np.median(np.ptp(drawn, axis=1)):.2f}"
    lines = [f"  {name:<32}" + "".join(f"{value:6.2f}" for value in values) for name, values in rows.items()]
    return [*lines[:-1], lines[-1] + most]


def draw(axes: object, equal: Shares, bands: Shares) -> None:
    """Draw the currents of equal cells, and the band of the draws."""
    place = np.arange(1, CELLS + 1)
    axes.fill_between(place, bands[0], bands[2], alpha=0.3, label="90 % of draws")  # type: ignore[attr-defined]
    axes.plot(place, bands[1], label="median of draws")  # type: ignore[attr-defined]
    axes.plot(place, equal, "k--", label="equal cells")  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
