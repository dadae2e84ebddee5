"""Published laws of aging: loss of capacity and growth of resistance as powers of time and of charge throughput.

Equations
---------
A law that was measured under constant stress, ``loss = alpha t**z``, is carried over to varying stress by its
damage::

    D = integral of alpha**(1/z) dt        loss = D**z

so that loss goes on from where it is, wherever the stress has led it there: under constant stress this is the
published law, any order of the same stresses leads to the same loss, and damage adds up. Likewise for charge
throughput q, the sum of the absolute charge of both directions. The stress is alpha of a calendar part and beta of a
cycle part, each for capacity and for resistance::

    alpha = (slope V + offset) exp(-E / (R T))
    beta = (a_2 T**2 + a_1 T + a_0) exp((d_1 T + d_0) |i| / Q)
           (curvature (V_mean - V_0)**2 + depth_slope DOD + constant)

with terminal voltage V, its charge-weighted mean over a cycle V_mean, the cycle's depth DOD, and C-rate |i| / Q. A
law that goes below 0 outside of the range that it was fitted in counts as 0.

The first line of beta changes within a cycle and is integrated over it (`charge_stress`, whose power 1/z is a weight
of the rainflow count); the second belongs to the cycle as a whole (`cycle_stress`). `cycle_damage` is the damage of
a cycle that the count closes. Factors may be raised to 1/z each for itself, and kept where they do not change.

Throughput is counted in units of what was measured: a cell of another capacity ages by the same share when it has
been cycled as often. `per_charge` turns the charge of the cell [C] into throughput of the cell that was tested.

References
----------
M. A. Miner, J. Appl. Mech. 12 (1945) A159 (linear accumulation of damage). J. Schmalstieg et al., J. Power Sources
257 (2014) 325, doi:10.1016/j.jpowsour.2014.02.012. J. Wang et al., J. Power Sources 269 (2014) 937,
doi:10.1016/j.jpowsour.2014.07.030. The laws are in `parameters.schmalstieg_2014` and `parameters.wang_2014`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.bounds import UNBOUNDED
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..numerics.arrhenius import GAS_CONSTANT


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """A loss that grows with calendar time and with charge throughput, by the equations above.

    Parameters
    ----------
    calendar : (slope, offset, activation energy)
        [1/(V s**z)], [1/s**z], [J/mol].
    calendar_exponent : float
        z, > 0.
    charge : (a_2, a_1, a_0, d_1, d_0)
        [1/K2], [1/K], [1], [h/K], [h].
    cycle : (curvature, V_0, depth slope, constant)
        [1/(V2 C**z)], [V], [1/C**z], [1/C**z].
    cycle_exponent : float
        z, > 0.

    Raises
    ------
    ValueError
        When a tuple has another length, or an exponent is not positive.
    """

    calendar: tuple[float, ...]
    calendar_exponent: float
    charge: tuple[float, ...]
    cycle: tuple[float, ...]
    cycle_exponent: float

    def __post_init__(self) -> None:
        for name, length in (("calendar", 3), ("charge", 5), ("cycle", 4)):
            values = getattr(self, name)
            if len(values) != length:
                raise ValueError(f"{name} has {len(values)} values, not {length}: {values}")
        for name in ("calendar_exponent", "cycle_exponent"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} = {getattr(self, name)} must be positive")


@dataclass(frozen=True, kw_only=True)
class EmpiricalLaws:
    """The laws of one publication.

    Parameters
    ----------
    name, source : str
        The cell, and where the figures come from.
    tested_capacity : float
        Of the cell that was tested [C]; the throughput of other cells is scaled to it.
    capacity, resistance : PowerLaw
        Relative loss of capacity and relative growth of resistance.
    """

    name: str
    source: str
    tested_capacity: float
    capacity: PowerLaw
    resistance: PowerLaw


def parameters(laws: EmpiricalLaws) -> tuple[Variable, ...]:
    """Return the laws of capacity and resistance, and the cell that they were measured on."""
    return (
        *exponents(laws),
        *_factors("capacity", "loss of capacity", laws.capacity),
        *_factors("resistance", "growth of resistance", laws.resistance),
        Variable("tested_capacity", "C", None, laws.tested_capacity, 1.0, UNBOUNDED, 1e4,
                 "Capacity of the cell that the laws were measured on", display_unit="A.h"),
    )  # fmt: skip


def exponents(laws: EmpiricalLaws) -> tuple[Variable, ...]:
    """Return the exponents of the laws."""
    capacity, resistance = laws.capacity, laws.resistance
    return tuple(
        Variable(name, "1", None, exponent, 0.01, 10.0, 1.0, f"z of the {text}")
        for name, exponent, text in (
            ("capacity_calendar_exponent", capacity.calendar_exponent, "calendar loss of capacity"),
            ("capacity_cycle_exponent", capacity.cycle_exponent, "cyclic loss of capacity"),
            ("resistance_calendar_exponent", resistance.calendar_exponent, "calendar growth of resistance"),
            ("resistance_cycle_exponent", resistance.cycle_exponent, "cyclic growth of resistance"),
        )
    )


def _factors(what: str, of: str, law: PowerLaw) -> tuple[Variable, ...]:
    return tuple(
        Variable(f"{what}_{name}", "1", len(values), values, -UNBOUNDED, UNBOUNDED, 1.0, text)
        for name, values, text in (
            ("calendar_law", law.calendar,
             f"Calendar {of}: slope [1/(V s^z)], offset [1/s^z], activation energy [J/mol]"),
            ("charge_law", law.charge,
             f"Cyclic {of} by temperature and current: a_2 [1/K2], a_1 [1/K], a_0, d_1 [h/K], d_0 [h]"),
            ("cycle_law", law.cycle,
             f"Cyclic {of} by voltage and depth: curvature [1/(V2 C^z)], voltage [V], slope, constant [1/C^z]"),
        )
    )  # fmt: skip


@kernel
def calendar_voltage(law: Block, voltage: float) -> float:
    """First factor of alpha [1/s**z]; at rest a function of SOC, that can be kept as a table.

    Parameters
    ----------
    law : (3,) array
        Slope [1/(V s**z)], offset [1/s**z] and activation energy [J/mol].
    voltage : float
        V [V].
    """
    return max(law[0] * voltage + law[1], 0.0)


@kernel
def calendar_activity(law: Block, temperature: float) -> float:
    """Second factor of alpha [1], of the same law at a temperature [K]."""
    return math.exp(-law[2] / (GAS_CONSTANT * temperature))


@kernel
def charge_stress(law: Block, c_rate: float, temperature: float) -> float:
    """First factor of beta [1], 1 where the law depends on neither C-rate nor temperature.

    Parameters
    ----------
    law : (5,) array
        ``a_2`` [1/K2], ``a_1`` [1/K], ``a_0``, ``d_1`` [h/K] and ``d_0`` [h].
    c_rate : float
        |i| / Q [1/h].
    temperature : float
        T [K].
    """
    polynomial = (law[0] * temperature + law[1]) * temperature + law[2]
    return max(polynomial, 0.0) * math.exp((law[3] * temperature + law[4]) * c_rate)


@kernel
def cycle_stress(law: Block, mean_voltage: float, depth: float) -> float:
    """Second factor of beta [1/C**z].

    Parameters
    ----------
    law : (4,) array
        Curvature [1/(V2 C**z)], V_0 [V], depth slope and constant [1/C**z].
    mean_voltage : float
        Charge-weighted mean of the voltage over the cycle [V].
    depth : float
        DOD, 0 to 1.
    """
    away = mean_voltage - law[1]
    return max(law[0] * away * away + law[2] * depth + law[3], 0.0)


@kernel
def damage_rate(stress: float, exponent: float) -> float:
    """Growth of the damage by time or charge [1/s, 1/C], of a stress alpha or beta and its exponent z > 0."""
    if exponent == 1.0:
        return stress
    return stress * stress if exponent == 0.5 else stress ** (1.0 / exponent)


@kernel
def cycle_damage(stress: float, weighed_charge: float, exponent: float) -> float:
    """Return the damage of a half or a full cycle [1].

    Parameters
    ----------
    stress : float
        `cycle_stress` of the cycle [1/C**z].
    weighed_charge : float
        Integral of ``charge_stress**(1/z)`` over the absolute charge of the cycle [C of the cell that was tested].
    exponent : float
        z, > 0.
    """
    return damage_rate(stress, exponent) * weighed_charge


@kernel
def loss(damage: float, exponent: float) -> float:
    """Loss of capacity or growth of resistance [1] that a damage [1] stands for."""
    return damage**exponent


@kernel
def per_charge(tested_capacity: float, capacity: float) -> float:
    """Throughput of the cell that was tested [C] for each C that flows in a cell of a `capacity` [C]."""
    return tested_capacity / capacity


@kernel
def cycled_resistance(resistance: float, rate: float, charge: float, capacity: float) -> float:
    """Resistance [Ohm] that grows by a rate of the cell's own with each cycle: ``R_0 + beta_k N``.

    Parameters
    ----------
    resistance : float
        R_0, or the resistance at the start of a step [Ohm].
    rate : float
        beta_k [Ohm] a full cycle, >= 0.
    charge : float
        Absolute charge of both directions since then [C].
    capacity : float
        [C], > 0: a full cycle is twice the capacity.
    """
    return resistance + rate * (0.5 * charge / capacity)
