"""How one kind of cell runs away: the figures of its reactions, of its separator and of its vent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SEI, ANODE, CATHODE, ELECTROLYTE = range(4)
"""The reactions, by their number: the film on the anode, lithium with electrolyte, cathode, and electrolyte."""

REACTIONS = 4


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """A reaction that decomposes the cell.

    Parameters
    ----------
    frequency : float
        A [1/s], >= 0; 0: it does not take place.
    activation_energy : float
        E [J/mol], > 0.
    heat : float
        Per mass of the reactant [J/kg], >= 0.
    density : float
        Mass of the reactant per reacting volume [kg/m3], >= 0.
    remaining : float
        What is left of the reactant at the start, 0 to 1.
    charge_share : float
        Share of the heat that is in proportion to SOC, 0 to 1; the rest is that of a charged cell at any SOC.
    """

    frequency: float
    activation_energy: float
    heat: float
    density: float
    remaining: float = 1.0
    charge_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunawayParameters:
    """How one kind of cell runs away.

    Parameters
    ----------
    sei, anode, cathode, electrolyte : Reaction
        Decomposition of the film, lithium of the anode with electrolyte, of the cathode, of the electrolyte.
    film : float
        Thickness of the film at the start, relative [1].
    film_scale : float
        By so much more of it the anode reacts e times more slowly [1], > 0.
    onset_rate : float
        Self-heating at which a cell counts as running away [K/s], > 0.
    separator_temperature : float
        Where the separator melts [K].
    separator_short : float
        Conductance between the electrodes from then on [S]; 0: none.
    short_energy_share : float
        Share of the cell's own electrical energy that comes out as heat of this short, 0 to 1.
    venting_temperature : float
        Where the cell vents [K].
    venting_electrolyte : float
        Share of the electrolyte that has reacted when the cell vents, 0 to 1; 1: its temperature alone decides.
    venting_share : float
        Share of the heat capacity that leaves with the vented mass, 0 to below 1.
    venting_heat : float
        Latent heat that venting takes from a cell [J], >= 0.
    """

    sei: Reaction
    anode: Reaction
    cathode: Reaction
    electrolyte: Reaction
    film: float
    film_scale: float
    onset_rate: float = 1.0
    separator_temperature: float = 438.15
    separator_short: float = 0.0
    short_energy_share: float = 0.0
    venting_temperature: float = 433.15
    venting_electrolyte: float = 1.0
    venting_share: float = 0.0
    venting_heat: float = 0.0

    @property
    def reactions(self) -> tuple[Reaction, Reaction, Reaction, Reaction]:
        """The reactions in the order of their numbers."""
        return self.sei, self.anode, self.cathode, self.electrolyte

    def figures(self) -> dict[str, Any]:
        """Return it as plain values, of which `of_figures` makes it again."""
        return asdict(self)

    @classmethod
    def of_figures(cls, figures: Mapping[str, Any]) -> RunawayParameters:
        """Return the kind of `figures`."""
        reactions = {name: Reaction(**figures[name]) for name in ("sei", "anode", "cathode", "electrolyte")}
        return cls(**{**figures, **reactions})
