"""Jumps over days of aging, against every day in full: a small pack that drives and is charged in two seasons.

`benchmarks/jumped_against_full.py` says what is run, and tells errors and speed-ups over lengths of jumps.
"""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from packfmu.cosim.long.jump import Jump

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

import jumped_against_full as benchmark

LONGER = [("nissan_leaf_aging", 1), ("graphite_film_aging", 1), ("nissan_leaf_aging", 10)]
LIVES = [("sanyo_ur18650e_aging", 1), *(pytest.param(life, marks=pytest.mark.campaign) for life in LONGER)]
"""Ways of aging, and years."""


class Runs:
    """The runs of a pack, each made once."""

    def __init__(self, kind, years, folder):
        self.years, self.folder = years, folder
        self.pack = benchmark.small_pack(kind)
        self.system = benchmark.build(self.pack, folder)
        self.full = self.live(None)

    def live(self, jump):
        return benchmark.live(self.system, self.pack, self.years, jump, self.folder / "life.nc")

    def compared(self, jump):
        return benchmark.compare(self.live(jump), self.full)


@pytest.fixture(scope="module", params=LIVES, ids=lambda life: f"{life[0]}-{life[1]}")
def runs(request, tmp_path_factory):
    return Runs(*request.param, tmp_path_factory.mktemp("lives"))


@pytest.fixture(scope="module")
def jumped(runs):
    return runs.live(Jump())


def bounded(days):
    """Return jumps of a bounded length, whatever their error."""
    return Jump(tolerance=math.inf, first=min(days, Jump.first), longest=days)


def test_every_day_in_full_is_what_it_says(runs):
    days = 365 * runs.years
    assert (runs.full.ended.cycles, runs.full.ended.jumps, runs.full.ended.jumped) == (days, 0, 0)
    assert runs.full.recorded.sizes["time"] == days + 1


def test_the_cells_differ_and_age(runs):
    """Otherwise there is nothing to compare."""
    for name, least in (("capacity_loss", 0.01), ("resistance_growth", 0.01)):
        values = runs.full.yearly(name)[-1]
        assert values.min() > least
        assert values.max() > 1.02 * values.min()


def test_loss_and_growth_of_each_cell_are_within_1_percent(runs, jumped):
    row = benchmark.compare(jumped, runs.full)
    assert row.loss_error < 0.01
    assert row.growth_error < 0.01


def test_at_most_a_thirtieth_of_the_days_is_run_in_full(runs, jumped):
    assert jumped.ended.cycles <= runs.full.ended.cycles / 30
    assert jumped.ended.end == runs.full.ended.end


def test_estimates_add_up_to_more_than_the_error_that_was_made(runs, jumped):
    row = benchmark.compare(jumped, runs.full)
    assert 0.0 < row.made < row.estimated


def test_each_estimate_is_within_the_tolerance_or_is_not_known(jumped):
    """It is unknown once a season, after its second day."""
    errors = np.array(jumped.ended.errors)
    assert np.isnan(errors).sum() == len(benchmark.SEASONS)
    assert np.nanmax(errors) <= Jump.tolerance


def test_shorter_jumps_err_less(runs):
    long, short = (runs.compared(bounded(days)) for days in (90, 20))
    assert short.cycles > 2 * long.cycles
    assert 4.0 * short.made < long.made
    assert short.estimated < long.estimated


def test_energy_of_the_pack_goes_on_over_jumps(runs, jumped):
    """Those of the day before a jump are continued, while what is lost in the cells grows with their resistance."""
    found, expected = (life.ended.totals["Pack.pack_energy"] for life in (jumped, runs.full))
    assert found == pytest.approx(expected, rel=runs.full.yearly("resistance_growth")[-1].max())
