"""Instances whose kernels the interpreter runs: for a few steps of small models, where compiling takes far longer."""

import numpy as np

from packfmu.core.compilation.entry import Entries
from packfmu.core.instance import Instance, blocks_of
from packfmu.core.interpreted import interpreted


class InterpretedInstance(Instance):
    """An instance that compiles nothing; it takes the same calls."""

    def __init__(self, model):
        self.model = model
        self.memory, self._addresses = blocks_of(model)
        self.x, self.p, self.u, self.y, self.c = self._addresses
        self._entries = Entries(*map(by_blocks, (model.initialize, model.outputs_kernel, model.advance)))


def by_blocks(kernel):
    """Return the function of a kernel, which takes all blocks as one, and computes as compiled code does."""
    function = interpreted(kernel)

    def run(blocks, *times):
        with np.errstate(all="ignore"):
            return function(*blocks, *times)

    return run
