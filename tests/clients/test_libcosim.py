"""The pack in libcosim, from Pack.ssp and from OspSystemStructure.xml."""

import numpy as np
import pytest

from tests.clients import clients, jacobi

TOLERANCE = 1e-9
"""The same operations on the same numbers, once as machine code compiled ahead: the last bits of some may differ."""


@pytest.fixture(autouse=True)
def libcosim():
    clients.need("libcosimpy")


@pytest.mark.parametrize("form", ["ssp", "osp"])
def test_the_pack_gives_the_trace_of_a_jacobi_exchange(form, system, kernels, expected, tmp_path):
    asked = clients.job(system[form == "osp"], "PackNetwork", jacobi.recorded(kernels))
    found, told = clients.run("libcosim", asked, tmp_path)
    trace = expected(jacobi.Exchange.COMPLETE)
    assert told == ""
    assert np.ptp(trace[:, 0]) > 0.5
    np.testing.assert_allclose(found, trace, rtol=TOLERANCE, atol=TOLERANCE)
