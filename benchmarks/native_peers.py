"""The peers of `native_step`: the same cells in C, Python and FMUs, ready for a step.

The inputs of a step, and the outputs that are read after it, are the same for all; `hand_written/client.c` computes the
same inputs itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from ctypes import c_double, c_uint
from pathlib import Path
from time import thread_time
from typing import Any

import fmpy
import numpy as np
from fmpy.fmi2 import FMU2Slave
from numpy.typing import NDArray
from pythonfmu import FmuBuilder

from packfmu.core.cache import cache_folder
from packfmu.core.model import Model
from packfmu.fmi.native.libraries import Wanted, libraries
from packfmu.fmi.native.platforms import LINUX, Platform
from packfmu.fmi.native.tables import start_values, tables
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.fmi.registry import load_definition
from packfmu.fmi.supplements import package_folder

HERE = Path(__file__).parent
HAND_WRITTEN = HERE / "hand_written"
KIND = "nissan_leaf_2013"
GUID = "benchmark"
PERIOD = 20
PORTS = ("emf", "resistance", "voltage", "soc", "heat_rate")
"""Outputs of each cell that are read in every step; they come first."""

OPTIONS = ("-std=c11", "-O3", f"-mcpu={LINUX.linker_processor}")


def leaf_cells(cells: int, hysteresis: bool = False) -> Model:
    """Return Leaf cells that differ a little from each other, without hysteresis unless one is given."""
    others = {"hysteresis_bound": 0.02, "hysteresis_rate": 30.0, "hysteresis_decay_rate": 1e-5}
    start = differences(cells) | (others if hysteresis else {})
    return load_definition("cell", {"cells": cells, "parameters": KIND}, start).model


def differences(cells: int) -> dict[str, NDArray[np.float64] | float]:
    """Return parameters that differ from cell to cell."""
    wave = np.sin(3.0 * np.arange(cells))
    return {
        "capacity": 112860.0 * (1.0 + 0.01 * wave),
        "initial_soc": 0.6 + 0.05 * wave,
        "resistance_scale": 1.0 - 0.02 * wave,
    }


def first_input(model: Model) -> int:
    """Return the value reference of the first input."""
    return model.offsets()["current"]


def first_output(model: Model) -> int:
    """Return the value reference of the first output."""
    return model.offsets()["emf"]


def references_of(model: Model, cells: int) -> list[int]:
    """Return the value references of the outputs that a step reads."""
    offsets = model.offsets()
    return [offsets[port] + k for port in PORTS for k in range(cells)]


def build_native(model: Model, cells: int, folder: Path, parameters: str | Mapping[str, Any] = KIND) -> None:
    """Extract a native FMU without its XML."""
    made = libraries(Wanted("cell", {"cells": cells, "parameters": parameters}, model, [Platform.LINUX64]))
    library = made.content[Platform.LINUX64]
    start = start_values(model).tobytes()  # which the client reads and gives to both libraries
    files = {"resources/model.bin": tables(model, GUID, made.stamp), "resources/start.bin": start}
    for path, content in {"binaries/linux64/Cell.so": library, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def compile_c(target: Path, sources: Sequence[str], *options: str) -> Path:
    """Compile C for the same processors as native FMUs."""
    headers = package_folder("fmpy") / "c-code"
    command = [sys.executable, "-m", "ziglang", "cc", *OPTIONS, *options, f"-I{headers}"]
    caches = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(cache_folder("zig")))
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [*command, *(HAND_WRITTEN / name for name in sources), "-lm", "-o", target],
        env=os.environ | caches, check=True,
    )  # fmt: skip
    return target


def build_hand_written(model: Model, cells: int, folder: Path) -> Path:
    """Return the library of the hand-written FMU."""
    pairs, nodes = model.variable("polarisation_resistance").shape
    sizes = {"CELLS": cells, "PAIRS": pairs, "NODES": nodes}
    options = ("-target", LINUX.linker_triple, "-shared", "-fPIC", *(f"-D{name}={n}" for name, n in sizes.items()))
    return compile_c(folder / "HandWritten.so", ["cell.c", "fmu.c"], *options)


class Client:
    """The client in C, with both libraries loaded."""

    def __init__(self, program: Path, model: Model, cells: int, native: Path, hand_written: Path) -> None:
        resources = native / "resources"
        libraries = [native / "binaries" / "linux64" / "Cell.so", resources.as_uri(), GUID]
        libraries += [hand_written, resources.as_uri(), GUID]
        places = [str(cells), str(first_input(model)), str(first_output(model)), resources / "start.bin"]
        self._process = subprocess.Popen(
            [program, *places, *libraries], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, command: str) -> list[float]:
        """Return the answer to a command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(command, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the client ended at the command {command}")
        return [float(value) for value in answer.split()]

    def close(self) -> None:
        """End the client."""
        self._process.communicate()


class FmpySlave:
    """An extracted FMU run through FMPy, with `make_inputs` unless others are given."""

    def __init__(
        self, folder: Path, identifier: str, guid: str, cells: int, inputs: int, outputs: list[int],
        values: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        self._fmu = FMU2Slave(guid=guid, modelIdentifier=identifier, unzipDirectory=str(folder), instanceName="cells")
        self._fmu.instantiate()
        self._fmu.setupExperiment()
        self._fmu.enterInitializationMode()
        self._fmu.exitInitializationMode()
        self._set, self._get = range(inputs, inputs + 2 * cells), outputs
        given = make_inputs(cells) if values is None else values
        self._arrays = [(c_double * (2 * cells))(*now) for now in given]
        self._lists = [list(now) for now in self._arrays]
        self._outputs = (c_double * len(outputs))()
        self._references = [(c_uint * len(where))(*where) for where in (self._set, self._get)]
        self._step = 0

    def step(self) -> Sequence[float]:
        """Set, step by 1 s, get, as FMPy's users do."""
        fmu, now = self._fmu, self._step % PERIOD
        fmu.setReal(self._set, self._lists[now])
        fmu.doStep(float(self._step), 1.0)
        self._step += 1
        values: Sequence[float] = fmu.getReal(self._get)
        return values

    def bulk_step(self) -> None:
        """Set, step by 1 s, get, with references and values that stay in place."""
        fmu, now = self._fmu, self._arrays[self._step % PERIOD]
        fmu.fmi2SetReal(fmu.component, self._references[0], len(now), now)
        fmu.fmi2DoStep(fmu.component, float(self._step), 1.0, 1)
        fmu.fmi2GetReal(fmu.component, self._references[1], len(self._outputs), self._outputs)
        self._step += 1

    def trace(self, steps: int) -> NDArray[np.float64]:
        """Return the outputs of some steps."""
        return np.array([self.step() for _ in range(steps)])

    def close(self) -> None:
        """Free the FMU."""
        self._fmu.terminate()
        self._fmu.freeInstance()


def time_of(step: Callable[[], object], steps: int) -> float:
    """Return the processor's time for a step [s]."""
    start = thread_time()
    for _ in range(steps):
        step()
    return (thread_time() - start) / steps


def make_inputs(cells: int) -> NDArray[np.float64]:
    """Return currents [A] and temperatures [K] of `PERIOD` steps, the same as in the client."""
    share = 0.05 * np.sin(7.0 * np.arange(cells))
    step = np.arange(PERIOD)[:, None]
    phase = 2.0 * np.pi * step / PERIOD
    current = 40.0 * (1.0 + share) * (np.sin(phase) + 0.5 * np.cos(3.0 * phase))
    return np.hstack([current, 298.15 + 5.0 * share + 0.1 * (step // 10)])


def open_native(cells: int, folder: Path) -> FmpySlave:
    """Return the native flavour from the folder of `build_native`."""
    model = leaf_cells(cells)
    return FmpySlave(folder, "Cell", GUID, cells, first_input(model), references_of(model, cells))


def open_python(cells: int, folder: Path) -> FmpySlave:
    """Return our Python flavour."""
    path = folder / "Cell.fmu"
    build_python_fmu(path, "cell", {"cells": cells, "parameters": KIND}, differences(cells))
    model = leaf_cells(cells)
    guid = fmpy.read_model_description(str(path), validate=False).guid
    fmpy.extract(str(path), str(folder / "Cell"))
    return FmpySlave(folder / "Cell", "Cell", guid, cells, first_input(model), references_of(model, cells))


def open_plain(cells: int, folder: Path) -> FmpySlave:
    """Return the plain slave; its inputs come first, its outputs next."""
    model = leaf_cells(cells)
    kind = {v.name: v.start_values().tolist() for v in model.parameters if v.name != "lookahead"}
    (folder / "cells.json").write_text(json.dumps({"cells": cells, **kind}), encoding="utf-8")
    path = FmuBuilder.build_FMU(HERE / "plain_slave.py", dest=folder, project_files=[folder / "cells.json"])
    guid = fmpy.read_model_description(str(path), validate=False).guid
    fmpy.extract(str(path), str(folder / "PlainSlave"))
    return FmpySlave(
        folder / "PlainSlave", "PlainSlave", guid, cells, 0, list(range(2 * cells, (2 + len(PORTS)) * cells))
    )
