"""A cell model of its own, in one file, in a pack with network and heat; its voltages have a closed form.

::

     pack_current -> PackNetwork --current--> Cell (resistive) --heat_rate--> Thermal
                         ^                     |   ^                            |
                         +-- emf, resistance, -+   +-------- temperature -------+
                             soc
"""

from pathlib import Path

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.models import parameters
from packfmu.models.cell.ecm import EquivalentCircuitCell
from packfmu.models.cell.kind import CellParameters
from packfmu.models.cell.protocol import CellModel
from packfmu.models.parameter_sets import parameter_set, parameter_sets
from packfmu.models.parameters import nissan_leaf_2013
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from tests.models.cells import SOC, invented_cell

SECOND = 10**9
SERIES, PARALLEL, DURATION, CURRENT = 2, 3, 100, -60.0
FILE = {
    "pack": {"series": SERIES, "parallel": PARALLEL},
    "cell": {"parameters": "resistive_cell", "initial_soc": 0.8},
    "variation": {"seed": 4, "capacity_cv": 0.05, "resistance_cv": 0.2},
    "busbar": {"segment_resistance": 0.0, "contact_resistance": 0.0},
    "thermal": {"convection": 0.0, "conduction": 0.0},
}


@pytest.fixture
def own_cell(monkeypatch):
    """Let the registry find the parameter set in `own_cells`, and return it."""
    monkeypatch.setattr(parameters, "__path__", [*parameters.__path__, str(Path(__file__).parent / "own_cells")])
    return parameter_set("resistive_cell", CellModel)


def test_a_cell_model_of_its_own_runs_in_a_pack(own_cell, tmp_path):
    """Parallel cells share the current by their conductances, warm by what they lose, and empty by what they give."""
    pack = Pack.model_validate(FILE)
    planned = [part for part in parts(pack) if part.name != "Balancer"]
    record = {name: f"Cell.{name}" for name in ("voltage", "soc")} | {"temperature": "Thermal.temperature"}
    system, output = kernel_pack(planned), tmp_path / "own.nc"
    experiment = Experiment(
        DURATION * SECOND, values={"PackNetwork.pack_current": CURRENT}, record=record, output=output
    )
    run(system, make_plan(system, periods(pack.schedule)), experiment)
    cells, results = planned[0].start, load(output)
    resistance = own_cell.resistance * cells["resistance_scale"]
    conductance = (1.0 / resistance).reshape(SERIES, PARALLEL)
    group = own_cell.voltage + CURRENT / conductance.sum(axis=1)
    current = (np.repeat(group, PARALLEL) - own_cell.voltage) / resistance
    assert resistance.max() > 1.2 * resistance.min()
    np.testing.assert_allclose(results["voltage"][-1], np.repeat(group, PARALLEL), rtol=1e-13)
    np.testing.assert_allclose(results["soc"][-1], 0.8 + current * DURATION / cells["capacity"], rtol=1e-12)
    warmer = resistance * current**2 * DURATION / own_cell.heat_capacity
    np.testing.assert_allclose(results["temperature"][-1] - 298.15, warmer, rtol=1e-9)


def test_what_a_cell_model_lacks_is_refused_by_name(own_cell):
    with pytest.raises(InputError, match="the resistive cell does not age"):
        kernel_pack(parts(Pack.model_validate(FILE | {"aging": {"parameters": "nissan_leaf_aging"}})))
    with pytest.raises(ValueError, match="the resistive cell has no equivalent circuit"):
        kernel_pack(parts(Pack.model_validate(FILE | {"bms": {}})))


def test_the_registry_knows_cell_models_only_as_such(own_cell):
    assert {"nissan_leaf_2013", "resistive_cell"} <= set(parameter_sets(CellModel))
    assert "nissan_leaf_aging" not in parameter_sets(CellModel)
    assert parameter_sets(CellParameters) == ("nissan_leaf_2013",)


def test_an_equivalent_circuit_is_a_cell_model():
    cell = nissan_leaf_2013.PARAMETERS
    assert isinstance(cell, CellModel)
    assert isinstance(cell, EquivalentCircuitCell)
    assert cell.equivalent_circuit() is cell
    assert cell.declare(2).name == "Cell"
    assert cell.limits.maximum_voltage == cell.maximum_voltage


def test_figures_of_an_equivalent_circuit_are_those_of_its_tables():
    cell = invented_cell()
    np.testing.assert_array_equal(cell.open_circuit(SOC), cell.open_circuit_voltage)
    np.testing.assert_array_equal(cell.immediate_resistance(SOC), cell.ohmic_resistance)
    expected = cell.ohmic_resistance + cell.polarisation_resistance.sum(axis=0)
    np.testing.assert_allclose(cell.settled_resistance(SOC), expected, rtol=1e-15)
    between = 0.5 * (cell.open_circuit_voltage[3] + cell.open_circuit_voltage[4])
    assert cell.open_circuit(0.5 * (SOC[3] + SOC[4])) == pytest.approx(between, rel=1e-15)
