"""The file that the identification writes: source text of a module of `packfmu.models.parameters`."""

from __future__ import annotations

from identification.figures import DECIMALS, ENTROPIC_KNOTS, NODES, PAIRS, RESISTANCE_KNOTS, Figures, cell_parameters

A_LINE = 10
"""Values a line of a table."""

HEADER = '''"""Cell of a 2013 Nissan Leaf: LMO/NMC against graphite, rated 33.1 A.h, one of the 192 of its pack.

Written by ``python examples/identify_cell.py``: change the identification, not this file.

Identified from tests of one cell at Oak Ridge National Laboratory (data/leaf_cell): capacity, tables, time constants
and activation energies from the voltage of the HPPC tests at 25 and 10 degC; heat capacity and convection from the
thermocouples of the 1C test, dU/dT from these with little weight on the HPPC tests. The voltage of the 1C test was not
fitted. The 95 % confidence intervals hold for this structure and smoothing, and do not say how far others would move
the figures (between those that were tried: capacity 31.1 to 31.5 A.h, heat capacity 1410 to 1500 J/K):

{found}

The slowest time constant was set: rests of an hour cannot part slower ones from the open-circuit voltage, and the
activation energy of that pair depends on it. SOC 0 and 1 are where the open-circuit voltage is {low:g} and {high:g} V,
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

_SOC = np.linspace(0.0, 1.0, {nodes})
_RESISTANCE_KNOTS = np.linspace(0.0, 1.0, {resistance_knots})
_ENTROPIC_KNOTS = np.linspace(0.0, 1.0, {entropic_knots})

# fmt: off
'''

FOOTER = """# fmt: on

_POLARISATION_RESISTANCE = np.array([np.interp(_SOC, _RESISTANCE_KNOTS, knots) for knots in _POLARISATION])

PARAMETERS = EquivalentCircuitCell(
    name="{kind.name}",
    source="{kind.source}",
    capacity={kind.capacity!r},
    open_circuit_voltage=_OPEN_CIRCUIT_VOLTAGE,
    entropic_coefficient=np.interp(_SOC, _ENTROPIC_KNOTS, _ENTROPIC),
    ohmic_resistance=np.interp(_SOC, _RESISTANCE_KNOTS, _OHMIC),
    polarisation_resistance=_POLARISATION_RESISTANCE,
    polarisation_capacitance=_TIME_CONSTANT[:, np.newaxis] / _POLARISATION_RESISTANCE,
    ohmic_activation_energy={kind.ohmic_activation_energy!r},
    polarisation_activation_energy=np.array([{activation}]),
    reference_temperature={kind.reference_temperature!r},
    hysteresis_bound={kind.hysteresis_bound!r},
    hysteresis_rate={kind.hysteresis_rate!r},
    hysteresis_decay_rate={kind.hysteresis_decay_rate!r},
    coulombic_efficiency={kind.coulombic_efficiency!r},
    self_discharge_current={kind.self_discharge_current!r},
    self_discharge_activation_energy={kind.self_discharge_activation_energy!r},
    minimum_voltage={kind.minimum_voltage!r},
    maximum_voltage={kind.maximum_voltage!r},
    maximum_charge_current={kind.maximum_charge_current!r},
    maximum_discharge_current={kind.maximum_discharge_current!r},
    mass={kind.mass!r},
    heat_capacity={kind.heat_capacity!r},
    convection={kind.convection!r},
)
"""


def module_text(figures: Figures, found: str) -> str:
    """Return the source of the parameter file.

    Parameters
    ----------
    figures : Figures
        Rounded to their stated digits.
    found : str
        The identified figures with their confidence intervals, as lines for the docstring.
    """
    kind = cell_parameters(figures)
    header = HEADER.format(
        found=found,
        low=kind.minimum_voltage,
        high=kind.maximum_voltage,
        nodes=NODES,
        resistance_knots=RESISTANCE_KNOTS,
        entropic_knots=ENTROPIC_KNOTS,
    )
    activation = ", ".join(repr(float(energy)) for energy in kind.polarisation_activation_energy)
    return header + _tables(figures) + "\n" + FOOTER.format(kind=kind, activation=activation)


def _tables(figures: Figures) -> str:
    pairs = (f"    [\n{_rows(figures, 'polarisation_resistance', j)}\n    ]," for j in range(PAIRS))
    tables = (
        ("OPEN_CIRCUIT_VOLTAGE", "V, at the reference temperature", _rows(figures, "open_circuit_voltage")),
        ("ENTROPIC", "V/K, dU/dT at its knots", _rows(figures, "entropic_coefficient")),
        ("OHMIC", "Ohm, at the reference temperature and the knots", _rows(figures, "ohmic_resistance")),
        ("POLARISATION", "Ohm, likewise", "\n".join(pairs)),
        ("TIME_CONSTANT", "s, at the reference temperature", _rows(figures, "time_constant")),
    )
    return "\n".join(f"# {unit}\n_{name} = np.array([\n{rows}\n])" for name, unit, rows in tables)


def _rows(figures: Figures, name: str, pair: int | None = None) -> str:
    values, indent = getattr(figures, name), " " * 4
    if pair is not None:
        values, indent = values[pair], " " * 8
    texts = [f"{value:.{DECIMALS[name]}f}" for value in values]
    lines = (texts[first : first + A_LINE] for first in range(0, len(texts), A_LINE))
    return "\n".join(indent + ", ".join(line) + "," for line in lines)
