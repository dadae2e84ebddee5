"""The electrical network of a pack: groups of parallel cells on busbar ladders, in series, under a load.

Equations
---------
Each cell k offers ``v_k = emf_k + resistance_k c_k``, its voltage `lookahead` seconds ahead under a constant
current c_k into it. In a group of P cells, rung k of a ladder joins the two busbars through cell k and its
contacts, ``R_k = resistance_k + contact_resistance_k``; segments of r = `segment_resistance` join neighbouring
rungs on either busbar. The positive terminal is at rung 1, the negative one at rung 1, or at rung P with
`opposite_terminals`. With A_k the current in the positive busbar past rung k::

    c_k = A_{k-1} - A_k,   A_0 = I,   A_P = 0
    -R_k A_{k-1} + (R_k + R_{k+1} + 2 r) A_k - R_{k+1} A_{k+1} = emf_k - emf_{k+1}  (+ r I with opposite terminals)

solved by elimination in O(P) and with Kirchhoff's current law by construction. A group is then affine, and so is
the series of S groups::

    V_g = E_g + R_g I_g,   I_g = I + balancing_pack_current + balancing_current_g
    V = E + R I,   E = sum_g (E_g + R_g (I_g - I)),   R = sum_g R_g

The load sets the pack current I of the step by its `load_mode`:

current
    I = `pack_current`.
power
    V I = P = `pack_power`, the root next to zero, ``I = 2 P / (E + sqrt(E^2 + 4 R P))``. Discharging below
    ``P = -E^2 / (4 R)`` has no solution: the step is refused, and `maximum_discharge_power` tells what there is.
    So is any power while E is 0 or less.
constant current constant voltage
    I = `pack_current` while V keeps to `voltage_limit`, else the I that puts V on it, never of the other sign.
    A charge keeps V at or below the limit, a discharge at or above it. As soon as, in that second phase, the
    size of I would be at or below `taper_current`, the current is 0 and `charge_complete` is set, in that very
    step; both stay so until the load mode is left, whatever the inputs do.

State of charge, with Q_g and z_g of the groups (cells weighted by capacity)::

    usable_capacity = min_g Q_g z_g + min_g Q_g (1 - z_g),   pack_soc = min_g Q_g z_g / usable_capacity
    state_of_energy = given / (given + taken)

where `given` is the open-circuit energy of all groups until the first is empty, `taken` until the first is full.
Both ratios are 0 in a pack that can neither give nor take. With aging Q_g counts ``capacity (1 - capacity_loss)``
of its cells.

Energy over a step of h: ``pack_energy + balancing_energy = cell_energy + busbar_loss``, with
``pack_energy = h V I`` and the loss from the squares of the currents.

Times: the currents hold during the step; voltages, limits and cut-offs are those that the ports foresee under
these currents, at the start of the step plus the cells' `lookahead`. SOC, usable capacity and state of energy
are as of the SOC given, the start of the step. The cut-offs (strictly beyond the limit) are told anew in every
step, from the voltages at the cells, contacts left out, and the pack current without balancing; to act on them
is the master's part. After initialisation all currents are 0 and the voltages those of the open circuit.

Limits
------
Resistive busbars without inductance, one arrangement of terminals for all groups, cells that cannot fail open or
short. Two cells without any resistance between them have no determined currents: such a step is refused.

References
----------
J. A. Lone, N. Atlan, S. Fasolato, D. M. Raimondo, R. Drummond, arXiv:2508.14454 (2025): parallel cells with
interconnection resistances, the currents eliminated. Impact of Multiple Module Collectors on the Cell Current
Distribution within the Battery Pack, Batteries 9 (2023) 501, doi:10.3390/batteries9100501: the place of the
terminals. G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 4.3: banded
systems. G. L. Plett, Battery Management Systems, Volume II: Equivalent-Circuit Methods, Artech House 2016: power
limits, and the energy and the capacity of a pack.
"""

from __future__ import annotations

from ...core.errors import InputError
from ...core.fields import Fields
from ...core.model import DONE, Block, Model, Update, kernel
from ...core.timescale import reset_timescales
from ...core.variable import Count
from ..numerics import tables
from . import ladder, variables
from . import report as network_report
from .loads import LoadMode, feasible, limited_current, maximum_power, power_current

INFEASIBLE_POWER = 1
"""Status of a step whose power has no current."""

UNDETERMINED_CURRENTS = 2
"""Status of a step in which cells without resistance are joined without any."""

POWER = int(LoadMode.POWER)
CONSTANT_CURRENT_CONSTANT_VOLTAGE = int(LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE)


def declare(series: int, parallel: int, opposite_terminals: bool, nodes: int, aging: bool = False) -> Model:
    """Declare the network of `series` groups of `parallel` cells.

    Parameters
    ----------
    series, parallel : int
        Groups in the pack and cells in a group, >= 1.
    opposite_terminals : bool
        Whether a group's negative terminal is at its last cell; else both are at its first.
    nodes : int
        Length of the open-circuit voltage table, >= 2.
    aging : bool
        Whether the network is told which share of its capacity each cell has lost.

    Raises
    ------
    InputError
        When a number is too small.
    """
    for name, number, least in (("series", series, 1), ("parallel", parallel, 1), ("nodes", nodes, 2)):
        if number < least:
            raise InputError(f"{name} = {number} must be at least {least}")
    cells, groups = Count(series * parallel, "cell"), Count(series, "group")
    return Model(
        name="PackNetwork",
        description="Electrical network of a pack: parallel cells on busbar ladders, in series, under a load",
        fields=Fields(
            modules=(__name__,),
            parameters=variables.cell_parameters(cells) + variables.pack_parameters(nodes),
            inputs=(
                *(variables.aging_inputs(cells) if aging else ()),
                *(variables.port_inputs(cells, groups) + variables.load_inputs(groups)),
            ),
            outputs=variables.outputs(cells, groups),
            states=variables.states(cells, groups, nodes),
            constants=variables.constants(opposite_terminals),
        ),
        initialize=initialize_aging if aging else initialize,
        outputs_kernel=outputs_kernel,
        advance=advance_aging if aging else advance,
        update=Update.EXACT,
        refusals={
            INFEASIBLE_POWER: "pack_power = {u.pack_power:.9g} W has no current: in this step the pack delivers at "
            "most maximum_discharge_power = {y.maximum_discharge_power:.9g} W, and at an open-circuit voltage of "
            "0 V or less neither delivers nor takes any",
            UNDETERMINED_CURRENTS: "the currents of parallel cells are undetermined: two cells of a group have "
            "resistance + contact_resistance = 0 with segment_resistance = {p.segment_resistance:.9g} Ohm "
            "between them; one of these must be above 0",
        },
    )


@kernel
def solve_ports(x: Block, p: Block, u: Block, c: Block) -> bool:
    """Find what every group offers; return whether all currents are determined."""
    groups = x.group_emf.shape[0]
    cells = x.onward.shape[0] // groups
    lean = p.segment_resistance * c.opposite_terminals
    determined = True
    for g in range(groups):
        determined &= ladder.eliminate(x, p, u, g, cells, lean)
        ladder.add_return(x, g, cells, lean)
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
def charge_current(x: Block, p: Block, u: Block, emf: float, resistance: float) -> float:
    """Pack current [A] of constant current then constant voltage; latches the end."""
    current = limited_current(u.pack_current, u.voltage_limit, emf, resistance)
    if current != u.pack_current and abs(current) <= p.taper_current:
        x.finished = 1.0
    return 0.0 if x.finished == 1.0 else current


@kernel
def load_current(x: Block, p: Block, u: Block, emf: float, resistance: float) -> float:
    """Pack current [A] under the load."""
    if u.load_mode == CONSTANT_CURRENT_CONSTANT_VOLTAGE:
        return charge_current(x, p, u, emf, resistance)
    x.finished = 0.0
    if u.load_mode == POWER:
        return power_current(u.pack_power, emf, resistance)
    return u.pack_current


@kernel
def share_out(x: Block, u: Block, y: Block, current: float) -> None:
    """Give every group its current, and every cell its part, at a pack current [A]."""
    groups = x.group_emf.shape[0]
    y.pack_current_actual = current
    for g in range(groups):
        x.group_current[g] = current + u.balancing_pack_current + u.balancing_current[g]
        ladder.distribute(x, y, g, y.current.shape[0] // groups, x.group_current[g])


@kernel
def report(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Write the outputs that follow from the currents of a step of h [s]."""
    network_report.tell_voltages(x, p, u, y)
    network_report.tell_energies(x, p, u, y, c.opposite_terminals == 1, h)
    network_report.tell_charge(x, p, u, y)
    network_report.summarise(u, y)
    y.charge_complete = x.finished


@kernel
def rest(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Rest: no currents, the voltages of the open circuit."""
    reset_timescales(y)
    tables.integrate(p.open_circuit_voltage, x.open_circuit_area)
    solve_ports(x, p, u, c)
    emf, resistance = pack_port(x, u)
    y.maximum_discharge_power = maximum_power(emf, resistance)
    y.pack_current_actual = x.finished = 0.0
    for k in range(y.current.shape[0]):
        y.current[k] = x.busbar_current[k] = 0.0
    for g in range(x.group_current.shape[0]):
        x.group_current[g] = 0.0
    report(x, p, u, y, c, 0.0)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Rest with the capacities of the parameters."""
    for k in range(x.capacity.shape[0]):
        x.capacity[k] = p.capacity[k]
    rest(x, p, u, y, c)


@kernel
def lose_capacity(x: Block, p: Block, u: Block) -> None:
    """Leave every cell the capacity that its loss leaves."""
    for k in range(x.capacity.shape[0]):
        x.capacity[k] = p.capacity[k] * (1.0 - u.capacity_loss[k])


@kernel
def initialize_aging(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Rest as aged as the input tells."""
    lose_capacity(x, p, u)
    rest(x, p, u, y, c)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no output follows a parameter before the next step."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds from the ports at its start."""
    if not solve_ports(x, p, u, c):
        return UNDETERMINED_CURRENTS
    emf, resistance = pack_port(x, u)
    y.maximum_discharge_power = maximum_power(emf, resistance)
    if u.load_mode == POWER and not feasible(u.pack_power, emf, resistance):
        return INFEASIBLE_POWER
    share_out(x, u, y, load_current(x, p, u, emf, resistance))
    report(x, p, u, y, c, h)
    return DONE


@kernel
def advance_aging(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Step as `advance` does, with the capacities that are left."""
    lose_capacity(x, p, u)
    return advance(x, p, u, y, c, t, h)
