"""Years of a small pack, as the example lives them: by its block, by its six FMUs, interrupted and resumed."""

import io
import signal
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import ten_years

from packfmu.cosim import results
from packfmu.report.run_record import read_run_record
from packfmu.usage import profile_rows

PACK = """
[pack]
series = 2
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
[variation]
seed = 4
capacity_cv = 0.02
resistance_cv = 0.05
soc_spread = 0.01
self_discharge_cv = 0.3
[thermal]
heat_capacity = 1000.0
[balancer]
converter = "flyback"
balanced_spread = 0.0
[bms]
current_offset = 0.1
start_spread = 0.001
stop_spread = 0.0
[aging]
parameters = "nissan_leaf_aging"
rate_cv = 0.05
resistance_rate_cv = 0.2
[schedule]
control = "1 s"
thermal = "5 s"
aging = "15 min"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("years")


@pytest.fixture(scope="module")
def pack(folder):
    path = folder / "pack.toml"
    path.write_text(PACK)
    return path


@pytest.fixture(scope="module", autouse=True)
def light_car():
    """The WLTC of a car for 4 cells instead of 192."""
    whole = profile_rows.pack_power
    profile_rows.pack_power = lambda *arguments: whole(*arguments) * 4 / 192
    yield
    profile_rows.pack_power = whole


def live(pack, output, *options):
    """Run a year; no violation of timescales is told, which would be a line of its own."""
    told = io.StringIO()
    with redirect_stdout(told):
        assert ten_years.main(["--pack", str(pack), "--output", str(output), "--years", "1", *options]) == 0
    assert "Aging.capacity_loss changed by" in told.getvalue()
    assert "\ntimescales" not in told.getvalue()
    return results.load(output / "pack_ten_years.nc")


@pytest.fixture(scope="module")
def block(pack, folder):
    return live(pack, folder / "block")


def test_a_year_wears_every_cell_and_balances_the_groups(block):
    assert block.sizes["cell"] == 4
    assert block.time[-1] == 365 * 86400.0
    assert np.all(np.diff(block.soh, axis=0) <= 0.0)
    assert np.all(np.diff(block.resistance_growth, axis=0) >= 0.0)
    assert 0.80 < float(block.soh_minimum[-1]) < 0.95
    spread = block.group_soc.max("group") - block.group_soc.min("group")
    assert spread[-1] < 0.5 * spread[0]
    assert spread[1:].max() < 0.01


def test_files_are_saved(block, folder):
    names = {path.name for path in (folder / "block").iterdir()}
    assert names == {"pack", "pack_ten_years", *(f"pack_ten_years.{end}" for end in ("nc", "csv", "png", "html"))}
    assert {path.name for path in (folder / "block" / "pack_ten_years").iterdir()} == {
        "aged_1y.toml", "aged_1y_cells.csv",
    }  # fmt: skip


def test_the_plan_from_switching_to_aging_is_explained(block):
    layers = [row[0] for row in read_run_record(block).plan[0][1:]]
    assert layers == ["switching", "electrical", "electrical", "control", "control", "thermal", "aging"]


def test_six_fmus_by_the_same_plan_give_the_same_bits(block, pack, folder):
    components = live(pack, folder / "components", "--components")
    for name in block.data_vars:
        assert np.array_equal(components[name], block[name]), name


def test_resumed_after_an_interruption_the_bits_are_the_same(block, pack, folder):
    """Ctrl-C in a process of its own, as a user presses it, once there is a checkpoint, after which it dawdles."""
    output = folder / "interrupted"
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background job ignores it
        f"sys.path.insert(0, {str(Path(ten_years.__file__).parent)!r}); import ten_years\n"
        "from packfmu.usage import profile_rows\n"
        "whole = profile_rows.pack_power; profile_rows.pack_power = lambda *a: whole(*a) * 4 / 192\n"
        "import packfmu.cosim.long.long_run as long_run; long_run.BETWEEN_CHECKPOINTS = 0.0\n"
        "import time; from packfmu.cosim.long.checkpoint import CheckpointFile; save = CheckpointFile.save\n"
        "def dawdle(self, content): save(self, content); time.sleep(0.3)\n"
        "CheckpointFile.save = dawdle\n"
        f"sys.exit(ten_years.main(['--pack', {str(pack)!r}, '--output', {str(output)!r}, '--years', '1']))"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    checkpoint = output / "pack_ten_years.checkpoint"
    while not checkpoint.exists() and running.poll() is None:
        time.sleep(0.01)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    told = running.communicate(timeout=120)
    assert running.returncode == 130, told
    assert "--resume goes on" in told[1]
    assert checkpoint.exists()
    attributes = results.load(output / "pack_ten_years.nc").attrs
    assert (attributes["complete"], attributes["reason"]) == (0, "interrupted")
    assert {path.suffix for path in output.glob("pack_ten_years.*")} >= {".csv", ".png", ".html"}
    resumed = live(pack, output, "--resume")
    for name in block.data_vars:
        assert np.array_equal(resumed[name], block[name]), name
    assert not checkpoint.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--years", "0"], "--years 0 must be at least 1"),
        (["--years", "ten"], "invalid int value: 'ten'"),
        (["--resume"], "pack_ten_years.checkpoint cannot be read: No such file or directory"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(options, message, pack, tmp_path, capsys):
    assert ten_years.main(["--pack", str(pack), "--output", str(tmp_path), *options]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert message in told[0]


def test_a_pack_that_does_not_age_is_refused(tmp_path, capsys):
    path = tmp_path / "pack.toml"
    path.write_text(PACK[: PACK.index("[aging]")])
    assert ten_years.main(["--pack", str(path), "--output", str(tmp_path)]) == 2
    assert "no [aging] table" in capsys.readouterr().err
