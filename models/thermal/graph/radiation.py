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
def add(x: Block, p: Block, u: Block, c: Block, at: Block, more: Block) -> None:
    """Add the heat that radiates to `flow` [W], at temperatures `at` and, by the slopes at hand, `more` [K]."""
    for r in range(p.radiating_area.shape[0]):
        i, j = c.radiation_first[r], c.radiation_second[r]
        own, far = at[i], far_end(u, c, at, r)
        apart = more[i] if j == AIR else more[i] - more[j]
        exact = STEFAN_BOLTZMANN * p.radiating_area[r] * (own * own + far * far) * (own + far) * (own - far)
        heat = exact + x.radiative_conductance[r] * apart
        x.flow[i] -= heat
        if j == AIR:
            x.ambient_heat_flow += heat
        else:
            x.flow[j] += heat
