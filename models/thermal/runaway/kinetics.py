"""The reactions by which a cell decomposes when it is hot.

Equations
---------
Of each reactant the share s is left. It goes at the rate r, and brings the heat Q::

    ds/dt = -r,    r = A exp(-E / (R T)) g(s),    q = sum Q r,    Q = V W H (1 - w + w SOC)

    film on the anode        g = s
    lithium in the anode     g = s exp(-z / z_ref),    z = z_0 + s_0 - s
    cathode                  g = s (1 - s)
    electrolyte              g = s

V is the reacting volume, W the mass of the reactant in it per volume, H the heat per mass, w the share of the heat that
is in proportion to SOC. The film of relative thickness z grows by what the lithium loses: ``dz/dt = r`` of the anode.
Of the cathode the sources count what has reacted, ``alpha = 1 - s``. No share is clipped, and there is no temperature
below which nothing reacts: what a share undershoots 0 by comes back.

Limits
------
The cell has one temperature, and one state of its reactants. The heats of anode and cathode assume charged electrodes
unless w is above 0. The lithium that a cell lost by aging, or has plated, is not counted. Gas takes nothing with it
before the cell vents.

Shared states
-------------
`remaining`, `whole_heat`, `speed`, `slope` and `warming` are written here; `stage` uses them.

References
----------
T. D. Hatchard, D. D. MacNeil, A. Basu, J. R. Dahn, J. Electrochem. Soc. 148 (2001) A755, doi:10.1149/1.1377592: film,
anode and cathode. G.-H. Kim, A. Pesaran, R. Spotnitz, J. Power Sources 170 (2007) 476,
doi:10.1016/j.jpowsour.2007.04.018: the electrolyte, too, and all per volume.
"""

from __future__ import annotations

import math

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...numerics.arrhenius import GAS_CONSTANT
from .kind import ANODE, CATHODE, REACTIONS, RunawayParameters

FREQUENCY, ENERGY, HEAT, DENSITY = 1e35, 1e6, 1e8, 1e5
"""Bounds of a frequency factor [1/s], an activation energy [J/mol], a heat [J/kg] and a density [kg/m3]."""


def fields(cells: int, kind: RunawayParameters) -> Fields:
    """Return figures of the reactions, what is left of the reactants, and their rates."""
    every, each = Count(cells, "cell"), (Count(cells, "cell"), REACTIONS)
    given = kind.reactions
    return Fields(
        parameters=(
            Variable("reaction_frequency", "1/s", REACTIONS, [r.frequency for r in given], 0.0, FREQUENCY, 1e15,
                     "Frequency factors of film, anode, cathode and electrolyte"),
            Variable("reaction_energy", "J/mol", REACTIONS, [r.activation_energy for r in given], 1e3, ENERGY, 1e5,
                     "Activation energies of film, anode, cathode and electrolyte", display_unit="kJ/mol"),
            Variable("reactant_heat", "J/kg", REACTIONS, [r.heat for r in given], 0.0, HEAT, 1e6,
                     "Heats per mass of film, lithium in the anode, cathode and electrolyte", display_unit="kJ/kg"),
            Variable("reactant_density", "kg/m3", REACTIONS, [r.density for r in given], 0.0, DENSITY, 1e3,
                     "Masses of film, lithium in the anode, cathode and electrolyte per reacting volume"),
            Variable("reactant_start", "1", REACTIONS, [r.remaining for r in given], 0.0, 1.0, 1.0,
                     "What is left of film, lithium in the anode, cathode and electrolyte at the start"),
            Variable("reaction_charge_share", "1", REACTIONS, [r.charge_share for r in given], 0.0, 1.0, 1.0,
                     "Share of each heat that is in proportion to SOC"),
            Variable("film_start", "1", None, kind.film, 0.0, 1.0, 0.1, "Relative thickness of the film at the start"),
            Variable("film_scale", "1", None, kind.film_scale, 1e-3, 1e3, 0.1,
                     "By so much more film the anode reacts e times more slowly"),
            Variable("reacting_volume", "m3", every, 1.654e-5, 0.0, 1.0, 1e-5,
                     "Volume of each cell that the densities of reactants refer to", display_unit="cm3"),
        ),
        states=(
            state("remaining", "1", each, "What is left of each reactant", -0.1, 1.0),
            state("whole_heat", "J", each, "Heat of each reactant as a whole", 0.0),
            state("speed", "1/s", each, "Rate of each reaction at the start of a sub-step"),
            state("slope", "1/s", each, "Its derivative by what is left; 0 where it is negative", 0.0),
            state("warming", "1/(K.s)", each, "Its derivative by the temperature"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def start(x: Block, p: Block) -> None:
    """Set the reactants to what is left of them at the start."""
    for k in range(x.remaining.shape[0]):
        for i in range(REACTIONS):
            x.remaining[k, i] = p.reactant_start[i]


@kernel
def extent(p: Block, i: int, left: float) -> tuple[float, float]:
    """Return g and dg/ds of reaction i, of whose reactant so much is left."""
    if i == CATHODE:
        return left * (1.0 - left), 1.0 - 2.0 * left
    if i == ANODE:
        slowed = math.exp((left - p.reactant_start[ANODE] - p.film_start) / p.film_scale)
        return left * slowed, (1.0 + left / p.film_scale) * slowed
    return left, 1.0


@kernel
def constant(p: Block, i: int, temperature: float) -> float:
    """Return the rate constant of reaction i at a temperature [K], in 1/s."""
    return p.reaction_frequency[i] * math.exp(-p.reaction_energy[i] / (GAS_CONSTANT * temperature))


@kernel
def rate(p: Block, i: int, left: float, temperature: float) -> float:
    """Return the rate of reaction i [1/s]."""
    g, _ = extent(p, i, left)
    return constant(p, i, temperature) * g


@kernel
def heats(x: Block, p: Block, k: int, soc: float) -> None:
    """Write the heat of each reactant of cell k at a state of charge; one beyond 0 to 1 counts as the nearer end."""
    empty = 1.0 - min(max(soc, 0.0), 1.0)
    for i in range(REACTIONS):
        share = 1.0 - p.reaction_charge_share[i] * empty
        x.whole_heat[k, i] = p.reacting_volume[k] * p.reactant_density[i] * p.reactant_heat[i] * share


@kernel
def rate_and_slope(p: Block, i: int, left: float, temperature: float) -> tuple[float, float]:
    """Return the rate of reaction i and its derivative by what is left [1/s], 0 for a negative one.

    A negative one is that of a reaction which accelerates itself. A stage leaves it out: so it stays regular for a
    sub-step of any length, and the method keeps its order.
    """
    g, slope = extent(p, i, left)
    speed = constant(p, i, temperature)
    return speed * g, max(speed * slope, 0.0)


@kernel
def warming(p: Block, i: int, speed: float, temperature: float) -> float:
    """Return the derivative of a rate by the temperature [1/(K s)]."""
    return speed * p.reaction_energy[i] / (GAS_CONSTANT * temperature * temperature)


@kernel
def linearise(x: Block, p: Block, k: int, temperature: float) -> None:
    """Write rates of the reactions of cell k, and their derivatives, at the state at hand."""
    for i in range(REACTIONS):
        x.speed[k, i], x.slope[k, i] = rate_and_slope(p, i, x.remaining[k, i], temperature)
        x.warming[k, i] = warming(p, i, x.speed[k, i], temperature)


@kernel
def self_heating(x: Block, k: int) -> tuple[float, float]:
    """Return the heat of the reactions of cell k [W] and its derivative by the temperature [W/K], both linearised."""
    heat, warming = 0.0, 0.0
    for i in range(REACTIONS):
        heat += x.whole_heat[k, i] * x.speed[k, i]
        warming += x.whole_heat[k, i] * x.warming[k, i]
    return heat, warming
