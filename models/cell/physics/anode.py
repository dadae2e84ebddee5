"""The potential of the negative electrode against lithium, as an output and ahead, as a port of its own.

Equations
---------
The potential under the film, where lithium would plate, is ``U_a = phi_s - phi_e - R_f j = U(x_s) + eta``. It falls as
the current into the cell rises. `lookahead` seconds ahead under a constant current i it is affine in i about the last
current::

    U_a(t + lookahead) = anode_emf - anode_resistance i

Limits
------
Single particles have one potential for the whole electrode, without electrolyte.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.statistics import extremes_of
from ....core.variable import Count, Detail, Variable


def potential(cells: int) -> Variable:
    """Return the potential of the negative electrode of n cells."""
    return Variable("anode_potential", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                    "Potential of the negative electrode against lithium under its film, where lithium would plate",
                    display_unit="mV", detail=Detail.CELL)  # fmt: skip


EXTREMES = extremes_of(potential(1))
write_extremes = EXTREMES.write


def fields(cells: Count) -> Fields:
    """Return the potential of the negative electrode of n cells, and its port."""
    return Fields(
        outputs=(
            potential(cells),
            Variable("anode_emf", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                     "Port of the negative electrode: its potential ahead at zero current", forecast=True,
                     detail=Detail.CELL),
            Variable("anode_resistance", "Ohm", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1e-3,
                     "Port of the negative electrode: fall of its potential ahead with the current into the cell",
                     display_unit="mOhm", detail=Detail.CELL),
            *EXTREMES.variables,
        ),
        states=(state("anode_middle", "V", cells, "Potential of the negative electrode in the middle of the step"),),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def offer(y: Block, k: int, current: float, ahead: float, resistance: float) -> None:
    """Write the port of the electrode of cell k from its potential ahead [V] at a current [A], and its fall [Ohm]."""
    y.anode_resistance[k] = resistance
    y.anode_emf[k] = ahead + resistance * current
