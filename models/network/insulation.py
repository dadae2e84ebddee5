"""The insulation of a pack from the chassis: voltages of its poles to it, leak, and what a test by the standards finds.

Equations
---------
Resistances R_p and R_n lead from the positive and the negative terminal to the chassis, which nothing else ties to the
pack of the voltage V. So ``V / (R_p + R_n)`` leaks, and the poles are at ``V_p = V R_p / (R_p + R_n)`` and
``V_n = -V R_n / (R_p + R_n)`` to the chassis.

The test of the standards measures both, and then V' of the pole with the greater one, between which and the chassis it
has put a known resistance R_0. The insulation resistance is ::

    R_i = R_0 V (1/|V'| - 1/max(|V_p|, |V_n|))

which is the lesser of R_p and R_n, whatever R_0 and V. Limits hold for it over the working voltage: 100 Ohm/V of a
circuit of direct current, 500 Ohm/V where alternating current is tied to it.

Limits
------
The leak is told, and left out of the currents: it is 0.2 uA of 400 V over 2 GOhm, and of both poles at the limit of 100
Ohm/V, 5 mA. A short through the chassis that matters as a load is a short between the terminals.

References
----------
UN Regulation No. 100, revision 2, annex 4B, paragraph 1.2.3: the test with the tested device as its own source; it
divides by the nominal voltage. 49 CFR 571.305 (FMVSS 305), S7.6, has the same test. ISO 6469-1:2019: the limits.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from .bounds import VOLTAGE

SOUND = 1e9
"""Insulation that is sound [Ohm]."""


def fields(series: int) -> Fields:
    """Return the insulation of a pack of so many cells in series, and what is told of it."""
    cells = max(series, 1)
    return Fields(
        parameters=(
            Variable("working_voltage", "V", None, round(3.7 * cells, 9), 1e-3, VOLTAGE * cells, 400.0,
                     "Voltage that the insulation resistance is divided by", tunable=True),
            Variable("test_resistance", "Ohm", None, 250e3, 1.0, 1e9, 1e5,
                     "Known resistance that the test of the insulation puts in", tunable=True, display_unit="kOhm"),
        ),
        inputs=tuple(
            Variable(f"insulation_resistance_{pole}", "Ohm", None, SOUND, 1e-3, 1e15, 1e6,
                     f"Insulation resistance from the {pole} terminal to the chassis", display_unit="kOhm")
            for pole in ("positive", "negative")
        ),
        outputs=(
            *(
                Variable(f"{pole}_pole_voltage", "V", None, 0.0, -UNBOUNDED, UNBOUNDED, 4.0 * cells,
                         f"Voltage of the {pole} terminal to the chassis")
                for pole in ("positive", "negative")
            ),
            Variable("leak_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e-3,
                     "Current through the insulation, which the other currents leave out", display_unit="mA"),
            Variable("insulation_resistance", "Ohm", None, SOUND, 0.0, UNBOUNDED, 1e6,
                     "Insulation resistance, as the test of the standards finds it", display_unit="kOhm"),
            Variable("insulation_resistance_per_volt", "Ohm/V", None, 0.0, 0.0, UNBOUNDED, 500.0,
                     "Insulation resistance over the working voltage"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def tested(positive: float, negative: float, known: float) -> float:
    """Return the insulation resistance [Ohm] that the test finds at 1 V with a known resistance [Ohm].

    Parameters
    ----------
    positive, negative : float
        Insulation resistances from the terminals to the chassis [Ohm].
    """
    greater, lesser = max(positive, negative), min(positive, negative)
    before = greater / (greater + lesser)
    joined = greater * known / (greater + known)
    after = joined / (joined + lesser)
    return known * (1.0 / after - 1.0 / before)


@kernel
def write(p: Block, u: Block, y: Block) -> None:
    """Write the voltages to the chassis, the leak and the insulation resistance, for the voltage of the pack."""
    positive, negative = u.insulation_resistance_positive, u.insulation_resistance_negative
    y.leak_current = y.pack_voltage / (positive + negative)
    y.positive_pole_voltage, y.negative_pole_voltage = y.leak_current * positive, -y.leak_current * negative
    y.insulation_resistance = tested(positive, negative, p.test_resistance)
    y.insulation_resistance_per_volt = y.insulation_resistance / p.working_voltage
