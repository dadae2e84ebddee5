"""The main contactor and the pre-charge path between a wired pack and its link (`link`), and the steps behind them.

Equations
---------
Both lie in parallel between the terminals of the netlist and the link, each open or closed, of the conductance G
together. Over a step of h in which the pack current has the mean I and the variance s they lose ``h (I^2 + s) / G``.
All currents and voltages of the pack are affine in the pack current, so an integral of squares is that of the mean, and
the variance times the square of the share. Exactly::

    load_energy = pack_energy + external_short_energy + contactor_loss + link_energy

Limits
------
The cells take the mean current: they do not know of its variance, and count the heat of an inrush too low.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import DONE
from ....core.variable import DataType, Variable
from .. import anode_limit, loads
from . import deliverable, faults, limits, link, nodal, outputs, redistribution, refinement


def fields() -> Fields:
    """Return contactor and pre-charge path, and what flows and is lost in them."""
    return Fields(
        parameters=(
            Variable("contactor_resistance", "Ohm", None, 2e-4, 1e-9, 1e9, 1e-4, "Resistance of the main contactor",
                     display_unit="mOhm"),
            Variable("precharge_resistance", "Ohm", None, 50.0, 1e-3, 1e9, 10.0, "Resistance of the pre-charge path"),
        ),
        inputs=(
            Variable("contactor_open", "1", None, 0.0, 0.0, 1.0, 1.0, "Whether the main contactor is open",
                     data_type=DataType.BOOLEAN),
            Variable("precharge_closed", "1", None, 0.0, 0.0, 1.0, 1.0, "Whether the pre-charge path is closed",
                     data_type=DataType.BOOLEAN),
        ),
        outputs=(
            Variable("inrush_current", "A", None, 0.0, 0.0, UNBOUNDED, 100.0,
                     "Greatest size of the current through contactor and pre-charge path within the step"),
            Variable("contactor_loss", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3,
                     "Energy lost in contactor and pre-charge path, over the step"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def closed_conductance(p: Block, u: Block) -> float:
    """Return G, of contactor and pre-charge path together [S]."""
    main = 0.0 if u.contactor_open > 0.5 else 1.0 / p.contactor_resistance
    return main + (1.0 / p.precharge_resistance if u.precharge_closed > 0.5 else 0.0)


@kernel
def through(p: Block, u: Block, y: Block, resistance: float) -> float:
    """Return g, from an EMF behind a resistance [Ohm] to the link [S]; 0 where no way leads there."""
    closed = closed_conductance(p, u)
    return 1.0 / (resistance + 1.0 / closed) if closed > 0.0 and y.open_circuit == 0.0 else 0.0


@kernel
def reset(x: Block, p: Block, u: Block, y: Block) -> None:
    """Start a run: a closed contactor has brought the link to the voltage of the pack, which is known."""
    joined = u.contactor_open < 0.5 and y.open_circuit == 0.0
    link.reset(x, y, y.pack_voltage if joined else p.initial_link_voltage)
    y.inrush_current = y.contactor_loss = 0.0


@kernel
def write_loss(x: Block, p: Block, u: Block, y: Block, current: float, h: float) -> None:
    """Write what flows and is lost in contactor and pre-charge path under a load's current [A]."""
    closed, mean = closed_conductance(p, u), link.mean_current(x, current)
    lost = h * (mean * mean + link.variance(x, current))
    y.contactor_loss = lost / closed if closed > 0.0 else 0.0
    y.inrush_current = max(abs(x.link_drive), abs(link.end_current(x, current)))


@kernel
def add_variance(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, h: float) -> None:
    """Add to the energies of a step of h [s] what the variance of the pack current does, the load's current given [A].

    The responses to a current at the terminals are known.
    """
    squares = h * link.variance(x, current)
    resistance = x.response[x.response.shape[0] - 2]
    shorted = x.terminal_short * resistance
    y.pack_energy += squares * resistance * (1.0 - shorted)
    y.external_short_energy += squares * resistance * shorted
    for b in range(y.conductor_current.shape[0]):
        through = x.response[c.conductor_second[b]] - x.response[c.conductor_first[b]]
        y.busbar_loss += squares * x.conductor_conductance[b] * through * through
    for k in range(y.current.shape[0]):
        at_contacts, own = nodal.share(x, c, k), x.cell_share[k]
        y.busbar_loss += squares * p.contact_resistance[k] * at_contacts * at_contacts
        y.cell_energy += squares * u.resistance[k] * own * own
        in_short = squares * x.short[k] * u.resistance[k] * own * u.resistance[k] * own
        y.short_energy += in_short
        y.short_heat_rate[k] += in_short / h


@kernel
def solve(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Set how link and currents follow load and pack in a step of h [s]; return ``DONE`` or the status of a refusal."""
    if faults.has_moved(x, u, c):
        nodal.prepare(x, p, u, c)
    faults.count(x, c)
    if not nodal.assemble(x, p, u, c):
        return nodal.NO_RESISTANCE
    emf, resistance = limits.offer(x, u, y, c)
    limits.prepare(x, u, c)
    link.begin(x, p, emf, through(p, u, y, resistance), h)
    emf, resistance = link.mean_port(x, p, h)
    y.maximum_discharge_power = loads.maximum_power(emf, resistance)
    possible = u.load_mode != loads.POWER or loads.feasible(u.pack_power, emf, resistance)
    return DONE if possible else limits.INFEASIBLE_POWER


@kernel
def finish(x: Block, p: Block, u: Block, y: Block, c: Block, wanted: float, h: float) -> int:
    """Write all outputs of a step of h [s] of a load that wants a current [A]."""
    current = link.drawn(x, p, y, wanted, h)
    mean = link.mean_current(x, current)
    nodal.load_settled(x, mean)
    outputs.write_terminals(x, u, y, c, mean)
    nodal.set_currents(x, u, y, c)
    refinement.correct(x, u, y, c, y.pack_current_actual)
    outputs.write_outputs(x, p, u, y, c, h)
    nodal.respond(x, c)
    add_variance(x, p, u, y, c, current, h)
    outputs.add_variance(x, p, y, c, link.variance(x, current))
    write_loss(x, p, u, y, current, h)
    link.finish(x, p, y, current, h)
    redistribution.write(x, p, u, y, c)
    deliverable.write(x, p, u, y, c)
    return DONE


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds behind contactor and link."""
    faults.begin(x, p, u, t)
    status = solve(x, p, u, y, c, h)
    return finish(x, p, u, y, c, link.set_load(x, p, u, y, h), h) if status == DONE else status


@kernel
def advance_with_anodes(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Find the currents of the step of h seconds behind contactor and link, those of negative electrodes too."""
    faults.begin(x, p, u, t)
    status = solve(x, p, u, y, c, h)
    if status == DONE:
        finish(x, p, u, y, c, link.set_load_by_anodes(x, p, u, y, h), h)
        anode_limit.keep(x, u, y)
    return status
