from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.coupling.schedule import make_plan
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.parts import parts
from packfmu.studies.population.cells import pack_of
from packfmu.studies.runs.courses import read_course
from packfmu.studies.runs.observed import Observed
from packfmu.studies.runs.samples import Job, Runner, SampleEnding
from tests.studies.runs.small import OBSERVED, SECONDS, drive_file, small_pack, small_population

pytest.importorskip("openturns", reason="needs the extra studies")


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drive")
    return Job(small_pack(), small_population(), read_course(small_pack(), drive_file(folder)), OBSERVED)


def test_a_sample_is_the_same_in_any_order(job):
    first, second = Runner(job), Runner(job)
    early = [first.run(sample).values for sample in (3, 1)]
    late = [second.run(sample).values for sample in (1, 3)]
    for name in early[0]:
        assert np.array_equal(early[0][name], late[1][name])
        assert np.array_equal(early[1][name], late[0][name])


def test_steps_run_until_their_ends(job, tmp_path):
    path = tmp_path / "steps.toml"
    path.write_text('steps = ["Discharge at 30 A for 10 s", "Rest for 5 s"]\n')
    course = read_course(small_pack(), path)
    observed = [each for each in OBSERVED if each.of != "course"]
    found = Runner(replace(job, course=course, observed=tuple(observed))).run(0)
    assert (found.ending, found.reason) == (SampleEnding.COMPLETE, "")
    assert found.values["current"] == pytest.approx(-30.0 * 10.0 / 15.0, rel=1e-9)


def test_a_draw_that_fits_no_pack_fails_with_its_reason(job):
    wild = small_population(cells={"contact_resistance": {"distribution": "normal", "cv": 9.0, "low": -90.0}})
    runner = Runner(job)
    runner.job = replace(job, population=wild)
    endings = [runner.run(sample) for sample in range(4)]
    failed = [each for each in endings if each.ending is SampleEnding.FAILED]
    assert failed
    assert all("contact_resistance must be above 0" in each.reason for each in failed)
    assert all(np.isnan(values).all() for each in failed for values in each.values.values())


@pytest.mark.campaign
def test_a_sample_has_the_bits_of_the_components_stepped_by_the_master(job, tmp_path):
    pack = pack_of(job.population, job.pack, 2)
    system = with_profiles(kernel_pack(parts(pack)), job.course.rows)
    output = tmp_path / "run.nc"
    experiment = Experiment(
        SECONDS * 10**9, job.course.values, record={"voltage": "PackNetwork.pack_voltage"}, output=output
    )
    run(system, make_plan(system, periods(pack.schedule)), experiment)
    course = (Observed(name="voltage", output="PackNetwork.pack_voltage", of="course"),)
    found = Runner(replace(job, observed=course)).run(2)
    assert np.array_equal(found.values["voltage"], xr.load_dataset(output).voltage.values)
