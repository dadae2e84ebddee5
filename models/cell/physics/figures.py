"""A cell of physics as values that JSON can hold, and back, with the same bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from ...electrochemistry.kind import Electrode, Electrolyte, Material, Mesh, Physics, PorousLayer
from ...numerics.curves import Curve
from ..kind import CellLimits
from .cell import ElectrochemicalCell


def figures(kind: ElectrochemicalCell) -> dict[str, Any]:
    """Return the fields of a cell by their names, those of its parts likewise."""
    held: dict[str, Any] = _plain(kind)
    return held


def from_figures(given: Mapping[str, Any]) -> ElectrochemicalCell:
    """Return the cell of `figures`; TypeError or ValueError where they are not those of a cell."""
    if missing := {field.name for field in fields(ElectrochemicalCell)} - set(given):
        raise ValueError(f"the figures of a cell of physics lack {', '.join(sorted(missing))}")
    made = {
        "negative": _electrode(given["negative"]),
        "positive": _electrode(given["positive"]),
        "separator": PorousLayer(**given["separator"]),
        "electrolyte": Electrolyte(**_curved(given["electrolyte"])),
        "limits": CellLimits(**given["limits"]),
        "physics": Physics(given["physics"]),
        "mesh": Mesh(**given["mesh"]),
        "notes": tuple(given["notes"]),
    }
    return ElectrochemicalCell(**{**given, **made})


def _plain(value: Any) -> Any:
    """Return a value, or the fields of a dataclass, as JSON can hold them."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.value if isinstance(value, Enum) else value


def _electrode(given: Mapping[str, Any]) -> Electrode:
    return Electrode(**{**given, "materials": tuple(Material(**_curved(each)) for each in given["materials"])})


def _curved(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with the curves among them made."""
    return {name: _curve(value) if isinstance(value, Mapping) else value for name, value in given.items()}


def _curve(given: Mapping[str, Any]) -> Curve:
    arrays = {name: np.asarray(value, np.float64) for name, value in given.items() if isinstance(value, list)}
    return Curve(**{**given, **arrays})
