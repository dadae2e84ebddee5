"""Packs of cells of several kinds: currents against an independent integration, charge that is usable, the ledger."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from packfmu.core.model import DONE
from packfmu.fmi.registry import load_definition
from packfmu.models.network.loads import LoadMode
from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS as LEAF
from packfmu.pack.cells.cell_file import load_cell, write_cell
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from tests.interpreted import InterpretedInstance
from tests.models.cells import SOC, constant, plain_cell

OTHER, LINEAR, STEEP = "other.toml", "linear.toml", "steep.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with cell files: a cell of 10 A.h with two RC pairs, and two whose tables are lines."""
    folder = tmp_path_factory.mktemp("cells")
    write_cell(plain_cell(), folder / OTHER)
    for name, slope, ohmic, capacity in ((LINEAR, 0.6, 2e-3, 36e3), (STEEP, 1.1, 5e-3, 18e3)):
        line = {
            "open_circuit_voltage": 3.0 + slope * SOC,
            "ohmic_resistance": constant(ohmic),
            "polarisation_resistance": np.array([constant(1e-3), constant(3e-3)]),
            "polarisation_capacitance": np.array([constant(4e4), constant(1e5)]),
        }
        write_cell(plain_cell(**line, capacity=capacity), folder / name)
    return folder


class Run:
    """Network and cells of a pack, stepped as its plan does: the network, then the cells."""

    def __init__(self, folder, *replaced, series=1, parallel=1, cell="nissan_leaf_2013", period=10, **tables):
        given = {
            "pack": {"series": series, "parallel": parallel, **tables.pop("pack", {})},
            "cell": {"parameters": cell, "initial_soc": 0.6},
            "replaced": list(replaced),
            "schedule": {"electrical": f"{period} s", "control": f"{period} s", "thermal": f"{period} s"},
            **tables,
        }
        planned = {part.name: part for part in parts(parse_pack(given, "pack.toml", folder))}
        self.network, self.cells = (
            InterpretedInstance(load_definition(part.component, part.arguments, part.start).model)
            for part in (planned["PackNetwork"], planned["Cell"])
        )
        self.period, self.time, self.totals = period, 0.0, {}
        self.cells.initialize()
        self.hand_on()
        self.network.initialize()

    def hand_on(self):
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = self.cells.y[name]

    def step(self, current):
        self.network.u["load_mode"], self.network.u["pack_current"] = LoadMode.CURRENT, current
        assert self.network.advance(self.time, self.period) == DONE
        self.cells.u["current"] = self.network.y.current
        assert self.cells.advance(self.time, self.period) == DONE
        self.hand_on()
        self.time += self.period
        for block in (self.network, self.cells):
            for name in INTEGRALS:
                if name in block.y.names:
                    self.totals[name] = self.totals.get(name, 0.0) + block.y[name]


INTEGRALS = (
    "pack_energy", "cell_energy", "busbar_loss", "electrical_energy", "stored_energy", "heat", "table_energy", "charge",
    "stored_charge", "lost_charge", "pack_charge",
)  # fmt: skip


def other_cells(**row):
    return {"parameters": OTHER, **row}


class Circuit:
    """A cell by its equations alone: what it offers at once, and how its state moves."""

    def __init__(self, kind):
        self.kind, self.grid = kind, np.linspace(0.0, 1.0, kind.nodes)
        self.tables = [*kind.resistances(), *kind.polarisation_capacitance]

    def at(self, soc):
        ohmic, *rest = [np.interp(soc, self.grid, table) for table in self.tables]
        return ohmic, np.reshape(rest, (2, -1))

    def emf(self, state):
        return float(self.kind.open_circuit(state[0])) + sum(state[1:])

    def rates(self, state, current):
        stored = current * (self.kind.coulombic_efficiency if current > 0.0 else 1.0)
        resistance, capacitance = self.at(state[0])[1]
        polarising = current / capacitance - state[1:] / (resistance * capacitance)
        return [(stored - self.kind.self_discharge_current) / self.kind.capacity, *polarising]


def integrated(kinds, soc, total, contact, seconds):
    """Return the SOC of two cells in parallel, by an integration that knows of no port."""
    circuits, parted = [Circuit(kind) for kind in kinds], 1 + kinds[0].pairs

    def rates(t, x):
        states = x[:parted], x[parted:]
        emf = np.array([circuit.emf(state) for circuit, state in zip(circuits, states, strict=True)])
        ohmic = contact + np.array([c.at(state[0])[0] for c, state in zip(circuits, states, strict=True)])
        common = (total + (emf / ohmic).sum()) / (1.0 / ohmic).sum()
        each = zip(circuits, states, (common - emf) / ohmic, strict=True)
        return [rate for circuit, state, current in each for rate in circuit.rates(state, current)]

    start = [soc[0], *np.zeros(kinds[0].pairs), soc[1], *np.zeros(kinds[1].pairs)]
    return solve_ivp(rates, (0.0, seconds), start, method="LSODA", rtol=1e-9, atol=1e-11).y[[0, parted], -1]


def test_currents_of_two_kinds_in_parallel_have_the_closed_form_at_first(folder):
    """A step is so short that the port is EMF and ohmic resistance: ``i_1 = (I R_2 + E_2 - E_1) / (R_1 + R_2)``."""
    run = Run(folder, other_cells(cells=[2], initial_soc=0.55), parallel=2)
    run.cells.p.lookahead = 1e-9
    run.cells.update_outputs()
    run.hand_on()
    run.step(-20.0)
    kinds, soc = (LEAF, load_cell(folder / OTHER)), (0.6, 0.55)
    emf = [float(kind.open_circuit(z)) for kind, z in zip(kinds, soc, strict=True)]
    contact, segment = run.network.p.contact_resistance, run.network.p.segment_resistance
    ohmic = [float(kind.immediate_resistance(z)) + r for kind, z, r in zip(kinds, soc, contact, strict=True)]
    ohmic[1] += 2.0 * segment
    first = (-20.0 * ohmic[1] + emf[1] - emf[0]) / sum(ohmic)
    assert run.network.y.current == pytest.approx([first, -20.0 - first], rel=1e-9)


def test_charge_of_two_kinds_in_parallel_is_that_of_an_independent_integration(folder):
    """And the error falls with the square of the step, of tables without kinks."""
    kinds, seconds = (load_cell(folder / LINEAR), load_cell(folder / STEEP)), 240
    expected = integrated(kinds, (0.6, 0.55), -20.0, 1e-5, seconds)
    errors = []
    for period in (8, 4):
        run = Run(folder, {"cells": [2], "parameters": STEEP, "initial_soc": 0.55}, parallel=2, period=period,
                  cell=LINEAR, busbar={"segment_resistance": 0.0})  # fmt: skip
        for _ in range(seconds // period):
            run.step(-20.0)
        errors.append(np.abs(run.cells.y.soc - expected).max())
    assert errors[1] < 1e-5
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.2)


def test_groups_of_two_kinds_in_series_are_two_packs_side_by_side(folder):
    """To the last bit: the current is the same, and so is what each cell does with it."""
    mixed = Run(folder, other_cells(groups=[2], initial_soc=0.7), series=2, parallel=2)
    leaf = Run(folder, parallel=2)
    other = Run(folder, {"cells": [1, 2], "initial_soc": 0.7}, parallel=2, cell=OTHER)
    for current in (-30.0, -10.0, 15.0):
        for run in (mixed, leaf, other):
            run.step(current)
    for name in ("soc", "voltage", "heat_rate"):
        assert mixed.cells.y[name].tolist() == [*leaf.cells.y[name], *other.cells.y[name]]
    assert mixed.network.y.group_voltage.tolist() == [leaf.network.y.pack_voltage, other.network.y.pack_voltage]
    assert mixed.network.y.pack_voltage == leaf.network.y.pack_voltage + other.network.y.pack_voltage


def test_strings_of_two_kinds_share_the_current_by_their_resistances(folder):
    """Two strings of two groups: at first by EMF and resistance of each string."""
    run = Run(folder, other_cells(strings=[2]), series=2, pack={"strings": 2})
    emf, resistance = run.cells.y.emf.reshape(2, 2).sum(axis=1), run.cells.y.resistance.reshape(2, 2).sum(axis=1)
    resistance += 2.0 * 1e-5  # contacts
    run.step(-25.0)
    common = (-25.0 + (emf / resistance).sum()) / (1.0 / resistance).sum()
    expected = np.repeat((common - emf) / resistance, 2)
    assert run.network.y.current == pytest.approx(expected, rel=1e-6)
    assert run.network.y.pack_voltage == pytest.approx(common, rel=1e-9)


def test_a_weaker_group_is_what_a_string_may_use(folder):
    """Three groups, of which one holds a tenth: usable is its charge, and it is empty when that is gone."""
    run = Run(folder, other_cells(groups=[2]), series=3, period=60)
    small = load_cell(folder / OTHER).capacity
    y = run.network.y
    assert (y.usable_capacity, y.pack_soc) == (pytest.approx(small, rel=1e-12), pytest.approx(0.6, rel=1e-12))
    current = -y.pack_soc * y.usable_capacity / 7200.0
    for _ in range(120):
        run.step(current)
    assert run.cells.y.soc[1] == pytest.approx(0.0, abs=1e-12)
    assert run.cells.y.soc_minimum_cell == 2
    assert run.cells.y.soc[0] == pytest.approx(0.6 + 7200.0 * current / LEAF.capacity, abs=1e-5)


def test_an_old_group_is_usable_as_far_as_it_has_kept(folder):
    run = Run(folder, {"groups": [3], "capacity_loss": 0.3}, series=3)
    assert run.network.y.usable_capacity == pytest.approx(0.7 * LEAF.capacity, rel=1e-12)
    assert run.cells.p.capacity[2] == 0.7 * LEAF.capacity


def test_charge_and_energy_of_a_mixed_pack_close(folder):
    run = Run(folder, other_cells(cells=[2, 3]), series=2, parallel=2, period=5)
    run.step(0.0)
    run.totals.clear()
    for current in [-30.0] * 20 + [20.0] * 20:
        run.step(current)
    t = run.totals
    assert t["charge"] == pytest.approx(t["stored_charge"] + t["lost_charge"], rel=1e-12)
    assert t["charge"] == pytest.approx(2.0 * t["pack_charge"], rel=1e-12)
    assert t["electrical_energy"] == pytest.approx(t["stored_energy"] + t["heat"], rel=1e-9)
    assert t["pack_energy"] == pytest.approx(t["cell_energy"] + t["busbar_loss"], rel=1e-9)
