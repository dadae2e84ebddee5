"""The tables of a pack file that tell how it is wired: cables, a netlist of its own, and faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BeforeValidator, Field

from ...core.bounds import LARGE
from ...core.duration import seconds
from ...models.network.wired.arranged import NO_FUSE
from ...models.network.wired.netlist import CellPlace, Conductor, Coupling, GroupPlace, Netlist
from ..reading.checking import suggestion
from ..setting import Table, setting
from ..tables import Duration, NotNegative

Resistance = Annotated[float, Field(ge=0, le=1e9)]
Inductance = Annotated[float, Field(ge=0, le=1e3)]


def _named(node: object) -> object:
    return str(node) if type(node) is int else node


Node = Annotated[str, BeforeValidator(_named, json_schema_input_type=str | int), Field(min_length=1)]
"""A node of the netlist, by a name or a number."""

Ends = Annotated[list[Node], Field(min_length=2, max_length=2)]
"""Two nodes."""

Number = Annotated[int, Field(ge=1)]
"""Of a cell, group, string or module, counted from 1."""


class Cable(Table):
    """The cables of strings and pack; contactors and fuses lie in them."""

    string_resistance: Resistance = Field(default=0.0, description="of the cable of each string [Ohm]")
    string_inductance: Inductance = Field(default=0.0, description="of the cable of each string [H]")
    resistance: Resistance = Field(default=0.0, description="of the cable to the positive terminal of the pack [Ohm]")
    inductance: Inductance = Field(default=0.0, description="of the cable to the positive terminal of the pack [H]")


class Fuse(Table):
    """The fuse in the cable of the pack: what melts it, and its arc."""

    melting_integral: Annotated[float, Field(gt=0, le=1e12)] = Field(
        description="integral of the squared current that melts it [A2.s]"
    )
    minimum_melting_current: NotNegative = Field(default=0.0, description="current that it carries for ever [A]")
    arc_voltage: NotNegative = Field(
        default=0.0, description="voltage of its arc, which burns until the current is 0; 0 opens at once [V]"
    )

    @property
    def figures(self) -> tuple[float, float, float]:
        """The figures of a conductor's fuse."""
        return self.melting_integral, self.minimum_melting_current, self.arc_voltage


class StringFuse(Fuse):
    """The fuse in the cable of each string: what melts it, and its arc."""


class Contactor(Table):
    """Main contactor and pre-charge path between the pack and a link with a capacitor, where the load then acts."""

    open: bool = setting("contactor_open", "linked", text="Whether the main contactor is open at first")
    precharge_closed: bool = setting(
        "precharge_closed", "linked", text="Whether the pre-charge path is closed at first"
    )
    resistance: float = setting("contactor_resistance", "linked")
    precharge_resistance: float = setting("precharge_resistance", "linked")
    link_capacitance: float = setting("link_capacitance", "linked")
    initial_link_voltage: float = setting("initial_link_voltage", "linked")
    maximum_link_voltage: float | None = setting(
        "maximum_link_voltage", "linked",
        text="Voltage to which a load charges the link at most, by default 5 V for each group in series", optional=True,
    )  # fmt: skip


class Insulation(Table):
    """The insulation of both terminals from the chassis, and its test."""

    positive: float = setting("insulation_resistance_positive", "wired")
    negative: float = setting("insulation_resistance_negative", "wired")
    working_voltage: float | None = setting(
        "working_voltage", "wired",
        text="Voltage that the insulation resistance is divided by, by default 3.7 V for each group in series",
        optional=True,
    )  # fmt: skip
    test_resistance: float = setting("test_resistance", "wired")


class Network(Table):
    """What the network of a pack is asked for besides; with this table it takes faults, as with those of the wiring."""

    stated_power: float = setting("stated_power", "wired")
    redistribution_limit: float = setting("redistribution_limit", "wired")
    transient_tolerance: float = setting("transient_tolerance", "inductive")


class ConductorRow(Table):
    """A conductor of the netlist: busbar, link or cable."""

    name: str = Field(min_length=1, description="by which faults and messages call it")
    between: Ends = Field(description="its two nodes; its current is positive from the second to the first")
    resistance: Resistance = Field(description="[Ohm]; without resistance and inductance it makes its nodes one")
    inductance: Inductance = Field(default=0.0, description="[H]")
    fuse: Fuse | None = Field(default=None, description="its fuse, as of the table [fuse]")

    def conductor(self) -> Conductor:
        """Return the conductor."""
        fuse = self.fuse.figures if self.fuse else NO_FUSE
        return Conductor(self.name, self.between[0], self.between[1], self.resistance, self.inductance, *fuse)


class CouplingRow(Table):
    """Two conductors with a mutual inductance."""

    conductors: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(description="their names")
    coefficient: float = Field(ge=-1, le=1, description="mutual inductance over the root of both inductances [1]")

    def coupling(self) -> Coupling:
        """Return the coupling."""
        return Coupling(self.conductors[0], self.conductors[1], coefficient=self.coefficient)


class GroupRow(Table):
    """Where a group of cells is sensed and balanced."""

    between: Ends = Field(description="lower and upper node")
    string: Number = Field(default=1, description="string that the group belongs to, counted from 1")
    module: Number = Field(default=1, description="module that the string belongs to, counted from 1")


class NetlistTable(Table):
    """Any wiring: the nodes between which cells and conductors lie."""

    negative: Node = Field(description="node at the negative terminal of the pack")
    positive: Node = Field(description="node at the positive terminal of the pack")
    cells: list[Ends] = Field(
        description="negative and positive node of each cell, group by group: [[0, 1], [0, 1], [1, 2]]"
    )
    conductors: list[ConductorRow] = Field(
        default=[],
        description='what joins nodes: { name = "main", between = [3, "top"], resistance = 5e-4 }, '
        "with inductance and fuse where it has them",
    )
    groups: list[GroupRow] | None = Field(
        default=None,
        description="taps of the groups: { between = [0, 1], string = 1, module = 1 }; by default at the first cell of "
        "each, all groups in one string",
    )
    couplings: list[CouplingRow] = Field(
        default=[],
        description='mutual inductances of conductors: { conductors = ["main", "return"], coefficient = 0.5 }',
    )
    contactors: list[str] = Field(
        default=[], description="of each string, the conductor that its contactor opens; none without contactors"
    )

    def netlist(self, parallel: int) -> Netlist:
        """Return the netlist; each group has `parallel` cells."""
        places = [
            CellPlace(f"cell {k + 1}", negative, positive, k // parallel)
            for k, (negative, positive) in enumerate(self.cells)
        ]
        conductors = [row.conductor() for row in self.conductors]
        couplings = [row.coupling() for row in self.couplings]
        rows = self.groups or [GroupRow(between=ends) for ends in self.cells[::parallel]]
        taps = [
            GroupPlace(f"group {g + 1}", row.between[0], row.between[1], row.string - 1, row.module - 1)
            for g, row in enumerate(rows)
        ]
        return Netlist(self.negative, self.positive, tuple(places), tuple(conductors), tuple(taps),
                       tuple(self.contactors), tuple(couplings))  # fmt: skip


class Timed(Table):
    """A fault that begins at a time."""

    at: Duration | None = Field(default=None, description="time at which it begins, by default from the start")

    @property
    def time(self) -> float:
        """Time at which it begins [s]."""
        return seconds(self.at) if self.at is not None else 0.0


class CellFault(Timed):
    """A fault of a cell."""

    cell: Number = Field(description="number of the cell")


class CellShort(CellFault):
    """A short across the poles of a cell."""

    resistance: float = Field(ge=1e-6, le=1e12, description="of the short [Ohm]")


class ConductorFault(Timed):
    """A conductor that parts."""

    conductor: str = Field(min_length=1, description="its name")


class ExternalShort(Timed):
    """A short between the terminals of the pack."""

    resistance: float = Field(ge=1e-6, le=1e12, description="of the short [Ohm]")


class Faults(Table):
    """What fails, and when; an empty table leaves it to the inputs of PackNetwork."""

    cell_open: list[CellFault] = Field(default=[], description='cells that fail open: { cell = 3, at = "10 min" }')
    cell_short: list[CellShort] = Field(
        default=[],
        description='cells with a short across their poles [Ohm]: { cell = 17, resistance = 0.5, at = "1 h" }',
    )
    parted: list[ConductorFault] = Field(
        default=[], description='conductors that part: { conductor = "pack cable", at = "1 h" }'
    )
    external_short: ExternalShort | None = Field(
        default=None, description='short between the terminals of the pack [Ohm]: { resistance = 0.005, at = "2 h" }'
    )

    def start_values(self, cells: int, conductors: Sequence[str]) -> dict[str, ArrayLike]:
        """Return the times of the faults, and what shorts conduct, as the network takes them."""
        opened, shorted, parted = np.full(cells, LARGE), np.full(cells, LARGE), np.full(len(conductors), LARGE)
        shorts = np.zeros(cells)
        for fault in self.cell_open:
            opened[fault.cell - 1] = fault.time
        for short in self.cell_short:
            shorted[short.cell - 1], shorts[short.cell - 1] = short.time, 1.0 / short.resistance
        for part in self.parted:
            parted[conductors.index(part.conductor)] = part.time
        start: dict[str, ArrayLike] = {
            "cell_open_time": opened,
            "cell_short_time": shorted,
            "timed_cell_short": shorts,
        }
        if conductors:
            start["conductor_parted_time"] = parted
        if self.external_short is not None:
            start["external_short_time"] = self.external_short.time
            start["timed_external_short"] = 1.0 / self.external_short.resistance
        return start

    def check(self, cells: int, names: tuple[str, ...]) -> None:
        """Raise ValueError where a cell or a conductor is none of the pack."""
        for kind in ("cell_open", "cell_short"):
            for fault in getattr(self, kind):
                if fault.cell > cells:
                    raise ValueError(f"{kind}: cell = {fault.cell} is none of the {cells} cells of the pack")
            numbers = [fault.cell for fault in getattr(self, kind)]
            if len(set(numbers)) < len(numbers):
                raise ValueError(f"{kind}: cell = {max(numbers, key=numbers.count)} is told twice")
        for fault in self.parted:
            if fault.conductor not in names:
                raise ValueError(
                    f"parted: there is no conductor {fault.conductor!r}{suggestion(fault.conductor, names)}"
                )
