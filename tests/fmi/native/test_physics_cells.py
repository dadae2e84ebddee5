"""What an FMU promises, of cells of physics: state, output derivatives, refused steps."""

import numpy as np
import pytest
from fmpy.fmi1 import FMICallException
from fmpy.validation import validate_fmu

from packfmu.core.model import DONE
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from tests.fmi.native.native_models import PHYSICS
from tests.fmi.python.host import Host
from tests.interpreted import InterpretedInstance

START = {
    "particles": {"initial_soc": 0.5},
    "electrolyte": {"initial_soc": 0.5},
    "porous": {"initial_soc": 0.5, "tolerance": 1e-8},
}


@pytest.fixture(scope="module", params=["particles", pytest.param("electrolyte", marks=pytest.mark.campaign), "porous"])
def name(request):
    """Return the name of a kind of cell."""
    return request.param


@pytest.fixture(scope="module")
def host(name, tmp_path_factory):
    path = tmp_path_factory.mktemp(name) / "Cell.fmu"
    build_native_fmu(path, "cell", PHYSICS[name], START[name], platforms=(host_platform(),))
    assert validate_fmu(path) == []
    with Host(path) as made:
        made.initialize()
        yield made


def reference(host, name):
    return host.variables[name].valueReference


def rows(host, start, count, h=1.0):
    """Take steps under a current that changes; return voltages and ports after each."""
    found, places = (
        [],
        [reference(host, name) for name in ("voltage[1]", "voltage[2]", "emf[1]", "resistance[1]", "heat")],
    )
    for number in range(count):
        host.fmu.setReal([reference(host, "current[1]")], [-3.0 + number % 4])
        host.fmu.doStep(start + number * h, h)
        found.append(host.fmu.getReal(places))
    return found


def test_the_interpreter_computes_the_same_bits(name, host):
    """From the start; `tests/pack/test_physics_pack.py` holds compiled kernels against both."""
    state = host.fmu.getFMUState()
    cells = InterpretedInstance(load_definition("cell", PHYSICS[name], START[name]).model)
    cells.initialize()
    for number, told in enumerate(rows(host, 0.0, 4)):
        cells.u.current[0] = -3.0 + number % 4
        assert cells.advance(float(number), 1.0) == DONE
        y = cells.y
        assert told == [*y.voltage[:2], y.emf[0], y.resistance[0], float(y.heat)]
    host.fmu.setFMUState(state)


def test_state_derivatives_and_refusals(host):
    rows(host, 0.0, 7)
    state = host.fmu.getFMUState()
    data = host.fmu.serializeFMUState(state)
    first = rows(host, 7.0, 9)
    restored = host.fmu.deSerializeFMUstate(data)
    host.fmu.setFMUState(restored)
    assert rows(host, 7.0, 9) == first
    host.fmu.setFMUState(state)
    host.fmu.setReal([reference(host, "current[1]")], [-5.0])
    host.fmu.doStep(7.0, 1.0)
    told = host.fmu.getRealOutputDerivatives([reference(host, "voltage[1]")], [1])[0]
    before = host.fmu.getReal([reference(host, "voltage[1]")])[0]
    host.fmu.doStep(8.0, 0.1)
    slope = (host.fmu.getReal([reference(host, "voltage[1]")])[0] - before) / 0.1
    assert abs(slope) > 1e-4
    assert told == pytest.approx(slope, rel=0.05)  # the slope falls within 0.1 s
    host.fmu.setFMUState(state)
    host.fmu.setReal([reference(host, "current[1]")], [-1e5])
    with pytest.raises(FMICallException):
        host.fmu.doStep(7.0, 1.0)
    host.fmu.setFMUState(state)
    assert np.all(np.array(rows(host, 7.0, 9)) == np.array(first))
