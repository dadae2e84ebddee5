"""How thermal nodes step: a diagonally implicit Runge-Kutta method of two stages and second order.

Method
------
The method is L-stable and stiffly accurate, with gamma = 1 - 1/sqrt(2). Inputs are held during a step. Each stage
solves for the rise of the temperatures above those at the start of the step. Heat is integrated with the weights of
the method, so that over every step::

    generated_heat = stored_heat + ambient_heat + coolant_heat

to rounding (1e-9 of the heat turned over). The state keeps what rounding cuts off: many small steps lose no heat.

References
----------
R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006-1021, doi:10.1137/0714068 (two stages, order 2).
"""

from __future__ import annotations

import math

from ...core.kernel import kernel

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
"""Diagonal coefficient of the method; the weights of its stages are 1 - GAMMA and GAMMA."""

CARRIED = (1.0 - GAMMA) / GAMMA
"""Share of the first stage's rise that the second stage starts from."""

CAPACITY = 1e9
"""Bound of a heat capacity [J/K]."""

COLDEST, HOTTEST = 200.0, 500.0
"""Range of temperatures [K]: a step that would leave it is refused."""

HOLD_TOLERANCE = 1.0
"""How far a temperature may move from one step to the next [K], as others see it held meanwhile."""

CONDUCTANCE = 1e5
"""Bound of a conductance [W/K]: up to it the heat of a step closes to 1e-9."""


@kernel
def mean_temperature(start: float, first: float, rise: float) -> float:
    """Return the mean over a step [K] of a temperature, from its start [K] and its rise in both stages [K]."""
    return start + ((1.0 - GAMMA) * first + GAMMA * rise)
