"""A kind of cell of physics: a cell model for a pack, and figures that give it back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.cell.figures import figures, from_figures
from packfmu.models.cell.protocol import CellModel
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameter_sets import cell_model, shipped
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cells import invented_cell

SOC = np.linspace(0.0, 1.0, 11)


def test_it_is_a_cell_model_with_the_shapes_that_are_asked_for():
    assert isinstance(PARAMETERS, CellModel)
    for found in (PARAMETERS.open_circuit, PARAMETERS.immediate_resistance, PARAMETERS.settled_resistance):
        assert found(SOC).shape == (11,)
        assert found(0.5).shape == ()
        assert found(SOC)[5] == pytest.approx(float(found(0.5)), rel=1e-13)
    assert np.all(PARAMETERS.settled_resistance(SOC) > PARAMETERS.immediate_resistance(SOC))


def test_the_rest_voltage_goes_from_limit_to_limit():
    assert PARAMETERS.open_circuit(0.0) == pytest.approx(2.5, abs=1e-9)
    assert PARAMETERS.open_circuit(1.0) == pytest.approx(4.2, abs=1e-9)
    assert np.all(np.diff(PARAMETERS.open_circuit(np.linspace(0.0, 1.0, 501))) > 0.0)


def test_figures_give_the_same_cell_to_the_last_bit():
    kind = replace(PARAMETERS, physics=Physics.DFN, mesh=Mesh(negative=7), notes=("one", "two"))
    held = figures(kind)
    again = from_figures(json.loads(json.dumps(held)))
    assert figures(again) == held
    assert (again.physics, again.mesh, again.notes) == (kind.physics, kind.mesh, kind.notes)
    np.testing.assert_array_equal(again.open_circuit(SOC), kind.open_circuit(SOC))


def test_figures_tell_what_kind_of_cell_they_are_of():
    circuit, physics = figures(invented_cell()), figures(PARAMETERS)
    assert (circuit["kind"], physics["kind"]) == ("equivalent circuit", "physics")
    with pytest.raises(ValueError, match="kind = None must be"):
        from_figures({name: value for name, value in circuit.items() if name != "kind"})
    with pytest.raises(ValueError, match="the figures of a cell of physics lack area"):
        from_figures({name: value for name, value in physics.items() if name != "area"})


def test_a_shipped_set_takes_a_model_and_a_mesh():
    assert shipped("chen_2020", PARAMETERS.physics, Mesh()) == "chen_2020"
    given = json.loads(json.dumps(shipped("chen_2020", Physics.DFN, Mesh(positive=20))))
    kind = cell_model(given)
    assert (kind.physics, kind.mesh.positive) == (Physics.DFN, 20)
    assert kind.negative is PARAMETERS.negative
    with pytest.raises(InputError, match="there is no parameter set 'nissan_leaf_2013'"):
        shipped("nissan_leaf_2013", Physics.DFN, Mesh())
