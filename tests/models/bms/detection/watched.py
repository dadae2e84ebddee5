"""Groups of unlike cells on their wired network, whose faults a Bms looks for; drives of them in compiled code."""

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.models.bms.detection import management
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.network.wired import network
from packfmu.models.network.wired.arranged import Arranged
from packfmu.models.strings import Strings

from ...cells import invented_cell

GROUPS, STEP = 4, 1.0
KIND = invented_cell(hysteresis_bound=0.0)


@kernel
def drive(cells, wired, bms, profile, h, told):
    """Drive a pack with currents [A] of steps of h [s].

    After each step `told` receives, of every group, whether an open cell and a short are detected, and the current of
    the short [A].
    """
    for n in range(profile.shape[0]):
        wired[2].pack_current = profile[n]
        network.advance(wired[0], wired[1], wired[2], wired[3], wired[4], 0.0, h)
        for k in range(cells[2].current.shape[0]):
            cells[2].current[k] = wired[3].current[k]
        cell_ecm.advance(cells[0], cells[1], cells[2], cells[3], cells[4], 0.0, h)
        for k in range(cells[2].current.shape[0]):
            wired[2].emf[k], wired[2].resistance[k] = cells[3].emf[k], cells[3].resistance[k]
            wired[2].soc[k] = cells[3].soc[k]
        for g in range(told.shape[1]):
            bms[2].group_voltage[g] = wired[3].group_voltage[g]
        bms[2].pack_current = bms[2].present_current = wired[3].pack_current_actual
        management.advance(bms[0], bms[1], bms[2], bms[3], bms[4], 0.0, h)
        for g in range(told.shape[1]):
            told[n, g, 0] = bms[3].open_cell_detected[g]
            told[n, g, 1] = bms[3].short_detected[g]
            told[n, g, 2] = bms[3].short_current_estimate[g]


def blocks(instance):
    return tuple(getattr(instance, name) for name in "xpuyc")


class Watched:
    """Four groups of `parallel` cells: resistances differ by 5 %, capacities by 2 %, SOC by 1 %, drawn."""

    def __init__(self, parallel=2, soc=0.8, seed=0, kind=KIND, **start):
        self.parallel, cells, random = parallel, GROUPS * parallel, np.random.default_rng(seed)
        own = {
            "resistance_scale": 1.0 + 0.05 * random.standard_normal(cells),
            "capacity": kind.capacity * (1.0 + 0.02 * random.standard_normal(cells)),
            "initial_soc": soc + 0.01 * np.repeat(random.standard_normal(GROUPS), parallel),
            "lookahead": STEP,  # the network tells the voltages at the end of its step
        }
        self.cell = Instance(cell_ecm.declare(cells, kind).with_start(own))
        self.network = Instance(network.declare(Arranged(series=GROUPS, parallel=parallel).netlist(), kind.nodes))
        self.network.p["capacity"], self.network.p["open_circuit_voltage"] = own["capacity"], kind.open_circuit_voltage
        self.bms = Instance(management.declare(GROUPS, parallel, kind, Strings((0, GROUPS))).with_start(
            {"initial_soc": soc, "initial_soc_sigma": 0.02, "seed": seed} | start
        ))  # fmt: skip
        self.cell.initialize()
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = self.cell.y[name]
        self.network.initialize()
        self.bms.u["group_voltage"] = self.network.y["group_voltage"]
        self.bms.initialize()

    def drive(self, profile, h=STEP):
        """Drive with currents [A]; return, after each step, what is told of each group: open, shorted, current."""
        told = np.zeros((len(profile), GROUPS, 3))
        drive(blocks(self.cell), blocks(self.network), blocks(self.bms), np.asarray(profile, float), h, told)
        return told

    def short(self, group, resistance):
        """Short the first cell of a group by a resistance [Ohm]."""
        self.network.u["cell_short"][group * self.parallel] = 1.0 / resistance

    def open(self, group):
        """Let the first cell of a group fail open."""
        self.network.u["cell_open"][group * self.parallel] = 1.0


def trips(seconds, parallel=2, mean=-0.15, seed=0):
    """Return a drive in currents [A]: pulses of 10 s, in the mean a share of the hourly capacity."""
    random, rate = np.random.default_rng(seed), parallel * KIND.capacity / 3600.0
    pulses = np.clip(random.normal(mean, 0.7, seconds // 10), -1.9, 0.95)
    return rate * np.repeat(pulses - pulses.mean() + mean, 10)


def day(parallel=2, seed=0):
    """Return a day in currents [A]: two drives of two hours each, rests, and a charge of four hours at night."""
    rate = parallel * KIND.capacity / 3600.0
    drives = [trips(7200, parallel, seed=2 * seed + k) for k in range(2)]
    rests = [np.zeros(seconds) for seconds in (7200, 21600, 14400, 14400)]
    return np.concatenate([rests[0], drives[0], rests[1], drives[1], rests[2], np.full(14400, 0.15 * rate), rests[3]])


def first_time(flags):
    """Return after how many steps a flag is set; infinite where it is not."""
    return int(np.argmax(flags)) + 1 if flags.any() else np.inf
