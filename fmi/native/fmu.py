"""Builds FMUs of the native flavour: the model's kernels as machine code behind a shim in C.

A linked library holds the structure of a model: its sizes, values and the names of its variables lie in
``resources/model.bin``. So it is kept, and used again for every FMU of the same sources, structure and tools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from platform import python_version
from typing import Any

from numpy.typing import ArrayLike

from ...core.cache import cache_folder, package_version
from ...core.compilation.fingerprint import fingerprint
from ...core.model import Model
from ...core.variable import Detail
from ..archive import write_archive
from ..description import Flavour, guid, model_description
from ..files import package_folder, replacing
from ..registry import component_sources, load_definition
from ..supplements import digest, supplements
from .header import header
from .link import fmi_headers, link
from .objects import compile_component
from .platforms import Platform
from .tables import state_identity, tables

NATIVE = Flavour(
    needs_execution_tool=False,
    can_handle_variable_communication_step_size=True,
    can_interpolate_inputs=True,
    max_output_derivative_order=1,
    can_not_use_memory_management_functions=False,
    can_get_and_set_fmu_state=True,
    can_serialize_fmu_state=True,
    provides_directional_derivative=True,
)

TOOLS = ("llvmlite", "numba", "numpy", "ziglang")
"""Packages whose version may change the machine code."""

BUILDERS = ("elf", "header", "link", "objects", "platforms", "tables")
"""Modules of this package that shape the machine code, or the tables that it reads."""

SHIM = Path(__file__).parent / "shim"


def build_native_fmu(
    target: Path,
    name: str,
    arguments: Mapping[str, Any],
    start: Mapping[str, ArrayLike] | None = None,
    detail: Detail = Detail.CELL,
    platforms: Sequence[Platform] = tuple(Platform),
) -> None:
    """Build an FMU of the native flavour.

    Equal arguments give equal bytes. A file at `target` is replaced at once or, when something fails, left as it is.

    Parameters
    ----------
    target : Path
        The .fmu file to write or replace.
    name : str
        One of `registry.component_names`.
    arguments : mapping
        Arguments of the component's function ``define``, values that JSON can hold.
    start : mapping of str to array_like, optional
        Start values of parameters and inputs [unit of the variable]; others keep what is declared.
    detail : Detail
        Outputs finer than this are left out of the model description and the terminals.
    platforms : sequence of Platform
        Where the FMU shall run.

    Raises
    ------
    InputError
        When there is no such component, an argument or a start value does not fit, a kernel does what machine code may
        not, or a file cannot be written.
    """
    component = load_definition(name, arguments, start or {})
    model = component.model
    sources = native_sources()
    stamp = digest(sources | {"structure": structure_digest(model).encode()})
    identity = guid(component, state_identity(model, stamp), detail)
    sources["model.h"] = header(model, stamp)
    libraries = linked(name, arguments, model.name, sources, platforms)
    files = {f"binaries/{p.value}/{model.name}{p.extension}": library for p, library in libraries.items()}
    files["resources/model.bin"] = tables(model, identity, stamp)
    files["modelDescription.xml"] = model_description(component, NATIVE, identity, detail)
    write_archive(target, files | licences(platforms) | supplements(component, NATIVE, detail))


def native_sources() -> dict[str, bytes]:
    """Return all that the machine code of components is made from, by name; files of C by their plain names."""
    own = Path(__file__).parent
    files = component_sources() | {f"fmi/native/{name}.py": (own / f"{name}.py").read_bytes() for name in BUILDERS}
    files |= {path.name: path.read_bytes() for path in SHIM.glob("*.[ch]")} | fmi_headers()
    tools = [*(f"{tool} {package_version(tool)}" for tool in TOOLS), f"python {python_version()}"]
    return dict(sorted(files.items())) | {"tools": "\n".join(tools).encode()}


def structure_digest(model: Model) -> str:
    """Return a hash of all of a model that machine code is made from; models that differ in size only have the same."""
    kernels = (model.initialize, model.outputs_kernel, model.advance)
    parts = [model.name, *map(fingerprint, kernels), *(structure.digest for structure in model.structures)]
    return digest({"structure": "\n".join(parts).encode()})


def linked(
    name: str,
    arguments: Mapping[str, Any],
    identifier: str,
    sources: Mapping[str, bytes],
    platforms: Sequence[Platform],
) -> dict[Platform, bytes]:
    """Return the library of each platform, from the cache where it has been linked before."""
    key = digest(sources)
    kept = {p: cache_folder("libraries") / f"{identifier}-{key}-{p.value}{p.extension}" for p in platforms}
    libraries = {p: path.read_bytes() if path.is_file() else b"" for p, path in kept.items()}
    missing = [p for p, library in libraries.items() if not library]  # when a machine crashes empty files can remain
    if missing:
        objects = compile_component(name, arguments, [target for p in missing for target in p.targets])
        code = {path: content for path, content in sources.items() if path.endswith((".c", ".h"))}
        for platform in missing:
            libraries[platform] = link(platform, identifier, code, objects)
            with replacing(kept[platform]) as draft:
                draft.write_bytes(libraries[platform])
    return libraries


def licences(platforms: Sequence[Platform]) -> dict[str, bytes]:
    """Return the licences of what the libraries hold besides packfmu's own code."""
    zig = package_folder("ziglang")
    functions = fmi_headers()["fmi2Functions.h"]
    notice = functions[functions.index(b"Copyright") :].partition(b"*/")[0]
    files = {"fmi.txt": notice, "zig.txt": (zig / "LICENSE").read_bytes()}
    if Platform.WIN64 in platforms:
        files["mingw-w64.txt"] = (zig / "lib" / "libc" / "mingw" / "COPYING").read_bytes()
    return {f"documentation/licenses/{name}": content for name, content in files.items()}
