"""What FMUs share and what they do not: libraries, identities, tables."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from fmpy import extract, read_model_description

from packfmu.core.variable import Detail
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.header import header
from packfmu.fmi.native.libraries import structure_digest
from packfmu.fmi.native.platforms import Platform
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import pack_block
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from tests.fmi.native.native_models import kept
from tests.fmi.native.native_toy import Importer
from tests.fmi.python.host import Host

LEAF = {"cells": 3, "parameters": "nissan_leaf_2013"}
LINUX = (Platform.LINUX64,)


def test_one_library_serves_all_start_values_of_a_structure(tmp_path, unlinked):
    plain, other = tmp_path / "plain.fmu", tmp_path / "other.fmu"
    build_native_fmu(plain, "thermal", {"cells": 3}, platforms=LINUX)
    levels = [300.0, 1 / 3, 1e-7]
    start = {"heat_rate": levels, "ambient_temperature": 301.0}
    build_native_fmu(other, "thermal", {"cells": 3}, start, platforms=LINUX)
    assert len(kept(unlinked)) == 1
    descriptions = [read_model_description(str(path)) for path in (plain, other)]
    assert descriptions[0].guid != descriptions[1].guid
    starts = {v.name: v.start for v in descriptions[1].modelVariables}
    assert [float(starts[f"heat_rate[{k}]"]) for k in (1, 2, 3)] == levels
    with Host(other) as host:
        host.initialize()
        assert [host[f"heat_rate[{k}]"] for k in (1, 2, 3)] == levels
        assert host["ambient_temperature"] == 301.0


def identities(folder, name, cases):
    """Build FMUs with these arguments; return their GUIDs and their libraries, of each how many differ."""
    guids, libraries = set(), set()
    for number, (arguments, detail) in enumerate(cases):
        path = folder / f"{number}.fmu"
        build_native_fmu(path, name, arguments, detail=detail, platforms=LINUX)
        description = read_model_description(str(path))
        guids.add(description.guid)
        with zipfile.ZipFile(path) as archive:
            libraries.add(archive.read(f"binaries/linux64/{description.modelName}.so"))
    return len(guids), len(libraries)


@pytest.mark.parametrize("detail", [Detail.CELL, Detail.PACK])
def test_one_library_serves_all_sizes_and_each_has_its_own_identity(tmp_path, unlinked, detail):
    sizes = [({"groups": groups, "parallel": parallel}, detail) for groups, parallel in ((1, 1), (2, 1), (1, 2))]
    assert identities(tmp_path, "balancer", sizes) == (3, 1)
    assert len(kept(unlinked)) == 1


def test_other_detail_has_another_identity_and_the_same_library(tmp_path):
    cases = [(LEAF, detail) for detail in (Detail.CELL, Detail.PACK)]
    assert identities(tmp_path, "cell", cases) == (2, 1)


def test_tables_of_another_size_or_component_are_refused(tmp_path):
    folders, guids = {}, {}
    components = {"three": ("cell", LEAF), "four": ("cell", LEAF | {"cells": 4}), "thermal": ("thermal", {"cells": 3})}
    for key, (name, arguments) in components.items():
        build_native_fmu(tmp_path / f"{key}.fmu", name, arguments, platforms=LINUX)
        folders[key] = Path(extract(str(tmp_path / f"{key}.fmu"), str(tmp_path / key)))
        guids[key] = read_model_description(str(folders[key])).guid
    library = folders["three"] / "binaries" / "linux64" / "Cell.so"
    told = {}
    for key, folder in folders.items():
        importer = Importer(library, (folder / "resources").as_uri(), guid=guids["three"])
        assert bool(importer.component) == (key == "three")
        told[key] = importer.messages
    assert told["three"] == []
    location = f"model.bin at {(folders['four'] / 'resources').as_uri()}"
    assert told["four"] == [f"{location}: it belongs to the FMU {guids['four']}, not to {guids['three']}"]
    assert re.search("it belongs to another FMU .* this library is Cell [0-9a-f]{16}$", *told["thermal"])


def test_constants_make_another_identity(tmp_path):
    arguments = {"groups": 3, "parallel": 1, "converter": "flyback"}
    cases = [(arguments | {"links": links}, Detail.PACK) for links in ([[0, 1], [1, -1]], [[0, 2], [1, -1]])]
    assert identities(tmp_path, "balancer", cases) == (2, 1)


def test_other_structures_have_other_identities_and_libraries(tmp_path):
    arguments = {"groups": 2, "parallel": 1}
    cases = [(arguments | more, Detail.CELL) for more in ({}, {"converter": "flyback", "links": [[0, -1], [1, -1]]})]
    assert identities(tmp_path, "balancer", cases) == (2, 2)


NAMED = {"parameters": "nissan_leaf_2013"}
SIZES = {
    "cell": [{"cells": cells, **NAMED} for cells in (1, 4, 192)],
    "pack_network": [
        {"series": series, "parallel": parallel, "opposite_terminals": True, "nodes": nodes}
        for series, parallel, nodes in ((1, 1, 5), (2, 2, 21), (96, 74, 21))
    ],
    "thermal": [{"cells": cells} for cells in (1, 3, 192)],
    "balancer": [{"groups": groups, "parallel": parallel} for groups, parallel in ((1, 1), (2, 1), (96, 2))],
    "bms": [{"groups": groups, "parallel": parallel, **NAMED} for groups, parallel in ((1, 1), (2, 1), (96, 2))],
    "aging": [{"cells": cells, "aging": "graphite_film_aging"} for cells in (1, 6, 192)],
}


def same_code(models):
    """Whether machine code and header of models are the same, though their sizes are not."""
    assert len({sum(variable.count for variable in model.interface) for model in models}) == len(models)
    return len({(structure_digest(model), header(model, "stamp")) for model in models}) == 1


@pytest.mark.parametrize("name", SIZES)
def test_components_of_all_sizes_have_one_structure(name):
    assert same_code([load_definition(name, arguments, {}).model for arguments in SIZES[name]])


def test_packs_of_all_sizes_have_one_structure():
    models = []
    for series, parallel in ((3, 1), (3, 2), (96, 2)):
        pack = Pack.model_validate({"pack": {"series": series, "parallel": parallel}, "cell": NAMED})
        block = pack_block(pack, parts(pack))
        models.append(load_definition(block.component, block.arguments, block.start).model)
    assert same_code(models)


def test_structures_are_told_apart_by_their_kernels():
    model = load_definition("thermal", {"cells": 3}, {}).model
    other = load_definition("cell", LEAF, {}).model
    digests = {structure_digest(replace(model, advance=kernel)) for kernel in (model.advance, other.advance)}
    digests |= {structure_digest(replace(model, name="Other"))}
    assert len(digests) == 3
    assert structure_digest(replace(model, refusals={1: "no"})) in digests
