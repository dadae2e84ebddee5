"""The anode of an aging cell, seen as one potential against lithium.

Equations
---------
Under a current i, positive when charging, with open-circuit potential U_g over the stoichiometry x of the anode::

    U_a = U_g(x) - R_a(T) i,   x = x_0 + (x_100 - x_0) z,   R_a(T) = R_a exp(E_a / R (1/T - 1/T_ref))

Limits
------
One potential stands for the whole electrode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics import tables
from ..numerics.arrhenius import acceleration


@dataclass(frozen=True, kw_only=True, eq=False)
class Anode:
    """The negative electrode.

    Parameters
    ----------
    open_circuit_potential : (nodes,) array
        Against lithium, over stoichiometry 0 to 1 [V].
    window : (float, float)
        Stoichiometry at SOC 0 and 1 of the cell.
    resistance : float
        Share of the anode in the voltage under current, at the reference temperature [Ohm].
    activation_energy : float
        Of that resistance [J/mol].
    """

    open_circuit_potential: NDArray[np.float64]
    window: tuple[float, float]
    resistance: float
    activation_energy: float


def reference(temperature: float) -> Variable:
    """Return the temperature that the rates of film and plating hold at [K]."""
    return Variable("aging_reference_temperature", "K", None, temperature, 200.0, 500.0, 300.0,
                    "Temperature that film, plating and the anode's resistance hold at",
                    display_unit="degC")  # fmt: skip


def fields(anode: Anode, reference_temperature: float) -> Fields:
    """Return the anode, and the temperature that its resistance and the rates of film and plating hold at [K]."""
    nodes = Count(len(anode.open_circuit_potential), "anode_node")
    return Fields(
        parameters=(
            reference(reference_temperature),
            Variable("anode_potential", "V", nodes, anode.open_circuit_potential, -10.0, 10.0, 0.1,
                     "Open-circuit potential of the anode against lithium, over stoichiometry 0 to 1"),
            Variable("anode_window", "1", 2, anode.window, 0.0, 1.0, 1.0, "Stoichiometry of the anode at SOC 0 and 1"),
            Variable("anode_resistance", "Ohm", None, anode.resistance, 0.0, UNBOUNDED, 1e-3,
                     "Share of the anode in the voltage under current", display_unit="mOhm"),
            Variable("anode_activation_energy", "J/mol", None, anode.activation_energy, -1e6, 1e6, 3e4,
                     "Activation energy of the anode's resistance", display_unit="kJ/mol"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def potential(table: Block, window: tuple[float, float], soc: float, current: float, resistance: float) -> float:
    """U_a [V].

    Parameters
    ----------
    table : (nodes,) array
        Open-circuit potential of the anode over stoichiometry 0 to 1 [V].
    window : (float, float)
        Stoichiometry x_0 and x_100 at SOC 0 and 1.
    soc : float
        z of the cell; that of the aged cell where the window is its.
    current : float
        i into the cell [A].
    resistance : float
        R_a(T), `resistance_at` [Ohm].
    """
    stoichiometry = window[0] + (window[1] - window[0]) * soc
    return tables.bounded(table, tables.locate(table.shape[0], stoichiometry)) - resistance * current


@kernel
def resistance_at(resistance: float, activation_energy: float, temperature: float, reference: float) -> float:
    """R_a(T) [Ohm] of R_a [Ohm] at the reference [K], E_a [J/mol] and a temperature [K]."""
    return resistance / acceleration(activation_energy, temperature, reference)


@kernel
def potential_of_cell(p: Block, soc: float, current: float, resistance: float) -> float:
    """U_a of a cell with these parameters [V], at a SOC, under a current [A] through R_a(T) [Ohm]."""
    window = (p.anode_window[0], p.anode_window[1])
    return potential(p.anode_potential, window, soc, current, resistance)
