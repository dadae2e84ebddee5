"""The example that couples a car with Pack.fmu: it ends, and tells why."""

import csv

import numpy as np
import pytest
import vehicle
from vehicle_fmu import Vehicle

SMALL = """
[pack]
series = 4
parallel = 1
[cell]
parameters = "nissan_leaf_2013"
initial_soc = {soc}
[busbar]
contact_resistance = {contact}
[outputs]
detail = "pack"
[schedule]
electrical = "{electrical}"
"""


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return tmp_path_factory.mktemp("vehicle")


@pytest.fixture
def start(output, capsys):
    """Run the example with a small pack; return its exit code, and what it printed on stdout and stderr."""

    def run(soc=0.9, contact=50e-6, electrical="1 s"):
        (output / "pack.toml").write_text(SMALL.format(soc=soc, contact=contact, electrical=electrical))
        code = vehicle.main(["--pack", str(output / "pack.toml"), "--output", str(output / "out")])
        captured = capsys.readouterr()
        return code, captured.out, captured.err.rpartition("\r")[2]  # a slow machine draws a progress bar first

    return run


def table(output):
    with (output / "out" / "vehicle.csv").open() as file:
        rows = list(csv.reader(file))
    return {name: np.array(column, float) for name, *column in zip(*rows, strict=True)}


def test_pack_that_is_too_weak_trips(start, output):
    code, told, _ = start()
    assert code == 0
    lines = dict(line.split("  ", 1) for line in told.splitlines() if "  " in line)
    assert lines["ended by"].strip().startswith("overcurrent, cells at 3.")
    recorded = table(output)
    assert set(recorded) == {"time", *vehicle.OF_CAR, *vehicle.OF_PACK}
    assert recorded["pack_current_actual"].min() < -156.25  # of the cell's parameters
    assert recorded["speed"][-1] == 0.0
    assert recorded["pack_power"][-1] == 0.0  # the contactors are open
    assert lines["range"].strip().startswith(f"{recorded['distance'][-1] / 1000.0:.2f} km in 0 h 0 min ")
    files = ["vehicle.csv", "vehicle.png", "vehicle/Vehicle.fmu", "vehicle/native/Pack.fmu"]
    assert told.splitlines()[-1] == f"saved in {output / 'out'}: {', '.join(files)}"
    assert sorted(str(p.relative_to(output / "out")) for p in (output / "out").rglob("*") if p.is_file()) == files


def test_both_fmus_agree_on_the_energy(start, output):
    start()
    recorded = table(output)
    # the pack finds the current of a power by a square root
    assert recorded["pack_energy"] == pytest.approx(recorded["pack_power"] * vehicle.STEP, rel=1e-9)
    current = recorded["pack_energy"][1:] / recorded["pack_voltage"][1:]
    assert recorded["pack_current_actual"][1:] == pytest.approx(current, rel=1e-2)  # the voltage moves in a second


def test_fmu_is_the_slave(start, output):
    start()
    recorded = table(output)
    moving = recorded["time"] <= 15.0  # before anything limits
    alone = Vehicle(instance_name="car")
    alone.available_power = 1e6
    alone.exit_initialization_mode()
    for row in np.flatnonzero(moving)[1:]:
        alone.target_speed = float(recorded["target_speed"][row])
        assert alone.do_step(row - 1.0, 1.0)
        for name in ("speed", "distance", "wheel_power", "pack_power"):
            expected = pytest.approx(recorded[name][row], rel=1e-14, abs=1e-14)
            assert getattr(alone, name) == expected


def test_car_that_cannot_follow_gives_up_after_four_seconds(start, output):
    code, told, _ = start(contact=0.02)  # some 0.8 kW at most
    assert code == 0
    assert "a car that cannot follow, limited by the power of the pack" in told
    recorded = table(output)
    assert (-recorded["pack_power"][1:] <= 0.95 * recorded["maximum_discharge_power"][:-1] * (1.0 + 1e-9)).all()
    trace = vehicle.SPEED
    lowest = np.minimum(np.minimum(trace[:-2], trace[1:-1]), trace[2:])[: len(recorded["time"])] - vehicle.TOLERANCE
    behind = recorded["speed"][1:] < lowest[: len(recorded["speed"]) - 1]
    braking = np.flatnonzero(np.diff(recorded["target_speed"]) < 0.0)[0]
    assert behind[braking - vehicle.SECONDS_BEHIND : braking].all()
    assert not behind[: braking - vehicle.SECONDS_BEHIND].any()


@pytest.mark.parametrize(("soc", "ended_by"), [(0.0, "an empty pack"), (0.01, "undervoltage")])
def test_empty_pack_ends_the_drive(start, soc, ended_by):
    """At rest an empty cell is at its lower limit, not below; under load one that is nearly empty is."""
    code, told, _ = start(soc=soc)
    assert code == 0
    assert f"ended by                {ended_by}" in told


@pytest.mark.parametrize("electrical", ["2 s", "0.4 s"])
def test_period_that_does_not_divide_the_step_is_refused(start, electrical):
    code, told, error = start(electrical=electrical)
    assert (code, told) == (2, "")
    assert error.count("\n") == 1
    assert "pack.toml: [schedule] electrical does not divide the 1 s between two exchanges" in error


def test_missing_pack_file_is_said_in_one_line(capsys, tmp_path):
    assert vehicle.main(["--pack", str(tmp_path / "none.toml")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'none.toml'}: cannot be read: No such file or directory\n"
