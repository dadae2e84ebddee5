"""Cells that differ from their kind: each is the cell of a kind of its own, and its ledger closes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.models.aging.plating import Plating
from packfmu.models.cell import circuit
from tests.later import Later
from tests.models.cells import DIFFERENCES, aging, invented_cell, own_kind, started

KIND = invented_cell()
PLATING = aging(plating=Plating(exchange_current=1e-3, activation_energy=3e4, stripping_rate=1e-3))
CELLS = 3
START = DIFFERENCES | {
    "initial_polarisation_voltage": np.array([[0.0, 0.0], [0.01, -0.02], [-0.03, 0.005]]),
    "initial_hysteresis": np.array([0.0, 0.5, -1.0]),
}
OUTPUTS = ("voltage", "emf", "resistance", "soc", "heat_rate")
CHARGES = ("charge", "stored_charge", "lost_charge", "aging_charge", "shifted_charge")
ENERGIES = ("electrical_energy", "stored_energy", "heat", "table_energy", "aging_energy", "shifted_energy")


def driven(cells, number, seed=5, steps=40):
    """Drive cells by the currents and temperatures of the first so many of three, aging on the way."""
    random = np.random.default_rng(seed)
    for n in range(steps):
        current, warmer = 30.0 * random.standard_normal(CELLS), random.uniform(-20.0, 20.0, CELLS)
        cells.u["current"], cells.u["temperature"] = current[number], 298.15 + warmer[number]
        cells.u["capacity_loss"], cells.u["resistance_growth"] = 0.01 * (n // 10), 0.2 * (n // 10)
        cells.u["soc_shift"] = 0.01 * (n // 15)
        cells.advance(0.0, float(random.choice([0.1, 5.0, 40.0])))
    return cells


@pytest.mark.parametrize("k", range(CELLS))
def test_a_cell_is_that_of_a_kind_of_its_own(k):
    """Under load, temperature, growth and shifts; products of factors round, in forty steps to 1e-12."""
    together = driven(started(KIND, CELLS, PLATING, **START), slice(None))
    start = {name: START[name][k] for name in ("initial_polarisation_voltage", "initial_hysteresis")}
    settled = [kind.settled_resistance(0.5) for kind in (own_kind(KIND, k), KIND)]
    anode = replace(PLATING.anode, resistance=PLATING.anode.resistance * settled[0] / settled[1])
    alone = driven(started(own_kind(KIND, k), 1, replace(PLATING, anode=anode), **start), slice(k, k + 1))
    counters = [variable.name for variable in alone.model.outputs if variable.count == 1 and variable.size]
    assert {"plated_charge", "plating_lost_charge", *OUTPUTS} <= set(counters)
    for name in counters:
        # the offset counts in the first order in the time's damage: z = 0.75, and 20 mV over 0.6 V of stress
        rounding = 1e-3 if name.endswith("calendar_damage") else 1e-12
        assert together.y[name][k] == pytest.approx(alone.y[name][0], rel=rounding, abs=1e-14), name
    assert together.y["plated_charge"].min() > 0.0


def test_vector_equals_scalar():
    together = driven(started(KIND, CELLS, PLATING, **START), slice(None))
    for k in range(CELLS):
        start = {name: values[k] for name, values in START.items()}
        alone = driven(started(KIND, 1, PLATING, **start), slice(k, k + 1))
        for name in OUTPUTS:
            assert together.y[name][k] == alone.y[name][0], name


def test_the_first_outputs_show_where_the_states_start():
    """At once, without current: the voltage is the sum of what stores charge, and so is the port's EMF."""
    cells = started(KIND, CELLS, initial_soc=0.6, lookahead=0.0, **START)
    own = KIND.hysteresis_bound * DIFFERENCES["hysteresis_scale"] * START["initial_hysteresis"]
    expected = KIND.open_circuit(0.6) + DIFFERENCES["open_circuit_offset"] + own
    expected = expected + START["initial_polarisation_voltage"].sum(axis=1)
    assert cells.y["voltage"] == pytest.approx(expected, rel=1e-15)
    assert cells.y["emf"] == pytest.approx(expected, rel=1e-15)
    assert cells.x["hysteresis_voltage"].tolist() == own.tolist()


def test_a_long_discharge_ends_where_minus_one_starts():
    cells = started(
        replace(KIND, hysteresis_decay_rate=0.0), 2, initial_soc=[0.95, 0.2], initial_hysteresis=[0.5, -1.0]
    )
    cells.u["current"] = [-10.0, -1e-9]
    cells.advance(0.0, 2700.0)
    # exp(-40 * 0.75) of the way is left
    assert cells.x["hysteresis_voltage"] == pytest.approx([-0.02, -0.02], rel=1e-12)


def test_without_a_bound_of_its_own_a_cell_has_no_hysteresis():
    kind = replace(KIND, hysteresis_bound=0.0)
    start = {name: DIFFERENCES[name] for name in ("capacity", "ohmic_scale")}
    differing = started(KIND, CELLS, hysteresis_scale=0.0, initial_hysteresis=1.0, **start)
    plain = started(kind, CELLS, **start)
    for cells in (differing, plain):
        cells.u["current"] = 20.0
        cells.advance(0.0, 100.0)
    for name in OUTPUTS:
        assert differing.y[name].tobytes() == plain.y[name].tobytes(), name


def test_the_anode_has_the_resistance_of_its_cell_as_soon_as_it_grows():
    """Within the step that takes the growth, at a temperature that stays."""
    cells = started(KIND, CELLS, PLATING, **START)
    relative = [circuit.relative_resistance(cells.p, k) for k in range(CELLS)]
    assert relative[0] == 1.0
    scale = DIFFERENCES["resistance_scale"] * relative
    nominal = PLATING.anode.resistance
    assert cells.x["anode_resistance"] == pytest.approx(nominal * scale, rel=1e-15)
    cells.u["resistance_growth"] = [0.0, 0.5, 2.0]
    cells.advance(0.0, 1e-6)
    assert cells.x["anode_resistance"] == pytest.approx(nominal * scale * [1.0, 1.5, 3.0], rel=1e-15)
    assert cells.x["temperature"].tolist() == [298.15] * CELLS


def test_a_resistance_that_is_nowhere_is_no_division_by_zero():
    cells = started(KIND, 2, ohmic_scale=[1.0, 3.0])
    cells.p["ohmic_resistance"], cells.p["polarisation_resistance"] = 0.0, 0.0
    assert [circuit.relative_resistance(cells.p, k) for k in range(2)] == [1.0, 3.0]


EVENTS = st.lists(
    st.tuples(
        st.floats(0.0, 0.9), st.floats(0.0, 100.0), st.floats(-0.2, 0.2), st.floats(-30.0, 30.0),
        st.floats(1e-3, 300.0), st.floats(260.0, 330.0),
    ),
    min_size=1, max_size=8,
)  # fmt: skip
SCALE = st.integers(1, 40).map(lambda tenths: 0.1 * tenths)
VOLTS = st.integers(-100, 100).map(lambda millivolts: 1e-3 * millivolts)
"""Plain numbers: factors from 0.1 to 4, up to 100 mV both ways."""


@settings(max_examples=60)
@given(
    EVENTS, st.tuples(*[SCALE] * 6), VOLTS, st.integers(0, 30), st.tuples(VOLTS, VOLTS), st.integers(-10, 10),
)  # fmt: skip
def test_the_ledger_closes_whatever_the_cell(events, scales, offset, hysteresis, polarised, switched):
    cell = CELL
    cell.p["resistance_scale"], cell.p["ohmic_scale"], *others = scales
    cell.p["polarisation_resistance_scale"], cell.p["polarisation_capacitance_scale"] = others[:2], others[2:]
    cell.p["open_circuit_offset"], cell.p["hysteresis_scale"] = offset, 0.1 * hysteresis
    cell.p["initial_polarisation_voltage"], cell.p["initial_hysteresis"] = polarised, 0.1 * switched
    cell.u["capacity_loss"] = cell.u["resistance_growth"] = cell.u["soc_shift"] = 0.0
    cell.initialize()
    before = stored(cell)
    sums = dict.fromkeys(CHARGES + ENERGIES, 0.0)
    turnover = dict.fromkeys(sums, 0.0)
    for event in events:
        for name, value in zip(
            ("capacity_loss", "resistance_growth", "soc_shift", "current", "temperature"),
            (*event[:4], event[5]),
            strict=True,
        ):
            cell.u[name] = value
        cell.advance(0.0, event[4])
        for name in sums:
            sums[name] += cell.y[name]
            turnover[name] += abs(cell.y[name])
    charge, energy = (sum(turnover[name] for name in names) for names in (CHARGES, ENERGIES))
    entered = sums["charge"] + sums["shifted_charge"]
    assert abs(entered - sums["stored_charge"] - sums["lost_charge"] - sums["aging_charge"]) <= 1e-12 * charge
    entered = sums["electrical_energy"] + sums["shifted_energy"]
    assert abs(entered - sums["stored_energy"] - sums["heat"] - sums["aging_energy"]) <= 1e-9 * energy
    change = sums["stored_energy"] + sums["table_energy"]
    # rounding of the areas from SOC 0 on, and of the sums
    assert abs(stored(cell) - before - change) <= 1e-9 * (energy + abs(before))


def stored(cell):
    """Energy of the only cell by its definition, from the parameters and the states [J]."""
    x, p = cell.x, cell.p
    soc, capacity = x["soc"][0], x["capacity"][0]
    grid = np.linspace(0.0, 1.0, KIND.nodes)
    potential = p["open_circuit_voltage"] + p["open_circuit_offset"][0]
    potential = potential - p["reference_temperature"] * p["entropic_coefficient"]
    energy = capacity * area(grid, potential, soc)
    for j, voltage in enumerate(x["polarisation_voltage"][0]):
        table = p["polarisation_capacitance_scale"][0, j] * p["polarisation_capacitance"][j]
        energy += 0.5 * np.interp(soc, grid, table) * voltage**2
    bound = p["hysteresis_scale"][0] * p["hysteresis_bound"]
    if bound > 0.0:
        energy += 0.5 * capacity * x["hysteresis_voltage"][0] ** 2 / (p["hysteresis_rate"] * bound)
    return energy


def area(grid, values, end):
    """Integral from 0 of a line through nodes, which goes on straight beyond its ends."""
    if end < 0.0:
        slope = (values[1] - values[0]) / grid[1]
        return end * (values[0] + 0.5 * slope * end)
    nodes = np.concatenate([grid[grid < min(end, 1.0)], [min(end, 1.0)]])
    inner = np.interp(nodes, grid, values)
    whole = np.sum(0.5 * (inner[1:] + inner[:-1]) * np.diff(nodes))
    slope, beyond = (values[-1] - values[-2]) / grid[1], max(end - 1.0, 0.0)
    return whole + beyond * (values[-1] + 0.5 * slope * beyond)


CELL = Later(lambda: started(KIND, aging=PLATING))


@pytest.mark.parametrize("scale", [0.0, 5e-324, 1e-306, 1e-290, 1e-11])
def test_a_trace_of_hysteresis_is_none(scale):
    """Its capacitance goes with the reciprocal of its bound: of 1e-306 it would be infinite."""
    traced, without = (
        driven(started(KIND, CELLS, PLATING, hysteresis_scale=value, initial_hysteresis=1.0), slice(None), steps=5)
        for value in (scale, 0.0)
    )
    for name in (*OUTPUTS, *ENERGIES):
        np.testing.assert_array_equal(traced.y[name], without.y[name], name)
        assert np.all(np.isfinite(traced.y[name]))
