"""Two equal cells in parallel whose resistance falls with temperature, cooled and warming each other, for tests."""

from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np

from packfmu.cosim.opening import open_component, start_values
from packfmu.coupling.execution import Execution, settle
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.models.cell import ecm
from packfmu.models.network import network
from packfmu.models.numerics.arrhenius import GAS_CONSTANT
from packfmu.models.parameters import nissan_leaf_2013
from packfmu.models.thermal import chain
from packfmu.pack.topology import ELECTRICAL, PACK_LAYERS, THERMAL, pack_system

SECOND = 10**9
AIR, REFERENCE = 290.0, 298.15
RESISTANCE, ENERGY = 1e-4, 60e3
"""R of a cell at the reference temperature [Ohm], and its activation energy [J/mol]."""

CAPACITY, COOLING, WARMING = 100.0, 0.5, 0.25
"""Of a cell [J/K], to the air and to the other cell [W/K]."""

CHARGE = 2e7
"""Of a cell between SOC 0 and 1 [C]: so much that an hour of a test is a small part of the line."""

UNLIKE = 1e-4
"""How much more heat capacity one cell has: their temperatures part a little while both warm up, and only then."""

LEAF = nissan_leaf_2013.PARAMETERS
NODES, PAIRS = LEAF.nodes, LEAF.pairs


def voltage(slope):
    """Return an open-circuit voltage that rises in a line by a slope [V] from SOC 0 to 1, over `CHARGE`."""
    return 3.7 + slope * (np.linspace(0.0, 1.0, NODES) - 0.5)


def kind():
    """Return a cell of a constant open-circuit voltage; it has R0, and pairs of 1 nOhm that follow within 1 us."""
    none = np.zeros(NODES)
    return replace(
        LEAF, capacity=CHARGE, open_circuit_voltage=voltage(0.0), entropic_coefficient=none,
        ohmic_resistance=none + RESISTANCE, polarisation_resistance=np.full((PAIRS, NODES), 1e-9),
        polarisation_capacitance=np.full((PAIRS, NODES), 1e3), ohmic_activation_energy=ENERGY,
        polarisation_activation_energy=np.zeros(PAIRS), reference_temperature=REFERENCE, hysteresis_bound=0.0,
        coulombic_efficiency=1.0, self_discharge_current=0.0,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Warmth:
    """The pair at an operating temperature that both cells have.

    Parameters
    ----------
    temperature : float
        [K].
    resistance : float
        R of a cell [Ohm].
    power : float
        P of a cell [W].
    fall : float
        |alpha|, by which share R falls with each kelvin [1/K].
    """

    temperature: float
    resistance: float
    power: float
    fall: float


def at(temperature, current):
    """Return the pair at a temperature [K] under a current into both [A], by hand."""
    resistance = RESISTANCE * np.exp(ENERGY / GAS_CONSTANT * (1.0 / temperature - 1.0 / REFERENCE))
    fall = ENERGY / (GAS_CONSTANT * temperature**2)
    return Warmth(temperature=temperature, resistance=resistance, power=0.25 * current**2 * resistance, fall=fall)


def settled(current):
    """Return the pair where its warmth leaves to the air alone, under a current into both [A]."""
    low, high = AIR, 490.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        warms = at(middle, current).power > COOLING * (middle - AIR)
        low, high = (middle, high) if warms else (low, middle)
    return at(low, current)


class WarmPair:
    """PackNetwork, Cell and Thermal, stepped by the plan of their layers.

    Parameters
    ----------
    period : float
        Of all layers [s].
    """

    def __init__(self, period):
        models = {
            "PackNetwork": network.declare(1, 2, False, NODES),
            "Cell": ecm.declare(2, kind()),
            "Thermal": chain.declare(2),
        }
        self.period = period
        self._system = pack_system(kernel_component(name, PACK_LAYERS[name], each) for name, each in models.items())
        length = round(period * SECOND)
        self._plan = make_plan(self._system, {ELECTRICAL: length, THERMAL: length})

    def run(self, current, duration, warming=WARMING, series=0.0, slope=0.0):
        """Return the temperatures [K] of both cells after each step of a run of a duration [s].

        They start a kelvin below where they settle. A conductance [W/K] joins them; a resistance [Ohm] that warms
        neither is in series with each; their open-circuit voltage has a slope [V].
        """
        values = {
            "PackNetwork.load_mode": 1, "PackNetwork.pack_current": current, "PackNetwork.contact_resistance": series,
            "PackNetwork.segment_resistance": 0.0, "Thermal.ambient_temperature": AIR, "Thermal.convection": COOLING,
            "Thermal.conduction": warming, "Thermal.heat_capacity": CAPACITY * np.array([1.0 + UNLIKE, 1.0]),
            "Thermal.initial_temperature": settled(current).temperature - 1.0, "Cell.initial_soc": 0.5,
            "Cell.open_circuit_voltage": voltage(slope),
        }  # fmt: skip
        with ExitStack() as stack:
            slaves = {
                component.name: open_component(self._system, component, (), stack)
                for component in self._system.components
            }
            for name, given in start_values(self._system, self._plan, values).items():
                slaves[name].prepare(given, 0.0)
            settle(self._system, slaves, lambda text: None)
            execution, told = Execution(self._plan, slaves, (), 0), []
            for _ in range(round(duration / self.period)):
                execution.tick(1)
                told.append(slaves["Thermal"].outputs["temperature"].copy())
        return np.array(told)
