"""Years through the facade: results that tell of their run, and the pack of each year as a pack file."""

import numpy as np
import pytest

import packfmu
from packfmu.core.errors import InputError
from packfmu.front.command import main
from packfmu.front.years import run_years_file
from packfmu.report.run_record import RunKind, read_run_record

PACK = """
[pack]
series = 2
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
[variation]
seed = 4
capacity_cv = 0.02
[aging]
parameters = "nissan_leaf_aging"
[schedule]
control = "1 s"
thermal = "5 s"
aging = "15 min"
"""
YEARS = """
begin = 2013-01-01T07:00:00
balancing = false
steps = ["Drive ride.csv", "Charge at C/6 up to 4.15 V for 8 h", "Rest until 07:00"]
[seasons.all]
days = 5
ambient = "20 oC"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("years")
    (folder / "small.toml").write_text(PACK)
    (folder / "life.toml").write_text(YEARS)
    (folder / "ride.csv").write_text("time [s],current [A]\n0,-20\n1800,0\n")
    return folder


@pytest.fixture(scope="module")
def result(folder):
    return packfmu.run(packfmu.load(folder / "small.toml"), folder / "life.toml", folder / "out", years=2)


def test_results_tell_of_their_run(result):
    record = read_run_record(result.data)
    assert (record.kind, record.profile, record.begin) == (RunKind.YEARS, "life", "2013-01-01T07:00:00")
    assert record.notices == ("ride.csv: the profile asks for 0 Ah into the pack and 10 Ah out of it",)
    assert result.summary.splitlines()[0] == record.notices[0]
    assert {"pack", "experiment", "ride.csv", "Pack.fmu", "Aging.fmu"} <= set(record.hashes)
    assert record.plan[0][0][0] == "layer"
    assert result.data.attrs["complete"] == 1
    assert "time                    0.03 years (10 d)" in result.summary


def test_the_pack_of_each_year_is_a_pack_file(result, folder):
    aged = folder / "out" / "small_life"
    assert sorted(path.name for path in aged.iterdir()) == [
        "aged_1y.toml", "aged_1y_cells.csv", "aged_2y.toml", "aged_2y_cells.csv",
    ]  # fmt: skip
    result_of_aged = packfmu.run(packfmu.load(aged / "aged_2y.toml"), folder / "life.toml", folder / "out", years=1)
    before, after = result.data.soh.values[-1], result_of_aged.data.soh.values
    np.testing.assert_allclose(after[0], before, rtol=1e-12)
    assert (after[-1] < before).all()
    assert "cells" in read_run_record(result_of_aged.data).hashes


def test_the_summary_tells_where_the_packs_are(result):
    assert result.summary.splitlines()[-1].endswith("small_life/aged_2y.toml")


def test_a_pack_that_does_not_age_is_refused(folder, tmp_path, capsys):
    (tmp_path / "new.toml").write_text(PACK.partition("[aging]")[0])
    assert main(["run", str(tmp_path / "new.toml"), str(folder / "life.toml"), "--output", str(tmp_path)]) == 2
    assert "has no [aging] table; without one the cells do not age" in capsys.readouterr().err


def test_years_are_whole_and_positive(folder):
    with pytest.raises(InputError, match="--years 0 must be at least 1"):
        packfmu.run(packfmu.load(folder / "small.toml"), folder / "life.toml", folder / "none", years=0)
    assert callable(run_years_file)
