"""Conductances of what lies between two bodies: a gap with air, a pad or potting.

Equations
---------
With conductivity k, between plates of area A at a distance g: ``G = k A / g``.

Between two parallel cylinders of diameter D and length L, with a distance w of their axes, in an infinite medium::

    S = 2 pi L / arcosh((4 w^2 - 2 D^2) / (2 D^2)) = pi L / tau,   cosh tau = w / D,   G = k S

In bipolar coordinates the lines of flux are circles through two poles, and equal angles carry equal flux. A point of
the cylinder at the angle theta from the line between the axes lies on the line of flux of angle ::

    phi = 2 arctan(coth(tau / 2) tan(theta / 2))

so that the part of a cylinder within +-theta passes ``S phi / pi``. In an array of cylinders each neighbour is given
the sector that faces it: 45 degrees to both sides in a grid, 30 in a hexagonal array. A plane in the middle between two
cylinders is at one temperature, so that a cylinder and a plane at the distance z = w/2 of its axis have twice this S.

Limits
------
The cylinders are long against the gap, and each at one temperature. The lines of flux at the border of a sector are
those of the pair alone. Against a numerical solution of a hot cylinder in an array of cold ones (tests) the sum over
the neighbours is 3 % low at a gap of D/18, 6 % at D/9, 10 % at 2D/9, 17 % at D/2, where heat passes to cylinders behind
the neighbours; all of S for each neighbour in a grid would be 28 % to 77 % high. Air is taken to stand still.

References
----------
F. P. Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed., Wiley 2007, table 4.1, cases 2 and 4.
"""

from __future__ import annotations

import math


def in_series(*conductances: float) -> float:
    """Return the conductance of several in series [W/K]; infinite ones do not count, and one of 0 blocks."""
    if min(conductances) == 0.0:
        return 0.0
    resistance = sum(1.0 / conductance for conductance in conductances)
    return 1.0 / resistance if resistance > 0.0 else math.inf


def between_plates(conductivity: float, area: float, gap: float) -> float:
    """Return the conductance between two plates [W/K].

    Parameters
    ----------
    conductivity : float
        Of what is between them [W/(m K)].
    area : float
        Of one of them [m2].
    gap : float
        Their distance [m], >= 0; plates that touch have no resistance.
    """
    return conductivity * area / gap if gap > 0.0 else math.inf


def between_cylinders(
    conductivity: float, diameter: float, height: float, gap: float, sector: float = math.pi
) -> float:
    """Return the conductance between two equal parallel cylinders [W/K], or of the sectors that face each other.

    Parameters
    ----------
    conductivity : float
        Of what is between and around them [W/(m K)].
    diameter, height : float
        Of each [m].
    gap : float
        The least distance between them [m], > 0.
    sector : float
        Half of the angle that counts [rad], from the line between the axes; pi for all around.
    """
    tau = math.acosh(1.0 + gap / diameter)
    return conductivity * height * _flux_angle(tau, sector) / tau


def cylinder_to_plane(conductivity: float, diameter: float, height: float, gap: float, sector: float) -> float:
    """Return the conductance from the sector of a cylinder to a plane along it, `gap` [m] away [W/K]."""
    return 2.0 * between_cylinders(conductivity, diameter, height, 2.0 * gap, sector)


def _flux_angle(tau: float, theta: float) -> float:
    """Return the angle of the line of flux through a point of a cylinder [rad]."""
    if theta >= math.pi:
        return math.pi
    return 2.0 * math.atan(math.tan(0.5 * theta) / math.tanh(0.5 * tau))
