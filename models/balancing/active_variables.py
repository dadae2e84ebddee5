"""The variables of an active balancer: the parts of each kind of converter, its law, and what it remembers."""

from __future__ import annotations

import math
from enum import Enum, IntEnum

from ...core.timescale import NONE
from ...core.variable import DataType, Variable
from .graph import PACK, graph_states
from .variables import availability, states

GREAT = 1e9
"""Bound of parts, currents and thresholds, in their units."""


class Converter(Enum):
    """What moves the charge."""

    BUCK_BOOST = "buck_boost"
    """An inductor that neighbouring groups share."""
    SWITCHED_CAPACITOR = "switched_capacitor"
    """A capacitor that is laid across neighbouring groups in turn."""
    FLYBACK = "flyback"
    """A transformer between two groups, or between a group and the pack's terminals."""


class Law(IntEnum):
    """Which links carry how much."""

    PAIRWISE = 1
    """The greatest differences of SOC first, a group in one link at a time, at the rated current."""
    CONSENSUS = 2
    """Every link, in proportion to its difference of SOC."""


class Fidelity(IntEnum):
    """How closely the converters are looked at."""

    IDEAL = 1
    """By a constant efficiency."""
    AVERAGED = 2
    """By the averages of their periodic steady state, refreshed where the operating point has moved."""
    SWITCHING = 3
    """Period by period."""


PARTS = 10
"""Length of `parts`: the fields of `Leg` in their order, then the greatest duty; or those of `Shuttle`."""


def parameters(converter: Converter, groups: int, links: tuple[tuple[int, int], ...]) -> tuple[Variable, ...]:
    """Return the parameters besides the limits, which every balancer has."""
    match converter:
        case Converter.BUCK_BOOST:
            parts = _inductor()
        case Converter.SWITCHED_CAPACITOR:
            parts = _capacitor()
        case Converter.FLYBACK:
            parts = _transformer(groups, any(end == PACK for _, end in links))
    return _law() + parts + (availability(len(links), "link"),)


def _law() -> tuple[Variable, ...]:
    return (
        Variable("law", "1", None, float(Law.CONSENSUS), 1.0, 2.0, 1.0,
                 "1 pairwise: greatest difference of SOC first; 2 consensus: in proportion to the difference",
                 data_type=DataType.INTEGER),
        Variable("fidelity", "1", None, float(Fidelity.AVERAGED), 1.0, 3.0, 1.0,
                 "1 ideal: constant efficiency; 2 averaged: periodic steady state; 3 switching: every period",
                 data_type=DataType.INTEGER),
        Variable("rated_current", "A", None, 1.0, 1e-6, GREAT, 1.0,
                 "Greatest current that a link takes from a group, or from the pack at a group's voltage"),
        Variable("gain", "A", None, 50.0, 1e-9, GREAT, 100.0, "Consensus: current for each unit of difference of SOC"),
        Variable("start_threshold", "1", None, 0.010, 1e-9, 1.0, 0.01,
                 "Pairwise: difference of SOC at which a link begins", display_unit="%"),
        Variable("stop_threshold", "1", None, 0.005, 1e-9, 1.0, 0.01,
                 "Pairwise: difference of SOC at which a link stops; not above start_threshold", display_unit="%"),
        Variable("ideal_efficiency", "1", None, 1.0, 1e-3, 1.0, 1.0,
                 "Energy that arrives over energy given, in ideal fidelity", display_unit="%"),
        Variable("refresh_tolerance", "1", None, 0.01, 0.0, 1.0, 0.01,
                 "Relative change of a voltage, current or temperature of a link that refreshes its averages",
                 display_unit="%"),
    )  # fmt: skip


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
        _frequency(1e5),
        _maximum_duty(),
        _part("inductance", "H", 4.7e-6, 1e-12, "Inductance between two groups", "uH"),
        _part("winding_resistance", "Ohm", 0.020, 0.0, "Resistance of its winding at 20 degC", "mOhm"),
        _part("switch_resistance", "Ohm", 0.025, 0.0, "Resistance of a closed switch at 25 degC", "mOhm"),
        _part("diode_resistance", "Ohm", 0.025, 0.0, "Resistance of a rectifier at 25 degC", "mOhm"),
        _part("diode_drop", "V", 0.35, 0.0, "Drop of a rectifier; 0 for a synchronous one"),
    )


def _capacitor() -> tuple[Variable, ...]:
    return (
        _frequency(5e4),
        _part("capacitance", "F", 220e-6, 1e-15, "Capacitance between two groups", "uF"),
        _part("series_resistance", "Ohm", 0.010, 0.0, "Equivalent series resistance of the capacitor", "mOhm"),
        _part("switch_resistance", "Ohm", 0.040, 0.0, "Resistance of the two closed switches at 25 degC", "mOhm"),
    )


def _transformer(groups: int, to_pack: bool) -> tuple[Variable, ...]:
    """Return a transformer whose pack winding has a turn for each six groups, and parts in proportion."""
    turns = max(1.0, groups / 6.0) if to_pack else 1.0
    square = turns * turns
    return (
        _frequency(1e5),
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


def outputs(count: int) -> tuple[Variable, ...]:
    """Return what an active balancer tells besides what every balancer does."""
    return (
        Variable("link_current", "A", count, 0.0, -math.inf, math.inf, 1.0,
                 "Current of each link at the end that gives, positive from its first end to its second"),
        Variable("refreshes", "1", None, 0.0, 0.0, math.inf, 1.0,
                 "Number of periodic steady states computed so far", data_type=DataType.INTEGER),
        Variable("ripple", "A", None, 0.0, 0.0, math.inf, 1.0,
                 "Greatest range of the current in an inductor or capacitor over a period"),
        Variable("peak", "A", None, 0.0, 0.0, math.inf, 1.0,
                 "Greatest size of the current in an inductor or capacitor"),
        Variable("efficiency", "1", None, 0.0, -math.inf, math.inf, 1.0,
                 "Power that arrives over power given, all links; 0 where nothing flows", display_unit="%"),
        Variable("switching_period", "s", None, 1e-5, 0.0, math.inf, 1e-5,
                 "Period of the converters; 0 in ideal fidelity", display_unit="us", fmi_name="switching.period"),
        Variable("switching_settling", "s", None, 0.0, 0.0, NONE, 1e-4,
                 "Longest time constant with which a converter settles to its steady state; 0 where none runs",
                 display_unit="us", fmi_name="switching.settling"),
    )  # fmt: skip


def link_states(groups: int, count: int) -> tuple[Variable, ...]:
    """Return the states of an active balancer."""

    def state(name: str, unit: str, size: int | None, text: str) -> Variable:
        return Variable(name, unit, size, 0.0, -math.inf, math.inf, 1.0, text)

    return (
        *states(),
        state("parts", "1", PARTS, "Parts of a converter"),
        state("status", "1", None, "How the last search for a duty ended, by status"),
        state("pack_voltage", "V", None, "Sum of the groups' voltages"),
        state("pack_difference", "1", None, "Sum of what the groups' SOC are above their mean"),
        state("low", "A", groups, "Least balancing current of each group"),
        state("high", "A", groups, "Greatest balancing current of each group"),
        state("gives", "A", groups, "What is taken from each group at its tap"),
        state("takes", "A", groups, "What is put into each group at its tap"),
        state("busy", "1", groups, "Whether a link has each group"),
        state("conductance", "S", None, "Of a switched capacitor between two voltages, by its last refresh"),
        state("shuttle_peak", "S", None, "Peak current of a switched capacitor for each volt, by its last refresh"),
        state("shuttle_temperature", "K", None, "Board temperature then; 0: never"),
        state("chosen", "1", count, "Whether each link was chosen pairwise"),
        state("degree", "1", groups, "Twice the number of links of each group"),
        state("arriving", "A", count, "Current of each link at the end that takes"),
        state("yields", "1", count, "Energy that arrives over energy given, of each link"),
        state("steady", "1", count, "The same in the steady state, by its last refresh"),
        state("limit", "A", count, "What each link can take at its end that gives"),
        state("duty", "1", count, "Duty of each link, by its last refresh"),
        state("link_peak", "A", count, "Peak of each link, by its last refresh"),
        state("link_ripple", "A", count, "Ripple of each link, by its last refresh"),
        state("settling", "s", count, "Time constant of each link, by its last refresh"),
        state("at_current", "A", count, "Current for which each link was refreshed; 0: never"),
        state("at_input", "V", count, "Voltage of the end that gave then"),
        state("at_output", "V", count, "Voltage of the end that took then"),
        state("at_temperature", "K", count, "Board temperature then"),
        state("carried", "A", count, "Current of an inductor, or voltage of a capacitor [V], at the end of the step"),
        state("running", "1", count, "Whether each link carries it on"),
        *graph_states(groups, count),
    )
