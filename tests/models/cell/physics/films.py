"""Cells whose negative electrode grows a film, by the three laws of PyBaMM's parameter set of Chen 2020."""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.aging import losses
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.parameters import chen_2020_films
from packfmu.models.parameters.chen_2020 import PARAMETERS
from packfmu.models.parameters.chen_2020_films import AREA, LAWS, RESISTIVITY, THICKNESS, VOLUME

__all__ = ["AREA", "LAWS", "RESISTIVITY", "THICKNESS", "VOLUME"]

MESH = Mesh(negative=5, separator=3, positive=5)
"""Coarse, for cells that are more than single particles."""


def aging(law="reaction", plating=None):
    """Return the aging of Chen's cell by one of the laws."""
    return chen_2020_films.aging(law, plating)


def cell(kind, cells=1, film=THICKNESS * RESISTIVITY, physics=Physics.SPM, by=Instance, mesh=MESH, **start):
    """Return cells of Chen 2020 that age, with a film on the negative electrode of the new cell [Ohm m2]."""
    negative = replace(PARAMETERS.negative, film_resistance=film)
    model = replace(PARAMETERS, negative=negative, physics=physics, mesh=mesh).declare(cells, kind)
    instance = by(model.with_start({"initial_soc": 1.0, **start}))
    instance.initialize()
    return instance


def aged(kind, cells=1):
    """Return the aging of such cells."""
    instance = Instance(losses.declare(cells, kind).with_start({"capacity": PARAMETERS.capacity}))
    instance.initialize()
    return instance


def hand_over(cells, wear, h):
    """Age by what the cells have counted in h [s], and hand them what that has done."""
    for name in ("reaction_time", "diffusion_time", "charge_throughput", "plating_lost_charge"):
        wear.u[name] = cells.y[name]
    assert wear.advance(0.0, h) == DONE
    for name in ("capacity_loss", "resistance_growth", "film_resistance"):
        cells.u[name] = wear.y[name]


class Cycle:
    """A cell that ages: discharged and charged at constant currents to voltages, then held at one.

    Parameters
    ----------
    law : str
        Of `LAWS`.
    step : float
        [s]; the last of each phase is shorter.
    soc : float
        At the start.
    """

    def __init__(self, law, step, soc):
        kind = aging(law)
        self.cell, self.wear, self.h = cell(kind, initial_soc=soc), aged(kind), step
        self.t = self.since = 0.0
        self.trace = []

    @property
    def lost(self):
        """Lithium in the film that has grown [mol]."""
        return float(self.wear.y["film_thickness"][0] - THICKNESS) * AREA / VOLUME

    def step(self, current, h):
        """Step under a current [A]; the trace keeps duration, current, and the anode's potential in the middle."""
        self.cell.u["current"] = current
        assert self.cell.advance(self.t, h) == DONE
        self.t, self.since = self.t + h, self.since + h
        self.trace.append((h, current, float(self.cell.x["anode_middle"][0])))

    def age(self):
        """Let the phase that has ended age the cell."""
        hand_over(self.cell, self.wear, self.since)
        self.since = 0.0

    def beyond(self, current, limit):
        """Return how far the voltage is beyond its limit [V]."""
        return float(np.sign(current) * (self.cell.y["voltage"][0] - limit))

    def constant(self, current, limit):
        """Run a current [A] until the voltage is at a limit [V]: the last step is as long as it takes."""
        while self.beyond(current, limit) < 0.0:
            saved = self.cell.memory.copy(), self.t, self.since, len(self.trace)
            self.step(current, self.h)

        def end(h):
            self.cell.memory[:], self.t, self.since, kept = saved
            del self.trace[kept:]
            self.step(current, h)
            return self.beyond(current, limit)

        end(brentq(end, 1e-3, self.h, xtol=1e-6))
        self.age()

    def at_voltage(self, voltage, h):
        """Return the current that puts the middle of a step of h [s] on a voltage [V]."""
        self.cell.p["lookahead"] = 0.5 * h
        self.cell.update_outputs()
        return float((voltage - self.cell.y["emf"][0]) / self.cell.y["resistance"][0])

    def hold(self, voltage, least):
        """Hold a voltage [V] until the current has fallen to the least [A]: the last step is as long as it takes."""
        before = None
        while True:
            current = self.at_voltage(voltage, self.h)
            if before is not None:
                left = self.h * (np.log(least / current) / np.log(current / before) + 0.5)
                if left <= self.h:
                    self.step(self.at_voltage(voltage, max(left, 1e-3)), max(left, 1e-3))
                    return self.age()
            self.step(current, self.h)
            before = current
