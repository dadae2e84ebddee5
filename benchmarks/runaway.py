"""Time cells that may run away, and find the oven in which one does: python benchmarks/runaway.py [--ovens].

Times are the processor's, on one thread. Cells are lumped 18650 cells of LiCoO2 in an oven, each alone, whose
reactants are in the volume of the can: 45 g of 830 J/(kg K), 7.17 W/(m2 K) and an emissivity of 0.8 over the full
surface of 41.9 cm2, from 25 degC. Steps are of 1 s. Equal cells of a pack take the same sub-steps, so that its time
over their number is that of a cell. The peer is `scipy`'s Radau (rtol 1e-6) on the same equations of one cell; the
ratio is its time over ours, for half an hour in an oven of 160 degC, in which the cell runs away after 22 min.

With --ovens, bisect for the oven whose peak passes 250 degC within four hours, for shares of the can's volume.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import process_time

import numpy as np
from scipy.integrate import solve_ivp

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.graph.nodes import AMBIENT, Node, Path, Radiation, ThermalGraph
from packfmu.models.thermal.runaway import network

AREA, CAPACITY, CAN = 41.9e-4, 0.045 * 830.0, 16.54e-6
CONVECTION, EMISSIVITY, STEFAN_BOLTZMANN = 7.17 * AREA, 0.8 * AREA, 5.670374419e-8
HOURS = 4.0
CELLS, ROUNDS = 200, 200
LIMIT = 250.0
"""Peak above which a cell has run away [degC]."""


def begun(oven: float, cells: int, **start: float) -> Instance:
    """Return cells in an oven [degC]."""
    names = tuple(f"cell {k}" for k in range(1, cells + 1))
    graph = ThermalGraph(
        nodes=(*(Node(name, CAPACITY) for name in names), Node("board", 200.0)),
        cells=names,
        surfaces=names,
        board="board",
        paths=tuple(Path(name, AMBIENT, CONVECTION) for name in names),
        radiations=tuple(Radiation(name, AMBIENT, EMISSIVITY) for name in names),
    )
    given = {"reacting_volume": CAN, "ambient_temperature": oven + 273.15, "initial_temperature": 298.15} | start
    instance = Instance(network.declare(graph, PARAMETERS).with_start(given))
    instance.initialize()
    return instance


def radau(oven: float, hours: float) -> None:
    """Integrate one cell in an oven [degC] by the peer."""
    air, kinds = oven + 273.15, PARAMETERS.reactions
    frequencies = np.array([r.frequency for r in kinds])
    exponents = np.array([r.activation_energy for r in kinds]) / 8.31446261815324
    heats = CAN * np.array([r.heat * r.density for r in kinds])

    def flow(t: float, state: list[float]) -> list[float]:
        sei, anode, cathode, electrolyte, temperature = state
        film = PARAMETERS.film + PARAMETERS.anode.remaining - anode
        extents = [sei, anode * np.exp(-film / PARAMETERS.film_scale), cathode * (1.0 - cathode), electrolyte]
        speed = frequencies * np.exp(-exponents / temperature) * extents
        given = CONVECTION * (air - temperature) + STEFAN_BOLTZMANN * EMISSIVITY * (air**4 - temperature**4)
        return [*-speed, (heats @ speed + given) / CAPACITY]

    begin = [*(r.remaining for r in kinds), 298.15]
    solve_ivp(flow, (0.0, 3600.0 * hours), begin, method="Radau", rtol=1e-6, atol=1e-9)


def time_of(call: Callable[[], object]) -> float:
    """Return the time that a call takes [s]."""
    start = process_time()
    call()
    return process_time() - start


def dormant(temperature: float) -> float:
    """Return the least time of a step of cells in an oven as warm as they are [degC], a cell [s]."""
    cells = begun(temperature, CELLS, initial_temperature=temperature + 273.15)
    return min(time_of(lambda: cells.advance(0.0, 1.0)) for _ in range(ROUNDS)) / CELLS


def through(cells: Instance, seconds: int) -> list[float]:
    """Return the time of each step [s]."""
    return [time_of(lambda n=n: cells.advance(float(n), 1.0)) for n in range(seconds)]


def worst() -> float:
    """Return the time of the step that takes longest, the least of three runs, a cell [s]."""
    runs = [through(begun(160.0, CELLS), 1500) for _ in range(3)]
    return max(min(times) for times in zip(*runs, strict=True)) / CELLS


def peak(oven: float, volume: float) -> float:
    """Return the peak of a cell within four hours [degC]."""
    cell, highest = begun(oven, 1, reacting_volume=volume), 0.0
    for n in range(round(3600 * HOURS)):
        if cell.advance(float(n), 1.0) != DONE:
            raise RuntimeError(f"the step at {n} s was refused in an oven of {oven} degC")
        highest = max(highest, float(cell.y["temperature"][0]) - 273.15)
    return highest


def critical(volume: float) -> float:
    """Return the coolest oven in which the cell runs away [degC], to 0.02 K."""
    below, above = 130.0, 180.0
    while above - below > 0.02:
        middle = 0.5 * (below + above)
        below, above = (below, middle) if peak(middle, volume) > LIMIT else (middle, above)
    return above


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ovens", action="store_true", help="find the critical ovens, too: minutes")
    chosen = parser.parse_args()
    begun(25.0, 1).advance(0.0, 1.0)
    for temperature in (25.0, 120.0):
        print(f"dormant at {temperature:g} degC: {dormant(temperature) * 1e9:.0f} ns a cell-step")
    print(f"worst step of 1 s: {worst() * 1e6:.1f} us a cell-step")
    ours = min(sum(through(begun(160.0, CELLS), 1800)) for _ in range(3)) / CELLS
    theirs = min(time_of(lambda: radau(160.0, 0.5)) for _ in range(3))
    print(
        f"half an hour at 160 degC: {ours * 1e6:.0f} us a cell, Radau {theirs * 1e6:.0f} us: {theirs / ours:.0f} times"
    )
    if chosen.ovens:
        for share in (1.0, 0.9, 0.8, 0.7):
            print(f"{share:g} of the can's volume: runs away in an oven of {critical(share * CAN):.2f} degC")


if __name__ == "__main__":
    main()
