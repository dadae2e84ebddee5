"""From files to a cell file: what `packfmu cell fit` does."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.pack.cells.cell_file import load_cell
from packfmu.records.record import CellRecord, write_record
from packfmu.studies.identification.files import fit_files, read_records

from .simulated import CAPACITY, SETTINGS, hppc, noisy, simulate


@pytest.fixture
def record(tmp_path):
    """A record without a column of temperature, as a file."""
    measured = noisy(simulate(hppc()), np.random.default_rng(0))
    path = tmp_path / "hppc.csv"
    write_record(CellRecord(measured.time, measured.current, measured.voltage), path)
    return path


def test_files_become_a_cell_a_picture_and_a_report(record, tmp_path):
    other = tmp_path / "again.csv"
    write_record(noisy(simulate(hppc(levels=4)), np.random.default_rng(1)), other)
    output = tmp_path / "cells" / "mine.toml"
    report = fit_files([f"{record}@25degC"], output, SETTINGS, held_out=[str(other)])
    kind = load_cell(output)
    assert kind.capacity == pytest.approx(CAPACITY, rel=0.01)
    assert f"{kind.capacity / 3600.0:.3f}" in report
    assert "hppc.csv" in report
    assert "again.csv" in report
    assert "held out: not fitted" in report
    assert output.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    text = output.read_text(encoding="utf-8")
    assert "# " in text
    assert "What the records cannot tell" in text
    assert sorted(path.name for path in output.parent.iterdir()) == ["mine.png", "mine.toml"]


@pytest.mark.parametrize(
    ("suffix", "kelvin"), [("@10degC", 283.15), ("@-5.5degC", 267.65), ("@283.15K", 283.15), ("@25°C", 298.15)]
)
def test_a_temperature_stands_behind_the_file(record, suffix, kelvin):
    (found,) = read_records([f"{record}{suffix}"]).values()
    assert found.ambient == pytest.approx(np.full(len(found.time), kelvin))


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        ("@warmdegC", "warm is no number"),
        ("@10K", "10 K must lie within 200 and 400 K"),
        ("@nandegC", "nan K must lie"),
    ],
)
def test_a_temperature_that_does_not_fit_is_refused(record, suffix, message):
    with pytest.raises(InputError, match=message):
        read_records([f"{record}{suffix}"])


def test_records_that_do_not_fit_are_refused(record, tmp_path):
    with pytest.raises(InputError, match=r"hppc\.csv is there already"):
        read_records([str(record), str(record)])
    with_air = tmp_path / "air.csv"
    write_record(simulate(hppc(levels=1)), with_air)
    with pytest.raises(InputError, match="has a column of the air's temperature"):
        read_records([f"{with_air}@10degC"])
    with pytest.raises(InputError, match=r"ends in \.toml"):
        fit_files([str(record)], tmp_path / "cell.csv", SETTINGS)
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        fit_files([str(tmp_path / "nowhere.csv")], tmp_path / "cell.toml", SETTINGS)
    assert not (tmp_path / "cell.toml").exists()
