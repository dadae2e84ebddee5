"""What leaves a cell that vents.

Equations
---------
A cell vents once: where it first reaches `venting_temperature`, or at the end of the sub-step in which the share
`venting_electrolyte` of its electrolyte has reacted. The share m of its heat capacity C leaves at its temperature T,
and what boils off takes the heat L from the rest, though it does not cool it below the initial temperature T_0::

    C -> (1 - m) C,    T -> T - L / ((1 - m) C),    vented_heat = L + m C (T - T_0)

Heat that is stored counts from T_0: ``stored_heat`` of a step is the change of ``sum C (T - T_0)``.

Limits
------
All leaves at once. Gas heats nothing outside; reactants stay in the cell.

Shared states
-------------
`vented` is written here; `integration` uses it.
"""

from __future__ import annotations

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, flag
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Variable
from .kind import ELECTROLYTE, RunawayParameters


def fields(cells: int, kind: RunawayParameters) -> Fields:
    """Return the figures of the vent, and whether and when each cell has vented."""
    every = Count(cells, "cell")
    return Fields(
        parameters=(
            Variable("venting_temperature", "K", None, kind.venting_temperature, 200.0, 3000.0, 400.0,
                     "Temperature at which a cell vents", display_unit="degC"),
            Variable("venting_electrolyte", "1", None, kind.venting_electrolyte, 0.0, 1.0, 1.0,
                     "Share of the electrolyte that has reacted when a cell vents", display_unit="%"),
            Variable("venting_share", "1", None, kind.venting_share, 0.0, 0.9, 1.0,
                     "Share of its heat capacity that leaves a venting cell", display_unit="%"),
            Variable("venting_heat", "J", every, kind.venting_heat, 0.0, UNBOUNDED, 1e3,
                     "Heat that boils off as each cell vents"),
        ),
        outputs=(
            Variable("vented", "1", every, 0.0, 0.0, 1.0, 1.0, "Whether each cell has vented",
                     data_type=DataType.BOOLEAN),
            Variable("venting_time", "s", every, LARGE, 0.0, LARGE, 100.0, "When each cell vented; 1e300 s: never"),
            Variable("vented_heat", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3,
                     "Heat that left with what cells vented, over the step"),
        ),
        states=(flag("vented", every, "Whether each cell has vented"),),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def start(x: Block, y: Block) -> None:
    """Start with cells that are shut."""
    for k in range(x.vented.shape[0]):
        x.vented[k], y.vented[k], y.venting_time[k] = 0.0, 0.0, LARGE
    y.vented_heat = 0.0


@kernel
def is_due(x: Block, p: Block, k: int, temperature: float) -> bool:
    """Whether cell k vents now, at its temperature [K]."""
    if x.vented[k] > 0.0:
        return False
    reacted = p.reactant_start[ELECTROLYTE] - x.remaining[k, ELECTROLYTE]
    by_gas = p.venting_electrolyte < 1.0 and reacted >= p.venting_electrolyte * p.reactant_start[ELECTROLYTE]
    return by_gas or temperature >= p.venting_temperature


@kernel
def vent(x: Block, p: Block, y: Block, k: int, node: int, t: float) -> float:
    """Let cell k vent at t [s]; return by how much what stays in it cools [K]."""
    warmer = x.temperature[node] - p.initial_temperature
    leaving = p.venting_share * x.capacity[node]
    x.capacity[node] -= leaving
    boiled = min(p.venting_heat[k], x.capacity[node] * max(warmer, 0.0))
    x.vented[k], y.vented[k], y.venting_time[k] = 1.0, 1.0, t
    y.vented_heat += boiled + leaving * warmer
    y.stored_heat -= boiled + leaving * warmer
    return boiled / x.capacity[node]
