"""Outputs after initialisation: what moves them is in the lists, for every component."""

import re
import tomllib
from graphlib import CycleError, TopologicalSorter
from xml.etree import ElementTree

import numpy as np
import pytest

from build_fmus import LEAF_PACK
from packfmu.core.dependence.dependencies import initial_dependencies
from packfmu.core.instance import Instance
from packfmu.core.variable import Causality, DataType, Detail
from packfmu.coupling.kernels import kernel_component
from packfmu.fmi.description import listed, model_description
from packfmu.fmi.initial_unknowns import GROWTH
from packfmu.fmi.python.fmu import PYTHON
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import PACK_LAYERS, pack_system

PLAIN = {"cell": {"parameters": "nissan_leaf_2013"}}
MANAGED = PLAIN | {"bms": {}, "balancer": {"converter": "flyback", "links": "pack"}}
MANAGED["aging"] = {"parameters": "graphite_film_aging"}
PACKS = {"plain": PLAIN, "managed": MANAGED}


def pack_of(tables, series=2, parallel=2):
    return Pack.model_validate({"pack": {"series": series, "parallel": parallel}} | tables)


def described(part, detail=Detail.CELL):
    """Return a part's model, the variables that are listed, and the description."""
    definition = load_definition(part.component, part.arguments, part.start)
    return definition.model, listed(definition, detail), model_description(definition, PYTHON, "{x}", detail)


def lists(description):
    """Return by the index of each initial unknown the indices that it depends on; None for all."""
    unknowns = ElementTree.fromstring(description).iterfind("ModelStructure/InitialUnknowns/Unknown")
    texts = {int(unknown.get("index")): unknown.get("dependencies") for unknown in unknowns}
    return {index: None if text is None else set(map(int, text.split())) for index, text in texts.items()}


def part_of(tables, name, **size):
    return next(part for part in all_parts(pack_of(tables, **size)) if part.name == name)


class Perturbed:
    """An instance whose parameters and inputs are drawn anew; positions are those of the memory."""

    def __init__(self, model, variables, seed):
        self.random = np.random.default_rng(seed)
        self.instance = Instance(model)
        self.memory = self.instance.memory
        offsets = model.offsets()
        self.places = {v.path: range(offsets[v.path], offsets[v.path] + v.count) for v in variables}
        self.outputs = np.concatenate([self.places[v.path] for v in variables if v.causality is Causality.OUTPUT])
        self.known = [variable for variable in variables if variable.causality is not Causality.OUTPUT]
        for variable in self.known:
            for place in self.places[variable.path]:
                self.memory[place] = self.near(variable, self.memory[place])

    def near(self, variable, value):
        """Return another value that the variable may have."""
        if variable.data_type is not DataType.REAL:
            greatest = min(variable.max, 3.0) if variable.data_type is DataType.INTEGER else 1.0
            return float(self.random.integers(max(variable.min, 0.0), greatest + 1.0))
        size = 0.1 * abs(value) if value else 0.1 * min(variable.nominal, 1.0)
        return float(np.clip(value + size * self.random.uniform(-1.0, 1.0), variable.min, variable.max))

    def start(self):
        """Initialise, and return the outputs."""
        self.instance.initialize()
        return self.memory[self.outputs]

    def moved(self, variable, place):
        """Return which outputs move when a value does: to one near by, and to the ends of its range."""
        before, value = self.start(), self.memory[place]
        found = np.zeros(len(before), dtype=bool)
        for other in (self.near(variable, value), *(end for end in (variable.min, variable.max) if abs(end) <= 1.0)):
            self.memory[place] = other
            found |= ~np.isclose(self.start(), before, rtol=0.0, atol=0.0, equal_nan=True)
        self.memory[place] = value
        return np.flatnonzero(found)


def everyone():
    """Return the kind of pack and the name of each component."""
    return [(kind, part.name) for kind, tables in PACKS.items() for part in all_parts(pack_of(tables))]


def check_lists(kind, name, bases, elements):
    """Perturb so many elements of each variable, the first and the last among them."""
    check_part(part_of(PACKS[kind], name), bases, elements)


def check_part(part, bases, elements):
    model, variables, description = described(part)
    told = list(lists(description).values())
    for seed in range(bases):
        perturbed = Perturbed(model, variables, seed)
        for variable in perturbed.known:
            first = indices(variables)[variable.path]
            for k in chosen(perturbed.random, variable.count, elements):
                for output in perturbed.moved(variable, perturbed.places[variable.path][k]):
                    assert told[output] is None or first + k in told[output], (variable.path, output)


def indices(variables):
    """Return the index of the first scalar of each variable in the description."""
    counts = np.cumsum([1, *(variable.count for variable in variables)])
    return {variable.path: int(count) for variable, count in zip(variables, counts, strict=False)}


def chosen(random, count, elements):
    if elements >= count:
        return range(count)
    return sorted({0, count - 1, *random.integers(count, size=elements - 2).tolist()})


@pytest.mark.parametrize(("kind", "name"), [each for each in everyone() if each != ("managed", "Pack")])
def test_what_moves_is_listed(kind, name):  # that block compiles for a minute
    check_lists(kind, name, bases=2, elements=4)


PHYSICS = {
    "particles": {"cell": {"parameters": "chen_2020"}},
    "porous": {
        "cell": {"parameters": "chen_2020", "model": "dfn", "mesh": {"negative": 2, "separator": 1, "positive": 2}}
    },
}


@pytest.mark.parametrize("tables", PHYSICS.values(), ids=PHYSICS)
def test_what_moves_outputs_of_cells_of_physics_is_listed(tables):
    cell = next(part for part in parts(pack_of(tables)) if part.name == "Cell")
    check_part(cell, bases=1, elements=4)


@pytest.mark.parametrize("tables", PHYSICS.values(), ids=PHYSICS)
def test_lists_of_192_cells_of_physics_tell_of_each_its_own(tables):
    """They are followed for three of them; the ports of one do not depend on another one."""
    cell = next(part for part in parts(pack_of(tables, 96, 2)) if part.name == "Cell")
    model, variables, _ = described(cell)
    first = {path: place for path, place in indices(variables).items() if path in {"initial_soc", "temperature"}}
    found = initial_dependencies(model, first)
    for name in ("voltage", "emf", "resistance"):
        assert found[name][100] == sum(1 << place + 100 for place in first.values())


@pytest.mark.campaign
@pytest.mark.parametrize(("kind", "name"), everyone())
def test_what_moves_when_anything_does_is_listed(kind, name):
    check_lists(kind, name, bases=4, elements=10**6)


@pytest.mark.parametrize(("kind", "name"), everyone())
def test_initialisation_forgets_the_run_before(kind, name):
    model, _, _ = described(part_of(PACKS[kind], name))
    found = initial_dependencies(model, {}, former=2)
    assert [path for path, each in found.items() if any(each)] == []


def test_an_output_of_a_cell_depends_on_this_cell_alone():
    _, variables, description = described(part_of(MANAGED, "Cell"))
    told, first = lists(description), indices(variables)
    mine = {"capacity", "initial_soc", "self_discharge_current", "temperature", "capacity_loss"}
    for k in range(4):
        on = told[first["emf"] + k]
        for name in mine:
            assert {first[name] + j for j in range(4)} & on == {first[name] + k}
        assert first["lookahead"] in on
        assert not {first["current"] + j for j in range(4)} & on
    assert told[first["soc"] + 1] == {first["initial_soc"] + 1}


def test_what_is_zero_at_the_start_depends_on_nothing():
    _, variables, description = described(part_of(PLAIN, "PackNetwork"))
    told, first = lists(description), indices(variables)
    assert [told[first["current"] + k] for k in range(4)] == [set()] * 4
    for name in ("pack_current_actual", "current_mean", "pack_energy", "busbar_loss", "charge_complete"):
        assert told[first[name]] == set()


def system_graph(tables, series, listing=True):
    """Return what each scalar of a pack's components depends on after initialisation, the connections among it."""
    graph, counts, components = {}, {}, []
    for part in parts(pack_of(tables, series)):
        name = part.name
        model, variables, description = described(part)
        components.append(kernel_component(name, PACK_LAYERS[name], model))
        scalars = dict(enumerate(((name, v.path, k) for v in variables for k in range(v.count)), 1))
        inputs = {v.path for v in variables if v.causality is Causality.INPUT}
        counts |= {(name, v.path): v.count for v in variables}
        for index, on in lists(description).items():
            every = scalars if on is None or not listing else on
            graph[scalars[index]] = [scalars[i] for i in every if scalars[i][1] in inputs]
    for connection in pack_system(components).connections:
        for k in range(counts[connection.source]):
            graph[*connection.target, k] = [(*connection.source, k)]
    return graph


@pytest.mark.parametrize(
    ("tables", "series"), [(PLAIN, 2), (MANAGED, 2), pytest.param(MANAGED, 96, marks=pytest.mark.campaign)]
)
def test_no_loop_runs_through_the_components_of_a_pack(tables, series):
    tuple(TopologicalSorter(system_graph(tables, series)).static_order())  # CycleError names a loop


def test_without_lists_loops_run_through_them():
    with pytest.raises(CycleError):
        tuple(TopologicalSorter(system_graph(MANAGED, 2, listing=False)).static_order())


LEAF = LEAF_PACK.read_text()
UNLISTED = {"Cell": {"emf", "resistance"}}
"""At 192 cells: what depends on so many nodes of tables that the lists are left out."""


@pytest.mark.parametrize("name", ["Cell", "PackNetwork", "Thermal", "Balancer", "Bms"])
def test_lists_of_192_cells_make_the_file_at_most_half_as_large_again(name):
    pack = Pack.model_validate(tomllib.loads(LEAF) | {"bms": {}})
    part = next(part for part in parts(pack) if part.name == name)
    _, variables, description = described(part)
    without = re.sub(rb' dependencies="[0-9 ]+"', b"", description)
    assert len(description) <= (1.0 + GROWTH) * len(without)
    told, first = lists(description), indices(variables)
    outputs = [variable for variable in variables if variable.causality is Causality.OUTPUT]
    assert {v.path for v in outputs if told[first[v.path]] is None} == UNLISTED.get(name, set())
