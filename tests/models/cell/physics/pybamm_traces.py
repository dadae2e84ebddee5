"""Cells as porous electrodes along PyBaMM's traces, by its means at faces: run as a script, it prints the errors.

A script, because a kernel is replaced before anything is compiled; whoever runs it gives it a cache of its own.
"""

import sys
from pathlib import Path

import numpy as np

from packfmu.core.kernel import Block, kernel
from packfmu.models.electrochemistry.kind import Mesh
from packfmu.models.electrochemistry.porous import transport
from tests.models.cell.physics.porous_cells import instance, porous, rms

FOLDER = Path(__file__).parents[3] / "references" / "physics"

STARTS = {
    "full": (0.9013973983641687, 0.2699987322515213),
    "half": (0.45, 0.5712440744219648),
    "empty": (0.05, 0.8381887606449112),
}
"""Stoichiometries of both electrodes."""

PROTOCOLS = {
    "c20": ("full", 20.0),
    "1c": ("full", 5.0),
    "2c": ("full", 2.0),
    "charge_1c": ("empty", 5.0),
    "charge_3c": ("empty", 1.0),
    "drive": ("half", 0.5),
    "rest": ("full", 5.0),
}
"""Where each starts, and the longest step [s]."""

SEPARATOR, POSITIVE = 10, 14
"""Volumes before the separator and before the positive electrode of the mesh 10/4/10."""

WIDTHS = 8.52, 3.0, 7.56
"""Of the volumes of each layer [um]."""


@kernel
def width(i: int) -> float:
    """Return the width of volume i [um]."""
    if i < SEPARATOR:
        return WIDTHS[0]
    return WIDTHS[1] if i < POSITIVE else WIDTHS[2]


@kernel
def drop_of_means(x: Block, i: int) -> tuple[float, float, float]:
    """Return what `transport.diffusion_drop` does, by the harmonic mean of 1/c that PyBaMM takes at a face."""
    j = i + 1
    share = width(i) / (width(i) + width(j))
    rise, mean = x.iterate[j] - x.iterate[i], share * x.iterate[i] + (1.0 - share) * x.iterate[j]
    slope = rise / (mean * mean)
    return rise / mean, -1.0 / mean - share * slope, 1.0 / mean - (1.0 - share) * slope


def along(cells, traces, protocol, collector):
    """Return the errors of the voltage along a trace [V]; `collector` says whether V is extrapolated as PyBaMM does."""
    start, longest = PROTOCOLS[protocol]
    times, currents, voltages = (traces[f"{protocol}/{name}"] for name in ("t", "I", "V"))
    count, now, errors = len(cells.p.negative_width), 0.0, []
    cells.x.mean_stoichiometry[0, :count], cells.x.mean_stoichiometry[0, count:] = STARTS[start]
    cells.p.lookahead = 0.0
    for until, current, voltage in zip(times, currents, voltages, strict=True):
        cells.u.current[:] = current
        steps = int(np.ceil((until - now) / longest - 1e-9))
        for _ in range(steps):
            h = (until - now) / steps
            assert cells.advance(now, h) == 0
        if steps:
            here = cells.y.emf[0] + cells.y.resistance[0] * current
            here += cells.x.face_current[len(cells.x.face_current) - 2] * cells.x.node_solid[-1] * collector
            errors.append(here - voltage)
        now = until
    return np.array(errors)


def main():
    """Print the root of the mean square of the errors along each trace [V]."""
    transport.diffusion_drop = drop_of_means
    traces = np.load(FOLDER / "chen_2020_dfn_10_4_10_fine_series.npz")
    cells = instance(kind=porous(Mesh(modes=16)), soc=1.0)
    held = cells.memory.copy()
    for protocol in sys.argv[1:] or PROTOCOLS:
        cells.memory[:] = held
        print(protocol, rms(along(cells, traces, protocol, 1.0)), flush=True)


if __name__ == "__main__":
    main()
