"""The thermal network: closed forms, steady states, measured order, conservation, and the maximum principle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.thermal import chain as thermal

CELLS = 5
ROOT = 1.0 + np.sqrt(2.0)
"""In units of the fastest time constant, the longest step that keeps the method free of overshoot."""

UNEVEN = {
    "heat_capacity": [700.0, 800.0, 900.0, 1000.0, 1100.0],
    "convection": [0.2, 0.5, 0.1, 0.4, 0.3],
    "conduction": 1.5,
    "heat_rate": [1.0, 4.0, -0.5, 2.0, 3.0],
    "ambient_temperature": 288.0,
    "coolant_temperature": 283.0,
    "board_heat_rate": 3.0,
    "initial_temperature": 300.0,
}
PLATE = {"plate_conductance": 2.0, "coolant_heat_capacity_rate": 5.0}
START = np.array([310.0, 290.0, 305.0, 280.0, 300.0])


def started(cells=CELLS, **start):
    instance = Instance(thermal.declare(cells).with_start(start))
    instance.initialize()
    return instance


def dense(instance):
    """Return heat capacities, matrix and source of ``C dT/dt = A T + b``, the board as the last node."""
    p, u = instance.p, instance.u
    n = len(p["heat_capacity"])
    matrix, source = np.zeros((n + 1, n + 1)), np.zeros(n + 1)
    rate, conductance = p["coolant_heat_capacity_rate"], p["plate_conductance"]
    passing = np.exp(-conductance / rate)
    coolant, inlet = np.zeros(n + 1), 1.0  # S as a row over the temperatures, and its share of the inlet
    for k in range(n):
        matrix[k, k] -= p["convection"][k]
        source[k] += u["heat_rate"][k] + p["convection"][k] * u["ambient_temperature"]
        for neighbour in {k - 1, k + 1} & set(range(n)):
            matrix[k, k] -= p["conduction"]
            matrix[k, neighbour] += p["conduction"]
        after = passing * coolant
        after[k] += 1.0 - passing
        matrix[k] -= rate * (after - coolant)
        source[k] -= rate * (passing - 1.0) * inlet * u["coolant_temperature"]
        coolant, inlet = after, passing * inlet
    matrix[n, n] = -p["board_convection"]
    source[n] = u["board_heat_rate"] + p["board_convection"] * u["ambient_temperature"]
    return np.append(p["heat_capacity"], p["board_heat_capacity"]), matrix, source


def temperatures(instance):
    return np.append(instance.y["temperature"], instance.y["board_temperature"])


def exact(instance, duration):
    """Return the temperatures after `duration` from those at hand, by the matrix exponential."""
    capacity, matrix, source = dense(instance)
    n = len(capacity)
    system = np.zeros((n + 1, n + 1))
    system[:n, :n], system[:n, n] = matrix / capacity[:, None], source / capacity
    return (expm(system * duration) @ np.append(temperatures(instance), 1.0))[:n]


def run(instance, step, count):
    for n in range(count):
        assert instance.advance(n * step, step) == DONE


def heats(instance):
    return {name: float(instance.y[f"{name}_heat"]) for name in ("generated", "stored", "ambient", "coolant")}


def imbalance(instance):
    """Return what the heats of a step miss to close by, as a share of the heat turned over."""
    heat = heats(instance)
    missing = heat["generated"] - heat["stored"] - heat["ambient"] - heat["coolant"]
    moved = np.abs(instance.p["heat_capacity"] * instance.x["rise"]).sum() + sum(map(abs, heat.values()))
    return abs(missing) / moved


def test_single_cell_relaxes_exponentially():
    cell = started(1, heat_capacity=500.0, convection=0.5, heat_rate=2.0, initial_temperature=320.0)
    run(cell, 1.0, 1500)
    expected = 302.15 + (320.0 - 302.15) * np.exp(-1.5)
    # error of the method: 0.04 (h / tau)^2 t / tau of the 18 K, h / tau = 1e-3
    assert cell.y["temperature"][0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("step", [1e-3, 1.0, 300.0, 1e4, 1e6])
def test_single_cell_steps_by_the_stability_function(step):
    cell = started(1, heat_capacity=500.0, convection=0.5, ambient_temperature=290.0, initial_temperature=310.0)
    cell.advance(0.0, step)
    z, gamma = -step / 1000.0, 1.0 - 1.0 / np.sqrt(2.0)
    expected = 290.0 + 20.0 * (1.0 + (1.0 - 2.0 * gamma) * z) / (1.0 - gamma * z) ** 2
    assert cell.y["temperature"][0] == pytest.approx(expected, abs=2e-13)  # some last places of 300 K


def test_coolant_along_isothermal_cells():
    cells = started(initial_temperature=320.0, coolant_temperature=290.0, heat_capacity=1e9, **PLATE)
    outlet = 320.0 - 30.0 * np.exp(-CELLS * 2.0 / 5.0)
    assert cells.y["coolant_outlet_temperature"] == pytest.approx(outlet, abs=1e-12)
    cells.advance(0.0, 1.0)  # 1e9 J/K keep the cells within 1e-7 K of isothermal
    assert cells.y["coolant_heat"] == pytest.approx(5.0 * (outlet - 290.0), rel=1e-8)


def test_coolant_of_great_heat_capacity_is_one_reservoir():
    reservoir = started(initial_temperature=320.0, coolant_temperature=290.0, plate_conductance=2.0,
                        coolant_heat_capacity_rate=1e5, heat_capacity=1e9)  # fmt: skip
    reservoir.advance(0.0, 1.0)
    # the coolant warms by n G / W = 1e-4 of the difference on its way
    assert reservoir.y["coolant_heat"] == pytest.approx(CELLS * 2.0 * 30.0, rel=1e-4)


@pytest.mark.parametrize(("conductance", "rate"), [(0.0, 0.0), (2.0, 0.0), (0.0, 5.0)])
def test_no_plate(conductance, rate):
    passive = started(**UNEVEN, plate_conductance=conductance, coolant_heat_capacity_rate=rate)
    default = started(**UNEVEN)
    for instance in (passive, default):
        run(instance, 10.0, 20)
    assert passive.y.memory.tobytes() == default.y.memory.tobytes()
    assert passive.y["coolant_heat"] == 0.0
    assert passive.y["coolant_outlet_temperature"] == 283.0


@pytest.mark.parametrize("cooling", [{}, PLATE], ids=["passive", "plate"])
def test_steady_state_of_the_chain(cooling):
    chain = started(**UNEVEN, **cooling)
    _, matrix, source = dense(chain)
    run(chain, 1e6, 8)  # over 200 time constants each: a step leaves less than 3 % of a deviation
    assert temperatures(chain) == pytest.approx(np.linalg.solve(matrix, -source), abs=1e-7)
    assert chain.y["ambient_heat"] + chain.y["coolant_heat"] == pytest.approx(chain.y["generated_heat"], rel=1e-9)


@pytest.mark.parametrize("step", [1.0, 300.0, 1e5])
@pytest.mark.parametrize("cooling", [{}, PLATE], ids=["passive", "plate"])
def test_a_step_solves_the_stages_of_the_method(cooling, step):
    chain = started(**UNEVEN, **cooling)
    chain.x["temperature"] = chain.y["temperature"] = START
    capacity, matrix, source = dense(chain)
    begin, reach = temperatures(chain), (1.0 - 1.0 / np.sqrt(2.0)) * step
    slopes = []
    for base in (0.0, step - reach):
        known = begin + base * (slopes[0] if slopes else 0.0)
        slopes.append(np.linalg.solve(np.diag(capacity) - reach * matrix, matrix @ known + source))
    chain.advance(0.0, step)
    assert temperatures(chain) == pytest.approx(known + reach * slopes[1], abs=1e-10)  # numpy's pivots: 1e5 s


@pytest.mark.parametrize("cooling", [{}, PLATE], ids=["passive", "plate"])
def test_order_two(cooling):
    duration, errors, heat_errors = 1200.0, [], []
    for count in (16, 32, 64, 128):
        chain = started(**UNEVEN, **cooling)
        chain.x["temperature"] = chain.y["temperature"] = START
        capacity, _, _ = dense(chain)
        begin, expected = temperatures(chain), exact(chain, duration)
        outflow = duration * (UNEVEN["board_heat_rate"] + np.sum(UNEVEN["heat_rate"])) - capacity @ (expected - begin)
        lost = 0.0
        for n in range(count):
            chain.advance(n * duration / count, duration / count)
            lost += chain.y["ambient_heat"] + chain.y["coolant_heat"]
        errors.append(np.abs(temperatures(chain) - expected).max())
        heat_errors.append(abs(lost - outflow))
    for error in (errors, heat_errors):
        orders = np.log2(np.array(error[:-1]) / np.array(error[1:]))
        assert orders == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("cooling", [{}, PLATE], ids=["passive", "plate"])
@pytest.mark.parametrize("step", 10.0 ** np.arange(-3, 7))
def test_any_step_is_stable_and_tends_to_the_steady_state(cooling, step):
    chain = started(**UNEVEN, **cooling)
    chain.x["temperature"] = chain.y["temperature"] = START
    capacity, matrix, source = dense(chain)
    steady = np.linalg.solve(matrix, -source)
    deviations = [np.abs(temperatures(chain) - steady).max()]
    for n in range(100):
        chain.advance(n * step, step)
        deviations.append(np.abs(temperatures(chain) - steady).max())
    if step <= ROOT * (capacity / -np.diag(matrix)).min():
        assert np.all(np.diff(deviations) <= 1e-12)  # rounding of 300 K
    assert max(deviations) == deviations[0]
    slowest = (1.0 / np.abs(np.linalg.eigvals(matrix / capacity[:, None]))).max()
    if 100.0 * step > 40.0 * slowest:
        assert deviations[-1] < 1e-6


def test_equilibrium_is_kept_to_the_bit():
    chain = started(initial_temperature=291.3, ambient_temperature=291.3, coolant_temperature=291.3, **PLATE)
    run(chain, 10.0, 10)
    assert np.all(temperatures(chain) == 291.3)
    assert chain.y["coolant_outlet_temperature"] == 291.3
    assert set(heats(chain).values()) == {0.0}


def test_many_small_steps_lose_no_heat():
    heat_rate = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    chain = started(convection=0.0, conduction=0.0, heat_rate=heat_rate)
    run(chain, 1e-3, 5000)
    # half a last place of 298 K is 3e-14 K; steps of 1e-6 K would lose up to a thousand times that to rounding
    assert chain.y["temperature"] - 298.15 == pytest.approx(heat_rate * 5.0 / 880.0, abs=1e-13)


@pytest.mark.parametrize("conduction", [0.0, 0.7, 1e3])
def test_identical_cells_are_one_cell(conduction):
    drive = {"convection": 0.4, "heat_rate": 3.0, "ambient_temperature": 280.0}
    chain, cell = started(conduction=conduction, **drive), started(1, **drive)
    for instance in (chain, cell):
        run(instance, 30.0, 50)
    assert chain.y["temperature"] == pytest.approx(np.full(CELLS, cell.y["temperature"][0]), abs=1e-11)


def test_extremes_and_their_cells():
    chain = started(**UNEVEN)
    run(chain, 60.0, 20)
    values = chain.y["temperature"]
    assert chain.y["temperature_minimum"] == values[int(chain.y["temperature_minimum_cell"]) - 1] == values.min()
    assert chain.y["temperature_maximum"] == values[int(chain.y["temperature_maximum_cell"]) - 1] == values.max()
    assert chain.y["temperature_mean"] == pytest.approx(values.mean(), rel=1e-15)


@pytest.mark.parametrize(("name", "value"), [("heat_capacity", 0.0), ("convection", -1.0), ("conduction", np.inf),
                                             ("initial_temperature", np.nan)])  # fmt: skip
def test_bad_start_values_are_named(name, value):
    with pytest.raises(ValueError, match=name):
        started(**{name: value})


def positive(least, greatest):
    return st.floats(np.log10(least), np.log10(greatest)).map(lambda exponent: 10.0**exponent)


def each(values):
    return st.lists(values, min_size=CELLS, max_size=CELLS)


conductances = st.one_of(st.just(0.0), positive(1e-3, 100.0))
kelvins = st.floats(250.0, 350.0)
networks = st.fixed_dictionaries(
    {
        "heat_capacity": each(positive(100.0, 1e4)),
        "convection": each(conductances),
        "conduction": conductances,
        "plate_conductance": conductances,
        "coolant_heat_capacity_rate": conductances,
        "ambient_temperature": kelvins,
        "coolant_temperature": kelvins,
    }
)


@settings(max_examples=60)  # the first example compiles
@given(network=networks, start=each(kelvins), heat_rate=each(st.floats(-50.0, 50.0)), step=positive(1e-3, 1e6))
def test_heat_closes(network, start, heat_rate, step):
    chain = started(**network, heat_rate=heat_rate, board_heat_rate=1.0)
    chain.x["temperature"] = start
    for n in range(3):
        chain.advance(n * step, step)
        assert imbalance(chain) < 1e-9


@settings(max_examples=60)
@given(network=networks, start=each(kelvins), steps=st.integers(1, 5))
def test_maximum_principle(network, start, steps):
    chain = started(**network)
    chain.x["temperature"] = start
    loss = network["convection"] + 2.0 * np.array(network["conduction"]) + network["plate_conductance"]
    run(chain, ROOT / max((loss / np.array(network["heat_capacity"])).max(), 1e-2), steps)
    reservoirs = [*start, network["ambient_temperature"], network["coolant_temperature"]]
    assert min(reservoirs) - 1e-9 <= chain.y["temperature_minimum"]  # rounding of 300 K
    assert chain.y["temperature_maximum"] <= max(reservoirs) + 1e-9
    assert min(reservoirs) - 1e-9 <= chain.y["coolant_outlet_temperature"] <= max(reservoirs) + 1e-9


@settings(max_examples=60)
@given(network=networks, start=each(kelvins))
def test_steady_state_lies_between_air_and_coolant(network, start):
    network["convection"] = np.array(network["convection"]) + 0.1
    chain = started(**network)
    chain.x["temperature"] = start
    run(chain, 1e7, 8)  # the slowest time constant is below 1e5 s: a step leaves 5 % of a deviation at most
    reservoirs = network["ambient_temperature"], network["coolant_temperature"]
    assert min(reservoirs) - 1e-6 <= chain.y["temperature_minimum"]
    assert chain.y["temperature_maximum"] <= max(reservoirs) + 1e-6
