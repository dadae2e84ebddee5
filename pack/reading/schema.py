"""The JSON schemas of pack file and cell file, which editors of TOML complete and check by.

``python -m packfmu.pack.reading.schema`` writes them anew, in the package and in the documentation of a checkout.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ...fmi.files import replacing_together
from ..cells.cell_tables import CircuitFile
from ..file import Pack

SCHEMAS: dict[str, tuple[type[BaseModel], str]] = {
    "cell.schema.json": (CircuitFile, "Equivalent-circuit cell, format 1"),
    "pack.schema.json": (Pack, "Battery pack of packfmu"),
}
"""The model and the title of each file."""

SHIPPED = Path(__file__).parents[1] / "schema"
"""Where they lie in the package."""

INTERNAL = ("variable", "models")
"""What fields tell that is nobody else's business."""


def schema_text(name: str) -> str:
    """Return the text of one of `SCHEMAS`."""
    kind, title = SCHEMAS[name]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps(head | _plain(kind.model_json_schema()), indent=1) + "\n"


def write_schemas(folder: Path) -> None:
    """Write all schemas to a folder, all of them or none; InputError where that cannot be."""
    with replacing_together() as draft_of:
        for name in SCHEMAS:
            draft_of(folder / name).write_text(schema_text(name), encoding="utf-8", newline="\n")


def _plain(made: Any) -> Any:
    """Return a schema without what TOML does not have, null, and without what only repeats names."""
    if isinstance(made, list):
        return [_plain(part) for part in made]
    if not isinstance(made, dict):
        return made
    kept = {key: part for key, part in made.items() if key != "title" and part is not None}
    if "properties" in kept:
        kept["properties"] = {key: _field(part) for key, part in kept["properties"].items()}
    return {key: _plain(part) for key, part in kept.items()}


def _field(made: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key, which may be left out but has no null."""
    kept = {key: part for key, part in made.items() if key not in INTERNAL}
    choices = [choice for choice in kept.pop("anyOf", ()) if choice != {"type": "null"}]
    return kept | (choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {})


if __name__ == "__main__":
    for written in (SHIPPED, Path(__file__).parents[2] / "docs" / "schema"):
        write_schemas(written)
        print(f"written: {written}")
