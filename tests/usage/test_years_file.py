"""The file of years: its day, the lengths of its rests, its paces, and what is refused."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.usage.years_file import DAY, day_steps, load_years, paced

SECOND = 10**9
FILE = """
begin = 2013-01-01T07:00:00
steps = [
    "Drive wltc.csv",
    "Rest until 18:00",
    "Charge at C/6 up to 4.2 V for 6 h",
    { step = "Rest until 07:00", balancing = true, pace = 4 },
]
[seasons.winter]
days = 90
ambient = "5 oC"
[seasons.summer]
days = 275
ambient = 297.15
"""


def driven(file):
    assert file == "wltc.csv"
    return 1800 * SECOND, {}


def written(folder, text=FILE):
    path = folder / "years.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path):
    years = load_years(written(tmp_path))
    assert (years.begin, years.end_of_life, years.pace, years.days) == (datetime(2013, 1, 1, 7), 0.7, None, 365)
    assert years.seasons == {"winter": (90, 278.15), "summer": (275, 297.15)}


def test_rests_last_until_their_time(tmp_path):
    steps = day_steps(load_years(written(tmp_path)), driven)
    hours = [None if step.duration is None else step.duration / (3600 * SECOND) for step in steps]
    assert hours == [None, 10.5, 6.0, 7.0]


def test_paces_let_whole_steps_fit(tmp_path):
    """37800 s are 945 times 40 s, 21600 s are 135 times 160 s; a drive is stepped by the plan; a step's own stays."""
    steps = paced(day_steps(load_years(written(tmp_path)), driven), 32, 5 * SECOND)
    assert [step.pace for step in steps] == [1, 8, 32, 4]


@given(begin=st.integers(0, 86399), clocks=st.lists(st.integers(0, 86399), min_size=1, max_size=6))
def test_rests_until_times_make_whole_days(begin, clocks, tmp_path_factory):
    """Each rest lasts more than nothing and at most a day, and the day is refused unless they make one."""

    def clock(seconds):
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    rests = ", ".join(f'"Rest until {clock(each)}"' for each in [*clocks, begin])
    text = f"begin = 2013-01-01T{clock(begin)}\nsteps = [{rests}]\n[seasons.all]\ndays = 365\nambient = 290.0\n"
    years = load_years(written(tmp_path_factory.mktemp("years"), text))
    ahead = [(each - begin) % 86400 for each in clocks]
    if all(0 < first < second for first, second in zip([0.5, *ahead], ahead, strict=False)):
        assert sum(step.duration for step in day_steps(years, driven)) == DAY
    else:
        with pytest.raises(InputError, match="the steps of the day take"):
            day_steps(years, driven)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2013-01-01T07:00:00", "2013-01-01", "begin = 2013-01-01: it should be a valid datetime"),
        ("begin =", "beginning =", '[beginning] = 2013-01-01 07:00:00 is not a known key; did you mean "begin"?'),
        ("days = 90", "days = 0", "seasons.winter: days = 0: it should be greater than or equal to 1"),
        ('ambient = "5 oC"', "", "seasons.winter: ambient is missing; it has no default"),
        ('ambient = "5 oC"', 'ambient = "5"', "'5' is no temperature, as in '-5 oC'"),
        ("[seasons.winter]", "[seasons]\nspring = 3\n[seasons.winter]", "seasons.spring = 3 must be a table of days"),
        ("for 6 h", "for 6 h until 4.1 V", "within years a step has a fixed length, so that days are alike"),
        ("days = 90", "days = 92", "seasons: their days are 367 in all; a year has at most 366"),
        ("begin", "pace = 3\nbegin", "pace = 3: it must be a power of two from 1 to 1024"),
        ("begin", "pace = 0\nbegin", "pace = 0: it should be greater than or equal to 1"),
        ("pace = 4", "pace = 0", "steps[4]: pace = 0: it should be greater than or equal to 1"),
        ("pace = 4", "pace = 2048", "steps[4]: pace = 2048: it should be less than or equal to 1024"),
        (
            '"Drive wltc.csv"',
            '{ step = "Drive wltc.csv", pace = 2 }',
            "steps[1] 'Drive wltc.csv': pace = 2 is for quiet",
        ),
        ("begin", "end_of_life = 1.5\nbegin", "end_of_life = 1.5: it should be less than 1"),
        ("Rest until 18:00", "Sleep", "steps[2]: step 'Sleep'"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(old, new, words, tmp_path):
    assert old in FILE
    path = written(tmp_path, FILE.replace(old, new))
    with pytest.raises(InputError, match=re.escape(words)) as refused:
        load_years(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_day_of_another_length_is_refused(tmp_path):
    years = load_years(written(tmp_path, FILE.replace("Rest until 07:00", "Rest for 6 h")))
    with pytest.raises(InputError, match=r"the steps of the day take 23 h, not 24 h; end it by 'Rest until 07:00'"):
        day_steps(years, driven)
