"""A step that charges a pack of cells of physics as fast as no negative electrode falls below a potential."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.pack.block import kernel_pack, periods
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts
from packfmu.usage.experiment_file import expand
from packfmu.usage.phases import PackPorts, step_phases, steps_experiment

STEPS = ["Charge at 3C with anode above 50 mV for 10 min", "Rest for 1 min"]
PACK = Pack.model_validate(
    {
        "pack": {"series": 2, "parallel": 1},
        "cell": {"parameters": "chen_2020", "initial_soc": 0.3},
        "variation": {"seed": 7, "capacity_cv": 0.02, "soc_spread": 0.01},
        "thermal": {"convection": 0.5, "conduction": 0.0},
    }
)


def no_drive(name):
    raise AssertionError(name)


def test_it_holds_the_lowest_electrode_and_ends_by_its_time(tmp_path):
    system, experiment = steps_experiment(kernel_pack(parts(PACK)), PACK, expand(STEPS, "steps"), no_drive)
    record = {"anode": "Cell.anode_potential", "current": "PackNetwork.pack_current_actual"}
    run(
        system,
        make_plan(system, periods(PACK.schedule)),
        replace(experiment, record=record | dict(experiment.record), output=tmp_path / "a.nc"),
    )
    found = load(tmp_path / "a.nc")
    charging = found.isel(time=slice(400, 600))
    least = charging["anode"].values.min(axis=1)
    assert np.abs(least - 0.05).max() < 1e-3
    assert 0.0 < charging["current"].values.max() < 14.0
    assert found["current"].values[-1] == 0.0


def test_cells_that_do_not_tell_it_are_refused(small_pack, kernel_pack):
    with pytest.raises(InputError, match="'with anode above' needs cells of physics"):
        step_phases(expand(STEPS, "steps"), small_pack, PackPorts(kernel_pack, small_pack), no_drive)
