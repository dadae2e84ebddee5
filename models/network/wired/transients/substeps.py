"""Sub-steps of a network with inductances and fuses: a method of two stages, its error, and where events are.

`inductive` has the equations of the stages, `fuses` the events. An event within a sub-step is found by repeating it
with another length, by the secant within a bracket (Illinois), until it is at the end.

References
----------
M. Dowell, P. Jarratt, BIT 11 (1971) 168, doi:10.1007/BF01934364: the Illinois method.
"""

from __future__ import annotations

from .....core.kernel import Block, kernel
from .....core.model import DONE
from ....numerics.elementary import sqrt
from .. import nodal
from . import counting, fuses, inductive
from .counting import A

FIRST_WEIGHT, SECOND_WEIGHT = 1.0 - A, A

MOST_SUBSTEPS = 100_000
"""Of one step."""

SHORTEST = 1e-11
"""A sub-step that is taken whatever its error [s]."""

SHRINK, GROW, SAFETY = 0.2, 5.0, 0.9
"""By how much a sub-step changes at most, and the share of the length that the error allows."""

MOST_TRIALS = 100
"""Of lengths that put an event at the end; the method takes some ten."""

CLOSE = 1e-11
"""How far past its event a fuse may be, as a share of its melting integral or its current."""

NARROW = 1e-15
"""A bracket of lengths that is as narrow, as a share of them, is a point."""


@kernel
def settle_arcs(x: Block, u: Block, y: Block, c: Block, t: float) -> bool:
    """Take the currents of a stage at t [s] for those after; return whether no arc has lost its current by that."""
    inductive.set_after(x, u, c)
    return not fuses.extinguish(x, y, t)


@kernel
def hold(x: Block) -> None:
    """Hold the currents after."""
    for b in range(x.held_current.shape[0]):
        x.held_current[b] = x.after_current[b]


@kernel
def jump(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, length: float) -> bool:
    """Let at t [s] what is forced jump, by a sub-step of `length` [s]; return whether every cell has a resistance.

    Arcs that lose their current by that go out before: each time one does, all is solved anew.
    """
    for _ in range(x.fuse_phase.shape[0] + 1):
        inductive.set_length(x, p, c, length)
        if not nodal.assemble(x, p, u, c):
            return False
        inductive.set_base(x, p, c, 0.0)
        inductive.solve_first(x, p, u, y, c)
        if settle_arcs(x, u, y, c, t):
            break
    counting.count_stage(x, p, u, y, c, length)
    counting.count_jump(x, p, y, c)
    hold(x)
    fuses.heat(x, p, length)
    return True


@kernel
def try_first(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Take the first stage of a sub-step of h [s]."""
    inductive.set_length(x, p, c, A * h)
    nodal.assemble(x, p, u, c)
    inductive.set_base(x, p, c, 0.0)
    inductive.solve_first(x, p, u, y, c)
    for b in range(x.companion.shape[0]):
        x.first_slope[b] = (inductive.stage_current(x, u, c, b) - x.held_current[b]) / (A * h)
        x.first_source[b] = x.source_voltage[b]
    for i in range(x.known.shape[0]):
        x.first_known[i] = x.known[i]


@kernel
def try_second(x: Block, p: Block, u: Block, c: Block, h: float) -> float:
    """Take the second stage of a sub-step of h [s]; return its error [A]."""
    inductive.set_base(x, p, c, (1.0 - A) * h)
    inductive.solve_again(x, p, u, c)
    inductive.set_after(x, u, c)
    greatest = 0.0
    for b in range(x.companion.shape[0]):
        if p.conductor_inductance[b] > 0.0:
            slope = (x.after_current[b] - x.base_current[b]) / (A * h)
            greatest = max(greatest, abs(A * h * (slope - x.first_slope[b])))
    return greatest


@kernel
def attempt(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> float:
    """Try a sub-step of h [s], nothing counted; return its error [A]. Without inductance nothing changes in it."""
    if x.has_inductance == 0.0:
        return 0.0
    try_first(x, p, u, y, c, h)
    return try_second(x, p, u, c, h)


@kernel
def first_event(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> float:
    """Return the length [s] at whose end the first event of a tried sub-step is, at most h; it is tried last."""
    high, past = h, fuses.furthest(x, p, h)
    if past < 0.0:
        return h
    low, below, above, tried, side = 0.0, -1.0, past, h, 0
    for _ in range(MOST_TRIALS):
        if past <= CLOSE or high - low <= NARROW * high:
            break
        tried = high - above * (high - low) / (above - below)
        if not low < tried < high:
            tried = 0.5 * (low + high)
        attempt(x, p, u, y, c, tried)
        found = fuses.furthest(x, p, tried)
        if found >= 0.0:
            below = 0.5 * below if side > 0 else below
            high, above, past, side = tried, found, found, 1
        else:
            above = 0.5 * above if side < 0 else above
            low, below, side = tried, found, -1
    if tried != high:
        attempt(x, p, u, y, c, high)
    return high


@kernel
def accept(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Count both stages of a sub-step of h [s], and hold the currents at its end."""
    if x.has_inductance == 0.0:
        counting.count_stage(x, p, u, y, c, h)
    else:
        counting.count_stage(x, p, u, y, c, SECOND_WEIGHT * h)
        counting.count_fields(x, p, y, c, h)
        exchange(x)
        counting.count_stage(x, p, u, y, c, FIRST_WEIGHT * h)
        exchange(x)
    fuses.heat(x, p, h)
    hold(x)


@kernel
def exchange(x: Block) -> None:
    """Exchange potentials and sources with those of the first stage."""
    for i in range(x.known.shape[0]):
        x.known[i], x.first_known[i] = x.first_known[i], x.known[i]
    for b in range(x.companion.shape[0]):
        x.source_voltage[b], x.first_source[b] = x.first_source[b], x.source_voltage[b]


@kernel
def next_length(p: Block, error: float, h: float) -> float:
    """Return the length of the sub-step that follows one of h [s] with an error [A]."""
    factor = SAFETY * sqrt(p.transient_tolerance / error) if error > 0.0 else GROW
    return min(h * min(max(factor, SHRINK), GROW), p.longest_substep)


@kernel
def advance_by(x: Block, p: Block, u: Block, y: Block, c: Block, left: float) -> float:
    """Try a sub-step within what is left [s], up to the first event; return its length, 0 where its error is too great.

    `substep` becomes the length of the next.
    """
    length = left if x.has_inductance == 0.0 else min(x.substep, left)
    error = attempt(x, p, u, y, c, length)
    following = next_length(p, error, length)
    if error > p.transient_tolerance and length > SHORTEST:
        x.substep = following
        return 0.0
    taken = first_event(x, p, u, y, c, length)
    accept(x, p, u, y, c, taken)
    x.substep = max(following, x.substep) if length < x.substep else following
    return taken


@kernel
def pass_events(x: Block, p: Block, y: Block, t: float) -> bool:
    """Let the fuses pass the events that they have come to by t [s]; return whether there are any."""
    melted = fuses.melt(x, p, y, t)
    cleared = fuses.extinguish(x, y, t)
    if melted or cleared:
        x.substep = inductive.FIRST
    return melted or cleared


@kernel
def run(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, t: float, h: float) -> int:
    """Take a step of h [s] from t [s] under a current [A] of the load in sub-steps; return a status.

    Without inductance the network is solved already under this current.
    """
    x.load_current, x.substep, left = current, min(max(x.substep, SHORTEST), p.longest_substep), h
    settled = x.has_inductance == 0.0 and settle_arcs(x, u, y, c, t)
    if settled:
        hold(x)
    for _ in range(MOST_SUBSTEPS):
        if settled:
            taken = advance_by(x, p, u, y, c, left)
        else:
            taken = min(inductive.INSTANT, left)
            if not jump(x, p, u, y, c, t + h - left, taken):
                return nodal.NO_RESISTANCE
        left -= taken
        settled = taken == 0.0 or not pass_events(x, p, y, t + h - left)
        if left <= 0.0:
            return DONE
    return inductive.UNFINISHED
