"""FMUs of packs whose heat flows along a graph, or that run away: valid, of the bits of their kernels, and joined."""

import zipfile

import numpy as np
import pytest
from fmpy.ssp.ssd import ns
from fmpy.validation import validate_fmu
from lxml import etree

from packfmu.cosim.fmu.component import fmu_component
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import all_parts, kernel_pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.ssp import write_system
from packfmu.pack.topology import ELECTRICAL
from tests.pack.layout.heated import heated, hot, trace

PACKS = {
    "plates and two nodes": lambda: heated("plates and two nodes"),
    "busbars": lambda: heated("busbars"),
    "runaway": lambda: hot(bms={}),
}
RECORD = ("temperature", "node_temperature", "stored_heat")


def structure(path):
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("SystemStructure.ssd"))


def test_the_system_of_a_pack_that_runs_away_joins_all_its_ports(tmp_path):
    pack = hot(bms={}, plate=[{"side": "bottom"}, {"side": "top"}])
    built = build_parts(parts(pack), tmp_path, pack.outputs.detail, Form.PYTHON, (host_platform(),))
    write_system(pack, built, tmp_path)
    system = fmu_pack(built["Cell"].parent, management=True)
    wires = [(c.get("startElement"), c.get("startConnector"), c.get("endElement"), c.get("endConnector"))
             for c in structure(tmp_path / "Pack.ssp").iterfind(".//ssd:Connection", ns)]  # fmt: skip
    assert len(wires) == sum(system.port(connection.source).count for connection in system.connections)
    assert ("Thermal", "internal_short[2]", "PackNetwork", "cell_short[2]") in wires
    assert ("Cell", "emf[1]", "Thermal", "emf[1]") in wires
    outer = {
        each.get("name") for each in structure(tmp_path / "PackSystem.ssp").findall("ssd:System/ssd:Connectors/*", ns)
    }
    assert {"coolant_temperature[2]", "coolant_flow[1]", "coolant_outlet_temperature[2]", "cells_in_runaway"} <= outer


@pytest.mark.campaign
@pytest.mark.parametrize("name", PACKS)
def test_fmus_and_block_give_the_bits_of_their_kernels(name, tmp_path):
    pack = PACKS[name]()
    power = -50.0 if name == "runaway" else -3000.0
    record = {each: f"Thermal.{each}" for each in RECORD}
    _, expected = trace(pack, kernel_pack(parts(pack)), "PackNetwork", record, tmp_path / "kernels.nc", 8, power)
    built = build_parts(all_parts(pack), tmp_path, pack.outputs.detail, Form.NATIVE, (host_platform(),))
    for each in ("Thermal", "PackNetwork", "Pack"):
        assert validate_fmu(built[each]) == [], each
    system = fmu_pack(built["Cell"].parent, management=pack.bms is not None)
    _, found = trace(pack, system, "PackNetwork", record, tmp_path / "fmus.nc", 8, power)
    for each in RECORD:
        np.testing.assert_array_equal(found[each].values, expected[each].values)
    block = System((fmu_component("Pack", ELECTRICAL, built["Pack"]),), ())
    record = {each: f"Pack.{each}" for each in RECORD[:2]}
    _, whole = trace(pack, block, "Pack", record, tmp_path / "block.nc", 8, power)
    for each in record:
        np.testing.assert_array_equal(whole[each].values, expected[each].values)
