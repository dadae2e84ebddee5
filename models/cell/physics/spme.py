"""Cells as single particles with electrolyte: reactions are uniform along the electrodes, the electrolyte is not.

Equations
---------
To the single particles come terms of the first order in the electrolyte's departure e from its concentration c_e0 at
rest (`salt`), with the currents of `spm`::

    v = Phi_p - Phi_n + V_c + (R_e + R_s) i_m + R_contact i
    Phi = U(x_s, T) + eta(I, x_s, T, i_0 <(1 + e)^a>)
    V_c = 2 (1 - t+) (R T/F) chi (<e>_p - <e>_n)
    R_e = (L_n/(3 b_n) + L_s/b_s + L_p/(3 b_p)) / (A kappa)
    R_s = (L_n/sigma_n + L_p/sigma_p) / (3 A)

Means over an electrode stand in angle brackets. D_e, kappa and chi are those at c_e0 and the temperature, as published;
PyBaMM takes them at the present concentration, and the logarithm of the concentration in V_c. The ohmic losses and V_c
are heat of the electrolyte: it mixes without heat, as its enthalpy is that of an ideal solution.

The potential of the negative electrode is that where it meets the separator: to Phi_n come
``i_m (L_n/(6 sigma_n) - L_n/(3 b_n kappa))/A - 2 (1 - t+) (R T/F) chi (e - <e>_n)``.

Limits
------
The error grows with the square of e: the model holds up to some 1C. What depletes is not seen.

References
----------
S. G. Marquis, V. Sulzer, R. Timms, C. P. Please, S. J. Chapman, J. Electrochem. Soc. 166 (2019) A3693,
doi:10.1149/2.0341915jes: the canonical model.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import Model, Update
from ....core.variable import Count, counted
from ...electrochemistry import electrolyte, films, lithium, particles, salt
from ...electrochemistry.kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ...electrochemistry.porous import mesh
from .. import port, reported
from . import anode, common, spm, surfaces, terminals

THIRD = 1.0 / 3.0


def declare(cells: int, kind: ElectrochemicalParameters, capacity: float) -> Model:
    """Declare n cells of one kind as single particles with electrolyte.

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
    fields = (
        common.fields(count, kind, capacity, len(kind.materials))
        + electrolyte.fields(count, kind)
        + mesh.fields(count, kind)
        + salt.fields(count, kind)
        + surfaces.fields()
    )
    return Model(
        name="Cell",
        description="Cells as single particles with electrolyte, charge transfer, self-discharge and heat",
        fields=Fields(modules=(__name__,)) + own(count) + fields,
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=reported.REFUSALS | surfaces.REFUSALS,
        update=Update.IMPLICIT,
    )


def own(cells: Count) -> Fields:
    """Return what n cells conduct by."""
    return Fields(
        states=(
            state("electrolyte_resistance", "Ohm", cells, "R_e", 0.0),
            state("solid_resistance", "Ohm", cells, "R_s", 0.0),
            state("face_resistance", "Ohm", cells, "What the current lowers the negative electrode's potential by at "
                  "the separator, against its mean"),
            state("concentration_voltage", "V", cells, "2 (1 - t+) (R T/F) chi"),
        )
    )  # fmt: skip


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the temperature of cell k [K] and what follows from it."""
    terminals.warm(x, p, k, temperature)
    mesh.warm(x, p, k, temperature)
    conductivity, _ = electrolyte.table_conductivity(p, p.electrolyte_concentration)
    factor, _ = electrolyte.thermodynamic_factor(p, p.electrolyte_concentration)
    negative, separator = x.layer_conduction[k, 0] / conductivity, x.layer_conduction[k, 1] / conductivity
    ionic = THIRD * (negative + x.layer_conduction[k, 2] / conductivity) + separator
    x.electrolyte_resistance[k] = ionic
    x.solid_resistance[k] = THIRD * (x.layer_solid[k, 0] + x.layer_solid[k, 2])
    x.face_resistance[k] = THIRD * negative - 0.5 * THIRD * x.layer_solid[k, 0]
    x.concentration_voltage[k] = factor * electrolyte.diffusion_voltage(x, p, k)


@kernel
def conductors(x: Block, k: int) -> float:
    """Return the resistance of what conducts the stored current of cell k in series with the reactions [Ohm]."""
    return films.both(x, k) + x.electrolyte_resistance[k] + x.solid_resistance[k]


@kernel
def offer_port(x: Block, p: Block, y: Block, k: int) -> None:
    """Compute the Thévenin equivalent of cell k, linearised about its last current."""
    particles.prepare(x, p, k, p.lookahead)
    current, area, spread = x.current[k], x.electrode_area[k], x.concentration_voltage[k]
    share, main = terminals.storing(p, k, current), terminals.stored(x, p, k)
    salt.solve(x, p, k, salt.AHEAD, main / area, p.lookahead)
    above, activity_above, by_above, active_above = salt.seen(x, p, POSITIVE, salt.AHEAD)
    below, activity_below, by_below, active_below = salt.seen(x, p, NEGATIVE, salt.AHEAD)
    positive = spm.electrode_ahead(x, p, k, POSITIVE, main, activity_above)
    negative = spm.electrode_ahead(x, p, k, NEGATIVE, -main, activity_below)
    by_positive = positive[1] + positive[2] * active_above / area
    by_negative = negative[1] - negative[2] * active_below / area
    wire, contact = conductors(x, k), x.contact_resistance[k]
    resistance = share * (by_positive + by_negative + spread * (by_above - by_below) / area + wire) + contact
    voltage = positive[0] - negative[0] + spread * (above - below) + wire * main + contact * current
    y.emf[k] = voltage - resistance * current
    y.resistance[k] = resistance
    spm.include_sensitivities(x, p, y, k, positive, negative, wire)
    face = salt.at_separator(x.salt_matrix[salt.WORK], p) - below
    by_face = salt.at_separator(x.salt_matrix[salt.ROWS * salt.AHEAD + salt.SLOPE], p) - by_below
    ahead = negative[0] - x.face_resistance[k] * main - spread * face
    anode.offer(y, k, current, ahead, share * (by_negative + x.face_resistance[k] + spread * by_face / area))
    spm.include_particles(x, p, y, k)
    salt.include(x, p, y, k)


@kernel
def conduct(x: Block, y: Block, k: int, main: float, above: float, below: float, h: float) -> tuple[float, float]:
    """Book what a stored current [A] loses in electrolyte, solid and films, from the mean departures of the salt.

    Returns the voltage [V] and the heat [J].
    """
    film, ionic = films.both(x, k) * main, x.electrolyte_resistance[k] * main
    ionic += x.concentration_voltage[k] * (above - below)
    solid = x.solid_resistance[k] * main
    y.heat_film += h * main * film
    y.heat_electrolyte += h * main * ionic
    y.heat_solid += h * main * solid
    return film + ionic + solid, h * main * (film + ionic + solid)


@kernel
def advance_cell(x: Block, p: Block, y: Block, k: int, h: float) -> None:
    """Step cell k over h [s], its current and temperature being in x already, and add it to the ledger.

    The salt in the middle of the step is the mean of both ends.
    """
    particles.prepare(x, p, k, 0.5 * h)
    main = terminals.stored(x, p, k)
    below, above = x.salt_mean[k, NEGATIVE], x.salt_mean[k, POSITIVE]
    slow, fast = x.salt_activity[k, NEGATIVE], x.salt_activity[k, POSITIVE]
    face = salt.at_separator(x.salt[k], p)
    salt.advance(x, p, k, main / x.electrode_area[k], h)
    below, above = 0.5 * (below + x.salt_mean[k, NEGATIVE]), 0.5 * (above + x.salt_mean[k, POSITIVE])
    slow, fast = 0.5 * (slow + x.salt_activity[k, NEGATIVE]), 0.5 * (fast + x.salt_activity[k, POSITIVE])
    face = 0.5 * (face + salt.at_separator(x.salt[k], p)) - below
    positive, warmth = spm.book_electrode(x, p, y, k, POSITIVE, main, fast, h)
    negative, warmer = spm.book_electrode(x, p, y, k, NEGATIVE, -main, slow, h)
    drop, lost = conduct(x, y, k, main, above, below, h)
    x.anode_middle[k] = negative - x.face_resistance[k] * main - x.concentration_voltage[k] * face
    lost += terminals.book(x, p, y, k, main, positive - negative + drop, h)
    y.heat_rate[k] = (warmth + warmer + lost) / h


@kernel
def write_cell(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the outputs of cell k at the communication point."""
    main, spread = terminals.stored(x, p, k), x.concentration_voltage[k]
    below, above = x.salt_mean[k, NEGATIVE], x.salt_mean[k, POSITIVE]
    positive = spm.electrode_now(x, p, k, POSITIVE, main, x.salt_activity[k, POSITIVE])
    negative = spm.electrode_now(x, p, k, NEGATIVE, -main, x.salt_activity[k, NEGATIVE])
    y.voltage[k] = positive - negative + spread * (above - below) + conductors(x, k) * main
    y.voltage[k] += x.contact_resistance[k] * x.current[k]
    face = salt.at_separator(x.salt[k], p) - below
    y.anode_potential[k] = negative - x.face_resistance[k] * main - spread * face
    y.soc[k] = x.soc[k] = lithium.soc_at(x, k, x.mean_stoichiometry[k, NEGATIVE])
    offer_port(x, p, y, k)


@kernel
def settle(x: Block, p: Block, y: Block, k: int) -> None:
    """Start cell k at rest, its lithium and its temperature being in x already."""
    x.current[k] = y.heat_rate[k] = 0.0
    salt.settle(x, p, k)
    for m in range(x.diffusion_rate.shape[1]):
        particles.settle(x, k, m, lithium.stoichiometry_of(x, k, m, p.initial_soc[k]))
    write_cell(x, p, y, k)
    x.anode_middle[k] = y.anode_potential[k]


@kernel
def start(x: Block, p: Block, u: Block, y: Block, k: int) -> None:
    """Start cell k new and at rest."""
    lithium.renew(x, p, k)
    films.renew(x, p, k)
    electrolyte.measure(x, p, k)
    warm(x, p, k, u.temperature[k])
    settle(x, p, y, k)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells new and at rest."""
    spm.begin(x, y)
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
        warm(x, p, k, u.temperature[k])
    x.current[k] = u.current[k]
    advance_cell(x, p, y, k, h)
    write_cell(x, p, y, k)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Advance every cell by h seconds under constant current and temperature."""
    spm.begin(x, y)
    for k in range(x.soc.shape[0]):
        step(x, p, u, y, k, h)
    return spm.end(x, y, h)
