"""The newcomer's first run: it ends well, or it says in one line why not."""

import signal

import drive_cycle

from packfmu.cosim import results
from packfmu.cosim.recorder import Recorder
from packfmu.pack.file import load_pack


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
    names = {"leaf_pack", *(f"leaf_pack_wltc_class3b.{end}" for end in ("nc", "csv", "png", "html"))}
    assert {path.name for path in driven.iterdir()} == names  # and nothing among what build_fmus.py writes
    fmus = {path.stem for path in (driven / "leaf_pack" / "native").iterdir()}
    assert fmus == {"Cell", "PackNetwork", "Thermal", "Balancer"}


def test_cut_off_ends_the_drive_and_is_told(tmp_path, capsys):
    pack = tmp_path / "weak.toml"
    pack.write_text('[pack]\nseries = 4\nparallel = 1\n[cell]\nparameters = "nissan_leaf_2013"\n')
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 0
    assert "s, ended by PackNetwork.overcurrent" in capsys.readouterr().out
    recorded = results.load(tmp_path / "out" / "weak_wltc_class3b.nc")
    limit = load_pack(pack).cell.load().maximum_discharge_current
    assert -recorded.pack_current[-1] > limit
    assert (-recorded.pack_current[:-1] <= limit).all()


def test_pack_that_cannot_deliver_is_refused_in_one_line(tmp_path, capsys):
    pack = tmp_path / "small.toml"
    tables = ("[pack]", "series = 1", "parallel = 4", "[cell]", 'parameters = "nissan_leaf_2013"')
    pack.write_text("\n".join([*tables, "[busbar]", "contact_resistance = 0.1"]))  # some 42 W a cell
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    line = captured.err.rpartition("\r")[2]  # a slow machine draws, and clears, a progress bar first
    assert line.startswith("error: PackNetwork does not step from t = ")
    assert "maximum_discharge_power = " in line
    recorded = results.load(tmp_path / "out" / "small_wltc_class3b.nc")
    reason = line.removeprefix("error: ").rstrip("\n")
    assert (recorded.attrs["complete"], recorded.attrs["reason"]) == (0, reason)
    assert f"from t = {recorded.time[-1]:g} s " in line
    table = (tmp_path / "out" / "small_wltc_class3b.csv").read_text().splitlines()
    assert len(table) == 1 + recorded.sizes["time"]
    assert (tmp_path / "out" / "small_wltc_class3b.png").stat().st_size > 10_000


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
    recorded = results.load(tmp_path / "out" / "small_wltc_class3b.nc")
    assert (recorded.attrs["complete"], recorded.attrs["reason"]) == (0, "interrupted")
    assert recorded.time.values.tolist() == list(range(8))
    assert len((tmp_path / "out" / "small_wltc_class3b.csv").read_text().splitlines()) == 9
    assert (tmp_path / "out" / "small_wltc_class3b.png").exists()


def test_pack_detail_is_enough_for_the_summary(tmp_path, capsys):
    pack = tmp_path / "coarse.toml"
    pack.write_text(drive_cycle.LEAF_PACK.read_text().replace('detail = "cell"', 'detail = "pack"'))
    assert drive_cycle.main(["--pack", str(pack), "--output", str(tmp_path / "out")]) == 0
    assert "SOC spread of groups" in capsys.readouterr().out
    recorded = results.load(tmp_path / "out" / "coarse_wltc_class3b.nc")
    assert set(recorded.sizes) == {"time"}
