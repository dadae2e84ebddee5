"""Strings in parallel: what they hold between the voltages at which the pack is empty and full."""

import numpy as np
import pytest

from packfmu.models.network.wired import network as wired
from packfmu.models.network.wired.arranged import Arranged
from tests.models.packs import NODES, started, step

from .netlists import strings_in_parallel

TABLE = np.array([2.8, 3.3, 3.45, 3.5, 3.6, 3.65, 3.7, 3.8, 3.9, 4.05, 4.2])
LINE = np.linspace(3.0, 4.0, NODES)


@pytest.fixture(scope="module")
def pair():
    """Two strings of three cells."""
    return started(wired.declare(strings_in_parallel(2, 3), NODES))


def given_out(charge, capacity, voltage):
    """Charge that a string of cells gives until it rests at a voltage, by a fine search."""
    tried = np.linspace(-charge.min(), (capacity - charge).min(), 200_001)
    levels = np.zeros_like(tried)
    for held, whole in zip(charge, capacity, strict=True):
        levels += np.interp((held + tried) / whole, np.linspace(0.0, 1.0, NODES), TABLE)
    return np.interp(voltage, levels, tried), levels[0], levels[-1]


def test_strings_in_parallel_are_full_and_empty_at_one_voltage(pair):
    rng = np.random.default_rng(5)
    capacity, soc = rng.uniform(150e3, 210e3, 6), rng.uniform(0.3, 0.7, 6)
    pair.p["capacity"], pair.p["open_circuit_voltage"] = capacity, TABLE
    pair.initialize()
    y = step(pair, soc=soc, load_mode=1, pack_current=0.0)
    held = (capacity * soc).reshape(2, 3), capacity.reshape(2, 3)
    ends = [given_out(q, c, 0.0)[1:] for q, c in zip(*held, strict=True)]
    low, high = max(end[0] for end in ends), min(end[1] for end in ends)
    spans = [(given_out(q, c, low)[0], given_out(q, c, high)[0]) for q, c in zip(*held, strict=True)]
    assert y["usable_capacity"] == pytest.approx(sum(b - a for a, b in spans), rel=1e-6)  # of a search by 1e-5
    assert y["pack_soc"] == pytest.approx(-sum(a for a, _ in spans) / sum(b - a for a, b in spans), rel=1e-6)
    assert y["usable_capacity"] < sum((c - q).min() + q.min() for q, c in zip(*held, strict=True))


def test_equal_strings_are_one_string_of_their_sum(pair):
    pair.p["capacity"], pair.p["open_circuit_voltage"] = 180e3, TABLE
    pair.initialize()
    y = step(pair, soc=np.tile([0.5, 0.4, 0.8], 2), load_mode=1, pack_current=0.0)
    assert y["usable_capacity"] == pytest.approx(2 * (0.4 + 0.2) * 180e3, rel=1e-12)
    assert y["pack_soc"] == pytest.approx(0.4 / 0.6, rel=1e-12)


@pytest.fixture(scope="module")
def modules():
    """Two modules in series, of two strings of two groups each; as strings, what is inside them."""
    return started(wired.declare(Arranged(series=4, parallel=1, strings=2, modules=2).netlist(), NODES))


def reached(held, whole):
    """What a module of strings gives and takes until one is empty, and full, by a fine search; and voltages."""
    ends = [given_out(q, c, 0.0)[1:] for q, c in zip(held, whole, strict=True)]
    low, high = max(end[0] for end in ends), min(end[1] for end in ends)
    given, taken = (sum(given_out(q, c, v)[0] for q, c in zip(held, whole, strict=True)) for v in (low, high))
    return -given, taken


def test_modules_in_series_give_and_take_what_the_first_one_does(modules):
    rng = np.random.default_rng(7)
    capacity, soc = rng.uniform(150e3, 210e3, 8), rng.uniform(0.3, 0.7, 8)
    modules.p["capacity"], modules.p["open_circuit_voltage"] = capacity, TABLE
    modules.initialize()
    y = step(modules, soc=soc, load_mode=1, pack_current=0.0)
    held, whole = (capacity * soc).reshape(2, 2, 2), capacity.reshape(2, 2, 2)
    left, room = np.min([reached(q, c) for q, c in zip(held, whole, strict=True)], axis=0)
    assert y["usable_capacity"] == pytest.approx(left + room, rel=1e-6)  # of a search by 1e-5
    assert y["pack_soc"] == pytest.approx(left / (left + room), rel=1e-6)


def test_equal_modules_are_as_full_as_one(modules):
    modules.p["capacity"], modules.p["open_circuit_voltage"] = 180e3, TABLE
    modules.initialize()
    y = step(modules, soc=np.tile([0.5, 0.4], 4), load_mode=1, pack_current=0.0)
    assert y["usable_capacity"] == pytest.approx(2 * 0.9 * 180e3, rel=1e-12)
    assert y["pack_soc"] == pytest.approx(0.4 / 0.9, rel=1e-12)


def test_the_energy_of_modules_is_that_between_the_charges_of_the_first(modules):
    """With an open-circuit voltage that rises linearly the strings of a module share by capacity; z is one in each."""
    modules.p["capacity"], modules.p["open_circuit_voltage"] = np.repeat([100e3, 200e3, 120e3, 60e3], 2), LINE
    modules.initialize()
    z = np.repeat([0.6, 0.3], 4)
    y = step(modules, soc=z, load_mode=1, pack_current=0.0)
    capacity = np.array([300e3, 180e3])  # of the modules; the second gives 54 kC, and takes 126 kC, the first 120 kC
    left, room, soc = 54e3, 120e3, np.array([0.6, 0.3])
    assert (y["usable_capacity"], y["pack_soc"]) == pytest.approx((left + room, left / (left + room)), rel=1e-12)

    def energy(low, high):
        return (2 * capacity * (3.0 * (high - low) + 0.5 * (high**2 - low**2))).sum()

    given, taken = energy(soc - left / capacity, soc), energy(soc, soc + room / capacity)
    assert y["state_of_energy"] == pytest.approx(given / (given + taken), rel=1e-12)
