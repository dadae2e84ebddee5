"""A cell file: read, written, and made a kind of cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...fmi.files import replacing
from ...models.cell.ecm import EquivalentCircuitCell
from ...models.cell.kind import CellParameters, ModelErrors
from ..reading.checking import checked
from ..reading.toml_file import read_toml
from . import grid
from .cell_tables import FORMAT, CircuitFile
from .soc_tables import LEAST_RESISTANCE, MOST_RESISTANCE
from .warming import at_all_temperatures
from .writing import toml_text

MOST_BYTES = 2**22
"""Size of a cell file: all tables with `soc_tables.MOST_NODES` have room."""

SHOWN = {"voltage": (1e3, "mV"), "coefficient": (1e3, "mV/K"), "resistance": (1e3, "mOhm"),
         "resistances": (1e3, "mOhm"), "capacitance": (1.0, "F")}  # fmt: skip
"""Factor and unit that a table is told with, by its key."""

USED = (273.15, 313.15)
"""Temperatures between which resistances must be those of a cell [K]."""

SCHEMA = "cell.schema.json"
"""What editors of TOML look for beside the file."""


@dataclass(frozen=True)
class CellFile:
    """A cell file as it was read.

    Parameters
    ----------
    path : Path
        Where it was.
    text : str
        What was in it.
    kind : EquivalentCircuitCell
        The cell.
    notes : tuple of str
        What a user should know: how far tables on the grid of the model are off the given ones, a line each.
    """

    path: Path
    text: str
    kind: EquivalentCircuitCell = field(compare=False)
    notes: tuple[str, ...] = field(compare=False)


def read_cell(path: Path) -> CellFile:
    """Read and check a cell file.

    Parameters
    ----------
    path : Path
        A TOML file with the tables of `CircuitFile`.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML or does not fit the schema: one line that names the key, its value
        and what is allowed.
    """
    text, contents = read_toml(path, MOST_BYTES)
    kind, notes = cell_of(checked(CircuitFile, contents, str(path)))
    try:
        _check_resistances(kind)
        kind.declare(1)
    except ValueError as error:  # of extremes that each are allowed, but not together
        raise InputError(f"{path}: {error}") from None
    return CellFile(path, text, kind, notes)


def load_cell(path: Path) -> EquivalentCircuitCell:
    """Return the cell of a cell file; see `read_cell`."""
    return read_cell(path).kind


def write_cell(kind: CellParameters, path: Path, comments: Mapping[str, str] | None = None) -> None:
    """Write a cell file; `load_cell` gives the same cell to the last bit.

    Parameters
    ----------
    kind : CellParameters
        An equivalent circuit, its tables of at most `grid.MOST_SEGMENTS` segments.
    path : Path
        Replaced at once, or left as it was.
    comments : mapping of str to str
        Comments above a table or a key by its name, such as ``losses``, ``cell.capacity`` or ``rc_pairs.0.resistance``,
        and at the head of the file by the empty name; they may have several lines.

    Raises
    ------
    InputError
        When the cell does not fit the format, or the file cannot be written.
    """
    contents = checked(CircuitFile, contents_of(kind), kind.name)
    text = f"#:schema {SCHEMA}\n" + toml_text(contents, comments or {})
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def cell_of(given: CircuitFile) -> tuple[EquivalentCircuitCell, tuple[str, ...]]:
    """Return the cell that the contents of a file describe, and notes; see `CellFile`."""
    number = grid.segments([nodes or [0.0, 1.0] for _, nodes, _ in given.over_soc()])
    notes: list[str] = []
    (voltage,), (entropic,), ohmic, *pairs = (_on_grid(*table, number, notes) for table in given.over_soc())
    tables, energies = at_all_temperatures(given, [ohmic, *(pair[:-1] for pair in pairs)])
    kind = EquivalentCircuitCell(
        name=given.cell.name,
        source=given.cell.source,
        capacity=given.cell.capacity,
        open_circuit_voltage=voltage,
        entropic_coefficient=entropic,
        ohmic_resistance=tables[0],
        polarisation_resistance=np.array(tables[1:]),
        polarisation_capacitance=np.array([pair[-1] for pair in pairs]),
        ohmic_activation_energy=energies[0],
        polarisation_activation_energy=np.array(energies[1:]),
        reference_temperature=given.cell.reference_temperature,
        hysteresis_bound=given.hysteresis.bound,
        hysteresis_rate=given.hysteresis.rate,
        hysteresis_decay_rate=given.hysteresis.decay_rate,
        errors=ModelErrors(**given.errors.model_dump()),
        table_temperatures=tuple(given.temperatures()),
        **given.losses.model_dump(),
        **given.limits.model_dump(),
        **given.heat.model_dump(),
    )
    return kind, tuple(notes)


def _check_resistances(kind: EquivalentCircuitCell) -> None:
    """Raise ValueError where a resistance leaves the bounds of the format between the temperatures `USED`."""
    names = ["ohmic_resistance", *(f"rc_pairs.{j}" for j in range(1, kind.pairs + 1))]
    for temperature in USED:
        for name, table in zip(names, kind.resistances(temperature), strict=True):
            for value in (float(table.min()), float(table.max())):
                if not LEAST_RESISTANCE <= value <= MOST_RESISTANCE:
                    raise ValueError(
                        f"[{name}]: by its temperatures and activation energy it is {value:.3g} Ohm at "
                        f"{temperature - 273.15:g} degC; it must be {LEAST_RESISTANCE:g} to {MOST_RESISTANCE:g} Ohm"
                    )


def contents_of(kind: CellParameters) -> dict[str, Any]:
    """Return what a cell file says of a cell, all tables on the nodes of the grid."""
    number = kind.nodes - 1
    if number > grid.MOST_SEGMENTS:
        raise InputError(
            f"{kind.name}: its tables have {kind.nodes} nodes; a cell file keeps at most {grid.MOST_SEGMENTS + 1}"
        )
    pairs = zip(
        kind.polarisation_resistance, kind.polarisation_capacitance, kind.polarisation_activation_energy, strict=True
    )
    temperatures = list(kind.table_temperatures)
    return {
        "format": FORMAT,
        "cell": {
            **_plain(kind, "name", "source", "capacity", "reference_temperature"),
            "soc": (np.arange(number + 1) / number).tolist(),
        },
        "limits": _plain(
            kind, "minimum_voltage", "maximum_voltage", "maximum_charge_current", "maximum_discharge_current"
        ),
        "heat": _plain(kind, "heat_capacity", "mass", "convection"),
        "open_circuit_voltage": {"voltage": kind.open_circuit_voltage.tolist()},
        "entropic_coefficient": {"coefficient": _short(kind.entropic_coefficient)},
        "ohmic_resistance": _resistance(kind.ohmic_resistance, temperatures, kind.ohmic_activation_energy),
        "rc_pairs": [
            {**_resistance(resistance, temperatures, energy), "capacitance": _short(capacitance)}
            for resistance, capacitance, energy in pairs
        ],
        "hysteresis": {
            "bound": float(kind.hysteresis_bound),
            "rate": float(kind.hysteresis_rate),
            "decay_rate": float(kind.hysteresis_decay_rate),
        },
        "losses": _plain(kind, "coulombic_efficiency", "self_discharge_current", "self_discharge_activation_energy"),
        "errors": {key.name: float(getattr(kind.errors, key.name)) for key in fields(ModelErrors)},
    }


def _plain(kind: CellParameters, *names: str) -> dict[str, Any]:
    values = {name: getattr(kind, name) for name in names}
    return {name: value if isinstance(value, str) else float(value) for name, value in values.items()}


def _short(table: NDArray[np.float64]) -> list[float]:
    """Return a table as a list, of one value where all are the same."""
    values: list[float] = table.tolist()
    return values if np.ptp(table) else values[:1]


def _resistance(table: NDArray[np.float64], temperatures: list[float], energy: float) -> dict[str, Any]:
    """Return what a file says of a resistance."""
    if not temperatures:
        return {"resistance": _short(table), "activation_energy": float(energy)}
    rows = [_short(row) for row in table]
    return {"temperatures": temperatures, "resistances": rows, "activation_energy": float(energy)}


def _on_grid(
    name: str, nodes: list[float], given: Mapping[str, list[float]], number: int, notes: list[str]
) -> list[NDArray[np.float64]]:
    """Return the values of a table on the grid, and note by how much they are off."""
    found = []
    for key, values in given.items():
        if len(values) == 1:
            found.append(np.full(number + 1, values[0]))
            continue
        found.append(grid.resampled(nodes, values, number))
        off, node = grid.deviation(nodes, values, found[-1])
        if off > grid.NEAR * max(map(abs, values)):
            factor, unit = SHOWN[key.partition(" ")[0]]
            notes.append(
                f"[{name}] {key} is off by up to {factor * off:.3g} {unit} near SOC {100.0 * node:.3g} %, on a grid of "
                f"{number + 1} nodes over SOC"
            )
    return found
