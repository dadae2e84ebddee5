"""The client in C, built for a platform and run on the library of a native FMU, on Windows' under Wine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import fmpy
import numpy as np

from packfmu.core.cache import cache_folder
from packfmu.core.model import Model
from packfmu.core.variable import DataType, Variable
from packfmu.fmi.native.platforms import Platform

SOURCE = Path(__file__).parent / "client" / "client.c"
HEADERS = Path(fmpy.__file__).parent / "c-code"
OPTIONS = ("-std=c11", "-O2", "-g0", "-s", "-Wall", "-Wextra")
"""Optimised and stripped as FMUs are: else zig builds its runtime for Windows once more, which takes a minute."""

KINDS = {DataType.REAL: "real", DataType.INTEGER: "integer", DataType.BOOLEAN: "boolean"}


@dataclass(frozen=True)
class Client:
    """A built client: the command that runs it, with its environment, and the root of file names as it sees them."""

    platform: Platform
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    root: str = ""

    def run(self, fmu: Path, commands: Iterable[str]) -> np.ndarray:
        """Obey commands on an instance of an extracted FMU; return what was printed, a row a step."""
        description = fmpy.read_model_description(str(fmu), validate=False)
        identifier = description.coSimulation.modelIdentifier
        library = fmu / "binaries" / self.platform.value / f"{identifier}{self.platform.extension}"
        slash = "/" if self.root else ""
        resources = f"file://{slash}{self.root}{quote(str(fmu / 'resources'))}"
        done = subprocess.run(
            [*self.command, f"{self.root}{library}", resources, description.guid],
            input="\n".join(commands), env=dict(self.environment), capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return rows(done.stdout)


def rows(printed: str) -> np.ndarray:
    """The lines that were printed, one for each ``print``, with an empty one at the end of each step."""
    steps = printed.replace("\r", "").split("\n\n")
    return np.array([[float.fromhex(value) for value in step.split()] for step in steps if step.strip()])


def compile_client(folder: Path, platform: Platform) -> Path:
    """Return the client for a platform."""
    [target] = platform.targets
    program = folder / f"client{'.exe' if platform is Platform.WIN64 else ''}"
    cache = str(cache_folder("zig"))
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", "cc", "-target", target.linker_triple, f"-mcpu={target.linker_processor}",
         *OPTIONS, f"-I{HEADERS}", SOURCE, "-o", program],
        env=os.environ | {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return program


def linux_client(folder: Path) -> Client:
    """Return the client for Linux; it runs without an environment."""
    return Client(Platform.LINUX64, (str(compile_client(folder, Platform.LINUX64)),))


def find_wine() -> str | None:
    """Return the command that runs Windows programs of 64 bits, or None."""
    return shutil.which("wine64") or shutil.which("wine")


def wine_environment(folder: Path) -> dict[str, str]:
    """Return an environment with everything that Wine keeps in a folder of its own; it needs no display."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "WINEPREFIX": str(folder / "prefix"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
    }


def windows_client(folder: Path, wine: str) -> Client:
    """Return the client for Windows, to be run by Wine with a new prefix."""
    program = compile_client(folder, Platform.WIN64)
    environment = wine_environment(folder)
    subprocess.run([wine, "wineboot", "--init"], env=environment, capture_output=True, check=True, timeout=300)
    return Client(Platform.WIN64, (wine, str(program)), environment, "Z:")


def drive(model: Model, steps: int, seed: int, spread: Mapping[str, float] = MappingProxyType({})) -> list[str]:
    """Return commands that set every input anew before each step, and print all real outputs after it.

    Inputs vary about their start by `spread`; else by the nominal value, or a hundredth of it where the start is not 0.
    """
    generator = np.random.default_rng(seed)
    commands = ["initialise"]
    for step in range(steps):
        for variable in model.inputs:
            values = " ".join(map(repr, draw(variable, spread.get(variable.name), generator).tolist()))
            commands.append(f"{KINDS[variable.data_type]} {model.offsets()[variable.name]} {values}")
        commands.append(f"step {step} 1.0")
        commands += printing(model)
    return commands


def draw(variable: Variable, spread: float | None, generator: np.random.Generator) -> np.ndarray:
    """Return values about the start; of integers and Booleans, any that are allowed."""
    start = variable.start_values().ravel()
    if variable.data_type is not DataType.REAL:
        return generator.integers(int(variable.min), int(variable.max) + 1, start.size)
    width = np.where(start == 0.0, 1.0, 0.01) * variable.nominal if spread is None else spread
    return start + width * generator.normal(size=start.size)


def printing(model: Model) -> list[str]:
    """Return the commands that print all real outputs, and an empty line."""
    offsets = model.offsets()
    reals = [v for v in model.outputs if v.data_type is DataType.REAL]
    return [*(f"print {offsets[v.name]} {v.count}" for v in reals), "print 0 0"]
