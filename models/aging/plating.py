"""Lithium plating: when, how much, what comes back, and what it may lead to.

Equations
---------
The anode's potential against lithium under a current i, positive when charging::

    U_a = U_g(x) - R_a(T) i,   x = x_0 + (x_100 - x_0) z,   R_a(T) = R_a exp(E_a / R (1/T - 1/T_ref))

Below 0 V lithium plates, by the law of Tafel less its value at 0 V so that it sets in without a jump, and never
more than arrives; above 0 V what is plated is stripped in proportion to what there is, by the same law with its
sign turned::

    U_a < 0:   i_p = min(i_0(T) (exp(-alpha F U_a / (R T)) - 1), i)
    U_a > 0:   dQ_r/dt = -s(T) (1 - exp(-alpha F U_a / (R T))) Q_r

The share `reversible` of what plates can be stripped and joins Q_r. The rest has lost contact or reacted, and is lost
for good. So is, at the slow rate `death`, what lies unstripped::

    dQ_l/dt = (1 - reversible) i_p + death Q_r

Under constant stress the step is exact, and to rounding ``plated = stripped + lost + change of Q_r`` in every step.

What is plated has not been stored in the graphite, but the state of charge counts it: its movement is left out. What is
lost for good, Q_l, is missing from the capacity.

The risk of an internal short by dendrites is told as a probability that grows with the lost lithium per capacity::

    risk = 1 - exp(-(q / q_0)**m),   q = Q_l / Q

Limits
------
One potential stands for the whole electrode. The kinetics are of the form used in the literature; magnitudes differ
by orders between cells and want measurement. The risk ranks cells and duties; q_0 and m are assumptions of the
user.

References
----------
P. Arora, M. Doyle, R. E. White, J. Electrochem. Soc. 146 (1999) 3543, doi:10.1149/1.1392512 (plating below 0 V). S.
E. J. O'Kane, I. D. Campbell, M. W. J. Marzook, G. J. Offer, M. Marinescu, J. Electrochem. Soc. 167 (2020) 090540,
doi:10.1149/1945-7111/ab90ac (partly reversible plating, dead lithium).
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ..numerics import tables
from ..numerics.arrhenius import acceleration, thermal_voltage
from ..numerics.relaxation import fade


@kernel
def anode_potential(table: Block, window: tuple[float, float], soc: float, current: float, resistance: float) -> float:
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
        R_a(T), `anode_resistance` [Ohm].
    """
    stoichiometry = window[0] + (window[1] - window[0]) * soc
    return tables.bounded(table, tables.locate(table.shape[0], stoichiometry)) - resistance * current


@kernel
def anode_resistance(resistance: float, activation_energy: float, temperature: float, reference: float) -> float:
    """R_a(T) [Ohm] of R_a [Ohm] at the reference [K], E_a [J/mol] and a temperature [K]."""
    return resistance / acceleration(activation_energy, temperature, reference)


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
    stripped = left * stripping / rate if rate > 0.0 else 0.0
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
