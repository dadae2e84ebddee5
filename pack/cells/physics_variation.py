"""How the electrodes of nominally identical cells of physics differ, and the capacity and the start that follow.

As in `pack.variation`, a draw is that of a seed, a quantity and a cell; here also of the electrode. All factors are
lognormal, of mean 1. The electrodes of all cells have one area but for `capacity_cv`, so what a cell holds between SOC
0 and 1 follows from its electrodes and its lithium: the cell's own model finds it. A new cell brings the lithium of its
own positive electrode along; one whose inventory is held has the lithium of the nominal cell. The radius of the
particles varies at constant active fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ...core.instance import Instance
from ...models.cell.physics.cell import ElectrochemicalCell
from ...models.electrochemistry.kind import NEGATIVE, POSITIVE, Physics
from ..circuit_variation import pair_streams
from ..variation import Spread, lognormal_factors

Values = NDArray[np.float64]

PHYSICS_SPREADS = {
    "thickness_scale": "thickness_cv",
    "porosity_scale": "porosity_cv",
    "active_fraction_scale": "active_fraction_cv",
    "radius_scale": "particle_radius_cv",
    "diffusivity_scale": "diffusivity_cv",
    "exchange_current_scale": "exchange_current_cv",
}
"""The parameters of a cell of physics, one of each electrode, each by the name of its spread."""

FILLING = ("thickness_scale", "active_fraction_scale")
"""Those that change what an electrode holds."""

WINDOW = (*FILLING, "lithium_scale")
"""Parameters that the capacity follows from."""

ELECTRODES = 2


class Inventory(Enum):
    """Which lithium a cell has whose electrodes differ from the nominal ones."""

    NEW = "new"
    """That of its own positive electrode."""
    HELD = "held"
    """That of the nominal cell."""


def draw_electrodes(
    spread: Spread, seed: int, cells: int, inventory: Inventory, factors: Mapping[str, Values] = {}
) -> dict[str, Values]:
    """Draw by what the electrodes of the cells of a pack differ from those of their kind.

    Parameters
    ----------
    spread : Spread
        How much the cells differ.
    seed : int
        >= 0; that of `pack.variation.draw`, from which these draws are independent.
    cells : int
        Number of cells, >= 1.
    inventory : Inventory
        Which lithium they have.
    factors : mapping of str to (cells, 2) array
        What is known besides of some of `PHYSICS_SPREADS`: it multiplies what is drawn.

    Returns
    -------
    dict of str to array
        Factors [1] of shape (cells, 2), the negative electrode first, of those alone that have a spread, or are known;
        and ``lithium_scale`` of shape (cells,) where the inventory is held and the positive electrode's differs.
    """
    drawn = {}
    for name, key in PHYSICS_SPREADS.items():
        cv = getattr(spread, key)
        if cv > 0.0:
            streams = pair_streams(seed, key.removesuffix("_cv"), ELECTRODES)
            drawn[name] = np.stack([lognormal_factors(stream, cv, cells) for stream in streams], axis=1)
        if name in factors:
            drawn[name] = drawn[name] * factors[name] if name in drawn else factors[name]
    if inventory is Inventory.HELD and any(name in drawn for name in FILLING):
        drawn["lithium_scale"] = 1.0 / _held(drawn, POSITIVE, cells)
    return drawn


def capacities(kind: ElectrochemicalCell, drawn: Mapping[str, Values], nominal: Values) -> Values:
    """Return the charge of cells between SOC 0 and 1, by the window that their own model finds [C].

    Parameters
    ----------
    kind : ElectrochemicalCell
        The nominal cell.
    drawn : mapping of str to array
        Factors of `draw_electrodes`.
    nominal : (cells,) array
        What each would hold with nominal electrodes [C]: it tells the area.
    """
    if not any(name in drawn for name in FILLING):
        return nominal
    own = _started(kind, {name: drawn[name] for name in WINDOW if name in drawn}, nominal)
    like = _started(kind, {}, nominal)
    charge = own.x.material_charge[:, NEGATIVE] / _held(drawn, NEGATIVE, len(nominal))
    return np.asarray(nominal * like.x.material_charge[:, NEGATIVE] / charge)


def rest_voltage(kind: ElectrochemicalCell, cells: Mapping[str, Values]) -> Values:
    """Return the voltage of each cell at rest at its SOC at the start, at the reference temperature [V]."""
    given = {name: cells[name] for name in (*WINDOW, "initial_soc") if name in cells}
    return np.array(_started(kind, given, cells["capacity"]).y.voltage)


def _held(drawn: Mapping[str, Values], electrode: int, cells: int) -> Values:
    """Return the factor on what an electrode holds."""
    factor = np.ones(cells)
    for name in FILLING:
        factor = factor * (drawn[name][:, electrode] if name in drawn else 1.0)
    return factor


def _started(kind: ElectrochemicalCell, given: Mapping[str, Values], capacity: Values) -> Instance:
    """Return cells that have started, without self-discharge: as single particles where these take their materials."""
    blended = len(kind.materials) > len(kind.electrodes)
    physics = kind.physics if blended else Physics.SPM
    model = replace(kind, physics=physics, self_discharge_current=0.0).declare(len(capacity))
    cells = Instance(model.with_start({**given, "capacity": capacity}))
    cells.initialize()
    return cells
