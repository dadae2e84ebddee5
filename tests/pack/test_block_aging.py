"""The block of a pack whose cells age, Aging itself staying outside, against the separate components."""

import numpy as np
import pytest
from fmpy import read_model_description
from fmpy.validation import validate_fmu

from packfmu.core.instance import Instance
from packfmu.core.variable import Detail
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.block.taps import Summary
from packfmu.coupling.schedule import make_plan
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.registry import load_definition
from packfmu.fmus.pack import AGING_TAPS
from packfmu.models.aging.counters import COUNTER_NAMES
from packfmu.models.network.loads import LoadMode
from packfmu.pack.block import kernel_pack, pack_block, periods
from packfmu.pack.file import Pack
from packfmu.pack.parts import parts

SECOND = 10**9
STEPS = 60
GIVEN = {
    "capacity_loss": np.linspace(0.05, 0.1, 6),
    "resistance_growth": np.linspace(0.1, 0.6, 6),
    "film_resistance": np.linspace(1e-4, 6e-4, 6),
    "soc_shift": np.linspace(-0.02, 0.03, 6),
}


@pytest.fixture(scope="module")
def planned(small_pack):
    values = {**small_pack.model_dump(mode="json", exclude_unset=True), "aging": {"parameters": "nissan_leaf_aging"}}
    pack = Pack.model_validate(values)
    return pack, [part for part in parts(pack) if part.name != "Aging"]


@pytest.fixture(scope="module")
def aging_part(planned):
    return pack_block(*planned)


@pytest.fixture(scope="module")
def separate(planned, tmp_path_factory):
    """Return the trace of the four components under our master."""
    pack, made = planned
    system = kernel_pack(made, metered=True)
    output = tmp_path_factory.mktemp("separate") / "separate.nc"
    values = {f"Cell.{name}": value for name, value in GIVEN.items()}
    values |= {"PackNetwork.capacity_loss": GIVEN["capacity_loss"]}
    values |= {"PackNetwork.load_mode": LoadMode.POWER, "PackNetwork.pack_power": -1500.0}
    record = {tap.name: tap.source for tap in AGING_TAPS} | {"usable_capacity": "PackNetwork.usable_capacity"}
    experiment = Experiment(STEPS * SECOND, values=values, record=record, output=output)
    run(system, make_plan(system, periods(pack.schedule)), experiment)
    return load(output)


@pytest.fixture(scope="module")
def aging_model(aging_part):
    return load_definition(aging_part.component, aging_part.arguments, aging_part.start).model


def loaded(aging_model):
    block = Instance(aging_model)
    block.u["load_mode"], block.u["pack_power"] = LoadMode.POWER, -1500.0
    for name, value in GIVEN.items():
        block.u[name] = value
    block.initialize()
    return block


def test_counters_and_integrals_are_those_of_the_separate_components(aging_model, separate):
    block = loaded(aging_model)
    for number in range(STEPS):
        assert block.advance(float(number), 1.0) == 0
        for name in ("usable_capacity", *(tap.name for tap in AGING_TAPS)):
            np.testing.assert_array_equal(block.y[name], separate[name].values[number + 1], name)
    assert np.all(block.y["charge_throughput"] > 1e3)
    assert np.ptp(block.y["capacity_calendar_damage"]) > 0.0


def test_a_longer_step_sums_the_integrals_up(aging_model):
    """A loss and a shift that the block is given are booked once, at the beginning of its step."""
    told = []
    for lengths in ([20.0], [1.0] * 20):
        block, t = loaded(aging_model), 0.0
        block.u["capacity_loss"], block.u["soc_shift"] = GIVEN["capacity_loss"] + 0.01, GIVEN["soc_shift"] + 0.01
        sums = dict.fromkeys((tap.name for tap in AGING_TAPS if tap.summary is Summary.INTEGRAL), 0.0)
        for h in lengths:
            assert block.advance(t, h) == 0
            t += h
            sums = {name: value + float(block.y[name]) for name, value in sums.items()}
        told.append(sums)
    assert told[0] == pytest.approx(told[1], rel=1e-14)
    assert all(told[0].values())


def test_the_fmu_tells_the_counters_whatever_the_detail(aging_part, tmp_path):
    built = build_parts((aging_part,), tmp_path, Detail.PACK, Form.PYTHON)["Pack"]
    assert validate_fmu(built) == []
    names = {variable.name for variable in read_model_description(str(built)).modelVariables}
    assert {f"{counter}[{k}]" for counter in (*COUNTER_NAMES, "plated_charge") for k in range(1, 7)} <= names
    assert {"capacity_loss[6]", "resistance_growth[6]", "film_resistance[6]", "soc_shift[6]", "step_scale"} <= names
    assert "soc[1]" not in names


def test_cells_that_do_not_age_have_none_of_that(model):
    names = {variable.path for variable in model.interface}
    assert not names & {*GIVEN, *(tap.name for tap in AGING_TAPS)}
