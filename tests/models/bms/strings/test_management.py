"""Strings in parallel under one management: what each reads, what is cut off, and what the pack may carry."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.bms.protection import TRIPS
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network.wired import network
from packfmu.models.strings import strings_of

from ..managed import QUIET
from .stringed import GROUPS, KIND, PARALLEL, SERIES, WIRED, Strung, declared

STILL = {**QUIET, "initial_soc_sigma": 0.01}


@pytest.fixture(scope="module")
def made():
    """Return cells, network and model of the Bms, compiled once."""
    cell = Instance(cell_ecm.declare(GROUPS * PARALLEL, KIND))
    return cell, Instance(network.declare(WIRED.netlist(), KIND.nodes)), declared()


def test_each_string_is_estimated_by_its_own_sensor(made):
    """Unlike resistances and biases: each group's SOC within 1 %, each bias within three of the filters' sigmas."""
    scale = np.repeat([1.0, 1.0, 1.0, 2.0, 2.0, 2.0], PARALLEL)
    offsets = np.array([0.3, -0.2])
    pack = Strung(*made, soc=0.7, scale=scale, initial_soc=0.65, string_sensor_offset=offsets, seed=3)
    random = np.random.default_rng(0)
    for current in np.concatenate([np.repeat(random.normal(-12.0, 25.0, 180), 10), np.zeros(1200)]):
        y = pack.step(current)
    true = pack.cell.y["soc"].reshape(GROUPS, PARALLEL).mean(axis=1)
    assert np.abs(y["group_soc"] - true).max() < 0.01
    assert (np.abs(y["group_soc"] - true) < 3.0 * y["soc_sigma"]).all()
    assert np.abs(y["string_current_bias"] - offsets).max() < 3.0 * y["current_bias_sigma"]
    assert y["current_bias"] == pytest.approx(0.0, abs=3.0 * y["current_bias_sigma"])  # the pack's sensor has none
    assert y["pack_soc"] == pytest.approx(pack.network.y["pack_soc"], abs=0.01)
    assert y["measured_string_current"] == pytest.approx(offsets + pack.network.y["string_current"], abs=0.3)
    assert not any(y[name] for name in TRIPS)


def test_a_pack_of_equal_strings_may_carry_twice_a_string(made):
    """As one string at half the current: the same limits and SOC, in each string and of all."""
    y = Strung(*made, soc=0.9, initial_soc=0.9, **STILL).step(0.0)
    for way, most in (("charge", 80.0), ("discharge", 160.0)):
        assert (y[f"{way}_current"] <= most).all()
        assert (np.diff(y[f"{way}_current"]) <= 1e-9).all()
    assert y["discharge_current"][0] == pytest.approx(160.0, rel=1e-6)
    assert y["pack_soc"] == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("place", [1, 2])
def test_unlike_strings_keep_their_limits_at_the_packs(made, sign, place):
    """Near an end of SOC, a string of thrice the resistance: at the pack's limit the voltages come to it, not beyond.

    Shares change over the horizon, and the limits take them as constant: measured 3.6 mV in 10 s, 5.3 mV in 30 s.
    """
    scale = np.repeat([1.0, 1.0, 1.0, 3.0, 3.0, 3.0], PARALLEL)
    soc = 0.9 if sign > 0.0 else 0.12
    pack = Strung(*made, soc=soc, scale=scale, initial_soc=soc, resistance_scale=scale[::PARALLEL], **STILL)
    pack.bms.p["maximum_charge_current"] = pack.bms.p["maximum_discharge_current"] = 1e3
    pack.bms.p["overcurrent_charge_threshold"] = pack.bms.p["overcurrent_discharge_threshold"] = 1e4
    y = pack.step(0.0)
    way, horizon = ("charge" if sign > 0.0 else "discharge"), (2.0, 10.0, 30.0)[place]
    current = y[f"{way}_current"][place]
    for _ in range(round(horizon)):
        pack.step(sign * current)
    beyond = sign * (pack.voltages() - (KIND.maximum_voltage if sign > 0.0 else KIND.minimum_voltage))
    assert beyond.max() < 8e-3
    assert beyond.max() > -8e-3


def test_no_string_carries_more_than_its_share_of_the_greatest_current(made):
    """The string of half the resistance carries two thirds: it alone is at its share, the pack below the sum."""
    scale = np.repeat([1.0, 1.0, 1.0, 2.0, 2.0, 2.0], PARALLEL)
    pack = Strung(*made, soc=0.6, scale=scale, initial_soc=0.6, resistance_scale=scale[::PARALLEL], **STILL)
    current = pack.step(0.0)["discharge_current"][0]
    assert current == pytest.approx(120.0, rel=0.02)
    pack.step(-current)
    assert pack.network.y["string_current"].min() == pytest.approx(-80.0, rel=0.02)


def test_a_string_that_is_told_open_leaves_the_pack_at_once(made):
    pack = Strung(*made, soc=np.repeat([0.8, 0.8, 0.8, 0.5, 0.8, 0.8], PARALLEL), **STILL)
    pack.bms.p["initial_soc"] = [0.8, 0.8, 0.8, 0.5, 0.8, 0.8]
    pack.bms.initialize()
    assert pack.bms.y["pack_soc"] == pytest.approx(pack.network.y["pack_soc"], abs=1e-6)  # of unequal strings
    assert abs(pack.bms.y["pack_soc"] - 0.5 / 0.7) > 0.05  # not that of the string with the low group
    pack.network.u["string_open"] = [0.0, 1.0]
    y = pack.step(-20.0, string_open=[0.0, 1.0])
    assert list(y["string_cut_off"]) == [0.0, 1.0]
    assert y["pack_soc"] == pytest.approx(0.8, abs=2e-3)
    assert y["discharge_current"][0] == pytest.approx(80.0, rel=1e-3)  # of one string


def test_a_string_without_current_counts_as_cut_off_until_it_carries_one(made):
    """Its contactor opens and nobody tells: found after debounce_time under a current, kept at rest, and left."""
    pack = Strung(*made, soc=0.7, initial_soc=0.7, **STILL)
    pack.step(-20.0)
    pack.network.u["string_open"] = [1.0, 0.0]
    assert not any(pack.step(0.0)["string_cut_off"][0] for _ in range(20))  # nothing to be seen at rest
    found = [pack.step(-20.0)["string_cut_off"][0] for _ in range(8)]
    assert found == [0.0] * 4 + [1.0] * 4
    assert pack.bms.y["string_cut_off"][1] == 0.0
    assert pack.step(0.0)["string_cut_off"][0] == 1.0
    pack.network.u["string_open"] = 0.0
    assert pack.step(-20.0)["string_cut_off"][0] == 0.0


def test_the_last_string_of_a_pack_leaves_nothing_to_carry(made):
    y = Strung(*made, soc=0.7, **STILL).step(0.0, string_open=1.0)
    assert y["pack_soc"] == 0.0
    for name in ("charge_current", "discharge_current", "charge_power", "discharge_power"):
        assert not y[name].any()
    for variable in made[2].outputs:
        assert np.isfinite(y[variable.name]).all(), variable.name


def test_a_string_of_more_than_its_share_trips(made):
    """The pack's current is within its thresholds, the string's is not: 1.2 times 80 A."""
    scale = np.repeat([1.0, 1.0, 1.0, 4.0, 4.0, 4.0], PARALLEL)
    pack = Strung(*made, soc=0.7, scale=scale, initial_soc=0.7, resistance_scale=scale[::PARALLEL], **STILL)
    tripped = [pack.step(-150.0)["overcurrent"] for _ in range(7)]
    assert pack.network.y["string_current"].min() < -96.0
    assert tripped == [0.0] * 5 + [1.0] * 2


def test_rows_run_through_the_modules():
    lying = strings_of(12, 2, 2)
    assert (lying.starts, lying.count, lying.parallel) == ((0, 3, 6, 9, 12), 4, 2)
    assert lying.rows == ((0, 1, 2, 6, 7, 8), (3, 4, 5, 9, 10, 11))
    assert lying.row_of_groups == (0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1)
    assert strings_of(5, [2, 3]).starts == (0, 2, 5)
    assert SERIES * lying.parallel == 6
