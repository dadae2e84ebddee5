"""The port of a pack that is wired in any way, the current that a load sets on it, and the limits of the cells.

Equations
---------
The currents of the cells are affine in the pack current I: ``c_k(I) = c_k(0) + s_k I`` (`nodal`), and so are their
voltages and the potentials of their negative electrodes. What these move on from the middle to the end of the step is
foreseen as in `cell_limit` and `anode_limit`. What nothing ties to the terminals has no limit (`faults`).

Shared states
-------------
`idle_current` and `cell_share` are written here.
"""

from __future__ import annotations

import math

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import DONE
from ....core.variable import Count
from ...numerics import laplacian
from .. import anode_limit, cell_limit, kinds, loads, network
from . import faults, nodal

INFEASIBLE_POWER = network.INFEASIBLE_POWER


def fields(cells: Count) -> Fields:
    """Return the currents of the cells without a pack current, and their shares of one."""
    return Fields(
        states=(
            state("idle_current", "A", cells, "Current into the cell without a pack current"),
            state("cell_share", "1", cells, "Share of the pack current that flows into the cell"),
        ),
        modules=(__name__,),
    )


@kernel
def solve(x: Block, p: Block, u: Block, y: Block, c: Block) -> tuple[int, float, float]:
    """Eliminate the equations; return ``DONE`` or the status of a refusal, and EMF [V] and resistance [Ohm]."""
    if faults.has_moved(x, u, c):
        nodal.prepare(x, p, u, c)
    faults.count(x, c)
    if not nodal.assemble(x, p, u, c):
        return nodal.NO_RESISTANCE, 0.0, 0.0
    emf, resistance = offer(x, u, y, c)
    return allow(u, y, emf, resistance), emf, resistance


@kernel
def offer(x: Block, u: Block, y: Block, c: Block) -> tuple[float, float]:
    """Eliminate the equations, which are assembled; return EMF [V] and resistance [Ohm] between the terminals."""
    laplacian.eliminate(x, c)
    y.open_circuit = 0.0 if nodal.short_terminals(x, u, c) else 1.0
    return nodal.port(x, u, c)


@kernel
def allow(u: Block, y: Block, emf: float, resistance: float) -> int:
    """Write what a port delivers at most; return ``DONE``, or the status of a power that has no current."""
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    if u.load_mode == loads.POWER and y.open_circuit == 0.0 and not loads.feasible(u.pack_power, emf, resistance):
        return INFEASIBLE_POWER
    return DONE


@kernel
def prepare(x: Block, u: Block, c: Block) -> None:
    """Write how the currents of all cells follow the pack current; the equations are eliminated."""
    nodal.respond(x, c)
    nodal.settle(x, c)
    for k in range(x.cell_share.shape[0]):
        x.idle_current[k] = faults.own_current(x, u, k, nodal.cell_current(x, c, k))
        x.cell_share[k] = nodal.share(x, c, k) / faults.divisor(x, u, k)


@kernel
def cell_limited_current(x: Block, p: Block, u: Block, y: Block, current: float) -> float:
    """Return the current of a charge or discharge at `current` [A] that keeps every cell's voltage within its limit."""
    direction = math.copysign(1.0, current)
    limit = p.maximum_cell_voltage if current > 0.0 else p.minimum_cell_voltage
    limit -= direction * cell_limit.CLEARANCE
    most = abs(current)
    for k in range(x.cell_share.shape[0]):
        if x.counted[k] == 1.0:
            own = kinds.voltage_limit(p, k, direction, limit, cell_limit.CLEARANCE)
            room = direction * (own - u.emf[k] - u.resistance[k] * x.idle_current[k])
            room -= cell_limit.moves_on(x, u, y, k, direction)
            most = within(most, room, u.resistance[k] * x.cell_share[k])
    return direction * most


@kernel
def anode_limited_current(x: Block, u: Block, y: Block, current: float) -> float:
    """Return the current of a charge at `current` [A] that keeps every negative electrode at or above its limit."""
    most = current
    if current > 0.0:
        for k in range(x.cell_share.shape[0]):
            if x.counted[k] == 1.0:
                room = u.anode_emf[k] - u.anode_resistance[k] * x.idle_current[k] - u.anode_potential_limit
                room -= anode_limit.moves_on(x, u, y, k)
                most = within(most, room, u.anode_resistance[k] * x.cell_share[k])
    return most


@kernel
def write_cut_offs(x: Block, p: Block, y: Block) -> None:
    """Set the cut-offs of voltages, those of all cells, for the cells that something ties to the terminals."""
    if y.undervoltage == y.overvoltage == 0.0:
        return
    y.undervoltage = y.overvoltage = 0.0
    for k in range(x.counted.shape[0]):
        if x.counted[k] == 1.0 and x.cell_voltage[k] < kinds.voltage_limit(p, k, -1.0, p.minimum_cell_voltage, 0.0):
            y.undervoltage = 1.0
        if x.counted[k] == 1.0 and x.cell_voltage[k] > kinds.voltage_limit(p, k, 1.0, p.maximum_cell_voltage, 0.0):
            y.overvoltage = 1.0


@kernel
def within(most: float, room: float, slope: float) -> float:
    """Return `most`, or what brings a quantity of a slope to its limit, a room away; 0 where it is beyond already."""
    if slope * most <= room:
        return most
    return room / slope if room > 0.0 else 0.0


@kernel
def load_at_terminals(x: Block, p: Block, u: Block, c: Block, emf: float, resistance: float) -> float:
    """Let the current of a load that knows of the terminals alone flow; return it [A]."""
    current = loads.terminal_current(x, p, u, emf, resistance)
    nodal.load(x, current)
    nodal.settle(x, c)
    return current


@kernel
def load_by_cells(x: Block, p: Block, u: Block, y: Block, c: Block) -> float:
    """Let the current of a charge or discharge that keeps to the voltages of the cells flow; return it [A]."""
    loads.begin_charge(x, u)
    prepare(x, u, c)
    current = loads.charge_current(x, p, u, cell_limited_current(x, p, u, y, u.pack_current))
    nodal.load_settled(x, current)
    return current


@kernel
def load_by_anodes(x: Block, u: Block, y: Block, c: Block) -> float:
    """Let the current of a charge that keeps to the potentials of negative electrodes flow; return it [A]."""
    loads.begin_charge(x, u)
    prepare(x, u, c)
    current = anode_limited_current(x, u, y, u.pack_current)
    nodal.load_settled(x, current)
    return current


@kernel
def flow(x: Block, p: Block, u: Block, y: Block, c: Block, emf: float, resistance: float) -> float:
    """Let the current flow that the load sets, none through an open circuit; return it [A]."""
    if y.open_circuit == 1.0:
        nodal.settle(x, c)
        return 0.0
    if u.load_mode == loads.CONSTANT_CURRENT_CELL_VOLTAGE:
        return load_by_cells(x, p, u, y, c)
    return load_at_terminals(x, p, u, c, emf, resistance)
