"""The short between the electrodes of a cell whose separator has melted.

Equations
---------
Where the cell first reaches the temperature at which the separator melts, its electrodes are joined by a conductance G.
The short's heat is the network's, v^2 G; nothing is added to it. It comes to an end when the share f of the electrical
energy that the cell held then has come out as this heat::

    E = f E_1 SOC,    dE/dt = -v^2 G

E_1 is that at SOC 1. While E is left, G is the declared conductance, but for the end::

    G = min(separator_short, TAPER E / (h v^2))

so that a step of h like the last one takes at most that share of what is left. What is left then shrinks to nothing in
a dozen steps, and the heat ends at f to rounding. v is that under the short, or the cell's emf, the greater of them.

Advance
-------
The network answers a step later. In the step in which the separator melts, the cell is therefore heated in advance, by
the power that its emf and resistance R would give, for the time d that is left of the step::

    v = emf / (1 + R G)

Afterwards it gets what the network delivers, less what it has in advance above d times the present power, or above what
is left of E. So the advance ends at 0, and the sum is the network's. `advanced_heat` tells its change in every step.
Of a cell whose short yields nothing any more while an advance is open, that much stays open: no cell is cooled by it.

Eight 18650 cells in a row, 0.1 W/K between them, pass a runaway on in 0.4336 cells a minute at steps of 1 s and 0.4330
at steps of 60 s; without the advance it is 0.4325 and 0.356.

A dendrite's short besides has its own part of the network's heat, in proportion to the conductances. It has no end, but
in a step it takes no more than the share `TAPER` of the energy that the cell holds: an empty cell gives nothing.

Limits
------
The separator melts as a whole. The resistance of the cell is what its port tells, hot or not; the heat in it is the
cell's own and does not count for f, which may be beyond what the short can yield.

Shared states
-------------
`melted` and `advanced` are written here; `integration` and `events` use them.
"""

from __future__ import annotations

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from .kind import RunawayParameters

TAPER = 0.9
"""Share of what is left that a step may take: the next step's voltage is 5 % higher at most."""

SPENT = 1e-12
"""Of the energy at first: less is rounding."""


def fields(cells: int, kind: RunawayParameters, dendrites: bool) -> Fields:
    """Return the separator's figures, the cell's electrical state, and the conductance of the short."""
    every = Count(cells, "cell")
    told = [
        Variable("soc", "1", every, 1.0, -UNBOUNDED, UNBOUNDED, 1.0, "State of charge of each cell", display_unit="%"),
        Variable("emf", "V", every, 0.0, -UNBOUNDED, UNBOUNDED, 4.0, "Electromotive force of each cell"),
        Variable("resistance", "Ohm", every, 0.0, 0.0, UNBOUNDED, 1e-3, "Resistance of each cell"),
    ]
    if dendrites:
        told.append(Variable("dendrite_short", "S", every, 0.0, 0.0, UNBOUNDED, 1.0,
                             "Conductance of a dendrite across each cell"))  # fmt: skip
    return Fields(
        parameters=(
            Variable("separator_temperature", "K", None, kind.separator_temperature, 200.0, 3000.0, 400.0,
                     "Temperature at which the separator melts", display_unit="degC"),
            Variable("separator_short", "S", None, kind.separator_short, 0.0, 1e6, 10.0,
                     "Conductance between the electrodes of a cell whose separator has melted; 0: none"),
            Variable("short_energy_share", "1", None, kind.short_energy_share, 0.0, 1.0, 1.0,
                     "Share of the cell's electrical energy that comes out as heat of this short", display_unit="%"),
            Variable("electrical_energy", "J", every, 3.46e4, 0.0, UNBOUNDED, 1e4,
                     "Electrical energy of each cell at SOC 1", display_unit="W.h"),
        ),
        inputs=tuple(told),
        outputs=(
            Variable("internal_short", "S", every, 0.0, 0.0, UNBOUNDED, 10.0, "Conductance of shorts in each cell"),
            Variable("advanced_heat", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3,
                     "Heat of shorts given in advance of the network, over the step; negative where it is taken back"),
        ),
        states=(
            flag("melted", every, "Whether the separator of each cell has melted"),
            state("short_energy", "J", every, "Heat that the short of each cell may yield as a whole", 0.0),
            state("short_left", "J", every, "What is left of it", 0.0),
            state("short_lag", "s", every, "Time by which the short began before its network knew", 0.0),
            state("advanced", "J", every, "Heat that each cell has in advance", 0.0),
            state("separator_conductance", "S", every, "Conductance where the separator was, as told", 0.0),
            state("other_conductance", "S", every, "Conductance of other shorts in each cell, as told", 0.0),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def start(x: Block, y: Block) -> None:
    """Start with separators that are whole."""
    for k in range(x.melted.shape[0]):
        x.melted[k], x.short_energy[k], x.short_left[k], x.short_lag[k] = 0.0, 0.0, 0.0, 0.0
        x.advanced[k], x.separator_conductance[k], x.other_conductance[k] = 0.0, 0.0, 0.0
        y.internal_short[k] = 0.0
    y.advanced_heat = 0.0


@kernel
def repaid(x: Block, u: Block, k: int, h: float) -> float:
    """Book what the network has delivered over a step of h [s]; return how much of it cell k has in advance [J]."""
    own = x.separator_conductance[k]
    if own <= 0.0:
        return 0.0
    delivered = max(own / (own + x.other_conductance[k]) * u.short_heat_rate[k] * h, 0.0)
    x.short_left[k] = max(x.short_left[k] - delivered, 0.0)
    if x.short_left[k] <= SPENT * x.short_energy[k]:
        back = x.advanced[k]
        x.short_left[k], x.advanced[k] = 0.0, 0.0
        return back
    open_still = min(x.short_lag[k] * (delivered / h), x.short_left[k])
    back = min(max(x.advanced[k] - open_still, 0.0), delivered)
    x.advanced[k] -= back
    return back


@kernel
def melt(x: Block, p: Block, u: Block, k: int, left: float, h: float) -> float:
    """Melt the separator of cell k with so much left [s] of a step of h [s]; return its power in advance [W]."""
    x.melted[k] = 1.0
    x.short_energy[k] = p.short_energy_share * held(p, u, k)
    x.short_left[k], x.short_lag[k] = x.short_energy[k], left
    conductance = tapered(x, p, u, k, h)
    voltage = u.emf[k] / (1.0 + u.resistance[k] * conductance)
    power = conductance * voltage * voltage
    if left <= 0.0 or power <= 0.0:
        return 0.0
    power = min(power, x.short_left[k] / left)
    x.advanced[k] = power * left
    return power


@kernel
def tapered(x: Block, p: Block, u: Block, k: int, h: float) -> float:
    """Return the conductance of a melted separator for the next step, like the last one of h seconds [S]."""
    return min(p.separator_short, yielding(x, u, k, x.short_left[k], h)) if x.short_left[k] > 0.0 else 0.0


@kernel
def yielding(x: Block, u: Block, k: int, energy: float, h: float) -> float:
    """Return the conductance across cell k [S] that takes the share `TAPER` of an energy [J] in a step of h [s]."""
    total = x.separator_conductance[k] + x.other_conductance[k]
    square = u.emf[k] * u.emf[k]
    if total > 0.0:
        square = max(square, u.short_heat_rate[k] / total)
    return TAPER * energy / max(h * square, 1.0 / LARGE)


@kernel
def held(p: Block, u: Block, k: int) -> float:
    """Return the electrical energy that cell k holds [J]."""
    return p.electrical_energy[k] * min(max(u.soc[k], 0.0), 1.0)


@kernel
def short(x: Block, p: Block, u: Block, y: Block, k: int, other: float, h: float) -> None:
    """Write the conductance of the shorts of cell k for the next step, `other` that of a dendrite [S]."""
    most = yielding(x, u, k, held(p, u, k), h)
    x.separator_conductance[k] = tapered(x, p, u, k, h) if x.melted[k] > 0.0 else 0.0
    x.other_conductance[k] = min(other, most)
    y.internal_short[k] = x.separator_conductance[k] + x.other_conductance[k]


@kernel
def tell(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Write the conductance of the shorts of all cells for the next step, like this one of h seconds."""
    for k in range(y.internal_short.shape[0]):
        short(x, p, u, y, k, 0.0, h)


@kernel
def tell_with_dendrites(x: Block, p: Block, u: Block, y: Block, h: float) -> None:
    """Write it likewise, where dendrites may short cells."""
    for k in range(y.internal_short.shape[0]):
        short(x, p, u, y, k, u.dendrite_short[k], h)
