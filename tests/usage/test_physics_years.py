"""Years of cells of physics: jumps against every day in full, and the growth of the whole resistance by the film."""

import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.usage.years import life_of
from packfmu.usage.years_file import load_years

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import physics_years as years


@pytest.mark.campaign
def test_a_year_by_jumps_is_within_a_percent_of_the_year_in_full(tmp_path):
    pack = years.prepare(Namespace(model="spm", series=2, parallel=1, pace=None, output=tmp_path))
    jumped, full = (years.live(pack, tmp_path, 1, in_full=in_full) for in_full in (False, True))
    assert (full.ended.cycles, full.ended.jumps) == (365, 0)
    assert jumped.ended.cycles < 20
    assert full.loss(1).min() > 0.005
    assert jumped.loss(1) == pytest.approx(full.loss(1), rel=0.01)
    life = life_of(pack, load_years(tmp_path / "years.toml"))(full.recorded)
    film = full.recorded["film_resistance"].values[-1]
    area = life.capacity / PARAMETERS.capacity  # of the electrodes, which all resistances are shared by
    expected = film * area / float(PARAMETERS.settled_resistance(0.5))
    assert life.resistance_growth[-1] == pytest.approx(expected, rel=1e-9)
    assert np.all(expected > 1e-3)
