"""The tables of a pack file that tell how its cells lie: layout, casing and cooling plates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ...models.thermal.geometry.shapes import Cylinder, Prism, Shape
from ...models.thermal.method import CAPACITY, CONDUCTANCE
from ..setting import Table
from ..tables import MAXIMUM_CELLS, Fraction

Length = Annotated[float, Field(ge=1e-6, le=10)]
Conductivity = Annotated[float, Field(gt=0, le=5000)]
Conductance = Annotated[float, Field(ge=0, le=CONDUCTANCE)]
Capacity = Annotated[float, Field(gt=0, le=CAPACITY)]
Coefficient = Annotated[float, Field(gt=0, le=1e5)]
Number = Annotated[int, Field(ge=1)]
"""Of a cell, counted from 1."""


def _end(end: object) -> object:
    return f"cell {end}" if type(end) is int else end


End = Annotated[str, BeforeValidator(_end, json_schema_input_type=str | int), Field(min_length=1)]
"""A body by its name, or a cell by its number, counted from 1."""

SIZES = {"cylinder": ("diameter", "height"), "prism": ("thickness", "width", "height")}
"""The sizes that each shape has; a pouch has those of a prism."""

OF_SHAPE = {
    "gap", "row_gap", "gap_conductivity", "conductivity_across", "conductivity_along", "emissivity", "air_coefficient",
}  # fmt: skip
"""Keys that do nothing without a shape."""


class BodyRow(Table):
    """A body besides cells and board, such as an end plate."""

    name: str = Field(min_length=1, description="by which paths call it")
    heat_capacity: Capacity = Field(description="[J/K]")


class PathRow(Table):
    """What conducts heat between two bodies."""

    between: Annotated[list[End], Field(min_length=2, max_length=2)] = Field(
        description='numbers of cells, or names: of a body, "board", "casing", "ambient", or a conductor of the network'
    )
    conductance: Conductance = Field(description="[W/K]")


class LayoutTable(Table):
    """How the cells lie beside each other, and what is between them."""

    arrangement: Literal["row", "grid", "hexagonal", "listed"] = Field(
        default="row",
        description='"row"; "grid" or "hexagonal" of several rows; "listed" has the paths of the key paths alone. '
        "Cells lie in the order of their numbers, row by row; prisms and pouches face to face within a row",
    )
    columns: int | None = Field(
        default=None, ge=1, le=MAXIMUM_CELLS,
        description="cells in a row, by default those of a group; without parallel cells as many as there are rows",
    )  # fmt: skip
    layers: int = Field(default=1, ge=1, le=1000, description="layers of rows above each other")
    blocks: int | None = Field(
        default=None, ge=1, le=MAXIMUM_CELLS,
        description="equal blocks that the cells lie in, apart from each other; by default the modules of [pack]",
    )  # fmt: skip
    shape: Literal["cylinder", "prism", "pouch"] | None = Field(
        default=None,
        description='"cylinder", "prism" or "pouch"; without it conductances are those of [thermal]',
    )
    diameter: Length | None = Field(default=None, description="of a cylinder [m]")
    thickness: Length | None = Field(default=None, description="of a prism or pouch, along a row [m]")
    width: Length | None = Field(default=None, description="of a prism or pouch, across the rows [m]")
    height: Length | None = Field(default=None, description="of the cell [m]")
    gap: Length = Field(default=0.001, description="between neighbours, and between layers [m]")
    row_gap: Length | None = Field(default=None, description="between the rows of a grid, by default the gap [m]")
    gap_conductivity: Conductivity = Field(
        default=0.026, description="of what is in the gaps: air by default, or a pad or potting [W/(m.K)]"
    )
    conductivity_across: Conductivity = Field(
        default=0.5, description="of the cell, across its layers: along the radius or the thickness [W/(m.K)]"
    )
    conductivity_along: Conductivity = Field(
        default=25.0, description="of the cell, along its layers: along its height and width [W/(m.K)]"
    )
    emissivity: Fraction = Field(default=0.0, description="of the cells' surfaces; 0 does not radiate [1]")
    air_coefficient: Coefficient = Field(
        default=7.0, description="of the heat transfer from free surfaces to the air [W/(m2.K)]"
    )
    neighbour_conductance: Conductance | None = Field(
        default=None, description="between neighbours, instead of what shape and gap make of it [W/K]"
    )
    core_conductance: Conductance | None = Field(
        default=None, description="from the core of each cell to its surface; with this key a cell has two nodes [W/K]"
    )
    cell_nodes: Literal[1, 2] | None = Field(
        default=None,
        description="nodes of each cell: 2 are core and surface, joined by core_conductance, by default that of the "
        "shape; 1 by default",
    )
    surface_share: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.1, description="share of a cell's heat capacity that its surface has where it has two nodes [1]"
    )
    board_cells: list[Number] | None = Field(
        default=None, min_length=1,
        description="cells that the balancer's board lies at, by their numbers; by default all",
    )  # fmt: skip
    bodies: list[BodyRow] = Field(
        default=[], description='further bodies: { name = "end plate", heat_capacity = 250.0 }'
    )
    paths: list[PathRow] = Field(
        default=[],
        description='further paths: { between = [1, "end plate"], conductance = 2.0 }; a cell of two nodes is joined '
        "at its surface",
    )

    @property
    def body(self) -> Shape | None:
        """The shape of the cells; None where the file tells none."""
        if self.shape is None:
            return None
        sizes = [getattr(self, name) for name in SIZES.get(self.shape, SIZES["prism"])]
        return Cylinder(*sizes) if self.shape == "cylinder" else Prism(*sizes)

    @property
    def has_cores(self) -> bool:
        """Whether a cell has two nodes."""
        return self.cell_nodes == 2 or (self.cell_nodes is None and self.core_conductance is not None)

    @model_validator(mode="after")
    def _needed(self) -> LayoutTable:
        given = self.model_fields_set
        for key in sorted(given & OF_SHAPE) if self.shape is None else ():
            raise ValueError(f"{key} needs the key shape, which tells the areas")
        if "surface_share" in given and not self.has_cores:
            raise ValueError("surface_share needs cell_nodes = 2, or core_conductance")
        if self.row_gap is not None and self.arrangement != "grid":
            raise ValueError('row_gap needs arrangement = "grid"')
        return self

    @model_validator(mode="after")
    def _sized(self) -> LayoutTable:
        own = SIZES.get(self.shape, SIZES["prism"]) if self.shape else ()
        for name in dict.fromkeys(name for names in SIZES.values() for name in names):
            if name in own and getattr(self, name) is None:
                raise ValueError(f'{name} is missing; shape = "{self.shape}" needs {", ".join(own)}')
            if name not in own and getattr(self, name) is not None:
                raise ValueError(f"{name} is no size of {self.shape or 'a layout without shape'}; leave it out")
        if self.arrangement == "hexagonal" and self.shape not in (None, "cylinder"):
            raise ValueError(f'arrangement = "hexagonal" is for cylinders; {self.shape}es lie in a row or a grid')
        if self.shape is None and self.has_cores and self.core_conductance is None:
            raise ValueError("cell_nodes = 2 needs core_conductance, or the key shape")
        if self.cell_nodes == 1 and self.core_conductance is not None:
            raise ValueError("core_conductance needs cell_nodes = 2; leave one out")
        return self


class Casing(Table):
    """The case around the cells; with it the air takes heat from the case, and the cells give theirs to it."""

    gap: Length | None = Field(default=None, description="between cells and case, by default that of [layout] [m]")
    gap_conductivity: Conductivity | None = Field(
        default=None, description="of what is in that gap, by default that of [layout] [W/(m.K)]"
    )
    conductance: Conductance | None = Field(
        default=None,
        description="from each cell to the case, instead of what shape and gap make of its free sides [W/K]",
    )
    emissivity: Fraction = Field(
        default=0.8, description="of the case inside and outside; it radiates where the cells do [1]"
    )
    thickness: Length = Field(default=0.002, description="of its walls, which make its heat capacity [m]")
    heat_capacity_density: Capacity = Field(default=2.43e6, description="of its walls, by default aluminium [J/(m3.K)]")
    heat_capacity: Capacity | None = Field(default=None, description="of the case, instead of that [J/K]")
    convection: Conductance | None = Field(
        default=None, description="from the case to the air, by default air_coefficient on its walls [W/K]"
    )


class Plate(Table):
    """A cooling plate at one side of every block, and its channels."""

    side: Literal["bottom", "top", "left", "right", "front", "back", "rows"] = Field(
        default="bottom",
        description='"bottom" or "top"; "left" or "right" at the ends of the rows; "front" or "back" at the first or '
        'last row; "rows": a ribbon along every row',
    )
    channels: Literal["series", "parallel"] = Field(
        default="series",
        description='"series": one channel passes row after row, forth and back; "parallel": one channel a row, which '
        "share the flow",
    )
    order: list[Annotated[list[Number], Field(min_length=1)]] | None = Field(
        default=None, min_length=1,
        description="instead: of each channel the cells that it passes, by their numbers: [[1, 2, 3], [6, 5, 4]]",
    )  # fmt: skip
    blocks: Literal["series", "parallel"] = Field(
        default="parallel", description="how the coolant passes several blocks"
    )
    conductance: Conductance | None = Field(
        default=None, description="from each cell to the coolant, instead of what shape and pad make of it [W/K]"
    )
    pad_thickness: Length = Field(default=0.001, description="of the pad between cell and plate [m]")
    pad_conductivity: Conductivity = Field(default=2.0, description="of the pad [W/(m.K)]")
    contact_share: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None,
        description="share of the area of that side of a cell that lies at the plate, by default 1; of the side of a "
        "cylinder 0.2 [1]",
    )
    film_coefficient: Coefficient = Field(
        default=1000.0, description="of the heat transfer from plate to coolant [W/(m2.K)]"
    )
    heat_capacity_rate: Annotated[float, Field(ge=0, le=CONDUCTANCE)] = Field(
        default=100.0, description="of the coolant at the start: mass flow times specific heat; 0: it stands [W/K]"
    )
    temperature: Annotated[float, Field(ge=200, le=500)] | None = Field(
        default=None, description="of the coolant at the inlet at the start, by default that of [thermal] [K]"
    )
    thickness: Length | None = Field(
        default=None, description="of the plate; with this key it has a body at each cell that it cools [m]"
    )
    conductivity: Conductivity = Field(default=200.0, description="of the plate, by default aluminium [W/(m.K)]")
    heat_capacity_density: Capacity = Field(default=2.43e6, description="of the plate [J/(m3.K)]")
