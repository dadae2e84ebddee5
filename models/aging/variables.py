"""The variables of the aging model."""

from __future__ import annotations

import math

from ...core.statistics import extremes_of
from ...core.timescale import timescale_variables
from ...core.variable import DataType, Detail, Variable
from .kind import AgingParameters

MOST_LOSS = 0.9
"""Bound on the capacity loss: a cell that has lost more is told as one that has lost this."""

MOST_GROWTH = 100.0
"""Bound on the resistance growth, likewise."""

MOST_SEED = 2.0**31 - 1.0
"""The greatest seed: an integer of FMI."""

COUNTERS = (
    ("charge_throughput", "C", "A.h", 1e6, "Charge that flowed, in both directions"),
    ("capacity_calendar_damage", "1", "", 1e-3, "Damage to the capacity by time"),
    ("capacity_cycle_damage", "1", "", 1e-3, "Damage to the capacity by cycles, what is open as half ones"),
    ("resistance_calendar_damage", "1", "", 1e-3, "Damage to the resistance by time"),
    ("resistance_cycle_damage", "1", "", 1e-3, "Damage to the resistance by cycles, what is open as half ones"),
    ("reaction_time", "s", "d", 1e7, "Time, weighed by how fast the film's reaction is"),
    ("diffusion_time", "s", "d", 1e7, "Time, weighed by how fast diffusion through the film is"),
    ("plating_lost_charge", "C", "A.h", 1e3, "Lithium that plating has lost for good"),
)
"""Name, unit, display unit, nominal value and meaning of what cells count; status n refuses the n-th where it falls."""

COUNTER_NAMES = tuple(name for name, *_ in COUNTERS)


def parameters(cells: int, kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the parameters: of each cell, of the laws, of the film and of the risk."""
    return cell_parameters(cells, kind) + law_parameters(kind) + film_parameters(kind) + plating_parameters(kind)


def cell_parameters(cells: int, kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the parameters that differ from cell to cell."""
    capacity = kind.laws.tested_capacity
    return (
        Variable("capacity", "C", cells, capacity, 1.0, math.inf, capacity, "Charge between SOC 0 and 1, when new",
                 display_unit="A.h"),
        Variable("ohmic_resistance", "Ohm", cells, 1e-3, 1e-9, math.inf, 1e-3,
                 "Resistance of the new cell that the film's is compared with"),
        Variable("aging_rate", "1", cells, 1.0, 0.0, math.inf, 1.0,
                 "Factor on the calendar laws and on the diffusion through the film"),
        Variable("resistance_rate", "1", cells, kind.resistance_rate, 0.0, math.inf, 1e-4,
                 "Growth of the resistance with each full cycle, beside the laws"),
    )  # fmt: skip


def law_parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the exponents of the laws."""
    capacity, resistance = kind.laws.capacity, kind.laws.resistance
    return tuple(
        Variable(name, "1", None, exponent, 1e-3, 1e3, 1.0, f"Exponent of the {text}")
        for name, exponent, text in (
            ("capacity_calendar_exponent", capacity.calendar_exponent, "calendar law of capacity"),
            ("capacity_cycle_exponent", capacity.cycle_exponent, "cycle law of capacity"),
            ("resistance_calendar_exponent", resistance.calendar_exponent, "calendar law of resistance"),
            ("resistance_cycle_exponent", resistance.cycle_exponent, "cycle law of resistance"),
        )
    )


def film_parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the parameters of the film."""
    sei = kind.sei
    return (
        Variable("reaction_speed", "m/s", None, sei.reaction_speed, 0.0, 1.0, 1e-14,
                 "Growth of the film, were it not there yet, at an activity of 1; 0: no film"),
        Variable("diffusion", "m2/s", None, sei.diffusion, 0.0, 1.0, 1e-22,
                 "Half the growth of the square of a thick film, at an activity of 1; 0: no film"),
        Variable("initial_thickness", "m", None, sei.initial_thickness, 0.0, 1e-3, 1e-8,
                 "Thickness of the film at the start", display_unit="nm"),
        Variable("film_area", "m2", None, sei.area, 1e-9, 1e9, 1.0, "Area of the film"),
        Variable("film_charge_density", "C/m3", None, sei.charge_density, 0.0, 1e15, 1e9,
                 "Charge of the lithium in a volume of the film"),
        Variable("film_conductivity", "S/m", None, sei.conductivity, 1e-15, 1e6, 1e-5, "Ionic conductivity of it"),
        Variable("film_noise", "1", None, sei.noise, 0.0, 2.0, 0.1, "s, the noise of the film's growth; 0: none"),
        Variable("noise_seed", "1", None, 0.0, 0.0, MOST_SEED, 1.0, "Seed of that noise", data_type=DataType.INTEGER),
    )  # fmt: skip


def plating_parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the parameters of the risk that plating brings."""
    plating = kind.plating
    return (
        Variable("short_scale", "1", None, plating.short_scale, 1e-9, 1e9, 0.1,
                 "Share of the capacity lost by plating at which 63 % of the cells have an internal short"),
        Variable("short_shape", "1", None, plating.short_shape, 1e-3, 1e3, 1.0,
                 "Exponent of the risk; above 1, a little plating does little harm"),
    )  # fmt: skip


def inputs(cells: int) -> tuple[Variable, ...]:
    """Return the counters of the cells."""
    return counters(cells, "")


def counters(cells: int, when: str) -> tuple[Variable, ...]:
    """Return the counters of each cell, as inputs, outputs or states; `when` ends their descriptions."""
    return tuple(
        Variable(name, unit, cells, 0.0, 0.0, math.inf, nominal, text + when, display_unit=display)
        for name, unit, display, nominal, text in COUNTERS
    )


def outputs(cells: int) -> tuple[Variable, ...]:
    """Return the ports to the cells, what else is told of each cell, and the extremes."""
    port = (
        Variable("capacity_loss", "1", cells, 0.0, 0.0, MOST_LOSS, 0.1, "Share of the capacity that each cell has lost",
                 display_unit="%"),
        Variable("resistance_growth", "1", cells, 0.0, 0.0, MOST_GROWTH, 0.1,
                 "Relative growth of the resistance of each cell", display_unit="%"),
    )  # fmt: skip
    soh = Variable("soh", "1", cells, 1.0, 1.0 - MOST_LOSS, 1.0, 1.0, "State of health: the share of its capacity that "
                   "each cell has kept", display_unit="%", detail=Detail.CELL)  # fmt: skip
    others = (
        Variable("film_thickness", "m", cells, 0.0, 0.0, math.inf, 1e-7, "Thickness of the film in each cell",
                 display_unit="nm", detail=Detail.CELL),
        Variable("short_risk", "1", cells, 0.0, 0.0, 1.0, 1.0, "Probability of an internal short of each cell",
                 display_unit="%", detail=Detail.CELL),
    )  # fmt: skip
    return (*port, soh, *others, *extremes_of(soh).variables, *extremes_of(port[1]).variables, *timescale_variables())


def states(cells: int) -> tuple[Variable, ...]:
    """Return the counters as they were last seen, the film, the model's own time, and what a refusal tells."""
    return (
        *counters(cells, ", when last seen"),
        Variable("film_thickness", "m", cells, 0.0, 0.0, math.inf, 1e-7, "Thickness of the film"),
        Variable("elapsed", "s", None, 0.0, 0.0, math.inf, 1e7, "Time since the start"),
        Variable("fallen_cell", "1", None, 0.0, 0.0, math.inf, 1.0, "Cell whose counter has fallen"),
        Variable("fallen_from", "1", None, 0.0, 0.0, math.inf, 1.0, "What that counter was"),
        Variable("fallen_to", "1", None, 0.0, 0.0, math.inf, 1.0, "What it has fallen to"),
    )  # fmt: skip
