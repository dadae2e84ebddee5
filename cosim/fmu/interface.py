"""The ports of an .fmu file: the arrays that the scalars of its model description are elements of."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Annotation:
    """What the tool packfmu writes beside FMI 2.0; of other tools' FMUs nothing is known.

    Parameters
    ----------
    update : Update
        How the FMU steps: explicitly, for all that is known.
    variables : mapping of str to mapping of str to str
        Attributes by the base name of the variable, named as those of `Variable`.
    """

    update: Update = Update.EXPLICIT
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_interface(path: Path) -> tuple[ModelDescription, dict[str, Port], Update]:
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
        Parameters, inputs and outputs; ``flow[1]``, ``flow[2]``, ... are one port called ``flow``.
    Update
        How it steps.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it is no FMI 2.0 co-simulation FMU.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; build_fmus.py builds FMUs")
    try:
        content = io.BytesIO(path.read_bytes())
        version = _version(content)
        if version == "2.0":
            description = read_model_description(content, validate=False)
            annotation = _annotation(content)
    except Exception as error:  # FMPy raises whatever its parser met, down to a bare Exception
        raise InputError(f"{path}: not a readable FMU: {' '.join(str(error).split())}") from error
    if version != "2.0" or description.coSimulation is None:
        kind = f"FMI {version}" if version != "2.0" else "model exchange only"
        raise InputError(f"{path}: {kind}; FMI 2.0 for co-simulation is needed")
    arrays = _arrays(description)
    ports = {name: _port(path, name, each, annotation.variables.get(name, {})) for name, each in arrays.items()}
    return description, ports, annotation.update


def _annotation(content: io.BytesIO) -> Annotation:
    with zipfile.ZipFile(content) as archive:
        root = ElementTree.fromstring(archive.read("modelDescription.xml"))
    annotations = root.find(f"VendorAnnotations/Tool[@name='{TOOL}']/Annotations")
    if annotations is None:
        return Annotation()
    update = annotations.find("Update")
    return Annotation(
        Update.EXPLICIT if update is None else Update(update.get("method")),
        {element.attrib["name"]: element.attrib for element in annotations.findall("Variable")},
    )


def _version(content: io.BytesIO) -> str | None:
    with zipfile.ZipFile(content) as archive, archive.open("modelDescription.xml") as file:
        _, root = next(ElementTree.iterparse(file, events=("start",)))
        return root.get("fmiVersion")


def _arrays(description: ModelDescription) -> Mapping[str, dict[tuple[int, ...], ModelVariable]]:
    """Gather parameters, inputs and outputs by base name and index; a scalar has the index ()."""
    arrays: dict[str, dict[tuple[int, ...], ModelVariable]] = {}
    for variable in description.modelVariables:
        if variable.causality in _CAUSALITIES and variable.type in _KINDS:
            match = _ELEMENT.fullmatch(variable.name)
            name, index = (match[1], match[2].split(",")) if match else (variable.name, [])
            arrays.setdefault(name, {})[tuple(int(i) for i in index)] = variable
    return arrays


def _port(
    path: Path, name: str, elements: Mapping[tuple[int, ...], ModelVariable], annotated: Mapping[str, str]
) -> Port:
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
        slow=annotated.get("slow") == "true",
        shifts=annotated.get("shifts", ""),
        forecast=annotated.get("forecast") == "true",
        dimension=annotated.get("dimension", ""),
        hold_tolerance=float(annotated.get("holdTolerance", 0.0)),
        time_constant=annotated.get("timeConstant", ""),
        sensitivity=annotated.get("sensitivity", ""),
    )


def _attribute(variable: ModelVariable, name: str) -> Any:
    """Return an attribute of a variable, or of its declared type."""
    own = getattr(variable, name)
    return own if own is not None or variable.declaredType is None else getattr(variable.declaredType, name)


def _number(text: str | None, default: float) -> float:
    if text is None:
        return default
    return float(text == "true") if text in ("true", "false") else float(text)
