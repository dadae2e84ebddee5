"""Experiments in steps through the facade."""

import pytest

import packfmu
from packfmu.front.command import main
from packfmu.report.run_record import RunKind, read_run_record

PACK = """
[pack]
series = 3
parallel = 2
[cell]
parameters = "nissan_leaf_2013"
initial_soc = 0.6
"""
EXPERIMENT = """
ambient = "15 oC"
steps = [
    "Drive hill.csv",
    "Rest for 1 min",
    "Charge at 1C until 4.0 V",
    "Hold at 4.0 V for 5 min or until C/2",
    "Discharge at 1 kW for 2 min or until 3.2 V",
    "Rest for 1 min",
    "Charge at C/10 until 3.5 V",
]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    (folder / "small.toml").write_text(PACK)
    (folder / "week.toml").write_text(EXPERIMENT)
    (folder / "hill.csv").write_text("time [s],discharge power [W]\n0,500\n30,-200\n60,0\n")
    return folder


@pytest.fixture(scope="module")
def result(folder):
    return packfmu.run(packfmu.load(folder / "small.toml"), folder / "week.toml", folder / "out")


def test_each_step_is_told_with_what_ended_it(result):
    record = read_run_record(result.data)
    assert record.kind is RunKind.STEPS
    assert [step.name.split(": ")[1].split()[0] for step in record.steps] == [
        "Drive", "Rest", "Charge", "Hold", "Discharge", "Rest", "Charge",
    ]  # fmt: skip
    assert record.steps[0].end == 60.0
    assert "Cell.voltage_maximum" in record.steps[2].ended_by
    assert [step.start for step in record.steps[1:]] == [step.end for step in record.steps[:-1]]
    assert {"pack", "experiment", "hill.csv"} <= set(record.hashes)


def test_results_have_the_number_of_the_step(result):
    assert sorted(set(result.data.step.values.tolist())) == [1, 2, 3, 4, 5, 6, 7]
    assert float(result.data.temperature_minimum[-1]) < 298.15


def test_notices_of_drives_and_of_a_level_that_held_before_its_step_are_told(result):
    told = (
        "hill.csv: the profile asks for 1.667 Wh into the pack and 4.167 Wh out of it",
        "step 7: Charge at C/10 until 3.5 V: Cell.voltage_maximum >= 3.5 held at its start, so it took one period; "
        "is 'V pack' meant?",
    )
    assert read_run_record(result.data).notices == told
    assert tuple(result.summary.splitlines()[:2]) == told


def test_voltage_is_held(result):
    data = result.data
    held = data.pack_voltage.values[data.step.values == 4]
    assert held[1:] == pytest.approx(12.0, abs=2e-3)  # the voltage half a step ahead is held


def test_a_step_that_cannot_be_read_is_one_line(folder, capsys):
    (folder / "wrong.toml").write_text('steps = ["Charge at 1C untill 4.0 V"]\n')
    assert main(["run", str(folder / "small.toml"), str(folder / "wrong.toml"), "--output", str(folder / "out")]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {folder / 'wrong.toml'}: steps[1]: ")
    assert told.count("\n") == 1
