"""Porous electrodes: what their voltage changes with, and one factor on all of their resistances."""

from dataclasses import replace

import numpy as np
import pytest

from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, porous
from tests.models.cell.physics.single import with_all_effects

KIND = porous(kind=replace(with_all_effects(), self_discharge_current=0.0))

SOON = 1e-6
"""Of a step that changes no concentration [s]."""


def loaded(current=0.0, soc=0.6, temperature=308.15, **start):
    """Return a cell from rest at the start of a current [A]."""
    cell = instance(kind=replace(KIND, coulombic_efficiency=1.0), soc=soc, tolerance=TIGHT, lookahead=0.0, **start)
    cell.u.temperature[:] = temperature
    cell.initialize()
    cell.u.current[:] = current
    assert cell.advance(0.0, SOON) == 0
    return cell


def difference(name, high, low, **more):
    """Return how the voltage changes with a quantity, by a central difference."""
    above, below = (loaded(**({name: at} | more)).y.voltage[0] for at in (high, low))
    return (above - below) / (high - low)


def test_at_rest_they_are_the_slopes_of_the_rest_voltage():
    cell = loaded()
    assert cell.y.sensitivity_soc == pytest.approx(abs(difference("soc", 0.601, 0.599)), rel=1e-4)
    by_temperature = difference("temperature", 308.25, 308.05)
    assert cell.y.sensitivity_temperature == pytest.approx(abs(by_temperature), rel=1e-6)
    assert cell.y.sensitivity_resistance_growth < 1e-15


@pytest.mark.parametrize("current", [-0.1, -2.0 * ONE_C, ONE_C])
def test_the_growth_is_that_of_cells_of_more_resistance(current):
    """At once: the linear network, and one whose reactions are far from linear."""
    cell = loaded(current)
    by_scale = difference("resistance_scale", 1.002, 0.998, current=current)
    assert cell.y.sensitivity_resistance_growth == pytest.approx(abs(by_scale), rel=5e-3)  # what cut-off modes add


def test_under_a_current_the_temperature_acts_on_the_reactions():
    """Conductors and diffusion follow no temperature in this cell."""
    flat = {"diffusivity_activation_energy": 0.0, "conductivity_activation_energy": 0.0}
    assert all(getattr(KIND.electrolyte, name) == value for name, value in flat.items())
    cell = loaded(-ONE_C)
    by_temperature = difference("temperature", 308.65, 307.65, current=-ONE_C)
    assert cell.y.sensitivity_temperature == pytest.approx(abs(by_temperature), rel=2e-2)


def test_cells_together_tell_the_greatest():
    alone = [loaded(soc=soc).y.sensitivity_soc for soc in (0.2, 0.9)]
    both = instance(2, kind=replace(KIND, coulombic_efficiency=1.0), soc=[0.2, 0.9], tolerance=TIGHT, lookahead=0.0)
    both.u.temperature[:] = 308.15
    both.initialize()
    assert both.advance(0.0, SOON) == 0
    assert both.y.sensitivity_soc == pytest.approx(max(alone), rel=1e-9)


def test_the_scale_acts_on_every_resistance_alike():
    one, three = loaded(-1.0), loaded(-1.0, resistance_scale=3.0)
    for name in ("node_conduction", "node_solid", "film", "contact_resistance"):
        np.testing.assert_allclose(np.array(getattr(three.x, name)), 3.0 * np.array(getattr(one.x, name)), rtol=1e-12)
    exchange = np.array(three.x.exchange_current), np.array(one.x.exchange_current)
    np.testing.assert_allclose(3.0 * exchange[0], exchange[1], rtol=1e-12)
    for name in ("node_capacity", "node_diffusion"):
        assert np.array_equal(np.array(getattr(three.x, name)), np.array(getattr(one.x, name)))
    lost = [cell.y.voltage[0] - loaded(0.0, resistance_scale=s).y.voltage[0] for s, cell in ((1.0, one), (3.0, three))]
    assert 2.7 < lost[1] / lost[0] < 3.0  # but for what the surface of the particles takes at once
