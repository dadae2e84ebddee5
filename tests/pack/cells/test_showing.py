"""What is shown of a cell: figures that follow from its definition, and a picture."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.cells.showing import TEMPERATURES, describe_cell, draw_cell, find_cell, save_cell_figure
from tests.models.cell.warm_cells import tabulated
from tests.models.cells import constant, invented_cell
from tests.pack.cells import lfp


def test_a_cell_is_told_in_the_units_of_people():
    """A cell of 10 A.h at 3.5 V: 35 Wh; of 2 and 1 mOhm, 1000 F."""
    kind = invented_cell(
        open_circuit_voltage=constant(3.5),
        ohmic_resistance=constant(2e-3),
        polarisation_resistance=np.array([constant(1e-3)]),
        polarisation_capacitance=np.array([constant(1e4)]),
        polarisation_activation_energy=np.array([0.0]),
        ohmic_activation_energy=0.0,
        hysteresis_bound=0.02,
        self_discharge_current=36000.0 * 0.01 / (30 * 86400),
    )
    lines = describe_cell(kind, ["a note"]).splitlines()
    told = {line.partition("  ")[0]: line.partition("  ")[2].strip() for line in lines}
    assert lines[0] == "invented"
    assert told["capacity"] == "10 A.h"
    assert told["energy"] == "35 Wh at 3.500 V in the mean, without a current"
    assert told["greatest discharge"] == "40 A, 4C"
    assert told["hysteresis"] == "+-20 mV, switching over 2.50% of SOC"
    assert told["self-discharge"] == "0.139 mA, 1.00% in 30 days"
    assert told["heat capacity"] == "250 J/K, 1000 J/(kg K) of 0.25 kg"
    assert told["mOhm at once, SOC 50%"].split() == ["2"] * 4
    assert told["mOhm settled, SOC 10%"].split() == ["3"] * 4
    assert told["RC pair 1, SOC 50 %"].split() == ["10", "s"] * 4
    assert lines[-2] == "note: resistances do not depend on temperature; give energies or tables to change that"
    assert lines[-1] == "note: a note"


def test_the_socs_that_the_limits_allow_are_told():
    narrow = replace(LEAF, minimum_voltage=3.74395, maximum_voltage=3.98031)
    assert "3.744 to 3.980 V, which a cell at rest keeps from 21.0% to 65.0% SOC" in describe_cell(narrow)


def test_resistances_are_told_at_each_temperature():
    line = next(line for line in describe_cell(LEAF).splitlines() if line.startswith("mOhm at once, SOC 50%"))
    expected = [1e3 * np.interp(0.5, np.linspace(0, 1, 201), LEAF.resistances(t + 273.15)[0]) for t in TEMPERATURES]
    assert [float(text) for text in line.split()[-4:]] == pytest.approx(expected, rel=1e-3)


def test_temperatures_beyond_the_tables_are_marked():
    lines = describe_cell(tabulated(temperatures=(278.15, 298.15))).splitlines()
    head = next(line for line in lines if "degC" in line and "mOhm" not in line)
    assert head.split() == ["0", "degC*", "10", "degC", "25", "degC", "40", "degC*"]
    assert "note: * is extrapolated by activation energies; the tables reach from 5 to 25 degC" in lines
    labels = [line.get_label() for line in draw_cell(tabulated(temperatures=(278.15, 298.15))).axes[2].lines]
    assert labels == ["0 degC, extrapolated", "10 degC", "25 degC", "40 degC, extrapolated"]
    assert "extrapolated" not in describe_cell(LEAF)


def test_a_cell_is_found_by_its_name_or_its_file(tmp_path):
    assert find_cell("nissan_leaf_2013") == (LEAF, ())
    path = lfp.written(tmp_path, lfp.TEXT.replace("0.25, 1.0]", "0.2503, 1.0]"))
    kind, notes = find_cell(str(path))
    assert kind.name == "LFP 50"
    assert len(notes) == 2
    with pytest.raises(
        InputError, match="there is no parameter set 'leaf'; there are chen_2020, marquis_2019, nissan_leaf_2013"
    ):
        find_cell("leaf")


def test_the_figure_has_a_panel_a_table_and_names_its_units(tmp_path):
    figure = draw_cell(invented_cell())
    assert [axes.get_ylabel() for axes in figure.axes] == ["V", "mV/K", "mOhm", "mOhm", "mOhm"]
    assert all(axes.get_xlabel() == "SOC [%]" for axes in figure.axes)
    assert [len(axes.lines) for axes in figure.axes[2:]] == [len(TEMPERATURES)] * 3
    assert len({line.get_linestyle() for line in figure.axes[2].lines}) == len(TEMPERATURES)
    save_cell_figure(invented_cell(), tmp_path / "cell.png")
    assert (tmp_path / "cell.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match=r"the suffix must be \.png, \.pdf or \.svg"):
        save_cell_figure(LEAF, tmp_path / "cell.jpg")
