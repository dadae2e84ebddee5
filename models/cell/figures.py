"""A kind of cell as values that JSON can hold: so a component is given a cell that is no shipped set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from .ecm import EquivalentCircuitCell
from .kind import CellParameters, ModelErrors
from .physics import figures as physics
from .physics.cell import ElectrochemicalCell

KIND = "kind"
"""Field of the figures that tells what kind of cell they are of."""

CIRCUIT, PHYSICS = "equivalent circuit", "physics"
"""Its values."""


def figures(kind: CellParameters | ElectrochemicalCell) -> dict[str, Any]:
    """Return the fields of a kind of cell by their names, arrays as lists; `from_figures` gives the same bits."""
    if isinstance(kind, ElectrochemicalCell):
        return {KIND: PHYSICS, **physics.figures(kind)}
    held = {field.name: getattr(kind, field.name) for field in fields(CellParameters)}
    errors = held.pop("errors")
    plain = {name: value if isinstance(value, str) else np.asarray(value).tolist() for name, value in held.items()}
    return {
        KIND: CIRCUIT,
        **plain,
        "errors": {field.name: getattr(errors, field.name) for field in fields(ModelErrors)},
    }


def from_figures(given: Mapping[str, Any]) -> EquivalentCircuitCell | ElectrochemicalCell:
    """Return the kind of cell of `figures`; TypeError or ValueError where they are not those of a cell."""
    held = {name: value for name, value in given.items() if name != KIND}
    if given.get(KIND) == PHYSICS:
        return physics.from_figures(held)
    if given.get(KIND) != CIRCUIT:
        raise ValueError(f"{KIND} = {given.get(KIND)!r} must be {CIRCUIT!r} or {PHYSICS!r}")
    arrays: dict[str, Any] = {
        name: np.asarray(value, np.float64) for name, value in held.items() if isinstance(value, list)
    }
    arrays["table_temperatures"] = tuple(held.get("table_temperatures", ()))
    return EquivalentCircuitCell(**{**held, **arrays, "errors": ModelErrors(**held.get("errors", {}))})
