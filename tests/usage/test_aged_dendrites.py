"""A saved aged pack keeps the shorts that dendrites have made: each cell draws what it drew when it was new."""

from datetime import datetime

import numpy as np
import pytest
import xarray as xr

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.fmi.registry import load_definition
from packfmu.pack.file import load_pack
from packfmu.pack.parts import parts
from packfmu.usage.aged import save_aged
from packfmu.usage.experiment_file import expand
from packfmu.usage.years_file import Years

PACK = """
[pack]
series = 20
parallel = 10
[cell]
parameters = "nissan_leaf_2013"
[variation]
seed = 4
capacity_cv = 0.02
[aging]
parameters = "graphite_film_aging"
dendrites = true
"""
DAYS, YEAR = 20, 20 * 86400.0
YEARS = Years(
    datetime(2013, 1, 1, 7), 0.7, 32, expand(["Rest until 07:00"], "steps"), {"cold": (DAYS, 278.15)}, "years.toml"
)
LOST = np.linspace(1e3, 8e3, 200)
"""What plating has taken of each cell in a year [C]: 1 to 7 % of its capacity."""


def aging_of(pack):
    """Return the aging of a pack, as its file starts it."""
    part = next(part for part in parts(pack) if part.name == "Aging")
    instance = Instance(load_definition(part.component, part.arguments, part.start).model)
    instance.initialize()
    return instance


def lived(pack, lost):
    """Return what a run of one year records where plating takes so much [C]."""
    cells = pack.pack.cells
    both = ("time", "cell")
    rows = {
        "soc": np.full((2, cells), 0.7),
        "soh": np.ones((2, cells)),
        "plating_lost_charge": np.stack([0.0 * lost, lost]),
    }
    return xr.Dataset(
        {**{name: (both, values) for name, values in rows.items()}, "soc_shift": (both, np.zeros((2, cells)))},
        {"time": [0.0, YEAR]},
    )


def age(instance, lost):
    instance.u["plating_lost_charge"] += lost
    assert instance.advance(0.0, YEAR) == DONE


@pytest.fixture(scope="module")
def aged(tmp_path_factory):
    """A pack that has lived for a year, and the pack that was saved then."""
    path = tmp_path_factory.mktemp("aged") / "pack.toml"
    path.write_text(PACK)
    pack = load_pack(path)
    first = aging_of(pack)
    age(first, LOST)
    return first, aging_of(load_pack(save_aged(path, pack, YEARS, lived(pack, LOST), 1, path.parent)))


def test_the_shorts_are_there_at_once_with_their_conductances(aged):
    first, second = aged
    assert 0 < first.y["dendrite_shorts"] == second.y["dendrite_shorts"] < 200
    assert np.array_equal(second.y["dendrite_short"], first.y["dendrite_short"])
    begun = second.y["dendrite_short"] > 0.0
    assert (second.y["dendrite_short_time"][begun] == 0.0).all()
    assert ((first.y["dendrite_short_time"][begun] > 0.0) & (first.y["dendrite_short_time"][begun] <= YEAR)).all()


def test_other_cells_get_theirs_where_they_would_have(aged):
    first, second = aged
    begun = second.y["dendrite_short"] > 0.0
    for instance in aged:
        age(instance, LOST)
    assert np.array_equal(second.y["dendrite_short"], first.y["dendrite_short"])
    later = (first.y["dendrite_short"] > 0.0) & ~begun
    assert later.any()
    np.testing.assert_allclose(second.y["dendrite_short_time"][later], first.y["dendrite_short_time"][later], rtol=1e-9)
