"""Aging of a graphite anode by its film (SEI) and by lithium plating, for a cell of 31.35 A.h.

No empirical law: the loss follows from the film's growth and from what plating loses. The film's resistance, which does
not depend on temperature, is added to that of the cell. The figures are those that S. E. J. O'Kane, W. Ai, G.
Madabattula, D. Alonso-Alvarez, R. Timms, V. Sulzer, J. S. Edge, B. Wu, G. J. Offer, M. Marinescu, Phys. Chem. Chem.
Phys. 24 (2022) 7909, doi:10.1039/d2cp00417h use for the LG M50 cell of 5 A.h, as the parameter set OKane2022 of PyBaMM
holds them, brought into the form of `sei` and `plating`:

* Area of the film: electrodes of 0.065 m by 1.58 m, 85.2 um thick, 75 % particles of a radius of 5.86 um, which is 3.36
  m2, times the ratio of the capacities.
* Volume of the film V = 9.585e-5 m3/mol, of lithium ethylene dicarbonate, which holds two lithium.
* Diffusion: of solvent, D = 2.5e-22 m2/s from c = 2636 mol/m3, ``k_0 = D c V / 2``.
* Reaction: 1e-12 m/s with 4541 mol/m3 at 0 V, ``r_0 = 1e-12 4541 V / 2 exp(-0.5 F U_ref / (R T_ref))``, the form of M.
  Safari, M. Morcrette, A. Teyssot, C. Delacourt, J. Electrochem. Soc. 156 (2009) A145, doi:10.1149/1.3043429. From
  a thickness k_0 / r_0 of 1 nm on, diffusion limits more than the reaction does.
* Activation energy of the growth 38 kJ/mol, first thickness 5 nm, resistivity 2e5 Ohm m.
* Plating: rate 1e-9 m/s with 1000 mol/m3, transfer coefficient 0.65, decay to dead lithium 1e-6 1/s; no dependence on
  temperature beside that of the anode's potential.

At 25 degC and an anode at 0.1 V the film of the nominal cell takes 1.5 % of the capacity in the first year and 5.1 % in
ten, and adds 24 % and 84 % of 1.53 mOhm. The magnitudes are those of one study and vary by orders between cells.

The anode is that of C.-H. Chen et al., J. Electrochem. Soc. 167 (2020) 080534, doi:10.1149/1945-7111/ab9050, with the
activation energy of its exchange current, 35 kJ/mol.

Assumed:

* Resistance of the anode 1 mOhm, of the 1.5 mOhm of a cell of this size at once and 4.6 mOhm at rest with the current.
* Diffusion follows the anode's potential with a transfer coefficient of 0.2, so that the square of the film grows 2.2
  times as fast at 0.1 V as at 0.2 V: diffusion of solvent does not depend on potential, but cells lose more when
  they are stored full (P. Keil et al., J. Electrochem. Soc. 163 (2016) A1872, doi:10.1149/2.0411609jes).
* Noise of the growth s = 0.1: beside what differs from cell to cell for good, the square of the film spreads by 5 %.
* A tenth of what plates is lost at once; the rest is stripped in about a quarter of an hour, far above 0 V.
* The risk of an internal short: 63 % where plating has lost 5 % of the capacity, 4 % where it has lost 1 %.
"""

import math

from ..aging.anode import Anode
from ..aging.kind import AgingParameters
from ..aging.plating import Plating
from ..aging.power_laws import EmpiricalLaws, PowerLaw
from ..aging.sei import Sei
from ..numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from .graphite_chen_2020 import OPEN_CIRCUIT_POTENTIAL, WINDOW

_CAPACITY = 112850.0
_SCALE = _CAPACITY / (5.0 * 3600.0)
_AREA = 0.065 * 1.58 * 85.2e-6 * 3.0 * 0.75 / 5.86e-6 * _SCALE
_VOLUME = 9.585e-5 / 2.0
"""Of the film, by lithium [m3/mol]."""
_TEMPERATURE = 298.15
_POTENTIAL = 0.1
_NO_LAW = PowerLaw(
    calendar=(0.0, 0.0, 0.0),
    calendar_exponent=1.0,
    charge=(0.0, 0.0, 1.0, 0.0, 0.0),
    cycle=(0.0, 0.0, 0.0, 0.0),
    cycle_exponent=1.0,
)

PARAMETERS = AgingParameters(
    laws=EmpiricalLaws(
        name="graphite with a film",
        source="O'Kane et al. 2022, doi:10.1039/d2cp00417h; see the module's docstring",
        tested_capacity=_CAPACITY,
        capacity=_NO_LAW,
        resistance=_NO_LAW,
    ),
    anode=Anode(
        open_circuit_potential=OPEN_CIRCUIT_POTENTIAL, window=WINDOW, resistance=1e-3, activation_energy=35000.0
    ),
    reference_temperature=_TEMPERATURE,
    sei=Sei(
        reaction_speed=1e-12
        * 4541.0
        * _VOLUME
        * math.exp(-0.5 * FARADAY_CONSTANT * _POTENTIAL / (GAS_CONSTANT * _TEMPERATURE)),
        diffusion=2.5e-22 * 2636.0 * _VOLUME,
        reaction_activation_energy=38000.0,
        diffusion_activation_energy=38000.0,
        reaction_transfer=0.5,
        diffusion_transfer=0.2,
        reference_potential=_POTENTIAL,
        initial_thickness=5e-9,
        area=_AREA,
        charge_density=FARADAY_CONSTANT / _VOLUME,
        conductivity=1.0 / 2e5,
        noise=0.1,
    ),
    plating=Plating(
        exchange_current=FARADAY_CONSTANT * 1e-9 * 1000.0 * _AREA,
        activation_energy=0.0,
        transfer=0.65,
        reversible=0.9,
        stripping_rate=1e-3,
        death_rate=1e-6,
        short_scale=0.05,
        short_shape=2.0,
    ),
)
