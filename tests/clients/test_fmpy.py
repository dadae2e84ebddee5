"""The pack through FMPy's reader of packages."""

from pathlib import Path

import numpy as np
import pytest

from tests.clients import clients, jacobi

PAGE = (Path(__file__).parents[2] / "docs" / "importing" / "fmpy.md").read_text(encoding="utf-8")
BLOCKS = [block.partition("```")[0] for block in PAGE.split("```python\n")[1:]]

TOLERANCE = 1e-9
"""The same operations on the same numbers, once as machine code compiled ahead: the last bits of some may differ."""


def test_the_package_gives_the_trace_of_a_jacobi_exchange(system, kernels, tmp_path):
    asked = clients.job(system[0], "PackNetwork", jacobi.recorded(kernels))
    found, told = clients.run("fmpy", asked, tmp_path)
    trace = jacobi.trace(kernels, dict.fromkeys(jacobi.RECORD, 1), jacobi.Exchange.AT_ONCE)
    assert told == ""
    np.testing.assert_allclose(found, trace, rtol=TOLERANCE, atol=TOLERANCE)


def test_the_loop_of_the_page_gives_this_trace_too(system, kernels):
    (loop,) = (block for block in BLOCKS if "def simulate(" in block)
    code, _, call = loop.partition("\nrows = ")
    assert call.startswith('simulate("dist/Pack.ssp", ')
    namespace = {}
    exec(code, namespace)
    record = [end.split(".") for end in jacobi.recorded(kernels)]
    found = namespace["simulate"](str(system[0]), clients.power(), clients.STEP, record)
    trace = jacobi.trace(kernels, dict.fromkeys(jacobi.RECORD, 1), jacobi.Exchange.AT_ONCE)
    np.testing.assert_allclose(found, trace, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("which", ["start_values=", "input=signals"])
def test_the_calls_of_the_page_run_without_a_warning(which, fmus, capfd):
    (code,) = (block for block in BLOCKS if "simulate_fmu(" in block and which in block)
    namespace = {}
    code = code.replace("dist/native/Pack.fmu", str(fmus["Pack"])).replace("-10e3", "-500.0")
    exec(code, namespace)
    assert capfd.readouterr() == ("", "")
    assert len(namespace["result"]) == 601
    assert 9.0 < namespace["result"]["pack_voltage"].min() < namespace["result"]["pack_voltage"].max() < 13.0
