"""Pack.fmu alone, driven by the client, in FMPy, libcosim and ecos."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.core.variable import Causality, DataType
from packfmu.coupling.port import ports_of
from packfmu.models.network.loads import LoadMode
from tests.clients import clients

MODULES = {"fmpy": "fmpy", "libcosim": "libcosimpy", "ecos": "ecospy"}
TOLERANCE = 1e-9
"""The same operations on the same numbers, once as machine code compiled ahead: the last bits of some may differ."""


def outputs(model, kind):
    """Return names and places in the memory of all scalar outputs of a kind."""
    ports = [port for port in ports_of(model).values() if port.causality is Causality.OUTPUT and port.data_type is kind]
    return {
        f"Pack.{port.name}[{k + 1}]" if port.shape else f"Pack.{port.name}": int(reference)
        for port in ports
        for k, reference in enumerate(port.references)
    }


def trace(model, step, places):
    """Return the memory at these places after every step under the load, by the kernels."""
    instance, rows = Instance(model), []
    instance.initialize()
    instance.u["load_mode"] = LoadMode.POWER
    for number, watts in enumerate(clients.power()):
        instance.u["pack_power"] = watts
        assert instance.advance(number * step, step) == DONE
        rows.append(instance.memory[places])
    return np.array(rows)


@pytest.mark.parametrize("step", [1.0, 5.0])
@pytest.mark.parametrize("client", MODULES)
def test_it_gives_the_trace_of_the_jitted_plan(client, step, fmus, block, tmp_path):
    clients.need(MODULES[client])
    integers = outputs(block, DataType.INTEGER)
    places = outputs(block, DataType.REAL) | integers
    asked = clients.job(fmus["Pack"], "Pack", list(places), instance="Pack", integers=list(integers), step=step)
    found, told = clients.run(client, asked, tmp_path)
    assert "fmi2" not in told, told
    expected = trace(block, step, list(places.values()))
    assert np.ptp(expected[:, 0]) > 0.5
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)
