"""Growth of the solid-electrolyte interphase (SEI), limited by its reaction and by diffusion through it.

Equations
---------
The film of thickness L grows as solvent that has crept through it is reduced; the two steps act in series::

    dL/dt = 1 / (1/r + L/k)         r = r_0 a(E_r) b(alpha_r),   k = k_0 a(E_k) b(alpha_k)
    a(E) = exp(E / R (1/T_ref - 1/T)),   b(alpha) = exp(-alpha F (U - U_ref) / (R T))

with the anode's potential U, which falls as the state of charge rises. A thin film grows at the speed r, a thick
one as ``L**2 = 2 k t``; the way between, under constant T and U, is the law of Deal and Grove, ``L**2 + A L``
rising by ``2 k t``, with ``A = 2 k / r``. It is solved exactly for a step of any length: two half steps are one
step. Where stress varies within a step, means of r and k that are weighed by time are exact in either limit.

The film holds lithium, which the cell has lost, and conducts ions, which is resistance::

    Q_lost = area charge_density L        R_film = L / (conductivity area)

Noise acts on y = L**2 + A L, which is L**2 where diffusion limits::

    dy = 2 k dt + sigma sqrt(y) dW        E[y] = y_0 + 2 k t,   Var[y] = sigma**2 (y_0 t + k t**2)

and with k that differs from cell to cell ``4 t**2 Var(k)`` joins the variance. The step is the
quadratic-exponential scheme of Andersen: mean and variance are exact at every length of step and over any number of
steps, y is never negative, and for ``sigma**2 <= 4 k`` it does not reach 0, as the equation does not. (Up to
``sigma**2 = 6 k`` every step is the square of a shifted normal deviate; where the noise is larger, a thin film may
vanish for a while.)

Limits
------
One film on one electrode, without cracking, dissolution or aging of the film itself. The published laws of capacity
(`power_laws`) contain the same loss: use one or the other.

References
----------
B. E. Deal, A. S. Grove, J. Appl. Phys. 36 (1965) 3770, doi:10.1063/1.1713945, equations 8 to 12. M. Safari, M.
Morcrette, A. Teyssot, C. Delacourt, J. Electrochem. Soc. 156 (2009) A145, doi:10.1149/1.3043429 (both regimes on
graphite). L. B. G. Andersen, J. Comput. Finance 11 (3) (2008) 1, doi:10.21314/JCF.2008.189, section 3.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.kernel import kernel
from ..numerics.arrhenius import acceleration, thermal_voltage

LARGEST_RATIO = 1.5
"""Variance over squared mean from which the exponential branch holds, as in Andersen's paper; 1 to 2 would do."""


@dataclass(frozen=True, kw_only=True)
class Sei:
    """Growth of the solid-electrolyte interphase. A speed or diffusion of 0: none.

    Parameters
    ----------
    reaction_speed, diffusion : float
        r_0 [m/s] and k_0 [m2/s] at the reference temperature and potential.
    reaction_activation_energy, diffusion_activation_energy : float
        [J/mol].
    reaction_transfer, diffusion_transfer : float
        alpha [1], 0 where the potential does not act.
    reference_potential : float
        Of the anode [V].
    initial_thickness : float
        [m], >= 0.
    area : float
        Of the film [m2].
    charge_density : float
        Charge of the lithium that a volume of film holds [C/m3].
    conductivity : float
        Ionic, of the film, at the reference temperature [S/m].
    conductivity_activation_energy : float
        Of that [J/mol].
    noise : float
        s [1], 0 to 2: ``sigma = s sqrt(k)`` of the equation of the film's growth.
    """

    reaction_speed: float = 0.0
    diffusion: float = 0.0
    reaction_activation_energy: float = 0.0
    diffusion_activation_energy: float = 0.0
    reaction_transfer: float = 0.0
    diffusion_transfer: float = 0.0
    reference_potential: float = 0.1
    initial_thickness: float = 0.0
    area: float = 1.0
    charge_density: float = 1.0
    conductivity: float = 5e-6
    conductivity_activation_energy: float = 0.0
    noise: float = 0.0


@kernel
def activity(
    activation_energy: float, transfer: float, potential: float, temperature: float, reference: tuple[float, float]
) -> float:
    """Factor on the growth by temperature and by the anode's potential.

    Parameters
    ----------
    activation_energy : float
        E [J/mol].
    transfer : float
        alpha [1], 0 to 1: 0 where the potential does not act.
    potential : float
        U of the anode against lithium [V].
    temperature : float
        T [K].
    reference : (float, float)
        T_ref [K] and U_ref [V], where the factor is 1.
    """
    drive = transfer * (reference[1] - potential) / thermal_voltage(temperature)
    return acceleration(activation_energy, temperature, reference[0]) * math.exp(drive)


@kernel
def coordinate(thickness: float, length: float) -> float:
    """Return ``L**2 + A L`` [m2] of a thickness L and a length A [m], which grows at an even pace."""
    return thickness * (thickness + length)


@kernel
def thickness_at(square: float, length: float) -> float:
    """Thickness L [m] where ``L**2 + A L`` is `square` [m2] for a length A [m]."""
    return square / (math.sqrt(square + 0.25 * length * length) + 0.5 * length) if square > 0.0 else 0.0


@kernel
def grow(thickness: float, speed: float, diffusion: float, h: float) -> float:
    """Thickness after h [s] under constant stress, exactly.

    Parameters
    ----------
    thickness : float
        L at the start [m], >= 0.
    speed : float
        r, the growth without a film [m/s], > 0.
    diffusion : float
        k [m2/s], >= 0.
    h : float
        [s], >= 0; days and years too.
    """
    length = 2.0 * diffusion / speed
    return thickness_at(coordinate(thickness, length) + 2.0 * diffusion * h, length)


@kernel
def diffuse(square: float, diffusion: float, noise: float, h: float, deviate: float) -> float:
    """Step ``dy = 2 k dt + sigma sqrt(y) dW`` over h; mean and variance are exact.

    Parameters
    ----------
    square : float
        y at the start [m2], >= 0.
    diffusion : float
        k [m2/s], >= 0.
    noise : float
        sigma [m/sqrt(s)], >= 0.
    h : float
        [s], > 0.
    deviate : float
        (W(t + h) - W(t)) / sqrt(h), standard normal.

    Returns
    -------
    float
        y after h, >= 0.
    """
    mean = square + 2.0 * diffusion * h
    variance = noise * noise * h * (square + diffusion * h)
    if variance <= 0.0:
        return mean
    ratio = variance / (mean * mean)
    if ratio <= LARGEST_RATIO:
        twice = 2.0 / ratio
        centre = twice - 1.0 + math.sqrt(twice * (twice - 1.0))
        away = math.sqrt(centre) + deviate
        return mean / (1.0 + centre) * away * away
    empty = (ratio - 1.0) / (ratio + 1.0)
    above = 0.5 * math.erfc(deviate / math.sqrt(2.0))  # probability of a larger deviate
    return mean / (1.0 - empty) * math.log((1.0 - empty) / above) if above < 1.0 - empty else 0.0


@kernel
def lithium_charge(thickness: float, area: float, charge_density: float) -> float:
    """Charge of the lithium [C] in a film of a thickness [m] on an area [m2], of a charge density [C/m3]."""
    return thickness * area * charge_density


@kernel
def film_resistance(thickness: float, area: float, conductivity: float) -> float:
    """Resistance [Ohm] of a film of a thickness [m] on an area [m2], of an ionic conductivity [S/m]."""
    return thickness / (conductivity * area)
