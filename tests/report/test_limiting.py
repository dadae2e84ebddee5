"""What limited a pack, which cell of it, and when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.models.network.loads import LoadMode
from packfmu.report.limiting import MOST_SPANS, cause_of, limitations, shortened, spans
from packfmu.report.run_record import RunLimits
from packfmu.report.shape import Shape, shape_of
from tests.report.made import RECORD, drive


def found(results, record=RECORD):
    return limitations(results, record, shape_of(results, record))


def flags(*rows, of=50):
    set_ = np.zeros(of, np.int8)
    set_[list(rows)] = 1
    return set_


@given(st.lists(st.booleans(), max_size=60))
def test_spans_cover_the_flags_and_nothing_else(given_flags):
    told = np.zeros(len(given_flags), bool)
    before = -1
    for rows in spans(np.array(given_flags, bool)):
        assert before < rows.start < rows.stop
        told[rows] = True
        before = rows.stop
    assert told.tolist() == given_flags


def test_nothing_limits_a_pack_that_keeps_its_limits():
    assert found(drive(undervoltage=flags(), asked_current=np.full(50, -20.0))) == []


def test_a_cut_off_is_told_with_its_cell_and_from_the_step_before():
    (told,) = found(drive(undervoltage=flags(7, 8, 9)))
    assert (told.what, told.where) == ("A cell below its minimum voltage", "cell 6 (group 3, place 2)")
    assert (told.start, told.end) == (6.0, 9.0)


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("PackNetwork.undervoltage", "a cell below its minimum voltage: cell 6 (group 3, place 2)"),
        ("overvoltage", "a cell above its maximum voltage: cell 1 (group 1, place 1)"),
        ("PackNetwork.overcurrent", "a pack current beyond its limit"),
        ("Other.signal", "Other.signal"),
    ],
)
def test_a_cut_off_that_ended_the_run_is_told_in_words(output, cause):
    assert cause_of(output, drive(), Shape(3, 2)) == cause


def test_without_single_cells_the_number_of_the_least_one_tells_the_place():
    data = drive(
        undervoltage=flags(3),
        voltage_minimum=np.full(50, 2.9),
        voltage_minimum_cell=np.full(50, 4, np.int32),
    ).drop_vars(["voltage", "soc", "temperature", "current"])
    assert found(data)[0].where == "cell 4 (group 2, place 2)"


def test_a_cell_at_its_limit_is_told_apart_from_one_beyond_it():
    highest = np.full(50, 4.1)
    highest[10:20], highest[20:30] = 4.2, 4.21
    told = found(drive(voltage_maximum=highest, overvoltage=flags(*range(20, 30))))
    assert [(each.what, each.start, each.end) for each in told] == [
        ("A cell at its maximum voltage, 4.2 V", 9.0, 19.0),
        ("A cell above its maximum voltage", 19.0, 29.0),
    ]
    unknown = RECORD.model_copy(update={"limits": RunLimits()})
    assert [each.what for each in found(drive(voltage_maximum=highest), unknown)] == []


@pytest.mark.parametrize(
    ("mode", "cause", "end"),
    [
        (LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, " by the voltage limit of the pack", "charge complete"),
        (LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE, " by the voltage limit of a cell", "charge complete"),
        (LoadMode.ALLOWED_CURRENT, " by the battery management", "barred by the battery management"),
        (LoadMode.CURRENT, "", "though it was asked"),
    ],
)
def test_a_reduced_current_is_told_with_its_cause_and_share(mode, cause, end):
    carried = np.full(50, 20.0)
    carried[30:40], carried[40:] = 5.0, 0.0
    data = drive(
        pack_current=carried,
        asked_current=np.full(50, 20.0),
        load_mode=np.full(50, mode, np.int32),
    )
    reduced, none = found(data)
    assert (reduced.what, reduced.where) == (f"Current below what was asked{cause}", "down to 25.0% of it")
    assert (reduced.start, reduced.end) == (29.0, 39.0)
    assert (none.what, none.start, none.end) == (f"No current: {end}", 39.0, 49.0)


def test_a_current_that_was_not_asked_for_is_no_reduction():
    modes = np.full(50, LoadMode.POWER, np.int32)
    assert found(drive(asked_current=np.full(50, -100.0), load_mode=modes)) == []


def test_a_reduced_power_is_told():
    power = (drive().pack_voltage * drive().pack_current).values
    asked = power.copy()
    asked[5:] *= 2.0
    (told,) = found(drive(asked_power=asked))
    assert (told.what, told.where) == ("Power below what was asked", "down to 50.0% of it")


def test_the_battery_management_is_told():
    enabled = 1 - flags(0, 20, 21)
    told = found(drive(bms_overcurrent=flags(20), charge_enable=enabled))
    assert [(each.what, each.start, each.end) for each in told] == [
        ("Battery management: trip overcurrent", 19.0, 20.0),
        ("Battery management: charge not allowed", 19.0, 21.0),
    ]


def test_of_many_spans_the_longest_are_kept_and_all_are_counted():
    told = found(drive(undervoltage=flags(*range(1, 40, 2), 41, 42, 43)))
    kept, lines = shortened(told)
    assert len(kept) == MOST_SPANS
    assert max(each.end - each.start for each in kept) == 3.0
    assert lines == ["A cell below its minimum voltage: 21 times, 23 s in all; the 12 longest are listed."]
