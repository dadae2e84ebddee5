"""A block with a field of every kind, for tests."""

import math

import numpy as np

from packfmu.core.block.memory import block_of
from packfmu.core.variable import Count, Variable


def variable(name, size=None, owner=""):
    return Variable(name, "m", size, 0.0, -math.inf, math.inf, 1.0, "A level", owner=owner)


def made(cells, scalar=np.float64):
    """Return a block of a scalar, an array, a table, and a block, numbered through."""
    n = Count(cells, "cell")
    of = (variable("level"), variable("voltage", n), variable("pair", (n, 2)), variable("soc", n, "Cell"),
          variable("sum", None, "Cell"))  # fmt: skip
    block = block_of(of, scalar)
    block.memory[:] = np.arange(block.memory.size)
    return block
