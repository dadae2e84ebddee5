"""A group of four unequal cells in parallel, network and cells coupled step by step, for tests."""

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network import network
from tests.models.cells import SOC

CELLS = 4
CONTACT, SEGMENT = np.array([1e-4, 3e-4, 2e-4, 1e-4]), 5e-5
START = {
    "capacity": [36000.0, 33000.0, 38000.0, 35000.0],
    "initial_soc": [0.700, 0.695, 0.705, 0.702],
    "resistance_scale": [1.0, 1.3, 0.8, 1.1],
}


class Group:
    """Network and cells, at rest at the start."""

    def __init__(self, kind, lookahead, series=1, **start):
        self.cells = Instance(cell_ecm.declare(CELLS, kind).with_start(START | start | {"lookahead": lookahead}))
        model = network.declare(series, CELLS // series, False, SOC.size)
        self.network = Instance(model.with_start({"contact_resistance": CONTACT, "segment_resistance": SEGMENT}))
        self.cells.initialize()
        self.hand_ports()
        self.network.initialize()

    def hand_ports(self):
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = self.cells.y[name]

    def hand_currents(self):
        self.cells.u["current"] = self.network.y["current"]

    def staggered(self, t, h, current):
        self.network.u["pack_current"] = current
        assert self.network.advance(t, h) == DONE
        self.hand_currents()
        assert self.cells.advance(t, h) == DONE
        self.hand_ports()

    def all_at_once(self, t, h, current):
        self.hand_currents()
        self.hand_ports()
        self.network.u["pack_current"] = current
        assert self.network.advance(t, h) == DONE
        assert self.cells.advance(t, h) == DONE
