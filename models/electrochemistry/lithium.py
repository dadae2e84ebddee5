"""The lithium of a cell: its window of fillings, and the capacity between.

Equations
---------
A cell of electrodes with the charges Q_n and Q_p holds the cyclable lithium ``n = Q_n z_n + Q_p z_p`` at the fillings z
of its electrodes, which are the stoichiometries where an electrode has one material (`mixture`). Its SOC is 0 and 1
where its rest voltage ``U_p(z_p) - U_n(z_n)`` at the reference temperature is that of the nominal cell at SOC 0 and 1;
its capacity is the charge between, ``Q_n (z_n(1) - z_n(0))``.

A cell is assembled with all its lithium in the positive electrode. A new cell whose electrodes differ from the nominal
ones brings the lithium of its own positive electrode along, ``n = s Q_p z_a`` with ``z_a = n/Q_p`` of the nominal cell;
the factor s of a cell that holds another inventory is 1 else.

Limits
------
A window ends where an electrode is full or empty before the rest voltage is reached.

Shared states
-------------
`capacity` and `window` are written here; the models use them.
"""

from __future__ import annotations

import numpy as np

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Detail, Variable
from ..numerics.curves import evaluate
from .kind import NEGATIVE, POSITIVE, ElectrochemicalParameters, Electrode
from .materials import ELECTRODES, electrode_of, fill
from .mixture import Mixture, mixture
from .potentials import common

HALVINGS = 60
"""Of the range of a filling, until it is known to the last place."""


def rest_voltages(kind: ElectrochemicalParameters) -> tuple[float, float]:
    """Return the rest voltage of the nominal cell at SOC 0 and 1 [V]."""
    negative, positive = mixture(kind.negative), mixture(kind.positive)
    empty = positive.potential(positive.full) - negative.potential(negative.empty)
    return float(empty), float(positive.potential(positive.empty) - negative.potential(negative.full))


def assembled_filling(kind: ElectrochemicalParameters) -> float:
    """Return the filling of the positive electrode of the nominal cell with all its lithium in it."""
    negative, positive = mixture(kind.negative), mixture(kind.positive)
    ratio = _charge(kind.negative) / _charge(kind.positive)
    return positive.full + ratio * negative.empty


def _charge(electrode: Electrode) -> float:
    """Return the charge that fills an area of an electrode [C/m2]."""
    return electrode.thickness * sum(material.charge_density() for material in electrode.materials)


def fields(cells: Count, kind: ElectrochemicalParameters, capacity: float) -> Fields:
    """Return the lithium of n cells of one kind, of a capacity [C] as they are nominally."""
    empty, full = rest_voltages(kind)
    return Fields(
        parameters=(
            Variable("capacity", "C", cells, capacity, 1.0, UNBOUNDED, capacity,
                     "Charge between SOC 0 and 1 of the new cell; its electrodes have the area for it",
                     display_unit="A.h"),
            Variable("initial_soc", "1", cells, 0.5, 0.0, 1.0, 1.0, "State of charge at the start", display_unit="%"),
            Variable("empty_voltage", "V", None, empty, 0.0, 10.0, 3.0, "Rest voltage at SOC 0"),
            Variable("full_voltage", "V", None, full, 0.0, 10.0, 4.0, "Rest voltage at SOC 1"),
            Variable("assembled_filling", "1", None, assembled_filling(kind), 0.0, 2.0, 1.0,
                     "Filling of the positive electrode of the nominal cell with all its lithium in it"),
            Variable("lithium_scale", "1", cells, 1.0, 1e-3, 1e3, 1.0,
                     "Factor on the lithium that the positive electrode brings along", detail=Detail.CELL),
            *_curves(kind),
        ),
        states=(
            state("soc", "1", cells, "State of charge"),
            state("capacity", "C", cells, "Charge between SOC 0 and 1, as it is now", 0.0),
            state("lithium", "C", cells, "Charge of the cyclable lithium", 0.0),
            state("window_empty", "1", (cells, ELECTRODES), "Filling of the electrodes at SOC 0"),
            state("window_full", "1", (cells, ELECTRODES), "Filling of the electrodes at SOC 1"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def _curves(kind: ElectrochemicalParameters) -> tuple[Variable, ...]:
    """Return the potentials over the filling of each electrode, and the stoichiometry of each material."""
    mixtures = [mixture(electrode) for electrode in kind.electrodes]
    potentials = common([mixed.potential for mixed in mixtures])
    shared = common([curve for mixed in mixtures for curve in mixed.stoichiometries])
    nodes = Count(len(potentials[0].values), "rest_node")
    places = Count(len(shared), "material"), Count(len(shared[0].values), "filling_node")
    return (
        *_ends(mixtures),
        Variable("rest_potential", "V", (ELECTRODES, nodes), np.array([c.values for c in potentials]), -UNBOUNDED,
                 UNBOUNDED, 1.0, "Potential over the filling of each electrode", hidden=True),
        Variable("rest_potential_slope", "V", (ELECTRODES, nodes), np.array([c.slopes for c in potentials]),
                 -UNBOUNDED, UNBOUNDED, 1.0, "Its derivative", hidden=True),
        Variable("material_filling", "1", places, np.array([c.values for c in shared]), -UNBOUNDED, UNBOUNDED, 1.0,
                 "Stoichiometry of each material over the filling of its electrode", hidden=True),
        Variable("material_filling_slope", "1", places, np.array([c.slopes for c in shared]), -UNBOUNDED, UNBOUNDED,
                 1.0, "Its derivative", hidden=True),
    )  # fmt: skip


def _ends(mixtures: list[Mixture]) -> tuple[Variable, ...]:
    low, high = ([getattr(mixed.potential, end) for mixed in mixtures] for end in ("low", "high"))
    return (
        Variable("filling_low", "1", ELECTRODES, low, 0.0, 1.0, 1.0, "Least filling of the curves", hidden=True),
        Variable("filling_high", "1", ELECTRODES, high, 0.0, 1.0, 1.0, "Greatest filling of the curves", hidden=True),
    )


@kernel
def electrode_charge(x: Block, p: Block, k: int, e: int) -> float:
    """Return the charge that fills electrode e of cell k [C]."""
    charge = 0.0
    for m in range(p.particle_radius.shape[0]):
        if electrode_of(p, m) == e:
            charge += x.material_charge[k, m]
    return charge


@kernel
def rest_potential(p: Block, e: int, filling: float) -> float:
    """Return the potential of an electrode at rest at a filling, at the reference temperature [V]."""
    low, high = p.filling_low[e], p.filling_high[e]
    value, _ = evaluate(p.rest_potential[e], p.rest_potential_slope[e], low, high, filling)
    return value


@kernel
def material_at(p: Block, m: int, filling: float) -> float:
    """Return the stoichiometry of material m at a filling of its electrode, at rest."""
    e = electrode_of(p, m)
    low, high = p.filling_low[e], p.filling_high[e]
    value, _ = evaluate(p.material_filling[m], p.material_filling_slope[m], low, high, filling)
    return value


@kernel
def material_slope(p: Block, m: int, filling: float) -> float:
    """Return the derivative of `material_at` by the filling."""
    e = electrode_of(p, m)
    low, high = p.filling_low[e], p.filling_high[e]
    _, slope = evaluate(p.material_filling[m], p.material_filling_slope[m], low, high, filling)
    return slope


@kernel
def filling_at(x: Block, p: Block, k: int, voltage: float) -> float:
    """Return the filling of the negative electrode of cell k at a rest voltage [V]."""
    charge, other = electrode_charge(x, p, k, NEGATIVE), electrode_charge(x, p, k, POSITIVE)
    lithium = x.lithium[k]
    low = max(p.filling_low[NEGATIVE], (lithium - other * p.filling_high[POSITIVE]) / charge)
    high = min(p.filling_high[NEGATIVE], (lithium - other * p.filling_low[POSITIVE]) / charge)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = rest_potential(p, POSITIVE, (lithium - charge * middle) / other)
        if above - rest_potential(p, NEGATIVE, middle) < voltage:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def find_window(x: Block, p: Block, k: int) -> None:
    """Find the window of cell k for the lithium that it has, and the capacity between."""
    charge, other = electrode_charge(x, p, k, NEGATIVE), electrode_charge(x, p, k, POSITIVE)
    lithium = x.lithium[k]
    empty, full = filling_at(x, p, k, p.empty_voltage), filling_at(x, p, k, p.full_voltage)
    x.window_empty[k, NEGATIVE], x.window_full[k, NEGATIVE] = empty, full
    x.window_empty[k, POSITIVE] = (lithium - charge * empty) / other
    x.window_full[k, POSITIVE] = (lithium - charge * full) / other
    x.capacity[k] = charge * (full - empty)


@kernel
def new_lithium(x: Block, p: Block, k: int) -> float:
    """Return the charge of the lithium that the electrodes of a new cell bring along [C]."""
    return p.lithium_scale[k] * electrode_charge(x, p, k, POSITIVE) * p.assembled_filling


@kernel
def renew(x: Block, p: Block, k: int) -> None:
    """Give cell k the electrodes that its capacity asks for, and the lithium of a new cell."""
    fill(x, p, k, 1.0)
    x.lithium[k] = new_lithium(x, p, k)
    find_window(x, p, k)
    fill(x, p, k, p.capacity[k] / x.capacity[k])
    x.lithium[k] = new_lithium(x, p, k)
    find_window(x, p, k)


@kernel
def stoichiometry_of(x: Block, k: int, e: int, soc: float) -> float:
    """Return the filling of an electrode of cell k at rest at a state of charge, the stoichiometry of one material."""
    return x.window_empty[k, e] + soc * (x.window_full[k, e] - x.window_empty[k, e])


@kernel
def soc_at(x: Block, k: int, negative: float) -> float:
    """Return the state of charge of cell k at a mean filling of its negative electrode."""
    empty, full = x.window_empty[k, NEGATIVE], x.window_full[k, NEGATIVE]
    return (negative - empty) / (full - empty)
