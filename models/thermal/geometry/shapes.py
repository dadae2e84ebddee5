"""Shapes of cells: sizes, areas, volumes, and the conductances within them.

Equations
---------
Heat q is generated evenly in a cell. The mean temperature of the cell is above that of its cooled surface by q / G:

* cylinder of length L, cooled all around: ``G = 8 pi k L``
* slab of thickness d and area A, cooled at both faces: ``G = 12 k A / d``; at one face: ``G = 3 k A / d``

Heat that flows through a slab from one face to the other passes ``k A / d``, hence ``2 k A / d`` from the middle to a
face. k is the conductivity across the layers of electrodes, or along them: of a cylinder its radius is across and its
axis along; of a prism or pouch the thickness is across, width and height are along.

References
----------
F. P. Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed., Wiley 2007, sections 3.5.1 and 3.5.2
(conduction with evenly generated heat, of which the means are taken here).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SIDES = 4
"""Sides of a prism, and places around a cylinder in a grid."""


@dataclass(frozen=True)
class Cylinder:
    """A cylindrical cell that stands upright: diameter and height [m], > 0."""

    diameter: float
    height: float

    @property
    def volume(self) -> float:
        """Volume [m3]."""
        return self.height * self.end_area

    @property
    def end_area(self) -> float:
        """Area of the bottom, and of the top [m2]."""
        return 0.25 * math.pi * self.diameter**2

    @property
    def side_area(self) -> float:
        """Area of the side [m2]."""
        return math.pi * self.diameter * self.height

    @property
    def pitches(self) -> tuple[float, float]:
        """Extent in a row and across the rows [m]."""
        return self.diameter, self.diameter

    def core_conductance(self, across: float) -> float:
        """Return the conductance from the core to the side [W/K], of a conductivity across the layers [W/(m K)]."""
        return 8.0 * math.pi * across * self.height


@dataclass(frozen=True)
class Prism:
    """A prismatic or pouch cell: thickness, width and height [m], > 0; in a row the cells lie face to face."""

    thickness: float
    width: float
    height: float

    @property
    def volume(self) -> float:
        """Volume [m3]."""
        return self.thickness * self.width * self.height

    @property
    def end_area(self) -> float:
        """Area of the bottom, and of the top [m2]."""
        return self.thickness * self.width

    @property
    def face_area(self) -> float:
        """Area of each of the two large faces, towards the neighbours in a row [m2]."""
        return self.width * self.height

    @property
    def edge_area(self) -> float:
        """Area of each of the two narrow sides, towards the neighbouring rows [m2]."""
        return self.thickness * self.height

    @property
    def side_area(self) -> float:
        """Area of all four sides [m2]."""
        return 2.0 * (self.face_area + self.edge_area)

    @property
    def pitches(self) -> tuple[float, float]:
        """Extent in a row and across the rows [m]."""
        return self.thickness, self.width

    def core_conductance(self, across: float) -> float:
        """Return the conductance from the core to both faces [W/K], of a conductivity across the layers [W/(m K)]."""
        return 12.0 * across * self.face_area / self.thickness


Shape = Cylinder | Prism
"""The shape of a cell."""


def end_conductance(shape: Shape, along: float) -> float:
    """Return the conductance from the mean of a cell to its one cooled end [W/K], of a conductivity along it."""
    return 3.0 * along * shape.end_area / shape.height


def half_conductance(conductivity: float, area: float, length: float) -> float:
    """Return the conductance from the middle of a slab to a face [W/K]: conductivity [W/(m K)], area [m2], length."""
    return 2.0 * conductivity * area / length


def side_faces(shape: Shape) -> tuple[float, float]:
    """Return the area of a side towards a neighbour in a row, and of one towards a neighbouring row [m2]."""
    if isinstance(shape, Prism):
        return shape.face_area, shape.edge_area
    return shape.side_area / SIDES, shape.side_area / SIDES
