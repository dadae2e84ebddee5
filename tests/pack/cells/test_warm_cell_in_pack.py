"""A cell with resistances at several temperatures in built FMUs that the master runs."""

import numpy as np
import pytest

from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.fmi.build import Form, build_parts
from packfmu.pack.block import periods
from packfmu.pack.cells.cell_file import write_cell
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL
from tests.models.cell.warm_cells import tabulated

SECOND = 10**9


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warm")
    write_cell(tabulated(), folder / "warm.toml")
    tables = {"pack": {"series": 1, "parallel": 2}, "cell": {"parameters": "warm.toml"}}
    return parse_pack(tables, "warm", folder)


@pytest.mark.parametrize("celsius", [-5.0, 25.0])
def test_its_fmu_resists_as_the_tables_say(pack, celsius, tmp_path):
    """The first second of a current drops the voltage by that on R0, beside what every second drops it by."""
    path = build_parts(parts(pack)[:1], tmp_path, pack.outputs.detail, Form.PYTHON)["Cell"]
    system = System((fmu_component("Cell", ELECTRICAL, path),), ())
    values = {"Cell.temperature": celsius + 273.15, "Cell.current": -10.0}
    planned = make_plan(system, periods(pack.schedule))
    output = tmp_path / "warm.nc"
    run(system, planned, Experiment(2 * SECOND, values, record={"voltage": "Cell.voltage"}, output=output))
    first, second = -np.diff(load(output).voltage.values[:, 0])
    kind = pack.cell.load().equivalent_circuit()
    ohmic = np.interp(0.9, np.linspace(0.0, 1.0, kind.nodes), kind.resistances(celsius + 273.15)[0])
    assert first - second == pytest.approx(10.0 * ohmic, abs=1e-4)  # seconds differ by less than 0.1 mV
