"""The heat of porous electrodes against the power of their current: `models.electrochemistry.porous.booking`."""

import pytest

from packfmu.models.electrochemistry import particles
from packfmu.models.electrochemistry.porous import booking, reaction, solution, stage
from tests.models.cell.physics.porous_cells import ONE_C, instance, run

H = 5.0
"""Time of the stage [s]."""


@pytest.mark.parametrize("tolerance", [1e-2, 1e-11])
def test_heat_and_enthalpy_of_a_solution_are_the_power_however_far_it_has_converged(tolerance):
    """Summation by parts: ``J_right - J_left = I`` in each volume, so that all parts add up to ``-V I_x``."""
    cells = instance(contact_resistance=0.0, film_area_resistance=[1e-3, 2e-3], tolerance=tolerance)
    run(cells, [-ONE_C, ONE_C], 10.0, 1.0)
    x, p, y, load = cells.x, cells.p, cells.y, 2.0 * ONE_C
    stage.prepare(x, p, 0)
    particles.prepare(x, p, 0, H)
    stage.recall(x, 0, load)
    assert stage.find(x, p, 0, load, H) == solution.CONVERGED
    for part in ("solid", "electrolyte", "film", "mixing", "reaction"):
        y[f"heat_{part}"] = 0.0
    warmth, voltage = booking.book(x, p, y, load, H)
    assert voltage == pytest.approx(solution.voltage(x, p, load), rel=1e-14)
    assert warmth == pytest.approx(-H * load * voltage, rel=1e-13)
    booked = sum(y[f"heat_{part}"] for part in ("solid", "electrolyte", "film", "mixing", "reaction"))
    assert booked == pytest.approx(warmth, rel=1e-13)
    assert x.face_current[9] == pytest.approx(load, rel=1e-14)
    assert x.face_current[23] == pytest.approx(0.0, abs=1e-13 * load)


def test_surfaces_beyond_their_curves_are_told():
    cells = instance()
    run(cells, [-ONE_C], 10.0, 1.0)
    assert reaction.within_range(cells.x, cells.p)
    cells.x.surface[3] = 1.5
    assert not reaction.within_range(cells.x, cells.p)
