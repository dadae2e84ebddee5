"""The module of the example of a runaway, with what a test changes, run by the kernels of its components."""

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from packfmu.core.bounds import LARGE
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.pack.balances import balances, integrals
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts

EXAMPLES = Path(__file__).parents[3] / "examples"
STRIP, DIAMETER, GAP = 0.0103, 0.018, 0.003
"""Conductance of the strips between neighbours at this gap [W/K], diameter of the cells [m], and the gap [m]."""


def strips(cells, gap=GAP):
    """Return the paths along strips, which conduct the less the longer they are."""
    conductance = STRIP * (DIAMETER + GAP) / (DIAMETER + gap)
    return [{"between": [k, k + 1], "conductance": conductance} for k in range(1, cells)]


def module(cells=10, gap=GAP, periods=("1 s", "1 s", "1 s"), **changes):
    """Return the pack of so many cells in a row, with other periods of the layers, and changes of its tables."""
    tables = tomllib.loads((EXAMPLES / "runaway_pack.toml").read_text(encoding="utf-8"))
    layers = dict(zip(("electrical", "control", "thermal"), periods, strict=True))
    given = {
        "pack": {"series": cells},
        "layout": {"gap": gap, "paths": strips(cells, gap)},
        "schedule": layers,
        "thermal": {"board_convection": 0.5},  # the board, on which little depends, is slow beside a step of 60 s
    }
    for name, changed in [*given.items(), *changes.items()]:
        tables[name] = {**tables.get(name, {}), **changed}
    return parse_pack(tables, "module", EXAMPLES)


def burnt(pack, minutes):
    """Let a pack rest; return its results, and the balances by their names."""
    system = kernel_pack(parts(pack))
    names = {name: f"Thermal.{name}" for name in ("temperature", "onset_time", "advanced_heat")}
    names |= {"short_heat_rate": "PackNetwork.short_heat_rate", "soc": "Cell.soc"}
    with TemporaryDirectory() as folder:
        experiment = Experiment(
            60 * 10**9 * minutes, record=names, output=Path(folder) / "run.nc", totals=integrals(system)
        )
        end = run(system, make_plan(system, periods(pack.schedule)), experiment)
        return load(experiment.output), {row.name: row for row in balances(system, end.totals)}


def onsets(pack, minutes=45):
    """Return when each cell has run away [s]; infinity of those that have not."""
    times = burnt(pack, minutes)[0]["onset_time"].values[-1]
    return np.where(times < LARGE, times, np.inf)


def speed(times):
    """Return the speed between the second cell and the last but one, in cells a minute."""
    return 60.0 * (len(times) - 3) / (times[-2] - times[1])
