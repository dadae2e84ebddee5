"""A row of cells burns cell by cell: as fast as the measured one by the share of the short that is declared for it.

Measured: H. Niu et al., Fire Technology 56 (2020) 2491, doi:10.1007/s10694-020-00976-0: a row of 18650 cells with gaps
of 3 mm, 0.35 +- 0.15 cells a minute, faster at a higher SOC and in warmer air.
"""

import numpy as np
import pytest

from packfmu.core.duration import parse_duration
from tests.pack.layout.burning import burnt, module, onsets, speed

SHARE, CAPACITY = 0.8, 9360.0
NO_SHORT = {"separator_short": 0.0, "short_energy_share": 0.0}
CLOSED = ("cells, charge", "cells, energy", "network, energy", "thermal, heat", "cells and board, heat")

PERIODS = [
    ("100 ms", "100 ms", "100 ms"), ("1 s", "5 s", "5 s"), ("1 s", "10 s", "10 s"), ("1 s", "30 s", "30 s"),
    ("1 s", "30 s", "60 s"), ("5 s", "5 s", "5 s"), ("10 s", "10 s", "10 s"), ("10 s", "10 s", "60 s"),
    ("30 s", "30 s", "30 s"),
]  # fmt: skip
"""Of the layers electrical, control and thermal."""


@pytest.fixture(scope="module", params=["1 s", "20 s"])
def row(request):
    """Three cells with steps of the thermal network of this length: their results and balances."""
    return request.param, *burnt(module(3, periods=("1 s", request.param, request.param)), 13)


def test_three_cells_burn_one_by_one(row):
    """The time from the second to the third is the same for both steps."""
    _, results, _ = row
    first, second, third = results["onset_time"].values[-1]
    assert 95.0 < first < 115.0
    assert second - first > third - second
    assert third - second == pytest.approx(152.5, rel=0.01)


def test_each_short_yields_its_share_and_heat_closes(row):
    _, results, balanced = row
    heat = results["short_heat_rate"].values.sum(axis=0)
    mean = float(np.mean(module(3).kinds.models[0].open_circuit(np.linspace(0.0, 1.0, 1001))))
    assert heat[1:] == pytest.approx(SHARE * mean * CAPACITY, rel=2e-3)  # of what is left when the separator melts
    for name in CLOSED:
        assert abs(balanced[name].relative) < 1e-9, name


@pytest.mark.campaign
def test_the_row_burns_as_fast_as_the_measured_one():
    times = onsets(module())
    assert np.all(np.diff(times) > 0.0)
    assert speed(times) == pytest.approx(0.36, abs=0.005)


@pytest.mark.campaign
def test_without_the_energy_of_shorts_nothing_spreads():
    """Not even from a cell that has had all of its electrical energy, by its nail."""
    results, _ = burnt(module(runaway=NO_SHORT), 45)
    assert results["onset_time"].values[-1][0] < 120.0
    assert results["temperature"].values[:, 1:].max() < 150.0 + 273.15


@pytest.mark.campaign
@pytest.mark.parametrize("periods", PERIODS, ids="/".join)
def test_the_speed_is_that_of_any_step(periods):
    """Within 0.5 % with electrical steps of 1 s; beyond, a cell that loses half of its charge in a minute is coarse."""
    allowed = 0.005 if parse_duration(periods[0]) <= 10**9 else 0.015
    assert speed(onsets(module(periods=periods))) == pytest.approx(speed(onsets(module())), rel=allowed)


@pytest.mark.campaign
def test_a_step_of_a_minute_for_all_layers_is_coarse():
    assert speed(onsets(module(periods=("60 s", "60 s", "60 s")))) == pytest.approx(0.346, abs=0.003)


@pytest.mark.campaign
@pytest.mark.parametrize(("gap", "burns"), [(0.002, True), (0.0035, True), (0.004, False), (0.006, False)])
def test_a_gap_stops_it(gap, burns):
    times = onsets(module(gap=gap))
    assert np.isfinite(times).sum() == (10 if burns else 1)
    if burns:
        assert (speed(times) < 0.36) == (gap > 0.003)


@pytest.mark.campaign
def test_the_speed_depends_on_what_is_declared():
    """The share of the energy, the air, the heat capacity, the strips, the charge."""
    share = [speed(onsets(module(runaway={"short_energy_share": f}))) for f in (0.7, 0.9)]
    assert share == pytest.approx([0.283, 0.403], abs=0.005)
    warm = {"ambient_temperature": 343.15, "initial_temperature": 343.15, "board_convection": 0.5}
    assert speed(onsets(module(thermal=warm))) == pytest.approx(0.642, abs=0.01)
    assert np.isfinite(onsets(module(thermal={"heat_capacity": 45.0}))).sum() == 1
    assert np.isfinite(onsets(module(layout={"paths": []}))).sum() == 1
    assert np.isfinite(onsets(module(cell={"initial_soc": 0.8}))).sum() == 1


@pytest.mark.campaign
def test_in_parallel_each_short_takes_charge_from_all_and_the_row_dies_out():
    alone = {"cell_short": [{"cell": 1, "resistance": 0.3}], "cell_open": [{"cell": 1}]}
    results, _ = burnt(module(pack={"series": 1, "parallel": 10}, faults=alone), 45)
    times, soc = results["onset_time"].values[-1], results["soc"].values[-1]
    burnt_ones = int((times < 1e6).sum())
    assert burnt_ones == 5
    assert np.all(np.diff(times[1:burnt_ones], 2) > 0.0)  # slower and slower
    assert soc[1:] == pytest.approx(soc[1], abs=0.03)
