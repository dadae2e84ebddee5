"""How the voltage of porous electrodes changes with what may be held while it moves: SOC, temperature, resistances.

Equations
---------
The volumes are a network of sources and resistors, whose currents follow I_x by ``dI_b/dI_x``. What changes the voltage
of each branch b by ``dv_b`` at its current changes that between the collectors by ``-sum dv_b dI_b/dI_x`` (the
network is reciprocal; that the concentration couples its volumes is left out). The branches change::

    by SOC                dU/dx dx/dz
    by temperature        dU/dT + (eta - I E/(R_gas T) deta/dI) / T
    by growth             I (deta/dI + R_film),  J r_kappa,  (I_x - J) r_sigma

What the temperature makes of diffusion and conduction is left out, as in single particles.
"""

from __future__ import annotations

from ....core.kernel import Block, kernel
from ...numerics.arrhenius import GAS_CONSTANT
from .. import lithium
from ..kind import NEGATIVE, POSITIVE
from . import mesh


@kernel
def react(x: Block, p: Block, k: int, e: int) -> tuple[float, float, float]:
    """Return how the reactions of electrode e change the voltage with SOC [V], temperature [V/K] and growth [V]."""
    first, count, volumes = mesh.first_material(p, e), mesh.materials_of(p, e), mesh.volumes(p, e)
    temperature, filling = x.temperature[k], lithium.stoichiometry_of(x, k, e, x.soc[k])
    by_soc = by_temperature = by_growth = 0.0
    for m in range(first, first + count):
        rise = lithium.material_slope(p, m, filling) * (x.window_full[k, e] - x.window_empty[k, e])
        faster, colder = p.exchange_current_activation_energy[m] / (GAS_CONSTANT * temperature), 1.0 / temperature
        for n in range(volumes):
            i = mesh.first_particle(p, e) + n * count + m - first
            share, transfer = x.reaction_by_current[i], x.transfer_resistance[i] * x.reaction[i]
            by_soc -= share * x.rest_by_surface[i] * rise
            by_temperature -= share * (x.entropic[i] + (x.overpotential[i] - faster * transfer) * colder)
            by_growth -= share * (transfer + x.film[i] * x.reaction[i])
    return by_soc, by_temperature, by_growth


@kernel
def conduct(x: Block, p: Block, e: int, current: float) -> float:
    """Return how a growth of the resistances across electrode e changes the voltage [V], I_x being the current [A]."""
    start, volumes, count = mesh.first(p, 2 * e), mesh.volumes(p, e), mesh.materials_of(p, e)
    flowing, share, particle = (0.0, 0.0, 0) if e == NEGATIVE else (current, 1.0, mesh.first_particle(p, e))
    change = -current * x.node_solid[start if e == NEGATIVE else start + volumes - 1]
    for i in range(start, start + volumes - 1):
        for _ in range(count):
            flowing += x.reaction[particle]
            share += x.reaction_by_current[particle]
            particle += 1
        change -= flowing * share * (x.conduction_resistance[i] + x.conduction_resistance[i + 1])
        change -= (current - flowing) * (1.0 - share) * (x.node_solid[i] + x.node_solid[i + 1])
    return change


@kernel
def cross(x: Block, p: Block, current: float) -> float:
    """Return how a growth of the resistances across the separator changes the voltage [V]."""
    change = 0.0
    for i in range(mesh.first(p, 1) - 1, mesh.first(p, 2)):
        change -= current * (x.conduction_resistance[i] + x.conduction_resistance[i + 1])
    return change


@kernel
def include(x: Block, p: Block, y: Block, k: int, current: float) -> None:
    """Include the sensitivities of cell k under I_x [A], whose solution has been differentiated."""
    below, colder, weaker = react(x, p, k, NEGATIVE)
    above, warmer, stronger = react(x, p, k, POSITIVE)
    growth = weaker + stronger + cross(x, p, current)
    growth += conduct(x, p, NEGATIVE, current) + conduct(x, p, POSITIVE, current)
    contact = abs(x.current[k]) * x.contact_resistance[k]
    y.sensitivity_soc = max(y.sensitivity_soc, abs(below + above))
    y.sensitivity_temperature = max(y.sensitivity_temperature, abs(colder + warmer))
    y.sensitivity_resistance_growth = max(y.sensitivity_resistance_growth, abs(growth) + contact)
