"""Texts and tables of the page that are made of the record and of the arrays."""

import numpy as np

from packfmu.report.limits import limits_of
from packfmu.report.shape import Shape
from packfmu.report.telling import plan, provenance, summary, weakest
from tests.report.made import RECORD, drive, results, years

SHAPE = Shape(3, 2)


def test_a_quantity_is_told_at_the_start_at_the_end_and_at_its_extremes():
    data = results(pack_voltage=np.array([3.0, 1.0, 5.0, 4.0]), rows=4)
    (told,) = summary(data, RECORD)
    assert "Pack voltage [V]</th><td>3</td><td>4</td><td>1</td><td>5</td>" in told


def test_of_many_cells_the_range_is_told():
    (told,) = summary(results(voltage=np.array([[3.0, 3.5], [2.0, 4.0]]), rows=2), RECORD)
    assert "<td>3 to 3.5</td><td>2 to 4</td><td>2</td><td>4</td>" in told
    extremes = {"voltage_minimum": np.array([3.0, 2.0]), "voltage_maximum": np.array([3.5, 4.0])}
    assert summary(results(rows=2, **extremes), RECORD) == [told]


def test_speed_and_notices_are_told_where_they_are_known():
    record = RECORD.model_copy(update={"wall_time": 0.5, "real_time_factor": 3600.0, "notices": ("a gap in row 7",)})
    told = "".join(summary(drive(), record))
    assert "Stepping took 0.5 s, 3600 times real time." in told
    assert "<li>a gap in row 7</li>" in told


def test_the_weakest_cell_is_shown_first():
    assert weakest(years(), SHAPE) == 3
    assert weakest(drive(), SHAPE) == 5  # the least voltage
    assert weakest(results(), None) == 0


def test_a_plan_without_violations_says_so_and_one_with_them_lists_them():
    assert "No violation of the timescales was recorded." in plan(RECORD)[-1]
    told = plan(RECORD.model_copy(update={"violations": ("at t = 5 s: Cell too fast",)}))
    assert "<li>at t = 5 s: Cell too fast</li>" in told[-1]


def test_limits_tell_spans_in_time_and_what_is_not_known():
    flags = np.zeros(50, np.int8)
    flags[3:5] = 1
    told = "".join(limits_of(drive(undervoltage=flags), RECORD, SHAPE))
    assert "<td>cell 6 (group 3, place 2)</td><td>2</td><td>4</td><td>2</td>" in told
    assert "What was asked of the pack was not recorded" in told
    whole = drive(undervoltage=np.zeros(50, np.int8), asked_current=np.full(50, -20.0))
    assert "No cut-off was set, and the pack carried what was asked." in "".join(limits_of(whole, RECORD, SHAPE))


def test_provenance_tells_the_version_that_made_the_page():
    told = "".join(provenance(RECORD.model_copy(update={"seed": 0, "pack_text": "[pack]"}), "1.2.3"))
    assert "Page made by packfmu</th><td>1.2.3</td>" in told
    assert "Seed of the random draws</th><td>0</td>" in told
    assert "[pack]</pre>" in told
