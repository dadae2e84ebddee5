"""A cell model of its own for tests: a constant voltage behind a resistor, with the ports that a pack asks for."""

from dataclasses import dataclass

import numpy as np

from packfmu.core.bounds import UNBOUNDED
from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model, Update
from packfmu.core.timescale import reset_timescales, timescale_variables
from packfmu.core.variable import Variable
from packfmu.models.cell.kind import CellLimits


@dataclass(frozen=True, kw_only=True)
class ResistiveCell:
    """A constant voltage [V] behind a resistor [Ohm]."""

    voltage: float
    resistance: float
    capacity: float
    heat_capacity: float
    limits: CellLimits
    coulombic_efficiency: float = 1.0
    self_discharge_current: float = 0.0
    nodes: int = 2

    @property
    def nominal_capacity(self):
        return self.capacity

    def equivalent_circuit(self):
        raise InputError("the resistive cell has no equivalent circuit with tables")

    def open_circuit(self, soc):
        return np.full(np.shape(soc), self.voltage)

    def immediate_resistance(self, soc):
        return np.full(np.shape(soc), self.resistance)

    settled_resistance = immediate_resistance

    def declare(self, cells, aging=None):
        if aging is not None:
            raise InputError("the resistive cell does not age")
        return Model(
            "Cell", "Constant voltages behind resistors", fields(cells, self), initialize, outputs_kernel, advance,
            update=Update.EXACT,
        )  # fmt: skip


def fields(cells, kind):
    def each(name, unit, start=0.0):
        return Variable(name, unit, cells, start, -UNBOUNDED, UNBOUNDED, 1.0, name)

    return Fields(
        parameters=(
            each("capacity", "C", kind.capacity),
            each("initial_soc", "1", 0.5),
            each("resistance_scale", "1", 1.0),
            each("coulombic_efficiency", "1", kind.coulombic_efficiency),
            each("self_discharge_current", "A", kind.self_discharge_current),
            Variable("ohmic_resistance", "Ohm", None, kind.resistance, 0.0, UNBOUNDED, 1e-3, "Resistor"),
            Variable("open_circuit_voltage", "V", 2, kind.voltage, 0.0, 10.0, 1.0, "Constant voltage"),
            Variable("lookahead", "s", None, 0.5, 0.0, 1e6, 1.0, "Not needed: nothing relaxes", tunable=True),
        ),
        inputs=(each("current", "A"), each("temperature", "K", 298.15)),
        outputs=(
            *(each("emf", "V"), each("resistance", "Ohm"), each("voltage", "V"), each("soc", "1")),
            *(each("heat_rate", "W"), *timescale_variables()),
        ),
        states=(each("charge", "C"),),
        modules=(__name__,),
    )


@kernel
def write_outputs(x, p, y, k, current):
    y.emf[k] = p.open_circuit_voltage[0]
    y.resistance[k] = p.resistance_scale[k] * p.ohmic_resistance
    y.voltage[k] = y.emf[k] + y.resistance[k] * current
    y.heat_rate[k] = y.resistance[k] * current * current
    y.soc[k] = p.initial_soc[k] + x.charge[k] / p.capacity[k]


@kernel
def initialize(x, p, u, y, c):
    reset_timescales(y)
    for k in range(x.charge.shape[0]):
        x.charge[k] = 0.0
        write_outputs(x, p, y, k, 0.0)


@kernel
def outputs_kernel(x, p, u, y, c):
    """Do nothing: the port does not depend on `lookahead`."""


@kernel
def advance(x, p, u, y, c, t, h):
    for k in range(x.charge.shape[0]):
        stored = p.coulombic_efficiency[k] * u.current[k] if u.current[k] > 0.0 else u.current[k]
        x.charge[k] += h * (stored - p.self_discharge_current[k])
        write_outputs(x, p, y, k, u.current[k])
    return DONE


PARAMETERS = ResistiveCell(
    voltage=3.6,
    resistance=2e-3,
    capacity=36000.0,
    heat_capacity=800.0,
    limits=CellLimits(
        minimum_voltage=3.0, maximum_voltage=4.0, maximum_charge_current=100.0, maximum_discharge_current=100.0
    ),
)
