"""The example of three models: their order, and where they meet."""

import numpy as np
import physics_cell
import pytest

from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS


def test_a_slow_discharge_of_single_particles_gives_almost_the_capacity():
    rows = physics_cell.discharge(Physics.SPM, 0.2)
    assert rows[-1, 0] == pytest.approx(PARAMETERS.capacity / 3600.0, rel=0.02)
    assert np.all(np.diff(rows[:, 1]) < 0.0)


def test_the_less_a_model_leaves_out_the_less_it_gives(tmp_path):
    told = physics_cell.compare(tmp_path / "cells.png").splitlines()
    for line in told[1:4]:
        spm, spme, dfn = map(float, line.split()[1:])
        assert spm >= spme >= dfn >= 0.9 * spm
    assert spm > spme > dfn  # at the highest rate; at the lowest they agree to a step
    assert (tmp_path / "cells.png").stat().st_size > 10_000
