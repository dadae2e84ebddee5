"""Aging by the film on the anode (SEI): the time that the cells weigh for it, and its growth.

Equations
---------
The cells weigh time by the activities of the film's reaction and diffusion (`sei`), at the anode's potential at rest,
at the SOC in the middle of each step. The aging model takes the means of r and k over its step::

    r = r_0 d(reaction_time)/h,   k = c k_0 d(diffusion_time)/h

with the factor c of the cell, `aging_rate`. Under constant stress two half steps are one step, and under varying stress
the means are exact where the reaction alone limits the growth, and where diffusion alone does. The first thickness L_0
is in the capacity and the resistance of the new cell already: it loses the charge of the thickness ``L - L_0``, and the
resistance of that, `film_resistance`, comes on top of its own, with an activation energy of the film.

With `film_noise` s > 0 the film grows with the noise of ``sigma = s sqrt(k)``. The noise W is a function of
`noise_seed`, of the cell's number and of the time since the cells were new, and of nothing else: a step that is
repeated repeats its noise, and steps of other lengths follow the same path.

Limits
------
The noise is resolved down to about 4 s; in shorter steps its variance is too small. A film with noise may become
thinner for a while; the loss then stays where it was, and exceeds that of the film as it is by about the share
``s**2 / 8``. The resistance follows the film both ways.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Detail, Variable
from ..numerics import noise
from ..numerics.arrhenius import acceleration, thermal_voltage
from . import anode, sei
from .law import AgingLaw, Counter, exponential
from .sei import Sei

COUNTERS = (
    Counter("reaction_time", "s", "d", 1e7, "Time, weighed by how fast the film's reaction is", False),
    Counter("diffusion_time", "s", "d", 1e7, "Time, weighed by how fast diffusion through the film is", False),
)

MOST_SEED = 2.0**31 - 1.0
"""The greatest seed: an integer of FMI."""

LATTICE = 3600.0
"""Unit of the path of the noise [s]: hours and days lie on it."""

LEVELS = 10
"""Halvings of that unit that are resolved."""


def cell_fields(film: Sei, cells: int, nodes: int) -> Fields:
    """Return how temperature and potential act on the growth of the film, and the factors of the temperature."""
    steps = (
        ("reaction", film.reaction_activation_energy, film.reaction_transfer),
        ("diffusion", film.diffusion_activation_energy, film.diffusion_transfer),
    )
    energies = tuple(
        Variable(f"{step}_activation_energy", "J/mol", None, energy, -1e6, 1e6, 3e4,
                 f"Activation energy of the film's {step}", display_unit="kJ/mol")
        for step, energy, _ in steps
    )  # fmt: skip
    transfers = tuple(
        Variable(f"{step}_transfer", "1", None, transfer, 0.0, 1.0, 1.0,
                 f"How far the anode's potential drives the film's {step}; 0 where it does not")
        for step, _, transfer in steps
    )  # fmt: skip
    reference = Variable("film_reference_potential", "V", None, film.reference_potential, -10.0, 10.0, 0.1,
                         "Potential of the anode where the film's rates hold")  # fmt: skip
    conduction = Variable("film_activation_energy", "J/mol", None, film.conductivity_activation_energy, -1e6, 1e6, 3e4,
                          "Activation energy of the film's resistance", display_unit="kJ/mol")  # fmt: skip
    factors = (("reaction_factor", "the film's reaction"), ("diffusion_factor", "diffusion through the film"))
    return Fields(
        parameters=(*energies, *transfers, reference, conduction),
        states=tuple(
            Variable(name, "1", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, f"Factor on {text}") for name, text in factors
        ),
        modules=(__name__, sei.__name__),
    )


def aging_fields(film: Sei, cells: int) -> Fields:
    """Return what the film is made of, its noise, and its thickness."""
    thickness = Variable("film_thickness", "m", cells, 0.0, 0.0, UNBOUNDED, 1e-7, "Thickness of the film in each cell",
                         display_unit="nm", detail=Detail.CELL)  # fmt: skip
    resistance = Variable("film_resistance", "Ohm", cells, 0.0, 0.0, UNBOUNDED, 1e-3,
                          "Resistance that the film of each cell has gained, at the reference temperature",
                          display_unit="mOhm")  # fmt: skip
    return Fields(
        parameters=(
            Variable("reaction_speed", "m/s", None, film.reaction_speed, 0.0, 1.0, 1e-14,
                     "Growth of the film, were it not there yet, at an activity of 1; 0: no film"),
            Variable("diffusion", "m2/s", None, film.diffusion, 0.0, 1.0, 1e-22,
                     "Half the growth of the square of a thick film, at an activity of 1; 0: no film"),
            Variable("initial_thickness", "m", None, film.initial_thickness, 0.0, 1e-3, 1e-8,
                     "Thickness of the film of a new cell", display_unit="nm"),
            Variable("film_area", "m2", None, film.area, 1e-9, 1e9, 1.0, "Area of the film"),
            Variable("film_charge_density", "C/m3", None, film.charge_density, 0.0, 1e15, 1e9,
                     "Charge of the lithium in a volume of the film"),
            Variable("film_conductivity", "S/m", None, film.conductivity, 1e-15, 1e6, 1e-5, "Ionic conductivity of it"),
            Variable("film_noise", "1", None, film.noise, 0.0, 2.0, 0.1, "s, the noise of the film's growth; 0: none"),
            Variable("noise_seed", "1", None, 0.0, 0.0, MOST_SEED, 1.0, "Seed of that noise",
                     data_type=DataType.INTEGER),
            Variable("earlier_film_growth", "m", cells, 0.0, -1e-3, 1e-3, 1e-8,
                     "How much the film had grown before the start", display_unit="nm", detail=Detail.CELL),
        ),
        outputs=(thickness, resistance),
        states=(thickness,),
        modules=(__name__, sei.__name__),
    )  # fmt: skip


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Adapt the factors of the film to `temperature` [K]."""
    reference = p.aging_reference_temperature
    x.reaction_factor[k] = acceleration(p.reaction_activation_energy, temperature, reference)
    x.diffusion_factor[k] = acceleration(p.diffusion_activation_energy, temperature, reference)


@kernel
def count(x: Block, p: Block, y: Block, k: int, soc: float, voltage: float, h: float) -> None:
    """Weigh h seconds at a SOC."""
    driven = p.reaction_transfer != 0.0 or p.diffusion_transfer != 0.0
    weigh(x, p, y, k, anode.potential_of_cell(p, soc, 0.0, 0.0) if driven else p.film_reference_potential, h)


@kernel
def weigh(x: Block, p: Block, y: Block, k: int, potential: float, h: float) -> None:
    """Weigh h seconds at a potential of the anode [V]."""
    below = (p.film_reference_potential - potential) / thermal_voltage(x.temperature[k])
    y.reaction_time[k] += h * x.reaction_factor[k] * exponential(p.reaction_transfer * below)
    y.diffusion_time[k] += h * x.diffusion_factor[k] * exponential(p.diffusion_transfer * below)


@kernel
def start(x: Block, p: Block, k: int) -> None:
    """Give cell k the film of a new cell, and what has grown since."""
    x.film_thickness[k] = max(p.initial_thickness + p.earlier_film_growth[k], 0.0)


@kernel
def deviate(seed: float, cell: int, elapsed: float, h: float) -> float:
    """Return the standard normal deviate of a cell for the h [s] after `elapsed` [s]."""
    source = noise.stream(int(seed), cell)
    way = noise.increment(source, elapsed / LATTICE, (elapsed + h) / LATTICE, LEVELS)
    return way / math.sqrt(h / LATTICE)


@kernel
def grow(x: Block, p: Block, u: Block, k: int, h: float) -> None:
    """Grow the film of cell k over h [s] under the mean stress of the step."""
    speed = p.reaction_speed * (u.reaction_time[k] - x.reaction_time[k]) / h
    diffusion = p.aging_rate[k] * p.diffusion * (u.diffusion_time[k] - x.diffusion_time[k]) / h
    if speed <= 0.0 or diffusion <= 0.0:
        return
    if p.film_noise == 0.0:
        x.film_thickness[k] = sei.grow(x.film_thickness[k], speed, diffusion, h)
        return
    length = 2.0 * diffusion / speed
    square = sei.coordinate(x.film_thickness[k], length)
    drawn = deviate(p.noise_seed, k, x.elapsed, h)
    square = sei.diffuse(square, diffusion, p.film_noise * math.sqrt(diffusion), h, drawn)
    x.film_thickness[k] = sei.thickness_at(square, length)


@kernel
def lost_charge(x: Block, p: Block, k: int) -> float:
    """Return the charge of the lithium that the film of cell k has taken since it was new [C]."""
    grown = x.film_thickness[k] - p.initial_thickness
    return sei.lithium_charge(grown, p.film_area, p.film_charge_density)


@kernel
def resistance(x: Block, p: Block, k: int) -> float:
    """Return the resistance that the film of cell k has gained since it was new [Ohm], at least 0."""
    grown = max(x.film_thickness[k] - p.initial_thickness, 0.0)
    return sei.film_resistance(grown, p.film_area, p.film_conductivity)


@kernel
def write(x: Block, p: Block, y: Block, k: int) -> None:
    """Write the thickness of the film of cell k, and the resistance that it has gained."""
    y.film_thickness[k] = x.film_thickness[k]
    y.film_resistance[k] = resistance(x, p, k)


LAW = AgingLaw(
    counters=COUNTERS,
    cell_fields=cell_fields,
    aging_fields=aging_fields,
    count=count,
    warm=warm,
    start=start,
    grow=grow,
    lost_charge=lost_charge,
    write=write,
)
