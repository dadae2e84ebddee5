"""Years planned from a file: paces that the timescales allow, the calendar, and what is refused."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from packfmu.usage.experiment_file import expand
from packfmu.usage.years import life_of, plan_years, run_years
from packfmu.usage.years_file import DAY, Years

SECOND = 10**9
PACK = {
    "pack": {"series": 2, "parallel": 2},
    "cell": {"parameters": "nissan_leaf_2013"},
    "variation": {"seed": 4, "capacity_cv": 0.02},
    "aging": {"parameters": "nissan_leaf_aging"},
    "schedule": {"control": "1 s", "thermal": "5 s", "aging": "15 min"},
}
STEPS = ["Drive hill.csv", "Rest for 40 s", "Charge at C/6 up to 4.15 V for 8 h", {"step": "Rest until 07:00"}]
YEARS = Years(
    datetime(2013, 1, 1, 7), 0.7, None, expand(STEPS, "steps"), {"cold": (5, 278.15), "warm": (7, 297.15)}, "years.toml"
)


def hill(file):
    return 120 * SECOND, {"PackNetwork.pack_power": -np.arange(120.0)}


def built(contents, folder):
    pack = Pack.model_validate(contents)
    return pack, build_parts(all_parts(pack), folder, pack.outputs.detail, platforms=[host_platform()])["Pack"].parent


@pytest.fixture(scope="module")
def pack_and_fmus(tmp_path_factory):
    return built(PACK, tmp_path_factory.mktemp("years"))


def planned(pack_and_fmus, years, output, **more):
    pack, folder = pack_and_fmus
    return plan_years(pack, folder, years, 2, output, hill, **more)


def test_days_are_planned_by_seasons(pack_and_fmus, tmp_path):
    long_run = planned(pack_and_fmus, YEARS, tmp_path / "it.nc").long_run
    assert [(leg.duty, leg.duration) for leg in long_run.calendar] == [("cold", 5 * DAY), ("warm", 7 * DAY)]
    assert long_run.experiment.duration == 24 * DAY
    for season, kelvin in (("cold", 278.15), ("warm", 297.15)):
        phases = long_run.duties[season].phases
        assert {phase.values["Pack.ambient_temperature"] for phase in phases} == {kelvin}
    drive, _, charge, _ = long_run.duties["cold"].phases
    assert drive.values["Pack.load_mode"] is LoadMode.POWER
    assert (charge.values["Pack.load_mode"], charge.values["Pack.voltage_limit"]) == (3, 8.3)


def test_paces_are_the_greatest_that_the_timescales_allow(pack_and_fmus, tmp_path):
    """The board's time constant of 200 s outlives 160 s of Thermal, and 40 s are a multiple of 8 times 5 s."""
    for years, paces in ((YEARS, [1, 8, 32, 32]), (replace(YEARS, pace=4), [1, 4, 4, 4])):
        duties = planned(pack_and_fmus, years, tmp_path / "it.nc").long_run.duties
        assert [phase.pace for phase in duties["cold"].phases] == paces


def test_a_pace_that_mixes_timescales_is_refused(tmp_path):
    both = built(PACK | {"thermal": {"heat_capacity": 60.0, "convection": 1.0}}, tmp_path)
    chosen = planned(both, YEARS, tmp_path / "it.nc").long_run.duties["cold"].phases
    assert 1 < max(phase.pace for phase in chosen) < 32
    with pytest.raises(InputError, match=r"duty mixes timescales|the fastest time constant of Thermal"):
        planned(both, replace(YEARS, pace=32), tmp_path / "it.nc")


def test_the_block_and_the_components_live_alike(pack_and_fmus, tmp_path):
    ends = []
    for components in (False, True):
        plan = planned(pack_and_fmus, YEARS, tmp_path / f"{components}.nc", components=components)
        ends.append(run_years(pack_and_fmus[0], plan))
    assert ends[0].end == ends[1].end == 24 * DAY
    assert ends[0].errors == ends[1].errors


def test_a_pack_that_does_not_age_is_refused(tmp_path):
    pack = Pack.model_validate({key: table for key, table in PACK.items() if key != "aging"})
    for make in (lambda: life_of(pack, YEARS), lambda: plan_years(pack, tmp_path, YEARS, 1, tmp_path / "it.nc", hill)):
        with pytest.raises(InputError, match=r"no \[aging\] table"):
            make()


def test_no_years_are_refused(pack_and_fmus, tmp_path):
    pack, folder = pack_and_fmus
    with pytest.raises(InputError, match="--years 0 must be at least 1"):
        plan_years(pack, folder, YEARS, 0, tmp_path / "it.nc", hill)
