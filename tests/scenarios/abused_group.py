"""A group of two 18650 cells whose lithium plates, whose dendrites short, and which may run away, for tests."""

from dataclasses import replace

import numpy as np

from packfmu.core.variable import Causality
from packfmu.cosim.opening import start_values
from packfmu.coupling.execution import Execution, settle
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.schedule import make_plan
from packfmu.models.aging import losses
from packfmu.models.aging.dendrites import Dendrite
from packfmu.models.cell import ecm
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from packfmu.models.parameters import graphite_film_aging, hatchard_kim_2007, nissan_leaf_2013
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Path, Radiation, ThermalGraph
from packfmu.models.thermal.runaway import network as runaway
from packfmu.pack.topology import AGING, ELECTRICAL, PACK_LAYERS, THERMAL, pack_system

SECOND = 10**9
CELLS, CHARGE, CAPACITY, AREA, CAN = 2, 9360.0, 0.045 * 830.0, 41.9e-4, 16.54e-6
"""Of a cell: 2.6 A.h [C], 45 g of 830 J/(kg K) [J/K], surface [m2], volume of the can [m3]."""

LEAF, FILM = nissan_leaf_2013.PARAMETERS, graphite_film_aging.PARAMETERS
SMALLER = FILM.laws.tested_capacity / CHARGE
"""By how much the cell is smaller than those that the parameter sets are of; resistances are as much greater."""

KIND = replace(
    LEAF, capacity=CHARGE, ohmic_resistance=LEAF.ohmic_resistance * SMALLER, self_discharge_current=0.0,
    polarisation_resistance=LEAF.polarisation_resistance * SMALLER,
    polarisation_capacitance=LEAF.polarisation_capacitance / SMALLER,
)  # fmt: skip
REACTIONS = replace(
    hatchard_kim_2007.PARAMETERS, separator_short=20.0, short_energy_share=0.3, venting_share=0.1, venting_heat=20.0
)
PLACES = ("cell 1", "cell 2")
NETLIST = Netlist(
    "-", "+", tuple(CellPlace(name, "-", f"+{name}") for name in PLACES),
    tuple(Conductor(name, f"+{name}", "+", 1e-3) for name in PLACES), (GroupPlace("group", "-", "+"),),
)  # fmt: skip
GRAPH = ThermalGraph(
    nodes=(*(Node(name, CAPACITY) for name in PLACES), Node("board", 200.0)),
    cells=PLACES,
    surfaces=PLACES,
    board="board",
    conductors=PLACES,
    paths=(Path("board", AMBIENT, 1.0), Path(*PLACES, 0.02), *(Path(name, AMBIENT, 7.17 * AREA) for name in PLACES)),
    radiations=tuple(Radiation(name, AMBIENT, 0.8 * AREA) for name in PLACES),
)
LEDGER = ("generated_heat", "reaction_heat", "advanced_heat"), (
    "stored_heat", "ambient_heat", "coolant_heat", "vented_heat",
)  # fmt: skip
"""Of Thermal over a step: what comes is what goes."""

SET = {"PackNetwork": ("pack_current", "cell_open", "conductor_parted", "external_short"),
       "Thermal": ("ambient_temperature", "dendrite_short")}  # fmt: skip
"""Inputs that a test may set, where nothing drives them."""


def ageing(resistance):
    """Return how the cells age, all shorts by dendrites of one resistance [Ohm]."""
    anode = replace(FILM.anode, resistance=FILM.anode.resistance * SMALLER)
    plating = replace(FILM.plating, exchange_current=FILM.plating.exchange_current / SMALLER)
    sei = replace(FILM.sei, area=FILM.sei.area / SMALLER, noise=0.0)
    return replace(FILM, anode=anode, plating=plating, sei=sei, dendrite=Dendrite(resistance=resistance, spread=0.0))


class AbusedGroup:
    """PackNetwork, Cell, Thermal and, where asked, Aging, stepped by the plan of their layers.

    Parameters
    ----------
    period, aging_period : float
        Of network, cells and heat, and of aging [s]; without the latter nothing ages, and dendrites are an input.
    resistance : float
        Of all shorts by dendrites [Ohm].
    """

    def __init__(self, period, aging_period=None, resistance=1.0):
        kind = ageing(resistance) if aging_period else None
        models = {
            "PackNetwork": network.declare(NETLIST, LEAF.nodes, heats=True),
            "Cell": ecm.declare(CELLS, KIND, kind),
            "Thermal": runaway.declare(GRAPH, REACTIONS, dendrites=True),
        }
        periods = {ELECTRICAL: round(period * SECOND), THERMAL: round(period * SECOND)}
        if aging_period:
            models["Aging"] = losses.declare(CELLS, kind, shorts=True)
            periods[AGING] = round(aging_period * SECOND)
        self.period = period
        self._system = pack_system(kernel_component(name, PACK_LAYERS[name], each) for name, each in models.items())
        self._plan = make_plan(self._system, periods)

    def start(self, stack, temperature, soc=0.2, **values):
        """Return slaves and execution of a run at rest, from a temperature [K] of cells and air."""
        given = {
            "PackNetwork.load_mode": 1, "PackNetwork.pack_current": 0.0, "PackNetwork.contact_resistance": 1e-3,
            "PackNetwork.capacity": CHARGE, "Cell.initial_soc": soc, "Thermal.ambient_temperature": temperature,
            "Thermal.initial_temperature": temperature, "Thermal.reacting_volume": CAN,
            "Thermal.electrical_energy": 34.6e3, **values,
        }  # fmt: skip
        if self._system.has(("Aging", "capacity")):
            given["Aging.capacity"] = CHARGE
        slaves = {}
        driven = [connection.target for connection in self._system.connections]
        for component in self._system.components:
            inputs = [name for name in component.ports if (component.name, name) in driven]
            inputs += [name for name in SET.get(component.name, ()) if name not in inputs]
            outputs = [name for name, port in component.ports.items() if port.causality is Causality.OUTPUT]
            slave = slaves[component.name] = component.open(inputs, outputs)
            stack.callback(slave.close)
        for name, start in start_values(self._system, self._plan, given).items():
            slaves[name].prepare(start, 0.0)
        settle(self._system, slaves, lambda text: None)
        return slaves, Execution(self._plan, slaves, (), 0)


def unbalanced(heat):
    """Return what is missing in the ledger of heat over a step, over what passed it."""
    came, went = (np.array([float(heat.outputs[name][0]) for name in names]) for names in LEDGER)
    return abs(came.sum() - went.sum()) / (np.abs(came).sum() + np.abs(went).sum() + 1e-6)
