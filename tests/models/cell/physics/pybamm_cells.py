"""Cells of physics on the mesh of PyBaMM, and how they depart from its traces (tests/references/physics/README.md)."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters import chen_2020, marquis_2019

FOLDER = Path(__file__).parents[3] / "references" / "physics"
SETS = {"chen_2020": chen_2020.PARAMETERS, "marquis_2019": marquis_2019.PARAMETERS}
STARTS = {
    ("chen_2020", "full"): (0.9013973983641687, 0.2699987322515213),
    ("chen_2020", "half"): (0.45, 0.5712440744219648),
    ("chen_2020", "empty"): (0.05, 0.8381887606449112),
    ("marquis_2019", "full"): (0.8, 0.6),
    ("marquis_2019", "half"): (0.5, 0.7756020805105126),
    ("marquis_2019", "empty"): (0.25, 0.9219371476026055),
}
"""Stoichiometries of the electrodes at the start of a trace."""

PROTOCOLS = {"c20": "full", "1c": "full", "2c": "full", "charge_1c": "empty", "rest": "full", "drive": "half"}
"""Where each trace starts; that of `charge_3c` is that of `charge_1c`."""

REFERENCE = 298.15
"""Temperature of the traces, of lumped ones at the start [K]."""

FINE = 24
"""Modes of a particle that stand for fine volumes."""

VOLUMES = 20
"""Of a particle."""


@cache
def uniform_volumes(count=VOLUMES):
    """Return the modes of a particle of equal volumes, the surface extrapolated from the last two.

    These are their rates, their gains, and by what each departs from the mean in each volume where it does so by 1 at
    the surface. The volumes conserve what diffuses between neighbours by their difference; `sphere` has the equations.
    """
    edges = np.linspace(0.0, 1.0, count + 1)
    sizes, exchange = np.diff(edges**3) / 3.0, np.zeros((count, count))
    for f in range(1, count):
        pair = np.ix_([f - 1, f], [f - 1, f])
        exchange[pair] += edges[f] ** 2 * count * np.array([[1.0, -1.0], [-1.0, 1.0]])
    root = np.sqrt(sizes)
    rates, shapes = np.linalg.eigh(exchange / np.outer(root, root))
    shapes /= root[:, None]
    extrapolation = 1.5 * shapes[-1] - 0.5 * shapes[-2]
    gains = shapes[-1] / 3.0 * extrapolation
    return rates[1:], gains[1:], shapes[:, 1:] / extrapolation[1:]  # the first one is the mean


def cell_of(parameters, physics, start="full", modes=None, mesh=(10, 4, 10), volumes=VOLUMES, **values):
    """Return a cell at rest at a start of `STARTS`, with so many modes; None: with particles of equal volumes."""
    x, s, y = mesh
    layers = Mesh(negative=x, separator=s, positive=y, modes=modes or volumes - 1)
    values |= {"lookahead": 0.0}
    if modes is None:
        rates, gains, _ = uniform_volumes(volumes)
        values |= {"mode_rate": rates, "mode_share": gains / rates, "mode_direct": 0.0}
    cell = Instance(replace(SETS[parameters], physics=physics, mesh=layers).declare(1).with_start(values))
    cell.initialize()
    split = mesh[0] if physics is Physics.DFN else 1
    at = STARTS[parameters, start]
    cell.x.mean_stoichiometry[0, :split], cell.x.mean_stoichiometry[0, split:] = at
    return cell


def beyond_collector(cell):
    """Return by how much PyBaMM's phi_s of a DFN at the positive collector is too high [V].

    It extrapolates from the last two nodes, where the gradient at the collector is known.
    """
    return float(cell.x.face_current[-2] * cell.x.node_solid[-1])


def step(cell, h, longest, temperatures=(REFERENCE, REFERENCE)):
    """Step over h [s] by equal steps, none longer than `longest` [s], the temperature straight between its ends [K]."""
    parts = max(1, int(np.ceil(h / longest)))
    for part in range(parts):
        cell.u.temperature[0] = temperatures[0] + (part + 0.5) / parts * (temperatures[1] - temperatures[0])
        assert cell.advance(0.0, h / parts) == 0


def trace(name, protocol, *quantities):
    """Return quantities of a trace."""
    with np.load(FOLDER / f"{name}.npz") as held:
        return tuple(held[f"{protocol}/{quantity}"].astype(np.float64) for quantity in quantities)


def departures(parameters, physics, name, protocol, longest=np.inf, **how):
    """Return by how much the voltage of a cell departs from a trace [mV], after each of its steps."""
    return both_departures(parameters, physics, name, protocol, "V", longest, **how)[0]


def both_departures(parameters, physics, name, protocol, second="anode", longest=np.inf, **how):
    """Return by how much voltage and anode potential of a cell depart from a trace [mV], after each of its steps.

    The temperature of a lumped trace is followed.
    """
    file = f"{parameters}_{physics.value}_{name}"
    times, currents, voltages, anodes = trace(file, protocol, "t", "I", "V", second)
    temperatures = trace(file, protocol, "T")[0] if protocol.endswith("lumped") else np.full(times.size, REFERENCE)
    start = PROTOCOLS[protocol.removesuffix("_lumped").replace("3c", "1c")]
    cell, found, now, warm = cell_of(parameters, physics, start, **how), [], 0.0, REFERENCE
    for time, current, temperature, *rest in zip(times, currents, temperatures, voltages, anodes, strict=True):
        if time > now:
            cell.u.current[0] = current
            step(cell, time - now, longest, (warm, temperature))
            now, warm = time, temperature
            extra = beyond_collector(cell) if physics is Physics.DFN else 0.0
            found.append((cell.y.voltage[0] + extra - rest[0], cell.y.anode_potential[0] - rest[1]))
    return 1e3 * np.array(found).T


def rms(values):
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(values))))
