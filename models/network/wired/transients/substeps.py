"""Sub-steps of a network with inductances: a two-stage method of second order, the error that it leaves, their lengths.

`inductive` has the equations.
"""

from __future__ import annotations

import math

from .....core.kernel import Block, kernel
from .....core.model import DONE
from .. import nodal
from . import inductive

A = 1.0 - 0.5**0.5
"""Of the method: how implicit a stage is."""

FIRST_WEIGHT, SECOND_WEIGHT = 1.0 - A, A
FIRST_LOSS, SECOND_LOSS = (1.0 - A) * (3.0 * A - 1.0), A * A

MOST_SUBSTEPS = 100_000
"""Of one step."""

SHORTEST = 1e-11
"""A sub-step that is taken whatever its error [s]."""

SHRINK, GROW, SAFETY = 0.2, 5.0, 0.9
"""By how much a sub-step changes at most, and the share of the length that the error allows."""


@kernel
def jump(x: Block, p: Block, u: Block, y: Block, c: Block, current: float) -> bool:
    """Let a pack current [A] force what it forces at once; return whether every cell has a resistance."""
    inductive.set_length(x, p, c, inductive.INSTANT)
    if not nodal.assemble(x, p, u, c):
        return False
    for b in range(x.companion.shape[0]):
        x.base_current[b] = x.held_current[b]
    inductive.solve_stage(x, u, c, current, False)
    inductive.count_stage(x, p, u, y, c, current, inductive.INSTANT)
    for b in range(x.companion.shape[0]):
        flowing, before, inductance = inductive.stage_current(x, u, c, b), x.held_current[b], p.conductor_inductance[b]
        y.inductive_energy += 0.5 * inductance * (flowing * flowing - before * before)
        y.method_loss += 0.5 * inductance * (flowing - before) * (flowing - before)
        x.held_current[b] = flowing
    return True


@kernel
def try_first(x: Block, p: Block, u: Block, c: Block, current: float, h: float) -> None:
    """Take the first stage of a sub-step of h [s], and set the base of the second."""
    inductive.set_length(x, p, c, A * h)
    nodal.assemble(x, p, u, c)
    for b in range(x.companion.shape[0]):
        x.base_current[b] = x.held_current[b]
    inductive.solve_stage(x, u, c, current, False)
    for b in range(x.companion.shape[0]):
        x.first_slope[b] = (inductive.stage_current(x, u, c, b) - x.held_current[b]) / (A * h)
    for i in range(x.known.shape[0]):
        x.first_known[i] = x.known[i]


@kernel
def try_second(x: Block, p: Block, u: Block, c: Block, current: float, h: float) -> float:
    """Take the second stage of a sub-step of h [s]; return its error [A]."""
    for b in range(x.companion.shape[0]):
        x.base_current[b] = x.held_current[b] + (1.0 - A) * h * x.first_slope[b]
    nodal.restart(x, u, c)
    inductive.solve_stage(x, u, c, current, True)
    greatest = 0.0
    for b in range(x.companion.shape[0]):
        if p.conductor_inductance[b] > 0.0:
            slope = (inductive.stage_current(x, u, c, b) - x.base_current[b]) / (A * h)
            greatest = max(greatest, abs(A * h * (slope - x.first_slope[b])))
    return greatest


@kernel
def accept(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, h: float) -> None:
    """Take over the currents at the end of a sub-step of h [s], and count both of its stages."""
    inductive.count_stage(x, p, u, y, c, current, SECOND_WEIGHT * h)
    for b in range(x.companion.shape[0]):
        after, before, inductance = inductive.stage_current(x, u, c, b), x.held_current[b], p.conductor_inductance[b]
        slope, first = (after - x.base_current[b]) / (A * h), x.first_slope[b]
        if inductance > 0.0:
            lost = FIRST_LOSS * first * first + SECOND_LOSS * slope * slope
            y.inductive_energy += 0.5 * inductance * (after * after - before * before)
            y.method_loss += 0.5 * inductance * h * h * lost
        x.after_current[b], x.base_current[b] = after, before
    exchange(x)
    inductive.count_stage(x, p, u, y, c, current, FIRST_WEIGHT * h)
    exchange(x)
    for b in range(x.companion.shape[0]):
        x.held_current[b] = x.after_current[b]


@kernel
def exchange(x: Block) -> None:
    """Exchange the potentials with those of the first stage."""
    for i in range(x.known.shape[0]):
        x.known[i], x.first_known[i] = x.first_known[i], x.known[i]


@kernel
def next_length(p: Block, error: float, h: float) -> float:
    """Return the length of the sub-step that follows one of h [s] with an error [A]."""
    factor = SAFETY * math.sqrt(p.transient_tolerance / error) if error > 0.0 else GROW
    return min(h * min(max(factor, SHRINK), GROW), p.longest_substep)


@kernel
def run(x: Block, p: Block, u: Block, y: Block, c: Block, current: float, h: float) -> int:
    """Take a step of h [s] under a pack current [A] in sub-steps; return a status."""
    if not jump(x, p, u, y, c, current):
        return nodal.NO_RESISTANCE
    left, length = h - inductive.INSTANT, min(x.substep, p.longest_substep)
    for _ in range(MOST_SUBSTEPS):
        tried = min(length, left)
        try_first(x, p, u, c, current, tried)
        error = try_second(x, p, u, c, current, tried)
        following = next_length(p, error, tried)
        if error <= p.transient_tolerance or tried <= SHORTEST:
            accept(x, p, u, y, c, current, tried)
            left -= tried
            length = max(following, length) if tried < length else following
        else:
            length = following
        x.substep = length
        if left <= 0.0:
            return DONE
    return inductive.UNFINISHED
