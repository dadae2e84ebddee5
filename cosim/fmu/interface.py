"""The ports of an .fmu file: scalars of its model description grouped into arrays."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from fmpy.model_description import ModelDescription, ModelVariable, read_model_description

from ...core.errors import InputError
from ...core.model import Update
from ...core.variable import Causality, DataType
from ...coupling.port import Port
from ...fmi.description import TOOL

_ELEMENT = re.compile(r"(.+)\[([0-9]+(?:,[0-9]+)*)\]")

_KINDS = {
    "Real": DataType.REAL,
    "Integer": DataType.INTEGER,
    "Enumeration": DataType.INTEGER,
    "Boolean": DataType.BOOLEAN,
}

_CAUSALITIES = {causality.value: causality for causality in Causality}


def read_interface(path: Path) -> tuple[ModelDescription, dict[str, Port]]:
    """Read the model description of an FMI 2.0 co-simulation FMU.

    Parameters
    ----------
    path : Path
        The .fmu file.

    Returns
    -------
    ModelDescription
        As FMPy reads it.
    dict of str to Port
        Parameters, inputs and outputs; ``current[1]``, ``current[2]``, ... are one port called ``current``.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it is no FMI 2.0 co-simulation FMU.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; build_fmus.py builds the FMUs of a pack")
    try:
        content = io.BytesIO(path.read_bytes())
        version = _version(content)
        if version == "2.0":
            description = read_model_description(content, validate=False)
    except Exception as error:  # FMPy raises whatever its parser met, down to a bare Exception
        raise InputError(f"{path}: not a readable FMU: {' '.join(str(error).split())}") from error
    if version != "2.0" or description.coSimulation is None:
        kind = f"FMI {version}" if version != "2.0" else "model exchange only"
        raise InputError(f"{path}: {kind}; FMI 2.0 for co-simulation is needed")
    return description, {name: _port(path, name, each) for name, each in _grouped(path, description).items()}


def read_update(path: Path) -> Update:
    """Return how an FMU steps: as packfmu's annotation says, else explicitly, for all that is known."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("modelDescription.xml"))
    update = root.find(f"VendorAnnotations/Tool[@name='{TOOL}']/Update")
    return Update.EXPLICIT if update is None else Update(update.get("method"))


def _version(content: io.BytesIO) -> str | None:
    with zipfile.ZipFile(content) as archive, archive.open("modelDescription.xml") as file:
        _, root = next(ElementTree.iterparse(file, events=("start",)))
        return root.get("fmiVersion")


def _grouped(path: Path, description: ModelDescription) -> Mapping[str, dict[tuple[int, ...], ModelVariable]]:
    """Group parameters, inputs and outputs by base name; a scalar has the index ()."""
    groups: dict[str, dict[tuple[int, ...], ModelVariable]] = {}
    for variable in description.modelVariables:
        if variable.causality in _CAUSALITIES and variable.type in _KINDS:
            match = _ELEMENT.fullmatch(variable.name)
            name, index = (match[1], match[2].split(",")) if match else (variable.name, [])
            groups.setdefault(name, {})[tuple(int(i) for i in index)] = variable
    return groups


def _port(path: Path, name: str, elements: Mapping[tuple[int, ...], ModelVariable]) -> Port:
    indices = sorted(elements)
    shape = indices[-1]
    if indices != [tuple(i + 1 for i in index) for index in np.ndindex(shape)]:
        raise InputError(f"{path}: the elements of {name} do not make a complete array that counts from 1")
    variables = [elements[index] for index in indices]
    first = variables[0]
    if len({(v.causality, v.type, _attribute(v, "unit")) for v in variables}) > 1:
        raise InputError(f"{path}: the elements of {name} differ in causality, type or unit")
    return Port(
        name=name,
        causality=_CAUSALITIES[first.causality],
        data_type=_KINDS[first.type],
        unit=_attribute(first, "unit") or "1",
        shape=shape,
        references=np.array([v.valueReference for v in variables], dtype=np.uint32),
        start=np.array([_number(v.start, math.nan) for v in variables]),
        min=0.0 if first.type == "Boolean" else _number(_attribute(first, "min"), -math.inf),
        max=1.0 if first.type == "Boolean" else _number(_attribute(first, "max"), math.inf),
        description=first.description or "",
        display_unit=_attribute(first, "displayUnit") or "",
        nominal=_number(_attribute(first, "nominal"), 1.0),
    )


def _attribute(variable: ModelVariable, name: str) -> Any:
    """Return an attribute of a variable, or of its declared type."""
    own = getattr(variable, name)
    return own if own is not None or variable.declaredType is None else getattr(variable.declaredType, name)


def _number(text: str | None, default: float) -> float:
    if text is None:
        return default
    return float(text == "true") if text in ("true", "false") else float(text)
