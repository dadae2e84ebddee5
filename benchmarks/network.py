"""Time networks of packs: python benchmarks/network.py [--liionpack PYTHON].

The busbar ladder in O(n) and the elimination for any wiring (LDL^T) solve the same packs: cells of about 2 mOhm on
busbars of 10 uOhm between neighbours. A solution is all that follows from the ports: conductances, elimination,
currents of cells and conductors. scipy's `splu` factors the same nodal equations anew, as a solver does that keeps no
pattern; its assembly is not in its time. A step is all that PackNetwork does: limits, SOC and energies too. Times are
those of one thread's processor, medians over rounds in which all take turns; a ratio is the median of ratios within
rounds, with the least and the greatest in brackets.

PYTHON is that of an environment with liionpack 0.4.0, PyBaMM 25.8 and pandas 2. Its pack of 16 strings of 32 cells is
wired here by its own netlist: first each circuit of 180 steps of 10 s is solved again for the voltages and resistances
that it found; then both step the pack, with cells of Chen 2020. Its time is that of a step of the whole pack.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from physics_cells import Peer, by_turns, ratio, told
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.models.cell import ecm
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.network import network as ladders
from packfmu.models.network.wired import network, nodal, refinement
from packfmu.models.network.wired.arranged import Arranged
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from packfmu.models.network.wired.system import wire
from packfmu.models.numerics import laplacian
from packfmu.models.parameters import nissan_leaf_2013
from packfmu.models.parameters.chen_2020 import PARAMETERS

Values = NDArray[np.float64]

SERIES, SEGMENT = 96, 1e-5
SOLVED = (2, 10, 30, 74)
GROWN = (1, 4, 16, 100)
REPEATS, ROUNDS = 10, 41
SPAN = 32, 16
"""Cells in series and strings of the pack of liionpack."""

STEPS, TIMED, STEP = 180, 18, 10
"""Steps whose circuits are solved again, and steps that are timed; their length [s]."""


def ladder(parallel: int) -> Netlist:
    """Return the groups in series, so many cells on the two busbars of each."""
    return Arranged(series=SERIES, parallel=parallel, segment=(SEGMENT, 0.0)).netlist()


def strings(parallel: int) -> Netlist:
    """Return so many strings of cells in parallel, each behind a cable of 0.1 mOhm."""
    return Arranged(series=SERIES, parallel=1, strings=parallel, string_cable=(1e-4, 0.0)).netlist()


@kernel
def solve_ladder(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Solve a ladder several times."""
    for _ in range(REPEATS):
        ladders.solve_groups(x, p, u, c)
        ladders.set_currents(x, u, y, u.pack_current)
    return DONE


@kernel
def solve_wired(x: Any, p: Any, u: Any, y: Any, c: Any, t: float, h: float) -> int:
    """Solve any wiring several times."""
    for _ in range(REPEATS):
        nodal.assemble(x, p, u, c)
        laplacian.eliminate(x, c)
        nodal.load(x, u.pack_current)
        nodal.settle(x, c)
        nodal.set_currents(x, u, y, c)
        refinement.correct(x, u, y, c, u.pack_current)
    return DONE


def loaded(model: Model, cells: int, current: float) -> Instance:
    """Return a network with the ports of unlike cells, under a current [A]."""
    rng = np.random.default_rng(1)
    instance = Instance(model)
    instance.u["emf"] = 3.7 + 0.01 * rng.standard_normal(cells)
    instance.u["resistance"] = 2e-3 * (1.0 + 0.1 * rng.random(cells))
    instance.u["load_mode"], instance.u["pack_current"] = 1, current
    instance.initialize()
    return instance


def timed(instance: Instance, repeats: int = 1) -> Callable[[], float]:
    """Return what measures the processor's time of a step of a network [s], of so many solutions each."""

    def once() -> float:
        begin = thread_time()
        for _ in range(REPEATS // repeats):
            assert instance.advance(0.0, 1.0) == DONE
        return (thread_time() - begin) / REPEATS

    return once


def factored(netlist: Netlist, instance: Instance) -> Callable[[], float]:
    """Return what measures the time in which scipy factors the nodal equations and solves them [s]."""
    wiring = wire(netlist)
    first = np.concatenate([wiring.cells.first, wiring.conductors.first])
    second = np.concatenate([wiring.cells.second, wiring.conductors.second])
    resistance = np.concatenate([instance.u["resistance"] + instance.p["contact_resistance"], wiring.resistances])
    g, nodes = 1.0 / resistance, len(wiring.pattern.place)
    rows, columns = np.concatenate([first, second, first, second]), np.concatenate([first, second, second, first])
    matrix = coo_array((np.concatenate([g, g, -g, -g]), (rows, columns)), (nodes, nodes)).tocsc()[:-1, :-1].tocsc()
    known = np.ones(nodes - 1)

    def once() -> float:
        begin = thread_time()
        splu(matrix, permc_spec="MMD_AT_PLUS_A").solve(known)
        return thread_time() - begin

    return once


def print_solutions() -> None:
    """Print ladder, elimination and scipy's solver."""
    print(f"{'a solution':<34}       us                          LDL^T / ladder                  splu / LDL^T")
    for parallel in SOLVED:
        netlist, cells, current = ladder(parallel), SERIES * parallel, 10.0 * parallel
        wired = loaded(replace(network.declare(netlist, 2), advance=solve_wired), cells, current)
        busbars = loaded(replace(ladders.declare(SERIES, parallel, False, 2), advance=solve_ladder), cells, current)
        runs = {"ladder": timed(busbars, REPEATS), "LDL^T": timed(wired, REPEATS), "splu": factored(netlist, wired)}
        times = by_turns(runs, ROUNDS)
        assert wired.y["current"].any()
        off = np.abs(wired.y["current"] - busbars.y["current"]).max() / np.abs(busbars.y["current"]).max()
        against = f"{ratio(times['LDL^T'], times['ladder']):>34}{ratio(times['splu'], times['LDL^T']):>30}"
        for name, found in times.items():
            rest = against + f"   currents {off:.0e} apart" if name == "LDL^T" else ""
            print(told(f"{SERIES}s{parallel}p, {name}", found, 1e-6, rest))


def print_growth() -> None:
    """Print steps of networks from 96 to 9600 cells."""
    print(f"\n{'a step of the network':<34}       us                     ns a cell   growth from 96 cells")
    kinds: Mapping[str, Callable[[int], Model]] = {
        "ladder": lambda parallel: ladders.declare(SERIES, parallel, False, 2),
        "ladder, wired": lambda parallel: network.declare(ladder(parallel), 2),
        "strings, wired": lambda parallel: network.declare(strings(parallel), 2),
    }
    for kind, declare in kinds.items():
        runs = {n: timed(loaded(declare(n), SERIES * n, 10.0 * n)) for n in GROWN}
        times = by_turns({f"{kind}, {SERIES * n}": run for n, run in runs.items()}, ROUNDS // 2)
        least = next(iter(times.values()))
        for n, (name, found) in zip(GROWN, times.items(), strict=True):
            grown = np.log(np.median(np.array(found) / np.array(least))) / np.log(n) if n > 1 else 1.0
            rest = f"{1e9 * np.median(found) / (SERIES * n):14.1f}" + (f"{'n^':>12}{grown:.2f}" if n > 1 else "")
            print(told(name, found, 1e-6, rest))


def stepped(made: Instance, cells: Instance, current: float, h: float, steps: int) -> Callable[[], float]:
    """Return what steps a pack and measures the processor's time of a step [s]: network, then cells."""
    cells.p["lookahead"], made.u["load_mode"], made.u["pack_current"] = 0.5 * h, 1, current

    def once() -> float:
        cells.initialize()
        cells.update_outputs()
        begin = thread_time()
        for step in range(steps):
            for name in ("emf", "resistance", "soc"):
                made.u[name] = cells.y[name]
            assert made.advance(step * h, h) == DONE
            cells.u["current"] = made.y["current"]
            assert cells.advance(step * h, h) == DONE
        return (thread_time() - begin) / steps

    return once


def print_car() -> None:
    """Print steps of a car's pack of Leaf cells with its ladder, as a ladder and as any wiring."""
    parallel = SOLVED[-1]
    count, kind = SERIES * parallel, nissan_leaf_2013.PARAMETERS
    nodes = len(kind.open_circuit_voltage)
    models = {
        "ladder": ladders.declare(SERIES, parallel, False, nodes),
        "wired": network.declare(ladder(parallel), nodes),
    }
    runs = {
        name: stepped(Instance(model), Instance(ecm.declare(count, kind)), -20.0 * parallel, 1.0, 20)
        for name, model in models.items()
    }
    print(f"\n{f'{SERIES}s{parallel}p, 1 s, cells and network':<34}       ms                times real time")
    for name, found in by_turns(runs, 9).items():
        print(told(name, found, 1e-3, f"{1.0 / np.median(found):12.0f}"))


def their_netlist(found: Mapping[str, Any]) -> Netlist:
    """Return the netlist of a pack of liionpack, all cells in one group."""
    places = zip(found["negative"], found["positive"], strict=True)
    bars = zip(found["first"], found["second"], found["conductor_resistance"], strict=True)
    high = str(found["terminal"])
    cells = tuple(CellPlace(f"{k}", f"{a}", f"{b}") for k, (a, b) in enumerate(places))
    conductors = tuple(Conductor(f"{i}", f"{a}", f"{b}", float(r)) for i, (a, b, r) in enumerate(bars))
    return Netlist("0", high, cells, conductors, (GroupPlace("all", "0", high),))


def check_circuits(found: Mapping[str, Any], made: Instance) -> str:
    """Return how far our currents are from those of liionpack in its circuits."""
    made.u["load_mode"], worst = 1, 0.0
    made.initialize()
    for n, current in enumerate(found["current"]):
        made.u["emf"], made.u["resistance"], made.u["pack_current"] = found["emf"][n], found["resistance"][n], -current
        assert made.advance(0.0, 1.0) == DONE
        worst = max(worst, float(np.abs(made.y["current"] - found["currents"][n]).max()))
    largest = np.abs(found["currents"]).max()
    return f"{len(found['current'])} circuits: greatest difference of a current {worst:.1e} A, of {largest:.2f} A"


def print_liionpack(python: str, rounds: int) -> None:
    """Print the pack of liionpack."""
    peer, (series, parallel) = Peer(python), SPAN
    print("\n" + ", ".join(f"{name} {number}" for name, number in peer.ask("versions").items()))
    given = {"series": series, "parallel": parallel, "h": STEP}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "circuits.npz"
        peer.ask("circuits", path=str(path), steps=STEPS, **given)
        with np.load(path) as loaded_file:
            found = dict(loaded_file)
    kinds = {f"ours, {kind.value}": replace(PARAMETERS, physics=kind).declare(series * parallel) for kind in Physics}
    kinds["ours, ECM of the Leaf"] = ecm.declare(series * parallel, nissan_leaf_2013.PARAMETERS)
    model = network.declare(their_netlist(found), 2).with_start({"contact_resistance": found["contact_resistance"]})
    print(check_circuits(found, Instance(model)))
    runs: dict[str, Callable[[], float]] = {
        name: stepped(Instance(model), Instance(kind.with_start({"initial_soc": 0.9})), -5.0 * parallel, STEP, TIMED)
        for name, kind in kinds.items()
    }
    runs["liionpack, spm"] = lambda: float(peer.ask("pack", steps=TIMED, **given)["seconds"])
    times = by_turns(runs, rounds)
    peer.close()
    print(f"\n{f'{parallel}p{series}s, step of {STEP} s':<34}       ms                       liionpack's SPM / ours")
    for name, seconds in times.items():
        print(told(name, seconds, 1e-3, f"{ratio(times['liionpack, spm'], seconds):>34}"))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Time networks of packs.")
    parser.add_argument("--liionpack", help="Python of an environment with liionpack")
    parser.add_argument("--rounds", type=int, default=3, help="of packs of liionpack [%(default)s]")
    asked = parser.parse_args()
    print_solutions()
    print_growth()
    print_car()
    if asked.liionpack:
        print_liionpack(asked.liionpack, asked.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
