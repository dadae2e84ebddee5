"""Lithium plating: when, how much, what comes back, and what it may lead to.

Equations
---------
Below an anode potential U_a of 0 V lithium plates, by the law of Tafel less its value at 0 V so that it sets in without
a jump, and never more than arrives; above 0 V what is plated is stripped in proportion to what there is, by the same
law with its sign turned::

    U_a < 0:   i_p = min(i_0(T) (exp(-alpha F U_a / (R T)) - 1), i)
    U_a > 0:   dQ_r/dt = -s(T) (1 - exp(-alpha F U_a / (R T))) Q_r

The share `reversible` of what plates can be stripped and joins Q_r. The rest has lost contact or reacted, and is lost
for good. So is, at the slow rate `death`, what lies unstripped::

    dQ_l/dt = (1 - reversible) i_p + death Q_r

U_a is that under the current, at the SOC in the middle of a step. Under constant stress the step is exact, and to
rounding ``plated = stripped + lost + change of Q_r`` in every step.

The anode's resistance is that of the kind of cell times the settled resistance of this cell, its growth included, over
that of its kind: the anode keeps its share in the resistance of the cell. The film lies before the surface where
lithium plates: its resistance is not in U_a.

What is plated has not been stored in the graphite, but the state of charge counts it: its movement is left out. What
lies plated and may yet be stripped is not lost. What is lost for good, Q_l, is missing from the capacity.

The risk of an internal short by dendrites is a probability that grows with the lost lithium per capacity::

    risk = 1 - exp(-(q / q_0)**m),   q = Q_l / Q

Limits
------
The kinetics are of the form used in the literature; magnitudes differ by orders between cells and want measurement. The
risk ranks cells and duties; q_0 and m are assumptions of the
user. `dendrites` makes shorts of it.

References
----------
P. Arora, M. Doyle, R. E. White, J. Electrochem. Soc. 146 (1999) 3543, doi:10.1149/1.1392512 (plating below 0 V). S.
E. J. O'Kane, I. D. Campbell, M. W. J. Marzook, G. J. Offer, M. Marinescu, J. Electrochem. Soc. 167 (2020) 090540,
doi:10.1149/1945-7111/ab90ac (partly reversible plating, dead lithium).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..numerics.arrhenius import acceleration, thermal_voltage
from ..numerics.relaxation import fade
from . import anode
from .law import AgingLaw, Counter

COUNTERS = (Counter("plating_lost_charge", "C", "A.h", 1e3, "Lithium that plating has lost for good"),)


@dataclass(frozen=True, kw_only=True)
class Plating:
    """Lithium plating. An exchange current of 0: none.

    Parameters
    ----------
    exchange_current : float
        i_0 at the reference temperature [A].
    activation_energy : float
        Of i_0 [J/mol].
    transfer : float
        alpha, 0 to 1.
    reversible : float
        Share of what plates that can be stripped, 0 to 1.
    stripping_rate, death_rate : float
        [1/s].
    short_scale, short_shape : float
        q_0 and m of the risk of an internal short.
    """

    exchange_current: float = 0.0
    activation_energy: float = 0.0
    transfer: float = 0.5
    reversible: float = 0.9
    stripping_rate: float = 1e-3
    death_rate: float = 0.0
    short_scale: float = 0.05
    short_shape: float = 2.0


def cell_fields(plating: Plating, cells: int, nodes: int) -> Fields:
    """Return the kinetics of plating, the plated lithium, and the factors of the temperature."""
    return Fields(
        parameters=(
            Variable("plating_exchange_current", "A", None, plating.exchange_current, 0.0, UNBOUNDED, 1e-3,
                     "Exchange current of plating; 0 switches plating off"),
            Variable("plating_activation_energy", "J/mol", None, plating.activation_energy, -1e6, 1e6, 3e4,
                     "Activation energy of that current", display_unit="kJ/mol"),
            Variable("plating_transfer", "1", None, plating.transfer, 0.0, 1.0, 1.0,
                     "Transfer coefficient of plating"),
            Variable("plating_reversible", "1", None, plating.reversible, 0.0, 1.0, 1.0,
                     "Share of the plated lithium that may be stripped", display_unit="%"),
            Variable("plating_stripping_rate", "1/s", None, plating.stripping_rate, 0.0, UNBOUNDED, 1e-3,
                     "Share of the plated lithium that is stripped a second, far above 0 V"),
            Variable("plating_death_rate", "1/s", None, plating.death_rate, 0.0, UNBOUNDED, 1e-6,
                     "Share of the plated lithium that is lost a second"),
        ),
        outputs=(
            Variable("plated_charge", "C", cells, 0.0, 0.0, UNBOUNDED, 1e3, "Plated lithium that may yet be stripped, "
                     "missing from the usable charge but not lost", display_unit="A.h"),
        ),
        states=(
            Variable("anode_resistance", "Ohm", cells, 0.0, 0.0, UNBOUNDED, 1e-3, "Resistance of the anode"),
            Variable("plating_exchange_current", "A", cells, 0.0, 0.0, UNBOUNDED, 1e-3, "Exchange current of plating"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def aging_fields(plating: Plating, cells: int) -> Fields:
    """Return the risk of an internal short, and what it depends on."""
    return Fields(
        parameters=(
            Variable("short_scale", "1", None, plating.short_scale, 1e-9, 1e9, 0.1,
                     "Share of the capacity lost by plating at which 63 % of the cells have an internal short"),
            Variable("short_shape", "1", None, plating.short_shape, 1e-3, 1e3, 1.0,
                     "Exponent of the risk; above 1, a little plating does little harm"),
        ),
        outputs=(
            Variable("short_risk", "1", cells, 0.0, 0.0, 1.0, 1.0, "Probability of an internal short of each cell",
                     display_unit="%", detail=Detail.CELL),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def plating_current(
    potential: float, current: float, exchange_current: float, transfer: float, temperature: float
) -> float:
    """i_p [A], 0 at and above 0 V, at most the current that charges.

    Parameters
    ----------
    potential : float
        U_a [V].
    current : float
        i into the cell [A].
    exchange_current : float
        i_0 at the temperature [A].
    transfer : float
        alpha, 0 to 1.
    temperature : float
        T [K].
    """
    if potential >= 0.0:
        return 0.0
    wanted = exchange_current * math.expm1(-transfer * potential / thermal_voltage(temperature))
    return min(wanted, max(current, 0.0))


@kernel
def stripping_rate(potential: float, rate: float, transfer: float, temperature: float) -> float:
    """Share of the plated lithium that is stripped a second [1/s]: `rate` far above 0 V, 0 at and below it."""
    return -rate * math.expm1(-transfer * potential / thermal_voltage(temperature)) if potential > 0.0 else 0.0


@kernel
def plate(
    charge: float, plating: float, reversible: float, stripping: float, death: float, h: float
) -> tuple[float, float, float, float]:
    """Step the plated lithium over h, exactly.

    Parameters
    ----------
    charge : float
        Q_r at the start [C], >= 0.
    plating : float
        i_p [A], >= 0.
    reversible : float
        Share of it that may be stripped, 0 to 1.
    stripping, death : float
        Rates [1/s], >= 0.
    h : float
        [s], > 0.

    Returns
    -------
    charge : float
        Q_r after h [C].
    plated, stripped, lost : float
        In the step [C]: deposited in all, given back to the graphite, and lost for good.
    """
    rate, feed = stripping + death, reversible * plating
    gone, area = fade(rate, h)
    left = charge * gone + feed * max(h - area, 0.0)
    stripped = min(left, left * stripping / rate) if rate > 0.0 else 0.0  # rounding must not make the loss negative
    lost = (1.0 - reversible) * plating * h + (left - stripped)
    return charge * (1.0 - gone) + feed * area, plating * h, stripped, lost


@kernel
def short_risk(lost: float, capacity: float, scale: float, shape: float) -> float:
    """Probability of an internal short, 0 to 1, never falling.

    Parameters
    ----------
    lost : float
        Q_l [C], >= 0.
    capacity : float
        Q [C], > 0.
    scale : float
        q_0, the lost share of the capacity by which 63 % have a short, > 0.
    shape : float
        m, > 0: above 1, a little does little harm.
    """
    return -math.expm1(-((lost / (capacity * scale)) ** shape))


@kernel
def reset(x: Block, p: Block, y: Block) -> None:
    """Start all cells without plated lithium."""
    for k in range(y.plated_charge.shape[0]):
        y.plated_charge[k] = 0.0


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Adapt the anode's resistance and the exchange current of plating to cell k and its `temperature` [K]."""
    if p.plating_exchange_current > 0.0:
        reference = p.aging_reference_temperature
        own = x.resistance_scale[k] * x.relative_resistance[k] * p.anode_resistance
        x.anode_resistance[k] = anode.resistance_at(own, p.anode_activation_energy, temperature, reference)
        warm_exchange(x, p, k, temperature)


@kernel
def warm_exchange(x: Block, p: Block, k: int, temperature: float) -> None:
    """Adapt the exchange current of plating of cell k to a temperature [K]."""
    faster = acceleration(p.plating_activation_energy, temperature, p.aging_reference_temperature)
    x.plating_exchange_current[k] = p.plating_exchange_current * faster


@kernel
def count(x: Block, p: Block, y: Block, k: int, soc: float, voltage: float, h: float) -> None:
    """Plate and strip lithium for h seconds at a SOC."""
    if p.plating_exchange_current == 0.0:
        return
    deposit(x, p, y, k, anode.potential_of_cell(p, soc, x.current[k], x.anode_resistance[k]), h)


@kernel
def deposit(x: Block, p: Block, y: Block, k: int, potential: float, h: float) -> None:
    """Plate and strip lithium for h seconds at a potential of the anode [V]."""
    deposited, stripping = rates(x, p, k, potential)
    settle(x, p, y, k, deposited, stripping, h)


@kernel
def rates(x: Block, p: Block, k: int, potential: float) -> tuple[float, float]:
    """Return what plates [A], and the share that is stripped a second [1/s], at a potential of the anode [V]."""
    temperature, transfer = x.temperature[k], p.plating_transfer
    deposited = plating_current(potential, x.current[k], x.plating_exchange_current[k], transfer, temperature)
    return deposited, stripping_rate(potential, p.plating_stripping_rate, transfer, temperature)


@kernel
def settle(x: Block, p: Block, y: Block, k: int, deposited: float, stripping: float, h: float) -> None:
    """Plate a current [A] for h seconds, and strip a share of what is plated a second [1/s]."""
    reversible, death = p.plating_reversible, p.plating_death_rate
    there, _, _, lost = plate(y.plated_charge[k], deposited, reversible, stripping, death, h)
    y.plated_charge[k] = there
    y.plating_lost_charge[k] += lost


@kernel
def lost_charge(x: Block, p: Block, k: int) -> float:
    """Return the charge of the lithium that cell k has lost by plating [C]."""
    return x.plating_lost_charge[k] + p.earlier_plating_lost_charge[k]


@kernel
def write(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the risk of an internal short of cell k."""
    y.short_risk[k] = short_risk(lost_charge(x, p, k), p.capacity[k], p.short_scale, p.short_shape)


LAW = AgingLaw(
    counters=COUNTERS,
    cell_fields=cell_fields,
    aging_fields=aging_fields,
    count=count,
    reset=reset,
    warm=warm,
    lost_charge=lost_charge,
    write=write,
)
