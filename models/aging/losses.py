"""Aging: what the stress that cells have counted does to their capacity and resistance, cell by cell.

The cells count stress at their own pace: charge throughput, damage by time and by cycles (`empirical_aging`), time
weighed by the activities of a film's growth (`sei`), and lithium that was plated (`plating`). All of these counters are
cumulative. This model takes them every so often, an hour, a day or months, and a step of any length stands for its
mean stress.

Equations
---------
Capacity loss and resistance growth of a cell of capacity Q and resistance R_0 when new::

    capacity_loss     = c D_1**z_1 + D_2**z_2 + (Q_film + Q_plating) / Q
    resistance_growth = c D_3**z_3 + D_4**z_4 + beta q / (2 Q) + R_film / R_0
    soh               = 1 - capacity_loss

with damages D by time (1, 3) and by cycles (2, 4) and the exponents z of their laws; plated lithium that is lost for
good, Q_plating; and charge throughput q, of which a full cycle is 2 Q. The factor c, `aging_rate`, and beta,
`resistance_rate`, are each cell's own. A resistance growth of 1 doubles every resistance of the cell.

The film has the thickness L, of which the first L_0 is in Q and R_0 already::

    dL/dt = 1 / (1/r + L/k)          r = r_0 d(reaction_time)/h,   k = c k_0 d(diffusion_time)/h
    Q_film = area charge_density (L - L_0)        R_film = (L - L_0) / (conductivity area)

with the means r and k of the step. It is solved exactly: under constant stress two half steps are one step, and under
varying stress the means are exact where the reaction alone limits the growth, and where diffusion alone does.

With `film_noise` s > 0 the film grows by ``dy = 2 k dt + s sqrt(k y) dW`` instead, ``y = L**2 + 2 k/r L``. W is a
function of `noise_seed`, of the cell's number and of the time since the start, and of nothing else: a step that is
repeated repeats its noise, and steps of other lengths follow the same path.

``short_risk = 1 - exp(-(Q_plating / (short_scale Q))**short_shape)``.

What lies plated and may yet be stripped is not lost, and not in the loss.

Limits
------
Losses never fall. A film with noise may become thinner for a while; the loss then stays where it was. It exceeds that
of the film as it is by about the share ``s**2 / 8``. The resistance follows the film both ways.

The loss ends at 0.9 and the growth at 100, as do the inputs of the cells: such a cell is worn out, and what is told of
it no longer counts. A step in which a counter falls is refused. A counter that is above 0 at the start is stress before
the start: the laws and the plating count it, the film begins at its initial thickness.

The growth by cycles and by the film is compared with R_0 but acts on the polarisation too, as the laws do. The noise is
resolved down to about 4 s; in shorter steps its variance is too small.

References
----------
J. Schmalstieg et al., J. Power Sources 257 (2014) 325, doi:10.1016/j.jpowsour.2014.02.012 (time and cycles add up). M.
Safari, M. Morcrette, A. Teyssot, C. Delacourt, J. Electrochem. Soc. 156 (2009) A145, doi:10.1149/1.3043429 (film). B.
E. Deal, A. S. Grove, J. Appl. Phys. 36 (1965) 3770, doi:10.1063/1.1713945 (its growth). S. E. J. O'Kane et al., Phys.
Chem. Chem. Phys. 24 (2022) 7909, doi:10.1039/d2cp00417h (plating and film side by side).
"""

from __future__ import annotations

import math

from ...core.fields import Fields
from ...core.model import DONE, Block, Model, Update, kernel
from ...core.statistics import extremes
from ...core.timescale import reset_timescales
from ...core.variable import Count
from ..numerics import noise
from . import plating, sei
from .kind import AgingParameters
from .power_laws import cycled_resistance, loss
from .variables import COUNTERS, MOST_GROWTH, MOST_LOSS, inputs, outputs, parameters, states

LATTICE = 3600.0
"""Unit of the path of the noise [s]: hours and days lie on it."""

LEVELS = 10
"""Halvings of that unit that are resolved."""


def declare(cells: int, kind: AgingParameters) -> Model:
    """Declare the aging of n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    kind : AgingParameters
        How they age.
    """
    cells = Count(cells, "cell")
    return Model(
        name="Aging",
        description="Capacity loss and resistance growth of each cell, from the stress that it has counted",
        fields=Fields(
            modules=(__name__,),
            parameters=parameters(cells, kind),
            inputs=inputs(cells),
            outputs=outputs(cells),
            states=states(cells),
        ),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=_refusals(),
        update=Update.EXACT,
    )


def _refusals() -> dict[int, str]:
    """Return what each status means: the counter of that number has fallen."""
    texts = {}
    for status, (name, unit, *_) in enumerate(COUNTERS, 1):
        shown = "" if unit == "1" else f" {unit}"
        fall = f"{{x.fallen_to:.9g}}{shown} must not fall below the {{x.fallen_from:.9g}}{shown} counted before"
        texts[status] = f"{name}[{{x.fallen_cell:.0f}}] = {fall}"
    return texts


@kernel
def falls(x: Block, now: Block, before: Block, number: int) -> int:
    """Return the number of a counter that is lower than before, else ``DONE``; what has fallen is remembered."""
    for k in range(now.shape[0]):
        if now[k] < before[k]:
            x.fallen_cell, x.fallen_from, x.fallen_to = k + 1.0, before[k], now[k]
            return number
    return DONE


@kernel
def fallen(x: Block, u: Block) -> int:
    """Return the number, from 1, of the first of `COUNTERS` that falls; ``DONE`` where none does."""
    return (
        falls(x, u.charge_throughput, x.charge_throughput, 1)
        or falls(x, u.capacity_calendar_damage, x.capacity_calendar_damage, 2)
        or falls(x, u.capacity_cycle_damage, x.capacity_cycle_damage, 3)
        or falls(x, u.resistance_calendar_damage, x.resistance_calendar_damage, 4)
        or falls(x, u.resistance_cycle_damage, x.resistance_cycle_damage, 5)
        or falls(x, u.reaction_time, x.reaction_time, 6)
        or falls(x, u.diffusion_time, x.diffusion_time, 7)
        or falls(x, u.plating_lost_charge, x.plating_lost_charge, 8)
    )


@kernel
def deviate(seed: float, cell: int, elapsed: float, h: float) -> float:
    """Return the standard normal deviate of a cell for the h [s] after `elapsed` [s]."""
    source = noise.stream(int(seed), cell)
    way = noise.increment(source, elapsed / LATTICE, (elapsed + h) / LATTICE, LEVELS)
    return way / math.sqrt(h / LATTICE)


@kernel
def grow_film(x: Block, p: Block, u: Block, k: int, h: float) -> None:
    """Grow the film of cell k over h [s] under the mean stress since the counters were last seen."""
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
def see(x: Block, u: Block) -> None:
    """Keep the counters."""
    for k in range(x.film_thickness.shape[0]):
        x.charge_throughput[k] = u.charge_throughput[k]
        x.capacity_calendar_damage[k] = u.capacity_calendar_damage[k]
        x.capacity_cycle_damage[k] = u.capacity_cycle_damage[k]
        x.resistance_calendar_damage[k] = u.resistance_calendar_damage[k]
        x.resistance_cycle_damage[k] = u.resistance_cycle_damage[k]
        x.reaction_time[k] = u.reaction_time[k]
        x.diffusion_time[k] = u.diffusion_time[k]
        x.plating_lost_charge[k] = u.plating_lost_charge[k]


@kernel
def capacity_loss(x: Block, p: Block, k: int) -> float:
    """Return the share of its capacity that cell k has lost [1], without bounds."""
    by_time = p.aging_rate[k] * loss(x.capacity_calendar_damage[k], p.capacity_calendar_exponent)
    by_cycles = loss(x.capacity_cycle_damage[k], p.capacity_cycle_exponent)
    grown = x.film_thickness[k] - p.initial_thickness
    charge = sei.lithium_charge(grown, p.film_area, p.film_charge_density) + x.plating_lost_charge[k]
    return by_time + by_cycles + charge / p.capacity[k]


@kernel
def resistance_growth(x: Block, p: Block, k: int) -> float:
    """Return the relative growth of the resistance of cell k [1], without bounds."""
    by_time = p.aging_rate[k] * loss(x.resistance_calendar_damage[k], p.resistance_calendar_exponent)
    by_cycles = loss(x.resistance_cycle_damage[k], p.resistance_cycle_exponent)
    grown = x.film_thickness[k] - p.initial_thickness
    film = sei.film_resistance(grown, p.film_area, p.film_conductivity) / p.ohmic_resistance[k]
    return cycled_resistance(by_time + by_cycles + film, p.resistance_rate[k], x.charge_throughput[k], p.capacity[k])


@kernel
def summarise(y: Block) -> None:
    """Tell state of health and resistance growth by their extremes."""
    least, greatest, mean, least_cell, greatest_cell = extremes(y.soh)
    y.soh_minimum, y.soh_maximum, y.soh_mean = least, greatest, mean
    y.soh_minimum_cell, y.soh_maximum_cell = least_cell, greatest_cell
    least, greatest, mean, least_cell, greatest_cell = extremes(y.resistance_growth)
    y.resistance_growth_minimum, y.resistance_growth_maximum, y.resistance_growth_mean = least, greatest, mean
    y.resistance_growth_minimum_cell, y.resistance_growth_maximum_cell = least_cell, greatest_cell


@kernel
def tell(x: Block, p: Block, y: Block) -> None:
    """Write the outputs; the loss of each cell does not fall."""
    for k in range(x.film_thickness.shape[0]):
        y.capacity_loss[k] = max(y.capacity_loss[k], min(capacity_loss(x, p, k), MOST_LOSS))
        y.resistance_growth[k] = min(max(resistance_growth(x, p, k), 0.0), MOST_GROWTH)
        y.soh[k] = 1.0 - y.capacity_loss[k]
        y.film_thickness[k] = x.film_thickness[k]
        y.short_risk[k] = plating.short_risk(x.plating_lost_charge[k], p.capacity[k], p.short_scale, p.short_shape)
    summarise(y)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the counters as they are at the start."""
    reset_timescales(y)
    x.elapsed = x.fallen_cell = x.fallen_from = x.fallen_to = 0.0
    for k in range(x.film_thickness.shape[0]):
        x.film_thickness[k], y.capacity_loss[k] = p.initial_thickness, 0.0
    see(x, u)
    tell(x, p, y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no parameter is tunable."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what was counted during the h [s] that end."""
    status = fallen(x, u)
    if status != DONE:
        return status
    for k in range(x.film_thickness.shape[0]):
        grow_film(x, p, u, k, h)
    see(x, u)
    x.elapsed += h
    tell(x, p, y)
    return DONE
