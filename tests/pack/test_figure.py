"""The figure of a pack's run."""

import math

import numpy as np
import pytest
import xarray as xr

from packfmu.core.errors import InputError
from packfmu.pack.figure import draw, save_figure
from tests.pack.made_up import made_up


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return made_up(tmp_path_factory.mktemp("results") / "run.nc")


def axes_of(results):
    return {axes.get_title(): axes for axes in draw(results).axes if axes.get_title()}


def test_figure_shows_display_units(results):
    axes = axes_of(results)
    assert len(axes) == 6
    temperature = axes["Temperature of the cells"]
    assert temperature.get_ylabel() == "Temperature [degC]"
    assert temperature.lines[0].get_ydata()[1] == pytest.approx(1.0 - 273.15, rel=1e-15)
    assert axes["State of charge of the cells"].lines[0].get_ydata()[1] == pytest.approx(100.0, rel=1e-15)
    spread = axes["Spread between groups"].lines[0].get_ydata()
    assert spread == pytest.approx(np.full(300, 20.0), rel=1e-9)  # 0.02 V after the cancellation of up to 300
    (right,) = (
        axes for axes in axes["Spread between groups"].figure.axes if axes.get_ylabel() == "SOC [%], dashed line"
    )
    assert right.lines[0].get_ydata() == pytest.approx(np.full(300, 2.0), rel=1e-9)


def test_figure_tells_a_unit_on_each_axis_and_lines_apart_without_colour(results):
    figure = draw(results)
    labels = [label for axes in figure.axes for label in (axes.get_xlabel(), axes.get_ylabel()) if label]
    assert [label for label in labels if "[" not in label] == ["Number of the cell"]
    spread = [line for axes in figure.axes for line in axes.lines if "line" in axes.get_ylabel()]
    assert [line.get_linestyle() for line in spread] == ["-", "--"]


def test_figure_leaves_out_what_is_missing(results):
    assert list(axes_of(results[["pack_voltage"]])) == ["Pack voltage"]
    assert axes_of(xr.Dataset()) == {}


def test_a_run_of_one_row_is_drawn(results):
    assert axes_of(results.isel(time=slice(1)))["Pack voltage"].get_xlim() == (0.0, 1.0)


def test_figure_is_saved_by_its_suffix(results, tmp_path):
    for suffix, begin in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        save_figure(results, tmp_path / f"run.{suffix}")
        assert (tmp_path / f"run.{suffix}").read_bytes().startswith(begin)
    with pytest.raises(InputError, match=r"figure .*run.gif: the suffix must be .png, .pdf or .svg"):
        save_figure(results, tmp_path / "run.gif")


def test_long_runs_are_told_in_hours_and_days(results):
    for factor, label in ((1, "Time [s]"), (100, "Time [h]"), (10_000, "Time [d]")):
        stretched = results.assign_coords(time=results.time * factor)
        assert axes_of(stretched)["Pack voltage"].get_xlabel() == label
    assert math.isclose(axes_of(results)["Pack voltage"].get_xlim()[1], 149.5)
