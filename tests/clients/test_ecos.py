"""The pack in ecos, from Pack.ssp."""

import numpy as np
import pytest

from packfmu.pack.ssp import PARAMETER_SET
from tests.clients import clients, jacobi

TOLERANCE = 1e-9
"""The same operations on the same numbers, once as machine code compiled ahead: the last bits of some may differ."""


@pytest.fixture(autouse=True)
def ecos():
    clients.need("ecospy")


def test_the_pack_gives_the_trace_of_a_jacobi_exchange(system, kernels, expected, tmp_path):
    asked = clients.job(system[0], "PackNetwork", jacobi.recorded(kernels), parameter_set=PARAMETER_SET)
    found, told = clients.run("ecos", asked, tmp_path)
    trace = expected(jacobi.Exchange.AT_ONCE)
    assert "fmi2" not in told, told
    assert np.ptp(trace[:, 0]) > 0.5
    np.testing.assert_allclose(found, trace, rtol=TOLERANCE, atol=TOLERANCE)
