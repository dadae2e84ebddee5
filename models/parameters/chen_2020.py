"""LG M50, a cylindrical cell 21700 of 5 A.h: NMC 811 against graphite with a little silicon.

C.-H. Chen, F. Brosa Planella, K. O'Regan, D. Gastol, W. D. Widanage, E. Kendrick, J. Electrochem. Soc. 167 (2020)
080534, doi:10.1149/1945-7111/ab9050: tables VI to IX, equations 8 and 9. The electrolyte is that of A. Nyman, M. Behm,
G. Lindbergh, Electrochim. Acta 53 (2008) 6356, doi:10.1016/j.electacta.2008.04.023, LiPF6 in EC:EMC 3:7 at 25 degC.

SOC 0 and 1 are where the rest voltage is 2.5 and 4.2 V, with the lithium of the published stoichiometries at 4.2 V.

Assumed: current limits of 1.5 C while charging and 3 C while discharging. Heat capacity and mass are those of the
layers and foils.
"""

import numpy as np
from numpy.typing import NDArray

from ..cell.kind import CellLimits
from ..cell.physics.cell import ElectrochemicalCell
from ..electrochemistry.kind import Electrode, Electrolyte, Material, PorousLayer
from ..electrochemistry.window import at_rest_voltages
from ..numerics.curves import constant, tabulate

Values = NDArray[np.float64]

_CONCENTRATION = 1000.0
_ERROR = 1e-7
"""Of the tables of potentials [V]."""


def _negative_potential(x: Values) -> Values:
    return np.asarray(
        1.9793 * np.exp(-39.3631 * x)
        + 0.2482
        - 0.0909 * np.tanh(29.8538 * (x - 0.1234))
        - 0.04478 * np.tanh(14.9159 * (x - 0.2769))
        - 0.0205 * np.tanh(30.4444 * (x - 0.6103))
    )


def _positive_potential(x: Values) -> Values:
    return np.asarray(
        -0.8090 * x
        + 4.4875
        - 0.0428 * np.tanh(18.5138 * (x - 0.5542))
        - 17.7326 * np.tanh(15.7890 * (x - 0.3117))
        + 17.5842 * np.tanh(15.9308 * (x - 0.3120))
    )


def conductivity(c: Values) -> Values:
    """Return kappa of the electrolyte of Nyman et al. [S/m] over its concentration [mol/m3]."""
    return np.asarray(0.1297 * (c / 1000.0) ** 3 - 2.51 * (c / 1000.0) ** 1.5 + 3.329 * (c / 1000.0))


def diffusivity(c: Values) -> Values:
    """Return D_e of the electrolyte of Nyman et al. [m2/s] over its concentration [mol/m3]."""
    return np.asarray(8.794e-11 * (c / 1000.0) ** 2 - 3.972e-10 * (c / 1000.0) + 4.862e-10)


def _exchange(rate: float, greatest: float) -> float:
    """Return i_ref [A/m2] of ``m c_e^0.5 c_s^0.5 (c_max - c_s)^0.5``."""
    return float(rate * np.sqrt(_CONCENTRATION) * greatest)


_NEGATIVE = Electrode(
    thickness=85.2e-6,
    porosity=0.25,
    transport_efficiency=0.25**1.5,
    conductivity=215.0,
    materials=(
        Material(
            name="graphite and silicon",
            radius=5.86e-6,
            active_fraction=0.75,
            maximum_concentration=33133.0,
            diffusivity=constant(3.3e-14, 0.0, 1.0),
            open_circuit_potential=tabulate(_negative_potential, 0.0, 1.0, _ERROR),
            exchange_current=_exchange(6.48e-7, 33133.0),
            exchange_current_activation_energy=35000.0,
            minimum_stoichiometry=0.0279,
            maximum_stoichiometry=29866.0 / 33133.0,
        ),
    ),
)

_POSITIVE = Electrode(
    thickness=75.6e-6,
    porosity=0.335,
    transport_efficiency=0.335**1.5,
    conductivity=0.18,
    materials=(
        Material(
            name="NMC 811",
            radius=5.22e-6,
            active_fraction=0.665,
            maximum_concentration=63104.0,
            diffusivity=constant(4e-15, 0.0, 1.0),
            open_circuit_potential=tabulate(_positive_potential, 0.0, 1.0, _ERROR),
            exchange_current=_exchange(3.42e-6, 63104.0),
            exchange_current_activation_energy=17800.0,
            minimum_stoichiometry=17038.0 / 63104.0,
            maximum_stoichiometry=0.9084,
        ),
    ),
)

_EMPTY, _FULL = 2.5, 4.2
_WINDOWED = at_rest_voltages(_NEGATIVE, _POSITIVE, _EMPTY, _FULL)

PARAMETERS = ElectrochemicalCell(
    name="LG M50, Chen 2020",
    source="Chen et al. 2020, doi:10.1149/1945-7111/ab9050; see the docstring of the module",
    area=0.065 * 1.58,
    negative=_WINDOWED[0],
    positive=_WINDOWED[1],
    separator=PorousLayer(thickness=12e-6, porosity=0.47, transport_efficiency=0.47**1.5),
    electrolyte=Electrolyte(
        concentration=_CONCENTRATION,
        transference=0.2594,
        diffusivity=tabulate(diffusivity, 0.0, 4000.0, 1e-16),
        conductivity=tabulate(conductivity, 0.0, 4000.0, 2e-5),
        thermodynamic_factor=constant(1.0, 0.0, 4000.0),
    ),
    reference_temperature=298.15,
    nominal_capacity=5.0 * 3600.0,
    limits=CellLimits(
        minimum_voltage=_EMPTY,
        maximum_voltage=_FULL,
        maximum_charge_current=7.5,
        maximum_discharge_current=15.0,
    ),
    mass=0.0684,
    heat_capacity=42.8,
)
