"""The parts of a balancer's converters: their start values, and the parts that are refused.

Limits
------
Refused are inductive converters without any resistance, a capacitor without any, and a clamp that is not above every
voltage that the limits allow a winding to have.

Start values. Flyback after the LTC3300-1 [1], which is made for inductances of 1 to 20 uH at the cell's winding, a
ratio of 1:2 for a winding across 12 cells and 1:10 for 60, hence here a turn for 6 groups, synchronous rectifiers and
up to 92 % efficiency; the resistance of a switch is about that of the transistors listed there. Buck-boost like the
bq78PL116 [2], switched capacitor like that of [3]. Assumed: frequencies, windings, 1 % of leakage and the clamp, the
second winding's resistances by the square of the ratio, inductance of the buck-boost, and capacitance.

Shared states
-------------
`capacitance` and `series_resistance` are written here; `fidelity` uses them. `maximum_duty` is written here;
`switching` uses it.

References
----------
[1] Linear Technology, LTC3300-1 data sheet, rev. B, "Transformer Selection" and table 7. [2] Texas Instruments,
bq78PL116 data sheet, SLUSAB8B, 2011 (PowerPump). [3] C. Pascual, P. T. Krein, Switched capacitor system for automatic
series battery equalization, APEC 1997, 848, doi:10.1109/APEC.1997.575744.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import DONE
from ....core.variable import Variable
from ..limits import OWN_REFUSALS
from ..options import GREAT, Converter
from . import capacitor, control, inductor, operating_point, temperature
from .capacitor import Shuttle
from .control import reversed_leg
from .inductor import Leg
from .temperature import warm_leg, warm_shuttle

NO_RESISTANCE = OWN_REFUSALS + 1
"""Status: nothing limits the current of a converter."""

CLAMP_TOO_LOW = OWN_REFUSALS + 2
"""Status: a voltage within the limits exceeds that of the clamp."""

REFUSALS = {
    NO_RESISTANCE: "the resistances of a converter are all 0: at least one must be above 0 to limit its current",
}

CLAMP_REFUSAL = {
    CLAMP_TOO_LOW: "clamp_voltage = {p.clamp_voltage:.6g} V must exceed the voltage of either winding: "
    "maximum_voltage = {p.maximum_voltage:.6g} V plus diode_drop = {p.diode_drop:.6g} V, and the same of the second "
    "end over turns_ratio = {p.turns_ratio:.6g}; the pack counts as all groups at maximum_voltage"
}


def fields(converter: Converter, groups: int, to_pack: bool) -> Fields:
    """Return the parts of a converter as parameters, and as the states that the kernels of all converters read."""
    transformer = _transformer(groups, to_pack)
    kinds = (capacitor,) if converter is Converter.SWITCHED_CAPACITOR else (inductor, control)
    match converter:
        case Converter.BUCK_BOOST:
            parts = (_frequency(1e5), *_inductor())
        case Converter.SWITCHED_CAPACITOR:
            parts = (_frequency(5e4), *_capacitor())
        case Converter.FLYBACK:
            parts = (_frequency(1e5), *transformer)
    modules = (operating_point, *kinds, temperature)
    return Fields(
        parameters=parts,
        states=tuple(state(part.name, part.unit, None, part.description) for part in (*transformer, *_capacitor())),
        constants=(
            Variable("converter", "1", None, float(converter), 0.0, 2.0, 1.0,
                     "0 buck-boost, 1 switched capacitor, 2 flyback"),
        ),
        modules=(__name__, *(module.__name__ for module in modules)),
    )  # fmt: skip


def refusals(converter: Converter) -> dict[int, str]:
    """Return what the statuses of `check_parts` mean."""
    return REFUSALS | (CLAMP_REFUSAL if converter is Converter.FLYBACK else {})


def _part(name: str, unit: str, start: float, least: float, text: str, display: str = "") -> Variable:
    return Variable(name, unit, None, start, least, GREAT, max(start, 1e-3), text, display_unit=display)


def _frequency(start: float) -> Variable:
    return Variable("switching_frequency", "Hz", None, start, 1.0, GREAT, 1e5, "Frequency of the converters",
                    display_unit="kHz")  # fmt: skip


def _maximum_duty() -> Variable:
    return Variable("maximum_duty", "1", None, 0.9, 1e-3, 0.99, 1.0,
                    "Greatest share of the period in which the input is connected", display_unit="%")  # fmt: skip


def _inductor() -> tuple[Variable, ...]:
    return (
        _maximum_duty(),
        _part("inductance", "H", 4.7e-6, 1e-12, "Inductance between two groups", "uH"),
        _part("winding_resistance", "Ohm", 0.020, 0.0, "Resistance of its winding at 20 degC", "mOhm"),
        _part("switch_resistance", "Ohm", 0.025, 0.0, "Resistance of a closed switch at 25 degC", "mOhm"),
        _part("diode_resistance", "Ohm", 0.025, 0.0, "Resistance of a rectifier at 25 degC", "mOhm"),
        _part("diode_drop", "V", 0.35, 0.0, "Drop of a rectifier; 0 for a synchronous one"),
    )


def _capacitor() -> tuple[Variable, ...]:
    return (
        _part("capacitance", "F", 220e-6, 1e-15, "Capacitance between two groups", "uF"),
        _part("series_resistance", "Ohm", 0.010, 0.0, "Equivalent series resistance of the capacitor", "mOhm"),
        _part("switch_resistance", "Ohm", 0.040, 0.0, "Resistance of the two closed switches at 25 degC", "mOhm"),
    )


def _transformer(groups: int, to_pack: bool) -> tuple[Variable, ...]:
    """Return a transformer whose pack winding has a turn for each six groups, and parts in proportion."""
    turns = max(1.0, groups / 6.0) if to_pack else 1.0
    square = turns * turns
    return (
        _maximum_duty(),
        _part("inductance", "H", 5e-6, 1e-12, "Magnetising inductance at the first winding", "uH"),
        _part("leakage", "H", 5e-8, 0.0, "Leakage inductance at the first winding", "uH"),
        _part("turns_ratio", "1", turns, 1e-6, "Turns of the second winding over those of the first"),
        _part("first_winding", "Ohm", 0.010, 0.0, "Resistance of the first winding at 20 degC", "mOhm"),
        _part("second_winding", "Ohm", 0.010 * square, 0.0, "Resistance of the second winding at 20 degC", "mOhm"),
        _part("first_switch", "Ohm", 0.012, 0.0, "Resistance of switch or rectifier at the first winding at 25 degC",
              "mOhm"),
        _part("second_switch", "Ohm", 0.012 * square, 0.0,
              "Resistance of switch or rectifier at the second winding at 25 degC", "mOhm"),
        _part("diode_drop", "V", 0.0, 0.0, "Drop of a rectifier; 0 for a synchronous one"),
        _part("clamp_voltage", "V", 45.0, 0.0,
              "Voltage of the clamp across the first winding; that across the second is turns_ratio times it"),
    )  # fmt: skip


@kernel
def set_inductor(x: Block, p: Block) -> None:
    """Set the parts of a buck-boost: one winding, no leakage, no clamp."""
    x.inductance, x.leakage, x.turns_ratio = p.inductance, 0.0, 1.0
    x.first_winding = x.second_winding = p.winding_resistance
    x.first_switch, x.second_switch, x.diode_drop = p.switch_resistance, p.diode_resistance, p.diode_drop
    x.clamp_voltage, x.maximum_duty = 0.0, p.maximum_duty


@kernel
def set_capacitor(x: Block, p: Block) -> None:
    """Set the parts of a switched capacitor."""
    x.capacitance, x.series_resistance, x.switch_resistance = p.capacitance, p.series_resistance, p.switch_resistance


@kernel
def set_transformer(x: Block, p: Block) -> None:
    """Set the parts of a flyback."""
    x.inductance, x.leakage, x.turns_ratio = p.inductance, p.leakage, p.turns_ratio
    x.first_winding, x.second_winding = p.first_winding, p.second_winding
    x.first_switch, x.second_switch, x.diode_drop = p.first_switch, p.second_switch, p.diode_drop
    x.clamp_voltage, x.maximum_duty = p.clamp_voltage, p.maximum_duty


@kernel
def check_parts(x: Block, p: Block, c: Block, groups: int) -> int:
    """Return ``DONE``, or the status that names which parts of a converter do not work."""
    if c.converter == Converter.SWITCHED_CAPACITOR:
        return NO_RESISTANCE if x.series_resistance + x.switch_resistance <= 0.0 else DONE
    across = groups if c.to_pack > 0 else 1
    second = (across * p.maximum_voltage + x.diode_drop) / x.turns_ratio
    if x.leakage > 0.0 and x.clamp_voltage <= max(second, p.maximum_voltage + x.diode_drop):
        return CLAMP_TOO_LOW
    resistance = x.first_winding + x.second_winding + x.first_switch + x.second_switch
    return NO_RESISTANCE if resistance <= 0.0 else DONE


@kernel
def leg_of(x: Block, c: Block, first_gives: bool, board: float) -> Leg:
    """Return the inductive converter of a link at a board temperature [K], with the end that gives as its input."""
    leg = Leg(
        x.inductance,
        x.leakage,
        x.turns_ratio,
        x.first_winding,
        x.second_winding,
        x.first_switch,
        x.second_switch,
        x.diode_drop,
        x.clamp_voltage,
    )
    warm = warm_leg(leg, board)
    return warm if first_gives or c.converter == Converter.BUCK_BOOST else reversed_leg(warm)


@kernel
def shuttle_of(x: Block, board: float) -> Shuttle:
    """Return the switched capacitor of a link at a board temperature [K]."""
    return warm_shuttle(Shuttle(x.capacitance, x.series_resistance, x.switch_resistance), board)
