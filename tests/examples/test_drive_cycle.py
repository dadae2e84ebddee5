"""The newcomer's first run: it ends well, or it says in one line why not."""

import signal

import drive_cycle
import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim import results
from packfmu.cosim.recorder import Recorder
from packfmu.pack.file import load_pack

TIME = np.arange(7.0)
POWER = np.array([100.0, -300.0, 50.0, 0.0, 700.0, -20.0])


@pytest.mark.parametrize("period", [250_000_000, 10**9, 2 * 10**9, 3 * 10**9])
def test_energy_is_conserved_whatever_the_period(period):
    rows = drive_cycle.per_period(TIME, POWER, period)
    assert rows.size * period == 6 * 10**9
    assert rows.sum() * period * 1e-9 == pytest.approx(POWER.sum(), rel=1e-12)


def test_the_traces_own_period_changes_nothing():
    assert drive_cycle.per_period(TIME, POWER, 10**9) == pytest.approx(POWER, rel=1e-13)


def test_period_that_does_not_divide_the_cycle_is_refused():
    with pytest.raises(InputError, match=r"electrical = 4 s does not divide the 6 s of the drive cycle"):
        drive_cycle.per_period(TIME, POWER, 4 * 10**9)


def test_leaf_drives_the_wltc(drive):
    assert drive.sizes == {"time": 1801, "group": 96, "cell": 192}
    assert drive.time[-1] == 1800.0
    assert (drive.voltage > 2.5).all()
    assert (drive.voltage < 4.2).all()  # the limit of regeneration was chosen so
    assert drive.soc.mean("cell")[-1] < drive.soc.mean("cell")[0]


def test_balancer_narrows_what_it_can(drive):
    charge = drive.balancing_current.sum("time")
    lowest = drive.group_voltage.isel(time=-1).argmin("group")
    assert charge[lowest] == 0.0
    assert (drive.balancing_current <= 0.0).all()
    assert drive.active_groups.max() > 0


def test_files_are_saved(driven):
    names = {"drive_cycle.nc", "drive_cycle.csv", "drive_cycle.png", "drive_cycle"}
    assert {path.name for path in driven.iterdir()} == names  # and nothing among what build_fmus.py writes
    fmus = {path.stem for path in (driven / "drive_cycle" / "native").iterdir()}
    assert fmus == {"Cell", "PackNetwork", "Thermal", "Balancer"}


def test_cut_off_ends_the_drive_and_is_told(tmp_path, capsys):
    pack = tmp_path / "weak.toml"
    pack.write_text('[pack]\nseries = 4\nparallel = 1\n[cell]\nparameters = "nissan_leaf_2013"\n')
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 0
    assert "ended by PackNetwork.overcurrent" in capsys.readouterr().out.splitlines()[0]
    recorded = results.load(tmp_path / "out" / "drive_cycle.nc")
    limit = load_pack(pack).cell.load().maximum_discharge_current
    assert -recorded.pack_current[-1] > limit
    assert (-recorded.pack_current[:-1] <= limit).all()


def test_pack_that_cannot_deliver_is_refused_in_one_line(tmp_path, capsys):
    pack = tmp_path / "small.toml"
    tables = ("[pack]", "series = 1", "parallel = 1", "[cell]", 'parameters = "nissan_leaf_2013"')
    pack.write_text("\n".join([*tables, "[busbar]", "contact_resistance = 0.1"]))  # some 42 W
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    line = captured.err.rpartition("\r")[2]  # a slow machine draws, and clears, a progress bar first
    assert line.startswith("error: PackNetwork does not step from t = ")
    assert "maximum_discharge_power = " in line
    recorded = results.load(tmp_path / "out" / "drive_cycle.nc")
    assert recorded.attrs == {"complete": 0, "reason": line.removeprefix("error: ").rstrip("\n")}
    assert f"from t = {recorded.time[-1]:g} s " in line
    table = (tmp_path / "out" / "drive_cycle.csv").read_text().splitlines()
    assert len(table) == 1 + recorded.sizes["time"]
    assert (tmp_path / "out" / "drive_cycle.png").stat().st_size > 10_000


def test_interrupt_keeps_what_was_driven(tmp_path, capsys, monkeypatch, interruptible):
    pack = tmp_path / "small.toml"
    pack.write_text('[pack]\nseries = 4\nparallel = 1\n[cell]\nparameters = "nissan_leaf_2013"\n')
    append = Recorder.append

    def append_until(recorder, time, values):
        append(recorder, time, values)
        if time == 7 * 10**9:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Recorder, "append", append_until)
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 130
    recorded = results.load(tmp_path / "out" / "drive_cycle.nc")
    assert recorded.attrs == {"complete": 0, "reason": "interrupted"}
    assert recorded.time.values.tolist() == list(range(8))
    assert len((tmp_path / "out" / "drive_cycle.csv").read_text().splitlines()) == 9
    assert (tmp_path / "out" / "drive_cycle.png").exists()


def test_pack_detail_is_enough_for_the_summary(tmp_path, capsys):
    pack = tmp_path / "coarse.toml"
    pack.write_text(drive_cycle.LEAF_PACK.read_text().replace('detail = "cell"', 'detail = "pack"'))
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 0
    assert "SOC spread of groups" in capsys.readouterr().out
    recorded = results.load(tmp_path / "out" / "drive_cycle.nc")
    assert set(recorded.sizes) == {"time"}
