"""Settings and fixtures for all tests."""

import gc
import re
import signal
from pathlib import Path

import pytest
from hypothesis import settings
from lark import Lark

from packfmu.fmi.build import Form
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack import block as pack_block
from packfmu.pack.file import Pack
from packfmu.pack.fmus import build_pack
from packfmu.pack.parts import parts

TESTS = Path(__file__).parent

settings.register_profile("packfmu", deadline=None)  # the first example compiles, and machines are shared
settings.load_profile("packfmu")

LONG = (
    "pack/test_fmu_pages.py", "pack/test_initial_dependencies.py", "examples/test_balancing.py",
    "fmi/native/test_physics_cells.py", "pack/test_managed_pack.py", "examples/test_ten_years.py",
    "models/cell/physics/test_dfn.py", "pack/test_any_size.py", "models/cell/physics/test_spm.py",
    "fmi/native/test_objects.py", "models/cell/physics/test_ageing.py", "pack/test_managed_loads.py",
    "models/balancing/test_active.py", "usage/test_aged.py", "pack/cells/test_cell_in_pack.py",
    "pack/test_physics_pack.py", "models/bms/test_protection.py", "usage/test_years.py",
)  # fmt: skip
"""Files that compile most, and so take longest; neighbours compile other kernels, or one worker waits for the other."""


def pytest_collection_modifyitems(items):
    """Begin with the long files, so that no worker has one of them left at the end."""
    place = {TESTS / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


def pytest_collection_finish():
    """Leave what has been collected out of the search for garbage, of which compiling makes much."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def names_parsed_once():
    """Let FMPy parse names once that differ in digits only: its grammar has one class of them, and takes 10 ms."""
    parse, parsed = Lark.parse, {}

    def parse_once(parser, name):
        kind = parser.source_grammar, re.sub("[0-9]", "0", name)
        if kind not in parsed:
            parsed[kind] = parse(parser, name)
        return parsed[kind]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lark, "parse", parse_once)
        yield


@pytest.fixture
def interruptible():
    """Take Ctrl-C as at a terminal; a job in the background ignores it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.fixture(scope="session")
def small_pack():
    """Three groups of two cells that differ, with a busbar, so that currents divide and the balancer has work."""
    return Pack.model_validate(
        {
            "pack": {"series": 3, "parallel": 2},
            "cell": {"parameters": "nissan_leaf_2013"},
            "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
            "busbar": {"segment_resistance": 5e-5, "contact_resistance": 1e-4},
        }
    )


@pytest.fixture(scope="session")
def fmus(small_pack, tmp_path_factory):
    """Return the folder of the four FMUs of the Python flavour."""
    built = build_pack(small_pack, tmp_path_factory.mktemp("dist"), Form.PYTHON)
    return built["Cell"].parent


@pytest.fixture(scope="session")
def native_fmus(small_pack, tmp_path_factory):
    """Return the folder of the four native FMUs."""
    built = build_pack(small_pack, tmp_path_factory.mktemp("dist"), platforms=(host_platform(),))
    return built["Cell"].parent


@pytest.fixture(scope="session")
def kernel_pack(small_pack):
    """Return the same pack without FMUs."""
    return pack_block.kernel_pack(parts(small_pack))
