"""The commands of a cell."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.front.command import main
from packfmu.models.cell import ecm
from packfmu.models.cell.ecm import EquivalentCircuitCell
from packfmu.pack.cells.cell_file import load_cell
from packfmu.records.record import CellRecord, write_record
from tests.pack.cells import lfp


def test_a_shipped_cell_is_shown_saved_and_drawn(tmp_path, capsys):
    target = tmp_path / "leaf.toml"
    assert main(["cell", "show", "nissan_leaf_2013", "--save", str(target), "--figure", str(tmp_path / "f.png")]) == 0
    told = capsys.readouterr().out
    assert "capacity              31.35 A.h" in told
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert main(["cell", "show", str(target)]) == 0
    assert capsys.readouterr().out.splitlines()[2:5] == told.splitlines()[2:5]


def test_what_a_saved_cell_lost_on_its_grid_stands_in_its_file(tmp_path, capsys):
    given = lfp.written(tmp_path, lfp.TEXT.replace("soc = [0.0, 0.1, 1.0]", "soc = [0.0, 0.1003, 1.0]"))
    assert main(["cell", "show", str(given), "--save", str(tmp_path / "saved.toml")]) == 0
    note = "[ohmic_resistance] resistance is off by up to "
    assert f"\n# Note: {note}" in (tmp_path / "saved.toml").read_text()
    assert f"note: {note}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nissan", "error: there is no parameter set 'nissan'; there are chen_2020, marquis_2019, nissan_leaf_2013\n"),
        ("nissan.toml", "error: nissan.toml: cannot be read: No such file or directory\n"),
    ],
)
def test_a_cell_that_is_not_there_is_one_line(name, line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["cell", "show", name]) == 2
    assert capsys.readouterr().err == line


def test_a_record_is_no_cell_file(capsys, tmp_path):
    (tmp_path / "ok.csv").write_text("time [s],current [A]\n0,1\n")
    assert main(["cell", "show", str(tmp_path / "ok.csv")]) == 2
    assert (
        "ok.csv: the name of a cell file ends in .toml, or in .json of BPX; `packfmu cell fit` makes"
        in capsys.readouterr().err
    )


def pulses(path):
    """Write the record of a small cell: pulses of discharge with rests, from full to nearly empty."""
    nodes = np.ones(3)
    kind = EquivalentCircuitCell(
        name="true", source="", capacity=7200.0, open_circuit_voltage=np.array([3.0, 3.6, 4.2]),
        entropic_coefficient=0.0 * nodes, ohmic_resistance=0.02 * nodes, ohmic_activation_energy=0.0,
        polarisation_resistance=np.array([0.01 * nodes]), polarisation_capacitance=np.array([2000.0 * nodes]),
        polarisation_activation_energy=np.zeros(1), reference_temperature=298.15, hysteresis_bound=0.0,
        hysteresis_rate=1.0, hysteresis_decay_rate=0.0, coulombic_efficiency=1.0, self_discharge_current=0.0,
        self_discharge_activation_energy=0.0, minimum_voltage=3.0, maximum_voltage=4.2, maximum_charge_current=4.0,
        maximum_discharge_current=4.0, mass=0.05, heat_capacity=50.0, convection=0.1,
    )  # fmt: skip
    model = ecm.declare(1, kind).with_start({"initial_soc": 1.0, "temperature": 298.15})
    cell = Instance(model)
    cell.initialize()
    current = np.tile(np.repeat([0.0, -2.0, 0.0], [5, 60, 55]), 11)
    current[0] = 0.0
    voltage = np.empty(current.size)
    for step, value in enumerate(current):
        cell.u.current[0] = value
        cell.advance(float(step) * 5.0, 5.0)
        voltage[step] = cell.y.voltage[0]
    rng = np.random.default_rng(1)
    record = CellRecord(
        time=5.0 * np.arange(current.size), current=current, voltage=voltage + 1e-3 * rng.standard_normal(current.size)
    )
    write_record(record, path)
    return kind


def test_a_cell_is_fitted_to_a_file(tmp_path, capsys):
    kind = pulses(tmp_path / "pulses.csv")
    target = tmp_path / "cell.toml"
    words = ["cell", "fit", f"{tmp_path / 'pulses.csv'}@25degC", "--output", str(target), "--pairs", "1"]
    options = ["--name", "mine", "--minimum-voltage", "3.0", "--maximum-voltage", "4.2", "--mass", "0.05"]
    assert main([*words, *options]) == 0
    told, fitted = capsys.readouterr().out, load_cell(target)
    assert fitted.name == "mine"
    assert fitted.capacity == pytest.approx(kind.capacity, rel=0.01)
    assert float(fitted.immediate_resistance(0.5)) == pytest.approx(0.02, rel=0.05)
    assert float(fitted.settled_resistance(0.5)) == pytest.approx(0.03, rel=0.05)
    assert "What the records cannot tell" in told
    assert "charging current up to 2 A: no record has one; that of the other direction" in told
    assert target.with_suffix(".png").exists()
