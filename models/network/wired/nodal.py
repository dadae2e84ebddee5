"""The potentials of a pack that is wired in any way: Kirchhoff's current law in every node.

Equations
---------
Each cell k offers ``v_k = emf_k + resistance_k c_k``, and with its contacts it conducts ``g_k = 1 / (resistance_k +
contact_resistance_k)``; conductor b does ``g_b = 1 / r_b``. A node of the level l has the potential ``l E + d``, E the
EMF of the first cell (`netlist`), and so with the levels s that an element spans from its first end to its second::

    c_k = g_k (d_second - d_first - (emf_k - s_k E))
    i_b = g_b (d_second - d_first + s_b E),   from the second end to the first

They sum to what enters each node: balancing currents at taps and the pack current I at the positive terminal. That
terminal is eliminated last but for the negative one; what is left between both is the port of the pack,
``V = emf + resistance I``, and substitution gives all currents under I.

Shared states
-------------
`conductance` and `known` are those of `laplacian`.
"""

from __future__ import annotations

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...numerics import laplacian
from . import faults
from .system import Ends, NodalSystem

LEAST = 1e-12
"""Resistance of a conductor without inductance [Ohm]: one of 0 is no conductor but makes its nodes one."""

NO_RESISTANCE = 2
"""Status of a step in which a cell and its contacts have no resistance."""


def fields(wiring: NodalSystem) -> Fields:
    """Return the conductors, the work arrays of the equations, and where each element lies."""
    cells, conductors = Count(len(wiring.cells.first), "cell"), Count(len(wiring.names), "conductor")
    least = min(LEAST, float(wiring.resistances.min(initial=LEAST)))  # an inductance needs no resistance
    own = Fields(
        parameters=(
            Variable("conductor_resistance", "Ohm", conductors, wiring.resistances, least, 1e9, 1e-5,
                     "Resistance of each conductor of the netlist", display_unit="mOhm"),
        ),
        outputs=(
            Variable("conductor_current", "A", conductors, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current in each conductor from its second node to its first"),
        ),
        states=(
            state("conductor_conductance", "S", conductors, "Conductance of each conductor", 0.0),
            state("cell_conductance", "S", cells, "Conductance of each cell with its contacts", 0.0),
            state("contact_current", "A", cells, "Current at the contacts of each cell"),
            state("cell_drive", "V", cells, "EMF of each cell less the levels that it spans"),
            state("response", "Ohm", Count(len(wiring.pattern.place), "node"), "How potentials follow I"),
        ),
        constants=(
            *_places("cell", wiring.cells), *_places("conductor", wiring.conductors), *_places("tap", wiring.taps)[:3],
            laplacian.constant("terminal_level", [wiring.level], "terminal", "Level of the positive terminal"),
        ),
        modules=(__name__,),
    )  # fmt: skip
    return laplacian.fields(wiring.pattern) + own


def _places(kind: str, ends: Ends) -> tuple[Variable, ...]:
    told = {"first": "Place of the first end", "second": "Place of the second end", "rise": "Levels spanned",
            "pair": "Pair of nodes"}  # fmt: skip
    return tuple(laplacian.constant(f"{kind}_{name}", getattr(ends, name), kind, f"{text} of each {kind}")
                 for name, text in told.items())  # fmt: skip


@kernel
def note_parted(x: Block, u: Block, c: Block) -> None:
    """Note which conductors do not conduct."""
    for b in range(x.parted.shape[0]):
        x.parted[b] = 0.0 if faults.conducts(x, u, c, b) else 1.0


@kernel
def prepare(x: Block, p: Block, u: Block, c: Block) -> None:
    """Set the conductances that last."""
    note_parted(x, u, c)
    for a in range(x.lasting_conductance.shape[0]):
        x.lasting_conductance[a] = 0.0
    for b in range(p.conductor_resistance.shape[0]):
        x.conductor_conductance[b] = (1.0 - x.parted[b]) / max(p.conductor_resistance[b], LEAST)
        x.lasting_conductance[c.conductor_pair[b]] += x.conductor_conductance[b]


@kernel
def drive(x: Block, first: int, second: int, current: float) -> None:
    """Let a current [A] enter the second of two places, and leave the first."""
    x.known[first] -= current
    x.known[second] += current


@kernel
def assemble(x: Block, p: Block, u: Block, c: Block) -> bool:
    """Write the equations; return whether every cell has a resistance."""
    determined = assemble_idle(x, p, u, c)
    balance(x, u, c)
    return determined


@kernel
def assemble_idle(x: Block, p: Block, u: Block, c: Block) -> bool:
    """Write the equations without balancing currents; return whether every cell has a resistance."""
    laplacian.begin(x)
    level, determined = u.emf[0], True
    for k in range(x.cell_drive.shape[0]):
        emf, resistance = faults.port(x, u, k)
        resistance += p.contact_resistance[k]
        if resistance <= 0.0:
            determined, resistance = False, 1.0
        conductance, deviation = faults.closed(x, k) / resistance, emf - c.cell_rise[k] * level
        x.cell_conductance[k], x.cell_drive[k] = conductance, deviation
        x.conductance[c.cell_pair[k]] += conductance
        drive(x, c.cell_first[k], c.cell_second[k], conductance * deviation)
    drive_levels(x, u, c)
    return determined


@kernel
def drive_levels(x: Block, u: Block, c: Block) -> None:
    """Let the levels that conductors span drive them."""
    for b in range(x.conductor_conductance.shape[0]):
        if c.conductor_rise[b] != 0:
            across = -c.conductor_rise[b] * u.emf[0]
            drive(x, c.conductor_first[b], c.conductor_second[b], x.conductor_conductance[b] * across)


@kernel
def restart(x: Block, u: Block, c: Block) -> None:
    """Write what enters the nodes anew, where the conductances are eliminated: all but what conductors drive."""
    for i in range(x.known.shape[0]):
        x.known[i] = 0.0
    for k in range(x.cell_drive.shape[0]):
        drive(x, c.cell_first[k], c.cell_second[k], x.cell_conductance[k] * x.cell_drive[k])
    balance(x, u, c)


@kernel
def balance(x: Block, u: Block, c: Block) -> None:
    """Let the balancing currents of taps and pack enter."""
    for g in range(u.balancing_current.shape[0]):
        drive(x, c.tap_first[g], c.tap_second[g], x.tap_joined[g] * u.balancing_current[g])
    x.known[x.known.shape[0] - 2] += x.terminals_joined * u.balancing_pack_current


@kernel
def short_terminals(x: Block, u: Block, c: Block) -> bool:
    """Join the terminals by the short outside, after elimination; return whether a way leads through the pack."""
    positive = x.known.shape[0] - 2
    inside = x.star_resistance[positive]
    if x.terminal_short > 0.0:
        both = 1.0 + inside * x.terminal_short
        x.star_resistance[positive] = inside / both if inside > 0.0 else 1.0 / x.terminal_short
    drive_short(x, u, c)
    return inside > 0.0


@kernel
def drive_short(x: Block, u: Block, c: Block) -> None:
    """Let the level of the positive terminal drive the short outside, after elimination."""
    x.known[x.known.shape[0] - 2] -= x.terminal_short * (c.terminal_level[0] * u.emf[0])


@kernel
def port(x: Block, u: Block, c: Block) -> tuple[float, float]:
    """Return EMF [V] and resistance [Ohm] at the terminals; the latter is `LARGE` where no way leads through."""
    positive = x.known.shape[0] - 2
    resistance = x.star_resistance[positive]
    emf = c.terminal_level[0] * u.emf[0] + x.known[positive] * resistance
    return emf, resistance if resistance > 0.0 else LARGE


@kernel
def pack_voltage(x: Block, u: Block, c: Block) -> float:
    """Return the voltage between the terminals [V] after `settle`."""
    return x.known[x.known.shape[0] - 2] + c.terminal_level[0] * u.emf[0]


@kernel
def group_voltage(x: Block, u: Block, c: Block, g: int) -> float:
    """Return the voltage of group g at its taps [V] after `settle`."""
    return x.known[c.tap_second[g]] - x.known[c.tap_first[g]] + c.tap_rise[g] * u.emf[0]


@kernel
def conductor_voltage(x: Block, u: Block, c: Block, b: int) -> float:
    """Return the voltage of conductor b [V], from its second end to its first, after `settle`."""
    return x.known[c.conductor_second[b]] - x.known[c.conductor_first[b]] + c.conductor_rise[b] * u.emf[0]


@kernel
def balancing_power(x: Block, u: Block, c: Block, voltage: float) -> float:
    """Return the power of balancing [W] after `settle`, at a voltage between the terminals [V]."""
    power = x.terminals_joined * u.balancing_pack_current * voltage
    for g in range(u.balancing_current.shape[0]):
        power += x.tap_joined[g] * u.balancing_current[g] * group_voltage(x, u, c, g)
    return power


@kernel
def settle(x: Block, c: Block) -> None:
    """Write the potentials without a pack current."""
    laplacian.substitute(x, c, x.known)


@kernel
def load(x: Block, current: float) -> None:
    """Let the pack current [A] flow: before `settle` it enters at the terminal."""
    x.known[x.known.shape[0] - 2] += current


@kernel
def load_settled(x: Block, current: float) -> None:
    """Let the pack current [A] flow after `settle` and `respond`."""
    for i in range(x.known.shape[0]):
        x.known[i] += current * x.response[i]


@kernel
def cell_current(x: Block, c: Block, k: int) -> float:
    """Return the current at the contacts of cell k [A] after `settle`."""
    across = x.known[c.cell_second[k]] - x.known[c.cell_first[k]]
    return x.cell_conductance[k] * (across - x.cell_drive[k])


@kernel
def set_currents(x: Block, u: Block, y: Block, c: Block) -> None:
    """Write the currents of cells and conductors after `settle`."""
    for k in range(y.current.shape[0]):
        x.contact_current[k] = cell_current(x, c, k)
        y.current[k] = faults.own_current(x, u, k, x.contact_current[k])
    for b in range(y.conductor_current.shape[0]):
        y.conductor_current[b] = conductor_voltage(x, u, c, b) * x.conductor_conductance[b]


@kernel
def respond(x: Block, c: Block) -> None:
    """Write how the potentials follow the pack current."""
    for k in range(x.response.shape[0]):
        x.response[k] = 0.0
    x.response[x.response.shape[0] - 2] = 1.0
    laplacian.substitute(x, c, x.response)


@kernel
def share(x: Block, c: Block, k: int) -> float:
    """Return the share of the pack current that flows at the contacts of cell k, after `respond`."""
    return x.cell_conductance[k] * (x.response[c.cell_second[k]] - x.response[c.cell_first[k]])
