"""Films on the particles: a resistance between the surface of the particles and the electrolyte.

Equations
---------
A film of the area resistance R_f [Ohm m2] on particles of the surface S, through which the reaction current I flows,
drops the voltage ``R_f I/S`` and generates the heat ``R_f I^2/S``. The potential of the surface under the film is
``U + eta``; that of the electrode against the electrolyte is ``U + eta + R_f I/S``.

Shared states
-------------
`film_resistance` is written here and by the ageing of the cell; the models use it.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from .kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from .materials import ELECTRODES, electrode_of


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return the films of n cells."""
    return Fields(
        parameters=(
            Variable("film_area_resistance", "Ohm.m2", ELECTRODES, [e.film_resistance for e in kind.electrodes],
                     0.0, UNBOUNDED, 1e-3, "Resistance of a film on the particles of each electrode of a new cell, the "
                     "negative first"),
        ),
        states=(
            state("film_resistance", "Ohm", (cells, ELECTRODES), "Resistance of the films of each electrode", 0.0),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def renew(x: Block, p: Block, k: int) -> None:
    """Give cell k the films of a new cell, on the surface that its particles have."""
    for e in range(ELECTRODES):
        surface = 0.0
        for m in range(x.material_surface.shape[1]):
            if electrode_of(p, m) == e:
                surface += x.material_surface[k, m]
        x.film_resistance[k, e] = p.resistance_scale[k] * p.film_area_resistance[e] / surface


@kernel
def both(x: Block, k: int) -> float:
    """Return the resistance of the films of both electrodes of cell k in series [Ohm]."""
    return x.film_resistance[k, NEGATIVE] + x.film_resistance[k, POSITIVE]
