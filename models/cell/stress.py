"""What wears a cell, counted as it happens: each law of aging counts its own stress.

Equations
---------
The counters are cumulative since the initialisation and step at the cell's own rate. What depends on temperature alone
is kept until that changes. A step takes the stress of rest, the open-circuit voltage and the anode's potential at the
SOC in its middle: under constant stress it is exact, whatever its length.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..aging import counters
from ..aging.kind import LAWS, AgingParameters
from ..aging.law import in_turn

reset_laws = in_turn(LAWS.values(), "reset", "x, p, y")
warm_laws = in_turn(LAWS.values(), "warm", "x, p, k, temperature")
count_laws = in_turn(LAWS.values(), "count", "x, p, y, k, soc, voltage, h")
shift = in_turn(LAWS.values(), "shift", "x, k, change")
"""``shift(x, k, change)`` follows a shift of the SOC of cell k, which is no cycle."""


def fields(cells: int, nodes: int, aging: AgingParameters) -> Fields:
    """Return the counters of n cells with tables of so many nodes, and what the laws of aging need to count."""
    temperature = Variable("stress_temperature", "K", cells, 0.0, 0.0, UNBOUNDED, 300.0,
                           "Temperature that the factors of the laws hold for")  # fmt: skip
    own = Fields(outputs=counters.counters(cells), states=(temperature,), modules=(__name__,))
    return own + aging.cell_fields(cells, nodes)


@kernel
def reset(x: Block, p: Block, y: Block) -> None:
    """Start all counters at 0."""
    for k in range(x.soc.shape[0]):
        x.stress_temperature[k] = 0.0
    counters.reset(y)
    reset_laws(x, p, y)


@kernel
def count(x: Block, p: Block, y: Block, k: int, start: float, voltage: float, h: float) -> None:
    """Count a step of cell k over h [s], from the SOC `start`, at a mean open-circuit voltage [V]."""
    temperature = x.temperature[k]
    if x.stress_temperature[k] != temperature:
        x.stress_temperature[k] = temperature
        warm_laws(x, p, k, temperature)
    count_laws(x, p, y, k, 0.5 * (start + x.soc[k]), voltage, h)
