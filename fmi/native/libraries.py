"""The libraries of native FMUs, one for each structure and platform: shipped, kept, or compiled and linked.

A library belongs to the sources that kernels and shim are made from, and to a structure. It is named by a hash of both,
and of the tools that make it. What a wheel ships is found by sources and structure alone: it was made by the tools of
those who built the wheel, and its stamp says so.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from platform import python_version
from typing import Any

from ...core.cache import (
    TOOLS,
    code_folder,
    keep,
    kernel_sources,
    made_once,
    package_version,
    read_kept,
    read_sealed,
    write_sealed,
)
from ...core.compilation.fingerprint import identity
from ...core.model import Model
from ..supplements import digest
from .header import header
from .link import fmi_headers, link
from .objects import component_code, emit
from .platforms import Platform, Target

BUILDERS = ("elf", "header", "libraries", "link", "objects", "platforms", "runtime", "tables")
"""Modules of this package that shape the machine code, or the tables that it reads."""

MAKERS = ("definition", "registry")
"""Modules of the package above that a component is made by."""

SHIM = Path(__file__).parent / "shim"

SHIPPED = Path(__file__).with_name("shipped")
"""Where a wheel has libraries: a folder for each structure, with its stamp and a file for each platform."""

STAMP = "stamp"


@dataclass(frozen=True)
class Libraries:
    """The libraries of a structure.

    Parameters
    ----------
    stamp : str
        Hash of all that the machine code is made from; a library reads tables of its own stamp only.
    content : mapping of Platform to bytes
        One for each platform.
    """

    stamp: str
    content: Mapping[Platform, bytes]


@dataclass(frozen=True)
class Wanted:
    """A component whose libraries are wanted.

    Parameters
    ----------
    name : str
        One of `registry.component_names`.
    arguments : mapping
        Arguments of the component's function ``define``, values that JSON can hold.
    model : Model
        What comes of them.
    platforms : sequence of Platform
        Where the libraries shall run.
    """

    name: str
    arguments: Mapping[str, Any]
    model: Model
    platforms: Sequence[Platform]


def libraries(wanted: Wanted) -> Libraries:
    """Return the libraries of a component; what is not at hand is compiled and linked, and kept.

    Raises
    ------
    InputError
        When a kernel does what machine code may not, or a file cannot be written.
    """
    sources = native_sources()
    shipped = find_shipped(wanted, sources)
    if shipped is not None:
        return shipped
    stamp = stamp_of(wanted.model, sources)
    found = _kept(wanted, stamp)
    if len(found) < len(wanted.platforms):
        with made_once(code_folder("libraries") / f"{wanted.model.name}-{stamp}"):
            found = _kept(wanted, stamp)
            found |= _make(wanted, [platform for platform in wanted.platforms if platform not in found], sources)
    return Libraries(stamp, found)


def are_at_hand(wanted: Wanted) -> bool:
    """Whether no compiler has to run for the libraries of a component."""
    sources = native_sources()
    if find_shipped(wanted, sources) is not None:
        return True
    return len(_kept(wanted, stamp_of(wanted.model, sources))) == len(wanted.platforms)


@cache
def native_sources() -> dict[str, bytes]:
    """Return all that the machine code of components is made from, by name; files of C by their plain names."""
    own = Path(__file__).parent
    modules = [*(own / f"{name}.py" for name in BUILDERS), *(own.parent / f"{name}.py" for name in MAKERS)]
    files = kernel_sources() | {f"{path.parent.name}/{path.name}": path.read_bytes() for path in modules}
    files |= {path.name: path.read_bytes() for path in SHIM.glob("*.[ch]")} | fmi_headers()
    return dict(sorted(files.items()))


def structure_digest(model: Model) -> str:
    """Return a hash of all of a model that machine code is made from; models that differ in size only have the same."""
    kernels = (model.initialize, model.outputs_kernel, model.advance)
    parts = [model.name, *map(identity, kernels), *(structure.digest for structure in model.structures)]
    return digest({"structure": "\n".join(parts).encode()})


def stamp_of(model: Model, sources: Mapping[str, bytes]) -> str:
    """Return the stamp of the libraries that the tools of this machine make."""
    tools = [*(f"{tool} {package_version(tool)}" for tool in (*TOOLS, "ziglang")), f"python {python_version()}"]
    return digest({"key": _key(model, sources).encode(), "tools": "\n".join(tools).encode()})


def find_shipped(wanted: Wanted, sources: Mapping[str, bytes]) -> Libraries | None:
    """Return the libraries that were installed with this package; None unless all are there and whole."""
    folder = SHIPPED / f"{wanted.model.name}-{_key(wanted.model, sources)}"
    if not folder.is_dir():
        return None
    stamp = read_sealed(folder / STAMP)
    found = {p: library for p in wanted.platforms if (library := read_sealed(folder / p.value)) is not None}
    return Libraries(stamp.decode(), found) if stamp and len(found) == len(wanted.platforms) else None


def ship(folder: Path, wanted: Wanted) -> None:
    """Write the libraries of a component to the folder `SHIPPED` of a package that is about to be packed."""
    made = libraries(wanted)
    target = folder / f"{wanted.model.name}-{_key(wanted.model, native_sources())}"
    target.mkdir(parents=True, exist_ok=True)
    write_sealed(target / STAMP, made.stamp.encode())
    for platform, library in made.content.items():
        write_sealed(target / platform.value, library)


def object_code(wanted: Wanted, targets: Sequence[Target]) -> dict[Target, bytes]:
    """Return the object code of a component's kernels for each target; what all share is compiled once."""
    path = code_folder("native") / f"{wanted.model.name}-{stamp_of(wanted.model, native_sources())}.ll"
    with made_once(path):
        kept = read_kept(path)
        code = zlib.decompress(kept).decode() if kept else component_code(wanted.name, wanted.arguments)
        if not kept:
            keep(path, zlib.compress(code.encode(), 1))
    return {target: emit(code, target) for target in targets}


def _key(model: Model, sources: Mapping[str, bytes]) -> str:
    """Return a hash of sources and structure, whatever the tools."""
    return digest({**sources, "structure": structure_digest(model).encode()})


def _path(model: Model, stamp: str, platform: Platform) -> Path:
    return code_folder("libraries") / f"{model.name}-{stamp}-{platform.value}"


def _kept(wanted: Wanted, stamp: str) -> dict[Platform, bytes]:
    """Return the libraries that this machine has made before; what is damaged is not among them."""
    read = {platform: read_kept(_path(wanted.model, stamp, platform)) for platform in wanted.platforms}
    return {platform: library for platform, library in read.items() if library is not None}


def _make(wanted: Wanted, platforms: Sequence[Platform], sources: Mapping[str, bytes]) -> dict[Platform, bytes]:
    """Compile and link libraries, and keep them."""
    model, stamp = wanted.model, stamp_of(wanted.model, sources)
    objects = object_code(wanted, [target for platform in platforms for target in platform.targets])
    code = {path: content for path, content in sources.items() if path.endswith((".c", ".h"))}
    code["model.h"] = header(model, stamp)
    made = {}
    for platform in platforms:
        made[platform] = link(platform, model.name, code, objects)
        keep(_path(model, stamp, platform), made[platform])
    return made
