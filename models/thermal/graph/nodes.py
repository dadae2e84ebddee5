"""A pack as heat sees it: nodes with heat capacities, and the paths between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

AMBIENT = "ambient"
"""The air around the pack, at the other end of a path; it has one temperature and takes any heat."""


@dataclass(frozen=True)
class Node:
    """What has one temperature, and a heat capacity [J/K], > 0."""

    name: str
    heat_capacity: float


@dataclass(frozen=True)
class Path:
    """What conducts heat between two nodes, or from a node to `AMBIENT` [W/K], >= 0."""

    first: str
    second: str
    conductance: float


@dataclass(frozen=True)
class Radiation:
    """Two nodes, or a node and `AMBIENT`, that radiate to each other.

    The area [m2] is effective: emissivities and view factor are in it.
    """

    first: str
    second: str
    area: float


@dataclass(frozen=True)
class Contact:
    """Where a channel passes a node: the conductance from node to coolant [W/K], >= 0."""

    node: str
    conductance: float


@dataclass(frozen=True)
class Channel:
    """What takes a share, > 0 to 1, of a circuit's flow past nodes, in this order."""

    share: float
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Circuit:
    """Coolant of one inlet: its heat capacity rate at the start [W/K], and the channels that share it in parallel."""

    name: str
    heat_capacity_rate: float
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class ThermalGraph:
    """A pack as heat sees it.

    Parameters
    ----------
    nodes : tuple of Node
        All of them.
    cells : tuple of str
        Of each cell, the node where its heat is generated.
    surfaces : tuple of str
        Of each cell, the node of its surface; the same where it has one node.
    board : str
        The node where the balancer's heat is generated.
    conductors : tuple of str
        Of each conductor of the network, the node where its loss goes; none where its losses leave no heat here.
    paths : tuple of Path
    radiations : tuple of Radiation
    circuits : tuple of Circuit
    """

    nodes: tuple[Node, ...]
    cells: tuple[str, ...]
    surfaces: tuple[str, ...]
    board: str
    conductors: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    radiations: tuple[Radiation, ...] = ()
    circuits: tuple[Circuit, ...] = ()

    def figures(self) -> dict[str, Any]:
        """Return it as lists and plain values, of which `of_figures` makes it again."""
        return {
            **{
                name: [list(astuple(each)) for each in getattr(self, name)] for name in ("nodes", "paths", "radiations")
            },
            **{name: list(getattr(self, name)) for name in ("cells", "surfaces", "conductors")},
            "board": self.board,
            "circuits": [
                [
                    circuit.name,
                    circuit.heat_capacity_rate,
                    [
                        [channel.share, [list(astuple(each)) for each in channel.contacts]]
                        for channel in circuit.channels
                    ],
                ]
                for circuit in self.circuits
            ],
        }

    @classmethod
    def of_figures(cls, figures: Mapping[str, Any]) -> ThermalGraph:
        """Return the graph of `figures`."""
        return cls(
            tuple(Node(*row) for row in figures["nodes"]),
            tuple(figures["cells"]),
            tuple(figures["surfaces"]),
            figures["board"],
            tuple(figures["conductors"]),
            tuple(Path(*row) for row in figures["paths"]),
            tuple(Radiation(*row) for row in figures["radiations"]),
            tuple(
                Circuit(
                    name, rate, tuple(Channel(share, tuple(Contact(*row) for row in rows)) for share, rows in channels)
                )
                for name, rate, channels in figures["circuits"]
            ),
        )
