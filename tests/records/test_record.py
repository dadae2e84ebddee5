"""Records of cells: what is written is read again to the bit, and signs are those of the cycler's modes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.fmi.files import replacing
from packfmu.records.lvm import read_lvm
from packfmu.records.record import CellRecord, read_record, with_temperatures, write_record

NUMBERS = st.floats(-1e6, 1e6)
KELVIN = st.floats(150.0, 500.0)

BITRODE = """Exclude,Time(s),Cycle,Loop,Loop,Step,StepTime(s),Current(A),Voltage(V),Power(W),Mode,Data,
No,1.0,1,1,1,1,1.0,0.01,3.700,0.0,REST, ,
No,2.0,1,1,1,2,1.0,{discharge},3.600,-7.2,DCHG, ,
No,2.1,1,1,1,2,1.1,{discharge},3.590,-7.2,DCHG,S,
No,3.1,1,1,1,3,1.0,{charge},3.800,7.6,CHRG, ,
"""
"""Made up, in the columns of that cycler's exports."""


def saved(record, path):
    with replacing(path) as draft:
        write_record(record, draft)
    return read_record(path)


def read(folder, text, name="record.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return read_record(folder / name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("records")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, KELVIN, KELVIN), min_size=2, max_size=8, unique_by=lambda row: row[0])
)
def test_a_record_is_read_again_to_the_bit(folder, suffix, rows):
    record = CellRecord(*np.array(sorted(rows)).T)
    write_record(record, folder / f"again.{suffix}")
    again = read_record(folder / f"again.{suffix}")
    for name in ("time", "current", "voltage", "temperature", "ambient"):
        assert getattr(again, name).tolist() == getattr(record, name).tolist()
    assert again.notices == ()


def test_a_record_has_the_labels_of_the_battery_data_format(folder):
    record = CellRecord(np.array([0.0, 1.0]), np.array([0.0, -1.5]), np.array([3.7, 3.6]), np.array([298.15, 298.25]))
    saved(record, folder / "labels.csv")
    assert (folder / "labels.csv").read_text() == (
        "Test Time / s,Voltage / V,Current / A,Surface Temperature / degC\n"
        "0.0,3.7,0.0,25.0\n"
        "1.0,3.6,-1.5,25.100000000000023\n"
    )
    assert read_record(folder / "labels.csv").ambient is None


def test_of_rows_of_equal_time_the_first_is_that_of_the_interval_before(folder):
    """Cyclers write the end of a step and the beginning of the next one at the same time."""
    text = "Test Time / s,Current / A,Voltage / V\n0,0,3.7\n10,0,3.7\n10,-5,3.6\n11,-5,3.5\n"
    record = read(folder, text)
    assert np.diff(record.time) @ record.current[1:] == -5.0
    assert record.notices == (
        "1 row repeats the time of the row before, first in line 4: the first row of equal time is taken",
    )


@pytest.mark.parametrize(("discharge", "charge", "told"), [("-2.0", "2.0", 0), ("2.0", "-2.0", 1)])
def test_the_export_of_a_bitrode_is_read_and_its_modes_tell_the_sign(folder, discharge, charge, told):
    record = read(folder, BITRODE.format(discharge=discharge, charge=charge))
    assert record.time.tolist() == [1.0, 2.0, 2.1, 3.1]
    assert np.round(record.current, 1).tolist() in ([0.0, -2.0, -2.0, 2.0], [-0.0, -2.0, -2.0, 2.0])
    assert record.voltage.tolist() == [3.7, 3.6, 3.59, 3.8]
    assert len(record.notices) == told
    assert all("its sign is turned" in notice for notice in record.notices)


def test_a_bitrode_export_without_its_header_is_refused(folder):
    with pytest.raises(InputError, match="line 1: has numbers where the columns are named"):
        read(folder, BITRODE.format(discharge="-1", charge="1").split("\n", 1)[1])


def test_thermocouples_are_averaged_where_there_are_several(folder):
    text = "time_s,current_a,voltage_v,temperature_t1_celsius,temperature_t2_celsius\n0,0,3.7,20,22\n1,0,3.7,21,25\n"
    assert read(folder, text).temperature.tolist() == [294.15, 296.15]


def test_thermocouples_of_another_instrument_join_a_record(folder):
    (folder / "made_up.lvm").write_text(
        "\t20.0\t22.0\t15.0\n\t23.0\t25.0\t15.0\n\t26.0\t28.0\t18.0\n", encoding="utf-8"
    )
    time, values = read_lvm(folder / "made_up.lvm", 3.0)
    assert time.tolist() == [0.0, 3.0, 6.0]
    record = CellRecord(np.array([0.0, 1.5, 3.0, 9.0]), np.zeros(4), np.full(4, 3.7))
    joined = with_temperatures(record, time, values[:, :2].mean(axis=1) + 273.15, values[:, 2] + 273.15)
    assert joined.temperature == pytest.approx([294.15, 295.65, 297.15, 300.15])
    assert joined.ambient == pytest.approx([288.15, 288.15, 288.15, 291.15])


@pytest.mark.parametrize("text", ["", "\t1.0\t2.0\n\t1.0\n", "\t1.0\tx\n", "\t1.0\tnan\n"])
def test_rows_of_thermocouples_that_are_no_numbers_are_refused(folder, text):
    (folder / "bad.lvm").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_lvm(folder / "bad.lvm", 3.0)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time [s],voltage [V]\n0,3\n1,3\n", "has no column of current, such as 'Current / A'"),
        ("time [s],current [A]\n0,3\n1,3\n", "has no column of voltage, such as 'Voltage / V'"),
        ("time [s],current [A],voltage [V]\n0,3,3\n0,3,3\n", "has one row of its own time; a record needs two"),
    ],
)
def test_what_a_record_lacks_is_told(folder, text, told):
    with pytest.raises(InputError, match=told):
        read(folder, text)
