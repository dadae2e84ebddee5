"""Balancing currents that the battery management is not told: what the pack file makes of them, and the FMUs of it."""

import numpy as np
import pytest
from fmpy import simulate_fmu

from packfmu.core.instance import Instance
from packfmu.core.variable import Detail
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.models.cell.kind import ModelErrors
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.block import pack_block
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from tests.pack.planned import MANAGED, SMALLEST, part

STEP, STEPS = 10.0, 90


@pytest.mark.parametrize(
    ("balancer", "rating"),
    [
        ({"bleed_resistance": 42.0}, 4.2 / 42.0),
        ({"converter": "buck_boost", "rated_current": 2.0}, 4.0),  # a middle group has two neighbours
        ({"converter": "flyback", "links": "star", "rated_current": 2.0}, 6.0),
        ({"converter": "flyback", "links": "complete", "rated_current": 2.0}, 6.0),
        ({"converter": "flyback", "rated_current": 2.0}, 2.0 + 2.0 * 4 / 4),  # its own, and a quarter of each of four
    ],
)
def test_the_bms_knows_what_its_balancer_may_do(balancer, rating):
    pack = parse_pack(SMALLEST | {"pack": {"series": 4, "parallel": 1}, "balancer": balancer, "bms": {}}, "four")
    assert part(pack, "Bms").start["balancing_rating"] == pytest.approx(rating, rel=1e-12)


@pytest.mark.parametrize(("noise", "sigma"), [(0.0005, 3e-3), (0.01, 0.01)])
def test_a_noisy_channel_is_not_trusted_more_than_its_noise(noise, sigma):
    pack = parse_pack(SMALLEST | {"bms": {"voltage_noise": noise}}, "noisy")
    assert part(pack, "Bms").start["voltage_sigma"] == sigma


def test_what_the_filter_allows_for_is_the_cells():
    start = {variable.name: variable.start_values() for variable in _bms().model.parameters}
    errors = LEAF.errors
    for name, value in (("voltage_sigma", errors.fast), ("voltage_error", errors.slow),
                        ("table_error", errors.along_soc), ("resistance_error", errors.resistance),
                        ("hysteresis_error", errors.hysteresis)):  # fmt: skip
        assert start[name] == value
    with pytest.raises(ValueError, match=r"slow = -0\.001 must be at least 0"):
        ModelErrors(slow=-1e-3)


def _bms(**start):
    own = part(MANAGED, "Bms")
    return load_definition(own.component, own.arguments, {**own.start, **start})


@pytest.fixture(scope="module")
def expected():
    """Return what the kernel tells: the standard deviations of the SOC of each group, step by step."""
    instance = Instance(_bms(balancing_known=0.0).model)
    instance.initialize()
    told = [instance.y["soc_sigma"].copy()]
    for n in range(STEPS):
        instance.advance(n * STEP, STEP)
        told.append(instance.y["soc_sigma"].copy())
    return np.array(told)


def test_the_block_has_the_bms_s_parameters():
    block = pack_block(MANAGED, parts(MANAGED))
    model = load_definition(block.component, block.arguments, block.start).model
    told = {variable.listed_name: float(variable.start_values()) for variable in model.parameters if not variable.shape}
    assert told["Bms.balancing_known"] == 1.0
    assert told["Bms.balancing_rating"] == 2.0  # a flyback of 1 A, and a third of each of three
    assert told["Bms.balancing_time"] == 7200.0


@pytest.mark.parametrize("form", Form)
def test_each_flavour_tells_the_same_through_fmpy(form, expected, tmp_path):
    (path,) = build_parts([part(MANAGED, "Bms")], tmp_path, Detail.CELL, form, [host_platform()]).values()
    names = [f"soc_sigma[{g + 1}]" for g in range(expected.shape[1])]
    result = simulate_fmu(
        str(path), stop_time=STEPS * STEP, output_interval=STEP, start_values={"balancing_known": False}, output=names
    )
    found = np.column_stack([result[name] for name in names])
    np.testing.assert_array_equal(found, expected)
