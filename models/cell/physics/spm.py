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
from ...electrochemistry import films, heat, kinetics, lithium, particles, potentials
from ...electrochemistry.kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ...numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from .. import port, reported
from . import anode, common, surfaces, terminals

PER_KELVIN, PER_GAS_CONSTANT = GAS_CONSTANT / FARADAY_CONSTANT, 1.0 / GAS_CONSTANT
"""Thermal voltage over the temperature [V/K]; 1/R_gas [mol K/J]."""

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
def electrode_at(x: Block, p: Block, k: int, m: int, surface: float, drive: float) -> tuple[float, float, float]:
    """Return U [V], dU/dT [V/K] and the overpotential [V] of electrode m at a surface stoichiometry.

    `drive` is the reaction current over the exchange current at the temperature and in the electrolyte.
    """
    temperature = x.temperature[k]
    place = potentials.locate(p, m, surface)
    rest, entropic = potentials.rest(p, m, place, temperature - p.reference_temperature)
    return rest, entropic, kinetics.loss(drive, surface, p.transfer[m], PER_KELVIN * temperature)


@kernel
def electrode_ahead(x: Block, p: Block, k: int, m: int, current: float, activity: float) -> Ahead:
    """Return what electrode m is under its film at a reaction current [A] after the time that is prepared.

    `activity` is the electrolyte's factor on the exchange current: 1 where it rests.
    """
    per_current, temperature = -1.0 / x.material_charge[k, m], x.temperature[k]
    level, slope = particles.respond(x, p, k, m, m)
    surface, warmer = level + slope * per_current * current, temperature - p.reference_temperature
    place, exchange = potentials.locate(p, m, surface), activity * x.exchange_current[k, m]
    rest, entropic = potentials.rest(p, m, place, warmer)
    by_place, entropic_by_place = potentials.inclines(p, m, place)
    by_stoichiometry = p.table_density[m] * (by_place + warmer * entropic_by_place)
    lost, by_current, by_surface = kinetics.activation(
        current, exchange, surface, p.transfer[m], PER_KELVIN * temperature
    )
    total = by_current + (by_stoichiometry + by_surface) * slope * per_current
    by_drive, cold = by_current * current, 1.0 / temperature
    faster = p.exchange_current_activation_energy[m] * cold * PER_GAS_CONSTANT
    warmer = entropic + (lost - by_drive * faster) * cold
    return rest + lost, total, -by_drive / activity, by_stoichiometry, warmer, by_current


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
    current, main = x.current[k], terminals.stored(x, p, k)
    grown = abs(main) * (positive[5] + negative[5] + conductors) + abs(current) * x.contact_resistance[k]
    y.sensitivity_soc = max(y.sensitivity_soc, abs(by_soc))
    y.sensitivity_temperature = max(y.sensitivity_temperature, abs(by_temperature))
    y.sensitivity_resistance_growth = max(y.sensitivity_resistance_growth, grown)


@kernel
def include_particles(x: Block, p: Block, y: Block) -> None:
    """Include the longest time constants of the particles of all cells."""
    least = most = x.diffusion_rate[0, 0]
    for k in range(x.diffusion_rate.shape[0]):
        for m in range(x.diffusion_rate.shape[1]):
            least, most = min(least, x.diffusion_rate[k, m]), max(most, x.diffusion_rate[k, m])
    include_timescale(y, 1.0 / (p.mode_rate[0] * most), 1.0 / (p.mode_rate[0] * least))


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


@kernel
def book_electrode(
    x: Block, p: Block, y: Block, k: int, m: int, current: float, activity: float, h: float
) -> tuple[float, float]:
    """Step electrode m of cell k over h [s] under a reaction current [A], and book it.

    Returns the potential under its film in the middle of the step [V], and the heat [J]. Half the step is prepared.
    """
    charge, before = x.material_charge[k, m], x.mean_stoichiometry[k, m]
    r, drive = -current / charge, current / (activity * x.exchange_current[k, m])
    level, slope = particles.respond(x, p, k, m, m)
    rest, entropic, lost = electrode_at(x, p, k, m, level + slope * r, drive)
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
    rest, _, lost = electrode_at(x, p, k, m, surface, current / (activity * x.exchange_current[k, m]))
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
def write_sums(x: Block, p: Block, y: Block, h: float) -> None:
    """Write what follows from all cells after a step of h [s]."""
    common.write_sums(x, y, h)
    include_particles(x, p, y)


@kernel
def end(x: Block, p: Block, y: Block, h: float) -> int:
    """End a step of h [s] of all cells; return its status."""
    write_sums(x, p, y, h)
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
    write_sums(x, p, y, 0.0)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Compute the ports for the present `lookahead`."""
    port.reset_reports(y)
    for k in range(x.soc.shape[0]):
        offer_port(x, p, y, k)
    include_particles(x, p, y)


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
    return end(x, p, y, h)
