"""The ledger: integrals that components report for each step, summed over a run, and what must balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..coupling.operations import endpoint
from ..coupling.system import System

INTEGRALS = {
    "Cell": (
        "electrical_energy", "stored_energy", "heat", "table_energy", "charge", "stored_charge", "lost_charge",
        "aging_charge", "aging_energy", "shifted_charge", "shifted_energy",
    ),
    "PackNetwork": (
        "pack_charge", "pack_energy", "balancing_energy", "busbar_loss", "cell_energy", "level_charge", "short_charge",
        "short_energy", "inductive_energy", "method_loss", "arc_energy", "external_short_energy", "contactor_loss",
        "link_energy", "load_energy",
    ),
    "Balancer": ("balancing_charge", "balancing_energy", "moved_charge", "moved_energy", "heat"),
    "Thermal": (
        "generated_heat", "reaction_heat", "advanced_heat", "stored_heat", "ambient_heat", "coolant_heat",
        "vented_heat",
    ),
}  # fmt: skip
"""Outputs of the components of a pack that are integrals over a step."""


BOOKED = ("aging_charge", "aging_energy", "shifted_charge", "shifted_energy")
"""Integrals that book what a jump has done to the cells, once, in the next step."""


def continued(added: Mapping[str, float]) -> dict[str, float]:
    """Return totals of a cycle as they are continued over a jump: without what a jump before it was booked by."""
    rates = {name: 0.0 if endpoint(name)[1] in BOOKED else value for name, value in added.items()}
    for name, value in added.items():
        component, output = endpoint(name)
        if output in ("stored_charge", "stored_energy"):
            what = output.removeprefix("stored_")
            shifted, lost = (added.get(f"{component}.{cause}_{what}", 0.0) for cause in ("shifted", "aging"))
            rates[name] = value - shifted + lost
    return rates


def integrals(system: System) -> tuple[str, ...]:
    """Return those of `INTEGRALS` that a system has, as ``"Component.output"``."""
    return tuple(f"{c}.{name}" for c, names in INTEGRALS.items() for name in names if system.has((c, name)))


@dataclass(frozen=True)
class Balance:
    """What comes in against what goes out, over a run.

    Parameters
    ----------
    name : str
        What is balanced.
    unit : str
        J or C.
    left, right : float
        The two sides [unit].
    turnover : float
        Sum of the magnitudes of all terms [unit].
    """

    name: str
    unit: str
    left: float
    right: float
    turnover: float

    @property
    def mismatch(self) -> float:
        """Left minus right [unit]."""
        return self.left - self.right

    @property
    def relative(self) -> float:
        """The mismatch relative to the turnover; 0 where nothing was turned over."""
        return self.mismatch / self.turnover if self.turnover else 0.0


BALANCES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "cells, charge", "C",
        ("Cell.charge", "Cell.shifted_charge"),
        ("Cell.stored_charge", "Cell.lost_charge", "Cell.aging_charge"),
    ),
    (
        "cells, energy", "J",
        ("Cell.electrical_energy", "Cell.shifted_energy"),
        ("Cell.stored_energy", "Cell.heat", "Cell.aging_energy"),
    ),
    (
        "network, energy", "J",
        ("PackNetwork.pack_energy", "PackNetwork.balancing_energy"),
        (
            "PackNetwork.cell_energy", "PackNetwork.busbar_loss", "PackNetwork.short_energy",
            "PackNetwork.inductive_energy", "PackNetwork.method_loss", "PackNetwork.arc_energy",
        ),
    ),
    (
        "load and link, energy", "J",
        ("PackNetwork.load_energy",),
        (
            "PackNetwork.pack_energy", "PackNetwork.external_short_energy", "PackNetwork.contactor_loss",
            "PackNetwork.link_energy",
        ),
    ),
    (
        "thermal, heat", "J",
        ("Thermal.generated_heat", "Thermal.reaction_heat", "Thermal.advanced_heat"),
        ("Thermal.stored_heat", "Thermal.ambient_heat", "Thermal.coolant_heat", "Thermal.vented_heat"),
    ),
    (
        "network to cells, charge", "C",
        ("PackNetwork.level_charge", "Balancer.balancing_charge"),
        ("Cell.charge", "PackNetwork.short_charge"),
    ),
    ("network to cells, energy", "J", ("PackNetwork.cell_energy",), ("Cell.electrical_energy",)),
    ("balancer, energy", "J", ("-Balancer.balancing_energy",), ("Balancer.heat",)),
    ("balancer to network, energy", "J", ("Balancer.balancing_energy",), ("PackNetwork.balancing_energy",)),
    (
        "cells and board, heat", "J",
        ("Cell.heat", "Balancer.heat", "PackNetwork.short_energy", "PackNetwork.heating_loss"),
        ("Thermal.generated_heat",),
    ),
)  # fmt: skip
"""What must balance in a pack: name, unit, and the terms of both sides; a minus sign subtracts a term."""

OPTIONAL = (
    "Balancer.", "Cell.aging_", "Cell.shifted_", "PackNetwork.short_", "PackNetwork.inductive_", "PackNetwork.method_",
    "PackNetwork.arc_", "PackNetwork.heating_", "Thermal.reaction_", "Thermal.advanced_",
    "Thermal.vented_",
)  # fmt: skip
"""Terms of what a pack may do without; they are 0 then."""


HEATED = ("Thermal", "conductor_heat_rate")
"""Where the network's losses go if they heat the pack."""


def balances(system: System, totals: Mapping[str, float]) -> list[Balance]:
    """Balance charge and energy of a pack, in each component and across the ports.

    Parameters
    ----------
    system : System
        The pack that was run.
    totals : mapping of str to float
        The sums of `RunSummary.totals`.

    Returns
    -------
    list of Balance
        `BALANCES`, without those whose terms are no totals. Inside the components all but rounding closes. From one
        component to another charge and heat close likewise; the energy of the electrical port is off by its
        linearisation, second order in the step, and that of balancing by the movement of the voltages while
        the balancer holds its currents, first order in the control period. The charge that enters the pack is
        counted for each group that it passes.
    """
    known = dict(totals)
    if "PackNetwork.pack_charge" in totals:  # a ladder has its groups in series
        groups = system.port(("PackNetwork", "group_voltage")).count
        known.setdefault("PackNetwork.level_charge", groups * totals["PackNetwork.pack_charge"])
    if any(connection.target == HEATED for connection in system.connections) and "PackNetwork.busbar_loss" in totals:
        known["PackNetwork.heating_loss"] = totals["PackNetwork.busbar_loss"]
    rows = []
    for name, unit, left, right in BALANCES:
        terms = [term.removeprefix("-") for term in left + right]
        if all(term in known or term.startswith(OPTIONAL) for term in terms) and known.keys() & terms:
            rows.append(_balance(name, unit, left, right, known))
    return rows


def _balance(name: str, unit: str, left: Sequence[str], right: Sequence[str], known: Mapping[str, float]) -> Balance:
    def side(terms: Sequence[str]) -> list[float]:
        return [(-1.0 if t.startswith("-") else 1.0) * known.get(t.removeprefix("-"), 0.0) for t in terms]

    values = side(left), side(right)
    turnover = sum(abs(value) for value in values[0] + values[1])
    return Balance(name, unit, sum(values[0]), sum(values[1]), turnover)


def format_balances(rows: Sequence[Balance]) -> str:
    """Return balances as a table: both sides, mismatch, and mismatch relative to the turnover."""
    head = f"{'balance':<32}{'left':>18}{'right':>18}  unit{'mismatch':>12}{'relative':>12}"
    lines = [
        f"{row.name:<32}{row.left:>18.9g}{row.right:>18.9g}  {row.unit:<4}{row.mismatch:>12.3g}{row.relative:>12.2g}"
        for row in rows
    ]
    return "\n".join([head, *lines])
