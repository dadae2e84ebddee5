"""Loss of active material in proportion to the charge throughput, by a closed form; none where it is not asked for."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.aging.material import LOSSES, MOST, MaterialLoss
from tests.models.aging.agings import DAY, FILM, started, step

LOSS = MaterialLoss(negative_rate=2e-4, positive_rate=1e-4)
KIND = replace(FILM, material=LOSS)
NAMES = [name for name, _ in LOSSES]


@pytest.mark.parametrize("steps", [1, 7])
def test_the_share_that_is_lost_is_the_rate_times_the_full_cycles(steps):
    wear = started(KIND)
    cycles = 300.0 * np.arange(1, 4)
    for _ in range(steps):
        step(wear, DAY, charge_throughput=2.0 * wear.p["capacity"] * cycles / steps)
    for name, rate in zip(NAMES, (2e-4, 1e-4), strict=True):
        np.testing.assert_allclose(wear.y[name], rate * cycles, rtol=1e-12)


def test_cycles_before_the_start_count():
    wear = started(KIND, earlier_charge_throughput=2000.0 * float(FILM.laws.tested_capacity))
    assert wear.y["negative_material_loss"] == pytest.approx(0.2)
    assert wear.y["capacity_loss"] == pytest.approx(0.0)  # that is lithium


def test_the_loss_is_bounded_as_the_cells_take_it():
    wear = started(KIND)
    step(wear, DAY, charge_throughput=1e5 * wear.p["capacity"])
    assert np.all(wear.y["negative_material_loss"] == MOST)


def test_where_no_material_is_lost_there_is_nothing_of_it():
    names = {variable.name for variable in started().model.outputs}
    assert not names & set(NAMES)
    assert {variable.name for variable in started(KIND).model.outputs} == names | set(NAMES)


def test_the_film_grows_as_it_does_alone():
    alone, both = started(), started(KIND)
    for wear in (alone, both):
        step(wear, 30.0 * DAY, reaction_time=30.0 * DAY, diffusion_time=30.0 * DAY, charge_throughput=1e6)
    for variable in alone.model.outputs:
        assert alone.y[variable.name].tobytes() == both.y[variable.name].tobytes(), variable.name
