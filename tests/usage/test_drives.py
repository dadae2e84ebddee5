"""The drives of an experiment: what is read of them, told of them, and refused by the step that drives them."""

from pathlib import Path

import pytest

from packfmu.core.errors import InputError
from packfmu.pack.file import load_pack
from packfmu.usage.drives import read_drives
from packfmu.usage.experiment_file import expand
from packfmu.usage.longitudinal_vehicle import NISSAN_LEAF
from packfmu.usage.profile import CYCLES

LEAF = load_pack(Path(__file__).parents[2] / "examples" / "leaf_pack.toml")


def drives_of(steps, folder, vehicle=None):
    day = folder / "day.toml"
    return read_drives(expand(steps, f"{day}: steps"), day, LEAF, vehicle)


def test_files_are_read_once_and_their_notices_told_by_name(tmp_path):
    (tmp_path / "hill.csv").write_text("time [s],current [A],note\n0,-5,x\n2.5,-3,x\n", encoding="utf-8")
    drives = drives_of(["Drive hill.csv", "Rest for 1 h", "Drive hill.csv", "Drive wltc_class3b"], tmp_path)
    assert drives.paths == {"hill.csv": tmp_path / "hill.csv", "wltc_class3b": CYCLES["wltc_class3b"]}
    duration, rows = drives.driven("hill.csv")
    assert (duration, rows["PackNetwork.pack_current"].tolist()) == (3 * 10**9, [-5.0, -5.0, -2.5])
    assert [notice.partition(":")[0] for notice in drives.notices] == ["hill.csv"] * 4 + ["wltc_class3b"]
    assert drives.notices[0] == "hill.csv: columns passed over: 'note'"
    assert drives.notices[3].endswith("the profile ends within a period of 1 s: its last 0.5 s have no load")


def test_a_missing_file_is_told_with_its_step(tmp_path):
    with pytest.raises(InputError) as error:
        drives_of(["Rest for 1 h", ["Drive no.csv"]], tmp_path)
    assert str(error.value) == (
        f"{tmp_path / 'day.toml'}: steps[2][1] 'Drive no.csv': {tmp_path / 'no.csv'}: cannot be read: "
        "No such file or directory"
    )


def test_a_vehicle_that_drives_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"day.toml: a vehicle is for drives of speed, and no step drives one; leave"):
        drives_of(["Rest for 1 h"], tmp_path, NISSAN_LEAF)
    assert drives_of(["Drive wltc_class3b"], tmp_path, NISSAN_LEAF).paths
