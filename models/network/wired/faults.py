"""Faults and switches: cells that fail open or short, conductors that part, contactors of strings; what they leave.

Equations
---------
A short of the conductance G across the poles of a cell makes another port of it for the network, and parts the current
i at its contacts into that of the cell and ``G v``::

    emf' = emf / (1 + R G),   R' = R / (1 + R G),   c = (i - G emf) / (1 + R G),   v = emf + R c

A cell that is open carries no current at its contacts; a short across its poles goes on. A conductor conducts nothing
while it has parted, while it is the contactor of a string that is open, and for ever when its fuse has blown.

A short between the terminals of the pack, of the conductance G, takes ``G V`` there; it is no part of the pack: what
flows into the pack is the current of the load less that.

What nothing ties to the terminals any more keeps its charge: `stranded_charge`. It counts neither for SOC nor for
capacity. While something is open, a cell counts where a current at the terminals flows through it in a network of the
same wiring whose conductors are strong beside its cells, and whose cells differ, so that no bridge is balanced. A
balancing current that finds no way back, from one tap of a group to the other or from terminal to terminal, does not
flow: `balancing_blocked`.

Each fault also has a time from which it is there, whatever the input tells. It begins with the first step that begins
at that time or later.

Shared states
-------------
`parted` is written by `nodal`; `counted`, `tap_joined` and `terminals_joined` here. The network of `laplacian` is
overwritten where cells are counted; `response` keeps its potentials meanwhile.
"""

from __future__ import annotations

import numpy as np

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Detail, Variable
from ...numerics import laplacian
from .system import NodalSystem

EARLY = 1e-9
"""A step that begins so little before a fault begins with it [s]: times of communication are rounded."""

STRONG = 1e6
"""Conductance of conductors where cells are counted [S]; cells have about 1."""

SPREAD = 0.6180339887498949
"""Makes the cells unlike there: multiples of the golden ratio lie apart from each other."""

LEAST_SHARE = 1e-9
"""Of a current at the terminals: what flows through a cell that is tied to them; rounding leaves less elsewhere."""

NO_STRING = -1
"""Stands for the string of a conductor that no contactor opens."""


def fields(wiring: NodalSystem) -> Fields:
    """Return the faults that cells and conductors may have, and what is told of them."""
    cells, conductors = Count(len(wiring.cells.first), "cell"), Count(len(wiring.names), "conductor")
    strings, groups = Count(len(wiring.strings) - 1, "string"), Count(len(wiring.taps.first), "group")
    opens = np.full(len(wiring.names), NO_STRING)
    opens[wiring.contactors] = np.arange(len(wiring.contactors))
    return Fields(
        parameters=(
            *(
                Variable(f"{fault}_time", "s", size, LARGE, 0.0, LARGE, 1.0, f"Time from which {what}; 1e300 of never")
                for fault, size, what in (
                    ("cell_open", cells, "the cell is open"),
                    ("cell_short", cells, "timed_cell_short is across the cell's poles"),
                    ("conductor_parted", conductors, "the conductor has parted"),
                    ("external_short", None, "timed_external_short is between the terminals"),
                )
            ),
            Variable("timed_cell_short", "S", cells, 0.0, 0.0, 1e6, 1.0,
                     "Conductance of a short across the cell's poles from cell_short_time on"),
            Variable("timed_external_short", "S", None, 0.0, 0.0, 1e6, 1.0,
                     "Conductance of a short between the terminals of the pack from external_short_time on"),
        ),
        inputs=(
            Variable("cell_open", "1", cells, 0.0, 0.0, 1.0, 1.0, "Whether the cell has failed open",
                     data_type=DataType.BOOLEAN, detail=Detail.CELL),
            Variable("cell_short", "S", cells, 0.0, 0.0, 1e6, 1.0, "Conductance of a short across the cell's poles",
                     detail=Detail.CELL),
            Variable("conductor_parted", "1", conductors, 0.0, 0.0, 1.0, 1.0, "Whether the conductor has parted",
                     data_type=DataType.BOOLEAN, detail=Detail.CELL),
            Variable("external_short", "S", None, 0.0, 0.0, 1e6, 1.0,
                     "Conductance of a short between the terminals of the pack"),
            Variable("string_open", "1", strings, 0.0, 0.0, min(len(wiring.contactors), 1), 1.0,
                     "Whether the contactor of the string is open; 0 where the netlist names no contactors",
                     data_type=DataType.BOOLEAN, detail=Detail.GROUP),
        ),
        outputs=(
            Variable("short_heat_rate", "W", cells, 0.0, 0.0, UNBOUNDED, 1.0, "Heat of the short across the poles",
                     detail=Detail.CELL),
            Variable("short_energy", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Energy lost in shorts across cells, over the step"),
            Variable("external_short_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current from the positive terminal to the negative one through the short, mean over the step"),
            Variable("external_short_energy", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Energy lost in the short between the terminals, over the step; the pack gives it"),
            Variable("short_charge", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Charge that passed by the cells through shorts across them, over the step"),
            Variable("level_charge", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e4,
                     "Charge that entered at the terminals, over the step, once for each level of cells between them"),
            Variable("stranded_charge", "C", None, 0.0, -UNBOUNDED, UNBOUNDED, 180e3,
                     "Charge of cells that nothing ties to the terminals", display_unit="A.h"),
            Variable("balancing_blocked", "1", None, 0.0, 0.0, 1.0, 1.0,
                     "A balancing current that is asked for finds no way back, and does not flow",
                     data_type=DataType.BOOLEAN),
            Variable("cell_cut_off", "1", cells, 0.0, 0.0, 1.0, 1.0, "Whether nothing ties the cell to the terminals",
                     data_type=DataType.BOOLEAN, detail=Detail.CELL),
            Variable("open_circuit", "1", None, 0.0, 0.0, 1.0, 1.0, "No way leads from one terminal to the other",
                     data_type=DataType.BOOLEAN),
        ),
        states=(
            flag("parted", conductors, "Whether the conductor did not conduct when conductances were set last"),
            flag("blown", conductors, "Whether the fuse of the conductor has blown"),
            flag("broken", cells, "Whether the cell is open in this step"),
            flag("apart", conductors, "Whether the conductor has parted in this step"),
            state("short", "S", cells, "Conductance of the short across the cell's poles in this step", 0.0),
            state("terminal_short", "S", None, "Conductance of the short between the terminals in this step", 0.0),
            flag("counted", cells, "Whether something ties the cell to the terminals"),
            flag("tap_joined", groups, "Whether a current may return from one tap of the group to the other"),
            flag("terminals_joined", None, "Whether a current may return from one terminal to the other"),
            state("part", "1", Count(len(wiring.pattern.place), "node"), "Node that stands for all that it is tied to"),
        ),
        constants=(
            laplacian.constant("string_contactor", wiring.contactors, "contactor", "Conductor that each string opens"),
            laplacian.constant("conductor_string", opens, "conductor", "String that each conductor opens; -1 of none"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def begin(x: Block, p: Block, u: Block, t: float) -> None:
    """Let the faults of a step that begins at t [s] be there: those of inputs, and those whose time has come."""
    now = t + EARLY
    for k in range(x.broken.shape[0]):
        x.broken[k] = 1.0 if u.cell_open[k] > 0.5 or now >= p.cell_open_time[k] else 0.0
        x.short[k] = max(u.cell_short[k], p.timed_cell_short[k] if now >= p.cell_short_time[k] else 0.0)
    for b in range(x.apart.shape[0]):
        x.apart[b] = 1.0 if u.conductor_parted[b] > 0.5 or now >= p.conductor_parted_time[b] else 0.0
    timed = p.timed_external_short if now >= p.external_short_time else 0.0
    x.terminal_short = max(u.external_short, timed)


@kernel
def divisor(x: Block, u: Block, k: int) -> float:
    """Return ``1 + R G`` of cell k."""
    return 1.0 + u.resistance[k] * x.short[k]


@kernel
def conducts(x: Block, u: Block, c: Block, b: int) -> bool:
    """Return whether conductor b conducts: neither it nor its fuse has parted, and no contactor opens it."""
    s = c.conductor_string[b]
    return not (x.apart[b] > 0.5 or x.blown[b] > 0.5 or (s >= 0 and u.string_open[s] > 0.5))


@kernel
def has_moved(x: Block, u: Block, c: Block) -> bool:
    """Return whether a conductor has begun or ceased to conduct since conductances were set last."""
    moved = False
    for b in range(x.parted.shape[0]):
        gone = (x.apart[b] > 0.5) | (x.blown[b] > 0.5)
        moved |= (gone != (x.parted[b] > 0.5)) & (c.conductor_string[b] < 0)
    for s in range(c.string_contactor.shape[0]):
        b = c.string_contactor[s]
        moved |= conducts(x, u, c, b) == (x.parted[b] > 0.5)
    return bool(moved)


@kernel
def any_cut(x: Block) -> bool:
    """Return whether a cell is open, or a conductor does not conduct."""
    found = False
    for k in range(x.broken.shape[0]):
        found |= x.broken[k] > 0.5
    for b in range(x.parted.shape[0]):
        found |= x.parted[b] > 0.5
    return bool(found)


@kernel
def port(x: Block, u: Block, k: int) -> tuple[float, float]:
    """Return EMF [V] and resistance [Ohm] of cell k with a short across its poles."""
    if x.short[k] == 0.0:
        return u.emf[k], u.resistance[k]
    shared = divisor(x, u, k)
    return u.emf[k] / shared, u.resistance[k] / shared


@kernel
def contact_current(x: Block, u: Block, k: int, current: float) -> float:
    """Return the current at the contacts of cell k [A], into which itself so much flows."""
    return current * divisor(x, u, k) + x.short[k] * u.emf[k]


@kernel
def own_current(x: Block, u: Block, k: int, current: float) -> float:
    """Return the current into cell k itself [A], where so much flows at its contacts."""
    return (current - x.short[k] * u.emf[k]) / divisor(x, u, k)


@kernel
def closed(x: Block, k: int) -> float:
    """Return 0 where cell k has failed open, else 1."""
    return 0.0 if x.broken[k] > 0.5 else 1.0


@kernel
def short_power(x: Block, u: Block, k: int, current: float) -> float:
    """Return the power of the short of cell k [W], whose own current is given [A]."""
    voltage = u.emf[k] + u.resistance[k] * current
    return x.short[k] * voltage * voltage


@kernel
def likeness(k: int) -> float:
    """Return the conductance of cell k where cells are counted [S]."""
    multiple = SPREAD * k
    return 1.0 + 0.5 * (multiple - int(multiple))


@kernel
def tie(x: Block, c: Block) -> None:
    """Eliminate the network in which cells are counted, with a current of 1 A at the terminals."""
    for a in range(x.conductance.shape[0]):
        x.conductance[a] = 0.0
    for b in range(x.parted.shape[0]):
        x.conductance[c.conductor_pair[b]] += STRONG * (1.0 - x.parted[b])
    for k in range(x.broken.shape[0]):
        x.conductance[c.cell_pair[k]] += likeness(k) * closed(x, k)
    for i in range(x.known.shape[0]):
        x.known[i] = 0.0
    x.known[x.known.shape[0] - 2] = 1.0
    laplacian.eliminate(x, c)


@kernel
def find_parts(x: Block, c: Block) -> None:
    """Write which nodes are tied together: a node to those that its elimination has reached."""
    last = x.part.shape[0] - 1
    x.part[last] = last
    for k in range(last - 1, -1, -1):
        x.part[k] = k
        for a in range(c.column_start[k], c.column_start[k + 1]):
            if x.conductance[a] > 0.0:
                x.part[k] = x.part[c.pair_later[a]]


@kernel
def count(x: Block, c: Block) -> None:
    """Find which cells, taps and terminals something ties together; the network of `laplacian` is overwritten."""
    cut = any_cut(x)
    x.terminals_joined = 1.0
    for k in range(x.counted.shape[0]):
        x.counted[k] = 1.0
    for g in range(x.tap_joined.shape[0]):
        x.tap_joined[g] = 1.0
    if cut:
        for i in range(x.known.shape[0]):
            x.response[i] = x.known[i]
        tie(x, c)
        find_parts(x, c)
        laplacian.substitute(x, c, x.known)
        write_ties(x, c)
        for i in range(x.known.shape[0]):
            x.known[i] = x.response[i]


@kernel
def write_ties(x: Block, c: Block) -> None:
    """Write which cells a current at the terminals passes, and which taps and terminals are joined."""
    last = x.part.shape[0] - 1
    joined = x.part[last - 1] == x.part[last]
    x.terminals_joined = 1.0 if joined or x.terminal_short > 0.0 else 0.0
    for k in range(x.counted.shape[0]):
        share = likeness(k) * closed(x, k) * (x.known[c.cell_second[k]] - x.known[c.cell_first[k]])
        x.counted[k] = 1.0 if joined and abs(share) > LEAST_SHARE else 0.0
    for g in range(x.tap_joined.shape[0]):
        x.tap_joined[g] = 1.0 if x.part[c.tap_first[g]] == x.part[c.tap_second[g]] else 0.0


@kernel
def write(x: Block, u: Block, y: Block) -> None:
    """Tell which cells are cut off, and whether a balancing current is blocked."""
    for k in range(y.cell_cut_off.shape[0]):
        y.cell_cut_off[k] = 1.0 - x.counted[k]
    blocked = x.terminals_joined == 0.0 and u.balancing_pack_current != 0.0
    for g in range(x.tap_joined.shape[0]):
        blocked |= x.tap_joined[g] == 0.0 and u.balancing_current[g] != 0.0
    y.balancing_blocked = 1.0 if blocked else 0.0
