"""The pack through FMPy's reader of packages."""

import numpy as np

from tests.clients import clients, jacobi

TOLERANCE = 1e-9
"""The same operations on the same numbers, once as machine code compiled ahead: the last bits of some may differ."""


def test_the_package_gives_the_trace_of_a_jacobi_exchange(system, kernels, tmp_path):
    asked = clients.job(system[0], "PackNetwork", jacobi.recorded(kernels))
    found, told = clients.run("fmpy", asked, tmp_path)
    trace = jacobi.trace(kernels, dict.fromkeys(jacobi.RECORD, 1), jacobi.Exchange.AT_ONCE)
    assert told == ""
    np.testing.assert_allclose(found, trace, rtol=TOLERANCE, atol=TOLERANCE)
