"""The map of the cells: the values that the page holds, and its controls."""

import base64

import numpy as np
import pytest

from packfmu.report.cells import NOT_RECORDED, cell_data, map_content, map_figure
from packfmu.report.shape import Shape
from tests.report.made import CELLS, PARALLEL, SERIES, drive, results

SHAPE = Shape(SERIES, PARALLEL)


def test_each_value_of_each_cell_is_held_in_the_order_of_the_cells():
    data = drive()
    held = cell_data(data, SHAPE, chosen=3)
    assert (held["group"], held["place"]) == (2, 2)
    assert [each["name"] for each in held["quantities"]] == ["voltage", "current", "soc", "temperature"]
    voltage = held["quantities"][0]
    assert voltage["least_span"] == 1e-3  # volts
    values = voltage["low"] + voltage["step"] * np.frombuffer(base64.b64decode(voltage["data"]), "<u2")
    assert values.reshape(50, CELLS) == pytest.approx(data.voltage.values, abs=voltage["step"])
    assert held["times"] == list(range(50))


def test_of_many_cells_some_instants_are_held_and_the_page_says_how_many(monkeypatch):
    monkeypatch.setattr("packfmu.report.cells.MOST_VALUES", 20 * CELLS)
    data = results(voltage=np.random.default_rng(1).normal(size=(50, CELLS)))
    held = cell_data(data, SHAPE, 0)
    assert len(held["times"]) <= 20
    (told, *_) = map_content(held)
    assert f"show {len(held['times'])} of the 50 instants of the run, those of the extremes among them" in told


def test_without_values_of_single_cells_the_reason_stands_there():
    assert cell_data(results(soc_mean=np.zeros(50)), SHAPE, 0) is None
    assert cell_data(drive(), None, 0) is None
    assert NOT_RECORDED.partition('"')[0] in map_content(None)[0]


def test_controls_reach_every_cell_and_every_instant():
    told = "".join(map_content(cell_data(drive(), SHAPE, 0)))
    assert f'id="group" type="number" min="1" max="{SERIES}"' in told
    assert f'id="place" type="number" min="1" max="{PARALLEL}"' in told
    assert 'id="frame" type="range" min="0" max="49"' in told
    figure = map_figure(Shape(96, 74))
    assert figure.layout.xaxis.range == (0.5, 96.5)
    assert figure.layout.yaxis.dtick == 8
