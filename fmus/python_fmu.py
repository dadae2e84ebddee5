"""Builds FMUs of the Python flavour: the model's source, run by pythonfmu's library.

Two FMUs in one process share Python's modules, so that every name inside is stamped with a hash of the sources:
the package ``packfmu_<stamp>`` with the models, the component and a copy of pythonfmu's slave, and the main script.
Each FMU thereby computes with its own code, whatever other FMUs and packages of the host are loaded.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..models.errors import InputError
from ..models.model import Detail
from .archive import write_archive
from .component import Component
from .description import Flavour, guid, model_description
from .documentation import external_dependencies_page, index_page
from .files import package_folder
from .icon import icon
from .terminals import terminals_and_icons

COMPONENTS = ("cell", "pack_network", "thermal", "balancer", "bms", "aging", "pack_block")
"""What can be built: the modules of this package with a function ``component``."""

PYTHON = Flavour(
    needs_execution_tool=True,
    can_handle_variable_communication_step_size=True,
    can_interpolate_inputs=False,
    max_output_derivative_order=0,
    can_not_use_memory_management_functions=True,
    can_get_and_set_fmu_state=True,
    can_serialize_fmu_state=True,
    provides_directional_derivative=False,
)

RUNTIME = ("__init__", "access", "component", "slave", "state")
"""Modules of this package that run inside every FMU, besides `COMPONENTS`."""

PYTHONFMU_MODULES = ("_version", "default_experiment", "enums", "fmi2slave", "logmsg", "variables")
"""What pythonfmu's slave needs of its package."""

SCRIPT = '''"""Where pythonfmu enters {name}."""

from {package}.fmus.slave import Slave
from {package}.pythonfmu.fmi2slave import Fmi2Slave


class {name}(Slave, Fmi2Slave):
    """The slave that pythonfmu instantiates."""

    def __init__(self, **kwargs):
        Fmi2Slave.__init__(self, **kwargs)
        Slave.__init__(self, kwargs["resources"])
'''


def build_python_fmu(
    target: Path,
    name: str,
    arguments: Mapping[str, Any],
    start: Mapping[str, ArrayLike] | None = None,
    detail: Detail = Detail.CELL,
) -> None:
    """Build an FMU of the Python flavour.

    Equal arguments give equal bytes. A file at `target` is replaced at once or, when something fails, left as it is.

    Parameters
    ----------
    target : Path
        The .fmu file to write or replace.
    name : str
        One of `COMPONENTS`.
    arguments : mapping
        Arguments of the component's function ``component``, values that JSON can hold.
    start : mapping of str to array_like, optional
        Start values of parameters and inputs [unit of the variable]; others keep what is declared.
    detail : Detail
        Outputs finer than this are not told to importers, at terminals neither.

    Raises
    ------
    InputError
        When there is no such component, an argument or a start value does not fit, or the file cannot be written.
    """
    component = load_component(name, arguments, start or {})
    sources = bundle()
    stamp = digest(sources)
    specification = {"component": name, "arguments": dict(arguments)}
    identity = guid(component, f"{stamp} {json.dumps(specification, sort_keys=True)}", detail)
    specification["guid"] = identity
    specification["start"] = {key: np.asarray(value, dtype=np.float64).tolist() for key, value in (start or {}).items()}
    script = f"{name}_{stamp}"
    package = f"packfmu_{stamp}"
    files = {f"resources/{package}/{path}": content for path, content in sources.items()}
    files["resources/slavemodule.txt"] = script.encode()
    files[f"resources/{script}.py"] = SCRIPT.format(name=component.model.name, package=package).encode()
    files["resources/component.json"] = json.dumps(specification, indent=1, sort_keys=True).encode()
    files["modelDescription.xml"] = model_description(component, PYTHON, identity, detail)
    files["documentation/externalDependencies.html"] = external_dependencies_page(component).encode()
    files["documentation/licenses/pythonfmu.txt"] = licence("pythonfmu")
    write_archive(target, files | binaries(component.model.name) | supplements(component, PYTHON, detail))


def load_component(name: str, arguments: Mapping[str, Any], start: Mapping[str, ArrayLike]) -> Component:
    """Return the component with these arguments and start values; InputError says what does not fit."""
    if name not in COMPONENTS:
        raise InputError(f"there is no component {name!r}; there are {', '.join(COMPONENTS)}")
    make = importlib.import_module(f".{name}", __package__).component
    try:
        component: Component = make(**arguments)
    except (ImportError, TypeError, ValueError) as error:
        raise InputError(f"{name} cannot be made with {dict(arguments)}: {error}") from error
    try:
        return replace(component, model=component.model.with_start(start))
    except (KeyError, ValueError) as error:
        raise InputError(f"{component.model.name}: {error.args[0]}") from None


def bundle() -> dict[str, bytes]:
    """Return the source files that run inside an FMU, by their path in the stamped package."""
    own = Path(__file__).parent
    models = own.parent / "models"
    files = {"__init__.py": b'"""The sources of one FMU."""\n', "pythonfmu/__init__.py": b""}
    files |= {f"models/{path.relative_to(models).as_posix()}": path.read_bytes() for path in models.rglob("*.py")}
    files |= {f"fmus/{module}.py": (own / f"{module}.py").read_bytes() for module in (*RUNTIME, *COMPONENTS)}
    pythonfmu = package_folder("pythonfmu")
    files |= {f"pythonfmu/{module}.py": (pythonfmu / f"{module}.py").read_bytes() for module in PYTHONFMU_MODULES}
    return dict(sorted(files.items()))


def digest(sources: Mapping[str, bytes]) -> str:
    """Return a hash of files, names and contents, in 16 hexadecimal digits."""
    total = hashlib.sha256()
    for path, content in sources.items():
        total.update(f"{path}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:16]


def binaries(model_identifier: str) -> dict[str, bytes]:
    """Return pythonfmu's shared libraries under the names that FMI gives them."""
    folder = package_folder("pythonfmu") / "resources" / "binaries"
    libraries = [path for path in folder.glob("*/*") if path.suffix in {".so", ".dll", ".dylib"}]
    return {f"binaries/{path.parent.name}/{model_identifier}{path.suffix}": path.read_bytes() for path in libraries}


def supplements(component: Component, flavour: Flavour, detail: Detail) -> dict[str, bytes]:
    """Return what accompanies the model in either flavour: terminals, icon, documentation and licence."""
    return {
        "terminalsAndIcons/terminalsAndIcons.xml": terminals_and_icons(component, detail),
        "model.png": icon(component.model.name),
        "documentation/index.html": index_page(component, flavour, detail).encode(),
        "documentation/licenses/license.txt": licence("packfmu"),
    }


def licence(package: str) -> bytes:
    """Return the text of an installed package's licence."""
    for distribution in distributions(name=package):  # beside a checkout there is a second one, without the text
        text = distribution.read_text("licenses/LICENSE")
        if text is not None:
            return text.encode()
    raise InputError(f"the installed {package} comes without its licence; install it again with pip")
