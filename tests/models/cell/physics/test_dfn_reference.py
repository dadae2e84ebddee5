"""Cells as porous electrodes against PyBaMM on the same mesh."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Mesh
from tests.models.cell.physics.porous_cells import instance, porous, rms
from tests.models.cell.physics.pybamm_traces import FOLDER, PROTOCOLS, along


def test_the_voltage_is_that_of_pybamm_but_for_its_means_at_faces():
    cells = instance(kind=porous(Mesh(negative=20, separator=20, positive=20, modes=12)), soc=1.0)
    traces = np.load(FOLDER / "chen_2020_dfn_20_20_20_fine_series.npz")
    assert rms(along(cells, traces, "1c", 1.0)) < 5e-5


@pytest.mark.campaign
def test_the_voltage_is_that_of_pybamm_with_its_means_at_faces(tmp_path):
    root = Path(__file__).parents[4]
    script = [sys.executable, "-m", "tests.models.cell.physics.pybamm_traces"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    printed = subprocess.run(script, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout
    errors = {name: float(value) for name, value in (line.split() for line in printed.splitlines())}
    assert set(errors) == set(PROTOCOLS)
    assert max(errors.values()) < 5e-5, errors
