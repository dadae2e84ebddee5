"""Four unequal cells in parallel, coupled to their network by affine ports.

::

              pack_current (mean over the step)
                      |
                      v           current[1..4], for the same step
              +-------------+ -----------------------------------> +------+
              | PackNetwork |                                      | Cell |
              +-------------+ <----------------------------------- +------+
                               emf, resistance, soc [1..4]
                               foreseen `lookahead` ahead

    staggered    network over [t, t + h]; currents handed on; cells over [t, t + h]; ports handed back
    all at once  ports and currents handed over; then both over [t, t + h]: the currents come a step late

The reference integrates the same circuit as ordinary differential equations, the currents eliminated by a nodal
solve that shares nothing with the kernels.
"""

from functools import cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.models.cells import SOC, invented_cell, plain_cell
from tests.scenarios.groups import CELLS, CONTACT, SEGMENT, START, Group

DURATION, SAMPLES = 1200.0, 30
STEPS = (60, 120, 240, 480, 960)
UNEVEN_STEPS = (60, 90, 120, 180, 240, 330, 480, 690, 960)
GAS_CONSTANT = 8.31446261815324


def flat(value):
    return np.full(SOC.size, value)


LINEAR = {
    "open_circuit_voltage": 3.2 + 0.8 * SOC,
    "ohmic_resistance": flat(2e-3),
    "polarisation_resistance": np.array([flat(1e-3), flat(2e-3)]),
    "polarisation_capacitance": np.array([flat(3e4), flat(1e5)]),
}
KINDS = {
    "linear": plain_cell(**LINEAR),
    "hysteresis": plain_cell(**LINEAR, hysteresis_bound=0.02),
    "tables": plain_cell(),
    "everything": invented_cell(),
}


class Load:
    """A pack current of -30 A with a sine on it, its phase in rad; beyond a swing of 30 A it reverses."""

    rate = 2.0 * np.pi / 800.0

    def __init__(self, swing, phase=0.0):
        self.swing, self.phase = swing, phase

    def at(self, t):
        """Pack current at t [A]."""
        return -30.0 + self.swing * np.sin(self.rate * t + self.phase)

    def mean(self, t, h):
        """Mean of the pack current from t to t + h [A], in closed form."""
        begin, end = (np.cos(self.rate * time + self.phase) for time in (t, t + h))
        return -30.0 + self.swing * (begin - end) / (self.rate * h)


ONE_WAY = Load(15.0)
REVERSING = tuple(Load(80.0, phase) for phase in (0.0, 0.7, 1.4, 2.1))


def nodal_currents(emf, resistance, current):
    """Currents into the cells from the potentials of the eight nodes; node 4 + k is the minus end of rung k."""
    branches = [(k, 4 + k) for k in range(4)] + [(k, k + 1) for k in range(3)] + [(4 + k, 5 + k) for k in range(3)]
    incidence = np.zeros((8, 10))
    for column, (begin, end) in enumerate(branches):
        incidence[begin, column], incidence[end, column] = 1.0, -1.0
    conductance = 1.0 / np.concatenate([resistance + CONTACT, np.full(6, SEGMENT)])
    source = np.concatenate([emf - emf[0], np.zeros(6)])
    injected = incidence @ (conductance * source)
    injected[[0, 4]] += current, -current
    free = [0, 1, 2, 3, 5, 6, 7]
    potential = np.zeros(8)
    laplacian = incidence * conductance @ incidence.T
    potential[free] = np.linalg.solve(laplacian[np.ix_(free, free)], injected[free])
    return (conductance * (incidence.T @ potential - source))[:4]


@cache
def reference(name, load):
    """SOC of the cells at SAMPLES + 1 equally spaced times, from the differential equations of all of them."""
    kind, capacity, scale = KINDS[name], np.array(START["capacity"]), np.array(START["resistance_scale"])

    def table(values, soc):
        return np.interp(soc, SOC, values)

    def slopes(t, state):
        soc, first, second, hysteresis = state.reshape(4, CELLS)
        emf = table(kind.open_circuit_voltage, soc) + first + second + hysteresis
        current = nodal_currents(emf, scale * table(kind.ohmic_resistance, soc), load.at(t))
        stored = np.where(current > 0.0, kind.coulombic_efficiency, 1.0) * current - kind.self_discharge_current
        pairs = []
        for j, voltage in enumerate((first, second)):
            through = voltage / (scale * table(kind.polarisation_resistance[j], soc))
            pairs.append((current - through) / table(kind.polarisation_capacitance[j], soc))
        settling = kind.hysteresis_rate / capacity
        settling *= kind.hysteresis_bound * current - np.abs(current) * hysteresis
        return np.concatenate([stored / capacity, *pairs, settling - kind.hysteresis_decay_rate * hysteresis])

    start = np.concatenate([START["initial_soc"], np.zeros(3 * CELLS)])
    times = np.linspace(0.0, DURATION, SAMPLES + 1)
    solution = solve_ivp(slopes, (0.0, DURATION), start, "DOP853", times, rtol=1e-11, atol=1e-12)
    soc = solution.y[:CELLS].T
    assert solution.success
    assert SOC[0] < soc.min() < soc.max() < SOC[-1]  # np.interp does not extrapolate, the model does
    return soc


def run(name, load, steps, ahead):
    """RMS error of SOC over cells and sample times, and the port mismatch [J], its size summed over the steps.

    `ahead` is the lookahead in steps.
    """
    h, kind = DURATION / steps, KINDS[name]
    group, expected, errors, mismatch = Group(kind, ahead * h), reference(name, load), [], 0.0
    for n in range(steps):
        group.staggered(n * h, h, load.mean(n * h, h))
        mismatch += abs(group.network.y["cell_energy"] - group.cells.y["electrical_energy"])
        if (n + 1) % (steps // SAMPLES) == 0:
            errors.append(group.cells.y["soc"] - expected[(n + 1) * SAMPLES // steps])
    return np.sqrt(np.mean(np.square(errors))), mismatch


def order(steps, values):
    """Power of the step that the values follow: the slope in logarithms, by least squares."""
    return -np.polyfit(np.log(steps), np.log(values), 1)[0]


@pytest.mark.parametrize("name", KINDS)
def test_half_a_step_ahead_is_second_order_and_so_is_the_port_mismatch(name):
    errors, mismatches = zip(*(run(name, ONE_WAY, steps, 0.5) for steps in STEPS), strict=True)
    assert order(STEPS, errors) == pytest.approx(2.0, abs=0.2)
    assert order(STEPS, mismatches) == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("name", ["hysteresis", "everything"])
def test_second_order_outlives_reversals(name):
    """A current that reverses leaves an error of h^2 times a factor that depends on where in the step it does so.

    Hence the mean square over loads that reverse at different times, and step sizes that are not all halves.
    """
    errors = []
    for steps in UNEVEN_STEPS:
        squares = [run(name, load, steps, 0.5)[0] ** 2 for load in REVERSING]
        errors.append(np.sqrt(np.mean(squares)))
    assert order(UNEVEN_STEPS, errors) == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("name", KINDS)
def test_without_lookahead_it_is_first_order(name):
    errors = [run(name, ONE_WAY, steps, 0.0)[0] for steps in STEPS[1:]]
    assert order(STEPS[1:], errors) == pytest.approx(1.0, abs=0.2)


def exchanged(name, h, ahead, steps):
    """Largest cell current [A] in every step of a Jacobi exchange at rest between cells of different SOC."""
    group = Group(KINDS[name], ahead * h, initial_soc=[0.55, 0.50, 0.58, 0.53])
    largest = []
    for n in range(steps):
        group.all_at_once(n * h, h, 0.0)
        largest.append(np.abs(group.network.y["current"]).max())
    return largest


@pytest.mark.parametrize("name", ["linear", "everything"])
@pytest.mark.parametrize("h", [1.0, 3.0, 10.0, 30.0, 60.0, 100.0, 300.0])
def test_an_exchange_one_step_late_is_stable_a_step_ahead(name, h):
    largest = exchanged(name, h, 1.0, max(100, round(2000.0 / h)))
    assert max(largest) == largest[0] > 1.0
    assert max(largest[-10:]) < 0.01 * largest[0]


def test_an_exchange_one_step_late_grows_without_lookahead():
    largest = exchanged("linear", 100.0, 0.0, 16)  # the next step would leave the range of SOC
    assert largest[-1] > 10.0 * largest[0]


def test_idle_groups_drift_apart_by_the_difference_of_their_leakage():
    """Two groups of two cells in series; the cells of a group leak into each other, the groups do not."""
    leakage, temperature = np.array([0.01, 0.03, 0.02, 0.06]), np.array([298.15, 298.15, 298.15, 318.15])
    soc = [0.50, 0.52, 0.51, 0.51]
    group = Group(plain_cell(), 5.0, series=2, self_discharge_current=leakage, initial_soc=soc)
    group.cells.u["temperature"] = temperature
    steps, h = 300, 10.0
    for n in range(steps):
        group.staggered(n * h, h, 0.0)
    assert np.abs(group.cells.u["current"]).min() > 0.0
    lost = steps * h * leakage * np.exp(5e4 / GAS_CONSTANT * (1.0 / 298.15 - 1.0 / temperature))
    capacity = np.array(START["capacity"])
    drift = (capacity * (soc - group.cells.y["soc"])).reshape(2, 2).sum(axis=1)
    # charge is told as SOC times capacity: rounding of some hundred sums of 7e4 C, at 1e-12 of that
    assert drift == pytest.approx(lost.reshape(2, 2).sum(axis=1), rel=0.0, abs=1e-12 * capacity.sum())
