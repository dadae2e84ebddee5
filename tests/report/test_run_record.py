"""What a results file tells of its run."""

import math

import netCDF4
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from packfmu.core.errors import InputError
from packfmu.coupling.holding import HeldChange
from packfmu.pack.balances import Balance
from packfmu.report.run_record import RunKind, RunLimits, RunRecord, RunStep, read_run_record

FULL = RunRecord(
    kind=RunKind.STEPS,
    pack_name="leaf",
    pack_text="[pack]\nseries = 96\n",
    series=96,
    parallel=2,
    limits=RunLimits(maximum_cell_voltage=4.2),
    hashes={"pack": "0" * 64},
    balances=(Balance("cells, charge", "C", 1.0, 1.0 + 1e-16, 2.0),),
    plan=((("layer", "period"), ("electrical", "1 s")),),
    held=(HeldChange("Cell.soc", 1e-4, 1e-2, "1", 10**9, 2 * 10**9, None),),
    real_time_factor=math.inf,
    steps=(RunStep(name="Rest for 1 h", start=0.0, end=3600.0, ended_by="time"),),
)


def test_a_record_survives_the_file(tmp_path):
    with netCDF4.Dataset(tmp_path / "run.nc", "w") as file:
        file.setncattr_string("run_record", FULL.to_json())
    read = read_run_record(xr.load_dataset(tmp_path / "run.nc"))
    assert read == FULL
    assert read.held[0].time == 2 * 10**9
    assert read.to_json() == FULL.to_json()


@given(st.integers(0, 5), st.integers(0, 3))
def test_any_text_survives(name, size):
    text = ["", "<script>", '"\\', "\x00\n", "degC ° Ω", "\U0001f50b"][name] * 10**size
    assert read_run_record(xr.Dataset(attrs={"run_record": RunRecord(pack_text=text).to_json()})).pack_text == text


def test_an_older_file_has_the_defaults_and_a_newer_one_is_read():
    assert read_run_record(xr.Dataset()) == RunRecord()
    newer = xr.Dataset(attrs={"run_record": '{"pack_name": "mine", "colour": "blue"}'})
    assert read_run_record(newer) == RunRecord(pack_name="mine")


def test_a_damaged_record_is_refused_by_its_key():
    for text, place in (("{", "run_record: Invalid JSON"), ('{"series": "many"}', "run_record, series: Input should")):
        with pytest.raises(InputError, match=place) as refused:
            read_run_record(xr.Dataset(attrs={"run_record": text}))
        assert "\n" not in str(refused.value)


def test_a_record_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        FULL.pack_name = "other"
