"""The filter knows what it does not know: errors within its own standard deviations, over many seeds."""

import numpy as np
import pytest

from .consistency import CERTAIN, EXACT, USUAL, Spreads, band, constant, followed, square, switching

TIMES = (360, 1080, 2000, -1)
"""Steps at which errors are compared: the first hour, the discharge's end, the charge, and the end of a rest."""

UNKNOWN = {
    "none": None,
    "one out": constant(-1.0, 0.0, 0.0),
    "one in": constant(1.0, 0.0, 0.0),
    "all out": constant(-1.0, -1.0, -1.0),
    "two ways": constant(-1.0, 1.0, 0.0),
    "minutes": switching(180.0, -1.0, 0.0, 1.0),
    "an hour": switching(3600.0, -1.0, 0.0, 1.0),
    "resistors": switching(21600.0, -1.0, 0.0),
}
"""Balancing currents that the filter is not told, in the rating."""

WRONG = Spreads(bias=0.2, capacity=0.03)
"""A bias and capacities that are twice and three times as far off as the filter assumes."""


@pytest.mark.parametrize("balancing", ["none", "one out", "an hour"])
def test_errors_and_innovations_are_as_told_where_all_is_known(balancing):
    told = followed(EXACT, UNKNOWN[balancing], Spreads(capacity=0.0), **CERTAIN)
    low, high = band(told.squares[:, 0].size)
    for time in TIMES:
        assert low < told.squares[:, time].mean() < high
    # each innovation is white and independent of those before: the 99 % band of all of them is 1 -+ 0.8 %
    low, high = band(told.innovation.size * told.error.shape[-1])
    assert low < told.innovation.mean() < high


def test_errors_are_as_told_where_the_table_is_off_as_told():
    """The truth is off by what the cell's data assume: 3 mV and 0.25 % along SOC, alike over 3 % of SOC."""
    grid = np.linspace(0.0, 1.0, USUAL.nodes)
    spread = np.hypot(USUAL.errors.slow, USUAL.errors.along_soc * np.gradient(USUAL.open_circuit_voltage, grid))

    def table(random):
        off, keep = random.standard_normal(USUAL.nodes), np.exp(-grid[1] / 0.03)
        for i in range(1, USUAL.nodes):
            off[i] = keep * off[i - 1] + np.sqrt(1.0 - keep**2) * off[i]
        return USUAL.open_circuit_voltage + spread * off

    told = followed(USUAL, spreads=Spreads(capacity=0.0), tables=table, **CERTAIN)
    low, high = band(told.squares[:, 0].size)
    for time in TIMES:
        assert low < told.squares[:, time].mean() < high


@pytest.mark.parametrize(("kind", "assumed"), [(USUAL, {}), (EXACT, CERTAIN | {"initial_capacity_sigma": 0.01})],
                         ids=["usual", "exact"])  # fmt: skip
@pytest.mark.parametrize("balancing", UNKNOWN)
def test_unknown_balancing_is_within_what_is_told(balancing, kind, assumed):
    told = followed(kind, UNKNOWN[balancing], WRONG, balancing_known=0.0, **assumed)
    for time in TIMES:
        assert told.squares[:, time].mean() < band(told.squares[:, 0].size)[1]
    assert (told.squares > 9.0).mean() < 0.01
    assert told.hours_beyond(5.0) == 0.0
    assert told.sigma[:, -1].max() < 0.05
    assert told.innovation.mean() < 1.1  # 1 where all is as assumed; of the usual cell far less, by its errors


@pytest.mark.parametrize("half", [60.0, 300.0, 900.0])
@pytest.mark.parametrize(("kind", "assumed"), [(USUAL, {}), (EXACT, CERTAIN)], ids=["usual", "exact"])
def test_a_rating_of_a_fifth_of_the_capacity_is_within_what_is_told(kind, assumed, half):
    told = followed(kind, square(half), rating=2.0, high=0.75, balancing_known=0.0, **assumed)
    for time in TIMES:
        assert told.squares[:, time].mean() < band(told.squares[:, 0].size)[1]
    assert (told.squares > 9.0).mean() < 0.01
    assert told.hours_beyond(5.0) == 0.0
    assert told.sigma[:, -1].max() < 0.05


@pytest.mark.parametrize("balancing", ["one out", "one in", "an hour"])
def test_unknown_balancing_does_not_pass_for_a_bias(balancing):
    told = followed(USUAL, UNKNOWN[balancing], balancing_known=0.0)
    for time in TIMES:
        assert (told.bias[:, time] ** 2).mean() < band(len(told.bias))[1]
    assert np.abs(told.bias).max() < 4.0  # 4000 biases, of which one in 16 000 is beyond


def test_what_is_told_is_no_larger_than_it_must_be():
    """A rest of two hours parts SOC from balancing: to below 1 %, and 0.05 % where the table is exact."""
    usual = followed(USUAL, balancing_known=0.0, seeds=range(3))
    exact = followed(EXACT, balancing_known=0.0, seeds=range(3), **CERTAIN)
    assert usual.sigma[:, -1].max() < 0.01
    assert exact.sigma[:, -1].max() < 0.0005
