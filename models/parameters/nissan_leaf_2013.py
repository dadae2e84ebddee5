"""Cell of a 2013 Nissan Leaf: LMO/NMC against graphite, rated 33.1 A.h, one of the 192 of its pack.

Identified from tests of one cell at Oak Ridge National Laboratory, published by BatterySim (`equiv-circ-model` on
GitHub at 34752e7), by ``examples/identify_cell.py`` as it was before the general tool: capacity, tables, time constants
and activation energies from the voltage of the HPPC tests at 25 and 10 degC; heat capacity and convection from the
thermocouples of the 1C test, dU/dT from these with little weight on the HPPC tests. The voltage of the 1C test was not
fitted. The 95 % confidence intervals hold for this structure and smoothing, and do not say how far others would move
the figures (between those that were tried: capacity 31.1 to 31.5 A.h, heat capacity 1410 to 1500 J/K):

* capacity 31.35 +- 0.07 A.h
* time constants 4.7 +- 1.1, 68.7 +- 9.8 and 900 s (set)
* activation energy of R0 24.2 +- 0.5 kJ/mol
* activation energies of the pairs 20.3 +- 5.1, 16.6 +- 2.1, 46.0 +- 8.6 kJ/mol
* heat capacity 1462 +- 32 J/K, over the mass of the cell 1830 +- 40 J/(kg K)
* convection 1.61 +- 0.04 W/K
* dU/dT at SOC 0, 0.1, .. 1 +- 0.08, 0.04, 0.04, 0.02, 0.02, 0.01, 0.01, 0.01, 0.02, 0.03, 0.10 mV/K

The slowest time constant was set: rests of an hour cannot part slower ones from the open-circuit voltage, and the
activation energy of that pair depends on it. SOC 0 and 1 are where the open-circuit voltage is 3 and 4.2 V,
continued straight beyond the SOC that the tests reached. Heat capacity and convection are those of the cell in its
fixture, which carries heat too. The tests reached from 10 to 29 degC, and 31 A.
Hysteresis cannot be identified from these tests and is off.

Not identified:

* Coulombic efficiency, rounded: discharge over charge in the 1C test counts 0.9989 to 1.0004, in the mean 0.9993 with
  the charge before and 0.9996 with the charge after. It cannot be parted from the gain of the current sensor;
  coulometers that can part them are described by A. J. Smith, J. C. Burns, S. Trussler, J. R. Dahn, J. Electrochem.
  Soc. 157 (2010) A196, doi:10.1149/1.3268129.
* Self-discharge, assumed: 0.3 % of the capacity a month at 25 degC, between the 0.2 and 0.4 % measured at low and high
  SOC on cells of nickel-rich NMC against silicon-graphite (I. Zilberman, J. Sturm, A. Jossen, J. Power Sources 425
  (2019) 217). Its activation energy of 50 kJ/mol is an assumption.
* Voltage limits: those of the tests. The car's battery management may use others.
* Discharge current, derived: the 90 kW that the battery is rated at, from 192 cells at the lower voltage limit.
* Charging current, derived: the 125 A of a CHAdeMO charger of 50 kW, into two cells in parallel.
* Mass: as the records of the tests state.
"""

import numpy as np

from ..cell.ecm import EquivalentCircuitCell

_SOC = np.linspace(0.0, 1.0, 201)
_RESISTANCE_KNOTS = np.linspace(0.0, 1.0, 26)
_ENTROPIC_KNOTS = np.linspace(0.0, 1.0, 11)

# fmt: off
# V, at the reference temperature
_OPEN_CIRCUIT_VOLTAGE = np.array([
    3.00000, 3.05168, 3.09670, 3.12742, 3.18994, 3.23753, 3.28245, 3.32389, 3.36162, 3.39644,
    3.42841, 3.45663, 3.48330, 3.50634, 3.52291, 3.55253, 3.57224, 3.59393, 3.61229, 3.63068,
    3.64493, 3.66069, 3.66955, 3.67767, 3.68395, 3.68921, 3.69431, 3.69831, 3.70218, 3.70559,
    3.70905, 3.71195, 3.71539, 3.71988, 3.72385, 3.72441, 3.72863, 3.73128, 3.73402, 3.73640,
    3.73873, 3.74133, 3.74395, 3.74637, 3.75000, 3.75558, 3.76115, 3.76636, 3.77205, 3.77720,
    3.78219, 3.78713, 3.79337, 3.79622, 3.80205, 3.80292, 3.80903, 3.81266, 3.81656, 3.81997,
    3.82328, 3.82665, 3.82996, 3.83282, 3.83600, 3.83895, 3.84198, 3.84535, 3.84839, 3.85157,
    3.85417, 3.85744, 3.86121, 3.86672, 3.86750, 3.86775, 3.86800, 3.86934, 3.87147, 3.87412,
    3.87693, 3.87914, 3.88071, 3.88285, 3.88528, 3.88731, 3.88912, 3.89135, 3.89388, 3.89565,
    3.89786, 3.90024, 3.90255, 3.90723, 3.90894, 3.90938, 3.90963, 3.91326, 3.91585, 3.91831,
    3.91979, 3.92153, 3.92444, 3.92550, 3.92716, 3.92957, 3.93138, 3.93341, 3.93578, 3.93775,
    3.93984, 3.94217, 3.94403, 3.94689, 3.94845, 3.94954, 3.94979, 3.95608, 3.95673, 3.96012,
    3.96183, 3.96346, 3.96627, 3.96874, 3.96966, 3.97099, 3.97275, 3.97474, 3.97649, 3.97843,
    3.98031, 3.98218, 3.98359, 3.98470, 3.98495, 3.98520, 3.98545, 3.98948, 3.99565, 3.99711,
    3.99896, 4.00141, 4.00339, 4.00481, 4.00695, 4.00895, 4.01129, 4.01308, 4.01560, 4.01860,
    4.02189, 4.02555, 4.02978, 4.03425, 4.04093, 4.04426, 4.04768, 4.04793, 4.04818, 4.04965,
    4.05247, 4.05492, 4.05731, 4.05967, 4.06138, 4.06349, 4.06569, 4.06783, 4.07033, 4.07303,
    4.07507, 4.07709, 4.07917, 4.08106, 4.08450, 4.08549, 4.08756, 4.08781, 4.10038, 4.10261,
    4.10535, 4.10818, 4.11127, 4.11445, 4.11779, 4.12156, 4.12512, 4.12895, 4.13293, 4.13706,
    4.14154, 4.14671, 4.15174, 4.15673, 4.16205, 4.16550, 4.17412, 4.18363, 4.19266, 4.19740,
    4.20000,
])
# V/K, dU/dT at its knots
_ENTROPIC = np.array([
    -0.000612, -0.000396, -0.000116, -0.000269, 0.000025, 0.000141, 0.000172, 0.000176, 0.000028, 0.000192,
    0.000154,
])
# Ohm, at the reference temperature and the knots
_OHMIC = np.array([
    0.0019854, 0.0017651, 0.0016053, 0.0015827, 0.0015534, 0.0015340, 0.0015296, 0.0015336, 0.0015405, 0.0015348,
    0.0015271, 0.0015293, 0.0015340, 0.0015347, 0.0015389, 0.0015392, 0.0015367, 0.0015313, 0.0015487, 0.0015353,
    0.0015133, 0.0015028, 0.0015212, 0.0015560, 0.0016374, 0.0017362,
])
# Ohm, likewise
_POLARISATION = np.array([
    [
        0.0005373, 0.0002780, 0.0001667, 0.0002782, 0.0003130, 0.0003257, 0.0003248, 0.0003149, 0.0003008, 0.0002763,
        0.0002584, 0.0002541, 0.0002571, 0.0002604, 0.0002698, 0.0002789, 0.0002950, 0.0003253, 0.0004005, 0.0004357,
        0.0004194, 0.0003799, 0.0003645, 0.0003875, 0.0004626, 0.0005496,
    ],
    [
        0.0057343, 0.0037932, 0.0021802, 0.0013371, 0.0013195, 0.0013715, 0.0014711, 0.0015879, 0.0016929, 0.0017605,
        0.0017874, 0.0017864, 0.0017877, 0.0018072, 0.0018483, 0.0019039, 0.0019618, 0.0019975, 0.0020214, 0.0019899,
        0.0019110, 0.0018306, 0.0018461, 0.0020229, 0.0023341, 0.0026854,
    ],
    [
        0.0033652, 0.0026772, 0.0020352, 0.0015189, 0.0012671, 0.0010569, 0.0009060, 0.0008207, 0.0007978, 0.0008226,
        0.0008722, 0.0009276, 0.0009789, 0.0010213, 0.0010516, 0.0010620, 0.0010491, 0.0010187, 0.0009919, 0.0009893,
        0.0010186, 0.0010745, 0.0011553, 0.0012708, 0.0014234, 0.0015885,
    ],
])
# s, at the reference temperature
_TIME_CONSTANT = np.array([
    4.65, 68.71, 900.00,
])
# fmt: on

_POLARISATION_RESISTANCE = np.array([np.interp(_SOC, _RESISTANCE_KNOTS, knots) for knots in _POLARISATION])

PARAMETERS = EquivalentCircuitCell(
    name="Nissan Leaf 2013",
    source="examples/identify_cell.py from records of BatterySim; see the docstring of the module",
    capacity=112850.0,
    open_circuit_voltage=_OPEN_CIRCUIT_VOLTAGE,
    entropic_coefficient=np.interp(_SOC, _ENTROPIC_KNOTS, _ENTROPIC),
    ohmic_resistance=np.interp(_SOC, _RESISTANCE_KNOTS, _OHMIC),
    polarisation_resistance=_POLARISATION_RESISTANCE,
    polarisation_capacitance=_TIME_CONSTANT[:, np.newaxis] / _POLARISATION_RESISTANCE,
    ohmic_activation_energy=24230.0,
    polarisation_activation_energy=np.array([20300.0, 16620.0, 45980.0]),
    reference_temperature=298.15,
    hysteresis_bound=0.0,
    hysteresis_rate=10.0,
    hysteresis_decay_rate=0.0,
    coulombic_efficiency=0.9995,
    self_discharge_current=0.000129,
    self_discharge_activation_energy=50000.0,
    minimum_voltage=3.0,
    maximum_voltage=4.2,
    maximum_charge_current=62.5,
    maximum_discharge_current=156.25,
    mass=0.799,
    heat_capacity=1462.0,
    convection=1.606,
)
