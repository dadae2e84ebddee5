"""The pack in OMSimulator, from PackSystem.ssp."""

import csv
import shutil
import subprocess

import numpy as np
import pytest

PROGRAM = shutil.which("OMSimulator")


@pytest.mark.skipif(PROGRAM is None, reason="OMSimulator is not on the PATH")
def test_the_system_initialises_and_rests_at_its_open_circuit_voltage(system, kernels, tmp_path):
    command = [PROGRAM, str(system[2]), "--stopTime=10", "--resultFile=run.csv", f"--tempDir={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "run.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    values = dict(zip(header, np.array(rows, dtype=float).T, strict=True))
    (voltage,) = (column for name, column in values.items() if name.endswith("pack_voltage") and "Network" not in name)
    groups = [column for name, column in values.items() if "PackNetwork.group_voltage[" in name]
    assert values["time"][-1] == pytest.approx(10.0)
    np.testing.assert_allclose(voltage[1:], np.sum(groups, axis=0)[1:], rtol=1e-9)
    assert np.ptp(voltage[1:]) < 1e-3
