"""The open-circuit potential of each material, its entropy and its enthalpy, from one table over the stoichiometry.

Equations
---------
``U(x, T) = U_ref(x) + (T - T_ref) dU/dT(x)``. A node of the table holds U_ref, dU/dT and their derivatives by the
place, 1 from node to node: what a stoichiometry needs stands side by side. Beyond the table both go on straight. Of the
enthalpy ``U - T dU/dT``, which no temperature changes, the integral up to each node is known.
"""

from __future__ import annotations

import numpy as np

from ...core.bounds import UNBOUNDED
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.curves import Curve, cubic, cubic_area
from .kind import ElectrochemicalParameters

ENTRIES = 4
"""Of a node: U_ref, its derivative, dU/dT, its derivative."""

Place = tuple[int, float, float]
"""A segment of the table, the position in it, and how far the stoichiometry is beyond the table, in segments."""


def variables(kind: ElectrochemicalParameters, materials: Count) -> tuple[Variable, ...]:
    """Return the table of each material."""
    potentials = common([m.open_circuit_potential for m in kind.materials])
    entropic = [m.entropic_coefficient.resampled(len(potentials[0].values)) for m in kind.materials]
    segments, nodes = len(potentials[0].values) - 1, Count(len(potentials[0].values), "table_node")
    table, areas, density = [], [], []
    for curve, entropy in zip(potentials, entropic, strict=True):
        width = (curve.high - curve.low) / segments
        table.append(np.stack([curve.values, width * curve.slopes, entropy.values, width * entropy.slopes], axis=1))
        enthalpy = curve.values - kind.reference_temperature * entropy.values
        slopes = curve.slopes - kind.reference_temperature * entropy.slopes
        areas.append(integrals(enthalpy, slopes, width))
        density.append(1.0 / width)
    entries = Count(ENTRIES * nodes, "table_entry")
    return (
        Variable("property_table", "1", (materials, entries), [each.ravel() for each in table],
                 -UNBOUNDED, UNBOUNDED, 1.0, "U_ref, dU/dT and their derivatives at each node", hidden=True),
        Variable("enthalpy_area", "V", (materials, nodes), areas, -UNBOUNDED, UNBOUNDED, 1.0,
                 "Integral of the enthalpy up to each node", hidden=True),
        Variable("table_density", "1", materials, density, 0.0, UNBOUNDED, 1e3, "Segments of the table per "
                 "stoichiometry", hidden=True),
    )  # fmt: skip


def common(curves: list[Curve]) -> list[Curve]:
    """Return curves on the number of nodes of the longest."""
    nodes = max(len(curve.values) for curve in curves)
    return [curve if len(curve.values) == nodes else curve.resampled(nodes) for curve in curves]


def integrals(values: np.ndarray, slopes: np.ndarray, width: float) -> np.ndarray:
    """Return the integral of a piecewise cubic function up to each node of a grid of a width."""
    trapezoids = 0.5 * width * (values[:-1] + values[1:])
    ends = width * width / 12.0 * (slopes[:-1] - slopes[1:])
    return np.concatenate([[0.0], np.cumsum(trapezoids + ends)])


@kernel
def locate(p: Block, m: int, stoichiometry: float) -> Place:
    """Return the place of a stoichiometry in the table of material m."""
    position = (stoichiometry - p.stoichiometry_low[m]) * p.table_density[m]
    segment = int(min(max(0.0, position), p.enthalpy_area.shape[1] - 2.0))  # a value that is not finite has no integer
    within = min(max(0.0, position - segment), 1.0)
    return segment, within, position - segment - within


@kernel
def potential(x: Block, p: Block, k: int, m: int, place: Place) -> tuple[float, float]:
    """Return U of material m at the temperature of cell k [V], and its derivative by the stoichiometry."""
    segment, within, beyond = place
    i, warmer = ENTRIES * segment, x.temperature[k] - p.reference_temperature
    start = p.property_table[m, i] + warmer * p.property_table[m, i + 2]
    first = p.property_table[m, i + 1] + warmer * p.property_table[m, i + 3]
    end = p.property_table[m, i + 4] + warmer * p.property_table[m, i + 6]
    last = p.property_table[m, i + 5] + warmer * p.property_table[m, i + 7]
    value, slope = cubic(start, first, end, last, within)
    return value + beyond * slope, slope * p.table_density[m]


@kernel
def rest(p: Block, m: int, place: Place, warmer: float) -> tuple[float, float]:
    """Return U of material m [V] so much above the reference temperature [K], and dU/dT [V/K]: values without slopes.

    A cubic is a sum of the values and derivatives at both ends with weights that the place alone decides.
    """
    segment, t, beyond = place
    i, left = ENTRIES * segment, 1.0 - t
    end, first, last = t * t * (3.0 - 2.0 * t), t * left * left, -t * t * left
    start = 1.0 - end
    entropic = start * p.property_table[m, i + 2] + first * p.property_table[m, i + 3]
    entropic += end * p.property_table[m, i + 6] + last * p.property_table[m, i + 7]
    value = start * p.property_table[m, i] + first * p.property_table[m, i + 1]
    value += end * p.property_table[m, i + 4] + last * p.property_table[m, i + 5]
    if beyond != 0.0:
        by_place, entropic_by_place = inclines(p, m, place)
        value, entropic = value + beyond * by_place, entropic + beyond * entropic_by_place
    return value + warmer * entropic, entropic


@kernel
def inclines(p: Block, m: int, place: Place) -> tuple[float, float]:
    """Return the derivatives of U_ref [V] and dU/dT [V/K] of material m by the place in its table."""
    segment, t, _ = place
    i, rising = ENTRIES * segment, 6.0 * t * (1.0 - t)
    first, last = 1.0 - t * (4.0 - 3.0 * t), t * (3.0 * t - 2.0)
    value = rising * (p.property_table[m, i + 4] - p.property_table[m, i])
    value += first * p.property_table[m, i + 1] + last * p.property_table[m, i + 5]
    entropic = rising * (p.property_table[m, i + 6] - p.property_table[m, i + 2])
    entropic += first * p.property_table[m, i + 3] + last * p.property_table[m, i + 7]
    return value, entropic


@kernel
def entropy(p: Block, m: int, place: Place) -> tuple[float, float]:
    """Return dU/dT of material m [V/K], and its derivative by the stoichiometry."""
    segment, within, beyond = place
    i = ENTRIES * segment + 2
    start, first = p.property_table[m, i], p.property_table[m, i + 1]
    end, last = p.property_table[m, i + 4], p.property_table[m, i + 5]
    value, slope = cubic(start, first, end, last, within)
    return value + beyond * slope, slope * p.table_density[m]


@kernel
def enthalpy(p: Block, m: int, place: Place) -> float:
    """Return the integral of ``U - T dU/dT`` of material m from the start of its table on [V]."""
    segment, within, beyond = place
    i, colder = ENTRIES * segment, -p.reference_temperature
    start = p.property_table[m, i] + colder * p.property_table[m, i + 2]
    first = p.property_table[m, i + 1] + colder * p.property_table[m, i + 3]
    end = p.property_table[m, i + 4] + colder * p.property_table[m, i + 6]
    last = p.property_table[m, i + 5] + colder * p.property_table[m, i + 7]
    area = cubic_area(start, first, end, last, within)
    if beyond != 0.0:
        value, slope = cubic(start, first, end, last, within)
        area += beyond * (value + 0.5 * beyond * slope)
    return p.enthalpy_area[m, segment] + area / p.table_density[m]
