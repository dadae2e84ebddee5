"""The variables of the counters of stress."""

from __future__ import annotations

import math

from ...core.variable import Variable
from ..aging.kind import AgingParameters
from ..aging.laws import PowerLaw
from ..aging.variables import counters
from .stress import WEIGHTS

LARGE = math.inf

TURNING_POINTS = 32
"""Points of the count of cycles that may be open at once."""


def parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return what all cells share."""
    return (
        *law_parameters("capacity", "loss of capacity", kind.laws.capacity),
        *law_parameters("resistance", "growth of resistance", kind.laws.resistance),
        Variable("tested_capacity", "C", None, kind.laws.tested_capacity, 1.0, LARGE, 1e4,
                 "Capacity of the cell that the laws were measured on", display_unit="A.h"),
        *anode_parameters(kind),
        *film_parameters(kind),
        *plating_parameters(kind),
    )  # fmt: skip


def law_parameters(what: str, of: str, law: PowerLaw) -> tuple[Variable, ...]:
    """Return a law of what ages; see `empirical_aging`."""
    return (
        Variable(f"{what}_calendar_law", "1", 3, law.calendar, -LARGE, LARGE, 1.0,
                 f"Calendar {of}: slope [1/(V s^z)], offset [1/s^z], activation energy [J/mol]"),
        Variable(f"{what}_calendar_exponent", "1", None, law.calendar_exponent, 0.01, 10.0, 1.0,
                 f"z of the calendar {of}"),
        Variable(f"{what}_charge_law", "1", 5, law.charge, -LARGE, LARGE, 1.0,
                 f"Cyclic {of} by temperature and current: a_2 [1/K2], a_1 [1/K], a_0, d_1 [h/K], d_0 [h]"),
        Variable(f"{what}_cycle_law", "1", 4, law.cycle, -LARGE, LARGE, 1.0,
                 f"Cyclic {of} by voltage and depth: curvature [1/(V2 C^z)], voltage [V], slope, constant [1/C^z]"),
        Variable(f"{what}_cycle_exponent", "1", None, law.cycle_exponent, 0.01, 10.0, 1.0, f"z of the cyclic {of}"),
    )  # fmt: skip


def anode_parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the anode, and the temperature where its rates hold."""
    anode = kind.anode
    return (
        Variable("aging_reference_temperature", "K", None, kind.reference_temperature, 200.0, 500.0, 300.0,
                 "Temperature that film, plating and the anode's resistance hold at", display_unit="degC"),
        Variable("anode_potential", "V", len(anode.open_circuit_potential), anode.open_circuit_potential,
                 -10.0, 10.0, 0.1, "Open-circuit potential of the anode against lithium, over stoichiometry 0 to 1"),
        Variable("anode_window", "1", 2, anode.window, 0.0, 1.0, 1.0, "Stoichiometry of the anode at SOC 0 and 1"),
        Variable("anode_resistance", "Ohm", None, anode.resistance, 0.0, LARGE, 1e-3,
                 "Share of the anode in the voltage under current", display_unit="mOhm"),
        Variable("anode_activation_energy", "J/mol", None, anode.activation_energy, -1e6, 1e6, 3e4,
                 "Activation energy of the anode's resistance", display_unit="kJ/mol"),
    )  # fmt: skip


def film_parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return how temperature and potential act on the growth of the film; see `sei`."""
    sei = kind.sei
    steps = (
        ("reaction", sei.reaction_activation_energy, sei.reaction_transfer),
        ("diffusion", sei.diffusion_activation_energy, sei.diffusion_transfer),
    )
    energies = tuple(
        Variable(f"{step}_activation_energy", "J/mol", None, energy, -1e6, 1e6, 3e4,
                 f"Activation energy of the film's {step}", display_unit="kJ/mol")
        for step, energy, _ in steps
    )  # fmt: skip
    transfers = tuple(
        Variable(f"{step}_transfer", "1", None, transfer, 0.0, 1.0, 1.0,
                 f"How far the anode's potential drives the film's {step}; 0 where it does not")
        for step, _, transfer in steps
    )  # fmt: skip
    reference = Variable("film_reference_potential", "V", None, sei.reference_potential, -10.0, 10.0, 0.1,
                         "Potential of the anode where the film's rates hold")  # fmt: skip
    return (*energies, *transfers, reference)


def plating_parameters(kind: AgingParameters) -> tuple[Variable, ...]:
    """Return the kinetics of lithium plating; see `plating`."""
    plating = kind.plating
    return (
        Variable("plating_exchange_current", "A", None, plating.exchange_current, 0.0, LARGE, 1e-3,
                 "Exchange current of plating; 0 switches plating off"),
        Variable("plating_activation_energy", "J/mol", None, plating.activation_energy, -1e6, 1e6, 3e4,
                 "Activation energy of that current", display_unit="kJ/mol"),
        Variable("plating_transfer", "1", None, plating.transfer, 0.0, 1.0, 1.0, "Transfer coefficient of plating"),
        Variable("plating_reversible", "1", None, plating.reversible, 0.0, 1.0, 1.0,
                 "Share of the plated lithium that may be stripped", display_unit="%"),
        Variable("plating_stripping_rate", "1/s", None, plating.stripping_rate, 0.0, LARGE, 1e-3,
                 "Share of the plated lithium that is stripped a second, far above 0 V"),
        Variable("plating_death_rate", "1/s", None, plating.death_rate, 0.0, LARGE, 1e-6,
                 "Share of the plated lithium that is lost a second"),
    )  # fmt: skip


def outputs(cells: int) -> tuple[Variable, ...]:
    """Return the counters since the initialisation, which `models.aging` takes under the same names; what is plated."""
    plated = Variable("plated_charge", "C", cells, 0.0, 0.0, LARGE, 1e3, "Plated lithium that may yet be stripped, "
                      "missing from the usable charge but not lost", display_unit="A.h")  # fmt: skip
    return (*counters(cells, ""), plated)


def states(cells: int, nodes: int) -> tuple[Variable, ...]:
    """Return the count of cycles, the tables over SOC, and what is kept of the temperature."""
    count = (
        ("turning_points", cells, "Points of the count of cycles that are open"),
        ("turns", (cells, TURNING_POINTS), "SOC at these points"),
        ("legs", (cells, TURNING_POINTS * WEIGHTS), "Weights of the legs that end there"),
        ("left", WEIGHTS, "What the way to the sample adds to the weights"),
        ("told", WEIGHTS, "Weights of the cycle that was told last"),
    )
    tables = tuple((f"{what}_calendar", nodes, f"Damage to the {what} a second at rest, over SOC, without the factor "
                    "of temperature") for what in ("capacity", "resistance"))  # fmt: skip
    factors = (
        ("told_capacity_damage", "Damage to the capacity by cycles that are told"),
        ("told_resistance_damage", "Damage to the resistance by cycles that are told"),
        ("open_capacity_damage", "Damage to the capacity by half-cycles that are open, without the last"),
        ("open_resistance_damage", "Damage to the resistance by half-cycles that are open, without the last"),
        ("stress_temperature", "Temperature that the factors hold for [K]"),
        ("capacity_calendar_factor", "Factor on the calendar damage to the capacity"),
        ("resistance_calendar_factor", "Factor on the calendar damage to the resistance"),
        ("capacity_charge_factor", "Weight of the charge for the capacity, without current"),
        ("resistance_charge_factor", "Weight of the charge for the resistance, without current"),
        ("capacity_current_factor", "Its exponent by the current [1/A]"),
        ("resistance_current_factor", "Its exponent by the current [1/A]"),
        ("reaction_factor", "Factor on the film's reaction"),
        ("diffusion_factor", "Factor on diffusion through the film"),
        ("anode_resistance", "Resistance of the anode [Ohm]"),
        ("plating_exchange_current", "Exchange current of plating [A]"),
    )
    sized: tuple[tuple[str, int | tuple[int, int], str], ...]
    sized = (*count, *tables, *((name, cells, text) for name, text in factors))
    return tuple(Variable(name, "1", size, 0.0, -LARGE, LARGE, 1.0, text) for name, size, text in sized)
