"""Builds FMUs of the native flavour: the model's kernels as machine code behind a shim in C.

A linked library holds the structure of a model: its sizes, values and the names of its variables lie in
``resources/model.bin``. So it is kept, and used again for every FMU of the same sources, structure and tools.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from ...core.variable import Detail
from ..archive import write_archive
from ..description import Flavour, guid, model_description
from ..registry import load_definition
from ..supplements import package_folder, supplements
from .libraries import Wanted, libraries
from .link import fmi_headers
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
)


def build_native_fmu(
    target: Path,
    name: str,
    arguments: Mapping[str, Any],
    start: Mapping[str, ArrayLike] | None = None,
    detail: Detail = Detail.CELL,
    platforms: Sequence[Platform] = tuple(Platform),
    set_identity: str = "",
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
    set_identity : str
        The identity of the set of FMUs that it belongs to; empty where it is built alone.

    Raises
    ------
    InputError
        When there is no such component, an argument or a start value does not fit, a kernel does what machine code may
        not, or a file cannot be written.
    """
    component = load_definition(name, arguments, start or {})
    model = component.model
    made = libraries(Wanted(name, arguments, model, platforms))
    identity = guid(component, state_identity(model, made.stamp), detail)
    files = {f"binaries/{p.value}/{model.name}{p.extension}": library for p, library in made.content.items()}
    files["resources/model.bin"] = tables(model, identity, made.stamp)
    files["modelDescription.xml"] = model_description(component, NATIVE, identity, detail, set_identity)
    write_archive(target, files | licences(platforms) | supplements(component, NATIVE, detail))


def licences(platforms: Sequence[Platform]) -> dict[str, bytes]:
    """Return the licences of what the libraries hold besides packfmu's own code."""
    zig = package_folder("ziglang")
    functions = fmi_headers()["fmi2Functions.h"]
    notice = functions[functions.index(b"Copyright") :].partition(b"*/")[0]
    files = {"fmi.txt": notice, "zig.txt": (zig / "LICENSE").read_bytes()}
    if Platform.WIN64 in platforms:
        files["mingw-w64.txt"] = (zig / "lib" / "libc" / "mingw" / "COPYING").read_bytes()
    return {f"documentation/licenses/{name}": content for name, content in files.items()}
