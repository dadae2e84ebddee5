"""A growth of the resistances of an aged cell: it acts as their scale does, and its sensitivity is what it does."""

import pytest

from packfmu.models.electrochemistry.kind import Physics
from tests.models.cell.physics.films import aging, cell

EACH = pytest.mark.parametrize("physics", Physics)


@EACH
def test_a_growth_acts_as_the_scale_of_the_resistances(physics):
    starts = {"resistance_scale": 1.3}, {"resistance_growth": 0.3}
    scaled, grown = (cell(aging(), physics=physics, initial_soc=0.6, **start) for start in starts)
    for one in (scaled, grown):
        for n in range(5):
            one.u["current"], one.u["temperature"] = -4.0, 290.0 + n
            one.advance(10.0 * n, 10.0)
    for name in ("voltage", "anode_potential", "emf", "resistance", "heat_film", "heat_solid", "heat_electrolyte"):
        assert grown.y[name] == pytest.approx(scaled.y[name], rel=1e-10), name


@EACH
def test_sensitivity_of_the_growth_is_the_difference_that_it_makes(physics):
    """The sensitivity counts from the resistances of now; the film of the new cell is among them."""

    def loaded(growth):
        tight = {"tolerance": 1e-8} if physics is Physics.DFN else {}  # a difference of some 0.1 mV is looked at
        one = cell(aging(), physics=physics, initial_soc=0.6, lookahead=1e-3, resistance_growth=growth, **tight)
        one.u["current"] = -3.0
        one.advance(0.0, 1e-3)
        return one

    high, low = (float(one.y["emf"][0] - 3.0 * one.y["resistance"][0]) for one in map(loaded, (0.201, 0.199)))
    difference = 1.2 * (low - high) / 0.002
    assert loaded(0.2).y["sensitivity_resistance_growth"] == pytest.approx(difference, rel=1e-4)
