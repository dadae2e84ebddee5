"""The table of a material: its potential at any temperature, its entropy, and the integral of its enthalpy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry import potentials
from packfmu.models.numerics.curves import tabulate
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.later import Later

MATERIAL = replace(
    PARAMETERS.negative.materials[0],
    entropic_coefficient=tabulate(lambda x: 2e-4 * np.sin(4.0 * x) - 1e-4, 0.0, 1.0, 1e-10),
)


def warmed():
    """Return a cell whose negative electrode is of that material."""
    kind = replace(PARAMETERS, negative=replace(PARAMETERS.negative, materials=(MATERIAL,)))
    cell = Instance(kind.declare(1).with_start({"temperature": 313.15}))
    cell.initialize()
    return cell


CELL = Later(warmed)


@pytest.mark.parametrize("x", [0.03, 0.2, 0.51234, 0.9])
def test_potential_and_entropy_are_those_of_the_curves(x):
    place = potentials.locate(CELL.p, 0, x)
    entropic, entropic_slope = potentials.entropy(CELL.p, 0, place)
    value, slope = potentials.potential(CELL.x, CELL.p, 0, 0, place)
    assert entropic == pytest.approx(2e-4 * np.sin(4.0 * x) - 1e-4, abs=1e-10)
    assert entropic_slope == pytest.approx(8e-4 * np.cos(4.0 * x), abs=1e-7)
    assert value == pytest.approx(float(MATERIAL.open_circuit_potential(x)) + 15.0 * entropic, abs=1e-12)
    expected = float(MATERIAL.open_circuit_potential.slope(x)) + 15.0 * entropic_slope
    assert slope == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.9), (0.05, 0.0501), (-0.1, 0.3), (0.8, 1.2)])
def test_enthalpy_is_the_integral_of_what_a_charge_stores(low, high):
    def stored(x):
        return float(MATERIAL.open_circuit_potential(x)) - 298.15 * float(MATERIAL.entropic_coefficient(x))

    inner = [x for x in (0.0, 1.0) if low < x < high]
    exact, _ = quad(stored, low, high, epsabs=1e-12, limit=400, points=inner or None)
    levels = [potentials.enthalpy(CELL.p, 0, potentials.locate(CELL.p, 0, x)) for x in (low, high)]
    assert levels[1] - levels[0] == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("x", [np.nan, np.inf, -np.inf, -3.0, 4.0])
def test_any_stoichiometry_stays_inside_the_table(x):
    segment, within, _ = potentials.locate(CELL.p, 0, x)
    assert 0 <= segment < CELL.p["enthalpy_area"].shape[1] - 1
    assert 0.0 <= within <= 1.0
