"""Radiation between the nodes of a thermal graph, and from nodes to what has the temperature of the air.

Equations
---------
Over an effective area A, into which emissivities and the view factor are taken, flows::

    q_ij = sigma A (T_i^4 - T_j^4) = G (T_i - T_j),   G = sigma A (T_i^2 + T_j^2) (T_i + T_j)

A stage of the method takes its slopes ``4 sigma A T^3`` at one temperature for both ends, that of the mean cube: G at
the start of the step. It keeps the system symmetric, and the method is of second order with any slopes.

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
    """Return radiating areas, and the conductances that radiation is at the start of a step."""
    radiations = Count(len(system.radiations.first), "radiation")
    areas = np.array([each.area for each in system.graph.radiations])
    return Fields(
        parameters=(
            Variable("radiating_area", "m2", radiations, areas, 0.0, LARGEST_AREA, 1e-2,
                     "Effective area of each radiation: emissivities and view factor are in it"),
        ),
        states=(
            state("radiative_conductance", "W/K", radiations, "Work: conductance that each radiation is", 0.0),
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
def linearise(x: Block, p: Block, u: Block, c: Block, at: Block) -> None:
    """Add to rows and outside the conductances that radiation is at temperatures `at` [K]."""
    for r in range(p.radiating_area.shape[0]):
        if c.radiation_second[r] != AIR:
            x.row_conductance[c.radiation_forward[r]] = x.link_conductance[c.radiation_forward[r]]
            x.row_conductance[c.radiation_backward[r]] = x.link_conductance[c.radiation_backward[r]]
    for r in range(p.radiating_area.shape[0]):
        i, own, far = c.radiation_first[r], at[c.radiation_first[r]], far_end(u, c, at, r)
        conductance = STEFAN_BOLTZMANN * p.radiating_area[r] * (own * own + far * far) * (own + far)
        x.radiative_conductance[r] = conductance
        if c.radiation_second[r] == AIR:
            x.outside_conductance[i] += conductance
        else:
            x.row_conductance[c.radiation_forward[r]] += conductance
            x.row_conductance[c.radiation_backward[r]] += conductance
            x.row_sum[i] += conductance
            x.row_sum[c.radiation_second[r]] += conductance


@kernel
def radiated(u: Block, p: Block, c: Block, at: Block, r: int) -> float:
    """Return the heat that radiation r takes from its first end [W] at temperatures `at` [K]."""
    own, far = at[c.radiation_first[r]], far_end(u, c, at, r)
    return STEFAN_BOLTZMANN * p.radiating_area[r] * (own * own + far * far) * (own + far) * (own - far)


@kernel
def take(x: Block, c: Block, r: int, heat: float) -> None:
    """Take heat [W] from the first end of radiation r to the second, in `flow`."""
    x.flow[c.radiation_first[r]] -= heat
    if c.radiation_second[r] == AIR:
        x.ambient_heat_flow += heat
    else:
        x.flow[c.radiation_second[r]] += heat


@kernel
def apart(c: Block, rise: Block, r: int) -> float:
    """Return how far the ends of radiation r rise apart [K]; the air does not."""
    if c.radiation_second[r] == AIR:
        return rise[c.radiation_first[r]]
    return rise[c.radiation_first[r]] - rise[c.radiation_second[r]]


@kernel
def add_change(x: Block, p: Block, u: Block, c: Block, at: Block, then: Block) -> None:
    """Add to `flow` [W] how radiation changes from temperatures `at` to `then` [K], less what its slopes say."""
    for r in range(p.radiating_area.shape[0]):
        by_slope = x.radiative_conductance[r] * (apart(c, then, r) - apart(c, at, r))
        take(x, c, r, radiated(u, p, c, then, r) - radiated(u, p, c, at, r) - by_slope)


@kernel
def add(x: Block, p: Block, u: Block, c: Block, at: Block, more: Block) -> None:
    """Add the heat that radiates to `flow` [W], at temperatures `at` and, by the slopes at hand, `more` [K]."""
    for r in range(p.radiating_area.shape[0]):
        take(x, c, r, radiated(u, p, c, at, r) + x.radiative_conductance[r] * apart(c, more, r))
