"""What a port costs that is linearised about the last current, where cells are not linear: four SPM cells in parallel.

A cell offers its port at the end of a step, about the current of that step: no output may follow an input at once. So
after a jump of the load the currents are split by slopes of the current before. The remedy would be to offer the ports
again about the currents of that split, and to split once more. Told is the greatest error of any cell's SOC after 128
s, against the remedy in steps of a sixteenth of the shortest: under a load that jumps every 32 s, and one that swings.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from packfmu.core.instance import Instance
from packfmu.models.parameters.chen_2020 import PARAMETERS

STEPS = (4.0, 2.0, 1.0)
LENGTH = 128.0
MOMENT = 1e-6
"""Length of a step that is taken for the port at its end, and taken back [s]."""

START = {
    "capacity": PARAMETERS.capacity * np.array([1.0, 0.97, 1.02, 0.99]),
    "initial_soc": np.full(4, 0.5),
    "resistance_scale": np.array([1.0, 1.3, 0.9, 1.1]),
}


def jumping(time: float) -> float:
    """Return a current into the group of four that jumps between 2C and 0.4C [A]."""
    return -40.0 if int(time // 32.0) % 2 == 0 else -8.0


def swinging(time: float) -> float:
    """Return one that swings between 0 and 2C [A]."""
    return -20.0 * (1.0 - math.cos(2.0 * math.pi * time / 64.0))


LOADS: dict[str, Callable[[float], float]] = {"jumps": jumping, "swings": swinging}


def split(cells: Instance, current: float) -> NDArray[np.float64]:
    """Return the current into each cell by the ports [A]."""
    emf, resistance = cells.y["emf"], cells.y["resistance"]
    voltage = (current + np.sum(emf / resistance)) / np.sum(1.0 / resistance)
    return np.asarray((voltage - emf) / resistance)


def soc(load: Callable[[float], float], step: float, again: bool) -> NDArray[np.float64]:
    """Return the SOC of the cells at the end; `again` offers the ports about the currents of a first split."""
    cells = Instance(PARAMETERS.declare(4).with_start({**START, "lookahead": 0.5 * step}))
    cells.initialize()
    for number in range(round(LENGTH / step)):
        current = load((number + 0.5) * step)
        shares = split(cells, current)
        if again:
            before = cells.memory.copy()
            cells.u["current"] = shares
            cells.advance(number * step, MOMENT)
            shares = split(cells, current)
            cells.memory[:] = before
        cells.u["current"] = shares
        cells.advance(number * step, step)
    return np.array(cells.y["soc"])


def errors(name: str) -> dict[bool, list[float]]:
    """Return the error at each step under a load, with the ports as they are, and with the remedy."""
    exact = soc(LOADS[name], STEPS[-1] / 16.0, True)
    return {
        again: [float(np.max(np.abs(soc(LOADS[name], step, again) - exact))) for step in STEPS]
        for again in (False, True)
    }


if __name__ == "__main__":
    print(f"{'error of SOC at steps of':40}" + "".join(f"{step:>9.0f} s" for step in STEPS) + "   order")
    for name in LOADS:
        for again, found in errors(name).items():
            label = f"{name}; {'once more about the new currents' if again else 'about the last currents'}"
            told = "".join(f"{error:>11.1e}" for error in found)
            print(f"{label:40}{told}{math.log2(found[-2] / found[-1]):>8.2f}")
