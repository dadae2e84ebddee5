"""The salt of the electrolyte where the reactions are uniform along each electrode.

Equations
---------
The concentration is ``c = c_e0 (1 + e)``. Its small departure e diffuses with D_e at c_e0, through volumes across the
layers (of thickness L, porosity eps and transport efficiency b), from the negative collector to the positive one::

    F eps de/dt = d/dx (F b D_e de/dx) -+ (1 - t+) i / (L A c_e0)

in the negative (-) and the positive electrode (+), with the current i into the cell. Half the resistances of two
neighbours add up at their face. A time is taken by the method of two equal implicit stages of `volumes`, of second
order and stable for any step, which conserves the salt.

The exchange current of an electrode goes with the mean of ``(1 + e)^a`` along it.

Cells of one geometry and temperature share their matrix, whatever their area: it is kept from cell to cell.

Shared states
-------------
`salt` and what `observe` finds of it are written here; the models use them.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.timescale import include_timescale
from ...core.variable import Count
from ..numerics.arrhenius import FARADAY_CONSTANT
from ..numerics.elementary import power, sqrt
from . import electrolyte
from .kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from .materials import ELECTRODES
from .porous.mesh import first, nodes
from .volumes import BEYOND, STAGE

STEP, AHEAD = 0, 1
"""What a matrix is kept for: the step, and the time that the port looks ahead."""

HELD, GAIN, CARRIED, RATIO, SLOPE = range(5)
"""Rows of a matrix, eliminated from both ends, and the departure after its time under a unit of current density."""

ROWS = 5
WORK = 2 * ROWS
"""The row that a departure is computed in."""

KEY = 6
"""What a matrix depends on: four scales of the geometry, the factor of the temperature, the time."""

LEAST_SHARE = 1e-6
"""Share of c_e0 below which the exchange current falls no further."""

Seen = tuple[float, float, float, float]
"""Mean departure, factor on the exchange current, and the derivatives of both by the current density."""


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return the salt of n cells of one kind; `porous.mesh` and `electrolyte` have its layers."""
    node = Count(nodes(kind), "node")
    return Fields(
        states=(
            state("salt", "1", (cells, node), "e: departure of the concentration, over c_e0"),
            state("salt_mean", "1", (cells, ELECTRODES), "Mean departure in each electrode"),
            state("salt_activity", "1", (cells, ELECTRODES), "Factor on the exchange current of each electrode", 0.0),
            state("salt_time", "s", cells, "Longest time constant of the salt at the reference temperature", 0.0),
            state("salt_matrix", "1", (WORK + 1, node), "The matrices, and the departure that is being computed"),
            state("salt_key", "1", (2, KEY), "What the matrices hold for", -UNBOUNDED),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def prepare(x: Block, p: Block, k: int, use: int, time: float) -> None:
    """Factor the matrix of cell k for a time [s], unless it is the one at hand."""
    diffusion, same = x.electrolyte_diffusion[k], x.salt_key[use, 0] == time
    same = same and x.salt_key[use, 1] == diffusion
    for e in range(ELECTRODES):
        same = same and x.salt_key[use, 2 + e] == p.thickness_scale[k, e]
        same = same and x.salt_key[use, 4 + e] == p.porosity_scale[k, e]
    if not same:
        x.salt_key[use, 0], x.salt_key[use, 1] = time, diffusion
        for e in range(ELECTRODES):
            x.salt_key[use, 2 + e], x.salt_key[use, 4 + e] = p.thickness_scale[k, e], p.porosity_scale[k, e]
        factor(x, p, k, use, STAGE * time)
        incline(x, use, STAGE * time)


@kernel
def volume(x: Block, p: Block, k: int, layer: int, diffusivity: float) -> tuple[float, float]:
    """Return what a volume of a layer holds [A s/m2 per mol/m3], and half its resistance, of an area of 1 m2."""
    thickness = electrolyte.layer_thickness(p, k, layer) / (first(p, layer + 1) - first(p, layer))
    conductivity = electrolyte.layer_efficiency(p, k, layer) * FARADAY_CONSTANT * diffusivity
    return FARADAY_CONSTANT * electrolyte.layer_porosity(p, k, layer) * thickness, 0.5 * thickness / conductivity


@kernel
def lay(x: Block, p: Block, k: int, use: int, time: float) -> None:
    """Write what each volume holds, its gain by a charge, and in `CARRIED` what passes the face above it in a time."""
    diffusivity, _ = electrolyte.table_diffusivity(p, p.electrolyte_concentration)
    top, before = ROWS * use, 0.0
    for layer in range(electrolyte.LAYERS):
        capacity, half = volume(x, p, k, layer, diffusivity * x.electrolyte_diffusion[k])
        gain = source(p, layer)
        for i in range(first(p, layer), first(p, layer + 1)):
            if i > 0:
                x.salt_matrix[top + CARRIED, i - 1] = time / (before + half)
            before = half
            x.salt_matrix[top + HELD, i], x.salt_matrix[top + GAIN, i] = capacity, gain
    x.salt_matrix[top + CARRIED, x.salt.shape[1] - 1] = 0.0


@kernel
def factor(x: Block, p: Block, k: int, use: int, time: float) -> None:
    """Eliminate the matrix of an implicit stage of so many seconds from both ends towards the middle."""
    lay(x, p, k, use, time)
    carried = ROWS * use + CARRIED
    middle, last = x.salt.shape[1] // 2, x.salt.shape[1] - 1
    inner = x.salt_matrix[carried, middle - 1]
    outer = ratio = 0.0
    for i in range(middle):
        onward = x.salt_matrix[carried, i]
        ratio = eliminate(x, use, i, outer, onward, ratio)
        outer = onward
    outer = ratio = 0.0
    for i in range(last, middle - 1, -1):
        onward = x.salt_matrix[carried, i - 1] if i > middle else inner
        ratio = eliminate(x, use, i, outer, onward, ratio)
        outer = onward


@kernel
def eliminate(x: Block, use: int, i: int, outer: float, onward: float, before: float) -> float:
    """Eliminate the neighbour of volume i on the outer side, whose ratio is `before`; return the volume's ratio."""
    top = ROWS * use
    inverse = 1.0 / (x.salt_matrix[top + HELD, i] + outer + onward - outer * before)
    x.salt_matrix[top + HELD, i] *= inverse
    x.salt_matrix[top + GAIN, i] *= inverse
    x.salt_matrix[top + CARRIED, i] = outer * inverse
    x.salt_matrix[top + RATIO, i] = onward * inverse
    return onward * inverse


@kernel
def source(p: Block, layer: int) -> float:
    """Return the rise of what a volume of a layer holds, in units of c_e0, by a current density of 1 A/m2 [C/mol]."""
    if layer == electrolyte.SEPARATOR:
        return 0.0
    share = (1.0 - p.transference) / (p.electrolyte_concentration * (first(p, layer + 1) - first(p, layer)))
    return share if layer // 2 == POSITIVE else -share


@kernel
def stage(x: Block, use: int, row: int, charge: float) -> None:
    """Take an implicit stage of the departure in a row, with a charge per area [C/m2]: both halves side by side."""
    top, count = ROWS * use, x.salt.shape[1]
    middle, left, right = count // 2, 0.0, 0.0
    if 2 * middle < count:
        right = inward(x, top, row, count - 1, charge, right)
    for i in range(middle):
        left = inward(x, top, row, i, charge, left)
        right = inward(x, top, row, 2 * middle - 1 - i, charge, right)
    near, far = x.salt_matrix[top + RATIO, middle - 1], x.salt_matrix[top + RATIO, middle]
    left = (left + near * right) / (1.0 - near * far)
    right += far * left
    x.salt_matrix[row, middle - 1], x.salt_matrix[row, middle] = left, right
    for i in range(1, middle):
        left = outward(x, top, row, middle - 1 - i, left)
        right = outward(x, top, row, middle + i, right)
    if 2 * middle < count:
        outward(x, top, row, count - 1, right)


@kernel
def inward(x: Block, top: int, row: int, i: int, charge: float, found: float) -> float:
    """Go on from the outer neighbour of volume i to it."""
    held = x.salt_matrix[top + HELD, i] * x.salt_matrix[row, i] + x.salt_matrix[top + GAIN, i] * charge
    x.salt_matrix[row, i] = held + x.salt_matrix[top + CARRIED, i] * found
    return x.salt_matrix[row, i]


@kernel
def outward(x: Block, top: int, row: int, i: int, found: float) -> float:
    """Go back from the inner neighbour of volume i to it."""
    x.salt_matrix[row, i] += x.salt_matrix[top + RATIO, i] * found
    return x.salt_matrix[row, i]


@kernel
def incline(x: Block, use: int, time: float) -> None:
    """Write the departure that a current density of 1 A/m2 leads to from rest; `time` is that of a stage."""
    row = ROWS * use + SLOPE
    for i in range(x.salt.shape[1]):
        x.salt_matrix[row, i] = 0.0
    stage(x, use, row, time)
    for i in range(x.salt.shape[1]):
        x.salt_matrix[row, i] *= BEYOND
    stage(x, use, row, time)


@kernel
def solve(x: Block, p: Block, k: int, use: int, density: float, time: float) -> None:
    """Write the departure of cell k after a time [s] under a current density [A/m2] to the row `WORK`."""
    prepare(x, p, k, use, time)
    charge = STAGE * time * density
    for i in range(x.salt.shape[1]):
        x.salt_matrix[WORK, i] = x.salt[k, i]
    stage(x, use, WORK, charge)
    for i in range(x.salt.shape[1]):
        start = x.salt[k, i]
        x.salt_matrix[WORK, i] = start + BEYOND * (x.salt_matrix[WORK, i] - start)
    stage(x, use, WORK, charge)


@kernel
def advance(x: Block, p: Block, k: int, density: float, h: float) -> None:
    """Step the salt of cell k over h [s] under a current density [A/m2]."""
    solve(x, p, k, STEP, density, h)
    for i in range(x.salt.shape[1]):
        x.salt[k, i] = x.salt_matrix[WORK, i]
    observe(x, p, k)


@kernel
def observe(x: Block, p: Block, k: int) -> None:
    """Write mean and factor of both electrodes of cell k, as its salt is; the row `WORK` holds it."""
    for e in range(ELECTRODES):
        x.salt_mean[k, e], x.salt_activity[k, e] = present(x, p, e)


@kernel
def transfer_of(p: Block, e: int) -> float:
    """Return the transfer coefficient of an electrode."""
    return p.transfer[p.transfer.shape[0] - 1] if e == POSITIVE else p.transfer[NEGATIVE]


@kernel
def present(x: Block, p: Block, e: int) -> tuple[float, float]:
    """Return mean and factor of an electrode as the row `WORK` holds the salt."""
    start, end, transfer = first(p, 2 * e), first(p, 2 * e + 1), transfer_of(p, e)
    mean = activity = 0.0
    for i in range(start, end):
        concentration = max(1.0 + x.salt_matrix[WORK, i], LEAST_SHARE)
        mean += x.salt_matrix[WORK, i]
        activity += sqrt(concentration) if transfer == 0.5 else power(concentration, transfer)
    share = 1.0 / (end - start)
    return share * mean, share * activity


@kernel
def seen(x: Block, p: Block, e: int, use: int) -> Seen:
    """Return what an electrode sees of the salt in the row `WORK`."""
    start, end, transfer = first(p, 2 * e), first(p, 2 * e + 1), transfer_of(p, e)
    slope, mean, activity, by_mean, by_activity = ROWS * use + SLOPE, 0.0, 0.0, 0.0, 0.0
    for i in range(start, end):
        departure, inclined = x.salt_matrix[WORK, i], x.salt_matrix[slope, i]
        concentration = max(1.0 + departure, LEAST_SHARE)
        level = sqrt(concentration) if transfer == 0.5 else power(concentration, transfer)
        mean += departure
        activity += level
        by_mean += inclined
        by_activity += inclined * level / concentration
    share = 1.0 / (end - start)
    return share * mean, share * activity, share * by_mean, share * transfer * by_activity


@kernel
def settle(x: Block, p: Block, k: int) -> None:
    """Set the salt of cell k to rest."""
    for i in range(x.salt.shape[1]):
        x.salt[k, i] = x.salt_matrix[WORK, i] = 0.0
    for e in range(ELECTRODES):
        x.salt_mean[k, e], x.salt_activity[k, e] = 0.0, 1.0


@kernel
def measure(x: Block, p: Block, k: int) -> None:
    """Find the longest time constant of the salt of cell k from its layers at the reference temperature."""
    diffusivity, _ = electrolyte.table_diffusivity(p, p.electrolyte_concentration)
    held = resistance = 0.0
    for layer in range(electrolyte.LAYERS):
        held += x.layer_capacity[k, layer]
        resistance += x.layer_diffusion[k, layer]
    x.salt_time[k] = held * resistance / (9.869604401089358 * diffusivity)


@kernel
def include(x: Block, y: Block, k: int) -> None:
    """Include the longest time constant of the salt of cell k."""
    slowest = x.salt_time[k] / x.electrolyte_diffusion[k]
    include_timescale(y, slowest, slowest)


@kernel
def at_separator(values: Block, p: Block) -> float:
    """Return a departure where the negative electrode meets the separator, straight on from its last two volumes."""
    last = first(p, 1) - 1
    return 1.5 * values[last] - 0.5 * values[max(last - 1, 0)] if last > 0 else values[last]
