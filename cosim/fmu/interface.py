"""The ports of an .fmu file: the arrays that the scalars of its model description are elements of."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.bounds import first_beyond, out_of_bounds
from ...core.errors import InputError, one_line, shortened
from ...core.variable import Causality, DataType
from ...coupling.port import Port
from .description import CAUSALITIES, KINDS, Annotation, Description, Scalar, described

MOST_AXES = 32
"""Axes of an array; numpy takes no more than 64."""

LONGEST_INDEX = 9
"""Digits of an index; no description has as many elements."""

_ELEMENT = re.compile(r"(.+)\[([0-9]+(?:,[0-9]+)*)\]")

FREE_OF_COUNT = 1000
"""The product of the indices of an element that is a port by itself; beyond, it is the number of all variables."""

_SETTABLE = (Causality.PARAMETER.value, Causality.INPUT.value)

_TRUTH = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}

_INTEGERS = np.iinfo(np.int32)

TIME = "time"
"""The dimension of all results, which no array may have of its own."""


def read_interface(path: Path) -> tuple[Description, dict[str, Port], Annotation]:
    """Read the model description of an FMI 2.0 co-simulation FMU.

    Parameters
    ----------
    path : Path
        The .fmu file.

    Returns
    -------
    Description
        What an FMU is opened with.
    dict of str to Port
        Parameters, inputs and outputs; ``flow[1]``, ``flow[2]``, ... are one port called ``flow`` where they make a
        complete array of one kind, else ports of their own.
    Annotation
        What packfmu adds.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it is no FMI 2.0 co-simulation FMU: one line that names the
        file, the variable, its value and what is allowed.
    """
    description, annotation = described(path)
    try:
        ports = _ports(description, annotation)
        _check_settable(description)
        _check_told(ports)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return description, ports, annotation


Elements = dict[tuple[int, ...], Scalar]
"""Scalars of one array by their indices; a scalar variable has the index ()."""


def _arrays(description: Description) -> Mapping[str, Elements]:
    """Gather parameters, inputs and outputs by base name and index."""
    arrays: dict[str, Elements] = {}
    for variable in description.scalars:
        if not variable.name.isprintable():
            raise InputError(f"the name of variable {shortened(variable.name)!r} has letters that do not print")
        match = _ELEMENT.fullmatch(variable.name)
        name, texts = (match[1], match[2].split(",")) if match else (variable.name, [])
        if len(texts) > MOST_AXES or any(len(text) > LONGEST_INDEX for text in texts):
            raise InputError(
                f"variable {shortened(variable.name)} has an index beyond {MOST_AXES} numbers of {LONGEST_INDEX} digits"
            )
        index = tuple(int(text) for text in texts)
        if index in arrays.setdefault(name, {}):
            raise InputError(f"variable {shortened(variable.name)} is there twice; names are unique")
        arrays[name][index] = variable
    return arrays


def _ports(description: Description, annotation: Annotation) -> dict[str, Port]:
    most = max(description.count, FREE_OF_COUNT)
    ports: dict[str, Port] = {}
    for name, elements in _arrays(description).items():
        indices = sorted(elements)
        variables = [elements[index] for index in indices]
        if _is_array(indices, variables):
            parts = [(name, indices[-1], variables)]
        elif max(map(math.prod, indices)) <= most:
            parts = [(variable.name, (), [variable]) for variable in variables]
        else:
            raise InputError(f"the elements of {shortened(name)} do not make a complete array that counts from 1")
        for part, shape, members in parts:
            if part in ports:
                raise InputError(f"variable {shortened(part)} has elements of its own; names are unique")
            ports[part] = _port(part, shape, members, annotation)
    return ports


def _is_array(indices: Sequence[tuple[int, ...]], variables: Sequence[Scalar]) -> bool:
    """Return whether sorted indices are those of a whole array, and its elements of one kind."""
    shape = indices[-1]
    is_whole = math.prod(shape) == len(indices)  # before anything of the claimed shape is made
    if not is_whole or indices != [tuple(i + 1 for i in index) for index in np.ndindex(shape)]:
        return False
    return len({(v.causality, v.type, v.get("unit")) for v in variables}) == 1


def _port(name: str, shape: tuple[int, ...], variables: Sequence[Scalar], annotation: Annotation) -> Port:
    first = variables[0]
    annotated = annotation.variables.get(name, {})
    least, greatest = np.array([_bounds(v) for v in variables]).T
    return Port(
        name=name,
        causality=CAUSALITIES[first.causality],
        data_type=KINDS[first.type],
        unit=_unit(first),
        shape=shape,
        references=np.array([v.reference for v in variables], dtype=np.uint32),
        start=_start(variables, least, greatest),
        min=float(least.min()),  # an FMU looks itself after elements with narrower ones
        max=float(greatest.max()),
        description=first.description,
        display_unit=_printable(first, "displayUnit"),
        nominal=_nominal(first),
        slow=annotated.get("slow") == "true",
        shifts=annotated.get("shifts", ""),
        forecast=annotated.get("forecast") == "true",
        dimension=_dimension(name, annotated),
        hold_tolerance=_hold_tolerance(name, annotated),
        time_constant=annotated.get("timeConstant", ""),
        sensitivity=annotated.get("sensitivity", ""),
    )


def _start(
    variables: Sequence[Scalar], least: NDArray[np.float64], greatest: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return start values, NaN where there is none.

    An input has one, for it is set in every step: as it is told, beyond its bounds too, since the FMU starts from
    there; else the allowed value nearest to 0.
    """
    first = variables[0]
    if first.causality not in _SETTABLE:
        values = np.array([math.nan if "start" not in v.own else _value(v, v.own["start"]) for v in variables])
        return np.where(np.isfinite(values), values, math.nan)
    values = np.array([_number(v, "start", v.own.get("start"), math.nan) for v in variables])
    whole = first.type != "Real"
    if first.causality == Causality.INPUT.value:
        values = np.where(np.isnan(values), np.clip(0.0, least, greatest), values)
        least, greatest = np.full_like(values, -math.inf), np.full_like(values, math.inf)
    if whole:
        least, greatest = np.maximum(least, _INTEGERS.min), np.minimum(greatest, _INTEGERS.max)
    told = ~np.isnan(values)
    place = first_beyond(values[told], least[told], greatest[told], whole)
    if place is not None:
        place = int(np.flatnonzero(told)[place])
        name = f"start of variable {shortened(variables[place].name)}"
        limits = float(least[place]), float(greatest[place])
        raise InputError(out_of_bounds(name, float(values[place]), _unit(first), *limits, whole))
    return values


def _bounds(variable: Scalar) -> tuple[float, float]:
    if variable.type == "Boolean":
        return 0.0, 1.0
    least = _number(variable, "min", variable.get("min"), -math.inf)
    greatest = _number(variable, "max", variable.get("max"), math.inf)
    if not least <= greatest:
        raise InputError(f"variable {shortened(variable.name)}: min = {least:g} is not below max = {greatest:g}")
    return least, greatest


def _nominal(variable: Scalar) -> float:
    """Return a magnitude; 1, as FMI 2.0 has it, where none is told that is one."""
    nominal = abs(_parsed(variable.get("nominal") or ""))
    return nominal if 0.0 < nominal < math.inf else 1.0


def _dimension(name: str, annotated: Mapping[str, str]) -> str:
    dimension = annotated.get("dimension", "")
    if dimension and (dimension == TIME or not dimension.isidentifier()):
        raise InputError(f"{shortened(name)}: dimension {shortened(dimension)!r} is no identifier other than {TIME}")
    return dimension


def _hold_tolerance(name: str, annotated: Mapping[str, str]) -> float:
    text = annotated.get("holdTolerance", "0")
    tolerance = _parsed(text)
    if not 0.0 <= tolerance < math.inf:
        raise InputError(f'{shortened(name)}: holdTolerance = "{one_line(shortened(text))}" must be finite, at least 0')
    return tolerance


def _check_settable(description: Description) -> None:
    """Raise InputError where two variables that are set stand for one value: the one that is set last would win."""
    taken: dict[tuple[DataType, int], str] = {}
    for variable in description.scalars:
        if variable.causality in _SETTABLE:
            key = KINDS[variable.type], variable.reference
            other = taken.setdefault(key, variable.name)
            if other != variable.name:
                raise InputError(
                    f"variables {shortened(other)} and {shortened(variable.name)} are set by one "
                    f"valueReference {variable.reference}"
                )


def _check_told(ports: Mapping[str, Port]) -> None:
    """Raise InputError unless what is said to tell of a port is an output, for it is read in every step."""
    outputs = {name for name, port in ports.items() if port.causality is Causality.OUTPUT}
    for port in ports.values():
        for key, told in (("timeConstant", port.time_constant), ("sensitivity", port.sensitivity)):
            if told and told not in outputs:
                raise InputError(f"{shortened(port.name)}: {key} {shortened(told)!r} is no output")


def _unit(variable: Scalar) -> str:
    return _printable(variable, "unit") or "1"


def _printable(variable: Scalar, name: str) -> str:
    """Return a text with plain spaces for those that keep a line together, or are of other widths."""
    given = str(variable.get(name) or "")
    text = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in given)
    if not text.isprintable():
        raise InputError(
            f"variable {shortened(variable.name)}: {name} {shortened(text)!r} has letters that do not print"
        )
    return text


def _number(variable: Scalar, key: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    value = _value(variable, text)
    if math.isnan(value):
        raise InputError(
            f'variable {shortened(variable.name)}: {key} = "{one_line(shortened(text))}" is no {variable.type} number'
        )
    return value


def _value(variable: Scalar, text: str) -> float:
    """Return a value of the type of a variable; NaN where it is none."""
    return _TRUTH.get(text.strip(), math.nan) if variable.type == "Boolean" else _parsed(text)


def _parsed(text: str) -> float:
    """Return a number; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
