import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.runs.observed import Observed
from packfmu.studies.runs.store import load_store, opened
from packfmu.studies.runs.study import PackStudy, status
from tests.studies.runs.small import OBSERVED, SECONDS, contents, small_pack, small_population, small_study

distributed = pytest.importorskip("distributed", reason="needs the extra studies")


@pytest.fixture(scope="module")
def scheduler():
    """Address of a scheduler with one worker, in this process."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as local:  # fmt: skip
        yield local.scheduler_address


@pytest.fixture(scope="module")
def done(scheduler, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return small_study(folder), folder / "r.zarr", small_study(folder).run(folder / "r.zarr", 1, scheduler, quiet=True)


def test_all_samples_are_in_the_store(done):
    study, store, end = done
    assert (end.complete, end.cut_off, end.failed, end.waiting) == (study.samples, 0, 0, 0)
    data = load_store(store)
    assert data.temperature.dims == ("sample", "cell")
    assert data.voltage.shape == (study.samples, SECONDS // 5 + 1)
    assert data.current.values == pytest.approx(-30.0, rel=1e-9)
    assert data.temperature.attrs["units"] == "K"


def test_a_sample_is_the_pack_that_the_population_draws(done):
    _, store, _ = done
    data = load_store(store)
    drawn = small_population().draw(4, 2)
    assert data.drawn_contact_resistance.values[4] == pytest.approx(drawn["contact_resistance"], rel=1e-15)
    fall = data.voltage.values[:, 0] - data.voltage.values[:, 1]
    contact = 30.0 * 1e-3 * data.drawn_contact_resistance.values[..., 0].sum(axis=1)
    assert fall - contact == pytest.approx((fall - contact)[0], abs=1e-9)  # what is left is of equal cells


def test_a_study_goes_on_where_it_was_left_and_gives_the_same_bytes(done, scheduler, tmp_path):
    study, store, _ = done
    whole, data = contents(store), load_store(store)
    other = tmp_path / "r.zarr"
    assert small_study(tmp_path).run(other, 1, scheduler, quiet=True).is_done
    assert contents(other) == whole
    for chunk in (1, 3):
        (other / "done" / "c" / str(chunk)).unlink()
    held = opened(other, study.samples, study.chunk, (), data.attrs["identity"], {})
    assert held.missing() == [1, 3]
    assert status(other).waiting == 3
    kept = {path: path.stat().st_mtime_ns for path in (other / "lowest" / "c").iterdir()}
    assert small_study(tmp_path).run(other, 1, scheduler, quiet=True).is_done
    assert contents(other) == whole
    again = {path.name for path, time in kept.items() if path.stat().st_mtime_ns != time}
    assert again == {"1", "3"}


def test_packs_that_are_cut_off_and_that_fail_stay_with_their_reasons(scheduler, tmp_path):
    study = small_study(tmp_path, samples=2, current=-3000.0)
    end = study.run(tmp_path / "r.zarr", 1, scheduler, quiet=True)
    assert end.cut_off == 2
    data = load_store(tmp_path / "r.zarr")
    assert "undervoltage" in data.reason.values[0]
    assert np.isnan(data.voltage.values[:, -1]).all()


@pytest.mark.parametrize(
    ("observed", "message"),
    [
        ((), "outputs: there are none"),
        (OBSERVED[:1] * 2, "outputs: lowest is there twice"),
    ],
)
def test_a_study_that_does_not_fit_is_refused(observed, message):
    with pytest.raises(InputError, match=message):
        PackStudy(small_pack(), small_population(), "wltc_class3b", observed, 1)


def test_an_output_that_does_not_exist_is_refused_by_its_key(tmp_path):
    wrong = Observed(name="hottest", output="Thermal.temperature_maximun", of="maximum")
    with pytest.raises(InputError, match=r'hottest: output = "Thermal.temperature_maximun".*temperature_maximum'):
        small_study(tmp_path, observed=(wrong,)).run(tmp_path / "r.zarr", 1, quiet=True)
    assert not (tmp_path / "r.zarr").exists()
