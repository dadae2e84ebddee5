"""Strings in parallel on their wired network, and the Bms that watches them."""

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.bms.strings import management
from packfmu.models.network.wired.arranged import Arranged
from packfmu.models.strings import strings_of

from ...cells import invented_cell

STRINGS, SERIES, PARALLEL = 2, 3, 2
GROUPS = STRINGS * SERIES
KIND = invented_cell(hysteresis_bound=0.0)
WIRED = Arranged(series=SERIES, parallel=PARALLEL, strings=STRINGS, string_cable=(1e-4, 0.0), contactors=True)


def declared():
    """Return the model of their Bms."""
    return management.declare(GROUPS, PARALLEL, KIND, strings_of(GROUPS, STRINGS))


class Strung:
    """Two strings of three groups of two cells in parallel."""

    def __init__(self, cell, wired, model, soc=0.7, scale=1.0, **start):
        self.cell, self.network, self.bms, self.time = cell, wired, Instance(model.with_start(start)), 0.0
        self.cell.p["initial_soc"] = np.broadcast_to(soc, GROUPS * PARALLEL)
        self.cell.p["resistance_scale"] = np.broadcast_to(scale, GROUPS * PARALLEL)
        self.network.p["capacity"] = KIND.capacity
        self.network.p["open_circuit_voltage"] = KIND.open_circuit_voltage
        for name in ("cell_open", "cell_short", "string_open", "conductor_parted"):
            self.network.u[name] = 0.0
        self.cell.initialize()
        self.exchange()
        self.network.initialize()
        self.bms.u["group_voltage"] = self.voltages()
        self.bms.initialize()

    def voltages(self):
        return self.cell.y["voltage"].reshape(GROUPS, PARALLEL).mean(axis=1)

    def exchange(self):
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = self.cell.y[name]

    def step(self, current, h=1.0, **told):
        """Carry a pack current [A] for h [s]; return the outputs of the Bms."""
        self.network.u["pack_current"] = current
        assert self.network.advance(self.time, h) == DONE
        self.cell.u["current"] = self.network.y["current"]
        assert self.cell.advance(self.time, h) == DONE
        self.exchange()
        u, y = self.bms.u, self.network.y
        u["group_voltage"], u["pack_current"] = self.voltages(), y["pack_current_actual"]
        u["present_current"] = y["pack_current_actual"]
        u["string_current"] = u["present_string_current"] = y["string_current"]
        for name, value in told.items():
            u[name] = value
        assert self.bms.advance(self.time, h) == DONE
        self.time += h
        return self.bms.y
