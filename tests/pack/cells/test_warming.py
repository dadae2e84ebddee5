"""Tables of resistance at several temperatures in a cell file."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.cell.resistance_tables import law
from packfmu.pack.cells.cell_file import cell_of, load_cell, read_cell, write_cell
from packfmu.pack.cells.cell_tables import CircuitFile
from packfmu.pack.cells.warming import at_all_temperatures
from tests.models.cell.warm_cells import OWN, TEMPERATURES, tabulated
from tests.pack.cells import lfp

COLD, WARM = [263.15, 278.15, 298.15], [278.15, 313.15]
REFERENCE = 298.15


def rows(temperatures, energy, values):
    """Return what a file says of a resistance that follows a law."""
    factors = law(energy, temperatures, REFERENCE)
    return {"temperatures": temperatures, "resistances": (factors[:, np.newaxis] * np.array(values)).tolist()}


def contents(**tables):
    """Return a cell whose first pair has tables of its own temperatures."""
    given = lfp.contents() | tables
    given["rc_pairs"][0] = {
        "soc": [0.0, 0.25, 1.0], "capacitance": [1e4, 2e4, 2e4], **rows(WARM, 25e3, [8e-4, 5e-4, 5e-4])
    }  # fmt: skip
    return given


def read(given):
    return cell_of(CircuitFile.model_validate(given))[0]


def test_tables_of_a_law_are_that_law_and_its_energy_is_found():
    ohmic = {"soc": [0.0, 0.1, 1.0], **rows(COLD, 18e3, [1.5e-3, 9e-4, 8e-4])}
    kind, plain = read(contents(ohmic_resistance=ohmic)), read(lfp.contents())
    assert kind.table_temperatures == (263.15, 278.15, 298.15, 313.15)
    assert kind.ohmic_activation_energy == pytest.approx(18e3, rel=1e-10)
    np.testing.assert_allclose(kind.polarisation_activation_energy, [25e3, 30e3, 0.0], rtol=1e-10)
    for temperature in (250.0, 270.0, REFERENCE, 305.0, 330.0):
        np.testing.assert_allclose(kind.resistances(temperature), plain.resistances(temperature), rtol=1e-10)


def test_tables_without_a_law_are_met_where_they_are_given():
    table = [[2.5e-3, 2e-3, 1.9e-3], [1.8e-3, 1.2e-3, 1.2e-3], [1.5e-3, 9e-4, 8e-4]]
    kind = read(contents(ohmic_resistance={"soc": [0.0, 0.1, 1.0], "temperatures": COLD, "resistances": table}))
    for temperature, values in zip(COLD, table, strict=True):
        np.testing.assert_allclose(kind.resistances(temperature)[0, [0, 10, 100]], values, rtol=1e-12)


def test_such_a_cell_is_written_and_read_to_the_last_bit(tmp_path):
    kind = tabulated(energy=OWN)
    write_cell(kind, tmp_path / "cell.toml")
    read_again = load_cell(tmp_path / "cell.toml")
    assert read_again.table_temperatures == TEMPERATURES
    for name in ("ohmic_resistance", "polarisation_resistance", "polarisation_activation_energy"):
        assert np.array_equal(getattr(read_again, name), getattr(kind, name)), name
    assert read_again.ohmic_activation_energy == kind.ohmic_activation_energy


def test_tables_at_one_temperature_stay_as_they_are():
    given = CircuitFile.model_validate(lfp.contents())
    tables = [[np.array([1.0, 2.0])]] * 4
    found, energies = at_all_temperatures(given, tables)
    assert [table.tolist() for table in found] == [[1.0, 2.0]] * 4
    assert energies == [18e3, 25e3, 30e3, 0.0]


def test_too_many_temperatures_and_extremes_that_do_not_go_together_are_refused(tmp_path):
    tables = [
        {"capacitance": [1e4], "temperatures": [250.0 + n + 0.1 * j for n in range(12)], "resistances": [[1e-3]] * 12}
        for j in range(3)
    ]
    with pytest.raises(ValueError, match="tables have 36 temperatures; at most 24 are taken"):
        CircuitFile.model_validate(lfp.contents() | {"rc_pairs": tables})
    kind = replace(tabulated(), ohmic_activation_energy=1e6, polarisation_activation_energy=np.array([1e6, 1e6]))
    write_cell(kind, tmp_path / "cell.toml")
    with pytest.raises(InputError, match=r"cell\.toml: polarisation_resistance\[1,1\] = .* is not within") as caught:
        read_cell(tmp_path / "cell.toml")
    assert str(caught.value).isprintable()
