"""FMUs of one build belong together, and those of two builds of different packs do not."""

import shutil

import pytest

from packfmu.core.errors import InputError
from packfmu.core.variable import Detail
from packfmu.cosim.fmu.interface import read_interface
from packfmu.fmi import build
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.pack.block import all_parts
from packfmu.pack.cells.chosen import Cell
from packfmu.pack.file import Pack
from packfmu.pack.fmus import build_pack, fmu_block, fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import write_system
from packfmu.pack.tables import Arrangement, Thermal, Variation


def read_set_identity(path):
    return read_interface(path)[2].set_identity


def paths(folder):
    return {path.stem: path for path in folder.glob("*.fmu")}


@pytest.fixture(scope="module")
def others(small_pack, tmp_path_factory):
    """Return a folder of the same pack, with other cells drawn."""
    drawn = small_pack.model_copy(update={"variation": small_pack.variation.model_copy(update={"seed": 8})})
    return build_pack(drawn, tmp_path_factory.mktemp("others"), Form.PYTHON)["Cell"].parent


@pytest.fixture
def mixed(fmus, others, tmp_path):
    """Return a folder with one FMU of another pack, as a build that could not replace it would leave it."""
    shutil.copytree(fmus, tmp_path / "mixed")
    shutil.copy(others / "Cell.fmu", tmp_path / "mixed")
    return tmp_path / "mixed"


def test_the_fmus_of_a_build_tell_one_identity_in_both_flavours(fmus, native_fmus, others):
    told = {read_set_identity(path) for folder in (fmus, native_fmus) for path in paths(folder).values()}
    assert len(told) == 1
    assert len(*told) == 32
    assert {read_set_identity(path) for path in paths(others).values()} & told == set()


@pytest.mark.parametrize(
    "change",
    [
        {"variation": Variation(seed=7, capacity_cv=0.02, resistance_cv=0.1, soc_spread=0.0201)},
        {"pack": Arrangement(series=2, parallel=3)},
        {"cell": Cell(parameters="nissan_leaf_2013", initial_soc=0.8)},
        {"thermal": Thermal(initial_temperature=299.0)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_identity_follows_what_the_parts_are_made_of(small_pack, change):
    one = build.set_identity(parts(small_pack), Detail.CELL)
    assert build.set_identity(parts(small_pack), Detail.PACK) != one
    assert build.set_identity(parts(small_pack.model_copy(update=change)), Detail.CELL) != one


def test_the_identity_follows_the_sources(small_pack, monkeypatch):
    one = build.set_identity(parts(small_pack), Detail.CELL)
    sources = build.component_sources()
    monkeypatch.setattr(build, "component_sources", lambda: sources | {"core/model.py": b"another version"})
    assert build.set_identity(parts(small_pack), Detail.CELL) != one


def test_flavours_of_one_pack_are_joined(fmus, native_fmus, tmp_path):
    shutil.copytree(fmus, tmp_path / "both")
    shutil.copy(native_fmus / "Cell.fmu", tmp_path / "both")
    assert len(fmu_pack(tmp_path / "both").components) == 4


def test_fmus_of_two_builds_are_not_joined(mixed, small_pack, tmp_path):
    words = r"PackNetwork\.fmu and .*Cell\.fmu do not belong together: .*; build all of them again$"
    with pytest.raises(InputError, match=words):
        fmu_pack(mixed)
    with pytest.raises(InputError, match=r"\.fmu do not belong together"):
        write_system(small_pack, paths(mixed), tmp_path / "system")
    assert not (tmp_path / "system").exists()


def test_a_block_and_the_aging_of_another_build_are_not_joined(tmp_path):
    for seed in (1, 2):
        tables = {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": "nissan_leaf_2013"}}
        tables |= {"aging": {"parameters": "graphite_film_aging"}, "variation": {"seed": seed, "capacity_cv": 0.01}}
        pack = Pack.model_validate(tables)
        planned = [part for part in all_parts(pack) if part.name in ("Pack", "Aging")]
        build_parts(planned, tmp_path / str(seed), pack.outputs.detail, Form.PYTHON)
    one, other = (tmp_path / str(seed) / "python" for seed in (1, 2))
    assert len(fmu_block(one).components) == 2
    shutil.copy(other / "Aging.fmu", one)
    with pytest.raises(InputError, match=r"Pack\.fmu and .*Aging\.fmu do not belong together"):
        fmu_block(one)


def test_fmus_that_tell_no_set_are_joined(fmus, small_pack, tmp_path):
    """Those that were built alone, and those of others."""
    shutil.copytree(fmus, tmp_path / "alone")
    cell = next(part for part in parts(small_pack) if part.name == "Cell")
    build_python_fmu(tmp_path / "alone" / "Cell.fmu", cell.component, cell.arguments, cell.start)
    assert read_set_identity(tmp_path / "alone" / "Cell.fmu") == ""
    assert len(fmu_pack(tmp_path / "alone").components) == 4
