"""Calendars of duty cycles: what is due when, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.experiment import ErrorControl
from packfmu.cosim.long.calendar import End, Stretch
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.phase import Duty, Phase
from tests.cosim.long.wear import DAY, HOUR, duty, life

OUTPUT = Path("life.nc")
DUTIES = {name: duty(name) for name in ("winter", "summer")}
SEASONS = (Stretch("winter", 3 * DAY), Stretch("summer", 2 * DAY))


def seasons(days, calendar=SEASONS, **more):
    return life(OUTPUT, days, calendar=calendar, duties=DUTIES, **more)


def test_legs_follow_each_other_and_the_calendar_repeats():
    run = seasons(12)
    assert [run.at(day * DAY) for day in range(12)] == [
        *[("winter", 3 * DAY), ("winter", 2 * DAY), ("winter", DAY), ("summer", 2 * DAY), ("summer", DAY)] * 2,
        ("winter", 2 * DAY),  # the run ends before the leg
        ("winter", DAY),
    ]


@given(days=st.integers(1, 30), hours=st.integers(0, 30 * 24))
def test_what_is_left_ends_with_the_leg_or_the_run(days, hours):
    instant = min(hours * HOUR, days * DAY - 1)
    name, left = seasons(days).at(instant)
    end = (instant + left) / DAY
    assert left > 0
    assert end <= days
    assert end == days or end % 5 == (3 if name == "winter" else 0)


def test_a_run_may_end_within_a_leg_but_not_within_a_cycle():
    assert seasons(7).experiment.duration == 7 * DAY
    weekend = Duty("weekend", tuple(Phase(name, DAY, {"Runner.speed": 0.0}) for name in ("saturday", "sunday")))
    duties = {"run": duty(), "weekend": weekend}
    week = (Stretch("run", 5 * DAY), Stretch("weekend", 2 * DAY))
    assert life(OUTPUT, 12, duties=duties, calendar=week).at(11 * DAY) == ("run", DAY)
    with pytest.raises(InputError, match="duration 13 d ends within a cycle of weekend, which takes 2 d; 12 d or 14 d"):
        life(OUTPUT, 13, duties=duties, calendar=week)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: seasons(5, (Stretch("spring", DAY),)), "there is no duty 'spring'; there is winter, summer"),
        (
            lambda: seasons(5, (Stretch("winter", 36 * HOUR),)),
            "36 h of winter is not a positive multiple of its cycle",
        ),
        (lambda: seasons(5, (Stretch("winter", 0),)), "0 s of winter is not a positive multiple"),
        (lambda: seasons(5, (Stretch("winter", -DAY),)), "is not a positive multiple"),
        (lambda: seasons(5, ()), "there is no leg; give at least one"),
        (lambda: seasons(0), "duration 0 ns must be positive"),
        (lambda: seasons(-5), "must be positive"),
        (lambda: seasons(5, end=End("Ager.seen", 0.5)), "Ager.seen ends the run but is not recorded; record it"),
        (lambda: seasons(5, error_control=ErrorControl(1e-3)), "error control: a long run takes the steps of its"),
        (lambda: Jump(tolerance=0.0), "jump: tolerance = 0.0 must be positive"),
        (lambda: Jump(tolerance=float("nan")), "jump: tolerance = nan must be positive"),
        (lambda: Jump(first=0), "jump: first = 0 must be positive"),
        (lambda: Jump(longest=-1), "jump: longest = -1 must be positive"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(make, words):
    with pytest.raises(InputError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)
