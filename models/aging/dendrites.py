"""Internal shorts by dendrites: when a cell has one, and how well it conducts.

Equations
---------
`plating` has the risk of a short, a probability that grows with the lithium that plating has lost for good::

    risk = 1 - exp(-(q / q_0)**m),   q = Q_l / Q

Here each cell draws one exponential deviate E of mean 1 by its seed, and has a short from where ``(q / q_0)**m`` passes
E, that is from the loss ``Q q_0 E**(1/m)`` on. So of many cells the share `short_risk` has a short, at every loss. The
short stays. Its conductance is drawn as well, by a lognormal law::

    G = exp(-spread n) / resistance

with a standard normal deviate n, the median of the resistance and the spread of its logarithm. The draws belong to the
seed of the noise of aging and to the number of the cell, and are independent of that noise.

Between two steps the loss grows in a line, and `dendrite_short_time` is where it comes to that of the cell. Under a
constant plating current it is the same for steps of any length.

What a cell had lost before the start counts. It draws what it would have drawn when new: a life in two parts is that
without a break. A cell whose own loss lies below what it had lost before has its short from the start on, and the time
of that is 0.

Limits
------
The law is an assumption of the user: no measured distribution of such shorts was found. Assumed is a median of 30 Ohm
and a spread of one decade, 2.3, so that 7 % of the shorts are below 1 Ohm, 68 % between 3 and 300 Ohm, and 32 % of all
below 10 Ohm. A short neither grows nor burns out. A cell that is known to be without a short after a loss q_1 would
draw from the risk that is left, ``E - (q_1/q_0)**m``; that is not done. A cell that replaces another takes over its
draws. The others learn of a short at the end of the step of aging in which it appears.

Shared states
-------------
`plating_lost_charge` is written by the counters.

References
----------
The draw of a lifetime by an exponential deviate of its cumulative hazard: L. Devroye, Non-Uniform Random Variate
Generation, Springer 1986, section VI.2. Soft shorts by dendrites come before hard ones: S.
Menkin et al., Faraday Discuss. 248 (2024) 277, doi:10.1039/d3fd00101f.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.bounds import LARGE, UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..numerics import noise
from . import plating

OWN = -1000
"""Number of this stream in the noise of a cell; the film takes those from -10 on."""

MOST = 1e6
"""Bound on the conductance of a short [S], that of a network."""


@dataclass(frozen=True, kw_only=True)
class Dendrite:
    """The short that a dendrite makes.

    Parameters
    ----------
    resistance : float
        Median of its resistance [Ohm], > 0.
    spread : float
        Standard deviation of the natural logarithm of it, >= 0.
    """

    resistance: float = 30.0
    spread: float = 2.3


def fields(dendrite: Dendrite, cells: int) -> Fields:
    """Return the law of the shorts, and those of n cells."""
    return Fields(
        parameters=(
            Variable("dendrite_resistance", "Ohm", None, dendrite.resistance, 1e-6, 1e9, 10.0,
                     "Median of the resistance of an internal short by a dendrite"),
            Variable("dendrite_spread", "1", None, dendrite.spread, 0.0, 10.0, 1.0,
                     "Standard deviation of the natural logarithm of that resistance"),
        ),
        outputs=(
            Variable("dendrite_short", "S", cells, 0.0, 0.0, MOST, 1.0,
                     "Conductance of the internal short of each cell by a dendrite; 0 of none", detail=Detail.CELL),
            Variable("dendrite_short_time", "s", cells, LARGE, 0.0, LARGE, 1e7,
                     "Time at which that short appeared, 0 where it was there at the start; 1e300 of none",
                     display_unit="d", detail=Detail.CELL),
            Variable("dendrite_shorts", "1", None, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Number of cells that have an internal short by a dendrite"),
        ),
        states=(
            state("dendrite_loss", "C", cells, "Charge that plating has lost where the short of the cell appears", 0.0),
            state("dendrite_conductance", "S", cells, "Conductance of the short that the cell may get", 0.0, MOST),
            state("dendrite_seen_loss", "C", cells, "Charge that plating had lost when last seen", 0.0),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def exponential(source: int) -> float:
    """Return the exponential deviate of mean 1 of a seed."""
    return -math.log(noise.uniform(noise.word(source, 0)))


@kernel
def source_of(seed: float, cell: int) -> int:
    """Return the seed of the dendrite of a cell, where that of all noise is given."""
    return noise.word(noise.stream(int(seed), cell), OWN)


@kernel
def draw(x: Block, p: Block, k: int) -> None:
    """Draw the loss at which cell k has a short, and its conductance."""
    source = source_of(p.noise_seed, k)
    share = p.short_scale * exponential(source) ** (1.0 / p.short_shape)
    x.dendrite_loss[k] = min(p.capacity[k] * share, LARGE)
    deviate = noise.normal(noise.word(source, 1))
    x.dendrite_conductance[k] = min(math.exp(-p.dendrite_spread * deviate) / p.dendrite_resistance, MOST)


@kernel
def start(x: Block, p: Block, y: Block) -> None:
    """Draw what all cells will have, and give shorts to those that have lost so much before the start."""
    y.dendrite_shorts = 0.0
    for k in range(y.dendrite_short.shape[0]):
        draw(x, p, k)
        x.dendrite_seen_loss[k] = plating.lost_charge(x, p, k)
        there = x.dendrite_seen_loss[k] > x.dendrite_loss[k]
        y.dendrite_short[k] = x.dendrite_conductance[k] if there else 0.0
        y.dendrite_short_time[k] = 0.0 if there else LARGE
        y.dendrite_shorts += 1.0 if there else 0.0


@kernel
def advance(x: Block, p: Block, y: Block, t: float, h: float) -> None:
    """Let the shorts appear that a step of h [s] from t [s] on has come to; the counters are those of its end."""
    for k in range(y.dendrite_short.shape[0]):
        before, now = x.dendrite_seen_loss[k], plating.lost_charge(x, p, k)
        if y.dendrite_short[k] == 0.0 and now > x.dendrite_loss[k]:
            passed = max(x.dendrite_loss[k] - before, 0.0) / (now - before) if now > before else 0.0
            y.dendrite_short[k], y.dendrite_short_time[k] = x.dendrite_conductance[k], t + h * passed
            y.dendrite_shorts += 1.0
        x.dendrite_seen_loss[k] = now
