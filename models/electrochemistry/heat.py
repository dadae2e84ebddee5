"""Heat of the reactions in a step, in parts, and what the electrodes store.

Equations
---------
The electrodes store the enthalpy of their mean stoichiometries, ``E = -sum_m Q_m integral (U - T dU/dT) dx``. A
reaction current I, positive where lithium leaves the particle, at the surface stoichiometry x_s generates::

    reaction     I eta
    film         I^2 R_film
    reversible   I T dU/dT(x_s)
    mixing       I (U - T dU/dT)(x_s) less what the enthalpy of the mean stores

Each part is computed for itself. They add up to what the terminals bring less what is stored.

References
----------
D. Bernardi, E. Pawlikowski, J. Newman, J. Electrochem. Soc. 132 (1985) 5, doi:10.1149/1.2113792. K. E. Thomas, J.
Newman, J. Electrochem. Soc. 150 (2003) A176, doi:10.1149/1.1531194 (heat of mixing).
"""

from __future__ import annotations

from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from . import potentials

PARTS = (
    ("reaction", "overpotentials of the reactions"),
    ("film", "films on the particles"),
    ("contact", "contacts and current collectors"),
    ("solid", "currents in the solid of the electrodes"),
    ("electrolyte", "currents in the electrolyte"),
    ("reversible", "entropy of the reactions; negative where it cools"),
    ("mixing", "gradients that level out in particles and electrolyte"),
    ("loss", "self-discharge and Coulombic inefficiency"),
)
"""The parts of the heat, each with what it is the heat of."""


def fields(cells: Count) -> Fields:
    """Return the parts of the heat of n cells."""
    return Fields(
        outputs=tuple(
            Variable(f"heat_{part}", "J", None, 0.0, float("-inf"), float("inf"), 1e3,
                     f"Heat of {text}, all cells, over the step")
            for part, text in PARTS
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset(y: Block) -> None:
    """Set the parts of the heat of a step to 0."""
    y.heat_reaction = y.heat_film = y.heat_contact = y.heat_solid = 0.0
    y.heat_electrolyte = y.heat_reversible = y.heat_mixing = y.heat_loss = 0.0


@kernel
def total(y: Block) -> float:
    """Return the sum of the parts [J]."""
    resistive = y.heat_reaction + y.heat_film + y.heat_contact + y.heat_solid + y.heat_electrolyte
    return resistive + y.heat_reversible + y.heat_mixing + y.heat_loss


@kernel
def react(y: Block, charge: float, potential: float, entropic: float, lost: float) -> float:
    """Book the heat of a reaction that takes a charge [C] out of particles; return it.

    `potential` is U [V] and `entropic` T dU/dT [V] at the surface, `lost` the overpotential [V]. What the mean stores
    is not in it: see `store`.
    """
    y.heat_reaction += charge * lost
    y.heat_reversible += charge * entropic
    y.heat_mixing += charge * (potential - entropic)
    return charge * (potential + lost)


@kernel
def store(x: Block, p: Block, y: Block, k: int, particle: int, m: int, charge: float, before: float) -> float:
    """Book what a particle of material m stored since its mean was `before`, and return it as heat that is not.

    Its charge is in C. The enthalpy is known from the last booking, unless the mean has moved meanwhile.
    """
    after, level = x.mean_stoichiometry[k, particle], x.enthalpy[k, particle]
    if x.enthalpy_mean[k, particle] != before:
        level = potentials.enthalpy(p, m, potentials.locate(p, m, before))
    reached = potentials.enthalpy(p, m, potentials.locate(p, m, after))
    x.enthalpy[k, particle], x.enthalpy_mean[k, particle] = reached, after
    stored = charge * (level - reached)
    y.stored_energy += stored
    y.heat_mixing -= stored
    return -stored
