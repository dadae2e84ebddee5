"""The pack file: what is in it, and how it is read.

A pack file is TOML with the tables of `Pack`. Every key but those of ``[pack]`` and ``[cell]`` and the kind of aging
has a default, no other key is allowed, numbers are finite and in SI units. What is wrong with a file is said in one
line that names the key, its value and what is allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, get_origin

import numpy as np
from pydantic import BaseModel, Field, PrivateAttr, model_validator

from ..core.errors import InputError
from ..models.network.wired.netlist import Netlist
from ..models.network.wired.system import wire
from ..models.strings import Strings, strings_of
from ..models.thermal.graph.nodes import ThermalGraph
from .balancing_tables import Balancer, Bms
from .cells.cell_table import CONTACT, Values
from .cells.chosen import Cell
from .cells.known import KnownCells
from .cells.physics_variation import PHYSICS_SPREADS
from .cells.replaced import Kinds, Replaced, kinds_of
from .layout.assembly import thermal_graph
from .layout.runaway import Runaway
from .layout.setup import Setup
from .layout.tables import Casing, LayoutTable, Plate
from .reading.checking import checked, said_of, tables_of
from .reading.toml_file import read_toml
from .setting import Table
from .tables import Aging, Arrangement, Busbar, Context, Outputs, Schedule, Thermal, Variation
from .wiring.netlist import check_levels, wiring
from .wiring.tables import Cable, Contactor, Faults, Fuse, Insulation, NetlistTable, Network, StringFuse

COOLING = "convection"
"""Parameter of the thermal model: heat that a cell passes to its surroundings [W/K]."""

REACTING = "reaction_heat"
"""Factor on the heat that all reactions of a cell have, were it to run away."""

FACTORS = ("capacity", "resistance_scale", CONTACT, "aging_rate", COOLING, REACTING)
"""What each cell may have a known factor on, beside the parameters of cells of physics."""

MOST_BYTES = 2**18
"""Size of a pack file; 20 000 links have room, and whatever is in it is read in seconds."""


@dataclass(frozen=True)
class PackSource:
    """Where a pack was read; packs that differ in that alone are equal.

    Parameters
    ----------
    path : Path or None
        The file; None where the pack was made otherwise.
    text : str
        What was in it.
    """

    path: Path | None = field(default=None, compare=False)
    text: str = field(default="", compare=False)


class Pack(Table):
    """A whole pack file."""

    pack: Arrangement
    cell: Cell
    variation: Variation = Field(default_factory=Variation)
    replaced: list[Replaced] = Field(default=[])
    cells: KnownCells | None = None
    busbar: Busbar = Field(default_factory=Busbar)
    cable: Cable | None = None
    netlist: NetlistTable | None = None
    fuse: Fuse | None = None
    string_fuse: StringFuse | None = None
    contactor: Contactor | None = None
    insulation: Insulation | None = None
    network: Network | None = None
    faults: Faults | None = None
    thermal: Thermal = Field(default_factory=Thermal)
    layout: LayoutTable | None = None
    casing: Casing | None = None
    plate: list[Plate] = Field(default=[])
    runaway: Runaway | None = None
    balancer: Balancer = Field(default_factory=Balancer)
    bms: Bms | None = None
    outputs: Outputs = Field(default_factory=Outputs)
    aging: Aging | None = None
    schedule: Schedule = Field(default_factory=Schedule)
    _source: PackSource = PrivateAttr(default=PackSource())
    _factors: Mapping[str, Values] = PrivateAttr(default={})

    @property
    def name(self) -> str:
        """Name of the file that it was read from, without its end; "pack" where it was made otherwise."""
        return self._source.path.stem if self._source.path else "pack"

    @property
    def path(self) -> Path | None:
        """The file that it was read from."""
        return self._source.path

    @property
    def text(self) -> str:
        """Text of the file that it was read from; empty where it was made otherwise."""
        return self._source.text

    @property
    def factors(self) -> Mapping[str, Values]:
        """By what its cells are known to differ from their kind, on top of what is drawn; of `differing`."""
        return self._factors

    def differing(self, factors: Mapping[str, Values]) -> Pack:
        """Return the same pack with cells that differ by known factors, on top of what its [variation] draws.

        Parameters
        ----------
        factors : mapping of str to array
            Of some of `FACTORS`, shape (cells,), or of a parameter of cells of physics (`PHYSICS_SPREADS`), shape
            (cells, 2), the negative electrode first [1]; each > 0.

        Raises
        ------
        InputError
            When a name, a shape or a value does not fit.
        """
        shapes = dict.fromkeys(FACTORS, (self.pack.cells,)) | dict.fromkeys(PHYSICS_SPREADS, (self.pack.cells, 2))
        for name, values in factors.items():
            if name not in shapes:
                raise InputError(f"factors of cells: {name} is none of {', '.join(shapes)}")
            if np.shape(values) != shapes[name]:
                raise InputError(f"factors of cells: {name} has shape {np.shape(values)}, not {shapes[name]}")
            if not (np.isfinite(values) & (np.asarray(values) > 0.0)).all():
                raise InputError(f"factors of cells: {name} must be above 0 and finite, not {np.min(values):g}")
        if REACTING in factors and self.runaway is None:
            raise InputError(f"factors of cells: {REACTING} needs the table [runaway]; without it nothing reacts")
        pack = self.model_copy()
        pack._factors = dict(factors)
        return pack

    @property
    def wiring(self) -> Netlist | None:
        """How cells and conductors are wired where the pack is more than groups in series; else None."""
        fuses = {"fuse": self.fuse, "string_fuse": self.string_fuse}
        tables = (*fuses.values(), self.contactor, self.insulation, self.network, self.faults, self.runaway)
        asked = any(each is not None for each in tables) or self.busbar.losses != "none" or self.dendrites
        return wiring(self.pack, self.busbar, self.cable, self.netlist, fuses, asked)

    @property
    def dendrites(self) -> bool:
        """Whether its cells get internal shorts by dendrites."""
        if self.aging is None:
            return False
        asked = self.aging.dendrites
        return self.runaway is not None and self.aging.load().plates if asked is None else asked

    @cached_property
    def heat_setup(self) -> Setup | None:
        """What its thermal graph is made of; None where the cells are a chain, as [thermal] tells."""
        tables = any(table is not None for table in (self.layout, self.casing, self.runaway)) or bool(self.plate)
        if not tables and self.busbar.losses == "none" and self.thermal.board_conductance == 0.0:
            return None
        told = self.thermal.heat_capacity
        capacities = self.kinds.each(lambda kind: kind.heat_capacity) if told is None else told
        each = np.broadcast_to(np.asarray(capacities, np.float64), self.pack.cells).tolist()
        layout = self.layout or LayoutTable()
        return Setup(self.pack, layout, self.casing, self.plate, self.thermal, self.busbar, each, self.wiring)

    @cached_property
    def thermal_graph(self) -> ThermalGraph | None:
        """Its thermal graph; None where the cells are a chain."""
        return thermal_graph(self.heat_setup) if self.heat_setup else None

    @property
    def strings(self) -> Strings:
        """How its groups lie; InputError where its modules have not equally many strings."""
        netlist = self.wiring
        if netlist is None:
            return Strings((0, self.pack.groups))
        lengths = Counter((tap.module, tap.string) for tap in netlist.taps)
        return strings_of(self.pack.groups, list(lengths.values()), len({module for module, _ in lengths}))

    @property
    def kinds(self) -> Kinds:
        """The kinds of its cells, and what they have lost; ValueError where a number in [[replaced]] is none of its."""
        return kinds_of(self.cell, self.replaced, self.pack)

    @model_validator(mode="after")
    def _consistent(self) -> Pack:
        self._check_wiring()
        kinds = self.kinds
        with said_of("replaced"):
            kinds.check()
        _ = self.thermal_graph  # tells what does not fit
        if self.runaway is not None:
            with said_of("runaway"):
                self.runaway.check_volume(self.layout)
        with said_of("schedule"):
            if self.aging is not None:
                self.schedule.check_multiple("thermal", "aging")
        if self.cells is not None:
            with said_of("cells"):
                self.cells.read(self.pack.cells, self.aging is not None)
        if self.bms is not None:
            with said_of("bms"):
                self.bms.check_cell(self.cell)
                self.bms.check_sensors(self.pack.cells)
        with said_of("balancer"):
            self.balancer.check_links(self.strings)
            self.balancer.check_minimum_voltage(self.kinds.narrowest.maximum_voltage)
        return self

    def _check_wiring(self) -> None:
        with said_of("netlist" if self.netlist else "pack"):
            netlist = self.wiring
            if netlist is not None:
                check_levels(netlist, self.pack)
        if netlist is not None and self.contactor is not None and netlist.has_transients:
            raise ValueError(
                "[contactor]: no link is solved behind conductors with inductance or a fuse; leave one out"
            )
        if self.faults is not None:
            with said_of("faults"):
                self.faults.check(self.pack.cells, wire(netlist).names if netlist else ())


def load_pack(path: Path) -> Pack:
    """Read and check a pack file.

    Parameters
    ----------
    path : Path
        A TOML file.

    Returns
    -------
    Pack
        Its contents, the defaults filled in.

    Raises
    ------
    InputError
        When the file cannot be read, is not TOML or does not fit the schema: one line that names the key, its value
        and what is allowed.
    """
    text, contents = read_toml(path, MOST_BYTES)
    pack = parse_pack(contents, str(path), path.parent)
    pack._source = PackSource(path, text)
    return pack


def parse_pack(contents: dict[str, Any], source: str, folder: Path = Path()) -> Pack:
    """Check the contents of a pack file.

    Parameters
    ----------
    contents : dict
        Tables by their names.
    source : str
        Names the file in the message of an `InputError`.
    folder : Path
        The folder that paths in it are relative to.
    """
    return checked(Pack, contents, source, Context(folder))


def tables() -> dict[str, type[BaseModel]]:
    """Return the tables that a pack file may have."""
    return tables_of(Pack)


def heading(name: str) -> str:
    """Return the heading of a table of a pack file, which tells whether there may be several of it."""
    several = get_origin(Pack.model_fields[name].annotation) is list
    return f"[[{name}]]" if several else f"[{name}]"
