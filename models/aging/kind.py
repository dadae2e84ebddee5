"""What is known of how one kind of cell ages."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .laws import EmpiricalLaws


@dataclass(frozen=True, kw_only=True, eq=False)
class Anode:
    """The negative electrode, seen as one potential; see `plating` for the equations.

    Parameters
    ----------
    open_circuit_potential : (nodes,) array
        Against lithium, over stoichiometry 0 to 1 [V].
    window : (float, float)
        Stoichiometry at SOC 0 and 1 of the cell.
    resistance : float
        Share of the anode in the voltage under current, at the reference temperature [Ohm].
    activation_energy : float
        Of that resistance [J/mol].
    """

    open_circuit_potential: NDArray[np.float64]
    window: tuple[float, float]
    resistance: float
    activation_energy: float


@dataclass(frozen=True, kw_only=True)
class Sei:
    """Growth of the solid-electrolyte interphase; see `sei` for the equations. A speed or diffusion of 0: none.

    Parameters
    ----------
    reaction_speed, diffusion : float
        r_0 [m/s] and k_0 [m2/s] at the reference temperature and potential.
    reaction_activation_energy, diffusion_activation_energy : float
        [J/mol].
    reaction_transfer, diffusion_transfer : float
        alpha [1], 0 where the potential does not act.
    reference_potential : float
        Of the anode [V].
    initial_thickness : float
        [m], >= 0.
    area : float
        Of the film [m2].
    charge_density : float
        Charge of the lithium that a volume of film holds [C/m3].
    conductivity : float
        Ionic, of the film [S/m].
    noise : float
        s [1], 0 to 2: ``sigma = s sqrt(k)`` of the equation of the film's growth.
    """

    reaction_speed: float = 0.0
    diffusion: float = 0.0
    reaction_activation_energy: float = 0.0
    diffusion_activation_energy: float = 0.0
    reaction_transfer: float = 0.0
    diffusion_transfer: float = 0.0
    reference_potential: float = 0.1
    initial_thickness: float = 0.0
    area: float = 1.0
    charge_density: float = 1.0
    conductivity: float = 5e-6
    noise: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Plating:
    """Lithium plating; see `plating` for the equations. An exchange current of 0: none.

    Parameters
    ----------
    exchange_current : float
        i_0 at the reference temperature [A].
    activation_energy : float
        Of i_0 [J/mol].
    transfer : float
        alpha, 0 to 1.
    reversible : float
        Share of what plates that can be stripped, 0 to 1.
    stripping_rate, death_rate : float
        [1/s].
    short_scale, short_shape : float
        q_0 and m of the risk of an internal short.
    """

    exchange_current: float = 0.0
    activation_energy: float = 0.0
    transfer: float = 0.5
    reversible: float = 0.9
    stripping_rate: float = 1e-3
    death_rate: float = 0.0
    short_scale: float = 0.05
    short_shape: float = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AgingParameters:
    """How one kind of cell ages.

    Parameters
    ----------
    laws : EmpiricalLaws
        Published laws of capacity and resistance.
    anode : Anode
        For the film and for plating.
    reference_temperature : float
        Where the rates of film and plating hold [K].
    resistance_rate : float
        beta: relative growth of the resistance with each full cycle [1].
    sei : Sei
        The film; besides a calendar law of capacity it would count the same loss twice.
    plating : Plating
        Lithium plating.

    Raises
    ------
    ValueError
        When the laws and the film both tell the calendar loss of capacity.
    """

    laws: EmpiricalLaws
    anode: Anode
    reference_temperature: float = 298.15
    resistance_rate: float = 0.0
    sei: Sei = field(default_factory=Sei)
    plating: Plating = field(default_factory=Plating)

    def __post_init__(self) -> None:
        if self.sei.diffusion > 0.0 and any(self.laws.capacity.calendar[:2]):
            raise ValueError(
                f"{self.laws.name}: the calendar law of capacity and the film, diffusion = {self.sei.diffusion:g} "
                "m2/s, tell the same loss; use one of them"
            )
