"""Results: what is recorded, where it appears, and that it is there whole or not at all."""

import csv
import os
from contextlib import nullcontext

import netCDF4
import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.variable import Causality, Count
from packfmu.cosim.recorder import ROWS, columns, recording
from packfmu.cosim.results import load, made_of, save_csv
from packfmu.coupling.system import System
from packfmu.pack.block import kernel_pack
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import ELECTRICAL, pack_system
from tests.coupling import toys
from tests.pack.made_up import made_up
from tests.pack.models import pack


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return made_up(tmp_path_factory.mktemp("results") / "run.nc")


def test_dimensions_are_time_group_and_cell(results):
    assert dict(results.sizes) == {"time": 300, "group": 3, "cell": 6}
    assert results.soc.dims == ("time", "cell")
    assert results.group_voltage.dims == results.balancing_current.dims == ("time", "group")
    assert results.pack_voltage.dims == ("time",)
    assert results.cell.values.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("arrangement", [(3, 1), (1, 1)])
def test_groups_of_one_cell_are_told_apart_from_cells(arrangement, tmp_path):
    results = made_up(tmp_path / "run.nc", *arrangement, rows=1)
    assert results.group_soc.dims == ("time", "group")
    assert results.temperature.dims == ("time", "cell")


def test_every_row_is_written(results):
    assert results.time.values.tolist() == [row / 2 for row in range(300)]
    np.testing.assert_array_equal(results.soc, np.arange(300.0)[:, None] + np.arange(6) / 100)
    assert results.active_groups.dtype == np.int32


def test_units_and_names_are_told(results):
    assert results.temperature.attrs == {
        "units": "K", "display_units": "degC", "long_name": "Temperature of each cell", "source": "Thermal.temperature",
    }  # fmt: skip
    assert results.time.attrs["units"] == "s"
    assert all("units" in values.attrs for values in results.variables.values())


def test_file_can_be_appended_to(tmp_path):
    made_up(tmp_path / "run.nc", rows=3)
    with netCDF4.Dataset(tmp_path / "run.nc", "a") as file:
        assert file.dimensions["time"].isunlimited()
        file["time"][3:5] = [1.5, 2.0]
        file["soc"][3:5] = np.full((2, 6), 0.5)
    results = load(tmp_path / "run.nc")
    assert results.time.values.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert results.soc[4].values.tolist() == [0.5] * 6


def test_arrays_of_other_systems_have_dimensions_of_their_own(tmp_path):
    system = System((toys.component("Fast", ELECTRICAL, toys.source()),), ())
    with recording(tmp_path / "run.nc", columns(system, {"flow": "Fast.flow"})) as recorder:
        recorder.append(0, [np.array([1.0, 2.0])])
    assert load(tmp_path / "run.nc").flow.dims == ("time", "flow_axis_1")


def test_arrays_of_unlike_extent_do_not_share_a_dimension(tmp_path):
    parts = (toys.component(name, ELECTRICAL, toys.source(Count(n, "wheel"))) for name, n in (("Car", 4), ("Bike", 2)))
    record = {"car": "Car.flow", "bike": "Bike.flow", "level": "Car.level"}
    with recording(tmp_path / "run.nc", columns(System(tuple(parts), ()), record)) as recorder:
        recorder.append(0, [np.zeros(4), np.zeros(2), np.zeros(4)])
    results = load(tmp_path / "run.nc")
    assert (results.car.dims, results.level.dims) == (("time", "wheel"),) * 2
    assert results.bike.dims == ("time", "bike_axis_1")
    assert results.wheel.attrs["long_name"] == "number of the wheel"


def test_all_arrays_of_a_pack_know_what_they_count():
    """But those over horizons."""
    table = {"pack": {"series": 3, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}, "bms": {},
             "balancer": {"converter": "flyback"}, "aging": {"parameters": "graphite_film_aging"}}  # fmt: skip
    ports = [
        port
        for component in kernel_pack(parts(Pack.model_validate(table))).components
        for port in component.ports.values()
        if port.causality is Causality.OUTPUT and port.shape
    ]
    assert {port.count for port in ports if port.dimension == "cell"} == {6}
    assert {port.count for port in ports if port.dimension == "group"} == {3}
    assert {port.name: port.dimension for port in ports if port.dimension not in ("", "cell", "group")} == {
        "measured_temperature": "sensor", "link_current": "link",
    }  # fmt: skip
    powers = ("charge_current", "discharge_current", "charge_power", "discharge_power")
    assert tuple(port.name for port in ports if not port.dimension) == powers


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"soc": "Cell.sock"}, "Cell has no variable 'sock'"),
        ({"capacity": "Cell.capacity"}, "Cell.capacity is parameter; outputs are recorded"),
        ({"a.b": "Cell.soc"}, "result name 'a.b' is not an identifier"),
        ({"time": "Cell.soc"}, "result name 'time' is not an identifier other than time, cell, group"),
    ],
)
def test_what_cannot_be_recorded_is_named(record, message):
    with pytest.raises(InputError, match=message):
        columns(pack_system(pack()), record)


@pytest.fixture
def small_disk(request):
    """No file grows beyond so many bytes, 64 kB by itself, as on a disk that is full."""
    resource = pytest.importorskip("resource", reason="Windows has no limit of file sizes")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (getattr(request, "param", 2**16), limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("small_disk")
def test_file_that_cannot_be_written_at_all_is_named_and_removed(tmp_path):
    with pytest.raises(InputError) as error:
        made_up(tmp_path / "run.nc")
    assert str(error.value) == f"output {tmp_path / 'run.nc'} cannot be written: NetCDF: HDF error; is the disk full?"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("small_disk", [400_000], indirect=True)
def test_rows_that_were_written_before_the_disk_was_full_are_kept(small_disk, tmp_path):
    with pytest.raises(InputError, match=r"is the disk full\?") as error:
        made_up(tmp_path / "run.nc", rows=3000)
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]
    results = load(tmp_path / "run.nc")
    assert results.attrs == {"complete": 0, "reason": str(error.value)}
    assert results.time.values.tolist() == [row / 2 for row in range(2 * ROWS)]
    np.testing.assert_array_equal(results.soc, np.arange(2.0 * ROWS)[:, None] + np.arange(6) / 100)


def flowing(path, rows, error=None):
    """Record so many rows, and then end by an error."""
    system = System((toys.component("Fast", ELECTRICAL, toys.source()),), ())
    with recording(path, columns(system, {"flow": "Fast.flow"})) as recorder:
        for row in range(rows):
            recorder.append(row * 10**9, [np.array([1.0, 2.0])])
        if error is not None:
            raise error


def test_complete_results_say_so(tmp_path):
    flowing(tmp_path / "run.nc", 3)
    assert load(tmp_path / "run.nc").attrs == {"complete": 1}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (InputError("Cell refuses the step"), "Cell refuses the step"),
        (KeyboardInterrupt(), "interrupted"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
)
def test_rows_until_an_error_are_kept_with_its_reason(tmp_path, error, reason):
    with pytest.raises(type(error)):
        flowing(tmp_path / "run.nc", ROWS + 3, error)
    results = load(tmp_path / "run.nc")
    assert results.attrs == {"complete": 0, "reason": reason}
    assert results.time.values.tolist() == [float(row) for row in range(ROWS + 3)]


def test_without_a_row_the_former_results_stay(tmp_path):
    flowing(tmp_path / "run.nc", 3)
    with pytest.raises(InputError):
        flowing(tmp_path / "run.nc", 0, InputError("the plan mixes timescales"))
    assert load(tmp_path / "run.nc").attrs == {"complete": 1}


@pytest.mark.parametrize("error", [None, KeyboardInterrupt()])
def test_tables_are_made_of_what_there_is(tmp_path, error):
    made = []
    raised = nullcontext() if error is None else pytest.raises(KeyboardInterrupt)
    with raised, made_of(tmp_path / "run.nc", made.append):
        flowing(tmp_path / "run.nc", 5, error)
    assert [results.sizes["time"] for results in made] == [5]


def test_a_table_that_cannot_be_made_hides_neither_the_end_of_the_run_nor_other_tables(tmp_path):
    made = []

    def refused(results):
        raise InputError("the table cannot be written")

    with pytest.raises(KeyboardInterrupt) as ended, made_of(tmp_path / "run.nc", refused, made.append):
        flowing(tmp_path / "run.nc", 5, KeyboardInterrupt())
    assert ended.value.__notes__ == ["the table cannot be written"]
    assert len(made) == 1
    refusal = pytest.raises(InputError, match="the table cannot be written")
    with refusal, made_of(tmp_path / "whole.nc", refused, made.append):
        flowing(tmp_path / "whole.nc", 5)
    assert len(made) == 2


def test_no_table_is_made_of_former_results(tmp_path):
    flowing(tmp_path / "run.nc", 3)
    made = []
    with pytest.raises(InputError), made_of(tmp_path / "run.nc", made.append):
        flowing(tmp_path / "run.nc", 0, InputError("refused"))
    assert made == []


def test_results_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "broken.nc").write_text("no netCDF")
    for name in ("missing.nc", "broken.nc"):
        with pytest.raises(InputError, match=f"results .*{name} cannot be read"):
            load(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_results_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "run.nc")
    with pytest.raises(InputError, match="cannot be read: it is a pipe, a socket or a device, not a file"):
        load(tmp_path / "run.nc")


def test_csv_holds_the_pack_level_with_units(results, tmp_path):
    save_csv(results, tmp_path / "new" / "run.csv")
    with (tmp_path / "new" / "run.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    scalars = [name for name, values in results.data_vars.items() if values.dims == ("time",)]
    assert [name.split(" ")[0] for name in rows[0]] == ["time", *scalars]
    assert rows[0][:3] == ["time [s]", "pack_voltage [V]", "pack_current [A]"]
    assert len(rows) == 301
    assert [float(row[0]) for row in rows[1:]] == results.time.values.tolist()
    assert rows[3][1] == "2"


def test_a_flipped_bit_among_the_values_is_refused(results, tmp_path):
    made_up(tmp_path / "run.nc")
    content = (tmp_path / "run.nc").read_bytes()
    values = results.soc.values[:100].tobytes()  # of one chunk
    begin = content.index(values)
    for place in range(begin, begin + len(values), 97):
        (tmp_path / "flipped.nc").write_bytes(
            content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
        )
        with pytest.raises(InputError, match=r"results .*flipped\.nc cannot be read: "):
            load(tmp_path / "flipped.nc")
