"""What a pack asks of a cell model: `CellModel`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...core.model import Model
from ..aging.kind import AgingParameters
from .kind import CellLimits, CellParameters


@runtime_checkable
class CellModel(Protocol):
    """One kind of cell with its model; a parameter set of this type may stand in a pack file.

    The model that it declares is called ``Cell`` and has these variables; an array has one value a cell:

    * parameters ``capacity`` [C], ``initial_soc``, ``resistance_scale``, ``coulombic_efficiency`` [1] and
      ``self_discharge_current`` [A] of each cell, ``lookahead`` [s] of the port, and ``open_circuit_voltage`` [V], a
      table of `nodes` values over SOC;
    * inputs ``current`` [A] and ``temperature`` [K];
    * outputs ``emf`` [V], ``resistance`` [Ohm], ``voltage`` [V], ``soc`` [1] and ``heat_rate`` [W]; for the block of
      a pack ``heat`` [J] over the step, and the extremes of voltage and SOC, too;
    * where it ages, the outputs of `aging.counters`, and the inputs ``capacity_loss`` and ``resistance_growth`` [1].

    Cells may differ in more, where the model has an equivalent circuit and the parameters of
    `pack.circuit_variation.CIRCUIT_SPREADS`; such a spread of another model is refused.
    """

    @property
    def capacity(self) -> float:
        """Charge between SOC 0 and 1 of the nominal cell [C]."""

    @property
    def nominal_capacity(self) -> float:
        """What C-rates are multiples of [C]."""

    @property
    def coulombic_efficiency(self) -> float:
        """Share of the charging current that the nominal cell stores [1]."""

    @property
    def self_discharge_current(self) -> float:
        """Self-discharge current of the nominal cell [A]."""

    @property
    def heat_capacity(self) -> float:
        """Heat capacity [J/K]."""

    @property
    def nodes(self) -> int:
        """Number of values that tabulate the open-circuit voltage over SOC."""

    @property
    def limits(self) -> CellLimits:
        """The operating limits."""

    def declare(self, cells: int, aging: AgingParameters | None = None) -> Model:
        """Declare n cells, >= 1, which age where `aging` is given; InputError where they cannot age."""

    def equivalent_circuit(self) -> CellParameters:
        """Return the circuit that a battery management takes for the cell; InputError where there is none."""

    def open_circuit(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the open-circuit voltage of the nominal cell [V]."""

    def immediate_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance of the nominal cell that acts at once [Ohm]."""

    def settled_resistance(self, soc: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the resistance of the nominal cell that has settled under a constant current [Ohm]."""
