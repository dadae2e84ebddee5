"""A cell file: what is read is what was written, and what is not right is told by its key."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.models.cell.ecm import EquivalentCircuitCell
from packfmu.models.cell.kind import CellParameters, ModelErrors
from packfmu.models.parameter_sets import parameter_set, parameter_sets
from packfmu.pack.cells.cell_file import load_cell, read_cell, write_cell
from packfmu.pack.cells.cell_tables import MOST_PAIRS
from tests.models.cells import invented_cell
from tests.pack.cells import lfp


def assert_same_cell(one, other):
    for field in fields(CellParameters):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name)), field.name


@pytest.mark.parametrize("name", parameter_sets(CellParameters))
def test_a_shipped_cell_is_written_and_read_to_the_last_bit(name, tmp_path):
    kind = parameter_set(name, EquivalentCircuitCell)
    write_cell(kind, tmp_path / "cell.toml", {"": "as it is shipped"})
    read = read_cell(tmp_path / "cell.toml")
    assert_same_cell(read.kind, kind)
    assert read.notes == ()
    assert read.text.startswith("#:schema cell.schema.json\n")


@given(st.integers(0, 2**32 - 1), st.integers(1, MOST_PAIRS), st.integers(2, 501))
def test_any_cell_is_written_and_read_to_the_last_bit(tmp_path_factory, seed, pairs, nodes):
    draw = np.random.default_rng(seed)
    kind = invented_cell(
        capacity=float(draw.uniform(1e4, 1e6)),
        open_circuit_voltage=np.sort(draw.uniform(2.9, 4.1, nodes)),
        entropic_coefficient=draw.normal(0.0, 1e-3, nodes),
        ohmic_resistance=draw.uniform(1e-4, 1.0, nodes),
        polarisation_resistance=draw.uniform(1e-6, 1.0, (pairs, nodes)),
        polarisation_capacitance=draw.uniform(1.0, 1e7, (pairs, nodes)),
        polarisation_activation_energy=draw.uniform(0.0, 1e5, pairs),
        errors=ModelErrors(fast=float(draw.random())),
    )
    path = tmp_path_factory.getbasetemp() / "any.toml"
    write_cell(kind, path)
    assert_same_cell(load_cell(path), kind)


def test_what_is_left_out_has_no_effect(tmp_path):
    """Without its tables a cell has no entropic heat, no hysteresis, and loses no charge."""
    text = lfp.TEXT[: lfp.TEXT.index("[hysteresis]")]
    kind = load_cell(lfp.written(tmp_path, text))
    assert not kind.entropic_coefficient.any()
    assert kind.hysteresis_bound == kind.self_discharge_current == kind.convection == 0.0
    assert kind.coulombic_efficiency == 1.0
    assert kind.polarisation_activation_energy.tolist() == [25e3, 30e3, 0.0]
    assert kind.errors == ModelErrors()


def test_tables_of_different_nodes_meet_on_one_grid(tmp_path):
    kind = load_cell(lfp.written(tmp_path))
    assert kind.nodes == 101
    at = np.linspace(0.0, 1.0, 101)
    assert kind.open_circuit_voltage[[0, 2, 5, 98, 100]].tolist() == [2.6, 2.95, 3.1, 3.26, 3.45]
    np.testing.assert_allclose(kind.ohmic_resistance, np.interp(at, [0.0, 0.1, 1.0], [1.5e-3, 9e-4, 8e-4]), rtol=1e-14)
    assert np.all(kind.polarisation_resistance[1] == 1.2e-3)


def test_nodes_that_no_grid_meets_are_told_with_what_it_costs(tmp_path):
    text = lfp.TEXT.replace("soc = [0.0, 0.1, 1.0]", "soc = [0.0, 0.1003, 1.0]")
    read = read_cell(lfp.written(tmp_path, text))
    assert read.kind.nodes == 501
    # 0.1003 lies 0.15 of a segment of 1/500 beyond a node: 0.15 * 0.85 * (change of slope) / 500
    change = 6e-4 / 0.1003 - 1e-4 / 0.8997
    assert read.notes == (
        f"[ohmic_resistance] resistance is off by up to {0.15 * 0.85 * change / 0.5:.3g} mOhm near SOC 10 %, on a grid "
        "of 501 nodes over SOC",
    )


def test_a_voltage_is_told_in_millivolts_and_a_resistance_by_its_temperature(tmp_path):
    rows = "temperatures = [283.15, 298.15]\nresistances = [[3e-3, 2e-3, 1e-3], [1.5e-3, 9e-4, 8e-4]]"
    text = lfp.TEXT.replace(
        "soc = [0.0, 0.1, 1.0]\nresistance = [1.5e-3, 9e-4, 8e-4]", "soc = [0.0, 0.1003, 1.0]\n" + rows
    )
    voltage, cold, _ = read_cell(lfp.written(tmp_path, text.replace("soc = [0.0, 0.02,", "soc = [0.0, 0.0131,"))).notes
    kink = 0.55 * 0.45 * (0.35 / 0.0131 - 0.15 / 0.0369) / 0.5  # [mV], of a node 0.55 of a segment of 1/500 beyond one
    told = f"[open_circuit_voltage] voltage is off by up to {kink:.3g} mV near SOC 1.31 %, on a grid of 501 nodes"
    assert voltage == f"{told} over SOC"
    assert cold.startswith("[ohmic_resistance] resistances at 283.15 K is off by up to ")
    assert " mOhm near SOC 10 %, on a grid of 501 nodes over SOC" in cold


def test_resistances_that_are_those_of_no_cell_where_cells_are_used_are_refused(tmp_path):
    """1 and 1.5 mOhm at 200 and 202 K would be of a law that ends far from any cell."""
    given = "temperatures = [200.0, 202.0]\nresistances = [[1.5e-3], [1e-3]]"
    text = lfp.TEXT.replace("resistance = [1.2e-3]", given).replace(
        "activation_energy = 30e3\n\n[[rc_pairs]]\nres", "[[rc_pairs]]\nres"
    )
    with pytest.raises(
        InputError, match=r"\[rc_pairs\.2\]: by its temperatures and activation energy it is .* Ohm at 40 degC; "
    ):
        read_cell(lfp.written(tmp_path, text))


def test_nodes_for_all_tables_stand_with_the_cell(tmp_path):
    text = lfp.TEXT.replace("soc = [0.0, 0.1, 1.0]\n", "").replace(
        "reference_temperature = 298.15\n", "reference_temperature = 298.15\nsoc = [0.0, 0.1, 1.0]\n"
    )
    assert_same_cell(load_cell(lfp.written(tmp_path, text)), load_cell(lfp.written(tmp_path / "own")))


def test_a_cell_that_does_not_fit_the_format_is_not_written(tmp_path):
    with pytest.raises(InputError, match=r"^invented: \[ohmic_resistance\] resistance\.4 = 0\.0: it should be greater"):
        write_cell(replace(invented_cell(), ohmic_resistance=np.r_[1e-3, 1e-3, 1e-3, 0.0, np.ones(17)]), tmp_path / "x")
    wide = {"open_circuit_voltage": np.linspace(3.0, 4.0, 502), "entropic_coefficient": np.zeros(502),
            "ohmic_resistance": np.ones(502), "polarisation_resistance": np.ones((2, 502)),
            "polarisation_capacitance": np.ones((2, 502))}  # fmt: skip
    with pytest.raises(InputError, match="its tables have 502 nodes; a cell file keeps at most 501"):
        write_cell(invented_cell(**wide), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_replaced_is_named(tmp_path):
    (tmp_path / "cell.toml").mkdir()
    with pytest.raises(InputError, match=r"cell\.toml cannot be written"):
        write_cell(invented_cell(), tmp_path / "cell.toml")
