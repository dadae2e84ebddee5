"""Time cells that may run away, and a pack with wiring and heat: python benchmarks/runaway.py.

A row of cells at rest, with reactions and without, at 25 and 120 degC: nothing runs away there in a step. Then one cell
through its runaway, by an oven of 160 degC: the worst of its steps, each of which is done again several times from
where it began, the least time of it. Goals: 0.5 us a cell-step at rest, 25 us in the worst.

At last 96s74p, 7104 cells in a hexagonal arrangement on busbars with losses, as four components by our master, under a
load that changes in every step of 1 s; the thermal network steps every second, or every ten. Goal: 300 times real time.
What a run costs before its first step is left out: it is the difference of a long and a short one.

Times are those of one thread's processor.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from statistics import median
from time import thread_time

import numpy as np
from heat import timed
from physics_cells import by_turns, ratio, told

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.coupling.schedule import make_plan
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.graph import network as plain
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Path, Radiation, ThermalGraph
from packfmu.models.thermal.runaway import network
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.file import Pack, parse_pack
from packfmu.pack.parts import parts

CELLS, REPEATS, ROUNDS = 100, 5, 21
AGAIN = 9
"""How often a step of a runaway is done again."""

CAPACITY, TO_AIR, NEIGHBOURS, RADIATING = 37.35, 0.03, 0.02, 0.0033
"""Of an 18650 cell [J/K], its conductances to air and neighbours [W/K], and its radiating area [m2]."""

SECOND = 10**9
SHORT, LONG, RUNS = 60, 360, 5
"""Steps of a run of the pack."""


def row(cells: int) -> ThermalGraph:
    """Return a row of cells in air."""
    names = tuple(f"cell {k}" for k in range(1, cells + 1))
    paths = [Path(a, b, NEIGHBOURS) for a, b in pairwise(names)]
    paths += [Path(name, AMBIENT, TO_AIR) for name in (*names, "board")]
    nodes = (*(Node(name, CAPACITY) for name in names), Node("board", 200.0))
    radiations = tuple(Radiation(name, AMBIENT, RADIATING) for name in names)
    return ThermalGraph(nodes, names, names, "board", (), tuple(paths), radiations)


def warm(model: str, temperature: float, cells: int = CELLS) -> Instance:
    """Return a row at a temperature [K], in air of it."""
    graph = row(cells)
    own = network.declare(graph, PARAMETERS) if model == "reacting" else plain.declare(graph)
    start = {"initial_temperature": temperature, "ambient_temperature": temperature}
    instance = Instance(own.with_start(start))
    instance.initialize()
    assert instance.advance(0.0, 1.0) == DONE
    return instance


def print_rest() -> None:
    """Print what a cell-step costs where nothing happens."""
    for celsius in (25.0, 120.0):
        runs = {name: timed(warm(name, celsius + 273.15), 1.0) for name in ("reacting", "plain")}
        times = {name: [t / CELLS for t in found] for name, found in by_turns(runs, ROUNDS).items()}
        print(f"{f'{CELLS} cells at {celsius:g} degC, steps of 1 s':<44}us a cell-step")
        print(told("  without reactions", times["plain"], 1e-6, ""))
        print(told("  that may run away", times["reacting"], 1e-6, f"{ratio(times['reacting'], times['plain']):>24}"))


def print_worst() -> None:
    """Print the worst step of a cell, with a board beside it, through its runaway."""
    for h in (1.0, 10.0, 60.0):
        cell, found = warm("reacting", 298.15, 1), []
        cell.u["ambient_temperature"] = 433.15
        for n in range(round(3000.0 / h)):
            memory, least = cell.memory.copy(), np.inf
            for _ in range(AGAIN):
                cell.memory[:] = memory
                begin = thread_time()
                assert cell.advance(n * h, h) == DONE
                least = min(least, thread_time() - begin)
            found.append((1e6 * least, cell.y["temperature"][0] - 273.15))
        (worst, at), usual = max(found), median(time for time, _ in found)
        print(f"one cell, steps of {h:g} s: worst {worst:.1f} us, at {at:.0f} degC; median {usual:.1f} us")


def whole_pack(thermal: str) -> Pack:
    """Return 96s74p with wiring and heat."""
    tables = {
        "pack": {"series": 96, "parallel": 74},
        "cell": {"parameters": "nissan_leaf_2013"},
        "busbar": {"segment_resistance": 1e-5, "losses": "cells"},
        "layout": {"arrangement": "hexagonal", "shape": "cylinder", "diameter": 0.018, "height": 0.065, "gap": 0.002},
        "thermal": {"heat_capacity": CAPACITY},
        "schedule": {"control": thermal, "thermal": thermal},
        "variation": {"capacity_cv": 0.01, "resistance_cv": 0.02, "soc_spread": 0.01},
    }
    return parse_pack(tables, "benchmark")


def spent(pack: Pack, steps: int) -> float:
    """Return the time of a run of so many steps [s]."""
    current = 74.0 * (-10.0 + 8.0 * np.sin(np.arange(steps)))
    loaded = with_profiles(kernel_pack(parts(pack)), {"PackNetwork.pack_current": current})
    begin = thread_time()
    run(loaded, make_plan(loaded, periods(pack.schedule)), Experiment(steps * SECOND))
    return thread_time() - begin


def print_pack() -> None:
    """Print how much faster than real time the pack is."""
    for thermal in ("1 s", "10 s"):
        pack = whole_pack(thermal)
        spent(pack, SHORT)
        factors = [(LONG - SHORT) / (spent(pack, LONG) - spent(pack, SHORT)) for _ in range(RUNS)]
        nodes = len(pack.thermal_graph.nodes) if pack.thermal_graph else 0
        span = f"{median(factors):.0f} times real time ({min(factors):.0f} to {max(factors):.0f})"
        print(f"{pack.pack.cells} cells, {nodes} thermal nodes, thermal steps of {thermal}: {span}")


def main() -> int:
    """Print the tables."""
    print_rest()
    print_worst()
    print_pack()
    return 0


if __name__ == "__main__":
    sys.exit(main())
