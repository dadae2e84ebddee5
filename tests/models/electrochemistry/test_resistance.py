"""The resistance of a nominal cell, against its model under a small current and against sums by hand."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.electrochemistry.blends import divided

CURRENT = 1e-4
SOC = np.array([0.2, 0.5, 0.8])
SETTLED = replace(PARAMETERS, contact_resistance=2e-3, physics=Physics.SPM)


def test_single_particles_settle_at_the_settled_resistance():
    cells = Instance(SETTLED.declare(3).with_start({"initial_soc": SOC}))
    cells.initialize()
    cells.u.current[:] = CURRENT
    for step in range(60):
        assert cells.advance(1000.0 * step, 1000.0) == 0
    resistance = (cells.y.voltage - SETTLED.open_circuit(cells.y.soc)) / CURRENT
    np.testing.assert_allclose(resistance, SETTLED.settled_resistance(cells.y.soc), rtol=2e-4)


def test_at_once_the_particles_have_not_changed():
    """What the cut-off modes leave out of the surface acts at once in the model: some percent."""
    cells = Instance(SETTLED.declare(3).with_start({"initial_soc": SOC, "lookahead": 1e-6}))
    cells.initialize()
    assert np.all(cells.y.resistance > SETTLED.immediate_resistance(SOC))
    np.testing.assert_allclose(cells.y.resistance, SETTLED.immediate_resistance(SOC), rtol=0.05)


def test_conductors_add_up_along_the_layers():
    porous = replace(SETTLED, physics=Physics.DFN)
    kappa = 0.1297 - 2.51 + 3.329
    ionic = 85.2e-6 / (3 * 0.125 * kappa) + 12e-6 / (0.47**1.5 * kappa) + 75.6e-6 / (3 * 0.335**1.5 * kappa)
    solid = 85.2e-6 / (3 * 215.0) + 75.6e-6 / (3 * 0.18)
    more = porous.immediate_resistance(0.5) - SETTLED.immediate_resistance(0.5)
    assert more == pytest.approx((ionic + solid) / (0.065 * 1.58), rel=1e-6)


def test_the_gradient_of_the_electrolyte_is_that_of_a_stationary_profile():
    """The means of parabolas in the electrodes and of the straight line between, by 2001 points."""
    porous = replace(SETTLED, physics=Physics.DFN)
    lengths, porosities = np.array([85.2e-6, 12e-6, 75.6e-6]), np.array([0.25, 0.47, 0.335])
    diffusivity = (8.794e-11 - 3.972e-10 + 4.862e-10) * porosities**1.5
    flux = (1.0 - 0.2594) / (96485.33212331 * 0.065 * 1.58)
    fall = []
    for length, d, through in zip(lengths, diffusivity, (lambda s: s, np.ones_like, lambda s: 1.0 - s), strict=True):
        s = np.linspace(0.0, 1.0, 2001)
        slope = flux * through(s) / d
        steps = np.concatenate([[0.0], np.cumsum(0.5 * (slope[1:] + slope[:-1]) * length / 2000)])
        fall.append((steps, np.trapezoid(steps, s)))
    means = (fall[0][0][-1] - fall[0][1]) + fall[1][0][-1] + fall[2][1]
    voltage = 2.0 * 8.31446261815324 * 298.15 / 96485.33212331 * (1.0 - 0.2594) * means / 1000.0
    settling = porous.settled_resistance(0.5) - porous.immediate_resistance(0.5)
    particles = SETTLED.settled_resistance(0.5) - SETTLED.immediate_resistance(0.5)
    assert settling - particles == pytest.approx(voltage, rel=1e-5)


def test_two_materials_alike_resist_as_one():
    blend = replace(SETTLED, negative=divided(SETTLED.negative, 0.25), positive=divided(SETTLED.positive, 0.5))
    np.testing.assert_allclose(blend.immediate_resistance(SOC), SETTLED.immediate_resistance(SOC), rtol=2e-3)
    np.testing.assert_allclose(blend.settled_resistance(SOC), SETTLED.settled_resistance(SOC), rtol=2e-3)
