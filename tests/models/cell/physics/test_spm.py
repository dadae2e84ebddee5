"""Single particles, with and without electrolyte: traces of PyBaMM, ledger, port, vector equals scalar."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.electrochemistry.heat import PARTS
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.pybamm_cells import FINE, PROTOCOLS, departures, rms
from tests.models.cell.physics.single import started, with_all_effects

BOTH = pytest.mark.parametrize("physics", [Physics.SPM, Physics.SPME], ids=["spm", "spme"])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_voltage_is_that_of_pybamm_with_fine_particles(protocol):
    assert rms(departures("chen_2020", Physics.SPM, "fine", protocol, modes=FINE)) < 1e-3


@pytest.mark.parametrize("protocol", ["c20", "1c", "2c", "drive"])
def test_six_modes_cost_less_than_a_millivolt(protocol):
    assert rms(departures("chen_2020", Physics.SPM, "fine", protocol, modes=PARAMETERS.mesh.modes)) < 0.5


@BOTH
def test_every_step_closes_its_energy_by_parts_that_all_count(physics):
    cell, random = started(with_all_effects(physics), 3, initial_soc=[0.3, 0.5, 0.8]), np.random.default_rng(3)
    sums = dict.fromkeys((part for part, _ in PARTS), 0.0)
    through = 0.0
    for _ in range(300):
        cell.u["current"] = 5.0 * random.standard_normal(3)
        cell.u["temperature"] = 298.15 + 10.0 * random.standard_normal(3)
        assert cell.advance(0.0, random.choice([0.1, 1.0, 10.0])) == 0
        y = cell.y
        heat = sum(float(y[f"heat_{part}"]) for part in sums)
        assert heat == pytest.approx(float(y["heat"]), rel=1e-12)
        magnitude = 10.0 * 15.0 * 4.0
        assert abs(y["electrical_energy"] - y["stored_energy"] - heat) < 1e-12 * magnitude
        assert abs(y["charge"] - y["stored_charge"] - y["lost_charge"]) < 1e-12 * magnitude
        through += abs(float(y["electrical_energy"]))
        for part in sums:
            sums[part] += abs(float(y[f"heat_{part}"]))
    for part, total in sums.items():
        trivial = physics is Physics.SPM and part in {"solid", "electrolyte"}
        assert (total == 0.0) if trivial else (total > 1e-5 * through), part


@BOTH
def test_a_closed_cycle_stores_what_it_did(physics):
    kind = replace(with_all_effects(physics), coulombic_efficiency=1.0, self_discharge_current=0.0)
    cell, random = started(kind), np.random.default_rng(8)
    currents = 5.0 * random.standard_normal(100)
    stored = through = 0.0
    for current in (*currents, -currents.sum()):
        cell.u["current"] = current
        cell.u["temperature"] = 298.15 + 10.0 * random.standard_normal()
        cell.advance(0.0, 10.0)
        stored += float(cell.y["stored_energy"])
        through += abs(float(cell.y["electrical_energy"]))
    assert abs(stored) < 1e-12 * through
    assert cell.y["soc"][0] == pytest.approx(0.6, abs=1e-14)


@BOTH
@pytest.mark.parametrize("current", [-5.0, -0.2, 0.0, 4.0])
@pytest.mark.parametrize("lookahead", [0.5, 30.0])
def test_port_is_the_tangent_of_the_voltage_ahead(physics, current, lookahead):
    cell = started(with_all_effects(physics), lookahead=lookahead)
    cell.u["current"] = current
    for _ in range(5):
        cell.advance(0.0, 10.0)
    emf, resistance = cell.y["emf"][0], cell.y["resistance"][0]
    anode_emf, anode_resistance = cell.y["anode_emf"][0], cell.y["anode_resistance"][0]
    memory = cell.memory.copy()

    def ahead(later):
        cell.memory[:] = memory
        cell.u["current"] = later
        cell.advance(0.0, lookahead)
        return np.array([cell.y["voltage"][0], cell.y["anode_potential"][0]])

    expected = [emf + resistance * current, anode_emf - anode_resistance * current]
    assert ahead(current) == pytest.approx(expected, abs=1e-13)
    if current:
        slopes = (ahead(current + 1e-3) - ahead(current - 1e-3)) / 2e-3
        assert [resistance, -anode_resistance] == pytest.approx(slopes, rel=1e-6)  # the difference quotient's own error


@BOTH
def test_vector_equals_scalar(physics):
    start = {"initial_soc": [0.2, 0.5, 0.8], "capacity": [17000.0, 18000.0, 19000.0], "current": [-5.0, 0.0, 4.0]}
    together = started(with_all_effects(physics), 3, **start)
    for _ in range(3):
        together.advance(0.0, 7.0)
    for k in range(3):
        alone = started(with_all_effects(physics), **{name: values[k] for name, values in start.items()})
        for _ in range(3):
            alone.advance(0.0, 7.0)
        for name in ("voltage", "soc", "emf", "resistance", "heat_rate", "anode_potential"):
            assert together.y[name][k] == alone.y[name][0], name


@BOTH
def test_two_unequal_cells_in_parallel_are_of_second_order(physics):
    """Each step solves both ports for equal voltages half a step ahead, as the network does.

    The load has no jumps: in the first step after one the ports are still linearised about the current before it, and
    what charge transfer makes of that goes with the step.
    """
    kind = with_all_effects(physics)

    def shared(h):
        cell = started(kind, 2, capacity=[17000.0, 20000.0], resistance_scale=[1.0, 2.5], lookahead=0.5 * h)
        for n in range(round(240.0 / h)):
            emf, resistance = cell.y["emf"], cell.y["resistance"]
            total = -8.0 * np.sin(np.pi * (n + 0.5) * h / 160.0)
            first = (total * resistance[1] + emf[1] - emf[0]) / resistance.sum()
            cell.u["current"] = [first, total - first]
            cell.advance(n * h, h)
        return cell.y["soc"].copy()

    found = [shared(h) for h in (20.0, 10.0, 5.0, 2.5)]
    differences = np.abs(np.diff(found, axis=0)).max(axis=1)
    np.testing.assert_allclose(np.log2(differences[:-1] / differences[1:]), 2.0, atol=0.35)


@BOTH
def test_sensitivities_are_those_of_the_voltage(physics):
    """At rest they are the slopes of the rest voltage; the growth is told by a cell of another resistance scale."""
    kind = with_all_effects(physics)

    def rested(**start):
        return started(replace(kind, self_discharge_current=0.0), lookahead=0.0, **start)

    def difference(name, step, **more):
        high, low = (rested(**{name: at} | more).y["voltage"][0] for at in step)
        return (high - low) / (step[0] - step[1])

    cell = rested(temperature=308.15)
    assert cell.y["sensitivity_soc"] == pytest.approx(
        abs(difference("initial_soc", (0.601, 0.599), temperature=308.15)), rel=1e-4
    )
    by_temperature = difference("temperature", (308.25, 308.05))
    assert cell.y["sensitivity_temperature"] == pytest.approx(abs(by_temperature), rel=1e-9)

    def loaded(scale):
        cell = rested(resistance_scale=scale)
        cell.u["current"] = -0.1
        cell.advance(0.0, 1e-6)
        return cell

    growth = loaded(1.0).y["voltage"][0] - loaded(1.001).y["voltage"][0]
    assert loaded(1.0).y["sensitivity_resistance_growth"] == pytest.approx(growth / 1e-3, rel=5e-3)
