"""Profiles: what a file prescribes, what is refused, and what is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.usage.profile import CYCLES, Prescribed, load_profile


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("profiles")


def load(folder, text):
    (folder / "commute.csv").write_text(text, encoding="utf-8")
    return load_profile(folder / "commute.csv")


def fault(folder, text):
    with pytest.raises(InputError) as error:
        load(folder, text)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{folder / 'commute.csv'}")


def test_the_shipped_cycle_has_a_name():
    profile = load_profile("wltc_class3b")
    assert (profile.name, profile.prescribed, profile.duration) == ("wltc_class3b", Prescribed.SPEED, 1800.0)
    assert profile.distance == pytest.approx(23266, abs=1.0)  # UN GTR 15
    assert profile.notices == ()
    assert profile.driven(900.0) == pytest.approx(np.trapezoid(profile.values[:901], profile.time[:901]), rel=1e-12)


def test_a_file_goes_before_a_cycle_of_its_name(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "wltc_class3b").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"'' tells no known format"):
        load_profile("wltc_class3b")
    (folder / "wltc_class3b").unlink()


def test_an_unknown_name_tells_the_cycles():
    with pytest.raises(
        InputError, match="nedc: there is neither such a file nor such a cycle; cycles are wltc_class3b"
    ):
        load_profile("nedc")
    assert all(path.exists() for path in CYCLES.values())


def test_a_profile_begins_at_zero_and_holds_what_its_columns_say(folder):
    profile = load(
        folder,
        "time [min];discharge power [kW];ambient temperature [degC];coolant temperature [K];enable;note\n"
        "10;20,5;25;300;1;go\n10,5;-5;26;301;0;\n12;0;26;301;0;stop\n",
    )
    assert profile.prescribed is Prescribed.POWER
    assert profile.time.tolist() == [0.0, 30.0, 120.0]
    assert profile.values.tolist() == [-20500.0, 5000.0, 0.0]
    assert profile.ambient_temperature.tolist() == [298.15, 299.15, 299.15]
    assert profile.coolant_temperature.tolist() == [300.0, 301.0, 301.0]
    assert profile.enable.tolist() == [1.0, 0.0, 0.0]
    assert profile.rows.tolist() == [2, 3, 4]
    assert profile.notices == (
        "columns passed over: 'note'",
        "the profile asks for 125 Wh into the pack and 170.8 Wh out of it",
    )


def test_of_rows_of_equal_time_the_last_one_holds(folder):
    profile = load(folder, "time [s],current [A]\n0,1\n1,1\n1,-3\n2,0\n")
    assert profile.values.tolist() == [1.0, -3.0, 0.0]
    assert profile.notices[0] == (
        "1 row repeats the time of the row before, first in line 4: the last row of equal time is taken"
    )


def test_the_last_row_s_load_is_not_applied_and_told(folder):
    assert (
        "line 3 is the end: its current of -2 A is not applied"
        in load(folder, "time [s],current [A]\n0,-1\n5,-2\n").notices
    )


def test_a_profile_that_only_charges_is_told_how_to_turn_it(folder):
    assert load(folder, "time [s],Current / A\n0,10\n3600,0\n").notices == (
        "the profile asks for 10 Ah into the pack and 0 Ah out of it",
        "the pack is only charged; where 'Current / A' is positive when discharging, call it 'discharge Current / A'",
    )
    turned = load(folder, "time [s],discharge Current / A\n0,10\n3600,0\n")
    assert turned.notices == ("the profile asks for 0 Ah into the pack and 10 Ah out of it",)


def test_a_long_gap_is_told(folder):
    text = "time [s],speed [km/h]\n" + "".join(f"{time},10\n" for time in (*range(9), 60, 61))
    assert load(folder, text).notices == (
        "line 11 comes 52 s after the row before, the longest step (median 1 s): the speed goes linearly through it",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time [s],voltage [V]\n0,1\n1,1\n", ": has no column of current, power or speed, such as 'current [A]' or"),
        ("time [s],current [A],power [W]\n0,1,1\n1,1,1\n", ": the columns 'current [A]' and 'power [W]' cannot both"),
        (
            "time [s],current [A]\n0,1\n0,1\n",
            ": has one row of its own time; a profile needs its beginning and its end",
        ),
    ],
)
def test_what_is_no_profile_is_refused(folder, text, told):
    assert fault(folder, text).startswith(told)


@given(st.integers(2, 20), st.data())
def test_a_negative_speed_and_an_enable_that_is_no_switch_are_refused_by_line(folder, count, data):
    row, column = data.draw(st.integers(0, count - 1)), data.draw(st.integers(1, 2))
    rows = [[str(i), "36", "1"] for i in range(count)]
    rows[row][column] = "-3.6" if column == 1 else data.draw(st.sampled_from(["0.5", "-1", "2"]))
    told = fault(folder, "time [s],speed [km/h],enable\n" + "".join(",".join(each) + "\n" for each in rows))
    header, reason = (
        ("speed [km/h]", "-1 m/s must be at least 0") if column == 1 else ("enable", f"{rows[row][2]} must be 0 or 1")
    )
    assert told == f", line {row + 2}, column '{header}': {reason}"


@pytest.mark.parametrize("kind", ["ambient", "coolant"])
@pytest.mark.parametrize(("unit", "given", "told"), [("K", "20", "20 K"), ("degC", "298.15", "571.3 K")])
def test_a_temperature_that_no_input_takes_is_refused_by_line(folder, kind, unit, given, told):
    header = f"{kind} temperature [{unit}]"
    good = "290" if unit == "K" else "20"
    assert fault(folder, f"time [s],current [A],{header}\n0,1,{good}\n1,1,{given}\n2,0,{good}\n") == (
        f", line 3, column '{header}': {told} must be within 200 and 500 K"
    )


def test_1800_irregular_rows_with_one_repeated_time_stamp_run(folder):
    draw = np.random.default_rng(1800)
    time = np.round(np.cumsum(draw.uniform(0.2, 2.0, 1800)), 3)
    time[900] = time[899]
    rows = [
        f"{t!r},{i:.3f},{a:.1f}\n"
        for t, i, a in zip(time.tolist(), draw.normal(-2, 5, 1800), draw.normal(20, 1, 1800), strict=True)
    ]
    profile = load(folder, "time [s],current [A],ambient temperature [degC]\n" + "".join(rows))
    assert profile.time.size == 1799
    assert profile.notices[0].startswith("1 row repeats the time of the row before, first in line 902")
