"""A small pack for tests of the network, and how to step it."""

import numpy as np
from hypothesis import strategies as st

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network import network

GROUPS, CELLS, NODES = 3, 4, 11

emfs = st.lists(st.floats(2.5, 4.3), min_size=GROUPS * CELLS, max_size=GROUPS * CELLS)
resistances = st.lists(st.floats(1e-5, 0.1), min_size=GROUPS * CELLS, max_size=GROUPS * CELLS)


def small_pack(opposite=False):
    """Return three groups of four cells, at rest."""
    return started(network.declare(GROUPS, CELLS, opposite, NODES))


def lone_cell():
    """Return a pack of one cell, at rest."""
    return started(network.declare(1, 1, False, NODES))


def started(model):
    """Return an initialised instance."""
    instance = Instance(model)
    instance.initialize()
    return instance


def scatter(instance, seed=0):
    """Give the cells of the small pack unlike ports, SOC and capacities, and return it."""
    generator = np.random.default_rng(seed)
    instance.u["emf"] = generator.uniform(3.6, 3.8, GROUPS * CELLS)
    instance.u["resistance"] = generator.uniform(1e-3, 3e-3, GROUPS * CELLS)
    instance.u["soc"] = generator.uniform(0.3, 0.7, GROUPS * CELLS)
    instance.p["capacity"] = generator.uniform(150e3, 210e3, GROUPS * CELLS)
    instance.initialize()
    return instance


def step(instance, h=1.0, **inputs):
    """Take a step that must not be refused under these inputs, and return the outputs."""
    for name, value in inputs.items():
        instance.u[name] = value
    assert instance.advance(0.0, h) == DONE
    return instance.y
