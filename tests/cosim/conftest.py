"""A small pack of the Leaf's cells: its FMUs, built once, and the same components as kernels."""

import pytest

from packfmu.cosim.kernels import kernel_component
from packfmu.cosim.system import PACK_LAYERS, pack_system
from packfmu.fmus.build import FOLDER, build_pack
from packfmu.fmus.pack import Pack
from packfmu.fmus.parts import parts
from packfmu.fmus.python_fmu import load_component


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
    """Return the folder of the four FMUs."""
    output = tmp_path_factory.mktemp("dist")
    build_pack(small_pack, output)
    return output / FOLDER


@pytest.fixture(scope="session")
def kernel_pack(small_pack):
    """Return the same pack without FMUs."""
    models = {part.name: load_component(part.component, part.arguments, part.start).model for part in parts(small_pack)}
    return pack_system(kernel_component(name, PACK_LAYERS[name], model) for name, model in models.items())
