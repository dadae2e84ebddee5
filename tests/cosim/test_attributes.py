"""What the results tell of their run."""

from dataclasses import replace

import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from tests.cosim.runs import SECOND, fast_and_slow, plan_of


@pytest.fixture
def experiment(tmp_path):
    return Experiment(
        5 * SECOND,
        record={"level": "Fast.level"},
        output=tmp_path / "run.nc",
        attributes={"seed": "7", "steps": "not known yet"},
        described=lambda ended: {"steps": str(ended.steps)},
    )


def test_a_run_that_ends_well_is_described_at_its_end(experiment):
    system = fast_and_slow()
    run(system, plan_of(system), experiment)
    assert load(experiment.output).attrs == {"seed": "7", "steps": "5", "complete": 1}


def test_a_run_that_fails_keeps_what_was_known_before(experiment):
    system = fast_and_slow()

    def fails(_):
        raise InputError("no more room")

    with pytest.raises(InputError, match="no more room"):
        run(system, plan_of(system), replace(experiment, described=fails))
    attributes = {"seed": "7", "steps": "not known yet", "complete": 0, "reason": "no more room"}
    assert load(experiment.output).attrs == attributes
