"""Inductances of conductors: their currents within a step, from microseconds to seconds.

Equations
---------
A conductor of resistance R and inductance L carries ``v = R i + L di/dt``. Within a step of the network the EMFs,
resistances, balancing currents and the load's current hold. Sub-steps of h take the diagonally implicit Runge-Kutta
method of two stages, of second order and L-stable, with ``a = 1 - 1/sqrt(2)``::

    i_1 = i + a h k_1,   i_2 = i + (1 - a) h k_1 + a h k_2,   L k = v - R i at each stage

A stage is a network of conductances: a conductor whose current is ``i_base + a h k`` conducts
``g = 1 / (R + L/(a h))`` and drives ``g (L/(a h) i_base - arc)``, with the arc voltage of its fuse (`fuses`). Both
stages have one matrix. The error ``a h |k_2 - k_1|``, which the first stage alone would be off, sets h.

A load, a switch or an EMF that jumps at the start of the step may force currents to jump that inductances hold: a first
sub-step of `INSTANT` by Euler's backward method lets them. So does one behind each event of a fuse. A conductor that
parts breaks its current; the fields of those around it take over what they can, the rest is lost.

Once no way leads through the pack, the load has no current for the rest of the step. Without any inductance currents
only change at events, and sub-steps are as long as those are apart.

Energy
------
With the weights ``b = (1 - a, a)`` of the method, sums over the stages make charge and energy of the step. Exactly::

    sum b h L i k = L (i_end^2 - i^2)/2 + L h^2 (m_1 k_1^2 + m_2 k_2^2)/2,   m_1 = (1 - a)(3 a - 1),   m_2 = a^2

The first term is what the magnetic field has stored, the second what the method has lost. Of the first sub-step it is
``L (i_end - i)^2/2``.

References
----------
R. Alexander, SIAM J. Numer. Anal. 14 (1977) 1006, doi:10.1137/0714068: the method. E. Hairer, G. Wanner, Solving
Ordinary Differential Equations II, 2nd ed., Springer 1996, section IV.6.
"""

from __future__ import annotations

from .....core.bounds import UNBOUNDED
from .....core.fields import Fields, flag, state
from .....core.kernel import Block, kernel
from .....core.variable import Count, Variable
from ....numerics import laplacian
from .. import nodal
from ..system import NodalSystem
from . import mutual

INSTANT = 1e-12
"""Length of the first sub-step [s]: no current that the load does not force changes in it."""

FIRST = 1e-6
"""Length of the first sub-step of all [s]."""

UNFINISHED = 4
"""Status of a step that takes too many sub-steps."""

REFUSALS = {
    UNFINISHED: "the currents in inductances do not settle within 100 000 sub-steps; take shorter steps, or a greater "
    "transient_tolerance than {p.transient_tolerance:.9g} A",
}


def fields(wiring: NodalSystem) -> Fields:
    """Return the inductances, the currents that they hold, and the tolerance."""
    conductors, cells = Count(len(wiring.names), "conductor"), Count(len(wiring.cells.first), "cell")
    return Fields(
        parameters=(
            Variable("conductor_inductance", "H", conductors, wiring.inductances, 0.0, 1e3, 1e-6,
                     "Inductance of each conductor of the netlist", display_unit="uH"),
            Variable("transient_tolerance", "A", None, 0.01, 1e-9, UNBOUNDED, 0.01,
                     "Error that a sub-step may leave in the currents of inductances"),
            Variable("longest_substep", "s", None, 1e9, 1e-9, UNBOUNDED, 1.0,
                     "Greatest length of a sub-step", hidden=True),
        ),
        outputs=(
            Variable("inductive_energy", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Energy that the magnetic fields have taken up, over the step"),
            Variable("method_loss", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Energy that the sub-steps of inductances have lost, over the step"),
        ),
        states=(
            state("held_current", "A", conductors, "Current in each conductor at the end of the last sub-step"),
            state("first_slope", "A/s", conductors, "k_1: slope of the current in the first stage"),
            state("base_current", "A", conductors, "What a stage adds its slope to"),
            state("source_voltage", "V", conductors, "What drives each conductor in a stage: base current less arc"),
            state("first_source", "V", conductors, "The same in the first stage of the present sub-step"),
            state("companion", "Ohm", conductors, "L/(a h), which stands for the inductance in a stage", 0.0),
            state("cell_charge", "C", cells, "Charge into each cell in the step so far"),
            state("after_current", "A", conductors, "Current in each conductor at the end of the present sub-step"),
            state("first_known", "V", Count(len(wiring.pattern.place), "node"), "Potentials of the first stage"),
            state("short_work", "J", cells, "Energy lost in the short of each cell in the step so far"),
            state("substep", "s", None, "Length of the next sub-step", 0.0, UNBOUNDED, 1e-6),
            state("load_current", "A", None, "Current of the load in the present sub-step"),
            flag("has_inductance", None, "Whether a conductor has an inductance"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start a run: no inductance holds a current."""
    nodal.note_parted(x, u, c)
    x.substep, x.has_inductance = FIRST, 0.0
    y.inductive_energy = y.method_loss = 0.0
    for b in range(x.held_current.shape[0]):
        x.held_current[b] = x.base_current[b] = x.source_voltage[b] = 0.0
        if p.conductor_inductance[b] > 0.0:
            x.has_inductance = 1.0


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Begin a step of h [s]: nothing is counted; the conductances are those of one stage over all of it."""
    y.pack_charge = y.pack_energy = y.balancing_energy = y.cell_energy = y.busbar_loss = 0.0
    y.short_energy = y.short_charge = y.level_charge = 0.0
    y.external_short_current = y.external_short_energy = y.inductive_energy = y.method_loss = y.arc_energy = 0.0
    for k in range(x.cell_charge.shape[0]):
        x.cell_charge[k] = x.short_work[k] = 0.0
    nodal.note_parted(x, u, c)
    set_length(x, p, c, h)
    set_base(x, p, c, 0.0)


@kernel
def write_currents(x: Block, y: Block, c: Block, h: float) -> None:
    """Write the mean currents of cells and terminals over a step of h [s], and those in the conductors at its end."""
    y.pack_current_actual = y.pack_charge / h
    y.external_short_current /= h
    y.level_charge += c.terminal_level[0] * y.pack_charge
    for k in range(y.current.shape[0]):
        y.current[k] = x.cell_charge[k] / h
        y.short_heat_rate[k] = x.short_work[k] / h
        y.short_energy += x.short_work[k]
    for b in range(y.conductor_current.shape[0]):
        y.conductor_current[b] = x.held_current[b]
    for b in range(y.conductor_heat_rate.shape[0]):
        y.conductor_heat_rate[b] /= h
    for k in range(y.contact_heat_rate.shape[0]):
        y.contact_heat_rate[k] /= h


@kernel
def set_length(x: Block, p: Block, c: Block, length: float) -> None:
    """Set the conductances of stages whose implicit part is `length` [s] long."""
    for a in range(x.lasting_conductance.shape[0]):
        x.lasting_conductance[a] = 0.0
    for b in range(x.companion.shape[0]):
        x.companion[b] = p.conductor_inductance[b] / length
        x.conductor_conductance[b] = (1.0 - x.parted[b]) / (p.conductor_resistance[b] + x.companion[b])
        x.lasting_conductance[c.conductor_pair[b]] += x.conductor_conductance[b]


@kernel
def set_base(x: Block, p: Block, c: Block, h: float) -> None:
    """Set what a stage starts from: the held currents, and h [s] of their first slopes."""
    for b in range(x.companion.shape[0]):
        x.base_current[b] = x.held_current[b]
        if h > 0.0:
            x.base_current[b] += h * x.first_slope[b]
        x.source_voltage[b] = x.companion[b] * x.base_current[b] - x.arc_voltage[b]
    mutual.add_sources(x, p, c)


@kernel
def drive_conductors(x: Block, c: Block) -> None:
    """Let what drives the conductors drive the network."""
    for b in range(x.companion.shape[0]):
        driven = x.conductor_conductance[b] * x.source_voltage[b]
        nodal.drive(x, c.conductor_first[b], c.conductor_second[b], -driven)


@kernel
def eliminate(x: Block, u: Block, y: Block, c: Block) -> None:
    """Eliminate the equations of a stage; the load has no current where no way leads through the pack."""
    laplacian.eliminate(x, c)
    if not nodal.short_terminals(x, u, c):
        y.open_circuit, x.load_current = 1.0, 0.0


@kernel
def solve_first(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Find the potentials of a stage; what drives the conductors is set, the cells assembled."""
    drive_conductors(x, c)
    eliminate(x, u, y, c)
    mutual.respond(x, c)
    nodal.load(x, x.load_current)
    nodal.settle(x, c)
    mutual.couple(x, p, u, c)


@kernel
def solve_again(x: Block, p: Block, u: Block, c: Block) -> None:
    """Find the potentials of a stage of the same conductances; what drives the conductors is set."""
    nodal.restart(x, u, c)
    drive_conductors(x, c)
    nodal.drive_levels(x, u, c)
    laplacian.spread(x, c)
    nodal.drive_short(x, u, c)
    nodal.load(x, x.load_current)
    nodal.settle(x, c)
    mutual.couple(x, p, u, c)


@kernel
def stage_current(x: Block, u: Block, c: Block, b: int) -> float:
    """Return the current of conductor b in a stage [A]."""
    return x.conductor_conductance[b] * (nodal.conductor_voltage(x, u, c, b) + x.source_voltage[b])


@kernel
def set_after(x: Block, u: Block, c: Block) -> None:
    """Take the currents of a stage for those at the end of the present sub-step."""
    for b in range(x.companion.shape[0]):
        x.after_current[b] = stage_current(x, u, c, b)
