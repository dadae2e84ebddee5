"""Files of cyclers, by stand-ins of their readers that return what galvani and NewareNDA document."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from packfmu.core.errors import InputError
from packfmu.records.record import read_record


@pytest.fixture
def cycler_file(tmp_path):
    def make(name):
        (tmp_path / name).write_bytes(b"as a cycler writes it")
        return tmp_path / name

    return make


def biologic(monkeypatch, **columns):
    """Let galvani find these columns in any .mpr file."""
    kinds = [(header, "<f4" if header == "Ewe/V" else "<f8") for header in columns]
    data = np.array(list(zip(*columns.values(), strict=True)), dtype=kinds)
    monkeypatch.setitem(sys.modules, "galvani", SimpleNamespace())
    monkeypatch.setitem(
        sys.modules, "galvani.BioLogic", SimpleNamespace(MPRfile=lambda path: SimpleNamespace(data=data))
    )


@pytest.mark.parametrize("header", ["I/mA", "<I>/mA"])
def test_a_biologic_current_is_in_milliamperes_and_positive_when_charging(monkeypatch, cycler_file, header):
    biologic(monkeypatch, **{"flags": [1, 1], "time/s": [0.0, 0.5], "Ewe/V": [3.5, 3.25], header: [0.0, -1500.0]})
    record = read_record(cycler_file("test.mpr"))
    assert record.time.tolist() == [0.0, 0.5]
    assert record.current.tolist() == [0.0, -1.5]
    assert record.voltage.tolist() == [3.5, 3.25]
    assert record.temperature is None


def test_a_biologic_file_without_a_current_is_refused(monkeypatch, cycler_file):
    biologic(monkeypatch, **{"time/s": [0.0, 0.5], "Ewe/V": [3.5, 3.25]})
    with pytest.raises(InputError, match="has no column of current"):
        read_record(cycler_file("test.mpr"))


def test_a_value_that_is_not_finite_is_refused_by_row(monkeypatch, cycler_file):
    biologic(monkeypatch, **{"time/s": [0.0, 0.5], "Ewe/V": [3.5, np.nan], "I/mA": [0.0, 1.0]})
    with pytest.raises(InputError, match=r"row 2, column 'Voltage / V': is not finite"):
        read_record(cycler_file("test.mpr"))


@pytest.mark.parametrize("suffix", ["nda", "ndax"])
def test_the_times_of_a_neware_s_steps_are_added_up(monkeypatch, cycler_file, suffix):
    frame = pd.DataFrame(
        {
            "Step": [1, 1, 1, 2, 2, 3],
            "Status": ["Rest"] * 3 + ["CC_DChg"] * 2 + ["Rest"],
            "Time": [0.0, 1.0, 2.5, 0.0, 4.0, 1.0],
            "Voltage": [3.5] * 6,
            "Current(mA)": [0.0, 0.0, 0.0, -2000.0, -2000.0, 0.0],
            "T1": [20.0, 20.0, 20.0, 20.0, 21.0, 21.0],
            "T2": [22.0, 22.0, 22.0, 22.0, 23.0, 23.0],
        }
    )
    monkeypatch.setitem(sys.modules, "NewareNDA", SimpleNamespace(read=lambda path, log_level: frame))
    record = read_record(cycler_file(f"test.{suffix}"))
    assert record.time.tolist() == [0.0, 1.0, 2.5, 6.5, 7.5]
    assert np.diff(record.time) @ record.current[1:] == -8.0
    assert record.temperature.tolist() == [294.15, 294.15, 294.15, 295.15, 295.15]
    assert record.notices == (
        "1 row repeats the time of the row before, first in row 4: the first row of equal time is taken",
    )


@pytest.mark.parametrize(("name", "reader"), [("a.mpr", "galvani"), ("a.nda", "NewareNDA"), ("a.ndax", "NewareNDA")])
def test_without_its_reader_the_extra_is_named(monkeypatch, cycler_file, name, reader):
    monkeypatch.setitem(sys.modules, reader, None)
    with pytest.raises(InputError, match=rf'files of cyclers need {reader}; pip install "packfmu\[cyclers\]"'):
        read_record(cycler_file(name))


def test_what_a_reader_meets_in_a_damaged_file_is_told_in_a_line(monkeypatch, cycler_file):
    def read(path, log_level):
        raise ValueError("not a Neware\nfile")

    monkeypatch.setitem(sys.modules, "NewareNDA", SimpleNamespace(read=read))
    with pytest.raises(InputError, match=r"cannot be read as the file of a cycler: ValueError: not a Neware\\nfile"):
        read_record(cycler_file("bad.nda"))
