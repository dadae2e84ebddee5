"""Model descriptions that strangers wrote: bounded before they are parsed, and read in one pass.

Of a description is kept what a port needs; FMPy would make an object of some kB for each variable. There is no
document type, whose entities may grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ...core.errors import InputError, one_line, shortened
from ...core.model import Update
from ...core.variable import Causality, DataType
from ...fmi.description import TOOL
from .archive import DESCRIPTION, read_description

MOST_BYTES = 2**28
"""Size of a model description. That of 7104 aging cells has 88 MB and is read in 4 s with 0.5 GB; so this is for some
20 000 cells in full detail."""

MOST_TAGS = 4_000_000
"""Begins and ends of elements, comments and the like; 7104 aging cells have 1 million."""

MOST_ATTRIBUTES = 16_000_000
"""Attributes; 7104 aging cells have 3 million."""

DEEPEST = 64
"""Levels of elements; those of FMI 2.0 are 5, what a tool adds may have more."""

GREATEST_REFERENCE = 2**32 - 1
"""Value references are unsigned integers of 32 bits."""

KINDS = {
    "Real": DataType.REAL,
    "Integer": DataType.INTEGER,
    "Enumeration": DataType.INTEGER,
    "Boolean": DataType.BOOLEAN,
}
"""Types that ports have."""

TYPES = frozenset((*KINDS, "String"))

CAUSALITIES = {each.value: each for each in (Causality.PARAMETER, Causality.INPUT, Causality.OUTPUT)}
"""Those of ports; what else an FMU tells of is its own affair."""

_IDENTIFIER = re.compile("[A-Za-z_][A-Za-z0-9_]{0,199}")
"""Identifiers of C; the name of a library's file has at most 255 letters."""

_ANNOTATIONS = ["fmiModelDescription", "VendorAnnotations", "Tool", "Annotations"]


class Scalar(NamedTuple):
    """A scalar variable that a port may have: what its element says, and what its type says."""

    name: str
    reference: int
    causality: str
    type: str
    description: str
    own: Mapping[str, str]
    declared: Mapping[str, str]

    def get(self, key: str) -> str | None:
        """Return an attribute of the variable, or of its declared type."""
        return self.own.get(key, self.declared.get(key))


@dataclass(frozen=True)
class Description:
    """What is kept of a model description.

    Parameters
    ----------
    guid : str
        Of the FMU.
    identifier : str
        The name of its libraries, an identifier of C.
    capabilities : mapping of str to str
        The attributes of ``CoSimulation``.
    scalars : sequence of Scalar
        Variables that may be ports, in the order of the file.
    count : int
        Number of all variables.
    """

    guid: str
    identifier: str
    capabilities: Mapping[str, str]
    scalars: Sequence[Scalar]
    count: int


@dataclass(frozen=True)
class Annotation:
    """What the tool packfmu writes beside FMI 2.0; of other tools' FMUs nothing is known.

    Parameters
    ----------
    update : Update
        How the FMU steps: explicitly, for all that is known.
    variables : mapping of str to mapping of str to str
        Attributes by the base name of the variable, named as those of `Variable`.
    set_identity : str
        Of the FMUs that were built together; empty where it tells none.
    """

    update: Update = Update.EXPLICIT
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    set_identity: str = ""


class _Pass:
    """Takes the elements of a description in turn, as `ElementTree.XMLParser` tells them."""

    def __init__(self) -> None:
        self.update = Update.EXPLICIT
        self.variables: dict[str, dict[str, str]] = {}
        self.set_identity = ""
        self.guid: str | None = None
        self.co_simulation: dict[str, str] | None = None
        self.scalars: list[tuple[dict[str, str], str, dict[str, str]]] = []
        self.types: dict[str, dict[str, str]] = {}
        self.count = 0
        self.has_variables = False
        self._path: list[str] = []
        self._owned = False
        self._variable: dict[str, str] = {}
        self._typed: dict[str, str] = {}
        self._type = self._simple = ""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Refuse a document type, which FMI has none of."""
        raise InputError(f"its {DESCRIPTION} declares a document type {shortened(name)!r}, which FMI has none of")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the begin of an element."""
        self._path.append(tag)
        depth = len(self._path)
        if depth > DEEPEST:
            raise InputError(f"its {DESCRIPTION} has more than {DEEPEST} levels of elements")
        if depth == 1:
            _check_version(attributes.get("fmiVersion", "of no version"))
            self.guid = attributes.get("guid")
        elif self._path[1] == "ModelVariables":
            self._take_variable(depth, tag, attributes)
        elif self._path[1] == "TypeDefinitions":
            self._take_type(depth, tag, attributes)
        elif self._path[1:] == ["CoSimulation"] and self.co_simulation is None:
            self.co_simulation = attributes
        elif self._path[1] == "VendorAnnotations":
            self._take_annotation(depth, tag, attributes)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if len(self._path) == 3 and self._path[1] == "ModelVariables":
            if not self._type:
                raise InputError(f"variable {self._told} has no type; one of {', '.join(sorted(TYPES))} is needed")
            if self._variable.get("causality") in CAUSALITIES and self._type in KINDS:
                self.scalars.append((self._variable, self._type, self._typed))
        self._path.pop()

    @property
    def _told(self) -> str:
        return repr(shortened(self._variable.get("name", "")))

    def _take_variable(self, depth: int, tag: str, attributes: dict[str, str]) -> None:
        if depth == 2:
            self.has_variables = True
        elif depth == 3:
            self._variable, self._type = attributes, ""
            self.count += 1
            reference = attributes.get("valueReference", "").strip()
            is_number = reference.isascii() and reference.isdigit() and len(reference) < 20
            if not (is_number and int(reference) <= GREATEST_REFERENCE):
                raise InputError(
                    f'variable {self._told} has valueReference="{one_line(shortened(reference))}"; '
                    f"it must be an integer from 0 to {GREATEST_REFERENCE}"
                )
            if not attributes.get("name"):
                raise InputError(f"the variable of valueReference {int(reference)} has no name")
        elif depth == 4 and tag in TYPES:
            self._type, self._typed = tag, attributes

    def _take_type(self, depth: int, tag: str, attributes: dict[str, str]) -> None:
        if depth == 3:
            self._simple = attributes.get("name", "")
        elif depth == 4 and tag in TYPES:
            self.types[self._simple] = attributes

    def _take_annotation(self, depth: int, tag: str, attributes: dict[str, str]) -> None:
        if depth == 3:
            self._owned = attributes.get("name") == TOOL
        elif self._owned and self._path[:-1] == _ANNOTATIONS:
            if tag == "Update":
                self.update = _update(attributes.get("method", ""))
            elif tag == "Set":
                self.set_identity = attributes.get("identity", "")
            elif tag == "Variable":
                self.variables[attributes.get("name", "")] = attributes


def _check_version(version: str) -> None:
    if version != "2.0":
        raise InputError(f"FMI {one_line(shortened(version))}; FMI 2.0 for co-simulation is needed")


def _update(method: str) -> Update:
    methods = [update.value for update in Update]
    if method not in methods:
        raise InputError(f"update method {shortened(method)!r} of {TOOL} is none of {', '.join(methods)}")
    return Update(method)


def described(path: Path) -> tuple[Description, Annotation]:
    """Read the model description of an .fmu file.

    Parameters
    ----------
    path : Path
        The .fmu file.

    Returns
    -------
    Description
        With a guid and an identifier of C.
    Annotation
        What packfmu adds.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it is no FMI 2.0 co-simulation FMU.
    """
    content = read_description(path, MOST_BYTES)
    try:
        found = _read(content)
        description = _description(found)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the others of unknown encodings
        raise InputError(f"{path}: not a readable FMU: {one_line(shortened(str(error)))}") from error
    return description, Annotation(found.update, found.variables, found.set_identity)


def _read(content: bytes) -> _Pass:
    for mark, most, what in ((b"<", MOST_TAGS, "tags"), (b"=", MOST_ATTRIBUTES, "attributes")):
        if content.count(mark) > most:
            raise InputError(f"its {DESCRIPTION} has {content.count(mark)} {what}; at most {most} are taken")
    target = _Pass()
    parser = ElementTree.XMLParser(target=target)
    parser.feed(content)
    parser.close()
    return target


def _description(found: _Pass) -> Description:
    if found.co_simulation is None:
        raise InputError("model exchange only; FMI 2.0 for co-simulation is needed")
    identifier = found.co_simulation.get("modelIdentifier", "")
    if not _IDENTIFIER.fullmatch(identifier):
        raise InputError(
            f"modelIdentifier {shortened(identifier)!r} names a library, and must be an identifier of C "
            "of at most 200 letters"
        )
    if found.guid is None or not found.has_variables:
        raise InputError(f"it has no {'guid' if found.guid is None else 'ModelVariables'}, which FMI 2.0 demands")
    scalars = [
        Scalar(
            variable["name"],
            int(variable["valueReference"]),
            variable["causality"],
            kind,
            variable.get("description", ""),
            own,
            found.types.get(own.get("declaredType", ""), {}),
        )
        for variable, kind, own in found.scalars
    ]
    return Description(found.guid, identifier, found.co_simulation, scalars, found.count)
