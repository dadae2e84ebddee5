"""Whether the surface of a particle stays within the range of its curves: a step that would leave it is refused."""

from __future__ import annotations

from ....core.fields import Fields, state, whole
from ....core.kernel import Block, kernel
from ....core.model import DONE
from ...electrochemistry.materials import electrode_of

NEGATIVE_EMPTY, NEGATIVE_FULL, POSITIVE_EMPTY, POSITIVE_FULL = 11, 12, 13, 14
"""Statuses of a step after which a surface would be beyond its range."""

REFUSALS = {
    status: f"the {electrode} electrode of cell[{{x.beyond_cell:.0f}}] would have a surface stoichiometry of "
    f"{{x.beyond_surface:.9g}}, {beyond} {{x.beyond_bound:.9g}}; {way}, by a smaller current or for a shorter time"
    for status, electrode, beyond, way in (
        (NEGATIVE_EMPTY, "negative", "below", "discharge the cell less"),
        (NEGATIVE_FULL, "negative", "above", "charge the cell less"),
        (POSITIVE_EMPTY, "positive", "below", "charge the cell less"),
        (POSITIVE_FULL, "positive", "above", "discharge the cell less"),
    )
}


def fields() -> Fields:
    """Return what is remembered of the surface that is beyond its range by most."""
    return Fields(
        states=(
            state("beyond", "1", None, "How far a surface is beyond its range at most", 0.0),
            whole("beyond_cell", None, "Its cell, from 1"),
            whole("beyond_status", None, "The status that tells of it"),
            state("beyond_surface", "1", None, "Its stoichiometry"),
            state("beyond_bound", "1", None, "The bound of its range"),
        ),
        modules=(__name__,),
    )


@kernel
def reset(x: Block) -> None:
    """Forget what was beyond its range."""
    x.beyond, x.beyond_status = 0.0, DONE


@kernel
def watch(x: Block, p: Block, k: int, m: int, surface: float) -> None:
    """Remember the stoichiometry at the surface of particles of material m where it is beyond its range by most."""
    low, high = p.stoichiometry_low[m], p.stoichiometry_high[m]
    beyond = max(low - surface, surface - high)
    if beyond > x.beyond:
        full = surface > high
        x.beyond, x.beyond_cell, x.beyond_surface = beyond, k + 1.0, surface
        x.beyond_bound = high if full else low
        x.beyond_status = NEGATIVE_EMPTY + 2.0 * electrode_of(p, m) + (1.0 if full else 0.0)


@kernel
def status(x: Block, otherwise: int) -> int:
    """Return the status of a surface beyond its range, and without one the status that is given."""
    return int(min(max(0.0, x.beyond_status), 14.0)) if x.beyond > 0.0 and otherwise == DONE else otherwise
