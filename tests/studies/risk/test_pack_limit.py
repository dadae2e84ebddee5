"""Margins of packs to a thermal runaway, by the kernels of the block."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.risk.pack_limit import DEEP, PackLimit, block_model
from packfmu.studies.runs.courses import ProfileCourse
from tests.studies.risk.runaway_packs import COURSE, QUANTITIES, limit_of, pack_of

NOMINAL = np.ones(len(QUANTITIES))


@pytest.fixture(scope="module")
def one():
    return limit_of(1)


@pytest.fixture(scope="module")
def three():
    return limit_of(3, ambient=True)


def test_every_quantity_moves_the_margin_as_physics_has_it(one):
    before = float(one(NOMINAL[None])[0])
    for place, name in enumerate(QUANTITIES):
        factors = NOMINAL.copy()
        factors[place] = 1.2
        change = float(one(factors[None])[0]) - before
        assert (change > 0.005) if name == "convection" else (change < -0.005), name


def test_heat_of_reactions_that_changes_no_temperature_yet_shifts_the_margin_by_its_logarithm(one):
    """``time_to_runaway = C / (dq/dT)``: half of the heat is twice the time, less what the cell warms less."""
    cold = PackLimit(pack_of(1, 270.0), COURSE, ("reaction_heat",), ambient=False)
    assert float(np.diff(cold(np.array([[1.0], [2.0]])))[0]) == pytest.approx(-np.log(2.0), rel=1e-4)


def test_start_values_are_those_of_a_pack_that_differs(three):
    pack, factors = pack_of(3), np.array([[1.1, 0.9, 1.5, 0.8], [1.0, 1.2, 0.7, 1.3], [0.9, 1.0, 1.0, 1.1]])
    three.start(np.column_stack([np.full(3, 360.0), factors]))
    differing = pack.differing(dict(zip(QUANTITIES, factors.T, strict=True)))
    model, memory, offsets = block_model(differing), three._instance.memory, three.model.offsets()
    for variable in model.parameters:
        first = offsets[variable.path]
        set_here = memory[first : first + variable.count]
        assert set_here == pytest.approx(variable.start_values().ravel(), rel=1e-15), variable.path
    assert memory[offsets["ambient_temperature"]] == 360.0


def test_a_pack_of_independent_cells_has_the_least_margin_of_its_cells(one, three):
    """To the error of sub-steps, which all cells of a pack take together."""
    factors = np.random.default_rng(3).lognormal(0.0, 0.15, (5, 3, len(QUANTITIES)))
    air = np.full((5, 3, 1), 358.15)
    packs = three(np.concatenate([air, factors], axis=2))
    cells = one(factors.reshape(15, -1)).reshape(5, 3)
    assert packs == pytest.approx(cells.min(axis=1), abs=1e-4)
    assert three.one_cell(np.concatenate([air, factors], axis=2)[:, 0]) == pytest.approx(cells[:, 0], abs=1e-4)


def test_a_run_ends_deep_in_the_runaway_and_does_not_end_before(one):
    hot = limit_of(1, temperature=420.0)
    assert float(hot(NOMINAL[None])[0]) == pytest.approx(-np.log(DEEP))
    hotter = [float(one(np.array([[1.0, 1.0, 1.0, heat]]))[0]) for heat in (1.0, 1.5, 2.0, 2.5)]
    assert (np.diff(hotter) < 0.0).all()


def test_a_cell_that_comes_near_may_cool_again_and_one_that_runs_away_has_been_near(one):
    """The margin of a runaway is the other one, raised; below 0 where a cell has run away in the course."""
    heats = np.array([[1.0, 1.0, 1.0, heat] for heat in (1.0, 2.5, 4.0, 4.3, 6.0)])
    near, away = one(heats), one.runaway(heats)
    assert away == pytest.approx(near + np.log(DEEP), abs=1e-8)
    assert ((near < 0.0) & (away > 0.0)).any()
    assert (away < 0.0).any()
    assert (near[away < 0.0] < 0.0).all()


def test_what_does_not_fit_is_refused(one):
    pack = pack_of(2)
    with pytest.raises(InputError, match="cooling is none of capacity, resistance_scale"):
        PackLimit(pack, COURSE, ("cooling",))
    with pytest.raises(InputError, match="aging_rate has no effect on this pack"):
        PackLimit(pack, COURSE, ("aging_rate",))
    with pytest.raises(InputError, match=r"needs the table \[runaway\]"):
        PackLimit(pack.model_copy(update={"runaway": None}), COURSE, QUANTITIES)
    with pytest.raises(InputError, match="warning = 100 s must be finite, and two electrical periods"):
        PackLimit(pack, COURSE, QUANTITIES, warning=100.0)
    with pytest.raises(InputError, match=r"inputs of shape \(1, 3\) are not of 1 cells by 4"):
        one(np.ones((1, 3)))
    told = ProfileCourse({**COURSE.rows, "Thermal.ambient_temperature": np.full(40, 300.0)}, COURSE.values)
    with pytest.raises(InputError, match="ambient_temperature: the course tells it, too"):
        PackLimit(pack, replace(told), QUANTITIES)
