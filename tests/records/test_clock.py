"""Dates as seconds: formats, offsets from UTC, and the changes of the clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.records.table import Repeated, read_table


def times(folder, *stamps):
    path = folder / "dates.csv"
    path.write_text("time;current [A]\n" + "".join(f"{stamp};1\n" for stamp in stamps), encoding="utf-8")
    return read_table(path, ("current",), Repeated.LAST).time.tolist()


def refused(folder, *stamps):
    with pytest.raises(InputError) as error:
        times(folder, *stamps)
    return str(error.value).removeprefix(f"{folder / 'dates.csv'}, ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("dates")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-03-01T14:05:00", "2026-03-01T14:06:00"),
        ("2026-03-01 14:05", "2026-03-01 14:06"),
        ("2026/03/01 14:05:00", "2026/03/01 14:06:00"),
        ("01.03.2026 14:05", "1.3.2026 14:06:00"),
        ("2026-03-01T14:05Z", "2026-03-01T14:06:00.000+00:00"),
        ("2026-03-01T23:59:30-05:00", "2026-03-02T05:00:30Z"),
    ],
)
def test_dates_are_taken_as_they_are_written(folder, begin, end):
    assert times(folder, begin, end) == [0.0, 60.0]


@given(st.integers(0, 10**9))
def test_nanoseconds_are_kept(folder, nanoseconds):
    stamp = f"2026-03-01T14:05:{nanoseconds / 1e9:012.9f}" if nanoseconds < 10**9 else "2026-03-01T14:05:01"
    assert times(folder, "2026-03-01T14:05:00", stamp)[-1] == nanoseconds / 1e9


def test_with_offsets_summer_time_makes_no_difference(folder):
    spring = times(folder, "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:01:00+02:00")
    autumn = times(folder, "2026-10-25T02:59:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:01:00+01:00")
    assert spring == autumn == [0.0, 60.0, 120.0]


def test_a_clock_that_was_set_is_refused_where_no_offset_tells_it(folder):
    told = refused(folder, "2026-03-29 01:58", "2026-03-29 01:59", "2026-03-29 03:00", "2026-03-29 03:01")
    assert told.startswith("line 4, column 'time': the clock seems to have been set to summer time before ")
    assert "with their offset from UTC, such as +01:00" in told
    told = refused(folder, "2026-10-25 02:58", "2026-10-25 02:59", "2026-10-25 02:00")
    assert told.startswith("line 4, column 'time': time goes back, by 3540 s")


def test_an_hour_without_rows_on_a_weekday_is_a_gap(folder):
    assert times(folder, "2026-03-30 01:58", "2026-03-30 01:59", "2026-03-30 03:00")[-1] == 3720.0


@pytest.mark.parametrize(
    "stamp",
    ["03/01/2026 14:05", "noon", "12", "2026-13-01", "2026-02-30T00:00", "14:05:00", "2026-03-01T25:00", "", "NaT"],
)
def test_what_is_no_date_is_refused_by_line(folder, stamp):
    told = refused(folder, "2026-01-01T00:00", stamp)
    assert told.startswith("line 3, column 'time': ")
    assert " is no date " in told


def test_some_offsets_only_are_refused(folder):
    told = refused(folder, "2026-03-01T14:05", "2026-03-01T14:06Z")
    assert told.startswith("line 3, column 'time': ")
    assert told.endswith("and the first row differ: tell the offset from UTC in both")
