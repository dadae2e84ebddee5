"""From process to pack at a small size: what is run agrees with what the cells hold."""

import cell_to_cell as example
import numpy as np
import pytest

from packfmu.pack.parts import parts
from packfmu.studies.population.cells import pack_of
from packfmu.studies.runs.study_file import load_study

distributed = pytest.importorskip("distributed", reason="needs the extra studies")


def test_the_capacities_of_the_cells_follow_from_the_process():
    study = load_study(example.STUDY).study
    study = example.replace(study, samples=2)
    held = example.held(study)
    assert held.shape == (2, 24)
    (cell,) = (part for part in parts(pack_of(study.population, study.pack, 1)) if part.name == "Cell")
    assert held[1] == pytest.approx(cell.start["capacity"], rel=1e-12)
    assert 0.001 < held.std() / held.mean() < 0.03


@pytest.mark.campaign
def test_a_balanced_pack_gives_its_least_group(tmp_path):
    """It compiles the block of a pack of cells of physics; usable is the least group's capacity to rounding."""
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as local:
        columns = example.run(20, 1, tmp_path / "study.zarr", local.scheduler_address)
    groups = columns.data["cell_capacity"].values.reshape(20, 12, 2).sum(axis=2)
    assert np.all(columns.values("usable_capacity") <= groups.min(axis=1) * (1.0 + 1e-12))
    assert columns.values("usable_capacity") == pytest.approx(groups.min(axis=1), rel=2e-3)
    assert "packs of 12 groups of two" in example.told(example.replace(columns))[-1]
