"""What metal conducts of heat, told by what it conducts of electricity.

Equations
---------
Wiedemann and Franz: in a metal of conductivity k, electrical resistivity rho and temperature T, ``k rho = L T``, with
the Lorenz number ``L = pi^2 / 3 (k_B / e)^2 = 2.44e-8 W Ohm / K^2``. So a conductor of resistance R conducts
``G = L T / R`` from end to end, whatever its shape. Copper at 300 K: 401 W/(m K) times 1.725e-8 Ohm m is 0.945 L T.

References
----------
C. Kittel, Introduction to Solid State Physics, 8th ed., Wiley 2005, chapter 6 (Lorenz number, and measured ones).
"""

from __future__ import annotations

import math

LORENZ = math.pi**2 / 3.0 * (1.380649e-23 / 1.602176634e-19) ** 2
"""Lorenz number [W Ohm/K2]."""


def thermal_conductance(resistance: float, temperature: float) -> float:
    """Return what a metal conductor conducts from end to end [W/K].

    Parameters
    ----------
    resistance : float
        From end to end [Ohm]; one of 0 conducts without bounds.
    temperature : float
        Of the conductor [K].
    """
    return LORENZ * temperature / resistance if resistance > 0.0 else math.inf
