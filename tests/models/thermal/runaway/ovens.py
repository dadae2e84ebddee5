"""A lumped 18650 cell of LiCoO2 in an oven: the model, and the same equations written anew for a stiff integration.

45 g of 830 J/(kg K), 7.17 W/(m2 K) of air and an emissivity of 0.8 over the full surface of 41.9 cm2, all reactants in
the volume of the can, 16.54 cm3, from 25 degC.
"""

import numpy as np
from scipy.integrate import solve_ivp

from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Path, Radiation, ThermalGraph
from packfmu.models.thermal.runaway import network

AREA, CAPACITY, CAN = 41.9e-4, 0.045 * 830.0, 16.54e-6
CONVECTION, EMISSIVITY, STEFAN_BOLTZMANN = 7.17, 0.8, 5.670374419e-8
R = 8.31446261815324
HOURS = 4.0


def graph(cells=1):
    """Return the graph of so many cells, each alone in the oven, with a board besides."""
    names = [f"cell {k}" for k in range(1, cells + 1)]
    return ThermalGraph(
        nodes=(*(Node(name, CAPACITY) for name in names), Node("board", 200.0)),
        cells=tuple(names),
        surfaces=tuple(names),
        board="board",
        paths=(*(Path(name, AMBIENT, CONVECTION * AREA) for name in names), Path("board", AMBIENT, 1.0)),
        radiations=tuple(Radiation(name, AMBIENT, EMISSIVITY * AREA) for name in names),
    )


def model(oven, cells=1, kind=PARAMETERS, volume=CAN, **start):
    """Return the model of cells from 25 degC in an oven [degC]."""
    given = {"reacting_volume": volume, "ambient_temperature": oven + 273.15, "initial_temperature": 298.15} | start
    return network.declare(graph(cells), kind).with_start(given)


def rates(shares, temperature):
    """Return the rates of all four reactions [1/s]; of the cathode counts what has reacted, and z is a state."""
    sei, anode, film, cathode, electrolyte = shares
    frequencies = np.array([1.667e15, 2.5e13, 6.667e13, 5.14e25])
    energies = np.array([1.3508e5, 1.3508e5, 1.396e5, 2.74e5])
    extents = np.array([sei, anode * np.exp(-film / 0.033), cathode * (1.0 - cathode), electrolyte])
    return frequencies * np.exp(-energies / (R * temperature)) * extents


def heats(volume=CAN):
    """Return the heat of each reactant as a whole [J]."""
    return volume * np.array([257e3 * 610.4, 1714e3 * 610.4, 314e3 * 1221.0, 155e3 * 406.9])


def reference(oven, volume=CAN, hours=HOURS, start=298.15, rtol=1e-10):
    """Return the solution of the same cell by `scipy`'s Radau; its events are where it heats itself by 1 K/s."""
    air, q = oven + 273.15, heats(volume)

    def flow(t, state):
        temperature, speed = state[5], rates(state[:5], state[5])
        given = CONVECTION * AREA * (air - temperature)
        given += EMISSIVITY * AREA * STEFAN_BOLTZMANN * (air**4 - temperature**4)
        sei, anode, cathode, electrolyte = speed
        return [-sei, -anode, anode, cathode, -electrolyte, (q @ speed + given) / CAPACITY]

    def onset(t, state):
        return q @ rates(state[:5], state[5]) / CAPACITY - 1.0

    onset.direction = 1.0
    begin = [0.15, 0.75, 0.033, 0.04, 1.0, start]
    return solve_ivp(flow, (0.0, 3600.0 * hours), begin, method="Radau", rtol=rtol, atol=1e-12, events=onset)
