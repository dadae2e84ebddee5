"""The equivalent-circuit cell: closed forms, conservation, measured order, and vector equals scalar."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from packfmu.models.cell import circuit as cell_circuit
from packfmu.models.numerics.arrhenius import GAS_CONSTANT
from tests.later import Later
from tests.models.cells import SOC, constant, invented_cell, plain_cell, started

LINEAR = {
    "open_circuit_voltage": 3.0 + SOC,
    "ohmic_resistance": constant(2e-3),
    "polarisation_resistance": np.array([constant(1e-3), constant(3e-3)]),
    "polarisation_capacitance": np.array([constant(2e4), constant(1e5)]),
}
"""Tables that make the cell linear."""


def test_pulse_of_a_linear_cell_has_its_closed_form_at_any_step():
    current, duration = -20.0, 300.0
    expected = 3.0 + 0.5 + current * duration / 36000.0 + 2e-3 * current
    expected += current * (1e-3 * -np.expm1(-duration / 20.0) + 3e-3 * -np.expm1(-duration / 300.0))
    for step in (1.0, 10.0, 300.0):
        cell = started(plain_cell(**LINEAR), current=current)
        for n in range(round(duration / step)):
            cell.advance(n * step, step)
        # the update is exact: only rounding of some hundred steps remains
        assert cell.y["voltage"][0] == pytest.approx(expected, abs=1e-12)


def test_hysteresis_after_a_reversal():
    kind = invented_cell(hysteresis_decay_rate=0.0, coulombic_efficiency=1.0, self_discharge_current=0.0)
    cell = started(kind, initial_soc=0.9)
    cell.u["current"] = -30.0
    cell.advance(0.0, 600.0)
    assert cell.x["hysteresis_voltage"][0] == pytest.approx(-0.02, abs=1e-9)  # exp(-40 * 0.5) is 2e-9
    cell.x["hysteresis_voltage"] = -0.02
    cell.u["current"] = 10.0
    cell.advance(600.0, 90.0)
    bound, rate, moved = 0.02, 40.0, 10.0 * 90.0 / 36000.0
    assert cell.x["hysteresis_voltage"][0] == pytest.approx(bound - 2.0 * bound * np.exp(-rate * moved), abs=1e-15)


def test_hysteresis_decays_at_rest():
    cell = started(invented_cell())
    cell.x["hysteresis_voltage"] = 0.015
    cell.advance(0.0, 3e4)
    assert cell.x["hysteresis_voltage"][0] == pytest.approx(0.015 * np.exp(-0.3), rel=1e-14)


def test_heat_stays_positive_after_a_reversal():
    cell = started(invented_cell(entropic_coefficient=constant(0.0)), current=30.0)
    cell.advance(0.0, 600.0)
    cell.u["current"] = -1.0
    cell.advance(600.0, 1.0)
    assert cell.y["heat_rate"][0] > 0.0


def test_self_discharge_follows_arrhenius():
    temperatures = np.array([283.15, 298.15, 313.15])
    cell = started(invented_cell(), cells=3, temperature=temperatures)
    cell.advance(0.0, 1e6)
    factor = np.exp(-5e4 / GAS_CONSTANT * (1.0 / temperatures - 1.0 / 298.15))
    np.testing.assert_allclose(0.5 - cell.y["soc"], 0.01 * factor * 1e6 / 36000.0, rtol=1e-12)


def stored_energy(kind, cell):
    """Energy in the cell by its definition, from SOC 0 on, integrated by scipy."""
    x = cell.x
    potential = kind.open_circuit_voltage - kind.reference_temperature * kind.entropic_coefficient
    soc = x["soc"][0]
    nodes = SOC[soc > SOC]
    energy, _ = quad(lambda z: np.interp(z, SOC, potential), 0.0, soc, points=nodes, epsabs=1e-13, limit=200)
    energy *= kind.capacity
    for j, voltage in enumerate(x["polarisation_voltage"][0]):
        energy += 0.5 * np.interp(soc, SOC, kind.polarisation_capacitance[j]) * voltage**2
    capacitance = kind.capacity / (kind.hysteresis_rate * kind.hysteresis_bound)
    return energy + 0.5 * capacitance * x["hysteresis_voltage"][0] ** 2


def test_energy_and_charge_close_over_a_rough_day():
    kind = invented_cell()
    cell = started(kind, initial_soc=0.6)
    random = np.random.default_rng(7)
    before, charge_before = stored_energy(kind, cell), kind.capacity * cell.x["soc"][0]
    totals = dict.fromkeys(("electrical_energy", "heat", "table_energy", "charge", "lost_charge"), 0.0)
    throughput = charge_throughput = 0.0
    for n in range(2000):
        cell.u["current"] = 40.0 * random.standard_normal()
        cell.u["temperature"] = 298.15 + 15.0 * np.sin(n / 300.0)
        step = random.choice([0.1, 1.0, 10.0])
        cell.advance(0.0, step)
        for name in totals:
            totals[name] += cell.y[name]
        throughput += abs(cell.y["electrical_energy"])
        charge_throughput += abs(cell.y["charge"])
    change = stored_energy(kind, cell) - before
    assert change == pytest.approx(
        totals["electrical_energy"] - totals["heat"] + totals["table_energy"], abs=1e-9 * throughput
    )
    gained = kind.capacity * cell.x["soc"][0] - charge_before
    assert gained == pytest.approx(totals["charge"] - totals["lost_charge"], abs=1e-12 * charge_throughput)


@pytest.mark.parametrize(("current", "step"), [(0.0, 1.0), (-1.0, 1e-5)])
def test_steps_that_hardly_move_the_soc_lose_no_charge(current, step):
    """A step is 1e-10 of SOC or so, of which rounding to the last place alone would keep six or seven digits."""
    cell = started(plain_cell(self_discharge_current=1e-5), current=current, initial_soc=0.7)
    stored, entered = [], []
    for n in range(2000):
        cell.advance(n * step, step)
        stored.append(float(cell.y["stored_charge"]))
        entered.append(float(cell.y["charge"] - cell.y["lost_charge"]))
    expected = 2000 * step * (current - 1e-5)
    assert math.fsum(entered) == pytest.approx(expected, rel=1e-12)
    assert math.fsum(stored) == pytest.approx(expected, rel=1e-12)
    assert cell.y["soc"][0] - 0.7 == pytest.approx(expected / 36000.0, abs=1.2e-16)  # a last place of 0.7


def test_every_step_closes_its_own_energy():
    cell = started(invented_cell(), cells=3, initial_soc=[0.1, 0.5, 0.93])
    random = np.random.default_rng(3)
    for _ in range(100):
        cell.u["current"] = 30.0 * random.standard_normal(3)
        cell.advance(0.0, 10.0)
        balance = cell.y["electrical_energy"] - cell.y["stored_energy"] - cell.y["heat"]
        assert abs(balance) <= 1e-12 * 3 * 30.0 * 4.0 * 10.0  # rounding of the terms' magnitude


def test_heat_against_its_definition():
    """Heat, integrated by scipy from the states between, not from the kernel's closed forms."""
    kind = invented_cell(
        open_circuit_voltage=3.0 + SOC,
        entropic_coefficient=constant(3e-4),
        ohmic_resistance=constant(2e-3),
        polarisation_resistance=np.array([constant(1e-3), constant(3e-3)]),
        polarisation_capacitance=np.array([constant(2e4), constant(1e5)]),
    )
    current, duration = 15.0, 400.0
    rate = 40.0 * current / 36000.0 + 1e-5
    per_loss = rate * 36000.0 / (40.0 * 0.02)

    def right(_, s):
        v1, v2, h, z, _ = s
        main = 0.99 * current - 0.01
        heat = current**2 * 2e-3 + v1**2 / 1e-3 + v2**2 / 3e-3 + per_loss * h**2 + main * 298.15 * 3e-4
        heat += (current - main) * (3.0 + z)
        return [
            (current - v1 / 1e-3) / 2e4,
            (current - v2 / 3e-3) / 1e5,
            40.0 * 0.02 * current / 36000.0 - rate * h,
            main / 36000.0,
            heat,
        ]

    reference = solve_ivp(right, (0.0, duration), [0.0, 0.0, 0.0, 0.5, 0.0], rtol=1e-12, atol=1e-14, method="DOP853")
    cell = started(kind, current=current)
    cell.advance(0.0, duration)
    assert cell.y["heat"] == pytest.approx(reference.y[4, -1], rel=1e-10)
    assert cell.y["heat_rate"][0] * duration == pytest.approx(cell.y["heat"], rel=1e-15)


def test_second_order_in_the_step_with_tables():
    """The coefficients of a step are those of its middle SOC: order 2 against scipy on smooth tables."""
    fine = np.linspace(0.0, 1.0, 2001)
    kind = plain_cell(
        open_circuit_voltage=3.2 + 0.8 * fine + 0.1 * np.sin(4.0 * fine),
        entropic_coefficient=0.0 * fine,
        ohmic_resistance=2e-3 + 1e-3 * fine**2,
        polarisation_resistance=np.array([1e-3 * (1.5 - np.sin(3.0 * fine)), 2e-3 * np.exp(-fine)]),
        polarisation_capacitance=np.array([2e4 * np.exp(fine), 1e5 * (1.0 + fine**2)]),
    )

    def right(t, s):
        z, v1, v2 = s
        i = -30.0
        r = [np.interp(z, fine, table) for table in kind.polarisation_resistance]
        c = [np.interp(z, fine, table) for table in kind.polarisation_capacitance]
        return [i / 36000.0, (i - v1 / r[0]) / c[0], (i - v2 / r[1]) / c[1]]

    reference = solve_ivp(right, (0.0, 720.0), [0.9, 0.0, 0.0], rtol=1e-11, atol=1e-13).y[1:, -1]
    errors = []
    for step in (20.0, 10.0, 5.0):  # the time constants are some 20 and 200 s
        cell = started(kind, initial_soc=0.9, current=-30.0)
        for n in range(round(720.0 / step)):
            cell.advance(n * step, step)
        errors.append(np.abs(cell.x["polarisation_voltage"][0] - reference).max())
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.2)


def test_vector_equals_scalar():
    kind = invented_cell()
    start = {"initial_soc": [0.2, 0.5, 0.8], "resistance_scale": [0.9, 1.0, 1.2], "current": [-30.0, 0.0, 25.0]}
    together = started(kind, cells=3, **start)
    together.advance(0.0, 7.0)
    for k in range(3):
        alone = started(kind, **{name: values[k] for name, values in start.items()})
        alone.advance(0.0, 7.0)
        for name in ("voltage", "soc", "emf", "resistance", "heat_rate"):
            assert together.y[name][k] == alone.y[name][0]


def test_extremes_name_the_cells():
    cell = started(invented_cell(), cells=3, initial_soc=[0.5, 0.9, 0.2])
    assert cell.y["soc_minimum"] == 0.2
    assert cell.y["soc_minimum_cell"] == 3
    assert cell.y["soc_maximum_cell"] == 2
    assert cell.y["soc_mean"] == pytest.approx(1.6 / 3.0, rel=1e-15)
    assert cell.y["voltage_maximum"] == cell.y["voltage"][1]


@settings(max_examples=200)
@given(
    soc=st.floats(-0.2, 1.2),
    current=st.floats(-1e3, 1e3),
    temperature=st.floats(230.0, 360.0),
    step=st.floats(1e-6, 1e6),
    hysteresis=st.floats(-0.02, 0.02),
)
def test_any_step_is_finite_and_dissipates(soc, current, temperature, step, hysteresis):
    kind = invented_cell(entropic_coefficient=constant(0.0))
    cell = PROPERTY_CELL
    cell.p["lookahead"] = step
    cell.p["entropic_coefficient"] = kind.entropic_coefficient
    cell.initialize()
    cell.x["soc"], cell.x["hysteresis_voltage"] = soc, hysteresis
    cell.u["current"], cell.u["temperature"] = current, temperature
    before = open_circuit_voltage(cell)
    cell.advance(0.0, step)
    assert np.isfinite(cell.memory).all()
    assert cell.y["resistance"][0] > 0.0
    magnitude = abs(current) * step * (5.0 + abs(cell.y["voltage"][0]))
    assert abs(cell.y["electrical_energy"] - cell.y["stored_energy"] - cell.y["heat"]) <= 1e-9 * max(magnitude, 1.0)
    if min(before, open_circuit_voltage(cell)) > 0.0:  # below 0 V leaking charge would take up heat
        assert cell.y["heat"] >= 0.0


def open_circuit_voltage(cell):
    return cell_circuit.open_circuit(cell.x, cell.p, 0, cell_circuit.locate(cell.p, cell.x["soc"][0]))


@pytest.mark.parametrize("current", [5e-324, 1e-320, 1e-310, 1e-300, 1e100])
@pytest.mark.parametrize("step", [1e-9, 1.0, 1e12])
def test_currents_at_the_ends_of_the_number_range_are_finite(current, step):
    cell = LASTING_CELL
    cell.p["lookahead"] = step
    for sign in (-1.0, 1.0):
        cell.initialize()
        cell.x["hysteresis_voltage"] = 0.01
        cell.u["current"] = sign * current
        cell.advance(0.0, step)
        assert np.isfinite(cell.memory).all()


PROPERTY_CELL = Later(lambda: started(invented_cell()))
LASTING_CELL = Later(lambda: started(invented_cell(hysteresis_decay_rate=0.0)))
