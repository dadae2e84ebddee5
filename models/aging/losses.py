"""Aging: what the stress that cells have counted does to their capacity and resistance, cell by cell.

The cells count stress at their own pace. All of these counters are cumulative. This model takes them every so often, an
hour, a day or months, and a step of any length stands for its mean stress.

Equations
---------
The laws of aging add up. A cell of capacity Q when new has::

    capacity_loss     = loss by damages + (Q_film + Q_plating) / Q
    resistance_growth = growth by damages + beta q / (2 Q)
    soh               = 1 - capacity_loss

with the charge throughput q, of which a full cycle is 2 Q, and beta, `resistance_rate`, of the cell. A resistance
growth of 1 doubles every resistance of the cell. What the film adds is no factor: `film_resistance` comes on top.

Limits
------
Losses never fall. The loss ends at 0.9 and the growth at 100, as do the inputs of the cells: such a cell is worn out,
and its outputs no longer count. A step in which a counter falls is refused. A counter that is above 0 at the start is
stress before the start: the damages and the plating count it, the film starts at its initial thickness. What cells had
gone through before their counters began is told by the parameters ``earlier_...``: counters and film go on from there,
and `earlier_capacity_loss` and `earlier_resistance_growth` are of unknown causes and stay as they are. The loss begins
at `earlier_greatest_capacity_loss` at least: a film with noise may have been thicker before than it is now.

Shared states
-------------
`elapsed` is written here; `film` uses it. `fallen_cell`, `fallen_from` and `fallen_to` are written here; `counters`
uses them.

References
----------
J. Schmalstieg et al., J. Power Sources 257 (2014) 325, doi:10.1016/j.jpowsour.2014.02.012 (time and cycles add up). S.
E. J. O'Kane et al., Phys. Chem. Chem. Phys. 24 (2022) 7909, doi:10.1039/d2cp00417h (plating and film side by side).
"""

from __future__ import annotations

from dataclasses import replace

from ...core.bounds import UNBOUNDED
from ...core.errors import InputError
from ...core.fields import Fields, whole
from ...core.kernel import Block, kernel
from ...core.model import DONE, Model, Update
from ...core.statistics import extremes_of
from ...core.timescale import NONE, reset_timescales, time_constant, time_to_change, timescale_variables
from ...core.variable import Detail, Variable, counted
from . import dendrites, material
from .counters import COUNTERS, counters, fallen, keep, refusals
from .kind import LAWS, AgingParameters
from .law import in_turn, total
from .power_laws import cycled_resistance

MOST_LOSS = 0.9
"""Bound on the capacity loss: a cell that has lost more is reported as one that has lost this."""

MOST_GROWTH = 100.0
"""Bound on the resistance growth, likewise."""


LOSS_TOLERANCE, GROWTH_TOLERANCE = 0.001, 0.01
"""How far the capacity loss and the resistance growth may move from one step to the next: cells see them held."""


def soh(cells: int) -> Variable:
    """Return the state of health of n cells."""
    return Variable("soh", "1", cells, 1.0, 1.0 - MOST_LOSS, 1.0, 1.0,
                    "State of health: the share of its capacity that each cell has kept",
                    display_unit="%", detail=Detail.CELL)  # fmt: skip


def growth(cells: int) -> Variable:
    """Return the growth of the resistance of n cells."""
    return Variable("resistance_growth", "1", cells, 0.0, 0.0, MOST_GROWTH, 0.1,
                    "Relative growth of the resistance of each cell", display_unit="%",
                    hold_tolerance=GROWTH_TOLERANCE, time_constant="timescale.resistance_growth")  # fmt: skip


SOH_EXTREMES, GROWTH_EXTREMES = extremes_of(soh(1)), extremes_of(growth(1))
write_soh_extremes, write_growth_extremes = SOH_EXTREMES.write, GROWTH_EXTREMES.write

start = in_turn(LAWS.values(), "start", "x, p, k")
grow = in_turn(LAWS.values(), "grow", "x, p, u, k, h")
write = in_turn(LAWS.values(), "write", "x, p, y, k")
share_of_laws = total(LAWS.values(), "capacity_loss", "x, p, k")
charge_of_laws = total(LAWS.values(), "lost_charge", "x, p, k")
growth_of_laws = total(LAWS.values(), "resistance_growth", "x, p, k")


def declare(cells: int, kind: AgingParameters, shorts: bool = False) -> Model:
    """Declare the aging of n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    kind : AgingParameters
        How they age.
    shorts : bool
        Whether cells get internal shorts by dendrites.

    Raises
    ------
    InputError
        When there is no cell, or shorts are asked for of cells in which no lithium plates.
    """
    cells, loses_material = counted("cells", cells, "cell"), kind.material.happens
    if shorts and not kind.plates:
        raise InputError(f"dendrites: no lithium plates in cells that age as {kind.laws.name}; leave them out")
    model = Model(
        name="Aging",
        description="Capacity loss and resistance growth of each cell, from the stress that it has counted",
        fields=fields(cells, kind) + kind.aging_fields(cells),
        initialize=initialize_with_material if loses_material else initialize,
        outputs_kernel=outputs_kernel,
        advance=advance_with_material if loses_material else advance,
        refusals=refusals(),
        update=Update.EXACT,
    )
    return _shorted(model, dendrites.fields(kind.dendrite, cells), loses_material) if shorts else model


def _shorted(model: Model, shorts: Fields, loses_material: bool) -> Model:
    return replace(
        model,
        fields=model.fields + shorts,
        initialize=initialize_with_material_and_shorts if loses_material else initialize_with_shorts,
        advance=advance_with_material_and_shorts if loses_material else advance_with_shorts,
    )


def fields(cells: int, kind: AgingParameters) -> Fields:
    """Return the counters, what differs from cell to cell, and the sums over all laws."""
    capacity = kind.laws.tested_capacity
    return Fields(
        parameters=(
            Variable("capacity", "C", cells, capacity, 1.0, UNBOUNDED, capacity, "Charge between SOC 0 and 1, when new",
                     display_unit="A.h"),
            Variable("aging_rate", "1", cells, 1.0, 0.0, UNBOUNDED, 1.0,
                     "Factor on the calendar laws and on the diffusion through the film"),
            Variable("resistance_rate", "1", cells, kind.resistance_rate, 0.0, UNBOUNDED, 1e-4,
                     "Growth of the resistance with each full cycle, beside the laws"),
            *_earlier(cells),
        ),
        inputs=counters(cells),
        outputs=(
            Variable("capacity_loss", "1", cells, 0.0, 0.0, MOST_LOSS, 0.1,
                     "Share of the capacity that each cell has lost", display_unit="%",
                     hold_tolerance=LOSS_TOLERANCE, time_constant="timescale.capacity_loss"),
            growth(cells),
            soh(cells),
            *(SOH_EXTREMES.variables + GROWTH_EXTREMES.variables + timescale_variables()),
            time_constant("capacity_loss", "Time in which a loss changes by 0.001 at its present rate"),
            time_constant("resistance_growth", "Time in which a growth changes by 0.01 at its present rate"),
        ),
        states=(
            *counters(cells, ", when last seen"),
            Variable("elapsed", "s", None, 0.0, 0.0, UNBOUNDED, 1e7, "Time since the cells were new"),
            whole("fallen_cell", None, "Cell whose counter has fallen, from 1", greatest=cells),
            Variable("fallen_from", "1", None, 0.0, 0.0, UNBOUNDED, 1.0, "What that counter was"),
            Variable("fallen_to", "1", None, 0.0, 0.0, UNBOUNDED, 1.0, "What it has fallen to"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def _earlier(cells: int) -> tuple[Variable, ...]:
    """Return what the cells had gone through before the start."""
    return (
        *(counter.earlier(cells) for counter in COUNTERS if counter.adds_up),
        Variable("earlier_capacity_loss", "1", cells, 0.0, 0.0, MOST_LOSS, 0.1,
                 "Capacity lost before the start, beside the laws", display_unit="%", detail=Detail.CELL),
        Variable("earlier_resistance_growth", "1", cells, 0.0, 0.0, MOST_GROWTH, 0.1,
                 "Growth of the resistance before the start, beside the laws", display_unit="%", detail=Detail.CELL),
        Variable("earlier_greatest_capacity_loss", "1", cells, 0.0, 0.0, MOST_LOSS, 0.1,
                 "Greatest capacity loss before the start, which the loss does not fall below", display_unit="%",
                 detail=Detail.CELL),
        Variable("earlier_time", "s", None, 0.0, 0.0, UNBOUNDED, 1e7,
                 "Time before the start, from which the noise of the film goes on", display_unit="d"),
    )  # fmt: skip


@kernel
def capacity_loss(x: Block, p: Block, k: int) -> float:
    """Return the share of its capacity that cell k has lost [1], without bounds."""
    return share_of_laws(x, p, k) + charge_of_laws(x, p, k) / p.capacity[k] + p.earlier_capacity_loss[k]


@kernel
def resistance_growth(x: Block, p: Block, k: int) -> float:
    """Return the relative growth of the resistance of cell k [1], without bounds."""
    grown = growth_of_laws(x, p, k) + p.earlier_resistance_growth[k]
    throughput = x.charge_throughput[k] + p.earlier_charge_throughput[k]
    return cycled_resistance(grown, p.resistance_rate[k], throughput, p.capacity[k])


@kernel
def write_outputs(x: Block, p: Block, y: Block, h: float) -> None:
    """Write the outputs after a step of h [s]; the loss of each cell does not fall."""
    lost = grown = 0.0
    for k in range(y.soh.shape[0]):
        loss, growth = y.capacity_loss[k], y.resistance_growth[k]
        y.capacity_loss[k] = max(loss, min(capacity_loss(x, p, k), MOST_LOSS))
        y.resistance_growth[k] = min(max(resistance_growth(x, p, k), 0.0), MOST_GROWTH)
        lost, grown = max(lost, y.capacity_loss[k] - loss), max(grown, abs(y.resistance_growth[k] - growth))
        y.soh[k] = 1.0 - y.capacity_loss[k]
        write(x, p, y, k)
    write_soh_extremes(y.soh, y)
    write_growth_extremes(y.resistance_growth, y)
    y.timescale_capacity_loss = time_to_change(LOSS_TOLERANCE, lost, h)
    y.timescale_resistance_growth = time_to_change(GROWTH_TOLERANCE, grown, h)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the counters as they are at the start."""
    reset_timescales(y)
    x.elapsed = p.earlier_time
    x.fallen_cell = x.fallen_from = x.fallen_to = 0.0
    for k in range(y.soh.shape[0]):
        start(x, p, k)
        y.capacity_loss[k], y.resistance_growth[k] = p.earlier_greatest_capacity_loss[k], 0.0
    keep(x, u)
    write_outputs(x, p, y, 0.0)
    y.timescale_capacity_loss = y.timescale_resistance_growth = NONE


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no parameter is tunable."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what the cells counted during the h [s] that end."""
    status = fallen(x, u)
    if status != DONE:
        return status
    for k in range(y.soh.shape[0]):
        grow(x, p, u, k, h)
    keep(x, u)
    x.elapsed += h
    write_outputs(x, p, y, h)
    return DONE


@kernel
def initialize_with_material(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the counters as they are at the start, of cells that lose active material too."""
    initialize(x, p, u, y, c)
    material.write(x, p, y)


@kernel
def advance_with_material(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what the cells counted during the h [s] that end, of cells that lose active material too."""
    status = advance(x, p, u, y, c, t, h)
    if status == DONE:
        material.write(x, p, y)
    return status


@kernel
def initialize_with_shorts(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the counters as they are at the start, of cells that get shorts too."""
    initialize(x, p, u, y, c)
    dendrites.start(x, p, y)


@kernel
def advance_with_shorts(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what the cells counted during the h [s] that end, of cells that get shorts too."""
    status = advance(x, p, u, y, c, t, h)
    if status == DONE:
        dendrites.advance(x, p, y, t, h)
    return status


@kernel
def initialize_with_material_and_shorts(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the counters as they are at the start, of cells that lose active material and get shorts too."""
    initialize_with_material(x, p, u, y, c)
    dendrites.start(x, p, y)


@kernel
def advance_with_material_and_shorts(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what the cells counted during the h [s] that end, of cells that lose active material and get shorts too."""
    status = advance_with_material(x, p, u, y, c, t, h)
    if status == DONE:
        dendrites.advance(x, p, y, t, h)
    return status
