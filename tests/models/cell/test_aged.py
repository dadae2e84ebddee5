"""What aging does to a cell: capacity, resistances and shifts, and a ledger that closes over them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from packfmu.models.cell.aged import fields
from tests.later import Later
from tests.models.cells import SOC, aging, invented_cell, started

KIND = invented_cell()
AGING = aging()
BOOKED = [variable.name for variable in fields(1).outputs]
CHARGES = ("charge", "stored_charge", "lost_charge", "aging_charge", "shifted_charge")
ENERGIES = ("electrical_energy", "stored_energy", "heat", "table_energy", "aging_energy", "shifted_energy")


def potential_area(soc):
    """Integral of U - T dU/dT from SOC 0, by scipy [V]."""
    potential = KIND.open_circuit_voltage - KIND.reference_temperature * KIND.entropic_coefficient
    # told the kinks of a piecewise linear curve, quad is exact to rounding
    return quad(lambda z: np.interp(z, SOC, potential), 0.0, soc, points=SOC[soc > SOC], limit=200)[0]


def stored(cell, loss):
    """Charge [C] and energy [J] in the cell by their definitions."""
    x, capacity = cell.x, KIND.capacity * (1.0 - loss)
    soc = x["soc"][0]
    energy = capacity * potential_area(soc)
    for j, voltage in enumerate(x["polarisation_voltage"][0]):
        energy += 0.5 * np.interp(soc, SOC, KIND.polarisation_capacitance[j]) * voltage**2
    energy += 0.5 * capacity / (KIND.hysteresis_rate * KIND.hysteresis_bound) * x["hysteresis_voltage"][0] ** 2
    return capacity * (soc + x["soc_remainder"][0]), energy


def test_a_cell_that_has_not_aged_is_the_plain_cell_to_the_last_bit():
    plain, aged = (started(KIND, initial_soc=0.7, aging=kind) for kind in (None, AGING))
    random = np.random.default_rng(5)
    for n in range(300):
        for cell in (plain, aged):
            cell.u["current"], cell.u["temperature"] = 20.0 * np.sin(n), 290.0 + n // 10
        step = random.choice([0.1, 1.0, 30.0])
        for cell in (plain, aged):
            cell.advance(0.0, step)
        for variable in plain.model.outputs:
            assert plain.y[variable.name].tobytes() == aged.y[variable.name].tobytes(), variable.name
    assert [aged.y[name] for name in BOOKED] == [0.0, 0.0, 0.0, 0.0]


def test_an_aged_cell_is_a_plain_one_of_less_capacity_and_more_resistance():
    """At the beginning, and from the first step after a change on."""
    plain = started(KIND, initial_soc=0.7, capacity=36000.0 * (1.0 - 0.25), resistance_scale=1.1 * (1.0 + 0.5))
    early = started(KIND, aging=AGING, initial_soc=0.7, resistance_scale=1.1, capacity_loss=0.25, resistance_growth=0.5)
    late = started(KIND, aging=AGING, initial_soc=0.7, resistance_scale=1.1)
    for n in range(20):
        for cell in (plain, early, late):
            cell.u["current"], cell.u["temperature"] = -20.0 * np.sin(n), 280.0 + n // 5
        late.u["capacity_loss"], late.u["resistance_growth"] = 0.25, 0.5
        for cell in (plain, early, late):
            cell.advance(0.0, 10.0)
            for name in ("voltage", "soc", "emf", "resistance", "heat", "timescale_fastest", "timescale_slowest"):
                assert cell.y[name].tobytes() == plain.y[name].tobytes(), (n, name)


def test_time_constants_grow_with_the_resistance():
    cell = started(KIND, aging=AGING)
    fresh = float(cell.y["timescale_fastest"]), float(cell.y["timescale_slowest"])
    cell.u["resistance_growth"] = 1.0
    cell.advance(0.0, 1e-3)  # no time for self-discharge to reach other places in the tables
    aged = float(cell.y["timescale_fastest"]), float(cell.y["timescale_slowest"])
    assert aged == pytest.approx((2.0 * fresh[0], 2.0 * fresh[1]), rel=1e-9)


def test_lost_capacity_leaves_the_soc_and_takes_charge_and_energy():
    cell = started(KIND, aging=AGING, initial_soc=0.7, current=20.0)
    cell.advance(0.0, 300.0)
    before = stored(cell, 0.0)
    cell.u["capacity_loss"], cell.u["current"] = 0.1, 0.0
    soc = cell.x["soc"][0]
    cell.advance(0.0, 1e-9)
    assert cell.y["soc"][0] == pytest.approx(soc, abs=1e-15)
    hysteresis = 0.5 * 36000.0 / (40.0 * 0.02) * cell.x["hysteresis_voltage"][0] ** 2
    assert hysteresis > 1.0
    assert cell.y["aging_charge"] == pytest.approx(0.1 * 36000.0 * soc, rel=1e-13)
    assert cell.y["aging_energy"] == pytest.approx(0.1 * (36000.0 * potential_area(soc) + hysteresis), rel=1e-9)
    after = stored(cell, 0.1)
    assert before[0] - after[0] == pytest.approx(cell.y["aging_charge"], rel=1e-9)
    assert before[1] - after[1] == pytest.approx(cell.y["aging_energy"], rel=1e-9)


def test_a_shift_adds_its_charge_and_energy():
    cell = started(KIND, aging=AGING, initial_soc=0.6)
    cell.u["soc_shift"] = -0.15
    cell.advance(0.0, 1e-9)
    assert cell.y["soc"][0] == pytest.approx(0.45, abs=1e-12)
    assert cell.y["shifted_charge"] == pytest.approx(-0.15 * 36000.0, rel=1e-12)
    area = potential_area(0.45) - potential_area(0.6)
    assert cell.y["shifted_energy"] == pytest.approx(36000.0 * area, rel=1e-9)


def test_only_changes_act():
    start = {"capacity_loss": 0.2, "resistance_growth": 0.3, "soc_shift": 0.1}
    cell = started(KIND, aging=AGING, initial_soc=0.6, **start)
    assert cell.y["soc"][0] == 0.6
    for _ in range(3):
        cell.advance(0.0, 1.0)
        assert [cell.y[name] for name in BOOKED] == [0.0, 0.0, 0.0, 0.0]
    for _ in range(3):
        cell.u["capacity_loss"], cell.u["soc_shift"] = 0.25, 0.15
        cell.advance(0.0, 1.0)
    assert [cell.y[name] for name in BOOKED] == [0.0, 0.0, 0.0, 0.0]  # of the last step
    assert cell.y["soc"][0] == pytest.approx(0.65, abs=1e-5)  # self-discharge


EVENTS = st.lists(
    st.tuples(
        st.floats(0.0, 0.9),
        st.floats(0.0, 100.0),
        st.floats(-0.2, 0.2),
        st.floats(-30.0, 30.0),
        st.floats(1e-3, 300.0),
        st.floats(260.0, 330.0),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(EVENTS)
def test_the_ledger_closes_over_losses_shifts_and_steps(events):
    cell = CELL
    cell.u["capacity_loss"] = cell.u["resistance_growth"] = cell.u["soc_shift"] = 0.0
    cell.initialize()
    before = stored(cell, 0.0)
    sums = dict.fromkeys(CHARGES + ENERGIES, 0.0)
    turnover = dict.fromkeys(sums, 0.0)
    for loss, growth, shift, current, step, temperature in events:
        cell.u["capacity_loss"], cell.u["resistance_growth"], cell.u["soc_shift"] = loss, growth, shift
        cell.u["current"], cell.u["temperature"] = current, temperature
        cell.advance(0.0, step)
        for name in sums:
            sums[name] += cell.y[name]
            turnover[name] += abs(cell.y[name])
    after = stored(cell, events[-1][0])
    charge, energy = (sum(turnover[name] for name in names) for names in (CHARGES, ENERGIES))
    entered = sums["charge"] + sums["shifted_charge"]
    assert abs(entered - sums["stored_charge"] - sums["lost_charge"] - sums["aging_charge"]) <= 1e-12 * charge
    assert abs(after[0] - before[0] - sums["stored_charge"]) <= 1e-12 * (charge + before[0])
    entered = sums["electrical_energy"] + sums["shifted_energy"]
    assert abs(entered - sums["stored_energy"] - sums["heat"] - sums["aging_energy"]) <= 1e-9 * energy
    if 0.0 < cell.x["soc"][0] < 1.0:  # np.interp of the definition does not go beyond
        change = sums["stored_energy"] + sums["table_energy"]
        assert abs(after[1] - before[1] - change) <= 1e-9 * (energy + before[1])


CELL = Later(lambda: started(KIND, aging=AGING))
