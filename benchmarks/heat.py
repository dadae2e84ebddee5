"""Time heat in packs: python benchmarks/heat.py.

A hexagonal graph of 96 rows of 74 cells, each joined to its neighbours and the air: a step of it where nodes are weakly
and where they are strongly coupled, the same where its system must be factored first, and scipy's `splu`, which factors
the same matrix anew and solves both stages with it; the assembly of that matrix is not in its time. Then the parts of
a step. Times are those of one thread's processor, medians over rounds in which all take turns; a ratio is the median of
ratios within rounds, with the least and the greatest in brackets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from physics_cells import by_turns, ratio, told
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.models.thermal.graph import factored, network, scheme, stage
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Path, ThermalGraph
from packfmu.models.thermal.method import GAMMA

Values = NDArray[np.float64]

ROWS, COLUMNS = 96, 74
CAPACITY, CONVECTION = 40.0, 0.005
"""Of a cell of 18650 [J/K], and its conductance to the air [W/K]."""

CASES = ((0.02, 1.0), (0.1, 1.0), (0.02, 60.0), (0.5, 10.0), (1.0, 10.0), (5.0, 60.0))
"""Conductance between neighbours [W/K], and step [s]."""

REPEATS, ROUNDS = 5, 41


def pairs() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the neighbours of a hexagonal arrangement: rows that are shifted by half a pitch in turn."""
    for row in range(ROWS):
        for column in range(COLUMNS):
            onward = [(row, column + 1), (row + 1, column), (row + 1, column - 1 if row % 2 == 0 else column + 1)]
            for other in onward:
                if other[0] < ROWS and 0 <= other[1] < COLUMNS:
                    yield (row, column), other


def hexagonal(conductance: float) -> ThermalGraph:
    """Return the graph; the board is the first cell."""
    names = [f"{row},{column}" for row in range(ROWS) for column in range(COLUMNS)]
    paths = [Path(f"{a[0]},{a[1]}", f"{b[0]},{b[1]}", conductance) for a, b in pairs()]
    paths += [Path(name, AMBIENT, CONVECTION) for name in names]
    nodes = tuple(Node(name, CAPACITY) for name in names)
    return ThermalGraph(nodes, tuple(names), tuple(names), names[0], (), tuple(paths))


def timed(instance: Instance, h: float, forget: bool = False, repeats: int = 1) -> Callable[[], float]:
    """Return what measures the processor's time of a step of h [s], of so many runs of a part in each.

    With `forget` the system is factored in each step.
    """

    def once() -> float:
        spent = 0.0
        for _ in range(REPEATS):
            if forget:
                instance.x["factored_total"] = 0.0
            begin = thread_time()
            assert instance.advance(0.0, h) == DONE
            spent += thread_time() - begin
        return spent / (REPEATS * repeats)

    return once


def peer(conductance: float, h: float) -> Callable[[], float]:
    """Return what measures the time in which scipy factors the system of a step and solves both stages [s]."""
    ends = np.array([(a[0] * COLUMNS + a[1], b[0] * COLUMNS + b[1]) for a, b in pairs()]).T
    i, j, n = ends[0], ends[1], ROWS * COLUMNS
    own, g = np.arange(n), np.full(len(i), conductance)
    diagonal = np.full(n, CAPACITY / (GAMMA * h) + CONVECTION)
    rows, columns = np.concatenate([i, j, i, j, own]), np.concatenate([i, j, j, i, own])
    matrix = coo_array((np.concatenate([g, g, -g, -g, diagonal]), (rows, columns)), (n, n)).tocsc()
    known = np.ones(n)

    def once() -> float:
        begin = thread_time()
        solver = splu(matrix, permc_spec="MMD_AT_PLUS_A")
        solver.solve(solver.solve(known))
        return thread_time() - begin

    return once


def heated(model: Model, h: float) -> Instance:
    """Return an instance of unlike heat, some steps later."""
    instance = Instance(model)
    instance.u["heat_rate"] = np.random.default_rng(1).random(ROWS * COLUMNS)
    instance.initialize()
    for n in range(3):
        assert instance.advance(n * h, h) == DONE
    return instance


def print_steps() -> None:
    """Print steps of the graph, and scipy's solver."""
    print(f"{f'{ROWS * COLUMNS} nodes, a step':<34}       ms                  splu / ours")
    for conductance, h in CASES:
        instance = heated(network.declare(hexagonal(conductance)), h)
        runs = {"kept": timed(instance, h), "splu anew": peer(conductance, h)}
        if instance.x["strong"] > 0.0:
            runs["factored"] = timed(instance, h, forget=True)
        times = by_turns(runs, ROUNDS)
        how = "factored" if instance.x["strong"] > 0.0 else "sweeps"
        print(f"{conductance} W/K, {h:g} s: {how}, a node takes {float(instance.x['taken_share']):.2g} from others")
        for name, found in times.items():
            rest = "" if name.startswith("splu") else f"{ratio(times['splu anew'], found):>34}"
            print(told(f"  {name}", found, 1e-3, rest))


@kernel
def prepare(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Set the system."""
    for _ in range(REPEATS):
        stage.prepare(x, p, u, c, h)
    return DONE


@kernel
def write_flows(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Write the flows at the start."""
    for _ in range(REPEATS):
        scheme.begin_first(x, p, u, c)
    return DONE


@kernel
def solve(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Solve a stage."""
    for _ in range(REPEATS):
        scheme.solve_first(x, p, c)
    return DONE


@kernel
def write_second(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Write the flows in the middle."""
    for _ in range(REPEATS):
        scheme.begin_second(x, p, u, c)
    return DONE


@kernel
def book(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Write the flows of a step, and book them."""
    for _ in range(REPEATS):
        scheme.begin_booking(x, p, u, c)
        scheme.book(x, y, h)
    return DONE


@kernel
def tell(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Write temperatures."""
    for _ in range(REPEATS):
        network.tell(x, p, u, y, c)
    return DONE


@kernel
def factor(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Factor the system."""
    for _ in range(REPEATS):
        factored.factor(x, c)
    return DONE


@kernel
def substitute(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Solve the factored system."""
    for _ in range(REPEATS):
        factored.precondition(x, c, x.right, x.correction)
    return DONE


PARTS = {"prepare": prepare, "flows at the start": write_flows, "a stage": solve, "flows in the middle": write_second,
         "flows of the step, and booking": book, "temperatures told": tell}  # fmt: skip

STRONG_PARTS = {"factor": factor, "a stage": solve, "of which substitution": substitute}


def print_parts() -> None:
    """Print what the parts of a step cost; a step has two stages."""
    for (conductance, h), parts in ((CASES[0], PARTS), (CASES[-1], STRONG_PARTS)):
        model = network.declare(hexagonal(conductance))
        memory = heated(model, h).memory
        runs = {}
        for name, advance in parts.items():
            instance = Instance(replace(model, advance=advance))
            instance.memory[:] = memory
            runs[name] = timed(instance, h, repeats=REPEATS)
        print(f"\n{f'{conductance} W/K, {h:g} s':<34}       us")
        for name, found in by_turns(runs, ROUNDS).items():
            print(told(name, found, 1e-6, ""))


def main() -> int:
    """Print the tables."""
    print_steps()
    print_parts()
    return 0


if __name__ == "__main__":
    sys.exit(main())
