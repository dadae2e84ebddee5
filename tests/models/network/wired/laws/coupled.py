"""Cells and the wired network between them, stepped together: network, then cells, ports half a step ahead."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from tests.models.cells import SOC, constant, plain_cell
from tests.scenarios.two_cells import halved, romberg

CURRENT = 1


@dataclass(frozen=True)
class Pack:
    """A network, and its cells in the order of the ports, an instance for each kind."""

    network: Instance
    kinds: tuple[Instance, ...]

    def look_ahead(self, time):
        """Set how far ahead the ports are [s], and hand them on."""
        for cells in self.kinds:
            cells.p["lookahead"] = time
            cells.update_outputs()
        self.hand_ports()

    def hand_ports(self):
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = np.concatenate([cells.y[name] for cells in self.kinds])

    def step(self, current, h):
        """Step by h [s] under a pack current [A]; return the currents of the cells."""
        self.network.u["load_mode"], self.network.u["pack_current"] = CURRENT, current
        assert self.network.advance(0.0, h) == DONE
        flowing, first = self.network.y["current"].copy(), 0
        for cells in self.kinds:
            last = first + cells.u["current"].size
            cells.u["current"] = flowing[first:last]
            assert cells.advance(0.0, h) == DONE
            first = last
        self.hand_ports()
        return flowing

    def start(self):
        """Return to the start."""
        for instance in (*self.kinds, self.network):
            instance.initialize()

    def at_once(self, current):
        """Return the currents of the cells in the first instant of a pack current [A]."""
        self.start()
        self.look_ahead(0.0)
        self.network.u["load_mode"], self.network.u["pack_current"] = CURRENT, current
        assert self.network.advance(0.0, 1e-9) == DONE
        return self.network.y["current"].copy()

    def means(self, current, times):
        """Return the mean currents of the cells between these times [s] from the start, one step between two."""
        self.start()
        found = []
        for begin, end in pairwise(times):
            self.look_ahead(0.5 * (end - begin))
            found.append(self.step(current, end - begin))
        return np.array(found)

    def extrapolated_means(self, current, times, levels=3):
        """Return the same in the limit of short steps: the error is a series in their square."""

        def all_means():
            grid = times
            for level in range(levels):
                charge = self.means(current, grid) * np.diff(grid)[:, np.newaxis]
                yield np.add.reduceat(charge, range(0, len(charge), 2**level)) / np.diff(times)[:, np.newaxis]
                grid = halved(grid)

        return romberg(all_means())


def pack_of(netlist, *kinds, contact=0.0):
    """Return a pack of this wiring; kinds are models of cells, whose tables have 21 nodes."""
    made = Instance(network.declare(netlist, 21).with_start({"contact_resistance": contact}))
    found = Pack(made, tuple(Instance(kind) for kind in kinds))
    found.start()
    return found


def linear(slope, ohmic=1e-3, pair=1.5e-3, tau=200.0, **changes):
    """Return cells of one pair whose open-circuit voltage is linear."""
    return plain_cell(
        open_circuit_voltage=3.7 + slope * (SOC - 0.5),
        ohmic_resistance=constant(ohmic),
        polarisation_resistance=pair * np.ones((1, SOC.size)),
        polarisation_capacitance=tau / pair * np.ones((1, SOC.size)),
        ohmic_activation_energy=0.0,
        polarisation_activation_energy=np.zeros(1),
        **changes,
    )
