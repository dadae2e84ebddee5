"""The charge that a pack delivers at a stated power: closed forms, an independent search, limits."""

import numpy as np
import pytest
from scipy.optimize import brentq

from packfmu.models.network.wired import network
from packfmu.models.network.wired.arranged import Arranged
from tests.models.packs import NODES, started, step

from .netlists import strings_in_parallel

LINE = np.linspace(3.0, 4.0, NODES)
CURVE = np.array([2.8, 3.3, 3.45, 3.5, 3.6, 3.65, 3.7, 3.8, 3.9, 4.05, 4.2])
CELL, CONTACT, LINK, LEAST, HELD = 2e-3, 1e-4, 3e-4, 3.2, 180e3


def rest(pack, power, table=LINE, capacity=HELD, soc=0.5, resistance=CELL):
    """Start at rest."""
    pack.p["contact_resistance"], pack.p["minimum_cell_voltage"] = CONTACT, LEAST
    pack.p["stated_power"], pack.p["capacity"], pack.p["open_circuit_voltage"] = power, capacity, table
    pack.initialize()
    return step(pack, soc=soc, resistance=resistance, load_mode=1, pack_current=0.0)


@pytest.fixture(scope="module")
def string():
    """One string of three cells."""
    return started(network.declare(strings_in_parallel(1, 3, LINK), NODES))


@pytest.fixture(scope="module")
def pair():
    """Two strings of three cells."""
    return started(network.declare(strings_in_parallel(2, 3, LINK), NODES))


@pytest.mark.parametrize("power", [20.0, 200.0, 1000.0])
@pytest.mark.parametrize("soc", [0.1, 0.5, 0.9])
def test_a_string_of_equal_cells_ends_where_ohms_law_says(string, power, soc):
    """At the end ``3 (v_min - contact i) i - link i^2 = P``, and the open-circuit voltage is ``v_min + R i``."""
    over = 3 * CONTACT + LINK
    current = 2.0 * power / (3 * LEAST + np.sqrt((3 * LEAST) ** 2 - 4.0 * over * power))
    left = LEAST + CELL * current - 3.0  # SOC, for the curve rises by 1 V
    y = rest(string, power, soc=soc)
    assert y["deliverable_capacity"] == pytest.approx((1.0 - left) * HELD, rel=1e-10)


def test_without_a_power_it_is_the_usable_capacity(string):
    string.p["minimum_cell_voltage"] = 2.5
    for power in (0.0, 1e-6):
        y = rest(string, power, soc=[0.2, 0.5, 0.7], table=LINE + 0.5)
        assert y["deliverable_capacity"] == pytest.approx(y["usable_capacity"], rel=1e-12)


def test_a_power_that_no_charge_allows_delivers_nothing(string):
    assert rest(string, 1e6)["deliverable_capacity"] == pytest.approx(0.0, abs=1e-9 * HELD)


def independent(power, capacity, soc, resistance):
    """Search on the pack's rest voltage, with strings by interpolation and Kirchhoff's laws for two branches."""
    held = (capacity * soc).reshape(2, 3)
    whole, ohms = capacity.reshape(2, 3), resistance.reshape(2, 3)
    tables = []
    for q, c in zip(held, whole, strict=True):
        tried = np.linspace(-q.min(), (c - q).min(), 400_001)
        each = [np.interp((a + tried) / b, np.linspace(0, 1, NODES), CURVE) for a, b in zip(q, c, strict=True)]
        tables.append((tried, np.array(each)))
    low = max(each.sum(axis=0)[0] for _, each in tables)
    high = min(each.sum(axis=0)[-1] for _, each in tables)
    branch = (ohms + CONTACT).sum(axis=1) + LINK
    total = 1.0 / (1.0 / branch).sum()

    def given(voltage):
        return sum(np.interp(voltage, each.sum(axis=0), tried) for tried, each in tables)

    def margin(voltage):
        current = -2.0 * power / (voltage + np.sqrt(voltage**2 - 4.0 * total * power))
        cells = [[np.interp(voltage, each.sum(axis=0), row) + current * total / b * r
                  for row, r in zip(each, rs, strict=True)]
                 for (_, each), b, rs in zip(tables, branch, ohms, strict=True)]  # fmt: skip
        return np.min(cells) - LEAST

    return given(high) - given(brentq(margin, low, high, xtol=1e-13))


def test_unequal_strings_end_where_an_independent_search_does(pair):
    rng = np.random.default_rng(3)
    capacity, soc = rng.uniform(150e3, 210e3, 6), rng.uniform(0.3, 0.7, 6)
    resistance = rng.uniform(1e-3, 4e-3, 6)
    for power in (300.0, 800.0):
        y = rest(pair, power, CURVE, capacity, soc, resistance)
        expected = independent(power, capacity, soc, resistance)
        assert y["deliverable_capacity"] == pytest.approx(expected, rel=1e-6)  # of a search by 1e-6
        assert y["deliverable_capacity"] < y["usable_capacity"]


def test_it_falls_as_the_power_grows(pair):
    told = [float(rest(pair, power, CURVE)["deliverable_capacity"]) for power in (10.0, 100.0, 400.0, 900.0, 1500.0)]
    assert told == sorted(told, reverse=True)


def test_equal_modules_in_series_deliver_what_one_does_at_its_share_of_the_power():
    one, two = (
        started(network.declare(Arranged(series=2 * m, parallel=1, strings=2, modules=m).netlist(), NODES))
        for m in (1, 2)
    )
    whole = rest(two, 600.0, CURVE)["deliverable_capacity"]
    assert whole == pytest.approx(rest(one, 300.0, CURVE)["deliverable_capacity"], rel=1e-10)


def test_with_inductances_it_is_that_of_the_resistances():
    netlists = (
        Arranged(series=3, parallel=1, strings=2, string_cable=(LINK, henry)).netlist() for henry in (0.0, 1e-7)
    )
    resistive, inductive = (rest(started(network.declare(each, NODES)), 500.0, CURVE) for each in netlists)
    assert inductive["deliverable_capacity"] == pytest.approx(float(resistive["deliverable_capacity"]), rel=1e-10)
