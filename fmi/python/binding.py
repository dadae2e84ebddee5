"""Whether the resources of an FMU are those that its model description tells of."""

from __future__ import annotations

import re
from pathlib import Path

GUID = re.compile(rb"""\bguid=["']([^"']*)""")

BEGINNING = 4096
"""Bytes of a model description that hold its root element's attributes; all of it may have megabytes."""


def check_binding(resources: Path, guid: str) -> None:
    """Raise ValueError where the model description beside the resources has another GUID.

    pythonfmu does not tell which GUID the importer has passed. Where there is no such file, nothing is known.
    """
    try:
        with (resources.parent / "modelDescription.xml").open("rb") as file:
            told = GUID.search(file.read(BEGINNING))
    except FileNotFoundError:  # an importer may extract nothing but the resources
        return
    if told and told[1].decode() != guid:
        raise ValueError(f"component.json in {resources} belongs to the FMU {guid}, not to {told[1].decode()}")
