"""What a step of a cell with porous electrodes costs, and what it errs.

Run as ``python -m benchmarks.physics_schemes`` from the repository. A new random current up to 1.5 C every 10 s; the
error of the voltage is against steps of 1/16 s with a tight tolerance. The cost is that of a cell-step of 512 cells
with temperatures of their own, ports included: the least and the median of many steps, in processor time.
"""

import time
from dataclasses import replace

import numpy as np

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS

ONE_C = 5.0
FINE, TIGHT = 1.0 / 16.0, 1e-11
CELLS = 512


def cells(count, mesh, **start):
    """Return initialised cells."""
    kind = replace(PARAMETERS, physics=Physics.DFN, mesh=mesh)
    made = Instance(kind.declare(count).with_start({"initial_soc": 0.6, **start}))
    made.initialize()
    return made


def voltages(made, currents, each, h):
    """Return the voltage after each step of h [s], each current held for a time [s]."""
    made.p.lookahead, found = 0.5 * h, []
    for current in currents:
        made.u.current[:] = current
        for _ in range(round(each / h)):
            assert made.advance(0.0, h) == 0
            found.append(made.y.voltage[0])
    return np.array(found)


def error(mesh, tolerance, fine, currents, h):
    """Return the error of the voltage [mV], and the iterations a step."""
    made = cells(1, mesh, tolerance=tolerance)
    found = voltages(made, currents, 10.0, h)
    off = found - fine[round(h / FINE) - 1 :: round(h / FINE)]
    return 1e3 * np.sqrt(np.mean(off**2)), made.x.iterations / len(found)


def cost(mesh, tolerance, h):
    """Return the least and the median time of a cell-step [us]."""
    made = cells(CELLS, mesh, tolerance=tolerance, lookahead=0.5 * h)
    random = np.random.default_rng(0)
    warm, spent = 298.15 + random.normal(size=CELLS), []
    for step in range(round(max(100.0 / h, 60.0))):
        if step * h % 10.0 == 0.0:
            made.u.current[:] = random.uniform(-1.5, 1.5) * ONE_C + 0.05 * random.normal(size=CELLS)
        made.u.temperature[:] = warm + 1e-3 * step
        begin = time.thread_time()
        assert made.advance(0.0, h) == 0
        spent.append((time.thread_time() - begin) / CELLS * 1e6)
    return min(spent), float(np.median(spent))


def main():
    """Print the table."""
    currents = np.random.default_rng(1).uniform(-1.5, 1.5, 60) * ONE_C
    print("| mesh | tolerance [V] | step [s] | error, RMS [mV] | iterations | least [us] | median [us] |")
    print("|---|---|---|---|---|---|---|")
    for mesh in (Mesh(), Mesh(negative=5, separator=3, positive=5, modes=5)):
        fine = voltages(cells(1, mesh, tolerance=TIGHT), currents, 10.0, FINE)
        for tolerance in (2e-4, 1e-8):
            for h in (10.0, 5.0, 1.0, 0.5):
                off, iterations = error(mesh, tolerance, fine, currents, h)
                least, median = cost(mesh, tolerance, h)
                name = f"{mesh.negative}/{mesh.separator}/{mesh.positive}"
                print(f"| {name} | {tolerance:g} | {h:g} | {off:.4f} | {iterations:.2f} | {least:.1f} | {median:.1f} |")


if __name__ == "__main__":
    main()
