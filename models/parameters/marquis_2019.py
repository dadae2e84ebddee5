"""Kokam SLPB78205130H, one layer of a pouch cell, 0.68 A.h: LiCoO2 against graphite MCMB 2528.

S. G. Marquis, V. Sulzer, R. Timms, C. P. Please, S. J. Chapman, J. Electrochem. Soc. 166 (2019) A3693,
doi:10.1149/2.0341915jes, table I and appendix, with the functions of Dualfoil (J. Newman) for potentials, kinetics and
diffusivities, and those of fastDFN (S. J. Moura) for the entropic coefficients. The electrolyte is LiPF6 in EC:DMC, C.
Capiglia et al., J. Power Sources 81-82 (1999) 859, doi:10.1016/S0378-7753(98)00237-7, as Dualfoil fits it. The figures
are those that PyBaMM 26.10 holds as `Marquis2019`.

SOC 0 and 1 are where the rest voltage is 3.105 and 4.1 V, with the lithium of the stoichiometries 0.8 and 0.6 of the
negative and the positive electrode. The conductivity of the solid is effective, by Bruggeman's exponent of 1.5
of all that is no pore, as PyBaMM has it.

Assumed: current limits of 1 C while charging and 3 C while discharging. Heat capacity and mass are those of the layers
and current collectors.
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
_ERROR, _ENTROPIC_ERROR = 1e-7, 1e-9
"""Of the tables of potentials [V] and of entropic coefficients [V/K]."""

_GRAPHITE, _LCO = 24983.2619938437, 51217.9257309275
"""Maximum concentrations [mol/m3]."""

_SOLID = 0.7
"""Of an electrode, all but its pores: binder conducts too."""

_STRETCH = 1.062
"""Of the stoichiometry in the functions of LiCoO2."""

_GRAPHITE_STEPS = (
    (0.0351, 0.286, 0.083), (-0.0045, 0.849, 0.119), (-0.035, 0.9233, 0.05), (-0.0147, 0.5, 0.034),
    (-0.102, 0.194, 0.142), (-0.022, 0.9, 0.0164), (-0.011, 0.124, 0.0226), (0.0155, 0.105, 0.029),
)  # fmt: skip
"""Steps of the potential, each by its height [V], its place and its width."""

_LCO_STEPS = (
    (0.07645, 30.834, -54.4806), (2.1581, 52.294, -50.294), (-0.14169, 11.0923, -19.8543),
    (0.2051, 1.4684, -5.4888), (0.2531, 0.56478 / 0.1316, -1.0 / 0.1316), (-0.02167, -0.525 / 0.006, 1.0 / 0.006),
)  # fmt: skip
"""Likewise ``height tanh(offset + slope y)``."""


def _negative_potential(x: Values) -> Values:
    steps = sum(height * np.tanh((x - place) / width) for height, place, width in _GRAPHITE_STEPS)
    return np.asarray(0.194 + 1.5 * np.exp(-120.0 * x) + steps)


def _negative_entropy(x: Values) -> Values:
    steps = sum(height / width / np.cosh((x - place) / width) ** 2 for height, place, width in _GRAPHITE_STEPS)
    return np.asarray((steps - 180.0 * np.exp(-120.0 * x)) / _GRAPHITE)


def _positive_potential(x: Values) -> Values:
    y = _STRETCH * x
    return np.asarray(2.16216 + sum(height * np.tanh(offset + slope * y) for height, offset, slope in _LCO_STEPS))


def _positive_entropy(x: Values) -> Values:
    y = _STRETCH * x
    steps = sum(height * slope / np.cosh(offset + slope * y) ** 2 for height, offset, slope in _LCO_STEPS)
    return np.asarray(steps / _LCO)


def _conductivity(c: Values) -> Values:
    molar = c / 1000.0
    return np.asarray(0.0911 + 1.9101 * molar - 1.052 * molar**2 + 0.1554 * molar**3)


def _diffusivity(c: Values) -> Values:
    return np.asarray(5.34e-10 * np.exp(-0.65 * c / 1000.0))


def _exchange(rate: float, greatest: float) -> float:
    """Return i_ref [A/m2] of ``m c_e^0.5 c_s^0.5 (c_max - c_s)^0.5``."""
    return float(rate * np.sqrt(_CONCENTRATION) * greatest)


_NEGATIVE = Electrode(
    thickness=100e-6,
    porosity=0.3,
    transport_efficiency=0.3**1.5,
    conductivity=100.0 * _SOLID**1.5,
    materials=(
        Material(
            name="graphite",
            radius=10e-6,
            active_fraction=0.6,
            maximum_concentration=_GRAPHITE,
            diffusivity=constant(3.9e-14, 0.0, 1.0),
            diffusivity_activation_energy=42770.0,
            open_circuit_potential=tabulate(_negative_potential, 0.0, 1.0, _ERROR),
            entropic_coefficient=tabulate(_negative_entropy, 0.0, 1.0, _ENTROPIC_ERROR),
            exchange_current=_exchange(2e-5, _GRAPHITE),
            exchange_current_activation_energy=37480.0,
            minimum_stoichiometry=0.0,
            maximum_stoichiometry=0.8,
        ),
    ),
)

_POSITIVE = Electrode(
    thickness=100e-6,
    porosity=0.3,
    transport_efficiency=0.3**1.5,
    conductivity=10.0 * _SOLID**1.5,
    materials=(
        Material(
            name="LiCoO2",
            radius=10e-6,
            active_fraction=0.5,
            maximum_concentration=_LCO,
            diffusivity=constant(1e-13, 0.0, 1.0),
            diffusivity_activation_energy=18550.0,
            open_circuit_potential=tabulate(_positive_potential, 0.0, 1.0, _ERROR),
            entropic_coefficient=tabulate(_positive_entropy, 0.0, 1.0, _ENTROPIC_ERROR),
            exchange_current=_exchange(6e-7, _LCO),
            exchange_current_activation_energy=39570.0,
            minimum_stoichiometry=0.6,
            maximum_stoichiometry=1.0,
        ),
    ),
)

_EMPTY, _FULL = 3.105, 4.1
_WINDOWED = at_rest_voltages(_NEGATIVE, _POSITIVE, _EMPTY, _FULL)

PARAMETERS = ElectrochemicalCell(
    name="Kokam SLPB78205130H, Marquis 2019",
    source="Marquis et al. 2019, doi:10.1149/2.0341915jes; see the docstring of the module",
    area=0.137 * 0.207,
    negative=_WINDOWED[0],
    positive=_WINDOWED[1],
    separator=PorousLayer(thickness=25e-6, porosity=1.0, transport_efficiency=1.0),
    electrolyte=Electrolyte(
        concentration=_CONCENTRATION,
        transference=0.4,
        diffusivity=tabulate(_diffusivity, 0.0, 4000.0, 1e-16),
        conductivity=tabulate(_conductivity, 0.0, 4000.0, 1e-6),
        thermodynamic_factor=constant(1.0, 0.0, 4000.0),
        diffusivity_activation_energy=37040.0,
        conductivity_activation_energy=34700.0,
    ),
    reference_temperature=298.15,
    nominal_capacity=0.680616 * 3600.0,
    limits=CellLimits(
        minimum_voltage=_EMPTY,
        maximum_voltage=_FULL,
        maximum_charge_current=0.680616,
        maximum_discharge_current=3.0 * 0.680616,
    ),
    mass=0.0225,
    heat_capacity=14.13,
)
