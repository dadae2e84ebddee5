"""What a cell that may run away tells: the onset, the time to it, and how far it is from there.

Equations
---------
Onset is where the reactions first heat the cell by `onset_rate`: ``q = C onset_rate``, of the order of the second
temperature of Feng et al., 1 K/s. It is located in the sub-step by the dense output of the method. Heat from outside
or from a short does not count.

With the slope of the reactions' heat, ``dq/dT``, what is left of the reactants held, the time to the greatest rate of
an adiabatic cell is that of Townsend and Tou, in the form ``R T^2 C / (E q)`` of one reaction::

    time_to_runaway = C / (dq/dT)

and with the conductance G from the cell to all around it, radiation in it, the margin to the criterion of Semenov is::

    runaway_margin = 1 - (dq/dT) / G

1 is far from a runaway; at 0 and below the cell heats itself faster than it cools. Where G is 0, it tells -1e300.

References
----------
X. Feng, M. Ouyang, X. Liu, L. Lu, Y. Xia, X. He, Energy Storage Mater. 10 (2018) 246, doi:10.1016/j.ensm.2017.05.013.
D. I. Townsend, J. C. Tou, Thermochim. Acta 37 (1980) 1, doi:10.1016/0040-6031(80)85001-5. N. N. Semenov, Z. Phys. 48
(1928) 571, doi:10.1007/BF01340021.
"""

from __future__ import annotations

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, flag
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Variable
from ..method import COLDEST, HOTTEST
from . import dense, kinetics
from .kind import RunawayParameters


def fields(cells: int, kind: RunawayParameters) -> Fields:
    """Return the onset of each cell, the time to it and the margin, and the temperature that others may take."""
    every = Count(cells, "cell")
    return Fields(
        parameters=(
            Variable("onset_rate", "K/s", None, kind.onset_rate, 1e-6, 1e3, 1.0,
                     "Self-heating at which a cell counts as running away"),
        ),
        outputs=(
            Variable("bounded_temperature", "K", every, 298.15, COLDEST, HOTTEST, 300.0,
                     f"Temperature of each cell, or {HOTTEST:g} K where it is hotter", display_unit="degC"),
            Variable("runaway", "1", every, 0.0, 0.0, 1.0, 1.0, "Whether each cell has run away",
                     data_type=DataType.BOOLEAN),
            Variable("onset_time", "s", every, LARGE, 0.0, LARGE, 100.0,
                     "When the runaway of each cell began; 1e300 s: never"),
            Variable("time_to_runaway", "s", every, LARGE, 0.0, LARGE, 1e3,
                     "Time to the greatest rate, were each cell adiabatic; 1e300 s: nothing is left to react"),
            Variable("runaway_margin", "1", every, 1.0, -LARGE, 1.0, 1.0,
                     "Distance of each cell from heating itself faster than it cools; below 0 it does"),
            Variable("cells_in_runaway", "1", None, 0.0, 0.0, UNBOUNDED, 1.0, "How many cells have run away",
                     data_type=DataType.INTEGER),
        ),
        states=(flag("away", every, "Whether each cell has run away"),),
        modules=(__name__,),
    )  # fmt: skip


def surface_fields(cells: int) -> Fields:
    """Return the temperature of surfaces as others take it, where cells have surfaces of their own."""
    return Fields(
        outputs=(
            Variable("bounded_surface_temperature", "K", Count(cells, "cell"), 298.15, COLDEST, HOTTEST, 300.0,
                     f"Temperature of the surface of each cell, or {HOTTEST:g} K where it is hotter",
                     display_unit="degC"),
        )
    )  # fmt: skip


@kernel
def write_surfaces(y: Block) -> None:
    """Write the temperatures of surfaces as others take them."""
    for k in range(y.surface_temperature.shape[0]):
        y.bounded_surface_temperature[k] = min(y.surface_temperature[k], HOTTEST)


@kernel
def start(x: Block, y: Block) -> None:
    """Start with cells that are sound."""
    for k in range(x.away.shape[0]):
        x.away[k], y.runaway[k], y.onset_time[k] = 0.0, 0.0, LARGE
    y.cells_in_runaway = 0.0


@kernel
def note(x: Block, p: Block, y: Block, c: Block, t: float, h: float) -> None:
    """Note the onset of cells whose reactions reach the rate in the sub-step of h [s] from t, which is at hand."""
    for k in range(c.cell_node.shape[0]):
        node = c.cell_node[k]
        if x.away[k] <= 0.0:
            level = x.capacity[node] * p.onset_rate
            if dense.self_heating(x, p, k, node, h, 1.0) >= level:
                x.away[k], y.runaway[k] = 1.0, 1.0
                y.onset_time[k] = t + h * dense.heating(x, p, k, node, h, level)


@kernel
def write(x: Block, y: Block, c: Block) -> None:
    """Write what is told of all cells at the end of a step."""
    y.cells_in_runaway = 0.0
    for k in range(c.cell_node.shape[0]):
        node = c.cell_node[k]
        _, slope = kinetics.self_heating(x, k)
        conductance = x.row_sum[node] + x.outside_conductance[node]
        y.bounded_temperature[k] = min(x.temperature[node], HOTTEST)
        y.time_to_runaway[k] = min(x.capacity[node] / slope, LARGE) if slope > 0.0 else LARGE
        y.runaway_margin[k] = max(1.0 - slope / conductance, -LARGE) if conductance > 0.0 else -LARGE
        y.cells_in_runaway += x.away[k]
