"""Why algebraic connectivity is found by Lanczos and Sturm sequences: exact enough, and cheap for any links.

The second smallest eigenvalue of the Laplacian tells how fast balancing fades, and is new whenever a link rests. A
dense solver is cubic in the groups, and needs memory that a kernel must not allocate. Told are the relative errors of
both against the closed form of a path, whose eigenvalues lie closest together, and their times.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

import packfmu.core.block.block_type  # noqa: F401  (so that kernels take blocks from Python)
from packfmu.core.block.memory import block_of
from packfmu.core.variable import Count
from packfmu.models.balancing import rows
from packfmu.models.balancing.graph import Graph, connectivity, fields, links

GROUPS = (12, 96, 384)
REPEATS = 5


def lanczos(groups: int) -> Callable[[], float]:
    """Return what finds the connectivity of a path of groups by the kernel of the package."""
    ends = links(Graph.PATH, groups)
    declared = fields(Count(groups, "group"), ends) + rows.fields(groups, (0,) * groups)
    x, c = block_of(declared.states), block_of(declared.constants, np.int64)
    c["first"], c["second"] = np.transpose(ends)
    x["linked"] = 1.0
    return lambda: float(connectivity(x, c))


def dense(groups: int) -> Callable[[], float]:
    """Return what finds it by all eigenvalues of the matrix."""
    columns = np.eye(groups)[:, :-1] - np.eye(groups)[:, 1:]
    laplacian = columns @ columns.T
    return lambda: float(np.linalg.eigvalsh(laplacian)[1])


def compared(groups: int) -> list[tuple[float, float]]:
    """Return relative error and least time [s] of Lanczos, and of the dense solver."""
    exact, found = 4.0 * math.sin(0.5 * math.pi / groups) ** 2, []
    for solve in (lanczos(groups), dense(groups)):
        value, times = solve(), []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            solve()
            times.append(time.perf_counter() - begin)
        found.append((abs(value / exact - 1.0), min(times)))
    return found


if __name__ == "__main__":
    print("groups   error: Lanczos    dense   time of the dense solver over that of Lanczos")
    for groups in GROUPS:
        (ours, our_time), (theirs, their_time) = compared(groups)
        print(f"{groups:6} {ours:16.1e} {theirs:8.1e} {their_time / our_time:16.1f}")
