"""The example of `cell fit`: a record that is simulated, with noise."""

import fit_cell
import numpy as np
import pytest

from packfmu.pack.cells.cell_file import load_cell
from packfmu.records.record import read_record


def test_the_record_is_an_hppc_of_the_known_cell():
    time, current = fit_cell.hppc()
    assert np.all(np.diff(time) > 0.0)
    charge = np.sum(current[1:] * np.diff(time)) / fit_cell.KNOWN.capacity
    assert charge == pytest.approx(-0.005, abs=0.01)  # it ends about as full as it began
    record = fit_cell.simulate(25.0, np.random.default_rng(0))
    assert record.voltage.min() < 3.1
    assert record.voltage.max() > 4.1


@pytest.mark.campaign
def test_intervals_hold_the_true_values(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fit_cell, "OUTPUT", tmp_path)
    assert fit_cell.main() == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if " true " in line]
    assert len(lines) == 6
    assert sum(line.endswith("within") for line in lines) >= 5  # one in twenty may miss
    assert load_cell(tmp_path / "my_cell.toml").capacity == pytest.approx(fit_cell.KNOWN.capacity, rel=1e-3)
    assert read_record(tmp_path / "hppc_10c.csv").ambient[0] == pytest.approx(283.15)
    assert (tmp_path / "my_cell.png").stat().st_size > 10000
