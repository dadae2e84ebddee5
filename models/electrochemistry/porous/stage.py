"""Stages of a time step: electrolyte and particles of a cell go on together under a constant current.

Equations
---------
A stage over h is implicit: the reactions at its end act for all of it. Under them the particles are exact, and the
electrolyte takes one step of Euler's backward method. Of first order, and stable whatever the step.

Shared states
-------------
`concentration` and the particles are written here. `guess` and what belongs to it is the last trial of the port: the
next stage starts from there.
"""

from __future__ import annotations

from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ..kind import ElectrochemicalParameters
from . import extrapolation, mesh, reaction, solution


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return the porous electrodes of n cells of one kind."""
    each, node = Count(mesh.particles(kind), "particle"), Count(mesh.nodes(kind), "node")
    own = Fields(
        states=(
            state("concentration", "mol/m3", (cells, node), "Concentration of the electrolyte in each volume", 0.0),
            state("guess_current", "A", cells, "I_x of the last trial"),
            state("guess_reaction", "A", (cells, each), "Reaction currents of the last trial"),
            state("guess_reaction_slope", "1", (cells, each), "How they follow I_x"),
            state("guess_concentration", "mol/m3", (cells, node), "Concentrations of the last trial"),
            state("guess_concentration_slope", "mol/(m3.A)", (cells, node), "How they follow I_x"),
        ),
        modules=(__name__,),
    )  # fmt: skip
    return own + mesh.fields(cells, kind) + solution.fields(kind) + extrapolation.fields(kind)


@kernel
def rest(x: Block, p: Block, k: int) -> None:
    """Set the electrolyte of cell k to its concentration at rest."""
    for i in range(x.concentration.shape[1]):
        x.concentration[k, i] = x.guess_concentration[k, i] = p.electrolyte_concentration
        x.guess_concentration_slope[k, i] = 0.0
    for particle in range(x.guess_reaction.shape[1]):
        x.guess_reaction[k, particle] = x.guess_reaction_slope[k, particle] = 0.0
    x.guess_current[k] = 0.0


@kernel
def prepare(x: Block, p: Block, k: int) -> None:
    """Write what the volumes of cell k are in the steps to come."""
    mesh.lay_out(x, p, k)
    reaction.cover(x, p, k)


@kernel
def recall(x: Block, k: int, current: float) -> None:
    """Start the iteration from the last trial of cell k, carried to another current I_x [A]."""
    rise = current - x.guess_current[k]
    for i in range(x.concentration.shape[1]):
        guess = x.guess_concentration[k, i] + rise * x.guess_concentration_slope[k, i]
        x.iterate[i] = max(guess, solution.LEAST_SHARE * x.concentration[k, i])
    for particle in range(x.guess_reaction.shape[1]):
        x.reaction[particle] = x.guess_reaction[k, particle] + rise * x.guess_reaction_slope[k, particle]


@kernel
def keep(x: Block, k: int, current: float) -> None:
    """Keep the solution of cell k and its derivatives for the next iteration to start from."""
    x.guess_current[k] = current
    for i in range(x.concentration.shape[1]):
        x.guess_concentration[k, i], x.guess_concentration_slope[k, i] = x.iterate[i], x.change[i]
    for particle in range(x.guess_reaction.shape[1]):
        x.guess_reaction[k, particle] = x.reaction[particle]
        x.guess_reaction_slope[k, particle] = x.reaction_by_current[particle]


@kernel
def find(x: Block, p: Block, k: int, current: float, h: float) -> int:
    """Solve a stage of cell k over h [s] under I_x [A] from a first iterate; return how that ended.

    The particles are prepared for this time.
    """
    reaction.respond(x, p, k)
    for i in range(x.concentration.shape[1]):
        x.before[i] = x.concentration[k, i]
    return solution.solve(x, p, k, current, h)
