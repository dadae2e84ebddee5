"""Keys of the pack file that set a variable of a model: default, bounds and text are those of the variable."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..core.bounds import first_beyond, out_of_bounds
from ..core.model import Model
from ..core.variable import DataType, Variable
from ..models.balancing import active, passive
from ..models.balancing.options import Converter
from ..models.bms import bms
from ..models.bms.detection import management
from ..models.cell.kind import CellParameters
from ..models.network import network
from ..models.network.wired import network as wired
from ..models.network.wired.arranged import Arranged
from ..models.parameter_sets import parameter_set, parameter_sets
from ..models.strings import Strings
from ..models.thermal import chain
from ..models.thermal.graph.nodes import Node, ThermalGraph
from ..models.thermal.runaway import network as runaway
from ..models.thermal.runaway.kind import RunawayParameters


@cache
def models() -> dict[str, Model]:
    """Return the models that a pack file sets variables of; their sizes and kind of cell do not matter here."""
    kind = parameter_set(parameter_sets(CellParameters)[0], CellParameters)
    reactions = parameter_set(parameter_sets(RunawayParameters)[0], RunawayParameters)
    alone = ThermalGraph((Node("cell", 1.0), Node("board", 1.0)), ("cell",), ("cell",), "board")
    plain, inductive = (Arranged(series=1, parallel=1, pack_cable=(1e-3, h)).netlist() for h in (0.0, 1e-6))
    return {
        "network": network.declare(1, 1, False, 2),
        "wired": wired.declare(plain, 2),
        "linked": wired.declare(plain, 2, linked=True),
        "inductive": wired.declare(inductive, 2),
        "thermal": chain.declare(1),
        "runaway": runaway.declare(alone, reactions),
        "bleeding": passive.declare(1, 1),
        "converters": active.declare(2, 1, Converter.FLYBACK, [(0, 1)]),
        "bms": bms.declare(1, 1, kind),
        "detection": management.declare(2, 1, kind, Strings((0, 2))),
    }


def setting(name: str, *of: str, text: str | None = None, optional: bool = False) -> Any:
    """Return the field of a table for a key that sets a variable.

    Parameters
    ----------
    name : str
        The variable.
    of : str
        The models that have it, keys of `models`; all of them declare it alike.
    text : str, optional
        Says more than the variable's description.
    optional : bool
        Whether the key has no value by default, and leaves the variable to a later choice.
    """
    variable = models()[of[0]].variable(name)
    number = float(variable.start_values().flat[0])
    start = {DataType.REAL: number, DataType.INTEGER: int(number), DataType.BOOLEAN: bool(number)}[variable.data_type]
    unit = f" [{variable.unit}]" if variable.data_type is DataType.REAL else ""
    return Field(
        default=None if optional else start,
        description=(text or variable.description) + unit,
        json_schema_extra={"variable": name, "models": list(of)} | _bounds(variable),
    )


def _bounds(variable: Variable) -> dict[str, Any]:
    """Return the bounds of a variable as a JSON schema has them."""
    if variable.data_type is DataType.BOOLEAN:
        return {}
    return {key: bound for key, bound in (("minimum", variable.min), ("maximum", variable.max)) if math.isfinite(bound)}


class Table(BaseModel):
    """A table of the pack file: no unknown key, no number that is not finite, no silent conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @classmethod
    def settings(cls) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return variable and models by the key that sets them."""
        extras = {key: field.json_schema_extra for key, field in cls.model_fields.items()}
        return {
            key: (str(extra["variable"]), tuple(extra["models"]))  # type: ignore[arg-type]
            for key, extra in extras.items()
            if isinstance(extra, dict) and "variable" in extra
        }

    def start(self, model: str) -> dict[str, float]:
        """Return the start values that the table gives to a model, without keys that are left to a later choice."""
        given = {variable: getattr(self, key) for key, (variable, of) in self.settings().items() if model in of}
        return {variable: value for variable, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _within_bounds(self) -> Table:
        for key, (variable, of) in self.settings().items():
            _check(key, getattr(self, key), models()[of[0]].variable(variable))
        return self


def _check(key: str, value: float | None, variable: Variable) -> None:
    if value is not None and first_beyond(np.asarray(value, np.float64), variable.min, variable.max) is not None:
        raise ValueError(out_of_bounds(key, value, variable.unit, variable.min, variable.max))
