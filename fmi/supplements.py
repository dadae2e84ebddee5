"""The files that accompany a model in an FMU of either flavour."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

from ..core.errors import InputError
from ..core.variable import Detail
from .definition import Definition
from .description import Flavour
from .documentation import index_page
from .terminals import terminals_and_icons


def digest(sources: Mapping[str, bytes]) -> str:
    """Return a hash of files, names and contents, in 16 hexadecimal digits."""
    total = hashlib.sha256()
    for path, content in sources.items():
        total.update(f"{path}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:16]


def supplements(component: Definition, flavour: Flavour, detail: Detail) -> dict[str, bytes]:
    """Return the files that accompany a model in either flavour: terminals, icon, documentation and licence."""
    return {
        "terminalsAndIcons/terminalsAndIcons.xml": terminals_and_icons(component, detail),
        "model.png": icon(component.model.name),
        "documentation/index.html": index_page(component, flavour, detail).encode(),
        "documentation/licenses/license.txt": licence("packfmu"),
    }


def icon(model_name: str) -> bytes:
    """Return the PNG file of a model's icon, which lies beside the components; without one, a plain frame."""
    own = Path(__file__).parent
    drawn = own.with_name("fmus") / "icons" / f"{model_name}.png"
    return (drawn if drawn.exists() else own / "icon.png").read_bytes()


def licence(package: str) -> bytes:
    """Return the text of an installed package's licence."""
    for distribution in distributions(name=package):  # beside a checkout there is a second one, without the text
        text = distribution.read_text("licenses/LICENSE")
        if text is not None:
            return text.encode()
    raise InputError(f"the installed {package} comes without its licence; install it again with pip")


def package_folder(name: str) -> Path:
    """Return where a package that packfmu depends on is installed; InputError when it is not."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise InputError(f"{name} is not installed; pip install packfmu brings it")
    return Path(spec.origin).parent
