"""One code for every size: what kernels are compiled for does not depend on cells, groups, links or nodes of tables."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.compilation.fingerprint import fingerprint
from packfmu.fmi.registry import load_definition
from packfmu.models.bms import bms
from packfmu.models.cell import ecm
from packfmu.models.network import network
from packfmu.models.parameters.graphite_film_aging import PARAMETERS as FILM
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack

KINDS = {
    "passive": {},
    "buck-boost": {"balancer": {"converter": "buck_boost"}},
    "capacitor": {"balancer": {"converter": "switched_capacitor"}},
    "managed and aging": {
        "balancer": {"converter": "flyback"}, "bms": {}, "aging": {"parameters": "graphite_film_aging"},
    },
}  # fmt: skip


def code_of(model):
    """Return what the code of a model follows from."""
    kernels = (model.initialize, model.outputs_kernel, model.advance)
    return [structure.digest for structure in model.structures] + [fingerprint(kernel) for kernel in kernels]


def codes(series, parallel, **tables):
    """Return that of every part of a pack, and of the pack as one block."""
    pack = Pack.model_validate(
        {"pack": {"series": series, "parallel": parallel}, "cell": {"parameters": "nissan_leaf_2013"}} | tables
    )
    return {p.name: code_of(load_definition(p.component, p.arguments, p.start).model) for p in all_parts(pack)}


@pytest.mark.parametrize("kind", KINDS)
def test_packs_of_all_sizes_run_by_the_same_code(kind):
    small = codes(3, 1, **KINDS[kind])
    assert small == codes(4, 2, **KINDS[kind])
    assert small == codes(96, 2, **KINDS[kind])


def test_the_smallest_pack_too():
    assert codes(1, 1) == codes(2, 3)


def test_other_kinds_run_by_other_code():
    blocks = [codes(3, 2, **kind)["Pack"] for kind in KINDS.values()]
    assert len({tuple(block) for block in blocks}) == len(KINDS)


def test_the_graph_of_the_links_is_no_code():
    graphs = ("path", "ring", "star", "complete", "pack")
    balancers = [codes(4, 2, balancer={"converter": "flyback", "links": graph})["Balancer"] for graph in graphs]
    assert balancers == [balancers[0]] * len(graphs)


def finer(kind, nodes):
    """Return the same kind of cell with tables of so many nodes."""
    old, new = np.linspace(0.0, 1.0, kind.nodes), np.linspace(0.0, 1.0, nodes)
    names = ("open_circuit_voltage", "entropic_coefficient", "ohmic_resistance")
    tables = {name: np.interp(new, old, getattr(kind, name)) for name in names}
    for name in ("polarisation_resistance", "polarisation_capacitance"):
        tables[name] = np.array([np.interp(new, old, row) for row in getattr(kind, name)])
    return replace(kind, **tables)


@pytest.mark.parametrize("nodes", [2, 11, 1001])
def test_tables_of_other_lengths_too(nodes):
    other = finer(LEAF, nodes)
    assert code_of(ecm.declare(3, other)) == code_of(ecm.declare(3, LEAF))
    assert code_of(ecm.declare(3, other, FILM)) == code_of(ecm.declare(3, LEAF, FILM))
    assert code_of(bms.declare(3, 2, other)) == code_of(bms.declare(3, 2, LEAF))
    assert code_of(network.declare(3, 2, False, nodes)) == code_of(network.declare(3, 2, False, LEAF.nodes))
