"""The memory of rainflow counts, in a record with nothing else in it, and a count of a whole history."""

from itertools import pairwise
from typing import Any

import numpy as np

CAPACITY = 64
CELLS = 3


def memory(capacity: int = CAPACITY) -> Any:
    """Return room for three cells with two weights; every other shape would compile the kernels anew."""
    fields = [
        ("turning_points", "f8", CELLS),
        ("turns", "f8", (CELLS, capacity)),
        ("legs", "f8", (CELLS, 2 * capacity)),
        ("left", "f8", 2),
        ("closed", "f8", 2),
    ]
    return np.zeros(1, fields)[0]


def reversals(values):
    points = [values[0]]
    for value in values[1:]:
        if value == points[-1]:
            continue
        if len(points) > 1 and (points[-1] > points[-2]) == (value > points[-1]):
            points[-1] = value
        else:
            points.append(value)
    return points


def astm(values):
    """Count as the steps of E1049 section 5.4.4 say."""
    points, cycles = [], []
    for point in reversals(values):
        points.append(point)
        while len(points) >= 3:
            x, y = abs(points[-1] - points[-2]), abs(points[-2] - points[-3])
            if x < y:
                break
            mean = 0.5 * (points[-2] + points[-3])
            if len(points) == 3:
                cycles.append((0.5, y, mean))
                points.pop(0)
            else:
                cycles.append((1.0, y, mean))
                del points[-3:-1]
    return cycles + [(0.5, abs(b - a), 0.5 * (a + b)) for a, b in pairwise(points)]
