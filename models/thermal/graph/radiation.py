"""Radiation between the nodes of a thermal graph, and from nodes to what has the temperature of the air.

Equations
---------
Over an effective area A, into which emissivities and the view factor are taken, flows::

    q_ij = sigma A (T_i^4 - T_j^4) = G (T_i - T_j),   G = sigma A (T_i^2 + T_j^2) (T_i + T_j)

A stage of the method has the slope ``4 sigma A T^3`` of the start of the step: of a node that radiates to the air its
own, and between two nodes that of the warmer one for both. So the system stays symmetric, and no slope is too flat. The
method is of second order with any slopes.

Shared states
-------------
`radiative_conductance`, the slopes at hand.

References
----------
F. P. Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed., Wiley 2007, chapter 13. Constant: CODATA 2018.
"""

from __future__ import annotations

import numpy as np

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from .checks import LARGEST_AREA
from .conduction import link_constants
from .system import AIR, ThermalSystem

STEFAN_BOLTZMANN = 5.670374419e-8
"""Of black bodies [W/(m2 K4)]."""


def fields(system: ThermalSystem) -> Fields:
    """Return radiating areas, and the slopes that radiation has at the start of a step."""
    radiations = Count(len(system.radiations.first), "radiation")
    areas = np.array([each.area for each in system.graph.radiations])
    return Fields(
        parameters=(
            Variable("radiating_area", "m2", radiations, areas, 0.0, LARGEST_AREA, 1e-2,
                     "Effective area of each radiation: emissivities and view factor are in it"),
        ),
        states=(
            state("radiative_conductance", "W/K", radiations, "Slope of each radiation", 0.0),
        ),
        constants=link_constants("radiation", system.radiations),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def far_end(u: Block, c: Block, at: Block, r: int) -> float:
    """Return the temperature at the second end of radiation r [K]."""
    if c.radiation_second[r] == AIR:
        return u.ambient_temperature
    return at[c.radiation_second[r]]


@kernel
def slope_at(p: Block, c: Block, at: Block, r: int) -> float:
    """Return the slope that radiation r has at temperatures `at` [W/K]: that of its warmer node."""
    warmer = max(at[c.radiation_first[r]], 0.0)  # a stage that overshoots has no slope
    if c.radiation_second[r] != AIR:
        warmer = max(warmer, at[c.radiation_second[r]])
    return 4.0 * STEFAN_BOLTZMANN * p.radiating_area[r] * warmer * warmer * warmer


@kernel
def linearise(x: Block, p: Block, c: Block, at: Block) -> None:
    """Add to rows and outside the slopes that radiation has at temperatures `at` [K]."""
    for r in range(p.radiating_area.shape[0]):
        if c.radiation_second[r] != AIR:
            x.row_conductance[c.radiation_forward[r]] = x.link_conductance[c.radiation_forward[r]]
            x.row_conductance[c.radiation_backward[r]] = x.link_conductance[c.radiation_backward[r]]
    for r in range(p.radiating_area.shape[0]):
        i, conductance = c.radiation_first[r], slope_at(p, c, at, r)
        x.radiative_conductance[r] = conductance
        if c.radiation_second[r] == AIR:
            x.outside_conductance[i] += conductance
        else:
            x.row_conductance[c.radiation_forward[r]] += conductance
            x.row_conductance[c.radiation_backward[r]] += conductance
            x.row_sum[i] += conductance
            x.row_sum[c.radiation_second[r]] += conductance


@kernel
def apart(c: Block, rise: Block, r: int) -> float:
    """Return how far the ends of radiation r rise apart [K]; the air does not."""
    if c.radiation_second[r] == AIR:
        return rise[c.radiation_first[r]]
    return rise[c.radiation_first[r]] - rise[c.radiation_second[r]]


@kernel
def conductance_at(p: Block, u: Block, c: Block, at: Block, r: int) -> float:
    """Return the conductance G that radiation r is at temperatures `at` [W/K]."""
    own, far = at[c.radiation_first[r]], far_end(u, c, at, r)
    return STEFAN_BOLTZMANN * p.radiating_area[r] * (own * own + far * far) * (own + far)


@kernel
def take(x: Block, c: Block, r: int, heat: float) -> None:
    """Take heat [W] from the first end of radiation r to the second, in `flow`."""
    x.flow[c.radiation_first[r]] -= heat
    if c.radiation_second[r] == AIR:
        x.ambient_heat_flow += heat
    else:
        x.flow[c.radiation_second[r]] += heat


@kernel
def add(x: Block, p: Block, u: Block, c: Block, at: Block) -> None:
    """Add the heat that radiates to `flow` [W], at temperatures `at` [K]."""
    for r in range(p.radiating_area.shape[0]):
        across = at[c.radiation_first[r]] - far_end(u, c, at, r)
        take(x, c, r, conductance_at(p, u, c, at, r) * across)


@kernel
def add_change(x: Block, p: Block, u: Block, c: Block, at: Block, then: Block, rise: Block) -> None:
    """Add to `flow` [W] how radiation changes from temperatures `at` to `then` [K], less what its slopes say.

    The second ones are half of `rise` [K] above: a small change is not taken from rounded temperatures.
    """
    for r in range(p.radiating_area.shape[0]):
        across, wider = at[c.radiation_first[r]] - far_end(u, c, at, r), 0.5 * apart(c, rise, r)
        before, after = conductance_at(p, u, c, at, r), conductance_at(p, u, c, then, r)
        take(x, c, r, (after - before) * across + (after - x.radiative_conductance[r]) * wider)


@kernel
def add_rise(x: Block, c: Block, rise: Block) -> None:
    """Add to `flow` [W] what follows of a `rise` of the nodes [K] by the slopes at hand."""
    for r in range(x.radiative_conductance.shape[0]):
        take(x, c, r, x.radiative_conductance[r] * apart(c, rise, r))


@kernel
def steepening(x: Block, p: Block, c: Block) -> float:
    """Return the greatest change of a slope from the start of a step to `middle`, as a share of all a node gives."""
    greatest = 0.0
    for r in range(p.radiating_area.shape[0]):
        change = abs(slope_at(p, c, x.middle, r) - x.radiative_conductance[r])
        inverse = x.inverse_total[c.radiation_first[r]]
        if c.radiation_second[r] != AIR:
            inverse = max(inverse, x.inverse_total[c.radiation_second[r]])
        greatest = max(greatest, change * inverse)
    return greatest
