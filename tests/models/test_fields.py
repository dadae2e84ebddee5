"""Every field that a kernel names is declared, with its shape; every declared field is named by a kernel."""

import pytest

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import Variable
from packfmu.fmi.registry import load_definition
from packfmu.models.balancing import active, passive
from packfmu.models.balancing.options import Converter
from packfmu.models.bms import bms
from packfmu.models.cell import ecm
from packfmu.models.parameters import graphite_film_aging, nissan_leaf_2013
from packfmu.pack.block import pack_block
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from tests.models.field_check import check, shared, unused

CONVERTERS = {
    f"{converter.word}_balancer": (lambda converter=converter: active.declare(3, 2, converter, [(0, 1), (1, 2)]))
    for converter in Converter
}

MODELS = {
    "cell": lambda: ecm.declare(3, nissan_leaf_2013.PARAMETERS),
    "aging_cell": lambda: ecm.declare(3, nissan_leaf_2013.PARAMETERS, graphite_film_aging.PARAMETERS),
    "network": lambda: load_definition("pack_network", NETWORK, {}).model,
    "thermal": lambda: load_definition("thermal", {"cells": 3}, {}).model,
    "aging": lambda: load_definition("aging", {"cells": 3, "aging": "graphite_film_aging"}, {}).model,
    "passive_balancer": lambda: passive.declare(3, 2),
    "bms": lambda: bms.declare(3, 2, nissan_leaf_2013.PARAMETERS),
    "bms_of_strings": lambda: load_definition("bms", STRINGS, {}).model,
    "detecting_bms": lambda: load_definition("bms", DETECTING, {}).model,
    "detecting_bms_of_strings": lambda: load_definition("bms", STRINGS | {"detection": True}, {}).model,
    **CONVERTERS,
}

STRINGS = {"groups": 12, "parallel": 2, "parameters": "nissan_leaf_2013", "strings": 2, "modules": 2}

DETECTING = STRINGS | {"strings": 1, "modules": 1, "detection": True}

NETWORK = {"series": 2, "parallel": 3, "opposite_terminals": True, "nodes": 5}

MANAGED = {
    "pack": {"series": 3, "parallel": 2},
    "cell": {"parameters": "nissan_leaf_2013"},
    "balancer": {"converter": "flyback"},
    "bms": {},
    "aging": {"parameters": "graphite_film_aging"},
}


@pytest.mark.parametrize("name", MODELS)
def test_kernels_name_declared_fields_with_their_shape(name):
    model = MODELS[name]()
    found = check(model)
    assert found.problems == []
    assert list(unused(model, found)) == []


def test_so_do_the_generated_kernels_of_a_block():
    pack = Pack.model_validate(MANAGED)
    part = pack_block(pack, parts(pack))
    model = load_definition(part.component, part.arguments, part.start).model
    found = check(model)
    assert found.problems == []
    assert len(found.readers) > 500


@pytest.mark.parametrize("name", MODELS)
def test_states_that_one_module_writes_and_others_use_are_named(name):
    """A numerical method works on the states of its caller and shares none."""
    found = check(MODELS[name]())
    unnamed = {}
    for (block, state), writers in found.writers.items():
        own = {module for module in writers if ".numerics." not in module}
        users = {module for module in found.readers.get((block, state), set()) | own if ".numerics." not in module}
        if block == "x" and own and users - own and not any(state in shared(module) for module in own):
            unnamed[state] = sorted(own)
    assert unnamed == {}


def quantity(name, size=None):
    return Variable(name, "1", size, 0.0, -1e9, 1e9, 1.0, "A quantity")


@kernel
def heat(y, table, k):
    y.heat[k] = table[k, k]


@kernel
def settle(x, p, u, y, c):
    x.temprature = 1.0


@kernel
def advance(x, p, u, y, c, t, h):
    rows = p.table
    heat(y, rows, 0)
    x.temperature += rows[0] + u.flow[0]
    heat(y, rows[1], 0)
    return DONE


def test_a_misspelt_field_and_a_wrong_shape_are_found_by_name():
    fields = Fields(
        parameters=(quantity("table", (2, 3)), quantity("spare")),
        inputs=(quantity("flow"),),
        outputs=(quantity("heat", 2),),
        states=(quantity("temperature"),),
    )
    model = Model("It", "It", fields, settle, settle, advance)
    found = check(model)
    assert found.problems == [
        "tests.models.test_fields, settle: x.temprature is not declared",
        "tests.models.test_fields, advance: table has 2 dimensions and is used with 1 indices",
        "tests.models.test_fields, advance: flow has 0 dimensions and is used with 1 indices",
        "tests.models.test_fields, heat: table has 1 dimensions and is used with 2 indices",
    ]
    assert list(unused(model, found)) == ["p.spare"]
    assert found.writers["x", "temperature"] == {"tests.models.test_fields"}
