"""Any thermal graph: finite temperatures, closed energy, solved stages, the maximum principle in the steady state."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.model import DONE
from packfmu.models.thermal.graph.nodes import AMBIENT
from packfmu.models.thermal.graph.scheme import NOT_SOLVED
from tests.models.thermal.graph.drawn_graphs import graphs, kelvins, positive
from tests.models.thermal.graph.graphs import imbalance, started


def drawn(data, declared, **values):
    """Return an instance at drawn temperatures, and these with those of air and coolant."""
    air = data.draw(kelvins)
    inlets = [data.draw(kelvins) for _ in declared.circuits]
    start = [data.draw(kelvins) for _ in declared.nodes]
    instance = started(declared, start, ambient_temperature=air, coolant_temperature=inlets, **values)
    return instance, [air, *inlets, *start]


@settings(max_examples=40, deadline=None)
@given(st.data(), graphs(), positive(1e-3, 1e6), st.sampled_from([1e-2, 1e-9]))
def test_energy_closes_and_every_value_is_finite(data, declared, step, tolerance):
    instance, _ = drawn(data, declared, heat_rate=data.draw(st.floats(-5.0, 20.0)), solve_tolerance=tolerance)
    for n in range(3):
        kept = instance.memory.copy()
        status = instance.advance(n * step, step)
        assert status != NOT_SOLVED
        assert np.all(np.isfinite(instance.y["node_temperature"]))
        assert imbalance(instance) < 1e-9
        if status != DONE:  # too warm or too cold: the caller puts the memory back
            instance.memory[:] = kept
            break


def ties(declared):
    """Return for each node whether it has a way to air or coolant that conducts."""
    links = [(path.first, path.second) for path in declared.paths if path.conductance > 0.0]
    links += [(each.first, each.second) for each in declared.radiations]
    for circuit in declared.circuits:
        if circuit.heat_capacity_rate > 0.0:
            contacts = [contact for channel in circuit.channels for contact in channel.contacts]
            links += [(contact.node, AMBIENT) for contact in contacts if contact.conductance > 0.0]
    reached, front = {AMBIENT}, [AMBIENT]
    while front:
        at = front.pop()
        for first, second in links:
            for here, there in ((first, second), (second, first)):
                if here == at and there not in reached:
                    reached.add(there)
                    front.append(there)
    return np.array([node.name in reached for node in declared.nodes])


@settings(max_examples=40, deadline=None)
@given(st.data(), graphs())
def test_a_steady_state_lies_between_what_drives_it(data, declared):
    """Without heat: between air and coolant where a way leads there; else between the temperatures at the start."""
    instance, given_temperatures = drawn(data, declared)
    tied = ties(declared)
    for n in range(60):
        assert instance.advance(n * 1e6, 1e6) == DONE
    found = instance.y["node_temperature"]
    outer = given_temperatures[: 1 + len(declared.circuits)]
    slow = 1e-3 * 10.0  # the least conductance and the greatest heat capacity: time constants of up to 1e7 s
    assert np.all(found >= min(given_temperatures) - slow)
    assert np.all(found <= max(given_temperatures) + slow)
    assert np.all(found[tied] >= min(outer) - 0.5)
    assert np.all(found[tied] <= max(outer) + 0.5)


@settings(max_examples=40, deadline=None)
@given(st.data(), graphs(radiates=False), positive(1e-3, 1e6))
def test_a_step_solves_the_stages_of_the_method(data, declared, step):
    """Against numpy: two stages with the dense matrix of conduction and coolant, made column by column from slopes."""
    instance, _ = drawn(data, declared, solve_tolerance=1e-13)
    begin = instance.x["temperature"].copy()
    capacity, matrix, flow = dense(declared, instance, begin)
    gamma = 1.0 - 1.0 / np.sqrt(2.0)
    system = np.diag(capacity / step) - gamma * matrix
    first = np.linalg.solve(system, flow)
    second = np.linalg.solve(system, flow + 0.5 * matrix @ first - capacity / step * first)
    if instance.advance(0.0, step) == DONE:
        scale = np.abs(first).max() + np.abs(second).max()
        found = instance.y["node_temperature"] - begin
        stiff = step * np.abs(np.diag(matrix) / capacity).max()  # what is left of a flux is so many times a temperature
        assert found == pytest.approx(first + second, abs=(1e-9 + 1e-14 * stiff) * scale + 1e-9)


def dense(declared, instance, begin):
    """Return heat capacities, matrix, and the flows at the start, from the rows that conduct."""
    number = {node.name: i for i, node in enumerate(declared.nodes)}
    capacity = np.array([node.heat_capacity for node in declared.nodes])
    matrix, flow = np.zeros((len(number), len(number))), np.zeros(len(number))
    air = float(instance.u["ambient_temperature"])
    for path in declared.paths:
        ends = [number.get(path.first, -1), number.get(path.second, -1)]
        for here, there in (ends, ends[::-1]):
            if here >= 0:
                matrix[here, here] -= path.conductance
                if there >= 0:
                    matrix[here, there] += path.conductance
                flow[here] += path.conductance * ((begin[there] if there >= 0 else air) - begin[here])
    for circuit, inlet in zip(declared.circuits, instance.u["coolant_temperature"], strict=True):
        for channel in circuit.channels:
            rate = circuit.heat_capacity_rate * channel.share
            coolant, row = inlet, np.zeros(len(number))
            for contact in channel.contacts if rate > 0.0 else ():
                here = number[contact.node]
                share = -np.expm1(-contact.conductance / rate)
                flow[here] -= rate * share * (begin[here] - coolant)
                matrix[here] += rate * share * row
                matrix[here, here] -= rate * share
                coolant += share * (begin[here] - coolant)
                row *= 1.0 - share
                row[here] += share
    return capacity, matrix, flow
