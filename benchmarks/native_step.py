"""Time a step of the cells in C, Python and FMUs: python benchmarks/native_step.py.

A step is that of a master: set current and temperature of every cell, step by 1 s, get emf, resistance, voltage, SOC
and heat rate of every cell. Currents change in every step, temperatures in every tenth, as in a pack. The peers of the
native FMU are a C FMU of the same equations written by hand (`hand_written`), our Python flavour, and a plain pythonfmu
slave (`plain_slave`). Every peer runs once in each round. A figure is the median over rounds of the processor's time
for a step.

`hand_written/client.c` calls the libraries from C. FMPy calls FMUs in its own process: by setReal, doStep and getReal
with lists, as its users do (FMPy), or by its functions of FMI with references and values that stay in place, as
`packfmu.cosim` does (bulk). Needs Linux on x86-64.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from statistics import median

import numpy as np
from native_peers import (
    Client,
    FmpySlave,
    build_hand_written,
    build_native,
    compile_c,
    leaf_cells,
    open_native,
    open_plain,
    open_python,
    time_of,
)
from numpy.typing import NDArray

SIZES = (1, 192, 7104)
PLAIN_SIZES = (1, 192)
"""Most cells of a plain slave: more take too long."""

ROUNDS = 100
CELL_STEPS = 10_000
"""Steps times cells of each library in a round from C."""

PERIOD = 20
"""Steps after which the inputs of the client repeat; temperatures change in two of them."""

SHARE = 0.003
"""Time of each FMU in a round through FMPy [s], for two steps at least."""

TRACE_STEPS = 50
CALLERS = ("C", "FMPy", "bulk")
PEERS = ("native", "hand-written C", "Python", "plain")

Times = dict[tuple[str, str], NDArray[np.float64]]
"""Times of a step [s], one for each round, by caller and peer."""


def difference(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the greatest difference, relative to the greatest magnitude of each output."""
    return float((np.abs(one - other).max(axis=0) / np.abs(one).max(axis=0)).max())


def measure(client: Client, slaves: Mapping[str, FmpySlave], cells: int) -> Times:
    """Return the times of a step [s] by caller and peer, one for each round."""
    steppers = {("FMPy", name): slave.step for name, slave in slaves.items()}
    steppers |= {("bulk", name): slave.bulk_step for name, slave in slaves.items()}
    counts = [max(2, round(SHARE / time_of(step, 2))) for step in steppers.values()]
    rows = []
    for _ in range(ROUNDS):
        from_c = client.ask(f"time {max(PERIOD, CELL_STEPS // cells)}")
        through = [time_of(step, count) for step, count in zip(steppers.values(), counts, strict=True)]
        rows.append([*(1e-9 * nanoseconds for nanoseconds in from_c), *through])
    names = [("C", "native"), ("C", "hand-written C"), *steppers]
    return dict(zip(names, np.array(rows).T, strict=True))


def compare(cells: int, program: Path, folder: Path) -> tuple[Times, str]:
    """Return the times of a step [s], one for each round, and the differences of the peers from the native FMU."""
    model = leaf_cells(cells)
    build_native(model, cells, folder / "native")
    library = build_hand_written(model, cells, folder)
    slaves = {"native": open_native(cells, folder / "native"), "Python": open_python(cells, folder)}
    if cells in PLAIN_SIZES:
        slaves["plain"] = open_plain(cells, folder)
    with closing(Client(program, model, cells, folder / "native", library)) as client:
        apart = {"hand-written C": client.ask(f"trace {TRACE_STEPS}")[0]}
        traces = {name: slave.trace(TRACE_STEPS) for name, slave in slaves.items()}
        apart |= {name: difference(traces["native"], traces[name]) for name in list(slaves)[1:]}
        times = measure(client, slaves, cells)
    for slave in slaves.values():
        slave.close()
    return times, ", ".join(f"{name} {value:.0e}" for name, value in apart.items())


def differ_with_hysteresis(cells: int, program: Path, folder: Path) -> float:
    """Return the difference of the hand-written FMU from the native one for cells with hysteresis."""
    model = leaf_cells(cells, hysteresis=True)
    build_native(model, cells, folder / "native")
    with closing(Client(program, model, cells, folder / "native", build_hand_written(model, cells, folder))) as client:
        return client.ask(f"trace {TRACE_STEPS}")[0]


def row(cells: int, caller: str, times: Times) -> str:
    """Return a line of the table: nanoseconds a cell-step, then ratios by native from C and by native of the caller."""
    native = times["C", "native"], times[caller, "native"]
    ratios = [ratio(times, (caller, "native"), times.get((caller, "hand-written C")))]
    ratios += [ratio(times, (caller, peer), base) for peer in PEERS[2:] for base in native]
    costs = [f"{1e9 * median(times[caller, p]) / cells:.0f}" if (caller, p) in times else "" for p in PEERS]
    return f"{cells:5}  {caller:5}" + "".join(f"{text:>9}" for text in costs + ratios)


def ratio(times: Times, peer: tuple[str, str], base: NDArray[np.float64] | None) -> str:
    """Return the median over rounds of a ratio of times, as text."""
    if base is None or peer not in times:
        return ""
    value = median(times[peer] / base)
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


HEAD = """\
             nanoseconds a cell-step                times
             native     hand   Python    plain   native   Python flavour      plain slave
cells  from          -written  flavour    slave   /hand-  /native  /native  /native  /native
                            C                  written   from C    alike   from C    alike"""


def main() -> int:
    """Print the table."""
    lines, differences = [], []
    with tempfile.TemporaryDirectory() as folder:
        program = compile_c(Path(folder) / "client", ["client.c"])
        for cells in SIZES:
            place = Path(folder) / str(cells)
            place.mkdir()
            times, apart = compare(cells, program, place)
            lines += [row(cells, caller, times) for caller in CALLERS]
            differences.append(f"{cells:5d}  {apart}")
        hysteresis = differ_with_hysteresis(192, program, Path(folder) / "hysteresis")
    print(HEAD)
    print("\n".join(lines))
    print(f"A plain slave of more than {PLAIN_SIZES[-1]} cells would take too long; it computes the heat less exactly.")
    print("\nGreatest difference from native, relative to the greatest magnitude of each output:")
    print("\n".join(differences))
    print(f"  192  hand-written C {hysteresis:.0e} where cells show hysteresis")
    return 0


if __name__ == "__main__":
    sys.exit(main())
