"""The resistances of a nominal cell of physics near rest, for what must know one without stepping it.

Equations
---------
At small currents the reaction of a material of the surface S resists by ``V_T/(i_0 S)``, its film by ``R_f/S``. Once
the particles have settled under a constant current, their surface leads their mean by ``r R^2/(15 D_s)``, with the rate
r of the mean: another ``-dU/dx R^2/(15 D_s Q)`` with the charge Q of the material. The electrolyte is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...electrochemistry.kind import Electrode, ElectrochemicalParameters
from ...numerics.arrhenius import thermal_voltage

LEAD = 15.0
"""Of a sphere: its surface leads its mean by the rate of the mean times R^2/D over this number."""


def stoichiometry(kind: ElectrochemicalParameters, electrode: Electrode, soc: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the stoichiometry of the first material of an electrode of the nominal cell at a state of charge."""
    material = electrode.materials[0]
    low, high = material.minimum_stoichiometry, material.maximum_stoichiometry
    if electrode is kind.positive:
        low, high = high, low
    return np.asarray(low + soc * (high - low))


def reaction(kind: ElectrochemicalParameters, electrode: Electrode, soc: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the resistance of reaction and film of an electrode at the reference temperature [Ohm]."""
    material, x = electrode.materials[0], stoichiometry(kind, electrode, soc)
    surface = material.surface_density() * electrode.thickness * kind.area
    exchange = material.exchange_current * (1.0 - x) ** material.transfer * x ** (1.0 - material.transfer)
    return np.asarray((thermal_voltage(kind.reference_temperature) / exchange + electrode.film_resistance) / surface)


def diffusion(kind: ElectrochemicalParameters, electrode: Electrode, soc: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the resistance of the settled particles of an electrode at the reference temperature [Ohm]."""
    material, x = electrode.materials[0], stoichiometry(kind, electrode, soc)
    charge = material.charge_density() * electrode.thickness * kind.area
    time = material.radius**2 / (LEAD * material.diffusivity(x))
    return np.asarray(-material.open_circuit_potential.slope(x) * time / charge)
