"""The lithium of a cell: its window of stoichiometries, and the capacity between.

Equations
---------
A cell of electrodes with the charges Q_n and Q_p holds the cyclable lithium ``n = Q_n x_n + Q_p x_p``. Its SOC is 0 and
1 where its rest voltage ``U_p(x_p) - U_n(x_n)`` at the reference temperature is that of the nominal cell at SOC 0 and
1; its capacity is the charge between, ``Q_n (x_n(1) - x_n(0))``. A new cell whose electrodes differ from the nominal
ones brings the lithium of its own electrodes along, each as full as in the nominal cell at SOC 0.

Shared states
-------------
`capacity` and `window` are written here; the models use them.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.curves import evaluate
from .kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from .materials import ELECTRODES, fill
from .mixture import mixture

HALVINGS = 60
"""Of the range of a stoichiometry, until it is known to the last place."""


def rest_voltages(kind: ElectrochemicalParameters) -> tuple[float, float]:
    """Return the rest voltage of the nominal cell at SOC 0 and 1 [V]."""
    negative, positive = mixture(kind.negative), mixture(kind.positive)
    empty = positive.potential(positive.full) - negative.potential(negative.empty)
    return float(empty), float(positive.potential(positive.empty) - negative.potential(negative.full))


def fields(cells: Count, kind: ElectrochemicalParameters, capacity: float) -> Fields:
    """Return the lithium of n cells of one kind, of a capacity [C] as they are nominally."""
    empty, full = rest_voltages(kind)
    negative, positive = kind.negative.materials[0], kind.positive.materials[0]
    return Fields(
        parameters=(
            Variable("capacity", "C", cells, capacity, 1.0, UNBOUNDED, capacity,
                     "Charge between SOC 0 and 1 of the new cell; its electrodes have the area for it",
                     display_unit="A.h"),
            Variable("initial_soc", "1", cells, 0.5, 0.0, 1.0, 1.0, "State of charge at the start", display_unit="%"),
            Variable("empty_voltage", "V", None, empty, 0.0, 10.0, 3.0, "Rest voltage at SOC 0"),
            Variable("full_voltage", "V", None, full, 0.0, 10.0, 4.0, "Rest voltage at SOC 1"),
            Variable("new_stoichiometry", "1", ELECTRODES,
                     [negative.minimum_stoichiometry, positive.maximum_stoichiometry], 0.0, 1.0, 1.0,
                     "Stoichiometry of the electrodes of the nominal cell at SOC 0, the negative first"),
        ),
        states=(
            state("soc", "1", cells, "State of charge"),
            state("capacity", "C", cells, "Charge between SOC 0 and 1, as it is now", 0.0),
            state("lithium", "C", cells, "Charge of the cyclable lithium", 0.0),
            state("window_empty", "1", (cells, ELECTRODES), "Stoichiometry of the electrodes at SOC 0"),
            state("window_full", "1", (cells, ELECTRODES), "Stoichiometry of the electrodes at SOC 1"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def rest_voltage(p: Block, negative: float, positive: float) -> float:
    """Return the rest voltage at two stoichiometries, at the reference temperature [V]."""
    n, q = NEGATIVE, POSITIVE
    low, high = p.stoichiometry_low[q], p.stoichiometry_high[q]
    above, _ = evaluate(p.open_circuit_potential[q], p.open_circuit_potential_slope[q], low, high, positive)
    low, high = p.stoichiometry_low[n], p.stoichiometry_high[n]
    below, _ = evaluate(p.open_circuit_potential[n], p.open_circuit_potential_slope[n], low, high, negative)
    return above - below


@kernel
def stoichiometry_at(x: Block, p: Block, k: int, voltage: float) -> float:
    """Return the stoichiometry of the negative electrode of cell k at a rest voltage [V]."""
    lithium, charge, other = x.lithium[k], x.material_charge[k, NEGATIVE], x.material_charge[k, POSITIVE]
    low = max(p.stoichiometry_low[NEGATIVE], (lithium - other * p.stoichiometry_high[POSITIVE]) / charge)
    high = min(p.stoichiometry_high[NEGATIVE], (lithium - other * p.stoichiometry_low[POSITIVE]) / charge)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if rest_voltage(p, middle, (lithium - charge * middle) / other) < voltage:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def find_window(x: Block, p: Block, k: int) -> None:
    """Find the window of cell k for the lithium that it has, and the capacity between."""
    lithium, charge, other = x.lithium[k], x.material_charge[k, NEGATIVE], x.material_charge[k, POSITIVE]
    empty, full = stoichiometry_at(x, p, k, p.empty_voltage), stoichiometry_at(x, p, k, p.full_voltage)
    x.window_empty[k, NEGATIVE], x.window_full[k, NEGATIVE] = empty, full
    x.window_empty[k, POSITIVE] = (lithium - charge * empty) / other
    x.window_full[k, POSITIVE] = (lithium - charge * full) / other
    x.capacity[k] = charge * (full - empty)


@kernel
def new_lithium(x: Block, p: Block, k: int) -> float:
    """Return the charge of the lithium that the electrodes of a new cell bring along [C]."""
    negative = x.material_charge[k, NEGATIVE] * p.new_stoichiometry[NEGATIVE]
    return negative + x.material_charge[k, POSITIVE] * p.new_stoichiometry[POSITIVE]


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
    """Return the stoichiometry of an electrode of cell k at rest at a state of charge."""
    return x.window_empty[k, e] + soc * (x.window_full[k, e] - x.window_empty[k, e])


@kernel
def soc_at(x: Block, k: int, negative: float) -> float:
    """Return the state of charge of cell k at a mean stoichiometry of its negative electrode."""
    empty, full = x.window_empty[k, NEGATIVE], x.window_full[k, NEGATIVE]
    return (negative - empty) / (full - empty)
