"""Why the network steps first, with ports half a step ahead: the order of three ways to exchange currents and ports.

Four unequal cells in parallel, of straight open-circuit voltage, under a pack current that swings. Told is the
greatest difference of any cell's SOC, at the whole minutes of half an hour, to a run in steps of a sixteenth of the
shortest.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from packfmu.core.instance import Instance
from packfmu.models.cell import ecm
from packfmu.models.network import network as pack_network
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS

CELLS, SAMPLES, EVERY, STEPS = 4, 30, 60.0, (20.0, 10.0, 5.0)
NODES = PARAMETERS.nodes
KIND = replace(
    PARAMETERS,
    open_circuit_voltage=np.linspace(3.2, 4.0, NODES),
    entropic_coefficient=np.zeros(NODES),
    ohmic_resistance=np.full(NODES, 2e-3),
    polarisation_resistance=np.outer([1e-3, 1e-3, 2e-3], np.ones(NODES)),
    polarisation_capacitance=np.outer([3e4, 2e5, 4.5e5], np.ones(NODES)),
)
PORTS = ("emf", "resistance", "soc")
START = {"initial_soc": [0.70, 0.69, 0.71, 0.70], "resistance_scale": [1.0, 1.3, 0.8, 1.1]}
SCHEMES = {  # network first and cells in the same step, or all at once; how many steps ahead the ports look
    "network, then cells; ports h/2 ahead": (True, 0.5),
    "network, then cells; ports of now": (True, 0.0),
    "all at once; ports h ahead": (False, 1.0),
}


def mean_current(begin: float, end: float) -> float:
    """Return the mean of the pack current between two times [A]."""
    rate = 2.0 * math.pi / 800.0
    return -60.0 + 30.0 * (math.cos(rate * begin) - math.cos(rate * end)) / (rate * (end - begin))


def soc_over_time(step: float, in_turn: bool, ahead: float) -> NDArray[np.float64]:
    """Return the SOC of the cells at each whole minute of a run in steps of this length [s]; shape (samples, cells)."""
    cells = Instance(ecm.declare(CELLS, KIND).with_start({**START, "lookahead": ahead * step}))
    network = Instance(pack_network.declare(1, CELLS, False, NODES))
    cells.initialize()
    for port in PORTS:
        network.u[port] = cells.y[port]
    network.initialize()
    seen = []
    for number in range(round(SAMPLES * EVERY / step)):
        if not in_turn:
            cells.u["current"] = network.y["current"]
        network.u["pack_current"] = mean_current(number * step, (number + 1) * step)
        network.advance(number * step, step)
        if in_turn:
            cells.u["current"] = network.y["current"]
        cells.advance(number * step, step)
        for port in PORTS:
            network.u[port] = cells.y[port]
        if (number + 1) % round(EVERY / step) == 0:
            seen.append(np.array(cells.y["soc"]))
    return np.array(seen)


def orders() -> dict[str, tuple[list[float], float]]:
    """Return of each scheme the errors at each step, and the order between the last two."""
    exact = soc_over_time(STEPS[-1] / 16.0, True, 0.5)
    found = {}
    for name, scheme in SCHEMES.items():
        errors = [float(np.max(np.abs(soc_over_time(step, *scheme) - exact))) for step in STEPS]
        found[name] = errors, math.log2(errors[-2] / errors[-1])
    return found


if __name__ == "__main__":
    print(f"{'error of SOC at steps of':40}" + "".join(f"{step:>9.0f} s" for step in STEPS) + "   order")
    for name, (errors, order) in orders().items():
        print(f"{name:40}" + "".join(f"{error:>11.1e}" for error in errors) + f"{order:>8.2f}")
