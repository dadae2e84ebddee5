"""Tests in this process are not struck by a loss of power: nothing waits for the disk."""

import pytest

from packfmu.cosim.long import checkpoint


@pytest.fixture(autouse=True, scope="session")
def unsynchronised():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "SYNCHRONOUS", "OFF")
        yield
