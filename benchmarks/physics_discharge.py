"""Whole discharges by the DFN, as a loop of steps in compiled code, and how far they are from a converged solution.

The converged solution of a 1C discharge of Chen 2020 is that of PyBaMM with harmonic faces and fine particles on two
meshes (tests/references/physics), extrapolated to the limit: their error is of second order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from packfmu.core.compilation.entry import entries
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS

Values = NDArray[np.float64]

REFERENCES = Path(__file__).parents[1] / "tests" / "references" / "physics"
START = (0.9013973983641687, 0.2699987322515213)
"""Stoichiometries of the electrodes at the start, as published."""

CURRENT, LEAST_VOLTAGE = -5.0, 2.5
"""1C [A], and where a discharge ends [V]."""

WITHIN = np.arange(5.0, 3550.0, 5.0)
"""Times at which an error counts [s]: what all solutions have."""

TIGHT = 0.5
"""Step of the solution that tells the error in time of others [s]."""


@dataclass(frozen=True)
class Steps:
    """Steps that grow from a first one by a factor, to a longest one and to a share of the time that is left [s]."""

    first: float
    growth: float
    longest: float
    share: float

    def lengths(self, until: float) -> Values:
        """Return the steps until a time [s]."""
        found, at = [self.first], self.first
        while at < until:
            found.append(max(2.0, min(found[-1] * self.growth, self.longest, self.share * (until - at) + 2.0)))
            at += found[-1]
        return np.array(found)


def converged() -> tuple[Values, Values]:
    """Return times [s] and voltages [V] of the converged solution."""
    fine, finer = (np.load(REFERENCES / f"chen_2020_dfn_{n}_fine_series.npz") for n in ("20_8_20", "40_16_40"))
    time, first, second = np.intersect1d(fine["1c/t"], finer["1c/t"], return_indices=True)
    return time, finer["1c/V"][second] + (finer["1c/V"][second] - fine["1c/V"][first]) / 3.0


def errors(time: Values, voltage: Values, reference: tuple[Values, Values]) -> tuple[float, float]:
    """Return RMS and greatest departure of voltages from a reference [mV], over `WITHIN`."""
    apart = np.interp(WITHIN, time, voltage - CubicSpline(*reference)(time))
    return 1e3 * float(np.sqrt(np.mean(apart**2))), 1e3 * float(np.abs(apart).max())


def uniform_volumes(count: int) -> dict[str, Values | float]:
    """Return the modes of a particle of equal volumes, as PyBaMM has them: the surface extrapolated from two nodes."""
    edges = np.linspace(0.0, 1.0, count + 1)
    sizes, exchange = np.diff(edges**3) / 3.0, np.zeros((count, count))
    for f in range(1, count):
        exchange[np.ix_([f - 1, f], [f - 1, f])] += edges[f] ** 2 * count * np.array([[1.0, -1.0], [-1.0, 1.0]])
    root = np.sqrt(sizes)
    rates, shapes = np.linalg.eigh(exchange / np.outer(root, root))
    surface = 1.5 * shapes[-1] / root[-1] - 0.5 * shapes[-2] / root[-2]
    gains = shapes[-1] / root[-1] / 3.0 * surface
    return {"mode_rate": rates[1:], "mode_share": gains[1:] / rates[1:], "mode_direct": 0.0}


class Discharge:
    """A cell that is discharged again and again.

    Parameters
    ----------
    mesh : Mesh
        Of the DFN.
    tolerance : float
        Of its potentials [V].
    volumes : bool
        Particles of PyBaMM's volumes, one more than the mesh has modes.
    """

    def __init__(self, mesh: Mesh, tolerance: float, volumes: bool = False) -> None:
        model = replace(PARAMETERS, physics=Physics.DFN, mesh=mesh).declare(1)
        start = {"tolerance": tolerance, "lookahead": 0.5} | (uniform_volumes(mesh.modes + 1) if volumes else {})
        model = model.with_start(start)
        cell, offsets = Instance(model), model.offsets()
        cell.initialize()
        cell.x.mean_stoichiometry[0, : mesh.negative], cell.x.mean_stoichiometry[0, mesh.negative :] = START
        cell.u.current[0] = CURRENT
        cell.update_outputs()
        self._cell, self._rest = cell, cell.memory.copy()
        blocks = cell.x, cell.p, cell.u, cell.y, cell.c
        self._addresses = np.array([block.addresses for block in blocks]).ravel()
        self._run = looped(entries(model).advance, offsets["lookahead"], offsets["voltage"])

    def run(self, steps: Values) -> tuple[float, Values, Values]:
        """Return the processor's time [s], and times [s] and voltages [V] after each step above the least voltage."""
        found = np.zeros(steps.size)
        self._cell.memory[:] = self._rest
        begin = thread_time()
        taken = self._run(self._addresses, self._cell.memory, steps, found)
        seconds = thread_time() - begin
        if taken < 0:
            raise RuntimeError(f"step {-taken} of a discharge is refused")
        return seconds, np.cumsum(steps)[: taken - 1], found[: taken - 1]


def looped(advance: Any, lookahead: int, voltage: int) -> Callable[..., int]:
    """Return a kernel that discharges a cell to the least voltage; it returns the steps, below 0 where one is refused.

    `lookahead` and `voltage` are places in the memory. The port looks half of the next step ahead.
    """

    @kernel
    def discharge(addresses: Any, memory: Any, steps: Any, found: Any) -> int:
        last = steps.shape[0] - 1
        for n in range(last + 1):
            memory[lookahead] = 0.5 * steps[min(n + 1, last)]
            if advance(addresses, 0.0, steps[n]) != 0:
                return -1 - n
            found[n] = memory[voltage]
            if found[n] < LEAST_VOLTAGE:
                return n + 1
        return last + 1

    return discharge
