"""A stranger's first quarter of an hour, by commands alone."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from packfmu.cosim.results import load
from packfmu.front.command import main
from packfmu.report.run_record import read_run_record
from tests.front.stranger import CELL, commands, profile_text

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells" / "my_cell.toml").write_text(CELL)
    (tmp_path / "commute.csv").write_text(profile_text())
    return tmp_path


def check_results(folder):
    results = load(folder / "dist" / "my_pack_commute.nc")
    record = read_run_record(results)
    assert results.attrs["complete"] == 1
    assert results.sizes["cell"] == 32
    assert {"pack", "cell", "profile", "Cell.fmu"} <= set(record.hashes)
    assert any("repeats the time of the row before, first in line 903" in notice for notice in record.notices)
    assert 16 * 2.5 < float(results.pack_voltage.min()) < float(results.pack_voltage.max()) < 16 * 3.65
    page = (folder / "dist" / "my_pack_commute.html").read_text(encoding="utf-8")
    assert "LFP" in page or "my_cell" in page


def test_commands_lead_to_a_report(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    for words in commands():
        assert main(words) == 0, capsys.readouterr().err
    told = capsys.readouterr().out
    assert "16 groups of 2 cells" in told
    assert "energy from the pack" in told
    check_results(folder)


@pytest.mark.campaign
def test_commands_of_an_installed_package_lead_to_a_report(folder, capsys):
    """With ``pip install .`` in an empty environment, with cold caches; how long it took is told."""
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    programs = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", ROOT], check=True, cwd=folder)
    begin = time.perf_counter()
    for words in commands():
        done = subprocess.run(
            [programs / "packfmu", *words], cwd=folder, env={"XDG_CACHE_HOME": str(folder / "cache")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), words
    took = time.perf_counter() - begin
    check_results(folder)
    with capsys.disabled():
        print(f"\nfrom `packfmu new` to the report in {took:.0f} s, cold caches")
    assert took < 180.0  # what a trial wanted
