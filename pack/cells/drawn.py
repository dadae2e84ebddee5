"""What the cells of a pack are at the start: drawn, told by tables, of one kind or several.

Cells of several kinds are drawn kind by kind as if all were of that kind, so that a cell draws what it would draw in a
pack of its own kind; each keeps the values of its own kind. What every kind has is one array over all cells; what only
a kind has is ``kind_1.<name>``, an array over the cells of that kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...models.cell.mixed.cells import member
from ...models.cell.physics.cell import ElectrochemicalCell
from ...models.cell.protocol import CellModel
from ..circuit_variation import CIRCUIT_SPREADS, draw_circuits
from ..variation import draw
from .cell_table import Values, cells_with
from .chosen import Cell
from .physics_variation import PHYSICS_SPREADS, WINDOW, Inventory, capacities, draw_electrodes, rest_voltage

if TYPE_CHECKING:
    from ..file import Pack


def draw_cells(pack: Pack) -> dict[str, Values]:
    """Return the values that differ from cell to cell: drawn (`pack.variation`, `pack.circuit_variation`), or known."""
    kinds = pack.kinds
    each = [_draw_kind(pack, cell) for cell in kinds.chosen]
    if not kinds.are_several:
        return _worn(pack, each[0])
    common = [name for name in each[0] if all(name in drawn and drawn[name].ndim == 1 for drawn in each)]
    cells = {name: _of_all(kinds.of, [drawn[name] for drawn in each]) for name in common}
    for number, drawn in enumerate(each):
        own = {name: values[kinds.of == number] for name, values in drawn.items() if name not in common}
        cells |= {f"{member(number)}.{name}": values for name, values in own.items()}
    return _worn(pack, cells)


def _draw_kind(pack: Pack, cell: Cell) -> dict[str, Values]:
    """Return what the cells of a pack would be if all were of one kind; wear is left out."""
    kind = cell.load()
    means = {
        "capacity": kind.capacity,
        "initial_soc": pack.cell.initial_soc,
        "self_discharge_current": kind.self_discharge_current,
        "coulombic_efficiency": kind.coulombic_efficiency,
    }
    spread, seed, arrangement = pack.variation.spread, pack.variation.seed, pack.pack
    cells = draw(spread, seed, arrangement.groups, arrangement.parallel, means)
    if any(getattr(spread, key) for key in CIRCUIT_SPREADS.values()):
        cells |= draw_circuits(spread, seed, arrangement.cells, kind.equivalent_circuit().pairs)
    cells |= {name: cells[name] * factor for name, factor in pack.factors.items() if name in cells}
    given = [key for key in PHYSICS_SPREADS.values() if getattr(spread, key)]
    known = [name for name in PHYSICS_SPREADS if name in pack.factors]
    if given or known:
        if not isinstance(kind, ElectrochemicalCell):
            first = f"[variation] {given[0]}" if given else known[0]
            raise InputError(f"{first}: {cell.parameters} is no cell of physics")
        drawn = draw_electrodes(spread, seed, arrangement.cells, Inventory(pack.variation.inventory), pack.factors)
        cells |= {**drawn, "capacity": capacities(kind, drawn, cells["capacity"])}
    told = pack.kinds.initial_soc
    if not np.isnan(told).all():
        cells["initial_soc"] = np.where(np.isnan(told), cells["initial_soc"], told)
    return cells if pack.cells is None else cells_with(pack.cells.known, cells)


def _of_all(of: NDArray[np.int64], each: Sequence[Values]) -> Values:
    """Return the values of all cells, those of each kind from its own draw."""
    values = np.empty(len(of))
    for number, drawn in enumerate(each):
        values[of == number] = drawn[of == number]
    return values


def _worn(pack: Pack, cells: dict[str, Values]) -> dict[str, Values]:
    """Return cells that have lost capacity and gained resistance, where no aging model takes that."""
    kinds = pack.kinds
    if pack.aging is not None or not kinds.are_worn:
        return cells
    return {
        **cells,
        "capacity": cells["capacity"] * (1.0 - kinds.capacity_loss),
        "resistance_scale": cells["resistance_scale"] * (1.0 + kinds.resistance_growth),
    }


def of_kind(pack: Pack, cells: Mapping[str, Values], number: int) -> dict[str, Values]:
    """Return what `draw_cells` tells of the cells of one kind, from 0."""
    if not pack.kinds.are_several:
        return dict(cells)
    prefix = f"{member(number)}."
    own = {name.removeprefix(prefix): values for name, values in cells.items() if name.startswith(prefix)}
    return {name: values[pack.kinds.of == number] for name, values in cells.items() if "." not in name} | own


def start_voltage(pack: Pack, cells: Mapping[str, Values]) -> Values:
    """Return the voltage of each cell at the start, without current, at the reference temperature [V]."""
    voltage = np.empty(pack.pack.cells)
    for number, kind in enumerate(pack.kinds.models):
        voltage[pack.kinds.of == number] = voltage_of_kind(kind, of_kind(pack, cells, number))
    return voltage


def voltage_of_kind(kind: CellModel, cells: Mapping[str, Values]) -> Values:
    """Return the voltage of cells of one kind at the start, likewise."""
    if isinstance(kind, ElectrochemicalCell) and any(name in cells for name in WINDOW):
        return rest_voltage(kind, cells)
    voltage = kind.open_circuit(cells["initial_soc"]) + cells.get("open_circuit_offset", 0.0)
    if "initial_polarisation_voltage" in cells:
        voltage = voltage + cells["initial_polarisation_voltage"].sum(axis=1)
    if "initial_hysteresis" in cells:
        bound = kind.equivalent_circuit().hysteresis_bound * cells.get("hysteresis_scale", 1.0)
        voltage = voltage + cells["initial_hysteresis"] * bound
    return voltage


def group_start_voltage(pack: Pack, cells: Mapping[str, Values]) -> Values:
    """Return the voltage of each group at the start, without a current into it, at the reference temperature [V].

    It is the mean of its cells' voltages, weighed by their ohmic conductances, contacts left out.
    """
    shape = pack.pack.groups, pack.pack.parallel
    voltage = start_voltage(pack, cells).reshape(shape)
    conductance = 1.0 / ohmic_factor(pack, cells).reshape(shape)
    apart = voltage - voltage[:, :1]  # cells of one voltage leave it as it is, to the last bit
    return np.asarray(voltage[:, 0] + (conductance * apart).sum(axis=1) / conductance.sum(axis=1))


def ohmic_factor(pack: Pack, cells: Mapping[str, Values]) -> Values:
    """Return the ohmic resistance of each cell over that of its kind; over that of the first kind where there are more.

    Kinds are compared at SOC 0.5.
    """
    factor = np.empty(pack.pack.cells)
    several, models = pack.kinds.are_several, pack.kinds.models
    first, *_ = resistances = [float(kind.immediate_resistance(0.5)) if several else 1.0 for kind in models]
    for number, resistance in enumerate(resistances):
        own = of_kind(pack, cells, number)
        scale = own["resistance_scale"] * own.get("ohmic_scale", 1.0)
        factor[pack.kinds.of == number] = scale * (resistance / first)
    return factor
