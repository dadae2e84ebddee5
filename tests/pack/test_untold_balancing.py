"""Balancing currents that the battery management is not told: what the pack file makes of them, and the FMUs of it."""

import numpy as np
import pytest
from fmpy import simulate_fmu

from packfmu.core.instance import Instance
from packfmu.core.variable import Detail
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.models.cell import ecm
from packfmu.models.cell.kind import ModelErrors, in_parallel
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.block import pack_block
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from tests.pack.planned import MANAGED, SMALLEST, part

STEP, STEPS, GROUPS = 10.0, 1080, 3
UNTOLD = np.array([-0.5, 0.0, 0.5])
"""Currents at the taps of the groups that the management is not told, within its rating [A]."""


@pytest.mark.parametrize(
    ("balancer", "rating"),
    [
        ({"bleed_resistance": 42.0}, 4.2 / 42.0),
        ({"converter": "buck_boost", "rated_current": 2.0}, 4.0 * 4.2 / 3.0),  # a middle group has two neighbours
        ({"converter": "flyback", "links": "star", "rated_current": 2.0}, 6.0 * 4.2 / 3.0),
        ({"converter": "flyback", "links": "complete", "rated_current": 2.0}, 6.0 * 4.2 / 3.0),
        ({"converter": "flyback", "rated_current": 2.0}, 4.0 * 4.2 / 3.0),  # its own, and a quarter of each of four
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
def cells():
    """Return, step by step, current [A], voltages [V] and SOC of groups: an hour's discharge and two of rest."""
    groups = Instance(ecm.declare(GROUPS, in_parallel(LEAF, 2)).with_start({"initial_soc": 0.9}))
    groups.initialize()
    current = np.where(np.arange(STEPS) < STEPS / 3.0, -15.0, 0.0)
    voltage, soc = np.zeros((STEPS, GROUPS)), np.zeros((STEPS, GROUPS))
    for n in range(STEPS):
        groups.u["current"] = current[n] + UNTOLD
        groups.advance(n * STEP, STEP)
        voltage[n], soc[n] = groups.y["voltage"], groups.y["soc"]
    return current, voltage, soc


TOLD = ("group_soc", "soc_sigma", "leakage")


@pytest.fixture(scope="module")
def expected(cells):
    """Return what the kernel tells of them: SOC, its standard deviation, and the current at the tap."""
    current, voltage, _ = cells
    instance, told = Instance(_bms(balancing_known=0.0).model), []
    instance.initialize()
    for n in range(STEPS):
        instance.u["pack_current"] = instance.u["present_current"] = current[n]
        instance.u["group_voltage"] = voltage[n]
        instance.advance(n * STEP, STEP)
        told.append(np.concatenate([instance.y[name] for name in TOLD]))
    return np.array(told)


def test_the_filter_finds_what_nobody_tells(cells, expected):
    """From a first guess that is 0.03 off; the sensor has a bias of 0.1 A."""
    soc, sigma, found = np.split(expected[-1], len(TOLD))
    assert np.all(np.abs(soc - cells[2][-1]) < 3.0 * sigma)
    assert np.all(sigma < 0.02)
    assert found == pytest.approx(-UNTOLD, abs=0.25)


@pytest.mark.parametrize("form", Form)
def test_each_flavour_finds_the_same_through_fmpy(form, cells, expected, tmp_path):
    (path,) = build_parts([part(MANAGED, "Bms")], tmp_path, Detail.CELL, form, [host_platform()]).values()
    current, voltage, _ = cells
    names = ["time", "pack_current", "present_current", *(f"group_voltage[{g + 1}]" for g in range(GROUPS))]
    rows = np.column_stack([STEP * np.arange(STEPS), current, current, voltage])
    told = [f"{name}[{g + 1}]" for name in TOLD for g in range(GROUPS)]
    result = simulate_fmu(
        str(path),
        stop_time=STEPS * STEP,
        output_interval=STEP,
        start_values={"balancing_known": False},
        input=np.array([tuple(row) for row in rows], dtype=[(name, float) for name in names]),
        output=told,
    )
    np.testing.assert_array_equal(np.column_stack([result[name] for name in told])[1:], expected)


def test_a_block_that_is_not_told_what_its_balancer_does(tmp_path):
    """Flybacks of 1 A balance three groups on an hour's discharge."""
    block = [pack_block(MANAGED, parts(MANAGED))]
    (path,) = build_parts(block, tmp_path, MANAGED.outputs.detail, platforms=[host_platform()]).values()
    groups = range(1, GROUPS + 1)
    told = [f"{name}[{g}]" for name in ("estimated_group_soc", "group_soc", "soc_sigma") for g in groups]
    result = simulate_fmu(
        str(path),
        stop_time=3600.0,
        output_interval=STEP,
        start_values={"Bms.balancing_known": False, "pack_current": -2.0},
        output=[*told, "moved_charge", "soc_trusted"],
    )
    estimated, true, sigma = np.split(np.column_stack([result[name] for name in told]), 3, axis=1)
    assert result["moved_charge"].sum() > 100.0
    assert np.all(np.abs(estimated - true)[60:] < 3.0 * sigma[60:])
    assert np.all(sigma[-1] < 0.05)
    assert result["soc_trusted"][-1]


def test_the_block_has_the_bms_s_parameters():
    block = pack_block(MANAGED, parts(MANAGED))
    model = load_definition(block.component, block.arguments, block.start).model
    told = {variable.listed_name: float(variable.start_values()) for variable in model.parameters if not variable.shape}
    assert told["Bms.balancing_known"] == 1.0
    assert told["Bms.balancing_rating"] == pytest.approx(2.0 * 4.2 / 3.0)  # a flyback of 1 A, a third of each of three
    assert told["Bms.balancing_correlation_time"] == 7200.0
