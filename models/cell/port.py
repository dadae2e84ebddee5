"""The port of a cell: its voltage `lookahead` seconds from now, affine in the current until then.

Equations
---------
The port is the voltage `lookahead` seconds from now under constant current, linearised about the last current:
``v(t + lookahead) = emf + resistance * current``. At the last current that voltage is exact. The slope leaves out
that another current leads to other resistances and capacitances. Where the last current is 0 the slope is the mean of
the slopes that hysteresis has on both sides.

Sensitivities
-------------
The greatest change of a cell's settled voltage with what may be held while it moves::

    by SOC                |dU/dz|
    by temperature        |dU/dT - i (E_0 R0 + sum_j E_j R_j) / (R_gas T^2)|
    by growth             |i| (R0 + sum_j R_j)

They tell what holding a value costs; no state follows from them. The growth counts from the resistances of now.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.timescale import include_timescale, reset_timescales, timescale_variables
from ...core.variable import Variable
from ..numerics import tables
from ..numerics.arrhenius import GAS_CONSTANT
from ..numerics.relaxation import fade
from ..numerics.tables import Place
from . import circuit


def fields(cells: int) -> Fields:
    """Return the port of n cells, and their time constants."""
    return Fields(
        parameters=(
            Variable("lookahead", "s", None, 0.5, 0.0, 1e6, 1.0,
                     "How far ahead of the communication point the port is: half the step for a master that steps the "
                     "network before the cells, the whole step for one that exchanges one step late", tunable=True),
        ),
        outputs=(
            Variable("emf", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 3.7, "Port: voltage ahead at zero current",
                     forecast=True),
            Variable("resistance", "Ohm", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1e-3,
                     "Port: rise of the voltage ahead with current", display_unit="mOhm"),
            *timescale_variables(),
            *(
                Variable(f"sensitivity_{of}", unit, None, 0.0, 0.0, UNBOUNDED, nominal,
                         f"Greatest change of a cell's settled voltage with its {text}", fmi_name=f"sensitivity.{of}")
                for of, unit, nominal, text in (
                    ("soc", "V", 1.0, "state of charge"),
                    ("temperature", "V/K", 1e-3, "temperature"),
                    ("resistance_growth", "V", 0.1, "growth of resistance"),
                )
            ),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def reset_reports(y: Block) -> None:
    """Report no time constant and no sensitivity."""
    reset_timescales(y)
    y.sensitivity_soc = y.sensitivity_temperature = y.sensitivity_resistance_growth = 0.0


@kernel
def switched(x: Block, p: Block, k: int, current: float, start: float, h: float) -> tuple[float, float, float]:
    """Step a hysteresis voltage [V] of cell k over h [s] under a current [A].

    Returns
    -------
    end, derivative, gone : float
        The voltage after h [V]; its derivative by the current [Ohm], which jumps where the current changes its sign and
        is the mean of both sides at 0; the share of `start` that is gone.
    """
    by_charge, rate = circuit.switching(x, p, k, current)
    gone, area = fade(rate, h)
    remaining = 1.0 - gone
    bound = circuit.hysteresis_bound(p, k)
    derivative = bound * area
    if by_charge != 0.0:
        derivative += bound * abs(by_charge) * (h * remaining - area) / rate
        derivative -= math.copysign(h * remaining, by_charge) * start
    end = start * remaining + bound * by_charge * area
    return end, p.hysteresis_rate / x.capacity[k] * derivative, gone


@kernel
def hysteresis_ahead(x: Block, p: Block, k: int) -> tuple[float, float]:
    """Hysteresis voltage of cell k `lookahead` from now [V], and its derivative by the current [Ohm]."""
    if circuit.hysteresis_bound(p, k) == 0.0:
        return 0.0, 0.0
    end, derivative, _ = switched(x, p, k, x.current[k], x.hysteresis_voltage[k], p.lookahead)
    return end, derivative


@kernel
def pairs_ahead(x: Block, p: Block, y: Block, k: int, soc: float) -> tuple[float, float, float, float]:
    """Voltage of the RC pairs of cell k `lookahead` from now [V], and its derivative by the current [Ohm].

    `soc` is that of the coefficients. The time constants are written. Returned as well are the sums of the resistances
    [Ohm] and of the resistances times their activation energies [Ohm J/mol].
    """
    place = circuit.locate(p, soc)
    voltage = derivative = total = activated = 0.0
    for j in range(x.polarisation_voltage.shape[1]):
        resistance, capacitance = circuit.pair(x, p, k, j, place)
        time_constant = resistance * capacitance
        include_timescale(y, time_constant, time_constant)
        remaining = math.exp(-p.lookahead / time_constant)
        settled = resistance * x.current[k]
        voltage += settled + (x.polarisation_voltage[k, j] - settled) * remaining
        derivative += resistance * (1.0 - remaining)
        total += resistance
        activated += circuit.pair_energy(x, p, k, j, place, resistance)
    return voltage, derivative, total, activated


@kernel
def include_sensitivities(x: Block, p: Block, y: Block, k: int, place: Place, total: float, activated: float) -> float:
    """Include the sensitivities of cell k at a place of the tables; return dU/dz there [V].

    `total` is the sum of all resistances [Ohm], `activated` that of them times their activation energies [Ohm J/mol].
    """
    current, temperature, slope = x.current[k], x.temperature[k], circuit.open_circuit_slope(x, p, k, place)
    by_temperature = -current * activated / (GAS_CONSTANT * temperature * temperature)
    by_temperature += tables.value(p.entropic_coefficient, place)
    y.sensitivity_soc = max(y.sensitivity_soc, abs(slope))
    y.sensitivity_temperature = max(y.sensitivity_temperature, abs(by_temperature))
    y.sensitivity_resistance_growth = max(y.sensitivity_resistance_growth, abs(current) * total)
    return slope


@kernel
def offer_port(x: Block, p: Block, y: Block, k: int) -> None:
    """Compute the Thévenin equivalent of cell k, linearised about its last current.

    In the derivative, resistances and capacitances count as independent of the SOC that the current leads to.
    """
    current = x.current[k]
    per_current = circuit.storing(p, k, current) * p.lookahead / x.capacity[k]
    drift = per_current * current - p.lookahead * x.self_discharge[k] / x.capacity[k]
    place = circuit.locate(p, x.soc[k] + drift)
    switched, switching = hysteresis_ahead(x, p, k)
    polarised, polarising, total, activated = pairs_ahead(x, p, y, k, x.soc[k] + 0.5 * drift)
    resistance = circuit.ohmic(x, p, k, place)
    voltage = circuit.open_circuit(x, p, k, place) + resistance * current + switched + polarised
    activated += circuit.ohmic_energy(x, p, k, place, resistance)
    slope = include_sensitivities(x, p, y, k, place, total + resistance, activated)
    resistance += switching + polarising + per_current * slope
    y.emf[k] = voltage - resistance * current
    y.resistance[k] = resistance
