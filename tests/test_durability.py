"""What replaces a file is on the disk before it does, and its name before what it makes needless is removed."""

import sys

import pytest
from matplotlib.figure import Figure

from packfmu.core.cache import write_sealed
from packfmu.cosim.long import long_run
from packfmu.pack.figure import save_figure
from tests import deeds
from tests.disk import Watched

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.fixture
def watched(tmp_path, monkeypatch):
    return Watched(monkeypatch, tmp_path)


def test_a_set_of_fmus(tmp_path, monkeypatch, watched):
    deeds.small_builders(monkeypatch)
    deeds.build(tmp_path / "new" / "folder", deeds.OLD)
    watched.assert_durable()
    assert watched.renamed() == [*(f"{name}.fmu" for name in deeds.PARTS[:2]), "Pack.ssp"]
    made = [path for what, path in watched.log if what == "sync"]
    assert {str(tmp_path), str(tmp_path / "new"), str(tmp_path / "new" / "folder")} <= set(made)


def test_the_results_of_a_run_and_its_table(tmp_path, watched):
    deeds.drive(tmp_path, deeds.OLD)
    watched.assert_durable()
    assert watched.renamed() == ["run.nc", "run.csv"]


def test_the_results_of_a_long_run_before_its_checkpoint_goes(tmp_path, monkeypatch, watched):
    monkeypatch.setattr(long_run, "BETWEEN_CHECKPOINTS", 0.0)
    deeds.age(tmp_path, deeds.OLD)
    watched.assert_durable()
    assert watched.renamed() == ["life.checkpoint", "life.nc"]
    folder, checkpoint = str(tmp_path), str(tmp_path / "life.checkpoint")
    assert watched.log[-4:] == [
        ("rename", str(tmp_path / "life.nc")),
        ("sync", folder),
        ("remove", checkpoint),
        ("sync", folder),
    ]


def test_a_figure(tmp_path, small_pack, watched, monkeypatch):
    monkeypatch.setattr("packfmu.pack.figure.draw", lambda _: Figure())
    save_figure(None, tmp_path / "run.png")
    watched.assert_durable()
    assert watched.renamed() == ["run.png"]


def test_an_entry_of_the_cache(tmp_path, watched):
    write_sealed(tmp_path / "entry", b"content")
    assert watched.log == [("rename", str(tmp_path / "entry")), ("sync", str(tmp_path))]
