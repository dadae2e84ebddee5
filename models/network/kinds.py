"""What a network knows of cells of several kinds: open-circuit voltages of groups, and limits of cells.

Equations
---------
Group g has the open-circuit voltage over SOC of its curve: the first one, `open_circuit_voltage`, or one of
`further_open_circuit_voltage`. A group of cells of several kinds i, of which w_i is the share of its capacity, rests at
one voltage V, so that its curve is that of ideal cells in parallel::

    z(V) = sum_i w_i z_i(V)

with the inverse z_i of the curve of each kind, beyond SOC 0 and 1 as well. Each cell keeps to the limits that all have
(`minimum_cell_voltage` and so on), and to those of its own.

Limits
------
The capacities that weigh the curves are those of the start: cells that age apart change their shares, which the curve
does not follow. In a group of several kinds whose curves differ a cell may be beyond SOC 0 or 1 while the group is not.
Curves that fall with SOC anywhere have no inverse; flat parts are taken as rising by `LEAST_RISE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import Model
from ...core.variable import Count, Detail, Variable
from ..numerics import tables
from ..numerics.tables import Place
from .bounds import CURRENT, VOLTAGE

OWN = ("own_minimum_voltage", "own_maximum_voltage", "own_charge_current", "own_discharge_current")
"""The limits that cells have of their own."""

LEAST_RISE = 1e-9
"""Of a curve between two nodes, as far as its inverse is concerned [V]."""

REACH = 64
"""By how many spans of SOC curves are continued beyond 0 and 1."""


def curves(groups: Count, nodes: Count) -> Fields:
    """Return the curves of groups of one kind of cell: there is no further one."""
    further = Count(0, "curve"), nodes
    return Fields(
        parameters=(
            Variable("further_open_circuit_voltage", "V", further, 3.7, -VOLTAGE, VOLTAGE, 3.7,
                     "Open-circuit voltage over SOC 0 to 1 of groups of other kinds of cells, curve by curve",
                     detail=Detail.CELL),
        ),
        states=(
            Variable("further_open_circuit_area", "V", further, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Integral of these voltages over SOC from 0 to a node"),
        ),
        constants=(
            Variable("open_circuit_curve", "1", groups, 0.0, 0.0, 1e6, 1.0, "Curve of each group, 0 for the first"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def limits() -> Fields:
    """Return the limits of single cells of one kind: there are none but those of all."""
    own = Count(0, "own_limit")
    return Fields(
        parameters=(
            Variable("own_minimum_voltage", "V", own, 2.5, -VOLTAGE, VOLTAGE, 3.7,
                     "Voltage of the cell below which undervoltage is set, besides that of all", detail=Detail.CELL),
            Variable("own_maximum_voltage", "V", own, 4.3, -VOLTAGE, VOLTAGE, 3.7,
                     "Voltage of the cell above which overvoltage is set, besides that of all", detail=Detail.CELL),
            Variable("own_charge_current", "A", own, 1e3, 0.0, CURRENT, 100.0,
                     "Current of the cell above which cell_overcurrent is set, besides that of all",
                     detail=Detail.CELL),
            Variable("own_discharge_current", "A", own, 1e3, 0.0, CURRENT, 100.0,
                     "Size of a discharging current of the cell above which cell_overcurrent is set, besides that of "
                     "all", detail=Detail.CELL),
        ),
        modules=(__name__,),
    )  # fmt: skip


def with_kinds(model: Model, curves: Sequence[int]) -> Model:
    """Return a network, or its meter, of cells of several kinds; the kernels stay.

    Parameters
    ----------
    model : Model
        Of cells of one kind.
    curves : sequence of int
        The number of the curve of each group, from 0.
    """
    further = max(curves)

    def resized(variable: Variable) -> Variable:
        if variable.name in OWN:
            cells = next(v.size for v in (*model.parameters, *model.inputs) if v.dimension == "cell")
            return replace(variable, size=cells)
        if variable.name.startswith("further_open_circuit_") and isinstance(variable.size, tuple):
            return replace(variable, size=(Count(further, "curve"), variable.size[1]))
        return replace(variable, start=curves) if variable.name == "open_circuit_curve" else variable

    parameters, states, constants = (
        tuple(map(resized, block)) for block in (model.parameters, model.states, model.constants)
    )
    return replace(model, fields=replace(model.fields, parameters=parameters, states=states, constants=constants))


def mixture(curves: NDArray[np.float64], weights: Sequence[float]) -> NDArray[np.float64]:
    """Return the open-circuit voltage of cells of several kinds in parallel, which rest at one voltage.

    Parameters
    ----------
    curves : (kinds, nodes) array
        Of each kind, over SOC 0 to 1 [V].
    weights : sequence of float
        The share of each kind in the capacity of all [1].

    Returns
    -------
    (nodes,) array
        Over the SOC of all, weighted by capacity [V].
    """
    nodes = curves.shape[1]
    soc = np.linspace(0.0, 1.0, nodes)
    reached = np.concatenate([[-REACH], soc, [1.0 + REACH]])
    voltages = []
    for curve in curves:
        rise = np.maximum(np.diff(curve), LEAST_RISE)
        rising = curve[0] + np.concatenate([[0.0], np.cumsum(rise)])
        ends = REACH * (nodes - 1) * rise[[0, -1]]
        voltages.append(np.concatenate([[rising[0] - ends[0]], rising, [rising[-1] + ends[1]]]))
    levels = np.unique(np.concatenate(voltages))
    mixed = sum(weight * np.interp(levels, voltage, reached) for weight, voltage in zip(weights, voltages, strict=True))
    return np.interp(soc, np.asarray(mixed), levels)


@kernel
def prepare(x: Block, p: Block) -> None:
    """Integrate the curves."""
    tables.integrate(p.open_circuit_voltage, x.open_circuit_area)
    for curve in range(p.further_open_circuit_voltage.shape[0]):
        tables.integrate(p.further_open_circuit_voltage[curve], x.further_open_circuit_area[curve])


@kernel
def locate(p: Block, soc: float) -> Place:
    """Find a state of charge in the curves."""
    return tables.locate(p.open_circuit_voltage.shape[0], soc)


@kernel
def open_circuit_area(x: Block, p: Block, c: Block, g: int, soc: float) -> float:
    """Integral of the open-circuit voltage of a cell of group g over SOC, from 0 [V]; times a capacity an energy."""
    curve, place = c.open_circuit_curve[g], locate(p, soc)
    if curve == 0:
        return tables.area(p.open_circuit_voltage, x.open_circuit_area, place)
    return tables.area(p.further_open_circuit_voltage[curve - 1], x.further_open_circuit_area[curve - 1], place)


@kernel
def open_circuit(p: Block, c: Block, g: int, soc: float) -> tuple[float, float]:
    """Return the open-circuit voltage of group g [V], and its derivative by SOC [V]."""
    curve, place = c.open_circuit_curve[g], locate(p, soc)
    if curve == 0:
        return tables.value(p.open_circuit_voltage, place), tables.slope(p.open_circuit_voltage, place)
    table = p.further_open_circuit_voltage[curve - 1]
    return tables.value(table, place), tables.slope(table, place)


@kernel
def voltage_limit(p: Block, k: int, direction: float, limit: float, clearance: float) -> float:
    """Return the voltage that cell k may reach [V]: `limit`, or its own, kept clear of.

    `direction` is 1 of a charge, -1 of a discharge.
    """
    if k >= p.own_maximum_voltage.shape[0]:
        return limit
    own = p.own_maximum_voltage[k] if direction > 0.0 else p.own_minimum_voltage[k]
    return direction * min(direction * limit, direction * own - clearance)


@kernel
def note_voltages(voltage: Block, p: Block, y: Block) -> None:
    """Set the cut-offs of cells whose voltages are beyond limits of their own."""
    for k in range(p.own_maximum_voltage.shape[0]):
        y.undervoltage = 1.0 if voltage[k] < p.own_minimum_voltage[k] else y.undervoltage
        y.overvoltage = 1.0 if voltage[k] > p.own_maximum_voltage[k] else y.overvoltage


@kernel
def note_currents(p: Block, y: Block) -> None:
    """Set the cut-off of cells whose currents are beyond limits of their own."""
    for k in range(p.own_charge_current.shape[0]):
        within = -p.own_discharge_current[k] <= y.current[k] <= p.own_charge_current[k]
        y.cell_overcurrent = y.cell_overcurrent if within else 1.0
