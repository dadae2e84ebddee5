"""The shim with the toy's kernels in C: built here, and hosted through ctypes as FMPy declares the functions."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from ctypes import POINTER, byref, c_char, c_double, c_int, c_size_t, c_uint, c_void_p
from pathlib import Path

import fmpy
from fmpy.fmi2 import (
    calloc,
    fmi2CallbackAllocateMemoryTYPE,
    fmi2CallbackFreeMemoryTYPE,
    fmi2CallbackFunctions,
    fmi2CallbackLoggerTYPE,
    free,
)

from packfmu.core.cache import cache_folder
from packfmu.core.model import Model
from packfmu.fmi.native.header import header
from packfmu.fmi.native.tables import tables
from tests.fmi.native.toy import declare

SHIM = Path(__file__).parents[3] / "fmi" / "native" / "shim"
CLIENT = Path(__file__).parent / "client"
HEADERS = Path(fmpy.__file__).parent / "c-code"
ZIG = (sys.executable, "-m", "ziglang", "cc")
CACHES = dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(cache_folder("zig")))
GUID = "{00000000-0000-0000-0000-000000000001}"
STAMP = "toy 1"

START = (298.15, 1.0, 5.0, 5.0, 5.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 298.15, 0.0, 0.0, 0.0, 1e6, 1.0, 1.0, 0.0, 1.0)
TWIN, GAIN, LEVEL_AT_START, TABLE, WARMTH = 0, 1, 2, 5, 11
RATE, LIMIT, DIVISOR, ENABLE, SHIFT, MODE = 12, 15, 16, 17, 18, 19
LEVEL, TOTAL, SCALED, QUOTIENT, ENABLED, STEPS, END = 20, 26, 27, 28, 29, 30, 31

OK, DISCARD, ERROR = 0, 2, 3
ERRORS, DISCARDS = "logStatusError", "logStatusDiscard"
PHASES = ("instantiated", "in initialisation mode", "ready to step", "terminated")

MODEL_EXCHANGE = "EventMode|NewDiscreteStates|Continuous|CompletedIntegrator|SetTime|GetDerivatives|Indicators"

PLAIN = ("-O2", "-g0")
COVERAGE = ("-O0", "-g", "--coverage", "-Wl,--exclude-libs,ALL")
COUNTING = "PACKFMU_SHIM_COVERAGE"
"""Environment variable that has the library built by gcc, to count which lines and branches run."""


def interface() -> set[str]:
    """Return the names of the functions for co-simulation."""
    header = (HEADERS / "fmi2FunctionTypes.h").read_text(encoding="utf-8")
    return {name for name in re.findall(r"(fmi2\w+)TYPE\b", header) if not re.search(MODEL_EXCHANGE, name)}


def compile_c(target: Path, sources: list[Path], *options: str, compiler: tuple[str, ...] = ()) -> Path:
    """Compile C against the model.h in the folder of the target, the toy's where there is none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not (target.parent / "model.h").exists():
        (target.parent / "model.h").write_bytes(header(declare(), STAMP))
    command = compiler or ZIG
    options = ("-std=c11", "-Wall", "-Wextra", "-Werror", *options, f"-I{target.parent}", f"-I{SHIM}", f"-I{HEADERS}")
    command = [*command, *options, *map(str, sources), "-o", str(target), "-lm"]
    done = subprocess.run(command, env=os.environ | CACHES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def build_toy(folder: Path, stamp: str = STAMP) -> Path:
    """Return the toy's library, and write the tables of three tanks beside it."""
    write_tables(folder, tables(declare(), GUID, stamp))
    (folder / "model.h").write_bytes(header(declare(), stamp))
    sources = [SHIM / "shim.c", CLIENT / "toy_model.c"]
    build, compiler = (COVERAGE, ("gcc",)) if os.environ.get(COUNTING) else (PLAIN, ())
    return compile_c(folder / "toy.so", sources, *build, "-shared", "-fPIC", "-fvisibility=hidden", compiler=compiler)


def toy_tables(model: Model | None = None) -> bytes:
    """Return the tables of a toy, by default of three tanks."""
    return tables(model or declare(), GUID, STAMP)


def write_tables(folder: Path, content: bytes | None = None) -> str:
    """Write model.bin, by default the toy's; return the resource location."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(toy_tables() if content is None else content)
    return folder.as_uri()


class Importer:
    """One instance of the library; every call returns its status, and `log` keeps what was told."""

    def __init__(
        self,
        library: Path,
        resources: str | None,
        name: bytes | None = b"toy",
        guid: str | None = GUID,
        kind: int = 1,
        allocations: int = 10**9,
    ):
        self.library = ctypes.CDLL(str(library))
        self.log: list[tuple[int, str, str]] = []
        self.allocations = allocations
        self.time = 0.0
        self.live: set[int] = set()
        self.callbacks = fmi2CallbackFunctions(
            logger=fmi2CallbackLoggerTYPE(self._told),
            allocateMemory=fmi2CallbackAllocateMemoryTYPE(self._allocate),
            freeMemory=fmi2CallbackFreeMemoryTYPE(self._free),
        )
        self.component = self.instantiate(name, kind, guid, resources)

    def instantiate(self, name: bytes | None, kind: int, guid: str | None, resources: str | None) -> c_void_p:
        instantiate = self.library.fmi2Instantiate
        instantiate.restype = c_void_p
        instantiate.argtypes = [ctypes.c_char_p, c_int, ctypes.c_char_p, ctypes.c_char_p, c_void_p, c_int, c_int]
        texts = [text if text is None else text.encode() for text in (guid, resources)]
        return c_void_p(instantiate(name, kind, *texts, byref(self.callbacks), 0, 1))

    def _told(self, environment, instance, status, category, message) -> None:
        self.log.append((status, category.decode(), message.decode()))

    def _allocate(self, count: int, size: int) -> int:
        self.allocations -= 1
        if self.allocations < 0:
            return 0
        address = calloc(count, size)
        self.live.add(address)
        return address

    def _free(self, address: int) -> None:
        self.live.remove(address)
        free(address)

    @property
    def messages(self) -> list[str]:
        return [message for _, _, message in self.log]

    def call(self, name: str, *arguments) -> int:
        return getattr(self.library, name)(self.component, *arguments)

    def free(self) -> None:
        self.library.fmi2FreeInstance.restype = None
        self.library.fmi2FreeInstance(self.component)

    def set(self, kind: str, references, values) -> int:
        n = len(references)
        scalar = c_double if kind == "Real" else c_int
        return self.call(f"fmi2Set{kind}", (c_uint * n)(*references), c_size_t(n), (scalar * n)(*values))

    def get_status(self, kind: str, references) -> tuple[int, list]:
        n = len(references)
        values = ((c_double if kind == "Real" else c_int) * n)()
        return self.call(f"fmi2Get{kind}", (c_uint * n)(*references), c_size_t(n), values), list(values)

    def get(self, *references: int) -> list[float]:
        status, values = self.get_status("Real", references)
        assert status == OK, self.messages
        return values

    def setup(self, start: float = 0.0, stop: float | None = None) -> int:
        self.time = start
        times = c_int(stop is not None), c_double(stop or 0.0)
        return self.call("fmi2SetupExperiment", c_int(0), c_double(0.0), c_double(start), *times)

    def initialise(self) -> Importer:
        assert self.setup() == OK
        assert self.call("fmi2EnterInitializationMode") == OK
        assert self.call("fmi2ExitInitializationMode") == OK
        return self

    def step(self, t: float | None = None, h: float = 1.0) -> int:
        """Step from a time, by default from the end of the last step."""
        begin = self.time if t is None else t
        status = self.call("fmi2DoStep", c_double(begin), c_double(h), c_int(1))
        self.time = begin + h if status == OK else self.time
        return status

    def slope(self, reference: int, value: float, order: int = 1) -> int:
        one = (c_uint * 1)(reference), c_size_t(1), (c_int * 1)(order), (c_double * 1)(value)
        return self.call("fmi2SetRealInputDerivatives", *one)

    def rate(self, reference: int, order: int = 1) -> tuple[int, float]:
        value = (c_double * 1)(9.0)
        one = (c_uint * 1)(reference), c_size_t(1), (c_int * 1)(order), value
        return self.call("fmi2GetRealOutputDerivatives", *one), value[0]

    def ended(self) -> tuple[bool, float]:
        """Return fmi2Terminated and fmi2LastSuccessfulTime."""
        truth, time = c_int(7), c_double()
        assert self.call("fmi2GetBooleanStatus", c_int(3), byref(truth)) == OK
        assert self.call("fmi2GetRealStatus", c_int(2), byref(time)) == OK
        return bool(truth.value), time.value

    def save(self) -> c_void_p:
        state = c_void_p()
        assert self.call("fmi2GetFMUstate", byref(state)) == OK
        return state

    def restore(self, state: c_void_p) -> int:
        return self.call("fmi2SetFMUstate", state)

    def release(self, state: c_void_p) -> None:
        assert self.call("fmi2FreeFMUstate", byref(state)) == OK
        assert state.value is None

    def bytes(self) -> bytes:
        state, size = self.save(), c_size_t()
        assert self.call("fmi2SerializedFMUstateSize", state, byref(size)) == OK
        data = (c_char * size.value)()
        assert self.call("fmi2SerializeFMUstate", state, data, size) == OK
        self.release(state)
        return data.raw

    def from_bytes(self, data: bytes) -> tuple[int, c_void_p]:
        state = c_void_p()
        pointer = ctypes.cast(ctypes.create_string_buffer(data, len(data)), POINTER(c_char))
        return self.call("fmi2DeSerializeFMUstate", pointer, c_size_t(len(data)), byref(state)), state


def settled(importer: Importer) -> bytes:
    """Read an output, so that all are computed, and return the bytes of the state."""
    importer.get(TOTAL)
    return importer.bytes()


def in_phase(importer: Importer, phase: str) -> Importer:
    """Bring a new instance to this place in the call sequence."""
    calls = ("fmi2EnterInitializationMode", "fmi2ExitInitializationMode", "fmi2Terminate")
    for number in range(PHASES.index(phase)):
        if number == 0:
            assert importer.setup() == OK
        assert importer.call(calls[number]) == OK
    return importer
