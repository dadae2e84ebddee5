"""The sides of a cell as heat passes them: area, what is inside behind them, and the gap before them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from ...models.thermal.geometry.gaps import between_cylinders, between_plates, cylinder_to_plane, in_series
from ...models.thermal.geometry.shapes import Cylinder, Shape, end_conductance, half_conductance, side_faces
from ...models.thermal.geometry.views import of_cylinders, of_rectangles
from .places import Places
from .tables import LayoutTable


class Way(Enum):
    """Where a side of a cell looks: along its row, to the neighbouring rows, or to the layers above and below."""

    ALONG = "along"
    ACROSS = "across"
    END = "end"


@dataclass(frozen=True)
class Side:
    """One place beside a cell.

    Parameters
    ----------
    shape : Shape
        Of the cell.
    way : Way
        Where it looks.
    area : float
        Of this side [m2].
    inner : float
        Conductance from the node that it belongs to, up to this side [W/K].
    gap : float
        To the neighbour [m].
    around : int
        Places around the cell in its layer.
    """

    shape: Shape
    way: Way
    area: float
    inner: float
    gap: float
    around: int

    @property
    def _is_round(self) -> bool:
        return isinstance(self.shape, Cylinder) and self.way is not Way.END

    @property
    def view(self) -> float:
        """View factor of the whole side surface of a cylinder, or of this side, to a neighbour."""
        shape = self.shape
        if self.way is Way.END:
            return 1.0
        if isinstance(shape, Cylinder):
            return min(of_cylinders(shape.diameter, self.gap), 1.0 / self.around)
        return of_rectangles(shape.width if self.way is Way.ALONG else shape.thickness, shape.height, self.gap)

    def to_neighbour(self, conductivity: float) -> float:
        """Return the conductance to the same side of a neighbour [W/K], the gap filled with a conductivity."""
        shape = self.shape
        if isinstance(shape, Cylinder) and self._is_round:
            sector = math.pi / self.around
            between = between_cylinders(conductivity, shape.diameter, shape.height, self.gap, sector)
        else:
            between = between_plates(conductivity, self.area, self.gap)
        return in_series(self.inner, between, self.inner)

    def to_wall(self, conductivity: float, gap: float) -> float:
        """Return the conductance to a wall [W/K], a gap [m] away that is filled with a conductivity."""
        shape = self.shape
        if isinstance(shape, Cylinder) and self._is_round:
            between = cylinder_to_plane(conductivity, shape.diameter, shape.height, gap, math.pi / self.around)
        else:
            between = between_plates(conductivity, self.area, gap)
        return in_series(self.inner, between)

    def to_plate(self, share: float, interface: float) -> float:
        """Return the conductance of a share of it to a plate [W/K], behind an interface coefficient [W/(m2 K)]."""
        return in_series(share * self.inner, share * self.area * interface)

    def to_air(self, coefficient: float) -> float:
        """Return the conductance to free air [W/K], of a coefficient of heat transfer [W/(m2 K)]."""
        return in_series(self.inner, coefficient * self.area)


def side(layout: LayoutTable, shape: Shape, places: Places, way: Way) -> Side:
    """Return a side of a cell; what is inside a cell of two nodes belongs to these, but for its ends.

    Heat leaves a cell of one node through its side from its middle, and through its ends from its mean temperature.
    """
    face, edge = side_faces(shape)
    if way is Way.END:
        return Side(shape, way, shape.end_area, end_conductance(shape, layout.conductivity_along), layout.gap, 0)
    gap = layout.row_gap if way is Way.ACROSS and layout.row_gap and not places.hexagonal else layout.gap
    if isinstance(shape, Cylinder):
        area = shape.side_area / places.around
        inner = shape.core_conductance(layout.conductivity_across) / places.around
    elif way is Way.ALONG:
        area, inner = face, half_conductance(layout.conductivity_across, face, shape.thickness)
    else:
        area, inner = edge, half_conductance(layout.conductivity_along, edge, shape.width)
    return Side(shape, way, area, math.inf if layout.has_cores else inner, gap, places.around)
