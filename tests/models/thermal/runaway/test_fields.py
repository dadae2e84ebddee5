"""Kernels of a graph whose cells may run away name declared fields, and all of them; FMUs of such a graph."""

from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.fmi.registry import load_definition
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.graph.nodes import Node, Path
from packfmu.models.thermal.runaway import network
from tests.models.field_check import check, shared, unused
from tests.models.thermal.runaway.ovens import graph

FURTHER = Node("casing", 100.0), Node("busbar", 20.0)


def whole():
    """Return a graph in which every kernel has something to do: surfaces, conductors and coolant."""
    plain = graph(2)
    paths = (*plain.paths, Path("cell 1", "casing", 1.0), Path("cell 2", "casing", 1.0))
    surfaces, conductors = ("casing", "cell 2"), ("busbar",)
    return replace(plain, nodes=plain.nodes + FURTHER, paths=paths, surfaces=surfaces, conductors=conductors)


@pytest.mark.parametrize("dendrites", [False, True])
def test_kernels_name_declared_fields_with_their_shape(dendrites):
    model = network.declare(whole(), PARAMETERS, dendrites)
    found = check(model)
    assert found.problems == []
    assert list(unused(model, found)) == []
    for (block, state), writers in found.writers.items():
        own = {module for module in writers if ".runaway." in module}
        users = found.readers.get((block, state), set()) | writers
        if block == "x" and own == writers and users - own:
            assert any(state in shared(module) for module in own), state


def test_the_component_takes_figures():
    arguments = {"cells": 2, "graph": graph(2).figures(), "runaway": PARAMETERS.figures()}
    for dendrites in (False, True):
        definition = load_definition("thermal", arguments | {"dendrites": dendrites}, {})
        members = {member for terminal in definition.terminals for member in terminal.members}
        assert {"internal_short", "soc", "emf", "resistance", "bounded_temperature"} <= members
        assert ("dendrite_short" in members) is dendrites
    with pytest.raises(InputError, match="only the cells of a graph"):
        load_definition("thermal", {"cells": 2, "runaway": PARAMETERS.figures()}, {})
    with pytest.raises(InputError, match="it has 2 cells, and the pack 3"):
        load_definition("thermal", arguments | {"cells": 3}, {})
