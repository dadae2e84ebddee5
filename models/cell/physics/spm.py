"""Cells as single particles: one particle stands for each electrode, and the electrolyte stays as it is at rest.

Equations
---------
With the current i into the cell, the reaction currents ``I_n = -i_m`` and ``I_p = i_m``, positive where lithium leaves
the particle, and the surface stoichiometries x_s::

    v = Phi_p - Phi_n + R_contact i
    Phi = U(x_s, T) + eta(I, x_s, T) + R_film I

with the current i_m that is stored (`terminals`). Under constant current and temperature the particles are exact over
any step.

Limits
------
No gradient along the electrodes, none in the electrolyte: at 1C the voltage is off by tens of mV (`dfn` has them).

References
----------
S. Atlung, K. West, T. Jacobsen, J. Electrochem. Soc. 126 (1979) 1311, doi:10.1149/1.2129269. S. G. Marquis, V. Sulzer,
R. Timms, C. P. Please, S. J. Chapman, J. Electrochem. Soc. 166 (2019) A3693, doi:10.1149/2.0341915jes.
"""

from __future__ import annotations

from ....core.fields import Fields
from ....core.kernel import Block, kernel
from ....core.model import Model, Update
from ....core.timescale import include_timescale
from ....core.variable import counted
from ...electrochemistry import films, heat, kinetics, lithium, materials, particles, potentials
from ...electrochemistry.kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ...numerics.arrhenius import GAS_CONSTANT, thermal_voltage
from .. import port, reported
from . import anode, common, surfaces, terminals

Ahead = tuple[float, float, float, float, float, float]
"""The potential of an electrode ahead [V]; its derivatives by the reaction current [Ohm] and by the activity [V]; dU/dx
[V]; its derivative by the temperature, diffusion left out [V/K]; the resistance of charge transfer [Ohm]."""


def declare(cells: int, kind: ElectrochemicalParameters, capacity: float) -> Model:
    """Declare n cells of one kind as single particles.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    kind : ElectrochemicalParameters
        Start values of every cell.
    capacity : float
        Between SOC 0 and 1 of the nominal cell [C].
    """
    count = counted("cells", cells, "cell")
    fields = common.fields(count, kind, capacity, len(kind.materials)) + surfaces.fields()
    return Model(
        name="Cell",
        description="Cells as single particles with diffusion, charge transfer, self-discharge and heat",
        fields=Fields(modules=(__name__,)) + fields,
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=reported.REFUSALS | surfaces.REFUSALS,
        update=Update.EXACT,
        alike=count.of,
    )


@kernel
def activation(
    x: Block, p: Block, k: int, m: int, surface: float, current: float, activity: float
) -> tuple[float, float, float]:
    """Return the overpotential of a reaction current [V] at a surface stoichiometry, and its derivatives by both.

    `activity` is the electrolyte's factor on the exchange current: 1 where it rests.
    """
    voltage, exchange = thermal_voltage(x.temperature[k]), activity * x.exchange_current[k, m]
    return kinetics.activation(current, exchange, surface, p.transfer[m], voltage)


@kernel
def electrode_ahead(x: Block, p: Block, k: int, m: int, current: float, activity: float) -> Ahead:
    """Return what electrode m is under its film at a reaction current [A] after the time that is prepared."""
    per_current, temperature = -1.0 / x.material_charge[k, m], x.temperature[k]
    level, slope = particles.respond(x, p, k, m, m)
    surface = level + slope * per_current * current
    place = potentials.locate(p, m, surface)
    rest, by_stoichiometry = potentials.potential(x, p, k, m, place)
    entropic, _ = potentials.entropy(p, m, place)
    lost, by_current, by_surface = activation(x, p, k, m, surface, current, activity)
    total = by_current + (by_stoichiometry + by_surface) * slope * per_current
    faster = p.exchange_current_activation_energy[m] / (GAS_CONSTANT * temperature)
    warmer = entropic + (lost - by_current * current * faster) / temperature
    return rest + lost, total, -by_current * current / activity, by_stoichiometry, warmer, by_current


@kernel
def include_sensitivities(
    x: Block, p: Block, y: Block, k: int, positive: Ahead, negative: Ahead, conductors: float
) -> None:
    """Include how much the voltage of cell k changes with its SOC, its temperature, and a growth of its resistances.

    `conductors` is the resistance in series with the reactions [Ohm]. What the temperature makes of diffusion and
    conduction is left out.
    """
    rise = x.window_full[k, POSITIVE] - x.window_empty[k, POSITIVE]
    fall = x.window_full[k, NEGATIVE] - x.window_empty[k, NEGATIVE]
    by_soc, by_temperature = positive[3] * rise - negative[3] * fall, positive[4] - negative[4]
    total = positive[5] + negative[5] + conductors + x.contact_resistance[k]
    y.sensitivity_soc = max(y.sensitivity_soc, abs(by_soc))
    y.sensitivity_temperature = max(y.sensitivity_temperature, abs(by_temperature))
    y.sensitivity_resistance_growth = max(y.sensitivity_resistance_growth, abs(x.current[k]) * total)


@kernel
def include_particles(x: Block, p: Block, y: Block, k: int) -> None:
    """Include the longest time constants of the particles of cell k."""
    for m in range(x.diffusion_rate.shape[1]):
        slowest = 1.0 / (p.mode_rate[0] * x.diffusion_rate[k, m])
        include_timescale(y, slowest, slowest)


@kernel
def offer_port(x: Block, p: Block, y: Block, k: int) -> None:
    """Compute the Thévenin equivalent of cell k, linearised about its last current."""
    particles.prepare(x, p, k, p.lookahead)
    current = x.current[k]
    share, main = terminals.storing(p, k, current), terminals.stored(x, p, k)
    positive = electrode_ahead(x, p, k, POSITIVE, main, 1.0)
    negative = electrode_ahead(x, p, k, NEGATIVE, -main, 1.0)
    contact, film = x.contact_resistance[k], films.both(x, k)
    resistance = share * (positive[1] + negative[1] + film) + contact
    y.emf[k] = positive[0] - negative[0] + film * main + contact * current - resistance * current
    y.resistance[k] = resistance
    anode.offer(y, k, current, negative[0], share * negative[1])
    include_sensitivities(x, p, y, k, positive, negative, film)
    include_particles(x, p, y, k)


@kernel
def book_electrode(
    x: Block, p: Block, y: Block, k: int, m: int, current: float, activity: float, h: float
) -> tuple[float, float]:
    """Step electrode m of cell k over h [s] under a reaction current [A], and book it.

    Returns the potential under its film in the middle of the step [V], and the heat [J]. Half the step is prepared.
    """
    r, charge = -current / x.material_charge[k, m], x.material_charge[k, m]
    level, slope = particles.respond(x, p, k, m, m)
    surface, before = level + slope * r, x.mean_stoichiometry[k, m]
    place = potentials.locate(p, m, surface)
    rest, _ = potentials.potential(x, p, k, m, place)
    entropic, _ = potentials.entropy(p, m, place)
    lost, _, _ = activation(x, p, k, m, surface, current, activity)
    warmth = heat.react(y, h * current, rest, x.temperature[k] * entropic, lost)
    particles.advance(x, p, k, m, m, r)
    return rest + lost, warmth + heat.store(x, p, y, k, m, m, charge, before)


@kernel
def advance_cell(x: Block, p: Block, y: Block, k: int, h: float) -> None:
    """Step cell k over h [s], its current and temperature being in x already, and add it to the ledger."""
    particles.prepare(x, p, k, 0.5 * h)
    main = terminals.stored(x, p, k)
    positive, warmth = book_electrode(x, p, y, k, POSITIVE, main, 1.0, h)
    negative, warmer = book_electrode(x, p, y, k, NEGATIVE, -main, 1.0, h)
    x.anode_middle[k], drop = negative, films.both(x, k) * main
    y.heat_film += h * main * drop
    warmest = h * main * drop + terminals.book(x, p, y, k, main, positive - negative + drop, h)
    y.heat_rate[k] = (warmth + warmer + warmest) / h


@kernel
def electrode_now(x: Block, p: Block, k: int, m: int, current: float, activity: float) -> float:
    """Return the present potential of electrode m under its film at a reaction current [V]."""
    surface = particles.surface(x, p, k, m, m, -current / x.material_charge[k, m])
    surfaces.watch(x, p, k, m, surface)
    rest, _ = materials.potential(x, p, k, m, surface)
    lost, _, _ = activation(x, p, k, m, surface, current, activity)
    return rest + lost


@kernel
def write_cell(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the outputs of cell k at the communication point."""
    main = terminals.stored(x, p, k)
    y.voltage[k] = x.contact_resistance[k] * x.current[k] + films.both(x, k) * main
    positive, negative = electrode_now(x, p, k, POSITIVE, main, 1.0), electrode_now(x, p, k, NEGATIVE, -main, 1.0)
    y.voltage[k] += positive - negative
    y.anode_potential[k] = negative
    y.soc[k] = x.soc[k] = lithium.soc_at(x, k, x.mean_stoichiometry[k, NEGATIVE])
    offer_port(x, p, y, k)


@kernel
def settle(x: Block, p: Block, y: Block, k: int) -> None:
    """Start cell k at rest, its lithium and its temperature being in x already."""
    x.current[k] = y.heat_rate[k] = 0.0
    for m in range(x.diffusion_rate.shape[1]):
        particles.settle(x, k, m, lithium.stoichiometry_of(x, k, m, p.initial_soc[k]))
    write_cell(x, p, y, k)
    x.anode_middle[k] = y.anode_potential[k]


@kernel
def begin(x: Block, y: Block) -> None:
    """Begin a step of all cells."""
    common.reset_sums(x, y)
    surfaces.reset(x)


@kernel
def end(x: Block, y: Block, h: float) -> int:
    """End a step of h [s] of all cells; return its status."""
    common.write_sums(x, y, h)
    return surfaces.status(x, reported.within_range(y))


@kernel
def start(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Start cell k new and at rest."""
    lithium.renew(x, p, k)
    films.renew(x, p, k)
    terminals.warm(x, p, k, u.temperature[k])
    settle(x, p, y, k)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells new and at rest."""
    begin(x, y)
    for k in range(x.soc.shape[0]):
        start(x, p, u, y, k)
    common.write_sums(x, y, 0.0)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Compute the ports for the present `lookahead`."""
    port.reset_reports(y)
    for k in range(x.soc.shape[0]):
        offer_port(x, p, y, k)


@kernel
def step(x: Block, p: Block, u: Block, y: Block, k: int, h: float) -> None:
    """Step cell k over h [s] under the inputs, and write its outputs."""
    if x.temperature[k] != u.temperature[k]:
        terminals.warm(x, p, k, u.temperature[k])
    x.current[k] = u.current[k]
    advance_cell(x, p, y, k, h)
    write_cell(x, p, y, k)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Advance every cell by h seconds under constant current and temperature."""
    begin(x, y)
    for k in range(x.soc.shape[0]):
        step(x, p, u, y, k, h)
    return end(x, y, h)
