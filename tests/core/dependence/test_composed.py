"""What a block depends on after the initialisation, made of what its components do, against following its kernels."""

import pytest

from packfmu.core.dependence.dependencies import _follow, initial_dependencies
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack

PLAIN = {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}}


@pytest.fixture(scope="module")
def model():
    part = all_parts(Pack.model_validate(PLAIN))[-1]
    return load_definition(part.component, part.arguments, part.start).model


@pytest.fixture(scope="module")
def known(model):
    """The first bit of each parameter and input that is listed."""
    first, found = 1, {}
    for variable in model.parameters + model.inputs:
        if not variable.hidden:
            found[variable.path] = first
            first += variable.count
    return found


def test_nothing_that_the_kernels_show_is_missing(model, known):
    composed, followed = initial_dependencies(model, known), _follow(model, known, 0)
    missing = {
        name: [bin(have & ~told) for have, told in zip(sets, composed[name], strict=True)]
        for name, sets in followed.items()
        if any(have & ~told for have, told in zip(sets, composed[name], strict=True))
    }
    assert missing == {}


def test_and_little_is_added(model, known):
    """Most outputs have the very same lists; those of extremes take all elements either way."""
    composed, followed = initial_dependencies(model, known), _follow(model, known, 0)
    assert sum(composed[name] == sets for name, sets in followed.items()) > 0.8 * len(followed)


def test_no_load_moves_anything_before_the_first_step(model, known):
    """Currents are 0 at the start: what a load prescribes bears on none of the outputs."""
    load = sum(1 << known[name] for name in ("load_mode", "pack_current", "pack_power", "voltage_limit"))
    composed = initial_dependencies(model, known)
    assert [name for name, sets in composed.items() if any(bits & load for bits in sets)] == []


def test_the_scale_of_the_periods_stands_for_the_lookahead(model, known):
    composed = initial_dependencies(model, known)
    scale, own = 1 << known["step_scale"], 1 << known["Cell.lookahead"]
    assert all(bits & scale for bits in composed["timescale_fastest"])
    assert not any(bits & own for sets in composed.values() for bits in sets)
