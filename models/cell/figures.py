"""A kind of cell as values that JSON can hold: so a component is given a cell that is no shipped set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from .ecm import EquivalentCircuitCell
from .kind import CellParameters, ModelErrors


def figures(kind: CellParameters) -> dict[str, Any]:
    """Return the fields of a kind of cell by their names, arrays as lists; `from_figures` gives the same bits."""
    held = {field.name: getattr(kind, field.name) for field in fields(CellParameters)}
    errors = held.pop("errors")
    plain = {name: value if isinstance(value, str) else np.asarray(value).tolist() for name, value in held.items()}
    return plain | {"errors": {field.name: getattr(errors, field.name) for field in fields(ModelErrors)}}


def from_figures(given: Mapping[str, Any]) -> EquivalentCircuitCell:
    """Return the kind of cell of `figures`; TypeError or ValueError where they are not those of a cell."""
    arrays: dict[str, Any] = {
        name: np.asarray(value, np.float64) for name, value in given.items() if isinstance(value, list)
    }
    arrays["table_temperatures"] = tuple(given.get("table_temperatures", ()))
    return EquivalentCircuitCell(**{**given, **arrays, "errors": ModelErrors(**given.get("errors", {}))})
