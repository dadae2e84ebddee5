"""Builds FMUs of the Python flavour: the model's source, run by pythonfmu's library.

Two FMUs in one process share Python's modules, so that every name inside is stamped with a hash of the sources:
the package ``packfmu_<stamp>`` with the models, the component and a copy of pythonfmu's slave, and the main script.
Each FMU thereby computes with its own code, whatever other FMUs and packages of the host are loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.variable import Detail
from ..archive import write_archive
from ..description import Flavour, guid, model_description
from ..documentation import external_dependencies_page
from ..registry import component_sources, load_definition
from ..supplements import digest, licence, package_folder, supplements

PYTHON = Flavour(
    needs_execution_tool=True,
    can_handle_variable_communication_step_size=True,
    can_interpolate_inputs=False,
    max_output_derivative_order=0,
    can_not_use_memory_management_functions=True,
    can_get_and_set_fmu_state=True,
    can_serialize_fmu_state=True,
)

RUNTIME = ("__init__", "access", "binding", "log", "slave", "state")
"""Modules of this package that run inside every FMU, besides those that components are made from."""

PYTHONFMU_MODULES = ("_version", "default_experiment", "enums", "fmi2slave", "logmsg", "variables")
"""What pythonfmu's slave needs of its package."""

SCRIPT = '''"""Where pythonfmu enters {name}."""

from {package}.fmi.python.slave import FmiCalls
from {package}.pythonfmu.fmi2slave import Fmi2Slave


class {name}(FmiCalls, Fmi2Slave):
    """The slave that pythonfmu instantiates."""

    def __init__(self, **kwargs):
        Fmi2Slave.__init__(self, **kwargs)
        FmiCalls.__init__(self, kwargs["resources"])
'''


def build_python_fmu(
    target: Path,
    name: str,
    arguments: Mapping[str, Any],
    start: Mapping[str, ArrayLike] | None = None,
    detail: Detail = Detail.CELL,
    set_identity: str = "",
) -> None:
    """Build an FMU of the Python flavour.

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
    set_identity : str
        The identity of the set of FMUs that it belongs to; empty where it is built alone.

    Raises
    ------
    InputError
        When there is no such component, an argument or a start value does not fit, or the file cannot be written.
    """
    component = load_definition(name, arguments, start or {})
    sources = bundle()
    stamp = digest(sources)
    specification = {"component": name, "arguments": dict(arguments)}
    made_of = f"{stamp} {json.dumps(specification, sort_keys=True)}"
    identity = guid(component, made_of, detail)
    specification |= {"guid": identity, "states": digest({"made of": made_of.encode()})}
    specification["start"] = {key: np.asarray(value, dtype=np.float64).tolist() for key, value in (start or {}).items()}
    script = f"{name}_{stamp}"
    package = f"packfmu_{stamp}"
    files = {f"resources/{package}/{path}": content for path, content in sources.items()}
    files["resources/slavemodule.txt"] = script.encode()
    files[f"resources/{script}.py"] = SCRIPT.format(name=component.model.name, package=package).encode()
    files["resources/component.json"] = json.dumps(specification, indent=1, sort_keys=True).encode()
    files["modelDescription.xml"] = model_description(component, PYTHON, identity, detail, set_identity)
    files["documentation/externalDependencies.html"] = external_dependencies_page(component).encode()
    files["documentation/licenses/pythonfmu.txt"] = licence("pythonfmu")
    write_archive(target, files | binaries(component.model.name) | supplements(component, PYTHON, detail))


def bundle() -> dict[str, bytes]:
    """Return the source files that run inside an FMU, by their path in the stamped package."""
    own = Path(__file__).parent
    files = {"__init__.py": b'"""The sources of one FMU."""\n', "pythonfmu/__init__.py": b""} | component_sources()
    files |= {f"fmi/python/{module}.py": (own / f"{module}.py").read_bytes() for module in RUNTIME}
    pythonfmu = package_folder("pythonfmu")
    files |= {f"pythonfmu/{module}.py": (pythonfmu / f"{module}.py").read_bytes() for module in PYTHONFMU_MODULES}
    return dict(sorted(files.items()))


def binaries(model_identifier: str) -> dict[str, bytes]:
    """Return pythonfmu's shared libraries under the names that FMI gives them."""
    folder = package_folder("pythonfmu") / "resources" / "binaries"
    libraries = [path for path in folder.glob("*/*") if path.suffix in {".so", ".dll", ".dylib"}]
    return {f"binaries/{path.parent.name}/{model_identifier}{path.suffix}": path.read_bytes() for path in libraries}
