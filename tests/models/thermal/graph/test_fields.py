"""Kernels of a thermal graph name declared fields, and all of them; shared states are named where they are written."""

import inspect
import re
import sys

import pytest

from packfmu.models.thermal.graph import network
from tests.models.field_check import check, unused
from tests.models.thermal.graph.graphs import CIRCUITS, RADIATIONS, graph

SECTION = re.compile(r"\nShared states\n-+\n(.*?)(?=\n\n\w[^\n]*\n---|\Z)", re.DOTALL)


@pytest.mark.parametrize("shorts", [False, True])
def test_kernels_name_declared_fields(shorts):
    model = network.declare(graph(radiations=RADIATIONS, circuits=CIRCUITS), shorts)
    found = check(model)
    assert found.problems == []
    assert list(unused(model, found)) == []
    unnamed = {}
    for (block, state), writers in found.writers.items():
        own = {module for module in writers if ".numerics." not in module}
        users = {module for module in found.readers.get((block, state), set()) | own if ".numerics." not in module}
        if block == "x" and users - own:
            sections = [SECTION.search(inspect.cleandoc(sys.modules[f"packfmu.{module}"].__doc__)) for module in own]
            if own and not any(section and f"`{state}`" in section[1] for section in sections):
                unnamed[state] = sorted(own), sorted(users)
    assert unnamed == {}
