"""What a fit hands over: the cell, its figures with their intervals, and measured against simulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...models.cell.ecm import EquivalentCircuitCell
from .report import report_text
from .settings import FitSettings


@dataclass(frozen=True)
class Estimate:
    """A figure of the cell.

    Parameters
    ----------
    name, unit : str
        What it is, and the unit of value and half width.
    value, half_width : float
        The figure, and half the width of its 95 % interval; 0 where it was given.
    why : str
        Why the records do not tell it; empty where they do.
    """

    name: str
    unit: str
    value: float
    half_width: float
    why: str = ""


@dataclass(frozen=True, eq=False)
class TableEstimate:
    """A table of the cell over SOC.

    Parameters
    ----------
    name, unit : str
        What it is, and the unit of values and half widths.
    values, half_widths : (knots,) array
        At uniform knots from SOC 0 to 1, with half the width of their 95 % intervals.
    told : (knots,) array of bool
        Whether the records tell the value.
    why : str
        Why the records do not tell those that they do not; empty where they tell all.
    """

    name: str
    unit: str
    values: NDArray[np.float64]
    half_widths: NDArray[np.float64]
    told: NDArray[np.bool_]
    why: str = ""

    @property
    def soc(self) -> NDArray[np.float64]:
        """State of charge at the knots, shape (knots,)."""
        return np.linspace(0.0, 1.0, len(self.values))


@dataclass(frozen=True, eq=False)
class Comparison:
    """A record against its simulation.

    Parameters
    ----------
    name : str
        Of the record.
    time, measured, simulated, soc, temperature : (rows,) array
        [s], [V], [V], [1] and [K].
    held_out : bool
        Whether its voltage was not fitted.
    """

    name: str
    time: NDArray[np.float64]
    measured: NDArray[np.float64]
    simulated: NDArray[np.float64]
    soc: NDArray[np.float64]
    temperature: NDArray[np.float64]
    held_out: bool

    @property
    def residuals(self) -> NDArray[np.float64]:
        """Simulated less measured voltage [V]."""
        return self.simulated - self.measured


@dataclass(frozen=True, eq=False)
class FittedCell:
    """A cell that was fitted to records.

    Parameters
    ----------
    kind : EquivalentCircuitCell
        The cell.
    settings : FitSettings
        What the fit was told.
    estimates : tuple of Estimate
        Figures.
    tables : tuple of TableEstimate
        Open-circuit voltage, ohmic resistance, that of each pair, dU/dT.
    comparisons : tuple of Comparison
        The records.
    correlation : float
        How many rows of the fitted records tell as much as an independent one.
    assumed : tuple of str
        What was taken from nowhere else, a line each.
    """

    kind: EquivalentCircuitCell
    settings: FitSettings
    estimates: tuple[Estimate, ...]
    tables: tuple[TableEstimate, ...]
    comparisons: tuple[Comparison, ...]
    correlation: float
    assumed: tuple[str, ...]

    def estimate(self, name: str) -> Estimate:
        """Return the figure of a name."""
        return next(one for one in self.estimates if one.name == name)

    def report(self) -> str:
        """Return all as text: figures, tables, what the records cannot tell, measured against simulated."""
        return report_text(self)
