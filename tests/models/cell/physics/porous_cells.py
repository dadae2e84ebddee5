"""Cells with porous electrodes for tests, and runs of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from packfmu.core.instance import Instance
from packfmu.models.cell.physics.cell import ElectrochemicalCell
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS

ONE_C = 5.0
"""Of the LG M50 [A]."""

TIGHT = 1e-11
"""Tolerance of the potentials [V] where Newton's iteration must not be seen."""


def porous(mesh: Mesh | None = None, kind: ElectrochemicalCell = PARAMETERS) -> ElectrochemicalCell:
    """Return a kind of cell as porous electrodes."""
    return replace(kind, physics=Physics.DFN, mesh=mesh or Mesh())


def instance(
    cells: int = 1,
    kind: ElectrochemicalCell | None = None,
    soc: float = 0.6,
    by: type[Instance] = Instance,
    **start: object,
) -> Instance:
    """Return n initialised cells, run by compiled kernels or by the interpreter."""
    made = by((kind or porous()).declare(cells).with_start({"initial_soc": soc, **start}))
    made.initialize()
    return made


def random_currents(count: int, greatest: float, seed: int = 1) -> NDArray[np.float64]:
    """Return random currents up to a greatest size [A]."""
    return np.random.default_rng(seed).uniform(-greatest, greatest, count)


def run(cells: Instance, currents: Sequence[float] | NDArray[np.float64], each: float, h: float) -> NDArray[np.float64]:
    """Hold each current for a time [s] in steps of h [s]; return the voltage of the first cell after each step."""
    cells.p.lookahead = 0.5 * h
    voltages, t = [], 0.0
    for current in currents:
        cells.u.current[:] = current
        for _ in range(round(each / h)):
            assert cells.advance(t, h) == 0
            t += h
            voltages.append(cells.y.voltage[0])
    return np.array(voltages)


def rms(values: NDArray[np.float64]) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(values))))
