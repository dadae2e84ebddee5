"""What the terminals of a cell of physics add: contacts, self-discharge, Coulombic efficiency; and the ledger there.

Equations
---------
Of the current i into the cell, i_m is stored::

    i_m = eta_c i - i_s(T) while charging, i - i_s(T) else
    v = Phi_p - Phi_n + R_contact i

with Coulombic efficiency eta_c and self-discharge current i_s, which follows Arrhenius. Of cells that do not age::

    charge = stored_charge + lost_charge
    electrical_energy = stored_energy + heat

Shared states
-------------
`current`, `greatest_rise` and `soc` are written here and by the models. `self_discharge` and
`contact_resistance` are written here.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...electrochemistry import materials
from ...electrochemistry.kind import ElectrochemicalParameters
from ...numerics.arrhenius import arrhenius
from .. import reported


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return what every cell of physics has beside its electrodes, and what it is given and reports."""
    return Fields(
        parameters=(
            Variable("resistance_scale", "1", cells, 1.0, 1e-3, 1e3, 1.0,
                     "Factor on the resistances of contacts, films, reactions and conductors"),
            Variable("contact_resistance", "Ohm", None, kind.contact_resistance, 0.0, UNBOUNDED, 1e-3,
                     "Resistance of contacts and current collectors", display_unit="mOhm"),
            Variable("coulombic_efficiency", "1", cells, kind.coulombic_efficiency, 0.0, 1.0, 1.0,
                     "Share of the charging current that is stored"),
            Variable("self_discharge_current", "A", cells, kind.self_discharge_current, 0.0, UNBOUNDED, 1e-3,
                     "Self-discharge current at the reference temperature", display_unit="mA"),
            Variable("self_discharge_activation_energy", "J/mol", None, kind.self_discharge_activation_energy,
                     -1e6, 1e6, 3e4, "Activation energy of the self-discharge", display_unit="kJ/mol"),
        ),
        inputs=reported.inputs(cells, kind.reference_temperature),
        outputs=reported.outputs(cells),
        states=(
            *reported.states(cells),
            state("self_discharge", "A", cells, "Self-discharge current at the temperature", 0.0),
            state("contact_resistance", "Ohm", cells, "Contact resistance, as it is now", 0.0),
        ),
        modules=(__name__, reported.__name__),
    )  # fmt: skip


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the temperature of cell k [K] and what follows from it."""
    materials.warm(x, p, k, temperature)
    for m in range(x.exchange_current.shape[1]):
        x.exchange_current[k, m] /= p.resistance_scale[k]
    x.self_discharge[k] = p.self_discharge_current[k]
    if x.self_discharge[k] != 0.0:
        slower = arrhenius(p.self_discharge_activation_energy, temperature, p.reference_temperature)
        x.self_discharge[k] = p.self_discharge_current[k] / slower
    x.contact_resistance[k] = p.contact_resistance * p.resistance_scale[k]


@kernel
def storing(p: Block, k: int, current: float) -> float:
    """Share of a current [A] that is stored: the Coulombic efficiency while charging."""
    return p.coulombic_efficiency[k] if current > 0.0 else 1.0


@kernel
def stored(x: Block, p: Block, k: int) -> float:
    """Return the current of cell k that is stored [A]."""
    return storing(p, k, x.current[k]) * x.current[k] - x.self_discharge[k]


@kernel
def book(x: Block, p: Block, y: Block, k: int, main: float, potential: float, h: float) -> float:
    """Book a step of h [s] in which a current [A] was stored at a voltage between the electrodes [V].

    Returns the heat of contacts and losses [J].
    """
    current = x.current[k]
    ohmic = h * current * current * x.contact_resistance[k]
    loss = h * (current - main) * potential
    y.heat_contact += ohmic
    y.heat_loss += loss
    y.electrical_energy += h * current * potential + ohmic
    y.charge += h * current
    y.stored_charge += h * main
    y.lost_charge += h * (current - main)
    x.greatest_rise = max(x.greatest_rise, abs(h * main / x.capacity[k]))
    return ohmic + loss
