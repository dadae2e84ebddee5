"""Model descriptions that strangers wrote: looked over before FMPy reads them, and what packfmu adds to FMI 2.0.

FMPy makes an object of some 2 to 5 kB for each variable, and checks little. So a description is bounded before it is
parsed, and has no document type, whose entities may grow without bound. In one pass over its elements the references
of variables are checked, and packfmu's own annotations are gathered.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from fmpy.model_description import ModelDescription, read_model_description

from ...core.errors import InputError, one_line, shortened
from ...core.model import Update
from ...fmi.description import TOOL
from .archive import DESCRIPTION, read_description

MOST_BYTES = 2**28
"""Size of a model description. Those of a pack of 7104 cells have 58 MB, and reading them takes 1.1 GB; so this is
for some 30 000 cells, and 5 GB."""

MOST_TAGS = 4_000_000
"""Begins and ends of elements, comments and the like; 7104 cells have 600 000."""

MOST_ATTRIBUTES = 16_000_000
"""Attributes; 7104 cells have 2 million."""

DEEPEST = 64
"""Levels of elements; those of FMI 2.0 are 5, what a tool adds may have more."""

GREATEST_REFERENCE = 2**32 - 1
"""Value references are unsigned integers of 32 bits."""

TYPES = frozenset(("Real", "Integer", "Boolean", "String", "Enumeration"))

_IDENTIFIER = re.compile("[A-Za-z_][A-Za-z0-9_]{0,199}")
"""Identifiers of C; the name of a library's file has at most 255 letters."""

_ANNOTATIONS = ["fmiModelDescription", "VendorAnnotations", "Tool", "Annotations"]


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
        self._path: list[str] = []
        self._owned = False
        self._variable = self._type = ""

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
        elif self._path[1] == "ModelVariables":
            self._take_variable(depth, tag, attributes)
        elif self._path[1] == "VendorAnnotations":
            self._take_annotation(depth, tag, attributes)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if len(self._path) == 3 and self._path[1] == "ModelVariables" and not self._type:
            raise InputError(f"variable {self._variable} has no type; one of {', '.join(sorted(TYPES))} is needed")
        self._path.pop()

    def _take_variable(self, depth: int, tag: str, attributes: dict[str, str]) -> None:
        if depth == 3:
            self._variable = repr(shortened(attributes.get("name", "")))
            self._type = ""
            reference = attributes.get("valueReference", "").strip()
            is_number = reference.isascii() and reference.isdigit() and len(reference) < 20
            if not (is_number and int(reference) <= GREATEST_REFERENCE):
                raise InputError(
                    f'variable {self._variable} has valueReference="{one_line(shortened(reference))}"; '
                    f"it must be an integer from 0 to {GREATEST_REFERENCE}"
                )
        elif depth == 4 and tag in TYPES:
            self._type = tag

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


def described(path: Path) -> tuple[ModelDescription, Annotation]:
    """Read the model description of an .fmu file.

    Parameters
    ----------
    path : Path
        The .fmu file.

    Returns
    -------
    ModelDescription
        As FMPy reads it, with a guid and an identifier of C.
    Annotation
        What packfmu adds.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read, or it is no FMI 2.0 co-simulation FMU.
    """
    content = read_description(path, MOST_BYTES)
    try:
        found = _looked_over(content)
        description = _read_by_fmpy(content)
        _check_identity(description)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except Exception as error:  # FMPy raises whatever its parser met, down to a bare Exception
        reason = " ".join(one_line(str(error)).split())[:200]
        raise InputError(f"{path}: not a readable FMU: {reason}") from error
    return description, Annotation(found.update, found.variables, found.set_identity)


def _looked_over(content: bytes) -> _Pass:
    for mark, most, what in ((b"<", MOST_TAGS, "tags"), (b"=", MOST_ATTRIBUTES, "attributes")):
        if content.count(mark) > most:
            raise InputError(f"its {DESCRIPTION} has {content.count(mark)} {what}; at most {most} are taken")
    target = _Pass()
    parser = ElementTree.XMLParser(target=target)
    parser.feed(content)
    parser.close()
    return target


def _read_by_fmpy(content: bytes) -> ModelDescription:
    """Have FMPy read a description; it takes archives, and gets one with nothing else in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(DESCRIPTION, content)
    return read_model_description(packed, validate=False)


def _check_identity(description: ModelDescription) -> None:
    if description.coSimulation is None:
        raise InputError("model exchange only; FMI 2.0 for co-simulation is needed")
    identifier = description.coSimulation.modelIdentifier
    if identifier is None or not _IDENTIFIER.fullmatch(identifier):
        raise InputError(
            f"modelIdentifier {shortened(identifier or '')!r} names a library, and must be an identifier of C "
            "of at most 200 letters"
        )
    if description.guid is None:
        raise InputError("it has no guid, which FMI 2.0 demands")
