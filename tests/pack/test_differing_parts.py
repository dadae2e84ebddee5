"""Spreads of the pack file: each reaches its variable, and all components start at the cells as they were drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fmpy import read_model_description, simulate_fmu

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.variable import Causality, Detail
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.models import parameters
from packfmu.pack.cells.drawn import draw_cells, group_start_voltage, start_voltage, voltage_of_kind
from packfmu.pack.circuit_variation import CIRCUIT_SPREADS
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from tests.pack.planned import part

SPREADS = {
    "ohmic_cv": 0.2, "polarisation_resistance_cv": 0.1, "polarisation_capacitance_cv": 0.1,
    "open_circuit_offset_sd": 0.003, "hysteresis_cv": 0.2, "contact_resistance_cv": 0.5,
    "initial_polarisation_sd": 0.01, "initial_hysteresis_sd": 0.5,
}  # fmt: skip
SERIES, PARALLEL = 3, 2
TABLES = {
    "pack": {"series": SERIES, "parallel": PARALLEL},
    "cell": {"parameters": "nissan_leaf_2013", "initial_soc": 0.6},
    "aging": {"parameters": "graphite_film_aging"},
    "bms": {},
}


def pack_of(variation, **tables):
    return Pack.model_validate(TABLES | tables | {"variation": {"seed": 3, "resistance_cv": 0.1} | variation})


@pytest.mark.parametrize(("name", "key"), CIRCUIT_SPREADS.items())
def test_a_spread_reaches_its_parameter_of_the_cells_alone(name, key):
    plain, differing = (part(pack_of(variation), "Cell").start for variation in ({}, {key: SPREADS[key]}))
    assert name not in plain
    assert np.unique(differing[name]).size == np.size(differing[name]) > 1
    assert differing.keys() - plain.keys() == {name}
    for same in plain:
        assert np.array_equal(plain[same], differing[same]), same
    model = load_definition("cell", {"cells": 6, "parameters": "nissan_leaf_2013"}, {}).model
    assert model.variable(name).causality is Causality.PARAMETER
    assert model.variable(name).count == np.size(differing[name])


def test_contacts_differ():
    plain, differing = (
        part(pack_of(variation, busbar={"contact_resistance": 1e-4}), "PackNetwork").start["contact_resistance"]
        for variation in ({}, {"contact_resistance_cv": 0.5})
    )
    assert np.unique(plain).tolist() == [1e-4]
    assert np.unique(differing).size == SERIES * PARALLEL


def test_a_cell_without_an_equivalent_circuit_is_refused_by_name(monkeypatch):
    own = Path(__file__).parents[1] / "models" / "cell" / "own_cells"
    monkeypatch.setattr(parameters, "__path__", [*parameters.__path__, str(own)])
    tables = {"pack": TABLES["pack"], "cell": {"parameters": "resistive_cell"}}
    parts(Pack.model_validate(tables | {"variation": {"contact_resistance_cv": 0.1}}))
    with pytest.raises(InputError, match="the resistive cell has no equivalent circuit with tables"):
        parts(Pack.model_validate(tables | {"variation": {"ohmic_cv": 0.1}}))


@pytest.fixture(scope="module")
def differing():
    """Return a pack whose cells differ in everything, without contacts and busbars, its ports those of the instant."""
    busbar = {"segment_resistance": 0.0, "contact_resistance": 0.0}
    return pack_of(SPREADS, busbar=busbar)


def started(pack, name, **more):
    own = part(pack, name)
    definition = load_definition(own.component, own.arguments, dict(own.start) | more)
    instance = Instance(definition.model)
    instance.initialize()
    return instance


def test_the_inputs_of_all_components_start_at_the_cells_as_drawn(differing):
    """What a master that exchanges nothing in the initialisation mode sees is what it would hand on."""
    cells = started(differing, "Cell", lookahead=0.0)
    network, bms, balancer = (part(differing, name).start for name in ("PackNetwork", "Bms", "Balancer"))
    assert network["emf"] == pytest.approx(cells.y["emf"], rel=1e-14)
    assert np.ptp(network["emf"]) > 0.02
    joined = started(differing, "PackNetwork", emf=cells.y["emf"], resistance=cells.y["resistance"])
    for inputs in (bms["group_voltage"], balancer["group_voltage"], balancer["measured_voltage"]):
        assert inputs == pytest.approx(joined.y["group_voltage"], rel=1e-12)


def test_hysteresis_is_in_the_voltage_at_the_start(differing):
    """With a bound, which the cell of this pack has not."""
    kind = replace(differing.cell.load(), hysteresis_bound=0.02)
    cells = started(differing, "Cell", lookahead=0.0, hysteresis_bound=0.02)
    assert voltage_of_kind(kind, draw_cells(differing)) == pytest.approx(cells.y["voltage"], rel=1e-14)
    assert np.ptp(cells.x["hysteresis_voltage"]) > 0.01


def test_equal_cells_start_where_they_started_before():
    """To the last bit: at the open-circuit voltage of their SOC."""
    pack = pack_of({"soc_spread": 0.05})
    kind = pack.cell.load()
    cells = draw_cells(pack)
    expected = kind.open_circuit(cells["initial_soc"])
    assert start_voltage(pack, cells).tolist() == expected.tolist()
    assert group_start_voltage(pack, cells).tolist() == expected[::PARALLEL].tolist()


@pytest.mark.parametrize("form", Form)
def test_what_a_coarse_description_leaves_out_holds_all_the_same(form, differing, tmp_path):
    """Without the differences of single cells among the parameters the first voltages are those as drawn."""
    own, voltages = part(differing, "Cell"), []
    for detail in (Detail.CELL, Detail.PACK):
        (path,) = build_parts([own], tmp_path / detail.name, detail, form, [host_platform()]).values()
        listed = {variable.name.partition("[")[0] for variable in read_model_description(path).modelVariables}
        assert CIRCUIT_SPREADS.keys() & listed == (CIRCUIT_SPREADS.keys() if detail is Detail.CELL else set())
        assert {"resistance_scale", "initial_soc"} <= listed
        names = ["voltage_minimum", "voltage_maximum"]
        result = simulate_fmu(str(path), stop_time=1.0, output_interval=1.0, output=names)
        voltages.append([result[name].tolist() for name in names])
    assert voltages[0] == voltages[1]
    assert voltages[0][1][0] - voltages[0][0][0] > 0.02
