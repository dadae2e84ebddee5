"""Tables as Parquet: the rules are those of CSV, by row and column."""

import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.records.record import CellRecord, write_record
from packfmu.records.table import Repeated, read_table


def read(folder, columns, repeated=Repeated.LAST):
    pq.write_table(pa.table(columns), folder / "table.parquet")
    return read_table(folder / "table.parquet", ("current",), repeated)


def fault(folder, columns):
    with pytest.raises(InputError) as error:
        read(folder, columns)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{folder / 'table.parquet'}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parquet")


@given(st.integers(1, 20), st.data())
def test_a_value_that_is_no_finite_number_is_refused_by_row_and_column(folder, count, data):
    columns = {"time [s]": list(np.arange(float(count))), "current [A]": [1.0] * count}
    header, row = data.draw(st.sampled_from([*columns])), data.draw(st.integers(0, count - 1))
    columns[header][row] = data.draw(st.sampled_from([None, float("nan"), float("inf")]))
    assert fault(folder, columns).startswith((f", row {row + 1}, column '{header}': is empty",
                                              f", row {row + 1}, column '{header}': nan is not finite",
                                              f", row {row + 1}, column '{header}': inf is not finite"))  # fmt: skip


def test_columns_of_texts_are_no_numbers(folder):
    told = fault(folder, {"time [s]": ["0", "1"], "current [A]": [1, 2]})
    assert told == ", column 'time [s]': holds string, not numbers"


def test_integers_and_narrow_numbers_are_numbers(folder):
    columns = {
        "time [s]": pa.array([0, 1], pa.int32()),
        "Current / mA": pa.array([0.5, 1.5], pa.float32()),
        "note": ["", None],
    }
    table = read(folder, columns)
    assert (table.values["current"].tolist(), table.ignored, table.place) == ([0.0005, 0.0015], ("note",), "row")


@pytest.mark.parametrize("zone", [None, UTC])
def test_timestamps_are_dates(folder, zone):
    begin = datetime(2026, 3, 29, 0, 30, tzinfo=zone)
    stamps = [begin + timedelta(minutes=minutes) for minutes in (0, 1, 1, 3)]
    table = read(folder, {"timestamp": stamps, "current [A]": [1, 2, 3, 4]})
    assert table.time.tolist() == [0.0, 60.0, 180.0]
    assert table.values["current"].tolist() == [1.0, 3.0, 4.0]


def test_what_is_no_parquet_and_what_has_no_rows_is_refused(folder):
    path = folder / "broken.parquet"
    path.write_bytes(b"PAR1 but not for long")
    with pytest.raises(InputError, match="is no readable Parquet file") as error:
        read_table(path, ("current",), Repeated.LAST)
    assert "\n" not in str(error.value)
    assert fault(folder, {"time [s]": pa.array([], pa.float64())}) == ": has 0 rows; 1 to 20000000 are taken"


@pytest.mark.parametrize("cut", [4, 30, 100, -9, -30])
def test_a_file_that_was_cut_is_refused(folder, cut):
    path = folder / "cut.parquet"
    pq.write_table(pa.table({"time [s]": np.arange(100.0), "current [A]": np.arange(100.0)}), path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match="is no readable Parquet file"):
        read_table(path, ("current",), Repeated.LAST)


def test_without_pyarrow_the_extra_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    told = r'Parquet needs pyarrow; pip install "packfmu\[parquet\]"'
    with pytest.raises(InputError, match=told):
        read_table(folder / "table.parquet", ("current",), Repeated.LAST)
    with pytest.raises(InputError, match=told):
        write_record(CellRecord(np.arange(2.0), np.zeros(2), np.zeros(2)), folder / "new.parquet")
