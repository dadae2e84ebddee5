"""Currents of the cells of a group on their busbar ladder, in O(cells): the mesh equations, eliminated once.

With rungs 1 to P, a cell of EMF E_k and total resistance R_k on rung k, busbar segments of resistance r between
neighbouring rungs, and A_k the current in the positive busbar past rung k (A_0 = I, A_P = 0), the current into
cell k is ``c_k = A_{k-1} - A_k`` and the mesh between rungs k and k + 1 says::

    -R_k A_{k-1} + (R_k + R_{k+1} + 2 r) A_k - R_{k+1} A_{k+1} = E_k - E_{k+1} + l I

The lean l is 0 with both terminals at rung 1, and r where the negative one is at rung P. Eliminating from rung P
towards the terminals is the Thomas algorithm, and has a plain meaning: S_k, the resistance of the ladder from
rung k on, is R_k in parallel with ``2 r + S_{k+1}``, so nothing is ever subtracted from a resistance. EMFs enter
by the differences between neighbours, so equal cells exchange nothing at all. Each A_k comes out as
``onward_k A_{k-1} + emf_drive_k + current_drive_k I``, and the whole group as ``V = group_emf + group_resistance I``.
"""

from __future__ import annotations

from ...core.model import Block, kernel


@kernel
def rung_resistance(p: Block, u: Block, k: int) -> float:
    """Resistance of cell k and its contacts [Ohm]."""
    return u.resistance[k] + p.contact_resistance[k]


@kernel
def eliminate(x: Block, p: Block, u: Block, g: int, cells: int, lean: float) -> bool:
    """Eliminate the meshes of group g, and write what the group offers at rung 1.

    Parameters
    ----------
    g, cells : int
        Number of the group, from 0, and of the cells in each.
    lean : float
        l above [Ohm].

    Returns
    -------
    bool
        Whether the currents are determined. They are not where two cells without resistance are joined without
        any; the first of them is then given what there is to carry.
    """
    first, last = g * cells, (g + 1) * cells - 1
    loop = 2.0 * p.segment_resistance
    seen, offset, tilt = rung_resistance(p, u, last), 0.0, 0.0
    determined = True
    x.onward[last] = x.emf_drive[last] = x.current_drive[last] = 0.0
    for k in range(last - 1, first - 1, -1):
        resistance, beyond = rung_resistance(p, u, k), loop + seen
        rise, tilt_rise = offset + (u.emf[k + 1] - u.emf[k]), tilt - lean
        total = resistance + beyond
        if total == 0.0:
            determined, total = False, 1.0
        x.onward[k] = resistance / total
        x.emf_drive[k], x.current_drive[k] = -rise / total, -tilt_rise / total
        seen = x.onward[k] * beyond
        offset, tilt = x.onward[k] * rise, x.onward[k] * tilt_rise
    x.group_emf[g] = u.emf[first] + offset
    x.group_resistance[g] = seen + tilt
    return determined


@kernel
def add_return(x: Block, g: int, cells: int, lean: float) -> None:
    """Add the drop along the negative busbar, from rung 1 to the terminal at rung P, to what group g offers.

    Past rung k that busbar carries ``I - A_k``, affine in I as A_k is.
    """
    constant, share = 0.0, 1.0
    for k in range(g * cells, (g + 1) * cells - 1):
        constant = x.onward[k] * constant + x.emf_drive[k]
        share = x.onward[k] * share + x.current_drive[k]
        x.group_emf[g] -= lean * constant
        x.group_resistance[g] += lean * (1.0 - share)


@kernel
def distribute(x: Block, y: Block, g: int, cells: int, current: float) -> None:
    """Share the current [A] into group g among its cells; they sum to it, term by term."""
    before = current
    for k in range(g * cells, (g + 1) * cells):
        after = x.onward[k] * before + x.emf_drive[k] + x.current_drive[k] * current
        y.current[k] = before - after
        x.busbar_current[k] = after
        before = after


@kernel
def busbar_power(x: Block, p: Block, y: Block, g: int, cells: int, opposite: bool, current: float) -> float:
    """Power lost in contacts and busbar segments of group g, that takes a current [A]: all squares [W]."""
    power = 0.0
    for k in range(g * cells, (g + 1) * cells):
        power += p.contact_resistance[k] * y.current[k] * y.current[k]
    for k in range(g * cells, (g + 1) * cells - 1):
        forth = x.busbar_current[k]
        back = current - forth if opposite else forth
        power += p.segment_resistance * (forth * forth + back * back)
    return power
