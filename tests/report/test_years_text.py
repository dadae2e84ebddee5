"""What is told of ten years: the figures are those of the data, by hand."""

import csv
import io
import math
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from packfmu.core.errors import InputError
from packfmu.cosim.long.calendar import LongSummary
from packfmu.models.network import charge as network_charge
from packfmu.report import years_text as told
from packfmu.report.years_figure import CROWD, WEAKEST, draw
from packfmu.report.years_text import report
from packfmu.usage.life import AMPERE_HOUR, DAY, YEAR, Life, by_year, save_table, usable

TIME = np.array([0.0, 1.0, 364.0, 365.0, 730.0]) * DAY
"""A cycle, a jump, a cycle, a jump."""

STALE = (0.9, 0.1)
"""SOC after a jump: what the components told before it, made conspicuous."""


def recorded(time=TIME, cells=4, groups=2, group_soc=((0.52, 0.50), (0.51, 0.50), STALE, (0.50, 0.45), STALE)):
    """Return rows in which everything but the SOC grows in proportion to time."""
    grown = (np.asarray(time) / TIME[-1])[:, None]
    ends = {
        "soh": -np.array([0.10, 0.20, 0.05, 0.25]),
        "resistance_growth": np.array([0.10, 0.20, 0.30, 0.26]),
        "calendar_damage": np.array([0.0004, 0.0009, 0.0001, 0.0144]),
        "cycle_damage": np.array([0.1, 0.2, 0.1, 0.3]),
        "short_risk": np.array([0.0, 1e-4, 3e-3, 1e-3]),
    }
    rows = {name: (("time", "cell"), grown * end[:cells] + (name == "soh")) for name, end in ends.items()}
    rows["group_soc"] = (("time", "group"), np.array(group_soc)[: len(grown), :groups])
    return xr.Dataset(rows, coords={"time": time})


def summary(**changes):
    ended = LongSummary(
        stepped={},
        end=int(TIME[-1]) * 10**9,
        cycles=2,
        jumps=2,
        jumped=int(728 * DAY) * 10**9,
        stopped_by=(),
        totals={"Pack.pack_charge": -1e6, "Pack.moved_charge": 2.0 * AMPERE_HOUR},
        errors=(math.nan, 2e-4),
        wall_time=12.34,
        held=(),
        violations=(),
    )
    return replace(ended, **changes)


def life(data=None, parallel=2):
    data = recorded() if data is None else data
    cells = data.sizes["cell"]
    return Life(
        recorded=data,
        begin=datetime(2013, 1, 1, 7),
        parallel=parallel,
        capacity=np.array([10.0, 10.0, 12.0, 8.0])[:cells] * AMPERE_HOUR,
        aging_rate=np.array([1.0, 1.0, 1.0, 1.25])[:cells],
        exponents=(0.5, 2.0),
    )


def lines(given, ended=None):
    """Return what the report tells, by its labels."""
    told = report(given, ended or summary())
    above = told[: told.index("")]
    assert all(line[:24] == f"{line[:24].strip():24}" for line in above)
    return {line[:24].strip(): line[24:] for line in above}


def cut(rows, **changes):
    """Return a life of the first rows only, and how it ended."""
    data = recorded().isel(time=slice(rows))
    return life(data), summary(end=int(data["time"].values[-1]) * 10**9, **changes)


def test_every_line_is_that_of_the_data():
    # groups of 17.0 and 17.4 Ah at the end, SOC 50 % and 45 %: min(8.5, 7.83) + min(8.5, 9.57) = 16.33 Ah;
    # at the start 20 Ah each, 52 % and 50 %: 19.6 Ah. Cell 4: 1.25 sqrt(0.0144) = 15 %, 0.3**2 = 9 %, the rest of 25 %
    assert lines(life()) == {
        "time": "2.00 years (730 d), 2013-01-01 to 2015-01-01, the whole calendar",
        "cycles": "2 in full, 2 jumps over 99.7% of the time",
        "error of a jump": "estimated at 2.0e-04 of the nominal values at most, 1 of 2 not estimated",
        "wall time": "12.3 s",
        "SOH of the cells": "mean 85.00%, least 75.00%, most 95.00% in cell 3 (group 2, place 1)",
        "weakest cell": "4 (group 2, place 2): SOH 75.00%, resistance +26.00%",
        "what it has lost": "15.00% by time, 9.00% by cycles, 1.00% by film and plating",
        "SOH spread of cells": "0.00% at the start, 10.00% after a year, 20.00% at the end; standard deviation 7.906%",
        "resistance growth": "mean 21.50%, most 30.00% in cell 3 (group 2, place 1)",
        "risk of a short": "at most 0.003, in cell 3 (group 2, place 1)",
        "usable capacity": "20.00 Ah new and balanced, 16.33 Ah (81.65%) at the end",
        "of it lost by wear": "3.00 Ah: group 1 keeps 17.00 Ah, the mean group 17.20 Ah",
        "of it lost by imbalance": "0.67 Ah, at the start 0.40 Ah; group 2 is empty first, group 1 full first",
        "SOC spread of groups": "2.000% at the start, 5.000% at most, 5.000% at the end, from group 2 to group 1",
        "balancing": "2.00 Ah taken from groups in all; 1.00 Ah a year, 2.500% of the cells' capacity; "
        "by the days in full",
    }


def test_table_of_the_years():
    *_, start, middle, end = report(life(), summary())
    assert start.split() == (
        ["0.00", "2013-01-01", "100.00", "100.00", "100.00", "0.000", "+0.00", "+0.00", "100.00", "98.00", "2.000"]
    )
    # groups of 18.5 and 18.7 Ah: min(9.25, 8.415) + min(9.25, 10.285) = 17.665 Ah of 20 Ah
    assert middle.split()[:9] == (
        ["1.00", "2014-01-01", "87.50", "92.50", "97.50", "3.953", "+10.75", "+15.00", "92.50"]
    )
    assert float(middle.split()[9]) == pytest.approx(88.325, abs=0.00501)  # its last decimal
    assert end.split() == (
        ["2.00", "2015-01-01", "75.00", "85.00", "95.00", "7.906", "+21.50", "+30.00", "85.00", "81.65", "5.000"]
    )


def test_what_a_film_has_gained_adds_to_the_growth_of_the_whole_resistance():
    gained = np.array([1e-3, 2e-3, 1e-3, 4e-3]) * (TIME / TIME[-1])[:, None]
    data = recorded().assign(film_resistance=(("time", "cell"), gained))
    given = replace(life(data), resistance=np.array([20e-3, 20e-3, 25e-3, 16e-3]))
    # 10 % by laws and 1 of 20 mOhm; 20 % and 2 of 20; 30 % and 1 of 25; 26 % and 4 of 16
    assert given.resistance_growth[-1] == pytest.approx([0.15, 0.30, 0.34, 0.51])
    shown = lines(given)
    assert shown["resistance growth"] == "mean 32.50%, most 51.00% in cell 4 (group 2, place 2)"
    assert shown["weakest cell"].endswith("resistance +51.00%")
    assert by_year(given)["resistance_growth_maximum"] == pytest.approx([0.0, 0.255, 0.51])
    assert shown_lines(draw(given).axes[1], WEAKEST)[0] == pytest.approx(100.0 * given.resistance_growth[:, 3])


def test_year_between_rows_lies_on_a_line():
    rows = [0, 1, 4]  # nothing was recorded between the first day and two years
    columns = by_year(life(recorded().isel(time=rows)))
    assert columns["time"] == pytest.approx([0.0, YEAR, 2.0 * YEAR])
    assert columns["soh_minimum"] == pytest.approx([1.0, 0.875, 0.75])
    assert columns["group_soc_spread"] == pytest.approx([0.02, 0.01, 0.01])  # that of the last cycle in full
    assert (columns["usable_capacity"] <= columns["weakest_group_capacity"] * (1.0 + 1e-12)).all()  # rounding


def test_rows_after_jumps_are_told_from_cycles():
    assert life().in_full.tolist() == [True, True, False, True, False]
    worn_within_a_day = np.append(TIME, TIME[-1] + 0.3 * DAY)
    assert life(recorded(worn_within_a_day, group_soc=[(0.5, 0.5)] * 6)).in_full[-1]


def test_usable_capacity_is_that_of_the_network():
    generator = np.random.default_rng(4)
    soh, soc = generator.uniform(0.7, 1.0, 4), generator.uniform(0.1, 0.9, 4)
    given = life()
    x, y = SimpleNamespace(group_capacity=np.zeros(2)), SimpleNamespace(group_soc=np.zeros(2))
    p, u = SimpleNamespace(capacity=given.capacity), SimpleNamespace(soc=soc, capacity_loss=1.0 - soh)
    network = sum(network_charge.write_group_charge.py_func(x, p, u, y))
    assert given.groups(soh) == pytest.approx(x.group_capacity, rel=1e-14)  # sums of two
    assert usable(given.groups(soh), y.group_soc) == pytest.approx(network, rel=1e-14)


@pytest.mark.parametrize(
    ("stopped_by", "cause"),
    [
        ((told.WORN,), "ended by a SOH of 75.00%"),
        (("Pack.undervoltage",), "ended by Pack.undervoltage"),
        ((told.WORN, "Pack.undervoltage"), "ended by a SOH of 75.00%, Pack.undervoltage"),
    ],
)
def test_cause_of_the_end(stopped_by, cause):
    assert lines(life(), summary(stopped_by=stopped_by))["time"].endswith(f"2015-01-01, {cause}")


def test_ended_within_the_first_year():
    given, ended = cut(3, jumps=1, errors=(math.nan,))
    shown = lines(given, ended)
    assert shown["time"].startswith("1.00 years (364 d), 2013-01-01 to 2013-12-31")
    assert shown["error of a jump"] == "1 of 1 not estimated"
    assert "after a year" not in shown["SOH spread of cells"]
    assert by_year(given)["time"] == pytest.approx([0.0, 364.0 * DAY])
    assert shown["balancing"].startswith("2.00 Ah taken from groups in all; 2.01 Ah a year")


def test_one_row_only():
    shown = lines(*cut(1, cycles=0, jumps=0, jumped=0, errors=(), totals={"Balancer.moved_charge": 0.0}))
    assert shown["time"] == "0.00 years (0 d), 2013-01-01 to 2013-01-01, the whole calendar"
    assert shown["cycles"] == "0 in full, 0 jumps over 0.0% of the time"
    assert "error of a jump" not in shown
    assert shown["what it has lost"] == "0.00% by time, 0.00% by cycles"
    assert shown["balancing"] == "0.00 Ah taken from groups in all; by the days in full"


def test_one_cell():
    data = recorded(cells=1, groups=1).drop_vars("short_risk")
    shown = lines(life(data, parallel=1), summary(totals={}))
    assert shown["weakest cell"] == "1 (group 1, place 1): SOH 90.00%, resistance +10.00%"
    assert shown["of it lost by imbalance"] == "0.00 Ah, at the start 0.00 Ah"
    assert shown["balancing"] == "none"
    assert "risk of a short" not in shown


def test_table_in_a_file(tmp_path):
    given = life()
    save_table(given, tmp_path / "years.csv")
    with (tmp_path / "years.csv").open() as file:
        header, *rows = list(csv.reader(file))
    assert header[:2] == ["time [s]", "soh_minimum [1]"]
    assert "usable_capacity [C]" in header
    read = {name.partition(" ")[0]: np.array(column, float) for name, *column in zip(header, *rows, strict=True)}
    for name, column in by_year(given).items():
        assert read[name] == pytest.approx(column, rel=1e-11)  # twelve digits
    with pytest.raises(InputError):
        save_table(given, tmp_path / "years.csv" / "years.csv")


def shown_lines(axes, colour):
    return [line.get_ydata() for line in axes.get_lines() if line.get_color() == colour]


def test_figure_shows_every_cell_and_the_weakest():
    given = life()
    figure = draw(given)
    health, growth, soc, capacity, losses, places = figure.axes[:6]
    assert "weakest cell 4 (group 2, place 2) at a SOH of 75.0%" in figure.get_suptitle()
    for axes, name in ((health, "soh"), (growth, "resistance_growth")):
        values = 100.0 * given.recorded[name].values
        crowd = np.array(shown_lines(axes, CROWD)).T
        assert crowd == pytest.approx(values)
        assert shown_lines(axes, WEAKEST)[0] == pytest.approx(values[:, 3])
    assert np.array(shown_lines(soc, CROWD))[:, -1] == pytest.approx([2.5, -2.5])
    assert shown_lines(capacity, "black")[0][[0, -1]] == pytest.approx([19.6, 16.33])
    assert [text.get_text() for text in losses.get_legend().get_texts()] == (
        ["by time", "by cycles", "by film and plating"]
    )
    assert np.asarray(places.collections[0].get_array()) == pytest.approx(np.array([[90.0, 95.0], [80.0, 75.0]]))
    assert all(axes.get_title() and axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes[:6])
    marks = next(line for line in health.get_lines() if line.get_marker() == "|")
    assert marks.get_xdata() == pytest.approx(TIME[[0, 1, 3]] / YEAR)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(cut(1)[0], id="one row"),
        pytest.param(cut(2)[0], id="one day"),
        pytest.param(life(recorded(cells=1, groups=1), parallel=1), id="one cell"),
        pytest.param(life(recorded(groups=1), parallel=4), id="one group"),
    ],
)
def test_figure_of_little(given):
    file = io.BytesIO()
    draw(given).savefig(file, format="png")  # warnings are errors
    assert file.getvalue().startswith(b"\x89PNG")
