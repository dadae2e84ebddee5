"""What surfaces see of each other, and the effective areas by which they radiate.

Equations
---------
View factor of two long parallel cylinders of diameter D, a gap g apart, by crossed strings, with X = 1 + g/D::

    F = (sqrt(X^2 - 1) + arcsin(1/X) - X) / pi

of two equal rectangles a x b that face each other at a distance c, with X = a/c, Y = b/c::

    F = 2 / (pi X Y) (ln sqrt((1 + X^2)(1 + Y^2) / (1 + X^2 + Y^2)) + X sqrt(1 + Y^2) arctan(X / sqrt(1 + Y^2))
        + Y sqrt(1 + X^2) arctan(Y / sqrt(1 + X^2)) - X arctan X - Y arctan Y)

The area A F by which a surface sees another exchanges heat as two plates of that area do, with emissivities e1, e2:
``q = sigma A F / (1/e1 + 1/e2 - 1) (T1^4 - T2^4)``; large surroundings count as black.

Limits
------
Surfaces are grey and diffuse; what one reflects is taken to stay with the pair. Cylinders are long against the gap.

References
----------
H. C. Hottel, A. F. Sarofim, Radiative Transfer, McGraw-Hill 1967 (crossed strings). F. P. Incropera et al.,
Fundamentals of Heat and Mass Transfer, 6th ed., Wiley 2007, tables 13.1 and 13.2, section 13.3.3.
"""

from __future__ import annotations

import math


def of_cylinders(diameter: float, gap: float) -> float:
    """Return the view factor of two equal long parallel cylinders: diameter and gap [m], gap >= 0."""
    ratio = 1.0 + gap / diameter
    return (math.sqrt(ratio**2 - 1.0) + math.asin(1.0 / ratio) - ratio) / math.pi


def of_rectangles(width: float, height: float, gap: float) -> float:
    """Return the view factor of two equal aligned rectangles: width, height and gap [m], gap >= 0."""
    if gap == 0.0:
        return 1.0
    x, y = width / gap, height / gap
    far_x, far_y = math.hypot(1.0, x), math.hypot(1.0, y)
    logarithm = math.log(far_x * far_y / math.hypot(1.0, x, y))
    crossing = x * far_y * math.atan(x / far_y) + y * far_x * math.atan(y / far_x)
    return 2.0 / (math.pi * x * y) * (logarithm + crossing - x * math.atan(x) - y * math.atan(y))


def effective_area(area: float, view: float, *emissivities: float) -> float:
    """Return the effective area by which a surface radiates to what it sees [m2].

    Parameters
    ----------
    area : float
        Of the surface [m2].
    view : float
        Its view factor [1].
    emissivities : float
        Of both surfaces, or of one where the other is black [1]; one of 0 does not radiate.
    """
    if min(emissivities) == 0.0:
        return 0.0
    return area * view / (sum(1.0 / each for each in emissivities) - (len(emissivities) - 1))
