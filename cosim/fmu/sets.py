"""Whether FMUs belong together: those that packfmu builds together tell the identity of their set."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from ...core.errors import InputError
from ...fmi.description import TOOL


def check_set(paths: Iterable[Path]) -> None:
    """Raise InputError where two FMUs were built with different sets; one that tells no set fits all.

    Parameters
    ----------
    paths : iterable of Path
        FMUs that can be read.
    """
    told = {path: identity for path in paths if (identity := read_set_identity(path))}
    for path, identity in told.items():
        first = next(iter(told))
        if identity != told[first]:
            raise InputError(
                f"{first} and {path} do not belong together: they were built of different parts, or by different "
                "versions; build all of them again"
            )


def read_set_identity(path: Path) -> str:
    """Return the identity of the set that an FMU was built with; empty where it tells none."""
    with zipfile.ZipFile(path) as archive, archive.open("modelDescription.xml") as file:
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            if (event, element.tag, element.get("name")) == ("end", "Tool", TOOL):
                told = element.find("Annotations/Set")
                return "" if told is None else told.get("identity", "")
            if (event, element.tag) == ("start", "ModelVariables"):  # behind the annotations, and long
                break
    return ""
