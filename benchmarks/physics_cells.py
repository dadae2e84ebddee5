"""Time cells of physics against PyBaMM and liionpack: python benchmarks/physics_cells.py --python PYTHON.

PYTHON is that of an environment with PyBaMM. liionpack 0.4.0 cannot run with PyBaMM 26, but with 25.8 and pandas 2; so
it has an environment of its own, --liionpack PYTHON. Without it the packs are left out. Everything runs on one thread;
times are the processor's; the runs of a table take turns. A ratio is the median over rounds of a peer's time by ours
in the same round, with the least and the greatest in brackets.

Discharges are those of Chen 2020 by 1C to 2.5 V, against a converged solution (`physics_discharge`). The error in time
is that against the same mesh with a tight tolerance, or steps of 0.5 s. Our steps follow a schedule that was chosen on
this discharge; PyBaMM chooses its own by its tolerance, and the tolerance that leads to our error was chosen here as
well.

Cells of a pack are stepped by 1 s in a native FMU as a master does it (`native_peers`): set current and temperature of
each cell, step, get emf, resistance, voltage, SOC and heat rate of each cell. Each cell has its own temperature, which
changes in every step; currents change in every tenth. A pack is one of all its parts: cells, network, thermal network
and balancer, in steps of 10 s.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

import numpy as np
from native_peers import GUID, PERIOD, FmpySlave, build_native, first_input, references_of, time_of
from numpy.typing import NDArray
from physics_discharge import TIGHT, Discharge, Steps, converged, errors

from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.simulation import opened
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.registry import load_definition
from packfmu.models.cell.figures import figures
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.numerics.curves import tabulate
from packfmu.models.parameter_sets import shipped
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.pack.block import kernel_pack
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL

Values = NDArray[np.float64]
Times = dict[str, list[float]]

HERE = Path(__file__).parent
PYBAMM_MESH = Mesh(negative=20, separator=20, positive=20, modes=19)
PYBAMM_TIGHT = 1e-8
"""Relative tolerance of PyBaMM whose error in time counts as none."""

OURS = {
    "20/20/20, 20 volumes": (Discharge, PYBAMM_MESH, True, Steps(4.0, 2.0, 400.0, 0.5)),
    "20/20/20, 8 modes": (Discharge, replace(PYBAMM_MESH, modes=8), False, Steps(4.0, 2.0, 400.0, 0.5)),
    "10/4/10, 6 modes": (Discharge, Mesh(), False, Steps(4.0, 2.0, 400.0, 0.5)),
}
"""Our discharges: mesh, whether particles are PyBaMM's, steps."""

NEWTON = 1e-4
"""Tolerance of the potentials in our discharges [V]."""

THEIRS: dict[str, dict[str, Any]] = {
    "PyBaMM, its defaults": {},
    "PyBaMM, rtol 1.5e-3 (0.14 mV)": {"rtol": 1.5e-3},
    "PyBaMM, 40/40/40, its tolerance": {"points": [40, 40, 40, 40, 40]},
}
CELLS = 512
SERIES, PARALLEL = 16, 32
STEP, SECOND = 10, 10**9


class Peer:
    """A process of another environment that answers commands (`physics_pybamm`)."""

    def __init__(self, python: str) -> None:
        command = [python, HERE / "physics_pybamm.py"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, do: str, **command: Any) -> dict[str, Any]:
        """Return the answer to a command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"do": do, **command}), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the peer ended at the command {do}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def by_turns(runs: Mapping[str, Callable[[], float]], rounds: int) -> Times:
    """Return the times of some runs [s], which take turns; a first round of each does not count."""
    for once in runs.values():
        once()
    found: Times = {name: [] for name in runs}
    for number in range(rounds):
        names = list(runs) if number % 2 == 0 else list(reversed(runs))
        for name in names:
            found[name].append(runs[name]())
    return found


def ratio(peer: list[float], own: list[float]) -> str:
    """Return the ratio of paired times: median, least and greatest."""
    found = np.array(peer) / np.array(own)
    return f"{median(found):.3g} ({found.min():.3g} to {found.max():.3g})"


def told(name: str, times: list[float], unit: float, rest: str) -> str:
    """Return a line of a table: median, least and greatest time, and the rest."""
    low, middle, high = (value / unit for value in (min(times), median(times), max(times)))
    return f"{name:<34}{middle:9.3g} ({low:.3g} to {high:.3g}){rest}"


def discharges(pybamm: Peer, rounds: int) -> None:
    """Print the discharges."""
    reference = converged()
    runs: dict[str, Callable[[], float]] = {}
    lines: dict[str, str] = {}
    for name, (make, mesh, volumes, steps) in OURS.items():
        cell, lengths = make(mesh, NEWTON, volumes), steps.lengths(reference[0][-1])
        exact = make(mesh, 1e-7, volumes).run(np.full(7110, TIGHT))
        _, time, voltage = cell.run(lengths)
        lines[name] = accuracy((time, voltage), reference, exact[1:], time.size)
        runs[name] = lambda cell=cell, lengths=lengths: cell.run(lengths)[0]
    for name, how in THEIRS.items():
        time = reference[0][1:-1]
        exact = pybamm.ask("discharge", **how | {"rtol": PYBAMM_TIGHT}, at=time.tolist())["voltages"]
        given = pybamm.ask("discharge", **how, at=time.tolist())
        voltage = np.array(given["voltages"])
        lines[name] = accuracy((time, voltage), reference, (time, np.array(exact)), given["steps"])
        runs[name] = lambda how=how: float(pybamm.ask("discharge", **how)["seconds"])
    times = by_turns(runs, rounds)
    print(
        "\nDFN, 1C discharge                        ms              steps  error [mV], RMS / greatest: all    in time"
    )
    for name, found in times.items():
        print(told(name, found, 1e-3, lines[name]))
    print("\nPeer / ours" + "".join(f"{name:>40}" for name in OURS))
    for name in THEIRS:
        print(f"{name:<34}" + "".join(f"{ratio(times[name], times[own]):>36}" for own in OURS))


def accuracy(
    found: tuple[Values, Values], reference: tuple[Values, Values], exact: tuple[Values, Values], steps: int
) -> str:
    """Return the steps of a discharge, its error, and its error in time."""
    total, in_time = errors(*found, reference), errors(*found, exact)
    return f"{steps:>8}{total[0]:>20.3f} / {total[1]:.2f}{in_time[0]:>12.4f} / {in_time[1]:.3f}"


def pack_inputs() -> Values:
    """Return currents [A] and temperatures [K] of `PERIOD` steps."""
    cell, step = np.arange(CELLS), np.arange(PERIOD)[:, None]
    current = np.where(step < PERIOD // 2, 3.0, -4.0) * (1.0 + 0.05 * np.sin(7.0 * cell))
    return np.hstack([current, 298.15 + 2.0 * np.sin(3.0 * cell) + 0.05 * np.sin(step)])


def open_cells(physics: Physics, parameters: Any, folder: Path) -> FmpySlave:
    """Return the native FMU of a pack's cells."""
    start = {"initial_soc": 0.6 + 0.05 * np.sin(3.0 * np.arange(CELLS)), "lookahead": 0.5}
    model = load_definition("cell", {"cells": CELLS, "parameters": parameters}, start).model
    build_native(model, CELLS, folder, parameters)
    outputs = references_of(model, CELLS)
    return FmpySlave(folder, "Cell", GUID, CELLS, first_input(model), outputs, pack_inputs())


def varying() -> dict[str, Any]:
    """Return Chen 2020 as an SPM whose diffusivities depend on the stoichiometry."""
    electrodes = {}
    for name in ("negative", "positive"):
        electrode = getattr(PARAMETERS, name)
        (material,) = electrode.materials
        scale, potential = float(material.diffusivity(0.5)), material.open_circuit_potential
        curve = tabulate(lambda x, scale=scale: scale * (1.5 - x), potential.low, potential.high, 1e-6 * scale)
        electrodes[name] = replace(electrode, materials=(replace(material, diffusivity=curve),))
    return figures(replace(PARAMETERS, physics=Physics.SPM, **electrodes))


def cell_steps(pybamm: Peer, rounds: int) -> None:
    """Print the steps of cells."""
    kinds = {physics.value: shipped("chen_2020", physics, Mesh()) for physics in Physics}
    currents = (3.0 * np.cos(np.arange(40) // 10)).tolist()
    with tempfile.TemporaryDirectory() as folder:
        slaves = {name: open_cells(Physics(name), kind, Path(folder) / name) for name, kind in kinds.items()}
        slaves["spm, D_s(c)"] = open_cells(Physics.SPM, varying(), Path(folder) / "varying")
        runs: dict[str, Callable[[], float]] = {
            name: lambda slave=slave: time_of(slave.bulk_step, 2 * PERIOD) / CELLS for name, slave in slaves.items()
        }
        for name in kinds:
            peer = f"PyBaMM {name}"
            runs[peer] = lambda name=name: float(pybamm.ask("step", model=name, currents=currents)["seconds"])
        times = by_turns(runs, rounds)
        for slave in slaves.values():
            slave.close()
    print(f"\nCell-step of 1 s, {CELLS} cells              us                             PyBaMM / ours")
    for name, found in times.items():
        against = f"{ratio(times[f'PyBaMM {name}'], found):>40}" if name in kinds else ""
        print(told(name, found, 1e-6, against))


def pack_system(model: str) -> System:
    """Return a pack of Chen 2020."""
    tables = {
        "pack": {"series": SERIES, "parallel": PARALLEL},
        "cell": {"parameters": "chen_2020", "model": model},
        "variation": {"capacity_cv": 0.01},
    }
    return kernel_pack(parts(parse_pack(tables, "benchmark")))


def pack_time(system: System, steps: int) -> float:
    """Return the processor's time of a step of a pack [s], the first one and its setup left out."""
    current = -5.0 * PARALLEL * (1.0 + 0.01 * np.sin(np.arange(steps)))
    loaded = with_profiles(system, {f"{system.components[0].name}.pack_current": np.repeat(current, STEP)})
    plan = make_plan(loaded, dict.fromkeys((ELECTRICAL, CONTROL, THERMAL), STEP * SECOND))
    with opened(loaded, plan, Experiment(steps * STEP * SECOND), lambda _: None) as simulation:
        simulation.tick()
        begin = thread_time()
        for _ in range(steps - 1):
            simulation.tick()
        return (thread_time() - begin) / (steps - 1)


def packs(liionpack: Peer, rounds: int, steps: int) -> None:
    """Print the steps of packs."""
    systems = {f"ours, {model}": pack_system(model) for model in ("spm", "dfn")}
    runs: dict[str, Callable[[], float]] = {
        name: lambda system=system: pack_time(system, steps) for name, system in systems.items()
    }
    given = {"series": SERIES, "parallel": PARALLEL, "steps": steps, "h": STEP}
    runs["liionpack, spm"] = lambda: float(liionpack.ask("pack", **given)["seconds"])
    times = by_turns(runs, rounds)
    print(
        f"\nPack of {SERIES} x {PARALLEL} cells, step of {STEP} s        ms                      liionpack's SPM / ours"
    )
    for name, found in times.items():
        print(told(name, found, 1e-3, f"{ratio(times['liionpack, spm'], found):>40}"))


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Time cells of physics against PyBaMM and liionpack.")
    parser.add_argument("--python", required=True, help="of an environment with PyBaMM")
    parser.add_argument("--liionpack", help="of an environment with liionpack and the PyBaMM that it runs with")
    parser.add_argument("--rounds", type=int, default=9, help="of discharges and of steps [%(default)s]")
    parser.add_argument("--pack-steps", type=int, default=18, help="of packs [%(default)s]")
    asked = parser.parse_args()
    pybamm = Peer(asked.python)
    print(", ".join(f"{name} {number}" for name, number in pybamm.ask("versions").items()))
    discharges(pybamm, asked.rounds)
    cell_steps(pybamm, asked.rounds)
    pybamm.close()
    if asked.liionpack:
        peer = Peer(asked.liionpack)
        print("\n" + ", ".join(f"{name} {number}" for name, number in peer.ask("versions").items()))
        packs(peer, 3, asked.pack_steps)
        peer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
