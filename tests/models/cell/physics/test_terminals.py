"""What the terminals of a cell of physics add: self-discharge, Coulombic efficiency, contacts."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.cell.physics import terminals
from packfmu.models.numerics.arrhenius import GAS_CONSTANT
from tests.models.cell.physics.single import started, with_all_effects

KIND = with_all_effects()


def test_self_discharge_follows_arrhenius():
    temperatures = np.array([283.15, 298.15, 313.15])
    cell = started(KIND, 3, temperature=temperatures)
    cell.advance(0.0, 1e5)
    factor = np.exp(-5e4 / GAS_CONSTANT * (1.0 / temperatures - 1.0 / 298.15))
    np.testing.assert_allclose(0.6 - cell.y["soc"], 0.01 * factor * 1e5 / KIND.capacity, rtol=1e-10)


def test_efficiency_acts_while_charging():
    cell = started(replace(KIND, self_discharge_current=0.0), 2)
    cell.u["current"] = [4.0, -4.0]
    cell.advance(0.0, 10.0)
    np.testing.assert_allclose(cell.y["soc"] - 0.6, [0.99 * 40.0 / KIND.capacity, -40.0 / KIND.capacity], rtol=1e-10)
    assert terminals.stored(cell.x, cell.p, 0) == pytest.approx(3.96, rel=1e-15)


def test_scale_multiplies_every_resistance_of_a_small_current():
    cell = started(KIND, 2, resistance_scale=[1.0, 3.0], lookahead=0.0)
    direct = cell.y["resistance"]
    diffusion = 0.5 * (3.0 * direct[0] - direct[1])  # what acts at once in the particles, which nothing scales
    assert 0.0 <= diffusion < 0.02 * direct[0]
    np.testing.assert_allclose(cell.x["contact_resistance"], [5e-3, 15e-3], rtol=1e-14)
