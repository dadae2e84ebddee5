"""The unknowns of a fit: those that the voltage is linear in, and those that are searched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..settings import MONTH, FitSettings

ENERGY_SCALE = 1e4
"""Makes the activation energies numbers about 1 to the search [J/mol]."""


@dataclass(frozen=True)
class Unknowns:
    """Where each linear unknown stands.

    Tables come first: open-circuit voltage, ohmic resistance, each pair's, dU/dT. Then the bound of hysteresis, and for
    each record what the cell brings into it: voltage of each pair, and hysteresis voltage.

    Parameters
    ----------
    settings : FitSettings
        Knots and pairs.
    records : int
        Number of records that are fitted.
    """

    settings: FitSettings
    records: int

    @cached_property
    def edges(self) -> NDArray[np.int64]:
        """Where each table begins, and where the last ends, shape (pairs + 4,)."""
        knots = self.settings.resistance_knots
        return np.cumsum([0, self.settings.nodes, *[knots] * (self.settings.pairs + 1), self.settings.entropic_knots])

    def table(self, number: int) -> slice:
        """Return the place of a table: 0 open-circuit voltage, 1 R0, 2.. pairs, -1 dU/dT."""
        numbers = range(len(self.edges) - 1)
        return slice(int(self.edges[numbers[number]]), int(self.edges[numbers[number] + 1]))

    @property
    def hysteresis(self) -> int:
        """Place of the bound of hysteresis."""
        return int(self.edges[-1])

    def start(self, record: int) -> slice:
        """Place of what the cell brings into a record."""
        begin = self.hysteresis + 1 + record * (self.settings.pairs + 1)
        return slice(begin, begin + self.settings.pairs + 1)

    @property
    def count(self) -> int:
        """Number of linear unknowns."""
        return self.start(self.records).start


@dataclass(frozen=True, eq=False)
class Dynamics:
    """What the voltage is not linear in.

    Parameters
    ----------
    capacity : float
        Charge between SOC 0 and 1 [C].
    start : (records,) array
        SOC at the start of each record.
    time_constant : (pairs,) array
        At the reference temperature [s].
    activation_energy : (1 + pairs,) array
        Of the ohmic resistance, then of each pair's [J/mol].
    """

    capacity: float
    start: NDArray[np.float64]
    time_constant: NDArray[np.float64]
    activation_energy: NDArray[np.float64]

    def packed(self) -> NDArray[np.float64]:
        """Return all as one vector of numbers about 1: logarithms of capacity and time constants, energies scaled."""
        logarithms = np.log([self.capacity]), np.log(self.time_constant)
        return np.concatenate([logarithms[0], self.start, logarithms[1], self.activation_energy / ENERGY_SCALE])

    def unpacked(self, vector: NDArray[np.float64]) -> Dynamics:
        """Return the dynamics of such a vector."""
        records, pairs = len(self.start), len(self.time_constant)
        capacity, start, constants, energies = np.split(vector, [1, 1 + records, 1 + records + pairs])
        return replace(
            self,
            capacity=float(np.exp(capacity[0])),
            start=start,
            time_constant=np.exp(constants),
            activation_energy=ENERGY_SCALE * energies,
        )


def self_discharge_current(settings: FitSettings, capacity: float) -> float:
    """Return the current that loses the assumed share of a capacity [C] in a month [A]."""
    return settings.self_discharge_per_month * capacity / MONTH
