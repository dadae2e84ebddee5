"""The block of the small pack."""

import pytest

from packfmu.core.instance import Instance
from packfmu.fmi.registry import load_definition
from packfmu.models.network.loads import LoadMode
from packfmu.pack import block as pack_block
from packfmu.pack.parts import parts


@pytest.fixture(scope="session")
def part(small_pack):
    """Return the block of that pack."""
    return pack_block.pack_block(small_pack, parts(small_pack))


@pytest.fixture(scope="session")
def model(part):
    """Return its model."""
    return load_definition(part.component, part.arguments, part.start).model


@pytest.fixture
def block(model):
    """Return an instance of it under power, in air of 290 K."""
    instance = Instance(model)
    instance.u["load_mode"], instance.u["ambient_temperature"] = LoadMode.POWER, 290.0
    instance.initialize()
    return instance
