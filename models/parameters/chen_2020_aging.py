"""Aging of the LG M50 of Chen et al. 2020 by the film on its graphite and by lithium plating.

The figures are those of `graphite_film_aging`, which are of this cell, on the surface that its particles have: 3.36 m2.
Cells of physics (`chen_2020`) count at the potential that the electrode has under its film. No empirical law joins in.

The laws are those of S. E. J. O'Kane et al., Phys. Chem. Chem. Phys. 24 (2022) 7909, doi:10.1039/d2cp00417h: the film's
reaction and the diffusion of solvent through it in series, and partly reversible plating.

Assumed: as in `graphite_film_aging`. The conductivity of the film does not depend on temperature.
"""

from dataclasses import replace

from .chen_2020 import PARAMETERS as CELL
from .graphite_film_aging import PARAMETERS as FILM

_AREA = CELL.area * CELL.negative.thickness * CELL.negative.materials[0].surface_density()

PARAMETERS = replace(
    FILM,
    laws=replace(FILM.laws, name="LG M50 with a film", tested_capacity=CELL.capacity),
    sei=replace(FILM.sei, area=_AREA),
    plating=replace(FILM.plating, exchange_current=FILM.plating.exchange_current * _AREA / FILM.sei.area),
)
