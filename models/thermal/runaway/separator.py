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
The network answers a step later, and its answer is the mean of a step. A cell is heated by its own clock: the heat
comes when it would without a delay, however long the steps are. In the step in which the separator melts, the cell gets
in advance what its emf and resistance R would give, for the time d that is left of the step::

    P = G v^2,    v = emf / (1 + R G)

Afterwards P is the power of the network's short, if it has the whole G; else that with the resistance by which the
voltage under the present one is below the emf. It lasts until the cell has got E, and not to the end of that step.
Until then d P is in advance, with P as it changes. The advance ends at 0, when the network has delivered E, too: the
sum is the network's. `advanced_heat` tells its change in every step. Of a cell whose short yields nothing any more
while an advance is open, that much stays open: no cell is cooled by it.

A dendrite's short besides has its own part of the network's heat, in proportion to the conductances. It has no end, but
in a step it takes no more than the share `TAPER` of the energy that the cell holds: an empty cell gives nothing.

Limits
------
The separator melts as a whole. The resistance of the cell is what its port tells, hot or not; the heat in it is the
cell's own and does not count for f, which may be beyond what the short can yield.

Shared states
-------------
`melted`, `short_heating` and `short_span` are written here; `integration` uses them.
"""

from __future__ import annotations

import math

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from .kind import RunawayParameters

TAPER = 0.9
"""Share of what is left that a step may take: the next step's voltage is 5 % higher at most."""

SPENT = 1e-12
"""Of the energy at first: less is rounding."""

SHORT = 1e-9
"""Of a step: what is over by so little before its end, or after its start, lasts all of it."""


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
            state("short_heating", "W", every, "Power that each cell gets of its short by its own clock", 0.0),
            state("short_span", "s", every, "Time for which it still gets it; 1e300 s: to the end of the step", 0.0),
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
        x.short_heating[k], x.short_span[k] = 0.0, LARGE
        y.internal_short[k] = 0.0
    y.advanced_heat = 0.0


@kernel
def resume(x: Block, p: Block, u: Block, k: int, h: float) -> tuple[float, float]:
    """Book what the network has delivered to cell k over a step of h [s], and begin to heat it by its own clock.

    Returns
    -------
    heating : float
        What the cell gets beyond the network's mean [W], until `short_span` is over.
    advanced : float
        What it gets beyond the network's heat over the step [J].
    """
    x.short_heating[k], x.short_span[k] = 0.0, LARGE
    own = x.separator_conductance[k]
    if own <= 0.0:
        return 0.0, 0.0
    delivered = max(own / (own + x.other_conductance[k]) * u.short_heat_rate[k] * h, 0.0)
    power = whole_power(x, p, u, k, delivered / h)
    power = max(power + (x.short_lag[k] * power - x.advanced[k]) / h, 0.0)
    given = min(power * h, x.short_left[k] - x.advanced[k])
    x.short_left[k] = max(x.short_left[k] - delivered, 0.0)
    given = max(given, delivered - x.advanced[k])
    if x.short_left[k] <= SPENT * x.short_energy[k]:
        x.short_left[k], given = 0.0, delivered - x.advanced[k]
    x.advanced[k] += given - delivered
    return spread(x, k, given, power, h) - delivered / h, given - delivered


@kernel
def whole_power(x: Block, p: Block, u: Block, k: int, power: float) -> float:
    """Return the power [W] that the short of cell k would have if it had its whole conductance, and had it at once."""
    own, whole = x.separator_conductance[k], p.separator_short
    if own >= whole or power <= 0.0:
        return power
    voltage = math.sqrt(power / own)
    resistance = max(u.emf[k] / voltage - 1.0, 0.0) / own
    voltage *= (1.0 + resistance * own) / (1.0 + resistance * whole)
    return whole * voltage * voltage


@kernel
def spread(x: Block, k: int, heat: float, power: float, h: float) -> float:
    """Give cell k some heat [J] at a power [W], from now on, in h [s] at most; return the power."""
    span = h
    if heat < power * h * (1.0 - SHORT) and heat > power * h * SHORT:
        span = heat / power
        x.short_span[k] = span
    x.short_heating[k] = heat / span
    return x.short_heating[k]


@kernel
def melt(x: Block, p: Block, u: Block, k: int, left: float) -> tuple[float, float]:
    """Melt the separator of cell k with so much left of a step [s]; return what it gets in advance, in W and in J."""
    x.melted[k] = 1.0
    x.short_energy[k] = p.short_energy_share * held(p, u, k)
    x.short_left[k], x.short_lag[k] = x.short_energy[k], left
    voltage = u.emf[k] / (1.0 + u.resistance[k] * p.separator_short)
    power = p.separator_short * voltage * voltage
    if left <= 0.0 or power <= 0.0:
        return 0.0, 0.0
    x.advanced[k] = min(power * left, x.short_left[k])
    return spread(x, k, x.advanced[k], power, left), x.advanced[k]


@kernel
def pass_time(x: Block, k: int, h: float) -> float:
    """Pass a sub-step of h [s]; return the power that ends with it, of the short of cell k [W]."""
    if x.short_span[k] >= LARGE:
        return 0.0
    x.short_span[k] -= h
    if x.short_span[k] > 0.0:
        return 0.0
    ended = x.short_heating[k]
    x.short_heating[k], x.short_span[k] = 0.0, LARGE
    return ended


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
