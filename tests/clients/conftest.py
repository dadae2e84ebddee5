"""A small pack: its native FMUs as a system for other masters, built once, by common and by slower periods."""

import pytest

from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts, kernel_pack, periods
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import write_system
from tests.clients import jacobi

COMMON = {"electrical": "1 s", "control": "1 s", "thermal": "1 s"}
SLOWER = {"electrical": "1 s", "control": "5 s", "thermal": "10 s"}


def pack_of(schedule):
    return Pack.model_validate(
        {
            "pack": {"series": 3, "parallel": 2},
            "cell": {"parameters": "nissan_leaf_2013"},
            "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
            "busbar": {"segment_resistance": 5e-5, "contact_resistance": 1e-4},
            "schedule": schedule,
        }
    )


@pytest.fixture(scope="session")
def fmus(tmp_path_factory):
    """Return the native FMUs; of the slower periods only the plan of Pack.fmu knows."""
    pack = pack_of(SLOWER)
    return build_parts(
        all_parts(pack), tmp_path_factory.mktemp("dist"), pack.outputs.detail, platforms=[host_platform()]
    )


@pytest.fixture(scope="session", params=[COMMON, SLOWER], ids=["common", "slower"])
def pack(request):
    return pack_of(request.param)


@pytest.fixture(scope="session")
def system(pack, fmus, tmp_path_factory):
    """Return Pack.ssp and OspSystemStructure.xml."""
    return write_system(pack, fmus, tmp_path_factory.mktemp("system"))


@pytest.fixture(scope="session")
def kernels():
    return kernel_pack(parts(pack_of(COMMON)))


@pytest.fixture(scope="session")
def expected(pack, kernels):
    """Return the trace by an `Exchange`."""
    steps = periods(pack.schedule)
    every = {component.name: steps[component.layer] // pack.schedule.electrical for component in kernels.components}
    return lambda exchange: jacobi.trace(kernels, every, exchange)


@pytest.fixture(scope="session")
def block():
    """Return the model of Pack.fmu."""
    part = all_parts(pack_of(SLOWER))[-1]
    return load_definition(part.component, part.arguments, part.start).model
