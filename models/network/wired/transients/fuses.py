"""Fuses in conductors: their melting integral, the arc that follows, and when each comes.

Equations
---------
The element of a fuse melts when its melting integral M has come to the fuse's own, ``I2t``. What it loses to its
surroundings makes M leak, so that a current of `fuse_minimum_melting_current` or less never melts it::

    dM/dt = i^2 - M / tau,   tau = I2t / I_min^2

Over a sub-step of h, with a current that goes from i_0 to i_1 in a line, the leak is taken exactly::

    M(h) = M exp(-h/tau) + (i_0^2 + i_0 i_1 + i_1^2)/3 * tau (1 - exp(-h/tau))

Behind the melting an arc burns: a source of `fuse_arc_voltage` against the current. It goes out when the current comes
to zero, and the fuse is open for ever. A fuse without arc voltage opens as it melts, and breaks the current.

Each whole fuse is ``M / I2t - 1`` past its melting, each arc ``-i / i_0`` past its end: the first event of a sub-step
is where the greatest of these is zero (`substeps`).

Limits
------
The arc voltage is constant. An arc whose voltage is below that of its source burns on, and so does one whose current
the load prescribes at the terminals: `fuse_arcing` tells it. Melting and arc do not depend on temperature.

References
----------
A. Wright, P. G. Newbery, Electric Fuses, 3rd ed., IET 2004, chapters 1 and 2: pre-arcing and arcing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .....core.bounds import LARGE, UNBOUNDED
from .....core.fields import Fields, state, whole
from .....core.kernel import Block, kernel
from .....core.variable import Count, DataType, Detail, Variable
from ....numerics.elementary import exp, expm1
from ...bounds import CURRENT
from ..system import NodalSystem

WHOLE, ARCING, BLOWN = 0.0, 1.0, 2.0
"""Phases of a fuse; a conductor without one stays whole."""

MARGIN = 1e-12
"""By which share a melting integral passes the fuse's: a current that it carries for ever leaves it there, rounded."""

SMALL = 1e-9
"""Up to here ``(1 - exp(-x)) / x`` is ``1 - x/2`` to the last place."""


def fields(wiring: NodalSystem) -> Fields:
    """Return the fuses of the conductors, and what is told of them; the start values are those of the netlist."""
    conductors = Count(len(wiring.names), "conductor")
    return Fields(
        parameters=(
            Variable("fuse_melting_integral", "A2.s", conductors, _of(wiring, "melting_integral"), 1e-9, LARGE, 1e4,
                     "Integral of the squared current that melts the conductor's fuse; 1e300 of a conductor without"),
            Variable("fuse_minimum_melting_current", "A", conductors, _of(wiring, "minimum_melting_current"), 0.0,
                     CURRENT, 100.0, "Current that the conductor's fuse carries for ever"),
            Variable("fuse_arc_voltage", "V", conductors, _of(wiring, "arc_voltage"), 0.0, 1e6, 100.0,
                     "Voltage of the arc in the conductor's fuse; 0 of one that opens as it melts"),
        ),
        outputs=(
            *(
                Variable(f"fuse_{name}", "1", conductors, 0.0, 0.0, 1.0, 1.0, f"Whether the conductor's fuse {what}",
                         data_type=DataType.BOOLEAN, detail=Detail.CELL)
                for name, what in (("blown", "is open for ever"), ("arcing", "has an arc"))
            ),
            Variable("melted_share", "1", conductors, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Melting integral of the conductor's fuse so far, as a share of that which melts it",
                     detail=Detail.CELL),
            *(
                Variable(f"fuse_{name}_time", "s", conductors, LARGE, 0.0, LARGE, 1.0,
                         f"Time at which the conductor's fuse {what}; 1e300 before", detail=Detail.CELL)
                for name, what in (("melting", "melted"), ("clearing", "opened"))
            ),
            Variable("arc_energy", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Energy lost in the arcs of fuses, over the step"),
        ),
        states=(
            whole("fuse_phase", conductors, "0 whole, 1 arcing, 2 blown", 0.0, BLOWN),
            state("melting_integral", "A2.s", conductors, "Melting integral of each fuse so far", 0.0),
            state("arc_voltage", "V", conductors, "Voltage of the arc, against the current; 0 without"),
        ),
        modules=(__name__,),
    )  # fmt: skip


def _of(wiring: NodalSystem, name: str) -> NDArray[np.float64]:
    return np.array([getattr(conductor, name) for conductor in wiring.left])


def any_fuse(wiring: NodalSystem) -> bool:
    """Return whether a conductor has a fuse."""
    return bool((_of(wiring, "melting_integral") < LARGE).any())


@kernel
def reset(x: Block, y: Block) -> None:
    """Start a run: all fuses are whole and cold."""
    y.arc_energy = 0.0
    for b in range(x.fuse_phase.shape[0]):
        x.fuse_phase[b] = WHOLE
        x.melting_integral[b] = x.arc_voltage[b] = x.blown[b] = 0.0
        y.fuse_blown[b] = y.fuse_arcing[b] = y.melted_share[b] = 0.0
        y.fuse_melting_time[b] = y.fuse_clearing_time[b] = LARGE


@kernel
def filled(exponent: float) -> float:
    """Return ``(1 - exp(-x)) / x`` of x >= 0: how much of an integral a leak leaves."""
    if exponent < SMALL:
        return 1.0 - 0.5 * exponent
    return -expm1(-exponent) / exponent


@kernel
def melting_after(x: Block, p: Block, b: int, after: float, h: float) -> float:
    """Return the melting integral of fuse b after h [s], in which its current goes to `after` [A]."""
    before, least = x.held_current[b], p.fuse_minimum_melting_current[b]
    square = (before * before + before * after + after * after) / 3.0
    exponent = h * least * least / p.fuse_melting_integral[b]
    return x.melting_integral[b] * exp(-exponent) + square * h * filled(exponent)


@kernel
def beyond(p: Block, b: int, integral: float) -> float:
    """Return by which share a melting integral [A2 s] is beyond that of fuse b; negative while it is whole."""
    return integral / p.fuse_melting_integral[b] - 1.0 - MARGIN


@kernel
def furthest(x: Block, p: Block, h: float) -> float:
    """Return how far the fuses are past their next events after h [s], the one that is furthest; negative before all.

    Their currents go from `held_current` to `after_current`.
    """
    found = -1.0
    for b in range(x.fuse_phase.shape[0]):
        after = x.after_current[b]
        if x.fuse_phase[b] == WHOLE:
            found = max(found, beyond(p, b, melting_after(x, p, b, after, h)))
        elif x.fuse_phase[b] == ARCING:
            found = max(found, -after / x.held_current[b])
    return found


@kernel
def heat(x: Block, p: Block, h: float) -> None:
    """Take over the melting integrals after h [s], in which currents go from `held_current` to `after_current`."""
    for b in range(x.fuse_phase.shape[0]):
        if x.fuse_phase[b] == WHOLE:
            x.melting_integral[b] = melting_after(x, p, b, x.after_current[b], h)


@kernel
def melt(x: Block, p: Block, y: Block, t: float) -> bool:
    """Let the fuses that have melted by t [s] arc, or open those without arc voltage; return whether there are any."""
    found = False
    for b in range(x.fuse_phase.shape[0]):
        if x.fuse_phase[b] == WHOLE and beyond(p, b, x.melting_integral[b]) >= 0.0:
            found = True
            x.fuse_phase[b], y.fuse_melting_time[b] = ARCING, t
            x.arc_voltage[b] = p.fuse_arc_voltage[b] if x.held_current[b] > 0.0 else -p.fuse_arc_voltage[b]
            if p.fuse_arc_voltage[b] == 0.0:
                clear(x, y, b, t)
    return found


@kernel
def clear(x: Block, y: Block, b: int, t: float) -> None:
    """Open fuse b for ever, at t [s]."""
    x.fuse_phase[b], y.fuse_clearing_time[b] = BLOWN, t
    x.arc_voltage[b], x.blown[b], x.parted[b] = 0.0, 1.0, 1.0


@kernel
def extinguish(x: Block, y: Block, t: float) -> bool:
    """Open the fuses whose arcs have lost their current, `after_current`, by t [s]; return whether there are any."""
    found = False
    for b in range(x.fuse_phase.shape[0]):
        if x.fuse_phase[b] == ARCING and x.after_current[b] * x.arc_voltage[b] <= 0.0:
            found = True
            clear(x, y, b, t)
    return found


@kernel
def any_arcing(x: Block) -> bool:
    """Return whether an arc burns."""
    found = False
    for b in range(x.fuse_phase.shape[0]):
        found |= x.fuse_phase[b] == ARCING
    return bool(found)


@kernel
def write(x: Block, p: Block, y: Block) -> None:
    """Write what the fuses tell."""
    for b in range(x.fuse_phase.shape[0]):
        y.fuse_blown[b] = 1.0 if x.fuse_phase[b] == BLOWN else 0.0
        y.fuse_arcing[b] = 1.0 if x.fuse_phase[b] == ARCING else 0.0
        y.melted_share[b] = x.melting_integral[b] / p.fuse_melting_integral[b]
