"""What wears a cell, counted as it happens: each law of aging counts its own stress.

Equations
---------
The counters are cumulative since the initialisation and step at the cell's own rate. What depends on temperature and
resistance alone is kept until one of them changes. A step takes the stress of rest, the open-circuit voltage and the
anode's potential at the SOC in its middle: under constant stress it is exact, whatever its length.

Shared states
-------------
`relative_resistance` is written here; `aging.plating` uses it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..aging import counters
from ..aging.kind import LAWS, AgingParameters
from ..aging.law import in_turn
from . import circuit

reset_laws = in_turn(LAWS.values(), "reset", "x, p, y")
warm_laws = in_turn(LAWS.values(), "warm", "x, p, k, temperature")
count_laws = in_turn(LAWS.values(), "count", "x, p, y, k, soc, voltage, h")
shift = in_turn(LAWS.values(), "shift", "x, k, change")
"""``shift(x, k, change)`` follows a shift of the SOC of cell k, which is no cycle."""


def fields(cells: int, nodes: int, aging: AgingParameters) -> Fields:
    """Return the counters of n cells with tables of so many nodes, and what the laws of aging need to count."""
    relative = Variable("relative_resistance", "1", cells, 0.0, 0.0, UNBOUNDED, 1.0,
                        "Settled resistance over that of the kind, without the factor on all")  # fmt: skip
    own = Fields(outputs=counters.counters(cells), states=(relative,), modules=(__name__,))
    return own + aging.cell_fields(cells, nodes)


@kernel
def reset(x: Block, p: Block, y: Block) -> None:
    """Start all counters at 0, with the factors of the present temperatures and resistances."""
    counters.reset(y)
    reset_laws(x, p, y)
    for k in range(x.soc.shape[0]):
        x.relative_resistance[k] = circuit.relative_resistance(p, k)
        warm(x, p, k)


@kernel
def warm(x: Block, p: Block, k: int) -> None:
    """Adapt the factors of the laws to temperature and resistance of cell k."""
    warm_laws(x, p, k, x.temperature[k])


@kernel
def count(x: Block, p: Block, y: Block, k: int, start: float, voltage: float, h: float) -> None:
    """Count a step of cell k over h [s], from the SOC `start`, at a mean open-circuit voltage [V]."""
    count_laws(x, p, y, k, 0.5 * (start + x.soc[k]), voltage, h)
