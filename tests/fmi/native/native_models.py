"""Real models behind the shim, for clients in C that are linked with them or load them."""

from __future__ import annotations

import functools
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from packfmu.core.model import Model
from packfmu.fmi.definition import Part
from packfmu.fmi.native import libraries
from packfmu.fmi.native.header import header
from packfmu.fmi.native.libraries import Wanted
from packfmu.fmi.native.objects import kernel_code
from packfmu.fmi.native.platforms import LINUX
from packfmu.fmi.native.tables import tables
from packfmu.fmi.registry import load_definition
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameter_sets import shipped
from packfmu.pack.block import pack_block
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from tests.fmi.native.native_toy import CLIENT, GUID, STAMP, ZIG, compile_c, write_tables

ARGUMENTS = {
    "cell": {"cells": 4, "parameters": "nissan_leaf_2013", "aging": "nissan_leaf_aging"},
    "pack_network": {"series": 2, "parallel": 2, "opposite_terminals": True, "nodes": 21},
}
MANAGED = {
    "bms": {"groups": 3, "parallel": 2, "parameters": "nissan_leaf_2013"},
    "balancer": {"groups": 3, "parallel": 2, "converter": "flyback", "links": [[0, -1], [1, -1], [2, -1]]},
}
MESH = Mesh(negative=3, separator=2, positive=3)
PHYSICS = {
    "particles": {"cells": 3, "parameters": "chen_2020"},
    "electrolyte": {"cells": 2, "parameters": shipped("chen_2020", Physics.SPME, MESH)},
    "porous": {"cells": 2, "parameters": shipped("chen_2020", Physics.DFN, MESH)},
}
"""Cells of physics, which take some time to compile, too."""
PACK = {
    "pack": {"series": 3, "parallel": 2},
    "cell": {"parameters": "nissan_leaf_2013"},
    "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
}
MODELS = (*ARGUMENTS, pytest.param("pack", marks=pytest.mark.campaign))
"""Components to try; the pack as one block takes some time to compile."""
ALL = ("toy", *MODELS, *(pytest.param(name, marks=pytest.mark.campaign) for name in (*MANAGED, *PHYSICS)))
"""All that random calls and states are tried on."""


@functools.cache
def part_of(name: str) -> Part:
    """Return a component's arguments and start values."""
    arguments = ARGUMENTS | MANAGED
    if name in arguments:
        return Part(name, name, arguments[name], {})
    if name in PHYSICS:
        return Part(name, "cell", PHYSICS[name], {})
    pack = Pack.model_validate(PACK)
    return pack_block(pack, parts(pack))


@functools.cache
def model_of(name: str) -> Model:
    """Return the model of a component, with its start values."""
    part = part_of(name)
    return load_definition(part.component, part.arguments, part.start).model


@functools.cache
def object_code(name: str) -> bytes:
    """Return the machine code of a model's kernels."""
    return libraries.object_code(Wanted(part_of(name).component, part_of(name).arguments, model_of(name), ()), [LINUX])[
        LINUX
    ]


@functools.cache
def checked_code(name: str) -> bytes:
    """Return the machine code of a model's kernels that has AddressSanitizer look at each access.

    Numba marks no functions for it, so they are marked here, and the compiler of ziglang translates them.
    """
    marked = re.sub(r"^(define .*) \{$", r"\1 sanitize_address {", kernel_code(model_of(name)), flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernels.ll").write_text(marked, encoding="utf-8")
        target = ("-target", LINUX.linker_triple, f"-mcpu={LINUX.linker_processor}", "-Wno-override-module")
        command = [*ZIG, *target, "-O1", "-fsanitize=address", "-c", "kernels.ll", "-o", "kernels.o"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return Path(folder, "kernels.o").read_bytes()


def compile_model(
    name: str, target: Path, sources: list[Path], *options: str, compiler: tuple[str, ...] = (), checked: bool = False
) -> Path:
    """Compile C with the kernels of a model, or of the toy; header and tables are in the folder of the target."""
    folder = target.parent
    if name == "toy":
        write_tables(folder)
        return compile_c(target, [*sources, CLIENT / "toy_model.c"], *options, compiler=compiler)
    model = model_of(name)
    write_tables(folder, tables(model, GUID, STAMP))
    (folder / "model.h").write_bytes(header(model, STAMP))
    (folder / "kernels.o").write_bytes(checked_code(name) if checked else object_code(name))
    return compile_c(target, [*sources, folder / "kernels.o"], *options, compiler=compiler)


def kept(folder: Path) -> list[Path]:
    """Return the libraries that a cache holds."""
    return [path for path in folder.iterdir() if path.suffix not in (".lock", ".ll")]
