"""Runs through the facade: what is built and when, what is saved, and what the results tell of their run."""

import hashlib
import json
import os

import numpy as np
import pytest

import packfmu
from packfmu.core.errors import InputError
from packfmu.front import building
from packfmu.report.run_record import read_run_record

PACK = """
[pack]
series = 3
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
[variation]
capacity_cv = 0.05
seed = 7
"""
PROFILE = """time [s],current [A]
0,-20
7.5,-40
7.5,-30
31.2,10
60,0
"""
CHARGE = -20.0 * 7.5 - 30.0 * 23.7 + 10.0 * 28.8
"""Of the profile [C]: the second of two rows of one time holds."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    (folder / "small.toml").write_text(PACK)
    (folder / "commute.csv").write_text(PROFILE)
    return folder


@pytest.fixture(scope="module")
def result(folder):
    return packfmu.run(packfmu.load(folder / "small.toml"), folder / "commute.csv", folder / "out")


def test_saves_results_table_figure_and_report(result, folder):
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {"small", *(f"small_commute.{end}" for end in ("nc", "csv", "png", "html"))}
    assert result.data.attrs["complete"] == 1
    assert "<h1>small: run of a profile</h1>" in result.files.page.read_text(encoding="utf-8")


def test_charge_of_the_profile_is_that_of_the_pack(result):
    balances = read_run_record(result.data).balances
    network = next(row for row in balances if row.name == "network to cells, charge")
    assert network.left == pytest.approx(3 * CHARGE, rel=1e-12)


def test_results_tell_what_they_were_made_of(result, folder):
    record = read_run_record(result.data)
    assert (record.pack_name, record.pack_text, record.seed) == ("small", PACK, 7)
    assert record.hashes["profile"] == hashlib.sha256(PROFILE.encode()).hexdigest()
    assert record.hashes["pack"] == hashlib.sha256(PACK.encode()).hexdigest()
    fmu = (folder / "out" / "small" / "native" / "Cell.fmu").read_bytes()
    assert record.hashes["Cell.fmu"] == hashlib.sha256(fmu).hexdigest()
    assert record.versions["packfmu"] == packfmu.__version__
    assert any("line 4" in notice for notice in record.notices)
    assert record.plan[0][0][:3] == ("layer", "period", "component")
    assert any(line.startswith("energy from the pack") for line in record.summary)


def test_outputs_and_parameters_are_taken_besides(result, folder):
    pack, values = packfmu.load(folder / "small.toml"), {"Thermal.ambient_temperature": 310.0}
    record = {"load": "Inputs.PackNetwork.pack_current", "loss": "PackNetwork.busbar_loss"}
    warm = packfmu.run(pack, folder / "commute.csv", folder / "warm", record=record, values=values)
    data = warm.data
    assert np.array_equal(data["load"].values[1:], data["asked_current"].values[1:])
    assert data["temperature_mean"][-1] > result.data["temperature_mean"][-1]
    told = read_run_record(data)
    assert told.notices[-1] == "Thermal.ambient_temperature is set to 310"
    assert told.totals["PackNetwork.busbar_loss"] == pytest.approx(float(data["loss"].sum()), rel=1e-12)


def test_same_pack_is_not_built_again(result, folder, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    monkeypatch.setattr(building, "build_parts", refuse)
    again = packfmu.run(packfmu.load(folder / "small.toml"), folder / "commute.csv", folder / "out")
    for name, values in result.data.items():
        np.testing.assert_array_equal(again.data[name], values)


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("0.05", "0.06"), lambda text: f'{text}[outputs]\ndetail = "pack"\n']
)
def test_another_pack_of_the_name_is_built_anew(change, result, folder, tmp_path):
    fmu = folder / "out" / "small" / "native" / "Cell.fmu"
    (tmp_path / "small.toml").write_text(change(PACK))
    before = hashlib.sha256(fmu.read_bytes()).hexdigest()
    packfmu.run(packfmu.load(tmp_path / "small.toml"), folder / "commute.csv", folder / "out")
    assert hashlib.sha256(fmu.read_bytes()).hexdigest() != before
    packfmu.run(packfmu.load(folder / "small.toml"), folder / "commute.csv", folder / "out")
    assert hashlib.sha256(fmu.read_bytes()).hexdigest() == before


def test_damaged_fmu_is_built_anew(result, folder):
    fmu = folder / "out" / "small" / "native" / "Balancer.fmu"
    content = fmu.read_bytes()
    fmu.write_bytes(content[: len(content) // 2])
    packfmu.run(packfmu.load(folder / "small.toml"), folder / "commute.csv", folder / "out")
    assert fmu.read_bytes() == content


def test_what_ends_the_run_is_told(folder, tmp_path):
    """20 A a cell for longer than its charge lasts."""
    (tmp_path / "long.csv").write_text("time [h],discharge current [A]\n0,40\n2,0\n")
    result = packfmu.run(packfmu.load(folder / "small.toml"), tmp_path / "long.csv", tmp_path)
    assert read_run_record(result.data).stopped_by == ("PackNetwork.undervoltage",)
    assert " s of 7200 s, ended by PackNetwork.undervoltage" in result.summary
    assert "the profile asks for 0 Ah into the pack and 80 Ah out of it" in result.summary


def test_a_run_that_fails_keeps_its_provenance(folder, tmp_path, monkeypatch):
    from packfmu.front import running

    def fails(*_, **__):
        raise InputError("no summary")

    monkeypatch.setattr(running, "ended", fails)
    with pytest.raises(InputError, match="no summary"):
        packfmu.run(packfmu.load(folder / "small.toml"), folder / "commute.csv", folder / "out")
    from packfmu.cosim.results import load

    results = load(folder / "out" / "small_commute.nc")
    assert (results.attrs["complete"], results.attrs["reason"]) == (0, "no summary")
    assert json.loads(results.attrs["run_record"])["seed"] == 7
    assert "no summary" in (folder / "out" / "small_commute.html").read_text(encoding="utf-8")


def test_a_profile_that_is_not_there_is_named(folder, tmp_path):
    pack = packfmu.load(folder / "small.toml")
    with pytest.raises(InputError, match="there is neither such a file nor such a cycle; cycles are wltc_class3b"):
        packfmu.run(pack, "wltc", tmp_path)
    assert os.listdir(tmp_path) == []
