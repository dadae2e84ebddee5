"""Time constants of the currents in inductances, and how far apart their sub-steps are.

Equations
---------
Conductor b of resistance r_b and inductance L_b sees the rest of the network as a resistance R_b, where every other
inductance is at rest and the terminals are joined. Its current relaxes with ``L_b / (r_b + R_b)``. A unit current from
its first end to its second one, of which the network makes the voltage Z_b across it and V_b at the open terminals,
tells the rest: ``1 / R_b = 1 / (Z_b - V_b^2 / R) - 1 / r_b``, with the resistance R between the terminals.

Limits
------
Of the start: faults change them, and are not followed. Conductors that share a loop share its constant.
"""

from __future__ import annotations

from .....core.bounds import LARGE, UNBOUNDED
from .....core.fields import Fields
from .....core.kernel import Block, kernel
from .....core.timescale import NONE
from .....core.variable import Variable
from ....numerics import laplacian
from .. import nodal
from . import inductive

AT_REST = 1e6
"""Length of a step in which inductances are at rest [s]; a conductor without resistance has one of L over that."""

ALONE = 1.0 - 1e-12
"""Share of a voltage that a conductor makes by itself, above which nothing else carries its current."""


def fields() -> Fields:
    """Return what is told of sub-steps and time constants."""

    def told(name: str, start: float, most: float, text: str) -> Variable:
        return Variable(f"transient_{name}", "s", None, start, 0.0, most, 1e-3, text, display_unit="us",
                        fmi_name=f"transient.{name}")  # fmt: skip

    return Fields(
        outputs=(
            told("substep", inductive.FIRST, UNBOUNDED, "Length of the next sub-step of the currents in inductances"),
            told("fastest", NONE, NONE, "Shortest time constant of such a current at the start; 1e300 s of none"),
            told("slowest", 0.0, NONE, "Longest time constant of such a current at the start; 0 of none"),
        ),
        modules=(__name__,),
    )


@kernel
def write(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the time constants; potentials and conductances are overwritten."""
    inductive.set_length(x, p, c, AT_REST)
    nodal.assemble_idle(x, p, u, c)
    laplacian.eliminate(x, c)
    y.transient_fastest, y.transient_slowest = NONE, 0.0
    for b in range(x.companion.shape[0]):
        if p.conductor_inductance[b] > 0.0:
            constant = p.conductor_inductance[b] / loop_resistance(x, u, c, b)
            if constant > 0.0:
                y.transient_fastest = min(y.transient_fastest, constant)
                y.transient_slowest = max(y.transient_slowest, constant)


@kernel
def loop_resistance(x: Block, u: Block, c: Block, b: int) -> float:
    """Return the resistance of conductor b and of all that closes its loop [Ohm]; `LARGE` where nothing does."""
    for i in range(x.known.shape[0]):
        x.known[i] = 0.0
    nodal.drive(x, c.conductor_first[b], c.conductor_second[b], 1.0)
    laplacian.spread(x, c)
    laplacian.substitute(x, c, x.known)
    positive = x.known.shape[0] - 2
    across, between = x.known[c.conductor_second[b]] - x.known[c.conductor_first[b]], x.star_resistance[positive]
    if between > 0.0:
        across -= x.known[positive] * x.known[positive] / between
    conductance = x.conductor_conductance[b]
    if conductance <= 0.0 or across * conductance >= ALONE or across <= 0.0:
        return LARGE
    return 1.0 / conductance + across / (1.0 - across * conductance)


@kernel
def tell(x: Block, y: Block) -> None:
    """Tell how long the next sub-step is."""
    y.transient_substep = x.substep
