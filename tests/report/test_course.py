"""The panels over time: what they show, in which unit, and that lines differ in more than their colour."""

import numpy as np
import pytest

from packfmu.report.course import panels
from packfmu.report.plots import CHOSEN, PANEL_HEIGHT, height, stacked
from packfmu.report.run_record import RunRecord
from packfmu.report.shape import shape_of
from tests.report.made import RECORD, drive, results, years


def shown(data, record=RECORD):
    return {panel.title: panel.lines for panel in panels(data, record, shape_of(data, record))}


def test_a_drive_shows_pack_and_cells():
    titles = list(shown(drive()))
    assert titles == [
        "Pack voltage [V]",
        "Pack current, positive into the pack [A]",
        "Pack power, positive into the pack [kW]",
        "Voltage of the cells [V]",
        "Current of the cells [A]",
        "SOC of the cells [1]",
        "Temperature of the cells [1]",
        "SOC and state of energy of the pack [1]",
    ]
    assert shown(results(active_groups=np.zeros(50))) == {}


def test_a_band_runs_from_the_least_to_the_greatest_cell():
    data = drive()
    least, greatest, mean, chosen = shown(data)["Voltage of the cells [V]"]
    assert least.y == pytest.approx(data.voltage.min("cell").values, rel=1e-6)
    assert greatest.y == pytest.approx(data.voltage.max("cell").values, rel=1e-6)
    assert mean.y == pytest.approx(data.voltage.mean("cell").values, rel=1e-6)
    assert (greatest.fill, chosen.name, chosen.meta) == ("tonexty", CHOSEN, "voltage")


def test_limits_of_the_management_bound_the_current_from_both_sides():
    data = drive(charge_current_limit=np.full(50, 30.0), discharge_current_limit=np.full(50, 60.0))
    lines = {line.name: line for line in shown(data)["Pack current, positive into the pack [A]"]}
    assert lines["most charging current"].y[0] == 30.0
    assert lines["most discharging current"].y[0] == -60.0


def test_what_was_asked_lies_below_what_was_given():
    asked, given = shown(drive(asked_power=np.full(50, -500.0)))["Pack power, positive into the pack [kW]"]
    assert (asked.name, given.name) == ("asked", "pack")
    assert asked.y[0] == -0.5


def test_lines_of_a_panel_differ_in_style_and_colour():
    for lines in shown(drive(asked_current=np.full(50, -20.0), board_temperature=np.full(50, 300.0))).values():
        styles = [(line.line.dash, line.line.color) for line in lines if line.line.width > 1.0]
        assert len({dash for dash, _ in styles}) == len({colour for _, colour in styles}) == len(styles)


def test_years_show_the_capacity_of_groups_and_pack():
    record = RunRecord.model_validate_json(years().attrs["run_record"])
    soc = np.array([[0.9, 0.9, 0.9], [0.9, 0.9, 0.9], [0.9, 0.9, 0.8]])
    data = years().assign(group_soc=(("time", "group"), soc))
    told = shown(data, record)
    weakest, mean, pack = told["Capacity of the groups and of the pack [A.h]"]
    assert weakest.y == pytest.approx([20.0, 19.6, 19.2])  # of 10 A.h cells with 3 and 5 % lost
    assert mean.y[-1] == pytest.approx(20.0 - 10.0 * 0.16 / 3.0)
    assert pack.y[-1] == pytest.approx(0.8 * 19.5 + 0.1 * 19.2)  # group 3 is empty first, group 2 full first
    assert told["SOC spread of the groups [%]"][0].y == pytest.approx([0.0, 0.0, 10.0])


def test_panels_stand_one_below_the_other_and_zoom_together():
    made = panels(drive(), RECORD, shape_of(drive(), RECORD))
    figure = stacked(made, "Time [s]")
    axes = [axis for axis in figure.layout if axis.startswith("xaxis")]
    assert len(axes) == len(made)
    assert len({figure.layout[axis].matches for axis in axes} - {None}) == 1
    told = [trace.name for trace in figure.data if trace.showlegend]
    assert len(told) == len(set(told))
    assert height(len(made)) - height(len(made) - 1) == PANEL_HEIGHT


def test_panels_of_equal_cells_look_flat_and_have_labels_without_prefixes():
    """A rounding in the last digits of 3.7 V does not fill the panel; 2 mV do."""
    noise = 4e-16 * np.arange(50.0)[:, None] * np.ones(6)
    made = panels(drive(voltage=3.7 + noise, pack_voltage=11.1 + 4e-5 * np.arange(50.0)), RECORD, None)
    shown_range = {panel.title: panel.range for panel in made}
    assert shown_range["Voltage of the cells [V]"] == pytest.approx((3.6995, 3.7005))
    assert shown_range["Pack voltage [V]"] is None
    figure = stacked(made, "Time [s]")
    (axis,) = figure.select_yaxes(row=1 + list(shown_range).index("Voltage of the cells [V]"))
    assert axis.range == pytest.approx((3.6995, 3.7005))
    assert {each.exponentformat for each in figure.select_yaxes()} == {"none"}
