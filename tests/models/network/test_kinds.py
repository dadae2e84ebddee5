"""A network of cells of several kinds: curves of groups, limits of cells, and what one kind is not changed by."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from packfmu.models.network import kinds, meter, network
from packfmu.models.network.loads import LoadMode
from packfmu.models.network.wired import network as wired
from packfmu.models.network.wired.netlist import CellPlace, GroupPlace, Netlist
from tests.interpreted import InterpretedInstance
from tests.models.cells import invented_cell

NODES = 11
SOC = np.linspace(0.0, 1.0, NODES)
FIRST, SECOND = invented_cell().open_circuit(SOC), 3.0 + 0.9 * SOC - 0.3 * SOC**2


def begun(model, **values):
    instance = InterpretedInstance(model)
    for name, value in values.items():
        (instance.p if name in instance.p.names else instance.u)[name] = value
    instance.initialize()
    return instance


def curve(table):
    return lambda soc: np.interp(soc, SOC, table)


def soc_at(table, voltage):
    return brentq(lambda soc: curve(table)(soc) - voltage, 0.0, 1.0, xtol=1e-15)


def energy(table, first, second):
    return quad(curve(table), first, second, points=SOC[1:-1], limit=200)[0]


def own(count, **limits):
    wide = {"own_minimum_voltage": 0.0, "own_maximum_voltage": 9.0, "own_charge_current": 1e3,
            "own_discharge_current": 1e3}  # fmt: skip
    return {name: np.full(count, value) for name, value in (wide | limits).items()}


def test_a_mixture_of_lines_has_its_closed_form():
    """``z = sum_i w_i (V - a_i) / b_i``, so that V is a line too, beyond SOC 0 and 1 of either kind as well."""
    low, rise, weights = np.array([3.0, 3.3]), np.array([1.0, 0.2]), np.array([0.7, 0.3])
    lines = low[:, np.newaxis] + rise[:, np.newaxis] * SOC
    expected = (SOC + (weights * low / rise).sum()) / (weights / rise).sum()
    np.testing.assert_allclose(kinds.mixture(lines, weights), expected, rtol=1e-14)


def test_a_mixture_holds_what_its_cells_hold_at_one_voltage():
    weights = np.array([0.4, 0.6])
    mixed = kinds.mixture(np.array([FIRST, SECOND]), weights)
    within = (mixed > max(FIRST[0], SECOND[0])) & (mixed < min(FIRST[-1], SECOND[-1]))
    assert within.sum() > 3
    for soc, voltage in zip(SOC[within], mixed[within], strict=True):
        each = [soc_at(table, voltage) for table in (FIRST, SECOND)]
        assert weights @ each == pytest.approx(soc, abs=1e-12)


def test_a_mixture_of_one_kind_is_that_kind():
    mixed = kinds.mixture(np.array([FIRST, FIRST]), [0.3, 0.7])
    np.testing.assert_allclose(mixed, FIRST, rtol=1e-14)


def test_a_flat_kind_takes_no_part_in_a_voltage_that_is_not_its_own():
    """Where a flat cell is empty or full, the other one alone moves the voltage."""
    flat = np.full(NODES, 3.3)
    mixed = kinds.mixture(np.array([flat, 3.0 + SOC]), [0.5, 0.5])
    assert mixed[[0, -1]] == pytest.approx([3.3, 3.3], abs=1e-6)


def test_energy_of_groups_is_that_of_their_own_curves():
    """Against quadrature: the second group, which is smaller, empties and fills first."""
    model = kinds.with_kinds(network.declare(2, 1, False, NODES), [0, 1])
    charge, soc = np.array([100e3, 40e3]), np.array([0.6, 0.45])
    pack = begun(model, open_circuit_voltage=FIRST, further_open_circuit_voltage=SECOND, capacity=charge, soc=soc,
                 emf=3.7, resistance=1e-3, **own(2))  # fmt: skip
    remaining, room = min(charge * soc), min(charge * (1.0 - soc))
    given, taken = (
        sum(
            q * energy(table, min(z, z + sign * part / q), max(z, z + sign * part / q))
            for q, z, table in zip(charge, soc, (FIRST, SECOND), strict=True)
        )
        for sign, part in ((-1.0, remaining), (1.0, room))
    )
    assert (pack.y.usable_capacity, pack.y.pack_soc) == (remaining + room, remaining / (remaining + room))
    assert pack.y.state_of_energy == pytest.approx(given / (given + taken), rel=1e-12)


def test_strings_of_different_kinds_are_full_and_empty_at_one_voltage():
    """The usable capacity of two strings of a cell each, against root finding on their own curves."""
    cells = tuple(CellPlace(f"cell {k}", "-", "+", k) for k in range(2))
    taps = tuple(GroupPlace(f"group {k}", "-", "+", k) for k in range(2))
    model = kinds.with_kinds(wired.declare(Netlist("-", "+", cells, (), taps), NODES), [0, 1])
    charge, soc = np.array([100e3, 40e3]), np.array([0.5, 0.5])
    pack = begun(model, open_circuit_voltage=FIRST, further_open_circuit_voltage=SECOND, capacity=charge, soc=soc,
                 emf=3.7, resistance=1e-3, **own(2))  # fmt: skip
    low, high = max(FIRST[0], SECOND[0]), min(FIRST[-1], SECOND[-1])
    usable = 0.0
    for q, table in zip(charge, (FIRST, SECOND), strict=True):
        ends = [soc_at(table, voltage) for voltage in (low, high)]
        usable += q * (ends[1] - ends[0])
    assert pack.y.usable_capacity == pytest.approx(usable, rel=1e-12)


@pytest.mark.parametrize(
    ("limits", "flags"),
    [
        ({}, (0, 0, 0)),
        ({"own_minimum_voltage": [3.75, 0.0]}, (1, 0, 0)),
        ({"own_minimum_voltage": [0.0, 3.75]}, (0, 0, 0)),
        ({"own_maximum_voltage": [3.65, 9.0]}, (0, 1, 0)),
        ({"own_charge_current": [1e3, 4.0]}, (0, 0, 1)),
    ],
)
def test_each_cell_keeps_to_limits_of_its_own(limits, flags):
    """Cells at 3.7 and 3.8 V, under 5 A."""
    model = kinds.with_kinds(network.declare(2, 1, False, NODES), [0, 1])
    pack = begun(model, emf=[3.7, 3.8], resistance=1e-6, minimum_cell_voltage=0.0, maximum_cell_voltage=9.0,
                 pack_current=5.0, **own(2, **limits))  # fmt: skip
    assert pack.advance(0.0, 1.0) == 0
    assert (pack.y.undervoltage, pack.y.overvoltage, pack.y.cell_overcurrent) == flags
    told = kinds.with_kinds(meter.declare(2, 1, False), [0, 1])
    voltages = {name: value for name, value in own(2, **limits).items() if "voltage" in name}
    read = begun(told, voltage=[3.7, 3.8], minimum_cell_voltage=0.0, maximum_cell_voltage=9.0, **voltages)
    assert (read.y.undervoltage, read.y.overvoltage) == flags[:2]


@pytest.mark.parametrize(
    ("limits", "asked", "held"),
    [
        ({"own_maximum_voltage": [3.9, 4.2]}, 100.0, 20.0),
        ({"own_maximum_voltage": [4.2, 3.9]}, 100.0, 10.0),
        ({"own_minimum_voltage": [3.0, 3.7]}, -100.0, -10.0),
    ],
)
def test_a_charge_stops_at_the_first_limit_of_any_cell(limits, asked, held):
    """With emf 3.7 and 3.8 V and 10 mOhm each, but for the clearance of half a millivolt."""
    models = (
        network.declare(2, 1, False, NODES),
        wired.declare(
            Netlist("0", "2", (CellPlace("a", "0", "1", 0), CellPlace("b", "1", "2", 1)), (),
                    (GroupPlace("1", "0", "1"), GroupPlace("2", "1", "2"))), NODES),
    )  # fmt: skip
    for model in models:
        pack = begun(kinds.with_kinds(model, [0, 1]), emf=[3.7, 3.8], resistance=0.01, contact_resistance=0.0,
                     minimum_cell_voltage=2.0, maximum_cell_voltage=4.5, pack_current=asked,
                     load_mode=LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE, **own(2, **limits))  # fmt: skip
        assert pack.advance(0.0, 1.0) == 0
        first = pack.y.current.copy()
        assert first == pytest.approx([held, held], abs=0.051)


def test_one_kind_told_as_two_is_one_kind_to_the_last_bit():
    generator = np.random.default_rng(3)
    plain = network.declare(3, 2, False, NODES)
    told = kinds.with_kinds(plain, [0, 1, 0])
    values = {"emf": generator.uniform(3.6, 3.8, 6), "resistance": generator.uniform(1e-3, 3e-3, 6),
              "soc": generator.uniform(0.3, 0.7, 6), "pack_current": -20.0, "open_circuit_voltage": FIRST}  # fmt: skip
    one = begun(plain, **values)
    two = begun(told, **values, further_open_circuit_voltage=FIRST, **own(6))
    for pack in (one, two):
        assert pack.advance(0.0, 1.0) == 0
    assert one.y.memory.tolist() == two.y.memory.tolist()


def test_kernels_are_those_of_one_kind():
    """What differs are counts, which compiled code reads when it runs."""
    plain = network.declare(3, 2, False, NODES)
    told = kinds.with_kinds(plain, [0, 1, 0])
    assert told.structures == plain.structures
    assert replace(told, fields=plain.fields).advance is plain.advance
