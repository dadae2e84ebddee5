"""Rates of the reactions: derivatives to the last digits, the film that slows the anode, heats by SOC."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.interpreted import interpreted
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.runaway import kinetics
from packfmu.models.thermal.runaway.kind import ANODE, CATHODE, ELECTROLYTE, REACTIONS, SEI
from tests.models.thermal.runaway.reactants import law, reactants

STEP = 1e-30
"""Imaginary, of a derivative: its square is nothing."""

shares = st.lists(st.floats(0.0, 1.0), min_size=REACTIONS, max_size=REACTIONS)


@settings(max_examples=30)
@given(shares, st.floats(250.0, 1500.0))
def test_rates_and_their_derivatives(left, temperature):
    x, p = reactants()
    x.remaining[0] = left
    interpreted(kinetics.linearise)(x, p, 0, temperature)
    for i in range(REACTIONS):
        expected = law(i, left[i], temperature)
        scale = law(i, 1.0, temperature) if i != CATHODE else law(i, 0.5, temperature)
        assert x.speed[0, i] == pytest.approx(expected, rel=1e-11, abs=1e-11 * scale)
        assert interpreted(kinetics.rate)(p, i, left[i], temperature) == x.speed[0, i]
        by_share = np.imag(law(i, left[i] + 1j * STEP, temperature)) / STEP
        assert x.slope[0, i] == pytest.approx(max(by_share, 0.0), rel=1e-10, abs=1e-11 * scale)
        by_temperature = np.imag(law(i, left[i], temperature + 1j * STEP)) / STEP
        assert x.warming[0, i] == pytest.approx(by_temperature, rel=1e-10, abs=1e-11 * scale)


def test_the_film_slows_the_anode_by_what_it_has_taken():
    _, p = reactants()
    left = np.array([0.75, 0.75 - 0.033])
    slowed, _ = np.array([interpreted(kinetics.extent)(p, ANODE, each) for each in left]).T
    assert slowed[0] == pytest.approx(0.75 * np.exp(-1.0), rel=1e-12)
    assert slowed[1] / slowed[0] == pytest.approx(left[1] / left[0] * np.exp(-1.0), rel=1e-12)


def test_heat_in_proportion_to_soc_where_a_share_of_it_is():
    x, p = reactants(reaction_charge_share=[0.0, 1.0, 0.5, 0.0])
    interpreted(kinetics.heats)(x, p, 0, 1.0)
    full = x.whole_heat[0].copy()
    expected = [r.heat * r.density * p.reacting_volume[0] for r in PARAMETERS.reactions]
    np.testing.assert_allclose(full, expected, rtol=1e-14)
    interpreted(kinetics.heats)(x, p, 0, 0.25)
    np.testing.assert_allclose(x.whole_heat[0] / full, [1.0, 0.25, 0.625, 1.0], rtol=1e-14)


def test_every_reaction_takes_part_at_any_temperature():
    """Half of the film goes in 6 years at 25 degC, in 72 days at 45 and 7 days at 60: nothing is switched off."""
    x, p = reactants()
    days = []
    for celsius in (25.0, 45.0, 60.0):
        interpreted(kinetics.linearise)(x, p, 0, 273.15 + celsius)
        assert np.all(x.speed[0] > 0.0)
        days.append(np.log(2.0) * x.remaining[0, SEI] / x.speed[0, SEI] / 86400.0)
    assert days == pytest.approx([2232.0, 72.5, 7.27], rel=0.05)
    assert x.remaining[0, ELECTROLYTE] == 1.0
