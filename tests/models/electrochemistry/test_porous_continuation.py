"""The second half of a step from the equations of the first: `models.electrochemistry.porous.continuation`."""

import numpy as np
import pytest

from tests.models.cell.physics.porous_cells import ONE_C, TIGHT, instance, rms, run


@pytest.mark.parametrize("h", [0.5, 2.0])
def test_the_second_half_of_a_step_is_what_an_iteration_finds(h):
    """The difference stays far below the bound of a correction, 2e-4 V."""
    currents = ONE_C * np.array([-1.0, 0.5, -1.5])
    found, iterated = instance(), instance(tolerance=TIGHT)
    apart = run(found, currents, 20.0, h) - run(iterated, currents, 20.0, h)
    assert rms(apart) < 1e-5


def test_it_saves_an_iteration_a_step_where_little_changes():
    """A step has one iteration at least, that of its first half."""
    cells = instance()
    run(cells, [-ONE_C], 100.0, 1.0)
    before = cells.x.iterations
    run(cells, [-ONE_C], 20.0, 1.0)
    assert (cells.x.iterations - before) / 20.0 < 1.3


def test_what_is_moved_adds_up():
    """The reaction currents of each electrode are the current of the cell, and the charge balances are kept."""
    cells = instance()
    run(cells, [-ONE_C], 50.0, 1.0)
    total, half = np.array(cells.x.second_reaction), len(cells.x.second_reaction) // 2
    np.testing.assert_allclose([total[:half].sum(), total[half:].sum()], [ONE_C, -ONE_C], rtol=1e-13)
    energy = cells.y.electrical_energy - cells.y.stored_energy - cells.y.heat
    assert abs(energy) < 1e-9
