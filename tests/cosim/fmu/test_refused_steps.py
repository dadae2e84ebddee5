"""Steps that an FMU refuses: the master is told why, and may go on with other inputs, in both flavours."""

import numpy as np
import pytest

from packfmu.cosim.fmu.component import fmu_component
from packfmu.coupling.slave import SlaveError
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.topology import ELECTRICAL


@pytest.fixture(scope="module", params=["python", "native"])
def network(request, fmus, tmp_path_factory):
    """Return PackNetwork of either flavour as a component."""
    path = fmus / "PackNetwork.fmu"
    if request.param == "native":
        path = tmp_path_factory.mktemp("native") / "PackNetwork.fmu"
        arguments = {"series": 3, "parallel": 2, "opposite_terminals": True, "nodes": 5}
        build_native_fmu(path, "pack_network", arguments, platforms=(host_platform(),))
    return fmu_component("PackNetwork", ELECTRICAL, path)


@pytest.mark.parametrize("restores", [True, False])
def test_after_a_refused_step_other_inputs_go_on_as_if_nothing_had_been(network, restores):
    slaves = [network.open(["pack_power"], ["pack_voltage", "pack_charge"]) for _ in range(2)]
    try:
        for slave in slaves:
            slave.prepare({"load_mode": np.array([2])}, 0.0)
            slave.initialize()
            slave.end_initialization()
            slave.inputs["pack_power"][:] = -100.0
            slave.step(0.0, 1.0)
        refused, undisturbed = slaves
        state = refused.save()
        refused.inputs["pack_power"][:] = -1e9
        for _ in range(2):  # the reason is given each time, though it is logged once
            with pytest.raises(SlaveError, match="discard: the step from 1 s by 1 s is refused: pack_power = "):
                refused.step(1.0, 1.0)
        if restores:
            refused.restore(state)
        for slave in slaves:
            slave.inputs["pack_power"][:] = -200.0
            slave.step(1.0, 1.0)
        for name in refused.outputs:
            assert refused.outputs[name].tolist() == undisturbed.outputs[name].tolist()
        assert refused.save() == undisturbed.save()
    finally:
        for slave in slaves:
            slave.close()


def test_a_step_that_does_not_continue_the_last_one_is_told(network):
    slave = network.open(["pack_power"], ["pack_voltage"])
    try:
        slave.prepare({}, 0.0)
        slave.initialize()
        slave.end_initialization()
        slave.step(0.0, 1.0)
        with pytest.raises(SlaveError, match="a step must begin at 1 s, where the last one ended"):
            slave.step(11.0, 1.0)
        slave.step(1.0, 1.0)
    finally:
        slave.close()
