"""Cells whose negative electrode grows a film, by the three laws of PyBaMM's parameter set of Chen 2020."""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.aging import losses
from packfmu.models.aging.anode import Anode
from packfmu.models.aging.kind import AgingParameters
from packfmu.models.aging.plating import Plating
from packfmu.models.aging.power_laws import EmpiricalLaws, PowerLaw
from packfmu.models.aging.sei import Sei
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT
from packfmu.models.parameters.chen_2020 import PARAMETERS

VOLUME = 9.585e-5 / 2.0
"""Of the film, by lithium [m3/mol]."""
RESISTIVITY, THICKNESS = 2e5, 5e-9
MESH = Mesh(negative=5, separator=3, positive=5)
"""Coarse, for cells that are more than single particles."""
NEGATIVE = PARAMETERS.negative.materials[0]
AREA = PARAMETERS.area * PARAMETERS.negative.thickness * NEGATIVE.surface_density()
NO_LAW = PowerLaw(
    calendar=(0.0, 0.0, 0.0), calendar_exponent=1.0, charge=(0.0, 0.0, 1.0, 0.0, 0.0), cycle=(0.0, 0.0, 0.0, 0.0),
    cycle_exponent=1.0,
)  # fmt: skip
FAST = {"reaction_speed": 1.0, "diffusion": 1.0}
"""So fast that the other step limits."""
LAWS = {
    "reaction": {"reaction_speed": 1.5e-7 * VOLUME / FARADAY_CONSTANT, "reaction_transfer": 0.5,
                 "reference_potential": 0.4},
    "solvent": {"diffusion": 2.5e-22 * 2636.0 * VOLUME},
    "interstitial": {"diffusion": 1e-20 * 15.0 * VOLUME, "diffusion_transfer": 1.0, "reference_potential": 0.0},
}  # fmt: skip
"""The three laws, as `Sei` takes them."""


def aging(law="reaction", plating=None, **changes):
    """Return the aging of Chen's cell by one of the laws."""
    film = Sei(
        **(FAST | LAWS[law] | changes), initial_thickness=THICKNESS, area=AREA,
        charge_density=FARADAY_CONSTANT / VOLUME, conductivity=1.0 / RESISTIVITY,
    )  # fmt: skip
    laws = EmpiricalLaws(
        name=law, source="none", tested_capacity=PARAMETERS.capacity, capacity=NO_LAW, resistance=NO_LAW
    )
    anode = Anode(open_circuit_potential=np.zeros(2), window=(0.0, 1.0), resistance=0.0, activation_energy=0.0)
    return AgingParameters(laws=laws, anode=anode, sei=film, plating=plating or Plating())


def cell(kind, cells=1, film=THICKNESS * RESISTIVITY, physics=Physics.SPM, **start):
    """Return cells of Chen 2020 that age, with a film on the negative electrode of the new cell [Ohm m2]."""
    negative = replace(PARAMETERS.negative, film_resistance=film)
    model = replace(PARAMETERS, negative=negative, physics=physics, mesh=MESH).declare(cells, kind)
    instance = Instance(model.with_start({"initial_soc": 1.0, **start}))
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
