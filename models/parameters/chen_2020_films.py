"""Films on the graphite of the LG M50 that grow by one law at a time, as the parameter set Chen2020 of PyBaMM has them.

The laws are those of S. G. Marquis, Long-term degradation of lithium-ion batteries, thesis, Oxford 2020, section 5.6:
limited by the reaction, ``j = j_0 exp(-0.5 F (U - 0.4 V)/(R T))``, by the diffusion of solvent, ``j = F D c/L``, and by
that of lithium interstitials, ``j = F D c/L exp(-F U/(R T))``. They are for comparisons; figures of a cell that ages
are in `chen_2020_aging`. U is the potential under the film here; PyBaMM drives interstitials by that above it.
"""

from ..aging.anode import Anode
from ..aging.kind import AgingParameters
from ..aging.plating import Plating
from ..aging.sei import Sei
from ..numerics.arrhenius import FARADAY_CONSTANT
from .chen_2020 import PARAMETERS as CELL
from .graphite_chen_2020 import OPEN_CIRCUIT_POTENTIAL, WINDOW
from .graphite_film_aging import PARAMETERS as FILM

VOLUME = 9.585e-5 / 2.0
"""Of the film, by lithium [m3/mol]."""
RESISTIVITY, THICKNESS = 2e5, 5e-9
AREA = CELL.area * CELL.negative.thickness * CELL.negative.materials[0].surface_density()
FAST = {"reaction_speed": 1.0, "diffusion": 1.0}
"""So fast that the other step limits."""
LAWS = {
    "reaction": {
        "reaction_speed": 1.5e-7 * VOLUME / FARADAY_CONSTANT,
        "reaction_transfer": 0.5,
        "reference_potential": 0.4,
    },
    "solvent": {"diffusion": 2.5e-22 * 2636.0 * VOLUME},
    "interstitial": {"diffusion": 1e-20 * 15.0 * VOLUME, "diffusion_transfer": 1.0, "reference_potential": 0.0},
}
"""The three laws, as `Sei` takes them."""


def aging(law: str, plating: Plating | None = None) -> AgingParameters:
    """Return the aging of the cell by one of `LAWS`, without noise; and by plating, where it is given."""
    film = Sei(
        **(FAST | LAWS[law]),
        initial_thickness=THICKNESS,
        area=AREA,
        charge_density=FARADAY_CONSTANT / VOLUME,
        conductivity=1.0 / RESISTIVITY,
    )
    anode = Anode(open_circuit_potential=OPEN_CIRCUIT_POTENTIAL, window=WINDOW, resistance=0.0, activation_energy=0.0)
    return AgingParameters(laws=FILM.laws, anode=anode, sei=film, plating=plating or Plating())
