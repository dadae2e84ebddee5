"""A sub-step between its ends: the dense output of the method, and where it reaches a temperature or a self-heating.

Equations
---------
With s from 0 to 1 over the sub-step, and the rises h k1 and h k2 of both stages, second order in between::

    T + s (1 - s)/(1 - 2 g) h k1 + s (s - 2 g)/(1 - 2 g) h k2

and likewise the reactants.

References
----------
L. F. Shampine, M. W. Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, doi:10.1137/S1064827594276424.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from ..method import GAMMA
from . import kinetics
from .kind import REACTIONS

HALVINGS = 50
"""Of a sub-step, until a place in it is known to rounding."""


@kernel
def weights(s: float) -> tuple[float, float]:
    """Return the weights of both stages at a place of the sub-step, s from 0 to 1."""
    return s * (1.0 - s) / (1.0 - 2.0 * GAMMA), s * (s - 2.0 * GAMMA) / (1.0 - 2.0 * GAMMA)


@kernel
def temperature(x: Block, node: int, s: float) -> float:
    """Return the temperature of a node within the sub-step at hand [K]."""
    first, second = weights(s)
    return x.temperature[node] + first * x.first_rise[node] + second * (x.first_rise[node] + x.second_rise[node])


@kernel
def self_heating(x: Block, p: Block, k: int, node: int, h: float, s: float) -> float:
    """Return the heat of the reactions of cell k within the sub-step of h [s] at hand, in W."""
    first, second = weights(s)
    at, heat = temperature(x, node, s), 0.0
    for i in range(REACTIONS):
        left = x.remaining[k, i] + h * (first * x.first_rate[k, i] + second * x.second_rate[k, i])
        heat += x.whole_heat[k, i] * kinetics.rate(p, i, left, at)
    return heat


@kernel
def reaching(x: Block, node: int, level: float) -> float:
    """Return where in the sub-step a node reaches a temperature [K] that it has at its end, and not before."""
    early, late = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (early + late)
        if temperature(x, node, middle) >= level:
            late = middle
        else:
            early = middle
    return late


@kernel
def heating(x: Block, p: Block, k: int, node: int, h: float, level: float) -> float:
    """Return where in the sub-step of h [s] the reactions of cell k reach a heat [W] that they have at its end."""
    early, late = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (early + late)
        if self_heating(x, p, k, node, h, middle) >= level:
            late = middle
        else:
            early = middle
    return late
