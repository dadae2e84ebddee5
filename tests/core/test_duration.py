"""Durations: exact, with a unit, or one line that says what is allowed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.duration import LONGEST, NANOSECONDS, format_duration, parse_duration, seconds
from packfmu.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1 s", 10**9),
        ("100 ms", 10**8),
        ("1.5 min", 90 * 10**9),
        (" 0.1us ", 100),
        (".5 h", 1800 * 10**9),
        ("2. d", 172_800 * 10**9),
        ("0.123456789 s", 123_456_789),
        ("9223372036854775807 ns", LONGEST),
    ],
)
def test_is_read_exactly(text, nanoseconds):
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    "text", ["", "1", "s", "1 week", "-1 s", "+1 s", "1e3 s", "1 S", "1 s 1 ms", "nan s", "1,5 s", "１ s", 1, None]
)
def test_anything_else_is_refused_with_the_units_there_are(text):
    with pytest.raises(InputError) as error:
        parse_duration(text)
    assert repr(text) in str(error.value)
    assert ", ".join(NANOSECONDS) in str(error.value)


def test_more_digits_than_anybody_needs_are_refused_at_once():
    with pytest.raises(InputError) as error:
        parse_duration("0." + "1" * 1_000_000 + " s")
    assert str(error.value).startswith("duration '0.1111")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("text", ["0 s", "0.5 ns", "1.0000000001 s", "9223372036854775808 ns", "107000 d"])
def test_what_is_no_whole_number_of_nanoseconds_is_refused(text):
    with pytest.raises(InputError, match="whole number of nanoseconds"):
        parse_duration(text)


@given(st.integers(1, LONGEST))
def test_what_is_written_is_read_back(nanoseconds):
    assert parse_duration(format_duration(nanoseconds)) == nanoseconds


@given(st.integers(1, 10**12), st.sampled_from(sorted(NANOSECONDS)))
def test_whole_numbers_of_a_unit_are_that_many(number, unit):
    if number * NANOSECONDS[unit] <= LONGEST:
        assert parse_duration(f"{number} {unit}") == number * NANOSECONDS[unit]


@given(st.integers(0, LONGEST))
def test_seconds_are_correctly_rounded(nanoseconds):
    assert seconds(nanoseconds) == float(Decimal(nanoseconds) / 10**9)


def test_nothing_is_written_as_zero_seconds():
    assert format_duration(0) == "0 s"
