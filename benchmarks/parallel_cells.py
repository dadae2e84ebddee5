"""Unequal parallel cells that are cycled, heat themselves and age; for `parallel_shares` and `parallel_mismatch`.

The kernels of PackNetwork, Cell, Thermal and Aging are called directly. A life consists of samples: some cycles until
the group has settled, one cycle that is counted, then a jump over many cycles like it. In a jump the counters grow by
that many times the growth of the counted cycle, and Aging takes one step. The remaining error is that of a stress that
is constant during a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.aging import losses as aging
from packfmu.models.aging.counters import COUNTER_NAMES
from packfmu.models.aging.kind import AgingParameters
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.cell.kind import CellParameters
from packfmu.models.network import network
from packfmu.models.thermal import chain as thermal

Array = NDArray[np.float64]

HOUR = 3600.0
FIXED = np.inf
"""Convection that keeps the cells at the temperature of the air."""


@dataclass(frozen=True)
class Cycles:
    """The duty of the group: charge and discharge without a rest, around half charged.

    Parameters
    ----------
    c_rate : float
        Current of the group over the capacity that it had when new [1/h].
    depth : float
        Charge of a half-cycle over the capacity that is left.
    steps : int
        Steps of a cycle; a multiple of 8.
    swing : float
        Added to the C-rate in every other step, subtracted in the others [1/h].
    settling : int
        Cycles before the one that counts.
    """

    c_rate: float
    depth: float = 0.9
    steps: int = 120
    swing: float = 0.0
    settling: int = 1


@dataclass(frozen=True)
class Counted:
    """The growth of the counters in a cycle of a duration [s], and its temperatures, currents and heat by cell.

    Mean temperature [K], largest current [A], mean heat rate [W].
    """

    duration: float
    added: dict[str, Array]
    temperature: Array
    largest_current: Array
    heat_rate: Array


@dataclass(frozen=True)
class Life:
    """Cycles until the end of life of the group and of its worst cell, and a cycle when they were new."""

    group: float
    worst: float
    first: Counted


def lossless(kind: CellParameters) -> CellParameters:
    """Return cells that lose no charge: a group keeps its SOC under a current that sums to 0."""
    return replace(kind, coulombic_efficiency=1.0, self_discharge_current=0.0)


class Group:
    """Parallel cells on ideal busbars, at rest at half charge.

    Parameters
    ----------
    kind, wear : CellParameters, AgingParameters
        The cells, which lose no charge, and how they age.
    scale : (cells,) array
        Factor on the resistances of each.
    convection : float
        From each cell to air of 25 degC [W/K], the only way for its heat; or `FIXED`.
    resistance_rate : (cells,) array, optional
        Of each cell, where it is not that of its kind [1].
    """

    def __init__(
        self,
        kind: CellParameters,
        wear: AgingParameters,
        scale: ArrayLike,
        convection: float = FIXED,
        resistance_rate: ArrayLike | None = None,
    ) -> None:
        self.scale, self.capacity, self.isothermal = np.asarray(scale, float), kind.capacity, convection == FIXED
        size = self.scale.size
        ideal = {"contact_resistance": 0.0, "segment_resistance": 0.0, "capacity": kind.capacity}
        cooling = {"heat_capacity": kind.heat_capacity, "conduction": 0.0}
        own = {"capacity": kind.capacity, "film_noise": 0.0}
        own["resistance_rate"] = wear.resistance_rate if resistance_rate is None else resistance_rate
        if not self.isothermal:
            cooling["convection"] = convection
        self.cells = Instance(cell_ecm.declare(size, kind, wear).with_start({"resistance_scale": self.scale}))
        nodes = kind.open_circuit_voltage.size
        self.network = Instance(network.declare(1, size, False, nodes).with_start(ideal))
        self.thermal = Instance(thermal.declare(size).with_start(cooling))
        self.aging = Instance(aging.declare(size, wear).with_start(own))
        self.instances = (self.cells, self.network, self.thermal, self.aging)
        for instance in self.instances:
            instance.initialize()

    @property
    def soh(self) -> Array:
        """Capacity of each cell over its capacity when new."""
        return self.aging.y["soh"].copy()

    @property
    def growth(self) -> Array:
        """Resistance growth of each cell."""
        return self.aging.y["resistance_growth"].copy()

    def hand_ports(self) -> None:
        """Copy the ports of the cells to the network."""
        for name in ("emf", "resistance", "soc"):
            self.network.u[name] = self.cells.y[name]

    def look_ahead(self, time: float) -> None:
        """Set the lookahead of the cells [s]."""
        self.cells.p["lookahead"] = time
        self.cells.update_outputs()
        self.hand_ports()

    def first_currents(self, current: float) -> Array:
        """Return the currents [A] in the first instant of a current of the group, all cells at rest at half charge."""
        self.cells.initialize()
        self.look_ahead(0.0)
        self.network.u["pack_current"] = current
        assert self.network.advance(0.0, 1e-6) == DONE
        return self.network.y["current"].copy()

    def step(self, current: float, h: float) -> None:
        """Step by h [s] under a current [A] of the group."""
        self.network.u["pack_current"] = current
        assert self.network.advance(0.0, h) == DONE
        self.cells.u["current"] = self.network.y["current"]
        assert self.cells.advance(0.0, h) == DONE
        self.hand_ports()
        if not self.isothermal:
            self.thermal.u["heat_rate"] = self.cells.y["heat_rate"]
            assert self.thermal.advance(0.0, h) == DONE
            self.cells.u["temperature"] = self.thermal.y["temperature"]

    def cycle(self, cycles: Cycles) -> Counted:
        """Charge, discharge, and charge to the start; return what was counted."""
        c_rate, alternating = cycles.c_rate, cycles.swing * (-1.0) ** np.arange(cycles.steps)
        duration = 2.0 * HOUR * cycles.depth * self.soh.mean() / c_rate
        h = duration / cycles.steps
        before = {name: self.cells.y[name].copy() for name in COUNTER_NAMES}
        temperature, current, heat = [], [], []
        self.look_ahead(0.5 * h)
        for rate in np.repeat([c_rate, -c_rate, -c_rate, c_rate], cycles.steps // 4) + alternating:
            self.step(rate * self.capacity * self.scale.size / HOUR, h)
            temperature.append(self.cells.u["temperature"].copy())
            current.append(self.cells.u["current"].copy())
            heat.append(self.cells.y["heat_rate"].copy())
        added = {name: self.cells.y[name] - value for name, value in before.items()}
        largest = np.abs(current).max(axis=0)
        return Counted(duration, added, np.mean(temperature, axis=0), largest, np.mean(heat, axis=0))

    def settled_cycle(self, cycles: Cycles) -> Counted:
        """Return the counted cycle after the group has settled."""
        for _ in range(cycles.settling):
            self.cycle(cycles)
        return self.cycle(cycles)

    def jump(self, counted: Counted, number: float) -> None:
        """Age the cells by a number of cycles like the counted one."""
        for name, value in counted.added.items():
            self.aging.u[name] += number * value
        assert self.aging.advance(0.0, number * counted.duration) == DONE
        self.cells.u["resistance_growth"] = self.growth
        self.cells.u["film_resistance"] = self.aging.y["film_resistance"]
        self.cells.u["capacity_loss"] = self.network.u["capacity_loss"] = self.aging.y["capacity_loss"]

    def jump_within(self, counted: Counted, number: float, loss: float) -> float:
        """Jump over a number of cycles, or over fewer so that no cell loses more than allowed; return their number.

        Where a cell loses more, the state before the jump is restored, and the number is halved.
        """
        saved, before = [instance.memory.copy() for instance in self.instances], self.soh
        self.jump(counted, number)
        while (before - self.soh).max() > loss:
            number *= 0.5
            for instance, memory in zip(self.instances, saved, strict=True):
                instance.memory[:] = memory
            self.jump(counted, number)
        return number


def live(group: Group, cycles: Cycles, end: float = 0.8, loss: float = 0.01) -> Life:
    """Cycle a group of new cells to its end.

    Parameters
    ----------
    group : Group
        New.
    cycles : Cycles
        Its duty.
    end : float
        Capacity of the end, over that of the new group and of a new cell.
    loss : float
        Greatest loss of a cell in a jump; the target is half of it.
    """
    number, passed, health = 1.0, [0.0], [group.soh]
    first = counted = group.settled_cycle(cycles)
    while health[-1].mean() > end:
        number = group.jump_within(counted, number, loss)
        passed.append(passed[-1] + number)
        health.append(group.soh)
        number *= min(0.5 * loss / max((health[-2] - health[-1]).max(), 1e-9), 3.0)
        counted = group.settled_cycle(cycles)
    return Life(reached(passed, np.mean(health, axis=1), end), reached(passed, np.min(health, axis=1), end), first)


def reached(passed: list[float], health: Array, end: float) -> float:
    """Return the number of cycles after which a falling health reaches the end, interpolated between samples."""
    return float(np.interp(-end, -health, passed))
