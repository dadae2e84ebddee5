"""Inductances of conductors: their currents within a step, from microseconds to seconds.

Equations
---------
A conductor of resistance R and inductance L carries ``v = R i + L di/dt``. Within a step of the network the EMFs,
resistances, balancing currents and the load's current hold. Sub-steps of h take the diagonally implicit Runge-Kutta
method of two stages, of second order and L-stable, with ``a = 1 - 1/sqrt(2)``::

    i_1 = i + a h k_1,   i_2 = i + (1 - a) h k_1 + a h k_2,   L k = v - R i at each stage

A stage is a network of conductances: a conductor whose current is ``i_base + a h k`` conducts
``g = 1 / (R + L/(a h))`` and drives ``g L/(a h) i_base``. Both stages have one matrix. The error ``a h |k_2 - k_1|``,
which the first stage alone would be off, sets h.

A load, a switch or an EMF that jumps at the start of the step may force currents to jump that inductances hold: a first
sub-step of `INSTANT` by Euler's backward method lets them.

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
from .....core.fields import Fields, state
from .....core.kernel import Block, kernel
from .....core.variable import Count, Variable
from ....numerics import laplacian
from .. import faults, nodal
from ..system import NodalSystem

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
            state("companion", "Ohm", conductors, "L/(a h), which stands for the inductance in a stage", 0.0),
            state("cell_charge", "C", cells, "Charge into each cell in the step so far"),
            state("after_current", "A", conductors, "Current in each conductor at the end of the present sub-step"),
            state("first_known", "V", Count(len(wiring.pattern.place), "node"), "Potentials of the first stage"),
            state("short_work", "J", cells, "Energy lost in the short of each cell in the step so far"),
            state("substep", "s", None, "Length of the next sub-step", 0.0, UNBOUNDED, 1e-6),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset(x: Block, u: Block, y: Block, c: Block) -> None:
    """Start a run: no inductance holds a current."""
    nodal.note_parted(x, u, c)
    x.substep = FIRST
    y.inductive_energy = y.method_loss = 0.0
    for b in range(x.held_current.shape[0]):
        x.held_current[b] = x.base_current[b] = 0.0


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Begin a step of h [s]: nothing is counted; the conductances are those of one stage over all of it."""
    y.pack_energy = y.balancing_energy = y.cell_energy = y.busbar_loss = y.inductive_energy = y.method_loss = 0.0
    y.short_energy = y.short_charge = 0.0
    for k in range(x.cell_charge.shape[0]):
        x.cell_charge[k] = x.short_work[k] = 0.0
    nodal.note_parted(x, u, c)
    break_currents(x, p, y)
    set_length(x, p, c, h)


@kernel
def break_currents(x: Block, p: Block, y: Block) -> None:
    """Break the currents in conductors that have parted: their fields lose their energy. The others go on."""
    for b in range(x.held_current.shape[0]):
        if x.parted[b] == 1.0:
            energy = 0.5 * p.conductor_inductance[b] * x.held_current[b] * x.held_current[b]
            y.inductive_energy -= energy
            y.method_loss += energy
            x.held_current[b] = 0.0
        x.base_current[b] = x.held_current[b]


@kernel
def write_currents(x: Block, y: Block, h: float) -> None:
    """Write the mean currents into the cells over a step of h [s], and those in the conductors at its end."""
    for k in range(y.current.shape[0]):
        y.current[k] = x.cell_charge[k] / h
        y.short_heat_rate[k] = x.short_work[k] / h
        y.short_energy += x.short_work[k]
    for b in range(y.conductor_current.shape[0]):
        y.conductor_current[b] = x.held_current[b]


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
def across(x: Block, u: Block, c: Block, b: int) -> float:
    """Return the voltage of conductor b [V], from its second end to its first, after a solution."""
    return x.known[c.conductor_second[b]] - x.known[c.conductor_first[b]] + c.conductor_rise[b] * u.emf[0]


@kernel
def drive_conductors(x: Block, c: Block) -> None:
    """Let the base currents of all conductors drive the network."""
    for b in range(x.companion.shape[0]):
        driven = x.conductor_conductance[b] * x.companion[b] * x.base_current[b]
        nodal.drive(x, c.conductor_first[b], c.conductor_second[b], -driven)


@kernel
def solve_stage(x: Block, u: Block, c: Block, current: float, eliminated: bool) -> None:
    """Find the potentials of a stage under a pack current [A]; the base currents are set, the cells assembled."""
    drive_conductors(x, c)
    if eliminated:
        nodal.drive_levels(x, u, c)
        laplacian.spread(x, c)
    else:
        laplacian.eliminate(x, c)
    nodal.load(x, current)
    nodal.settle(x, c)


@kernel
def stage_current(x: Block, u: Block, c: Block, b: int) -> float:
    """Return the current of conductor b in a stage [A]."""
    return x.conductor_conductance[b] * (across(x, u, c, b) + x.companion[b] * x.base_current[b])


@kernel
def count_stage(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, weight: float) -> None:
    """Add a stage that stands for `weight` seconds to charge and energy of the step."""
    for k in range(x.cell_charge.shape[0]):
        flowing = nodal.cell_current(x, c, k)
        own = faults.own_current(u, k, flowing)
        x.cell_charge[k] += weight * own
        y.short_charge += weight * (flowing - own)
        y.cell_energy += weight * own * (u.emf[k] + u.resistance[k] * own)
        y.busbar_loss += weight * p.contact_resistance[k] * flowing * flowing
        x.short_work[k] += weight * faults.short_power(u, k, own)
    for b in range(x.companion.shape[0]):
        flowing = stage_current(x, u, c, b)
        y.busbar_loss += weight * p.conductor_resistance[b] * flowing * flowing
    voltage = nodal.pack_voltage(x, u, c)
    y.pack_energy += weight * current * voltage
    y.balancing_energy += weight * nodal.balancing_power(x, u, c, voltage)
