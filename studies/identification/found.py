"""One electrical fit with what follows from it at once: bounded tables, covariance, the cell, and its records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ...models.cell.ecm import EquivalentCircuitCell
from .circuit.basis import SELF_DISCHARGE_ACTIVATION_ENERGY, columns, reached_soc
from .circuit.bounded import bounded, continued
from .circuit.intervals import half_widths
from .circuit.priors import HYSTERESIS_DEVIATION, Scales
from .circuit.search import Problem, Solution
from .circuit.unknowns import Unknowns, self_discharge_current
from .steps import Steps
from .thermal import ThermalFit
from .verdicts import HYSTERESIS_CLEAR, NARROWED

MASS = 0.024 / 3600.0
"""Mass over capacity that is assumed, that of the Leaf's cell [kg/C]."""

SPECIFIC_HEAT = 1000.0
"""That is assumed [J/(kg K)]."""

COOLING_TIME = 1000.0
"""Heat capacity over convection that is assumed [s]."""

PLACED_WITHIN = 0.15
"""SOC about the one of the first voltage, within which the start of a held-out record is looked for."""


@dataclass(frozen=True, eq=False)
class Found:
    """What an electrical fit found.

    Parameters
    ----------
    problem, solution : Problem, Solution
        The fit.
    scales : Scales
        Size of the cell.
    steps : dict of str to Steps
        All records, the held-out ones too.
    thermal : ThermalFit or None
        What temperatures told before.
    axis_set : bool
        Whether SOC 0 and 1 were held at the limits of voltage.
    """

    problem: Problem
    solution: Solution
    scales: Scales
    steps: dict[str, Steps]
    thermal: ThermalFit | None
    axis_set: bool

    @property
    def layout(self) -> Unknowns:
        """Order of the linear unknowns."""
        return self.problem.layout

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """Covariance of all unknowns."""
        return self.solution.covariance

    @cached_property
    def linear(self) -> NDArray[np.float64]:
        """Linear unknowns, with tables within their bounds."""
        count = self.layout.count
        information = np.sum(self.solution.information, axis=0)[:count, :count]
        result = bounded(self.solution.linear, information, self.layout, self.scales.resistance)
        limits, settings = (self.scales.minimum_voltage, self.scales.maximum_voltage), self.layout.settings
        ends = self.axis_set and settings.capacity is None, self.axis_set and settings.initial_soc is None
        place = self.layout.table(0)
        result[place] = continued(result[place], self.reached, limits, ends)
        return result

    @property
    def reached(self) -> tuple[float, float]:
        """Least and greatest state of charge of the fitted records."""
        starts = self.solution.dynamics.start
        socs = [self.soc(steps, start) for steps, start in zip(self.problem.steps, starts, strict=True)]
        return float(min(soc.min() for soc in socs)), float(max(soc.max() for soc in socs))

    @property
    def hysteresis(self) -> tuple[float, float, float]:
        """Bound of hysteresis and its half width [V], and the share of the expected deviation that is left."""
        place = self.layout.hysteresis
        deviation = float(np.sqrt(self.covariance[place, place]))
        return float(self.linear[place]), float(half_widths(self.covariance)[place]), deviation / HYSTERESIS_DEVIATION

    @property
    def hysteresis_told(self) -> bool:
        """Whether the records tell that the cell has hysteresis."""
        value, half_width, narrowed = self.hysteresis
        return value > HYSTERESIS_CLEAR * half_width and narrowed < NARROWED

    def voltage(self, steps: Steps) -> tuple[NDArray[np.float64], float]:
        """Voltage of the fitted circuit at every row of a record [V], and SOC at its start.

        A record that was held out begins at rest, at the SOC that puts its voltage nearest to the measured one.
        """
        rows, dynamics = np.arange(len(steps.record.time)), self.solution.dynamics
        names = [one.name for one in self.problem.steps]
        if steps.name in names:
            number = names.index(steps.name)
            return columns(steps, rows, dynamics, self.layout, number) @ self.linear, float(dynamics.start[number])
        layout = Unknowns(self.layout.settings, 1)
        linear = np.concatenate([self.linear[: self.layout.hysteresis + 1], np.zeros(self.layout.settings.pairs + 1)])

        def simulated(soc: float, at: NDArray[np.int64]) -> NDArray[np.float64]:
            return columns(steps, at, replace(dynamics, start=np.array([soc])), layout, 0) @ linear

        def misfit(soc: float) -> float:
            return float(np.sum((simulated(soc, steps.fitted) - steps.record.voltage[steps.fitted]) ** 2))

        near = self._soc_of(steps)
        place = near - PLACED_WITHIN, near + PLACED_WITHIN
        start = float(minimize_scalar(misfit, bounds=place, method="bounded", options={"xatol": 1e-7}).x)
        return simulated(start, rows), start

    def _soc_of(self, steps: Steps) -> float:
        """SOC at the first voltage of a record."""
        level = steps.record.voltage[0] - self.scales.resistance * steps.record.current[0]
        table = self.linear[self.layout.table(0)]
        return float(np.interp(level, table, np.linspace(0.0, 1.0, len(table))))

    def soc(self, steps: Steps, start: float) -> NDArray[np.float64]:
        """State of charge before and after each step of a record that begins at `start`, shape (steps + 1,)."""
        return reached_soc(steps, self.layout.settings, self.solution.dynamics.capacity, start)

    def greatest_current(self, sign: float) -> float:
        """Return the greatest current of the records with a sign, or of any where none has it [A]."""
        currents = sign * np.concatenate([one.record.current for one in self.steps.values()])
        return float(currents.max() if currents.max() > 0.0 else -currents.min())

    @cached_property
    def kind(self) -> EquivalentCircuitCell:
        """The cell, completed by settings, records and what is assumed."""
        settings, dynamics = self.layout.settings, self.solution.dynamics
        nodes, linear = np.linspace(0.0, 1.0, settings.nodes), self.linear

        def table(number: int) -> NDArray[np.float64]:
            knots = linear[self.layout.table(number)]
            return np.interp(nodes, np.linspace(0.0, 1.0, len(knots)), knots)

        pairs = np.array([table(2 + j) for j in range(settings.pairs)])
        mass = settings.mass or MASS * dynamics.capacity
        told = self.thermal.figures if self.thermal and self.thermal.told else None
        return EquivalentCircuitCell(
            name=settings.name,
            source=f"packfmu cell fit from {', '.join(self.steps)}",
            capacity=dynamics.capacity,
            open_circuit_voltage=table(0),
            entropic_coefficient=table(-1),
            ohmic_resistance=table(1),
            polarisation_resistance=pairs,
            polarisation_capacitance=dynamics.time_constant[:, np.newaxis] / pairs,
            ohmic_activation_energy=float(dynamics.activation_energy[0]),
            polarisation_activation_energy=dynamics.activation_energy[1:],
            reference_temperature=settings.reference_temperature,
            hysteresis_bound=self.hysteresis[0] if self.hysteresis_told else 0.0,
            hysteresis_rate=settings.hysteresis_rate,
            hysteresis_decay_rate=0.0,
            coulombic_efficiency=settings.coulombic_efficiency,
            self_discharge_current=self_discharge_current(settings, dynamics.capacity),
            self_discharge_activation_energy=SELF_DISCHARGE_ACTIVATION_ENERGY,
            minimum_voltage=self.scales.minimum_voltage,
            maximum_voltage=self.scales.maximum_voltage,
            maximum_charge_current=settings.maximum_charge_current or self.greatest_current(1.0),
            maximum_discharge_current=settings.maximum_discharge_current or self.greatest_current(-1.0),
            mass=mass,
            heat_capacity=told.heat_capacity if told else SPECIFIC_HEAT * mass,
            convection=told.convection if told else SPECIFIC_HEAT * mass / COOLING_TIME,
        )
