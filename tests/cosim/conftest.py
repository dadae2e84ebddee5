"""A small pack of the Leaf's cells: its FMUs, built once, and the same components as kernels."""

import pytest

from packfmu.cosim import pack_block
from packfmu.fmus.build import Form, build_pack
from packfmu.fmus.pack import Pack
from packfmu.fmus.parts import parts
from packfmu.fmus.platforms import host_platform
from packfmu.fmus.python_fmu import load_component
from packfmu.models.instance import Instance
from packfmu.models.network_loads import LoadMode


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


@pytest.fixture(scope="session")
def part(small_pack):
    """Return the block of that pack."""
    return pack_block.pack_block(small_pack, parts(small_pack))


@pytest.fixture(scope="session")
def model(part):
    """Return its model."""
    return load_component(part.component, part.arguments, part.start).model


@pytest.fixture
def block(model):
    """Return an instance of it under power, in air of 290 K."""
    instance = Instance(model)
    instance.u["load_mode"], instance.u["ambient_temperature"] = LoadMode.POWER, 290.0
    instance.initialize()
    return instance
