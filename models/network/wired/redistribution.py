"""The current that would redistribute charge if the contactor of a string closed now: told before it closes.

Equations
---------
The voltage U across an open contactor of the resistance R_b is known. A current of 1 A through it, from its second node
to its first, would lower that voltage by R_th, the resistance of the network between its nodes. So at the first instant
of a closed contactor ::

    i = U / (R_b + R_th)

R_th takes one substitution in the equations as they are eliminated (`laplacian`), for each string that is open. At rest
i is the difference of the open-circuit voltages over the sum of the resistances; under a load it holds the string's
share of that. It is 0 where no way leads from one side of the contactor to the other. `redistribution_current` has the
sign of the current into the string, which the cells of its first group tell.

Limits
------
Each contactor is thought to close alone, under the present pack current. Inductances only delay the current; they are
left out.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Detail, Variable
from ...numerics import laplacian
from ..bounds import CURRENT
from . import nodal
from .system import NodalSystem

HALF = 0.5
"""Of a current of 1 A: a part of the network that more than this enters, and nothing leaves, hangs on nothing."""


def fields(wiring: NodalSystem) -> Fields:
    """Return the current that a closing contactor would let flow, and the greatest that is allowed."""
    strings = Count(len(wiring.strings) - 1, "string")
    return Fields(
        parameters=(
            Variable("redistribution_limit", "A", None, CURRENT, 0.0, CURRENT, 100.0,
                     "Size of the redistribution current above which redistribution_excessive is set", tunable=True),
        ),
        outputs=(
            Variable("redistribution_current", "A", strings, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current into the string that would flow at first if its contactor, which is open, closed now",
                     detail=Detail.GROUP),
            Variable("redistribution_excessive", "1", None, 0.0, 0.0, 1.0, 1.0,
                     "The redistribution current of a string is beyond redistribution_limit",
                     data_type=DataType.BOOLEAN),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def any_open(u: Block) -> bool:
    """Return whether the contactor of a string is open."""
    found = False
    for s in range(u.string_open.shape[0]):
        found |= u.string_open[s] > HALF
    return bool(found)


@kernel
def solve(x: Block, p: Block, u: Block, c: Block, current: float) -> None:
    """Find the potentials under a pack current [A] as if there were no inductance."""
    nodal.prepare(x, p, u, c)
    nodal.assemble(x, p, u, c)
    laplacian.eliminate(x, c)
    nodal.load(x, current)
    nodal.settle(x, c)


@kernel
def write(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the redistribution current of each string that is open; the potentials are known, and stay so."""
    y.redistribution_excessive = 0.0
    for s in range(y.redistribution_current.shape[0]):
        opened = s < c.string_contactor.shape[0] and u.string_open[s] > HALF
        y.redistribution_current[s] = prospective(x, p, u, c, s) if opened else 0.0
        if abs(y.redistribution_current[s]) > p.redistribution_limit:
            y.redistribution_excessive = 1.0


@kernel
def prospective(x: Block, p: Block, u: Block, c: Block, s: int) -> float:
    """Return the current into string s that would flow if its contactor closed [A]."""
    b = c.string_contactor[s]
    first, second = c.conductor_first[b], c.conductor_second[b]
    across = nodal.conductor_voltage(x, u, c, b)
    exchange(x)
    for i in range(x.known.shape[0]):
        x.known[i] = 0.0
    nodal.drive(x, second, first, 1.0)
    laplacian.spread(x, c)
    joined = returns(x)
    nodal.settle(x, c)
    resistance = p.conductor_resistance[b] + x.known[first] - x.known[second]
    current = across / resistance if joined and resistance > 0.0 else 0.0
    if enters(x, c, s) < 0.0:
        current = -current
    exchange(x)
    return current


@kernel
def exchange(x: Block) -> None:
    """Exchange the potentials with the responses."""
    for i in range(x.known.shape[0]):
        x.known[i], x.response[i] = x.response[i], x.known[i]


@kernel
def returns(x: Block) -> bool:
    """Return whether the current of 1 A finds a way back; it is spread, and not yet substituted."""
    joined = True
    for i in range(x.known.shape[0] - 1):
        joined &= x.star_resistance[i] > 0.0 or abs(x.known[i]) < HALF
    return joined


@kernel
def enters(x: Block, c: Block, s: int) -> float:
    """Return the current into the cells of the first group of string s [A], of 1 A through its contactor."""
    total = 0.0
    for i in range(c.first_cell_start[s], c.first_cell_start[s + 1]):
        k = c.first_cell[i]
        total += x.cell_conductance[k] * (x.known[c.cell_second[k]] - x.known[c.cell_first[k]])
    return total
