"""Film noise over jumps: the path goes on where it was, and the jump's own noise is neither left out nor multiplied."""

import math

import numpy as np
import pytest

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.cosim.duty import with_duties
from packfmu.cosim.long.jump import Jump
from packfmu.cosim.long.jumping import with_jumps
from packfmu.cosim.long.long_run import run_long
from packfmu.cosim.phase import Duty, Phase
from packfmu.cosim.results import load
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.models.aging import losses as aging
from packfmu.models.aging.counters import COUNTERS
from packfmu.models.parameters import graphite_film_aging
from tests.cosim.long.wear import DAY, life
from tests.coupling.toys import AGING, ELECTRICAL, nothing, real

CELLS, DAYS = 2000, 257
FILM = graphite_film_aging.PARAMETERS
GROWTH = FILM.sei.diffusion * 86400.0 * DAYS
"""k t [m2]."""
LIKELY = 4.0
"""Standard errors that a seeded statistic may be off."""


@kernel
def start(x, p, u, y, c):
    for k in range(y.reaction_time.shape[0]):
        y.reaction_time[k] = y.diffusion_time[k] = 0.0


@kernel
def step(x, p, u, y, c, t, h):
    for k in range(y.reaction_time.shape[0]):
        y.reaction_time[k] += h * u.activity
        y.diffusion_time[k] += h * u.activity
    return DONE


def stress():
    """Return a model that counts the time of the film and sees the loss."""
    counters = tuple(real(name, unit, CELLS) for name, unit, *_ in COUNTERS)
    seen = real("capacity_loss", size=CELLS)
    return Model(
        "Cell", "time", Fields(inputs=(real("activity"), seen), outputs=counters), start, nothing("jump_noise 1"), step
    )


def film(tmp_path, jump, **values):
    """Return what was recorded of films that are limited by diffusion."""
    duties = {"rest": Duty("rest", (Phase("all day", DAY, {"Cell.activity": 1.0}),))}
    noise = {"noise_seed": 7, "reaction_speed": 1e-6, "initial_thickness": 0.0, "film_noise": 0.8, **values}
    parts = (
        kernel_component("Cell", ELECTRICAL, stress()),
        kernel_component("Aging", AGING, aging.declare(CELLS, FILM).with_start(noise)),
    )
    counted = tuple(connect(f"Cell.{name}", f"Aging.{name}") for name, *_ in COUNTERS)
    told = connect("Aging.capacity_loss", "Cell.capacity_loss")
    system = with_jumps(with_duties(System(parts, (*counted, told)), duties, DAY))
    plan = make_plan(system, {ELECTRICAL: DAY, AGING: DAY})
    output = tmp_path / "film.nc"
    record = {"film": "Aging.film_thickness", "counted": "Jumps.Aging.diffusion_time"}
    summary = run_long(system, plan, life(output, DAYS, jump, duties=duties, record=record, totals=()))
    return summary, load(output)


JUMPS = {"in full": None, "a week": Jump(first=7, longest=7, tolerance=1.0), "all": Jump(1.0, first=10**3)}


def square(results):
    """Return y of each cell at the end, in units of 2 k t."""
    return results.film.values[-1] ** 2 / (2.0 * GROWTH)


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
@pytest.mark.parametrize("begin", [0.0, 0.5])
def test_mean_and_variance_of_the_square(tmp_path, jump, begin):
    """``y_0 + 2 k t`` and ``sigma**2 (y_0 t + k t**2) + 4 t**2 Var(k)``, sigma**2 = s**2 k, in units of 2 k t.

    s is one for all cells, so that sigma differs with k: E[k**2] = k**2 + Var(k) stands for k**2.
    """
    spread = 0.2
    width = math.sqrt(math.log1p(spread**2))
    rates = np.exp(width * np.random.default_rng(3).standard_normal(CELLS) - 0.5 * width**2)
    thickness = math.sqrt(begin * 2.0 * GROWTH)
    _, results = film(tmp_path, jump, aging_rate=rates, initial_thickness=thickness)
    values = square(results)
    mean, variance = begin + 1.0, 0.8**2 * (0.5 * begin + 0.25 * (1.0 + spread**2)) + spread**2
    fourth = ((values - values.mean()) ** 4).mean()
    assert abs(values.mean() - mean) < LIKELY * math.sqrt(variance / CELLS)
    assert abs(values.var() - variance) < LIKELY * math.sqrt((fourth - values.var() ** 2) / CELLS)


def test_jumps_follow_the_same_path(tmp_path):
    """A thick film and little noise: what differs is of first order in the length, and of second in the noise."""
    values = {"initial_thickness": math.sqrt(2.0 * GROWTH), "film_noise": 0.2}
    _, full = film(tmp_path, None, **values)
    summary, weekly = film(tmp_path, JUMPS["a week"], **values)
    assert summary.jumps == (DAYS - 1) // 8
    at = np.searchsorted(full.time.values, weekly.time.values)
    assert full.time.values[at].tolist() == weekly.time.values.tolist()
    np.testing.assert_allclose(weekly.counted, full.counted[at], rtol=1e-12)  # rounding
    paths = [each.film.values**2 for each in (full.isel(time=at), weekly)]
    noise = paths[0] - paths[0].mean(axis=1, keepdims=True)
    away = np.sqrt(((paths[1] - paths[0]) ** 2).mean(axis=1) / (noise**2).mean(axis=1))[4:]
    assert away.max() < 0.05
