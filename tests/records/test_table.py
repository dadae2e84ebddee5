"""Tables over time: each rule, and each fault told in one line with its row and its column."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.records.table import Repeated, read_table
from tests.records.tables import HEADERS, csv_of, rows_of

WANTED = ("current", "voltage", "surface_temperature")
BAD_CELLS = ("", "  ", "abc", "nan", "NaN", "inf", "-Infinity", "1e999", "1_000", "0x10", "1.2.3", "٣", "1 2")


def read(folder, text, wanted=WANTED, repeated=Repeated.LAST, name="table.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return read_table(folder / name, wanted, repeated)


def fault(folder, text, wanted=WANTED, name="table.csv"):
    """Return the one line that a table is refused with, without its folder."""
    with pytest.raises(InputError) as error:
        read(folder, text, wanted, name=name)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{folder / name}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@given(st.integers(1, 30), st.data())
def test_a_cell_that_is_no_finite_number_is_refused_by_line_and_column(folder, count, data):
    rows, row, column = rows_of(count), data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, 3))
    rows[row][column] = data.draw(st.sampled_from(BAD_CELLS))
    assert fault(folder, csv_of(rows)).startswith(f", line {row + 2}, column '{HEADERS[column]}': ")


@given(st.integers(1, 30), st.data())
def test_a_row_of_another_length_is_refused_by_line(folder, count, data):
    rows, row = rows_of(count), data.draw(st.integers(0, count - 1))
    rows[row] = data.draw(st.sampled_from([rows[row][:-1], [*rows[row], "1"], [*rows[row], ""], rows[row][:1]]))
    told = fault(folder, csv_of(rows))
    assert told.startswith(f", line {row + 2}: has {len(rows[row])} values where the header names 4 columns")


@given(st.integers(2, 30), st.data())
def test_time_that_goes_back_is_refused_by_line(folder, count, data):
    rows, row = rows_of(count), data.draw(st.integers(1, count - 1))
    rows[row][0] = "-1"
    assert fault(folder, csv_of(rows)).startswith(f", line {row + 2}, column 'time [s]': time goes back, by ")


@given(st.integers(2, 30), st.data())
def test_a_time_beyond_ten_years_is_refused_by_line(folder, count, data):
    rows, row = rows_of(count), data.draw(st.integers(1, count - 1))
    rows[row][0] = data.draw(st.sampled_from(["4e8", "1e13", "1e300", "-1e308"]))
    told = fault(folder, csv_of(rows))
    assert told.startswith(f", line {row + 2}, column 'time [s]': is ")
    assert told.endswith(" s from the first row, more than ten years; is the unit ms or ns?")


def test_a_value_that_si_cannot_hold_is_refused_by_line_and_column(folder):
    headers = ("time [h]", "current [kA]")
    assert fault(folder, csv_of([["0", "1"], ["1", "1e307"]], headers)) == (
        ", line 3, column 'current [kA]': 1e+307 is too great in SI units"
    )
    assert fault(folder, csv_of([["0", "1"], ["1e307", "1"]], headers)).startswith(
        ", line 3, column 'time [h]': is inf s from the first row"
    )


@given(st.integers(1, 30), st.data())
def test_a_temperature_below_the_absolute_zero_is_refused_by_line_and_column(folder, count, data):
    rows, row = rows_of(count), data.draw(st.integers(0, count - 1))
    rows[row][3] = "-273.2"
    told = fault(folder, csv_of(rows))
    assert told == f", line {row + 2}, column '{HEADERS[3]}': -273.2 is below the absolute zero"


@given(st.integers(2, 30), st.data())
def test_of_rows_of_equal_time_one_is_kept_and_it_is_told(folder, count, data):
    rows, row = rows_of(count), data.draw(st.integers(1, count - 1))
    rows[row][0] = rows[row - 1][0]
    kept = {repeated: read(folder, csv_of(rows), repeated=repeated) for repeated in Repeated}
    assert kept[Repeated.FIRST].rows.tolist() == [i + 2 for i in range(count) if i != row]
    assert kept[Repeated.LAST].rows.tolist() == [i + 2 for i in range(count) if i != row - 1]
    for repeated, table in kept.items():
        assert table.notices == (
            f"1 row repeats the time of the row before, first in line {row + 2}: "
            f"the {repeated.value} row of equal time is taken",
        )
        assert np.all(np.diff(table.time) > 0.0)


FAULTS = {
    "": ": is empty; the first line names the columns, such as 'time [s],current [A]'",
    "time [s],current [A]\n": ": has a header and no rows",
    "1,2\n3,4\n": ", line 1: has numbers where the columns are named; add a header such as 'time [s],current [A]'",
    "time [s],current\n1,2\n": ": column 'current' has no unit; write one, such as 'current [A]'",
    "time [s],current [B]\n1,2\n": ": column 'current [B]': the unit 'B' is not known for a current; known are "
    "A, ampere, Amps, mA, uA, µA, kA",
    "time [s],current [A],Current / mA\n1,2,3\n": ": the columns 'current [A]' and 'Current / mA' are both the "
    "current; leave one",
    "current [A]\n1\n": ": has no column of time, such as 'time [s]' or 'Test Time / s'; it has 'current [A]'",
    "time [s];current [A]\n1;1.000,5\n": ", line 2, column 'current [A]': '1.000,5' has more than one decimal sign; "
    "leave out separators of thousands",
    'time [s],current [A]\n1,"2\n': ", line 2: unexpected end of data",
}


@pytest.mark.parametrize(("text", "told"), FAULTS.items())
def test_what_is_wrong_with_a_file_is_told(folder, text, told):
    assert fault(folder, text) == told


def test_columns_that_are_not_wanted_hold_what_they_like(folder):
    table = read(folder, "time [s],current [A],note,Capacity(Ah),Power (%)\n0,1,rest,nan,\n1,2,,x,\n")
    assert table.ignored == ("note", "Capacity(Ah)", "Power (%)")
    assert table.values["current"].tolist() == [1.0, 2.0]


def test_a_time_since_the_record_s_zero_goes_before_a_unix_time_and_that_before_a_date(folder):
    headers = ("Date Time", "Unix Time / s", "Test Time / s", "Current / A")
    row = ["2026-03-01 12:00", "1772366400.5", "3.0", "1"]
    assert read(folder, csv_of([row], headers)).time.tolist() == [3.0]
    rows = [row[:2] + row[3:], ["2026-03-01 12:00", "1772366402.0", "1"]]
    assert read(folder, csv_of(rows, (headers[0], headers[1], headers[3]))).time.tolist() == [0.0, 1.5]
