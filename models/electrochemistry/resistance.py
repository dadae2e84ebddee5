"""The resistance of a nominal cell under a small current, at the reference temperature.

Equations
---------
At once act contacts, films, charge transfer and, where a model has them, the conductors of the layers::

    R_contact + sum_e (V_T/(i_0 S) + R_f/S) + (L_n/(3 kappa_n) + L_s/kappa_s + L_p/(3 kappa_p))/A
              + (L_n/sigma_n + L_p/sigma_p)/(3 A)

with the surface S of the particles. Under a constant current the gradients settle too, which adds the particles'
``-dU/dx R^2/(15 D_s Q)`` and the electrolyte's diffusion potential
``2 V_T phi (1 - t+)^2/(F c_e0 A) (L_n/(3 D_n) + L_s/D_s + L_p/(3 D_p))`` with the thermodynamic factor phi. The
reaction is taken to be uniform along the electrodes. Of several materials each takes the share of the current that
keeps them in equilibrium, and the resistance is that of the heat.

References
----------
S. G. Marquis, V. Sulzer, R. Timms, C. P. Please, S. J. Chapman, J. Electrochem. Soc. 166 (2019) A3693,
doi:10.1149/2.0341915jes: the terms of the electrolyte.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..numerics.arrhenius import FARADAY_CONSTANT, thermal_voltage
from .kind import ElectrochemicalParameters, Electrode, Material, Physics, PorousLayer
from .mixture import Mixture

Values = NDArray[np.float64]

LEAST_ACTIVITY = 1e-6
"""Of the share of sites; where particles are full or empty the resistance has no bound."""

THIRD = 1.0 / 3.0


def immediate(kind: ElectrochemicalParameters, mixtures: Sequence[Mixture], fillings: Sequence[Values]) -> Values:
    """Return the resistance that acts at once [Ohm].

    Parameters
    ----------
    kind : ElectrochemicalParameters
        The cell.
    mixtures : sequence of Mixture
        Of its electrodes.
    fillings : sequence of array
        Of its electrodes, where the resistance is asked for.
    """
    resistance = kind.contact_resistance + np.zeros_like(fillings[0])
    for electrode, mixed, filling in zip(kind.electrodes, mixtures, fillings, strict=True):
        for material, weight, x in _taking(electrode, mixed, filling):
            resistance = resistance + weight * weight * _transfer(kind, electrode, material, x)
    return resistance + _conductors(kind)


def settled(kind: ElectrochemicalParameters, mixtures: Sequence[Mixture], fillings: Sequence[Values]) -> Values:
    """Return the resistance that has settled under a constant current [Ohm]; see `immediate`."""
    resistance = immediate(kind, mixtures, fillings)
    for electrode, mixed, filling in zip(kind.electrodes, mixtures, fillings, strict=True):
        for material, weight, x in _taking(electrode, mixed, filling):
            resistance = resistance + weight * weight * _diffusion(kind, electrode, material, x)
    return resistance + _gradient(kind)


def _taking(electrode: Electrode, mixed: Mixture, filling: Values) -> list[tuple[Material, Values, Values]]:
    """Return each material with the share of the current that it takes, and its stoichiometry."""
    taken = zip(electrode.materials, mixed.shares, mixed.stoichiometries, strict=True)
    return [(material, share * curve.slope(filling), curve(filling)) for material, share, curve in taken]


def _transfer(kind: ElectrochemicalParameters, electrode: Electrode, material: Material, x: Values) -> Values:
    surface = material.surface_density() * electrode.thickness * kind.area
    occupied, vacant = np.maximum(x, LEAST_ACTIVITY), np.maximum(1.0 - x, LEAST_ACTIVITY)
    exchange = material.exchange_current * vacant**material.transfer * occupied ** (1.0 - material.transfer)
    return np.asarray((thermal_voltage(kind.reference_temperature) / exchange + electrode.film_resistance) / surface)


def _diffusion(kind: ElectrochemicalParameters, electrode: Electrode, material: Material, x: Values) -> Values:
    charge = material.charge_density() * electrode.thickness * kind.area
    within = np.clip(x, material.diffusivity.low, material.diffusivity.high)
    time = material.radius**2 / (15.0 * material.diffusivity(within))
    return np.asarray(np.abs(material.open_circuit_potential.slope(x)) * time / charge)


def _layers(kind: ElectrochemicalParameters) -> list[tuple[PorousLayer, float]]:
    """Return the layers, each with its share of a current that the reactions take up evenly."""
    return [(kind.negative, THIRD), (kind.separator, 1.0), (kind.positive, THIRD)]


def _conductors(kind: ElectrochemicalParameters) -> float:
    if kind.physics is Physics.SPM:
        return 0.0
    kappa = float(kind.electrolyte.conductivity(kind.electrolyte.concentration))
    ionic = sum(share * layer.thickness / (layer.transport_efficiency * kappa) for layer, share in _layers(kind))
    solid = sum(THIRD * electrode.thickness / electrode.conductivity for electrode in kind.electrodes)
    return (ionic + solid) / kind.area


def _gradient(kind: ElectrochemicalParameters) -> float:
    if kind.physics is Physics.SPM:
        return 0.0
    electrolyte, rest = kind.electrolyte, kind.electrolyte.concentration
    diffusivity, factor = float(electrolyte.diffusivity(rest)), float(electrolyte.thermodynamic_factor(rest))
    length = sum(share * layer.thickness / (layer.transport_efficiency * diffusivity) for layer, share in _layers(kind))
    anion = (1.0 - electrolyte.transference) ** 2
    voltage = 2.0 * thermal_voltage(kind.reference_temperature) * factor * anion
    return float(voltage * length / (FARADAY_CONSTANT * rest * kind.area))
