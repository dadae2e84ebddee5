"""The electrical network of a pack: groups of parallel cells in series, under a load and with balancing currents.

Equations
---------
A group of parallel cells is an affine port, and so is the series of S groups. With E_g and R_g of group g, its current
I_g, and the pack current I::

    V_g = E_g + R_g I_g,   I_g = I + balancing_pack_current + balancing_current_g
    V = E + R I,   E = sum_g (E_g + R_g (I_g - I)),   R = sum_g R_g

The load sets I. The currents hold during the step. The voltages, limits and cut-offs are those that the ports of the
cells foresee under these currents, at the start of the step plus the cells' `lookahead`. After the initialisation all
currents are 0, and the voltages are those of the open circuit.

Shared states
-------------
`busbar_current` is written here; `ladder` uses it. `group_current` is written here; `report` uses it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.errors import InputError
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import DONE, Model, Update
from ...core.timescale import reset_timescales, timescale_variables
from ...core.variable import Count, Variable, counted
from . import anode_limit, charge, kinds, ladder, loads, report
from .bounds import CURRENT

INFEASIBLE_POWER = 1
"""Status of a step whose power has no current."""

INFEASIBLE = (
    "pack_power = {u.pack_power:.9g} W has no current: in this step the pack delivers at most "
    "maximum_discharge_power = {y.maximum_discharge_power:.9g} W, and at an open-circuit voltage of "
    "0 V or less neither delivers nor takes any"
)

UNDETERMINED_CURRENTS = 2
"""Status of a step in which cells without resistance are joined without any."""


def declare(series: int, parallel: int, opposite_terminals: bool, nodes: int, anodes: bool = False) -> Model:
    """Declare the network of `series` groups of `parallel` cells.

    Parameters
    ----------
    series, parallel : int
        Groups in the pack and cells in a group, >= 1.
    opposite_terminals : bool
        Whether a group's negative terminal is at its last cell; else both are at its first.
    nodes : int
        Length of the open-circuit voltage table, >= 2.
    anodes : bool
        Whether the cells tell the potentials of their negative electrodes, which a load may hold.

    Raises
    ------
    InputError
        When a number is too small.
    """
    if nodes < 2:
        raise InputError(f"nodes = {nodes} must be at least 2")
    groups = counted("series", series, "group")
    cells = Count(series * counted("parallel", parallel, "cell"), "cell")
    return Model(
        name="PackNetwork",
        description="Electrical network of a pack: parallel cells on busbar ladders, in series, under a load",
        fields=fields(groups)
        + ladder.fields(cells, groups, opposite_terminals)
        + loads.fields(groups, anodes)
        + report.fields(cells, groups)
        + charge.fields(cells, groups, Count(nodes, "node"))
        + (anode_limit.fields(cells) if anodes else Fields()),
        initialize=initialize_with_anodes if anodes else initialize,
        outputs_kernel=outputs_kernel,
        advance=advance_with_anodes if anodes else advance,
        update=Update.EXACT,
        refusals={
            INFEASIBLE_POWER: INFEASIBLE,
            UNDETERMINED_CURRENTS: "the currents of parallel cells are undetermined: two cells of a group have "
            "resistance + contact_resistance = 0 with segment_resistance = {p.segment_resistance:.9g} Ohm "
            "between them; one of these must be above 0",
        },
    )


def terminal_fields(groups: int) -> Fields:
    """Return the currents of balancing and pack, and the time constants, of which a network has none."""
    return Fields(
        inputs=(
            Variable("balancing_current", "A", groups, 0.0, -CURRENT, CURRENT, 0.1,
                     "Current into the group at its balancing tap, its two terminals"),
            Variable("balancing_pack_current", "A", None, 0.0, -CURRENT, CURRENT, 0.1,
                     "Current into the pack from balancing converters at its terminals"),
        ),
        outputs=(
            Variable("pack_current_actual", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 100.0, "Current into the pack"),
            *timescale_variables(),
        ),
    )  # fmt: skip


def fields(groups: int) -> Fields:
    """Return the currents of groups in series, and what is at the terminals of pack and groups."""
    own = Variable("group_current", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                   "Current into the group, balancing included")  # fmt: skip
    return terminal_fields(groups) + Fields(states=(own,), modules=(__name__,))


@kernel
def solve_groups(x: Block, p: Block, u: Block, c: Block) -> bool:
    """Write EMF and resistance of every group; return whether all currents are determined."""
    groups = x.group_emf.shape[0]
    cells = x.onward.shape[0] // groups
    return_resistance = p.segment_resistance * c.opposite_terminals
    determined = True
    for g in range(groups):
        determined &= ladder.eliminate(x, p, u, g, cells, return_resistance)
        ladder.add_return(x, g, cells, return_resistance)
    return determined


@kernel
def pack_port(x: Block, u: Block) -> tuple[float, float]:
    """Return E [V], what balancing adds included, and R [Ohm] of the pack."""
    emf = resistance = 0.0
    for g in range(x.group_emf.shape[0]):
        balancing = u.balancing_pack_current + u.balancing_current[g]
        emf += x.group_emf[g] + x.group_resistance[g] * balancing
        resistance += x.group_resistance[g]
    return emf, resistance


@kernel
def set_currents(x: Block, u: Block, y: Block, current: float) -> None:
    """Write the currents of pack, groups and cells at a pack current [A]."""
    groups = x.group_emf.shape[0]
    y.pack_current_actual = current
    for g in range(groups):
        x.group_current[g] = current + u.balancing_pack_current + u.balancing_current[g]
        ladder.distribute(x, y, g, y.current.shape[0] // groups, x.group_current[g])


@kernel
def clear_currents(x: Block, y: Block) -> None:
    """Set all currents to 0."""
    y.pack_current_actual = 0.0
    for k in range(y.current.shape[0]):
        y.current[k] = x.busbar_current[k] = 0.0
    for g in range(x.group_current.shape[0]):
        x.group_current[g] = 0.0


@kernel
def write_outputs(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Write the outputs that follow from the currents of a step of h [s]."""
    report.write_voltages(x, u, y)
    ladder.write_current_extremes(y.current, y)
    report.write_cut_offs(x, p, y)
    report.write_energies(x, p, u, y, c.opposite_terminals == 1, h)
    charge.write_charge(x, p, u, y, c)
    y.charge_complete = x.finished


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, at the voltages of the open circuit."""
    reset_timescales(y)
    kinds.prepare(x, p)
    solve_groups(x, p, u, c)
    emf, resistance = pack_port(x, u)
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    loads.reset_charge(x)
    clear_currents(x, y)
    write_outputs(x, p, u, y, c, 0.0)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no output follows a parameter before the next step."""


@kernel
def prepare(x: Block, p: Block, u: Block, y: Block, c: Block) -> tuple[int, float, float]:
    """Solve the groups; return ``DONE`` or the status of a refusal, and E [V] and R [Ohm] of the pack."""
    if not solve_groups(x, p, u, c):
        return UNDETERMINED_CURRENTS, 0.0, 0.0
    emf, resistance = pack_port(x, u)
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    if u.load_mode == loads.POWER and not loads.feasible(u.pack_power, emf, resistance):
        return INFEASIBLE_POWER, emf, resistance
    return DONE, emf, resistance


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start."""
    status, emf, resistance = prepare(x, p, u, y, c)
    if status != DONE:
        return status
    set_currents(x, u, y, loads.load_current(x, p, u, y, emf, resistance))
    write_outputs(x, p, u, y, c, h)
    return DONE


@kernel
def initialize_with_anodes(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start without currents, the negative electrodes at rest."""
    initialize(x, p, u, y, c)
    anode_limit.keep(x, u, y)


@kernel
def advance_with_anodes(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start, those of negative electrodes too."""
    status, emf, resistance = prepare(x, p, u, y, c)
    if status != DONE:
        return status
    set_currents(x, u, y, loads.load_current_by_anode(x, p, u, y, emf, resistance))
    anode_limit.keep(x, u, y)
    write_outputs(x, p, u, y, c, h)
    return DONE
