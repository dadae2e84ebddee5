"""The busbar ladder of a group: how a current into the group divides among its parallel cells.

Equations
---------
Each cell k offers ``v_k = emf_k + resistance_k c_k``, its voltage `lookahead` seconds ahead under a constant current
c_k into it. In a group of P cells, rung k of a ladder joins the two busbars through cell k and its contacts,
``R_k = resistance_k + contact_resistance_k``. Segments of r = `segment_resistance` join neighbouring rungs on either
busbar. The positive terminal is at rung 1. The negative terminal is at rung 1 too, or at rung P with
`opposite_terminals`. The group takes a current I, and A_k of it flows in the positive busbar past rung k::

    c_k = A_{k-1} - A_k,   A_0 = I,   A_P = 0
    -R_k A_{k-1} + (R_k + R_{k+1} + 2 r) A_k - R_{k+1} A_{k+1} = emf_k - emf_{k+1} + l I

The second line is Kirchhoff's voltage law of the mesh between rungs k and k + 1. There the return resistance l is r
with opposite terminals and 0 otherwise. The Thomas algorithm eliminates the meshes from rung P towards rung 1, in O(P).
It never subtracts from a resistance: the input resistance S_k of the ladder from rung k on is R_k in parallel with
``2 r + S_{k+1}``. EMFs enter by their differences between neighbours, so that equal cells exchange no current at all.
The elimination yields::

    A_k = onward_k A_{k-1} + emf_drive_k + current_drive_k I
    V = group_emf + group_resistance I

The currents of the cells sum to I by construction. The loss in busbars and contacts is a sum of squares of currents.

Two cells on ideal joints, of ohmic resistance R0, RC pairs of R_j and tau_j, capacity Q and slope U' of the
open-circuit voltage over SOC, divide a current in three stages::

    at once, 0+              by 1 / R0: the pairs hold their voltages
    tau_j << t << R Q / U'   by 1 / (R0 + sum_j R_j), the pairs having settled
    late                     by Q / U', whatever the resistances: the voltages of both rise alike

with R, the resistances of both in series, over the sum of both U' / Q as R Q / U'. Where U is flat the second stage
lasts. Where the pairs are not much faster than R Q / U' there is none: the shares pass from the first to the last.

Limits
------
Busbars are resistive, without inductance. All groups have their terminals at the same rungs. Cells do not fail open or
short. Two cells without any resistance between them have no determined currents: such a step is refused.

Shared states
-------------
`group_emf` and `group_resistance` are written here; `network` and `report` use them, `cell_limit` the first.
`busbar_current` and `onward` are written here; `network` uses them, `cell_limit` the second. `emf_drive` and
`current_drive` are written here; `cell_limit` uses them.

References
----------
J. A. Lone, N. Atlan, S. Fasolato, D. M. Raimondo, R. Drummond, arXiv:2508.14454 (2025): parallel cells with
interconnection resistances, the currents eliminated. Impact of Multiple Module Collectors on the Cell Current
Distribution within the Battery Pack, Batteries 9 (2023) 501, doi:10.3390/batteries9100501: the place of the
terminals. G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 4.3: banded systems.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.statistics import extremes_of
from ...core.variable import Variable
from .bounds import VOLTAGE


def current(cells: int) -> Variable:
    """Return the output that holds the current of each cell."""
    return Variable("current", "A", cells, 0.0, -UNBOUNDED, UNBOUNDED, 100.0, "Current into the cell during the step")


CURRENT_EXTREMES = extremes_of(current(1))

write_current_extremes = CURRENT_EXTREMES.write


def port_fields(cells: int) -> Fields:
    """Return the ports of the cells, their contacts and their currents."""
    return Fields(
        parameters=(
            Variable("contact_resistance", "Ohm", cells, 1e-5, 0.0, 1e6, 1e-5,
                     "Resistance of both contacts of the cell to the busbars", display_unit="mOhm"),
        ),
        inputs=(
            Variable("emf", "V", cells, 3.7, -VOLTAGE, VOLTAGE, 3.7, "Port: voltage of the cell at zero current"),
            Variable("resistance", "Ohm", cells, 2e-3, 0.0, 1e6, 2e-3,
                     "Port: rise of the cell's voltage with its current", display_unit="mOhm"),
        ),
        outputs=(current(cells), *CURRENT_EXTREMES.variables),
    )  # fmt: skip


def fields(cells: int, groups: int, opposite_terminals: bool) -> Fields:
    """Return the busbars, the ports of the cells, their currents, and the work arrays of the elimination."""
    work = (
        ("onward", "1", cells, "Share of the busbar current before a rung that flows on past it"),
        ("emf_drive", "A", cells, "Busbar current past a rung that the EMFs drive"),
        (
            "current_drive",
            "1",
            cells,
            "Busbar current past a rung, per group current, that the return resistance drives",
        ),
        ("busbar_current", "A", cells, "Current in the positive busbar past a rung"),
        ("group_emf", "V", groups, "Voltage of the group at zero current"),
        ("group_resistance", "Ohm", groups, "Rise of the group's voltage with its current"),
    )
    return port_fields(cells) + Fields(
        parameters=(
            Variable("segment_resistance", "Ohm", None, 1e-5, 0.0, 1e6, 1e-5,
                     "Resistance of a busbar between neighbouring cells, each of the two busbars; 0 joins them ideally",
                     display_unit="mOhm"),
        ),
        states=tuple(
            Variable(name, unit, size, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, text) for name, unit, size, text in work
        ),
        constants=(
            Variable("opposite_terminals", "1", None, float(opposite_terminals), 0.0, 1.0, 1.0,
                     "Whether a group's negative terminal is at its last cell instead of its first"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def rung_resistance(p: Block, u: Block, k: int) -> float:
    """Resistance of cell k and its contacts [Ohm]."""
    return u.resistance[k] + p.contact_resistance[k]


@kernel
def eliminate(x: Block, p: Block, u: Block, g: int, cells: int, return_resistance: float) -> bool:
    """Eliminate the meshes of group g, and write the EMF and resistance of the group between both ends of rung 1.

    Parameters
    ----------
    g, cells : int
        Number of the group, from 0, and of the cells in each.
    return_resistance : float
        l above [Ohm].

    Returns
    -------
    bool
        Whether the currents are determined. They are not where two cells without resistance are joined without
        any; the first of them then carries all the current.
    """
    first, last = g * cells, (g + 1) * cells - 1
    loop = 2.0 * p.segment_resistance
    input_resistance, offset, slope = rung_resistance(p, u, last), 0.0, 0.0
    determined = True
    x.onward[last] = x.emf_drive[last] = x.current_drive[last] = 0.0
    for k in range(last - 1, first - 1, -1):
        resistance, beyond = rung_resistance(p, u, k), loop + input_resistance
        rise, slope_rise = offset + (u.emf[k + 1] - u.emf[k]), slope - return_resistance
        total = resistance + beyond
        if total == 0.0:
            determined, total = False, 1.0
        x.onward[k] = resistance / total
        x.emf_drive[k], x.current_drive[k] = -rise / total, -slope_rise / total
        input_resistance = x.onward[k] * beyond
        offset, slope = x.onward[k] * rise, x.onward[k] * slope_rise
    x.group_emf[g] = u.emf[first] + offset
    x.group_resistance[g] = input_resistance + slope
    return determined


@kernel
def add_return(x: Block, g: int, cells: int, return_resistance: float) -> None:
    """Add the drop along the negative busbar, from rung 1 to the terminal at rung P, to EMF and resistance of group g.

    Past rung k that busbar carries ``I - A_k``, affine in I as A_k is.
    """
    constant, share = 0.0, 1.0
    for k in range(g * cells, (g + 1) * cells - 1):
        constant = x.onward[k] * constant + x.emf_drive[k]
        share = x.onward[k] * share + x.current_drive[k]
        x.group_emf[g] -= return_resistance * constant
        x.group_resistance[g] += return_resistance * (1.0 - share)


@kernel
def distribute(x: Block, y: Block, g: int, cells: int, group_current: float) -> None:
    """Write the currents of the cells of group g, which takes a current [A]; they sum to it, term by term."""
    before = group_current
    for k in range(g * cells, (g + 1) * cells):
        after = x.onward[k] * before + x.emf_drive[k] + x.current_drive[k] * group_current
        y.current[k] = before - after
        x.busbar_current[k] = after
        before = after


@kernel
def busbar_power(x: Block, p: Block, y: Block, g: int, cells: int, opposite: bool, group_current: float) -> float:
    """Power lost in contacts and busbar segments of group g, which takes a current [A]: all squares [W]."""
    power = 0.0
    for k in range(g * cells, (g + 1) * cells):
        power += p.contact_resistance[k] * y.current[k] * y.current[k]
    for k in range(g * cells, (g + 1) * cells - 1):
        forth = x.busbar_current[k]
        back = group_current - forth if opposite else forth
        power += p.segment_resistance * (forth * forth + back * back)
    return power
