"""Bounds of hidden states, and what restores them: each component of a pack with all that a pack can have."""

import numpy as np
import pytest

from packfmu.core.block.memory_bounds import MemoryBounds
from packfmu.core.instance import blocks_of
from packfmu.core.interpreted import interpreted
from packfmu.core.variable import DataType
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack

PACKS = {
    "converters": {"bms": {}, "balancer": {"converter": "flyback"}, "aging": {"parameters": "nissan_leaf_aging"}},
    "resistors": {"bms": {}},
}


def models_of(name):
    contents = {"pack": {"series": 3, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}} | PACKS[name]
    parts = all_parts(Pack.model_validate(contents))
    return {part.name: load_definition(part.component, part.arguments, part.start).model for part in parts}


@pytest.fixture(scope="module", params=PACKS)
def models(request):
    return models_of(request.param)


def test_every_start_is_within_the_bounds(models):
    for name, model in models.items():
        if name == "Pack":  # its kernels are compiled ones; the random walk saves and restores it
            continue
        memory, (x, p, u, y, c) = blocks_of(model)
        with np.errstate(all="ignore"):
            interpreted(model.initialize)(x, p, u, y, c)
        assert (name, MemoryBounds(model).fault(memory)) == (name, None)


def test_states_that_kernels_index_or_branch_by_are_whole_and_bounded():
    states = {
        f"{name}.{state.path}": state for name, model in models_of("converters").items() for state in model.states
    }
    expected = {
        "Cell.turning_points": (2.0, 32.0),
        "Pack.Cell_states.turning_points": (2.0, 32.0),
        "Bms.limiting_charge": (0.0, 2.0),
        "Bms.limiting_discharge": (0.0, 2.0),
        "Pack.Bms_states.limiting_charge": (0.0, 2.0),
        "Bms.tripped": (0.0, 1.0),
        "Balancer.linked": (-1.0, 1.0),
        "Balancer.running": (-1.0, 1.0),
        "Aging.fallen_cell": (0.0, 6.0),
        "Pack.tick": (0.0, 9.0),
        "Pack.scale": (1.0, 1024.0),
    }
    assert {name: (states[name].min, states[name].max) for name in expected} == expected
    assert all(states[name].data_type is not DataType.REAL for name in expected)
