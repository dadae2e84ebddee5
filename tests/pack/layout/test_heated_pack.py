"""Packs whose heat flows along a graph: charge, energy and heat close, and the block does as its components."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.coupling import kernels
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.system import System
from packfmu.fmi.registry import load_definition
from packfmu.pack.balances import balances
from packfmu.pack.block import kernel_pack, pack_block
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL
from tests.interpreted import InterpretedInstance
from tests.pack.layout.graphs import pack_of
from tests.pack.layout.heated import PACKS, heated, trace

CLOSED = ("cells, charge", "cells, energy", "network, energy", "thermal, heat", "cells and board, heat")


@pytest.fixture(scope="module", params=PACKS)
def apart(request, tmp_path_factory):
    """The components of each pack, stepped by the master, without a compiler."""
    pack = heated(request.param)
    record = {name: f"Thermal.{name}" for name in ("temperature", "board_temperature", "node_temperature")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "Instance", InterpretedInstance)
        system = kernel_pack(parts(pack))
        summary, told = trace(pack, system, "PackNetwork", record, tmp_path_factory.mktemp("apart") / "run.nc")
    return request.param, pack, system, summary, told


def test_charge_energy_and_heat_close(apart):
    _, pack, system, summary, _ = apart
    rows = {row.name: row for row in balances(system, summary.totals)}
    for name in CLOSED:
        assert abs(rows[name].relative) < 1e-11, name
    losses = summary.totals["PackNetwork.busbar_loss"] if pack.thermal_graph.conductors else 0.0
    assert rows["cells and board, heat"].right - losses == pytest.approx(
        summary.totals["Cell.heat"] + summary.totals["Balancer.heat"], rel=1e-9
    )


def test_heat_warms_the_nodes(apart):
    name, pack, _, summary, told = apart
    capacity = np.array([node.heat_capacity for node in pack.thermal_graph.nodes])
    rise = told["node_temperature"].values[-1] - pack.thermal.initial_temperature
    assert capacity @ rise == pytest.approx(summary.totals["Thermal.stored_heat"], rel=1e-9)
    assert told["temperature"].values[-1].min() > 298.15 if "plates" not in name else rise.min() < 0.0


@pytest.mark.parametrize("by", [InterpretedInstance, pytest.param(Instance, marks=pytest.mark.campaign)])
def test_the_block_does_as_its_components(by, apart, tmp_path, monkeypatch):
    _, pack, _, _, told = apart
    monkeypatch.setattr(kernels, "Instance", by)
    part = pack_block(pack, parts(pack))
    component = kernel_component("Pack", ELECTRICAL, load_definition(part.component, part.arguments, part.start).model)
    record = {name: f"Pack.{name}" for name in ("temperature", "board_temperature", "node_temperature")}
    _, whole = trace(pack, System((component,), ()), "Pack", record, tmp_path / "run.nc", 12)
    for name in record:
        np.testing.assert_array_equal(whole[name].values, told[name].values[:13])


def test_sensors_sit_on_surfaces_and_the_coolant_has_an_inlet_each():
    system = kernel_pack(parts(heated("plates and two nodes")))
    joined = {connection.target: connection.source for connection in system.connections}
    assert joined["Bms", "temperature"] == ("Thermal", "surface_temperature")
    assert joined["Cell", "temperature"] == ("Thermal", "temperature")
    assert system.port(("Thermal", "coolant_temperature")).start.tolist() == [290.0, 298.15]


def test_losses_are_handed_on_as_means():
    system = kernel_pack(parts(heated("busbars")))
    joined = {connection.target: connection.source for connection in system.connections}
    for name in ("conductor_heat_rate", "contact_heat_rate"):
        assert joined["Thermal", name] == ("PackNetwork", name)
    plain = kernel_pack(parts(pack_of(cable={"resistance": 1e-3}, layout={})))
    assert ("Thermal", "conductor_heat_rate") not in {connection.target for connection in plain.connections}
