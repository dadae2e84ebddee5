"""A stage of one cell: the elimination of its reactants against the whole system, and the heat that it keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.interpreted import interpreted
from packfmu.models.thermal.runaway import kinetics, stage
from packfmu.models.thermal.runaway.kind import REACTIONS
from tests.models.thermal.runaway.reactants import reactants

CAPACITY, CONDUCTANCE = 37.35, 0.06


@settings(max_examples=30)
@given(st.floats(300.0, 700.0), st.floats(1e-3, 10.0), st.floats(0.01, 1.0))
def test_eliminated_reactants_leave_what_the_whole_system_has(temperature, h, left):
    x, p = reactants()
    x.remaining[0] = np.array([0.15, 0.75, 0.96, 1.0]) * left
    interpreted(kinetics.heats)(x, p, 0, 1.0)
    interpreted(kinetics.linearise)(x, p, 0, temperature)
    gh, heat = stage.GAMMA * h, x.whole_heat[0]
    matrix, known = np.zeros((5, 5)), np.zeros(5)
    matrix[:4, :4] = np.diag(1.0 + gh * x.slope[0])
    matrix[:4, 4], matrix[4, :4] = gh * x.warming[0], -gh * heat * x.slope[0]
    matrix[4, 4] = CAPACITY + gh * (CONDUCTANCE - heat @ x.warming[0])
    known[:4], known[4] = -x.speed[0], heat @ x.speed[0] - 1.5
    pivot = CAPACITY + gh * (CONDUCTANCE - interpreted(stage.diagonal)(x, 0, gh))
    warmed = (heat @ x.speed[0] + interpreted(stage.begin_first)(x, 0, gh) - 1.5) / pivot
    interpreted(stage.end_first)(x, 0, gh, warmed)
    found = np.append(x.first_rate[0], warmed)
    sizes = abs(known)
    sizes[4] += 3.0  # it is a difference from 1.5 W
    rounding = 8.0 * np.finfo(float).eps * (abs(matrix) @ abs(found) + sizes)
    assert np.all(abs(matrix @ found - known) <= rounding)


@pytest.mark.parametrize("temperature", [330.0, 430.0, 470.0])
def test_reactions_give_the_heat_that_their_reactants_lose(temperature):
    """In an adiabatic cell ``C T' = -sum Q s'`` holds over a sub-step whatever its length."""
    x, p = reactants()
    interpreted(kinetics.heats)(x, p, 0, 1.0)
    interpreted(kinetics.linearise)(x, p, 0, temperature)
    h = 5.0
    gh = stage.GAMMA * h
    pivot = CAPACITY - gh * interpreted(stage.diagonal)(x, 0, gh)
    first = (x.whole_heat[0] @ x.speed[0] + interpreted(stage.begin_first)(x, 0, gh)) / pivot
    interpreted(stage.end_first)(x, 0, gh, first)
    heat, known = interpreted(stage.begin_second)(x, p, 0, h, temperature + 0.5 * h * first)
    more = (heat + known - CAPACITY * first) / pivot
    heat = interpreted(stage.end_second)(x, 0, gh, more)
    assert heat == pytest.approx(-x.whole_heat[0] @ x.second_rate[0], rel=1e-14)
    assert CAPACITY * (first + more) == pytest.approx(heat, rel=1e-11)
    assert x.second_rate.shape == (1, REACTIONS)
