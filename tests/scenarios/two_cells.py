"""Two unlike cells in parallel: their exact currents, and components that are stepped through them, for tests."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from packfmu.pack.file import Pack

PACK = Pack.model_validate({"pack": {"series": 1, "parallel": 2}, "cell": {"parameters": "nissan_leaf_2013"}})
"""The structure: two cells with three RC pairs in one Cell FMU; all figures are set as parameters."""

NODES = PACK.cell.load().nodes
CURRENT = 1.0
"""Current into both cells together [A]."""

PORT = ("emf", "resistance", "soc")
IDEAL = {"contact_resistance": np.zeros(2), "segment_resistance": 0.0}


def exponential(matrix):
    """Return the exponential of a matrix by its series and squarings, in extended precision.

    Each squaring doubles the error: where a time is 1e6 time constants, doubles would leave 1e-9.
    """
    squarings = max(0, int(np.ceil(np.log2(float(np.abs(matrix).sum(axis=1).max()) + 1.0))) + 3)
    small = matrix / 2.0**squarings
    term = total = np.eye(len(matrix), dtype=np.longdouble)
    for n in range(1, 20):
        term = term @ small / n
        total = total + term
    for _ in range(squarings):
        total = total @ total
    return total


@dataclass(frozen=True, kw_only=True)
class TwoCells:
    """Two cells of one linear kind.

    Parameters
    ----------
    ohmic, resistance, capacitance : array
        R0 of each cell [Ohm]; resistance [Ohm] and capacitance [F] of each pair of each cell, of shape (2, 3).
    capacity : array
        Of each cell [C].
    slope : float
        dU/dz [V], which both have.
    """

    ohmic: np.ndarray
    resistance: np.ndarray
    capacitance: np.ndarray
    capacity: np.ndarray
    slope: float

    def parameters(self):
        """Return the parameters of a Cell: the tables of the first cell, and what the second is off it."""
        table, pairs = np.ones(NODES), np.ones((3, NODES))
        return {
            "open_circuit_voltage": 3.7 + self.slope * (np.linspace(0.0, 1.0, NODES) - 0.5),
            "entropic_coefficient": 0.0 * table,
            "ohmic_resistance": self.ohmic[0] * table,
            "polarisation_resistance": self.resistance[0][:, np.newaxis] * pairs,
            "polarisation_capacitance": self.capacitance[0][:, np.newaxis] * pairs,
            "ohmic_scale": self.ohmic / self.ohmic[0],
            "polarisation_resistance_scale": self.resistance / self.resistance[0],
            "polarisation_capacitance_scale": self.capacitance / self.capacitance[0],
            "capacity": self.capacity,
            "self_discharge_current": np.zeros(2),
            "coulombic_efficiency": np.ones(2),
            "initial_soc": np.full(2, 0.5),
            "ohmic_activation_energy": 0.0,
            "polarisation_activation_energy": np.zeros(3),
        }

    def charges(self, times):
        """Return the charge into each cell until each of these times [C], and the currents at them [A], exactly.

        The states are the charges q_k and the voltages v_kj. Both cells have one voltage, and the currents sum to I, so
        that each is affine in the states: ``i_1 R_1 + e_1 = (I - i_1) R_2 + e_2`` with ``e_k = U' q_k / Q_k + sum v``.
        """
        matrix, constant = self._system()
        scale = np.append(self.capacity, np.ones(7))  # charges as shares of the capacities keep the exponents small
        augmented = np.zeros((9, 9), dtype=np.longdouble)
        augmented[:8, :8], augmented[:8, 8] = matrix, constant
        augmented *= scale / scale[:, np.newaxis]
        at_rest = np.append(np.zeros(8), 1.0)
        states = np.array([(scale * (exponential(augmented * t) @ at_rest))[:8] for t in times])
        return states[:, :2].astype(np.float64), (states @ matrix.T + constant)[:, :2].astype(np.float64)

    def of_a_pack(self):
        """Return the parameters of a pack of these cells, joined ideally."""
        values = {f"Cell.{name}": value for name, value in self.parameters().items()}
        return values | {f"PackNetwork.{name}": value for name, value in IDEAL.items()}

    def _system(self):
        """Return A and b of ``ds/dt = A s + b`` for the states q_1, q_2 and the three voltages of each cell.

        In extended precision: rounding of A would let the charge, which never decays, drift with time.
        """
        emf = np.zeros((2, 8), dtype=np.longdouble)
        for k in range(2):
            emf[k, k] = np.longdouble(self.slope) / self.capacity[k]
            emf[k, 2 + 3 * k : 5 + 3 * k] = 1.0
        ohmic = self.ohmic.astype(np.longdouble)
        total = ohmic.sum()
        first = (emf[1] - emf[0]) / total
        currents, share = np.array([first, -first]), CURRENT * ohmic[::-1] / total
        matrix, constant = np.zeros((8, 8), dtype=np.longdouble), np.zeros(8, dtype=np.longdouble)
        matrix[:2], constant[:2] = currents, share
        for k in range(2):
            for j in range(3):
                row = 2 + 3 * k + j
                matrix[row] = currents[k] / self.capacitance[k, j]
                matrix[row, row] -= np.longdouble(1.0) / self.resistance[k, j] / self.capacitance[k, j]
                constant[row] = share[k] / self.capacitance[k, j]
        return matrix, constant


def flat(values):
    """Return values as a slave takes them."""
    return {name: np.ravel(value) for name, value in values.items()}


def opened(components, cells):
    """Return a Cell and a PackNetwork, initialised with these cells and ideal joints, and what is closed at the end."""
    network, cell = components["PackNetwork"].open(PORT, ["current"]), components["Cell"].open(["current"], PORT)
    cell.prepare(flat(cells.parameters()), 0.0)
    network.prepare(flat(IDEAL | {"pack_current": CURRENT}), 0.0)
    cell.initialize()
    hand(cell, network, PORT)
    network.initialize()
    for slave in (cell, network):
        slave.end_initialization()
    return cell, network


def hand(source, target, names):
    """Hand outputs on."""
    for name in names:
        target.inputs[name][:] = source.outputs[name]


def passage(components, cells, times):
    """Return the current into each cell in each step between these times [A]: network, then cells, h/2 ahead."""
    cell, network = opened(components, cells)
    found = []
    try:
        for begin, end in pairwise(times):
            cell.set({"lookahead": np.array([0.5 * (end - begin)])})
            hand(cell, network, PORT)
            network.step(begin, end - begin)
            hand(network, cell, ["current"])
            cell.step(begin, end - begin)
            found.append(network.outputs["current"].copy())
    finally:
        cell.close()
        network.close()
    return np.array(found)


def halved(times):
    """Return the times with the middle of each step between them."""
    return np.insert(times, range(1, len(times)), 0.5 * (times[1:] + times[:-1]))


def romberg(levels):
    """Return the limit of results at steps h, h/2, h/4 and so on whose error is a series in h^2."""
    row = []
    for level in levels:
        new = [level]
        for power, before in enumerate(row, 1):
            new.append(new[-1] + (new[-1] - before) / (4.0**power - 1.0))
        row = new
    return row[-1]


def extrapolated(components, cells, times, levels=3):
    """Return the mean currents in the steps between these times, in the limit of short steps."""

    def means():
        grid = times
        for level in range(levels):
            charge = passage(components, cells, grid) * np.diff(grid)[:, np.newaxis]
            yield np.add.reduceat(charge, range(0, len(charge), 2**level)) / np.diff(times)[:, np.newaxis]
            grid = halved(grid)

    return romberg(means())


def scaled_means(run, cells, steps, levels=3):
    """Return the mean currents in so many steps of 1 s, in the limit of short steps, of what cannot take shorter ones.

    ``run(cells, steps)`` returns the currents. Cells whose capacitances and capacities are twice as large take twice as
    long: their currents in 1 s are those in half a second.
    """

    def means():
        for level in range(levels):
            times = 2**level
            slower = replace(cells, capacitance=times * cells.capacitance, capacity=times * cells.capacity)
            yield run(slower, times * steps).reshape(steps, times, 2).mean(axis=1)

    return romberg(means())
