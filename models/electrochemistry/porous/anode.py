"""The potential of the negative electrode against lithium where it is least while charging: at the separator.

Equations
---------
Under the film of the particles, where lithium would plate, it is ``phi_s - phi_e - R_film I``. The values in the two
volumes next to the separator are carried on to its face along a straight line.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from ..kind import NEGATIVE
from . import mesh


@kernel
def weights(p: Block) -> tuple[float, float]:
    """Return the weights at the separator's face of the last volume of the electrode, and of the one before."""
    last = p.negative_width.shape[0] - 1
    if last == 0:
        return 1.0, 0.0
    share = p.negative_width[last] / (p.negative_width[last] + p.negative_width[last - 1])
    return 1.0 + share, -share


@kernel
def potential(x: Block, p: Block, k: int) -> float:
    """Return the potential at the separator's face of cell k [V] after a solution (`solution.solve`)."""
    last, count = mesh.first(p, 1) - 1, mesh.materials_of(p, NEGATIVE)
    near, far = weights(p)
    other, particle = max(last - 1, 0), last * count
    film = near * x.film[particle] * x.reaction[particle]
    film += far * x.film[other * count] * x.reaction[other * count]
    return near * x.potential[last] + far * x.potential[other] - film


@kernel
def slope(x: Block, p: Block, k: int) -> float:
    """Return its derivative by I_x [Ohm] after `solution.differentiate`."""
    last, count = mesh.first(p, 1) - 1, mesh.materials_of(p, NEGATIVE)
    near, far = weights(p)
    other, particle = max(last - 1, 0), last * count
    film = near * x.film[particle] * x.reaction_by_current[particle]
    film += far * x.film[other * count] * x.reaction_by_current[other * count]
    return near * x.potential[last] + far * x.potential[other] - film


@kernel
def keep(x: Block, p: Block) -> None:
    """Keep the potential under the film of each volume of the electrode after a solution (`solution.solve`)."""
    count = mesh.materials_of(p, NEGATIVE)
    for i in range(x.anode_profile.shape[0]):
        particle = i * count
        x.anode_profile[i] = x.potential[i] - x.film[particle] * x.reaction[particle]
