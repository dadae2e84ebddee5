"""Mutual inductances of small clusters of conductors: cables side by side, busbars above each other.

Equations
---------
Conductors f and s with the coupling coefficient k share ``M = k sqrt(L_f L_s)``. Positive currents, each from its
second node to its first, make fields of one direction where k > 0::

    v_f = R_f i_f + L_f di_f/dt + M di_s/dt,   W = sum_b L_b i_b^2 / 2 + sum_q M_q i_f i_s

A stage (`inductive`) has ``N = k sqrt(m_f m_s)`` of the companions ``m = L/(a h)`` between them. N would be
conductances of either sign. So the network is solved with the companions alone, which gives the currents i_0; with G,
how the currents of coupled conductors follow voltages in them, the currents are (Woodbury) ::

    (1 + G N) i = i_0

and the voltages ``-N i`` in the conductors, added to the network, make the potentials of the stage. The cost is one
substitution more for each coupled conductor and sub-step, and one for each stage.

Limits
------
The load takes its current from a port without mutual inductances; over a step of some L/R they are nothing.

References
----------
G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, section 2.1.4: Sherman, Morrison, Woodbury.
C. R. Paul, Inductance: Loop and Partial, Wiley 2010, chapter 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .....core.errors import InputError
from .....core.fields import Fields, state
from .....core.kernel import Block, kernel
from .....core.variable import Count, Variable
from ....numerics import dense, laplacian
from ....numerics.elementary import sqrt
from .. import nodal
from ..netlist import Coupling
from ..system import NodalSystem

MOST = 64
"""Conductors that may be coupled: each costs a substitution in every sub-step."""

LEAST_EIGENVALUE = 1e-6
"""Of a matrix of coupling coefficients: below, rounding decides whether fields hold energy or give it."""


class Clusters(NamedTuple):
    """Coupled conductors, by number; pairs of them, by place among these, and their coupling coefficients."""

    members: list[int]
    first: list[int]
    second: list[int]
    coefficient: list[float]


def clusters(wiring: NodalSystem) -> Clusters:
    """Return the coupled conductors of a netlist.

    Raises
    ------
    InputError
        When a coupling names no two conductors with inductance, tells not one of inductance and coefficient, stands
        twice, couples too many, or fields would give energy. The message names it.
    """
    pairs = [_pair(coupling, wiring) for coupling in wiring.couplings]
    for number, (f, s, _) in enumerate(pairs):
        if {f, s} in [{a, b} for a, b, _ in pairs[:number]]:
            raise InputError(f"coupling of {wiring.names[f]} and {wiring.names[s]}: it stands twice in the netlist")
    members = sorted({b for f, s, _ in pairs for b in (f, s)})
    if len(members) > MOST:
        raise InputError(f"netlist: {len(members)} conductors are coupled by mutual inductances; at most {MOST} may be")
    place = {b: number for number, b in enumerate(members)}
    found = Clusters(members, [place[f] for f, _, _ in pairs], [place[s] for _, s, _ in pairs], [k for *_, k in pairs])
    _check(found, wiring.names)
    return found


def _pair(coupling: Coupling, wiring: NodalSystem) -> tuple[int, int, float]:
    """Return the conductors of a coupling, by number, and their coefficient."""
    where = f"coupling of {coupling.first} and {coupling.second}"
    if coupling.first == coupling.second:
        raise InputError(f"{where}: it couples a conductor with itself")
    for name in (coupling.first, coupling.second):
        if name not in wiring.names or wiring.inductances[wiring.names.index(name)] == 0.0:
            raise InputError(f"{where}: no conductor {name} has an inductance above 0")
    if (coupling.inductance == 0.0) == (coupling.coefficient == 0.0):
        raise InputError(f"{where}: it tells either a mutual inductance or a coupling coefficient, other than 0")
    f, s = wiring.names.index(coupling.first), wiring.names.index(coupling.second)
    return f, s, coupling.coefficient or coupling.inductance / math.sqrt(wiring.inductances[f] * wiring.inductances[s])


def _check(found: Clusters, names: Sequence[str]) -> None:
    """Raise InputError where the fields of a cluster would not hold energy under every current."""
    values, vectors = np.linalg.eigh(_coefficients(found))
    for value, vector in zip(values, vectors.T, strict=True):
        if not value > LEAST_EIGENVALUE:
            told = ", ".join(names[found.members[i]] for i in np.flatnonzero(np.abs(vector) > 1e-9))
            raise InputError(
                f"couplings of {told}: their matrix of inductances is not positive definite, so that some currents "
                "would have no energy; lower the coupling coefficients"
            )


def _coefficients(found: Clusters) -> NDArray[np.float64]:
    matrix = np.eye(len(found.members))
    matrix[found.first, found.second] = matrix[found.second, found.first] = found.coefficient
    return matrix


def fields(wiring: NodalSystem) -> Fields:
    """Return the couplings, and the dense matrices of coupled conductors; without any, one that counts for nothing."""
    found = clusters(wiring) if wiring.couplings else Clusters([0], [0], [0], [0.0])
    members, squared = Count(len(found.members), "member"), Count(len(found.members) ** 2, "element")
    coefficients = Variable("coupling_coefficient", "1", Count(len(found.first), "coupling"),
                            np.array(found.coefficient), -1.0, 1.0, 1.0, "Coefficient of each coupling of conductors",
                            hidden=True)  # fmt: skip
    return Fields(
        parameters=(coefficients,),
        states=(
            state("member_response", "S", squared, "Currents of coupled conductors by voltages in them"),
            state("member_matrix", "1", squared, "Equations of their currents"),
            state("member_current", "A", members, "Their currents in a stage"),
        ),
        constants=(
            laplacian.constant("is_coupled", [float(bool(wiring.couplings))], "truth", "Whether any are coupled"),
            laplacian.constant("member_conductor", found.members, "member", "Number of each coupled conductor"),
            laplacian.constant("coupling_first", found.first, "coupling", "First member of each coupling"),
            laplacian.constant("coupling_second", found.second, "coupling", "Second member of each coupling"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def companion(x: Block, p: Block, c: Block, q: int) -> float:
    """Return N of coupling q [Ohm], after `inductive.set_length`."""
    first, second = c.member_conductor[c.coupling_first[q]], c.member_conductor[c.coupling_second[q]]
    return p.coupling_coefficient[q] * sqrt(x.companion[first] * x.companion[second])


@kernel
def add_sources(x: Block, p: Block, c: Block) -> None:
    """Let the base currents of coupled conductors drive each other."""
    if c.is_coupled[0] == 1:
        for q in range(p.coupling_coefficient.shape[0]):
            first, second = c.member_conductor[c.coupling_first[q]], c.member_conductor[c.coupling_second[q]]
            x.source_voltage[first] += companion(x, p, c, q) * x.base_current[second]
            x.source_voltage[second] += companion(x, p, c, q) * x.base_current[first]


@kernel
def exchange(x: Block) -> None:
    """Exchange the potentials with the responses."""
    for i in range(x.known.shape[0]):
        x.known[i], x.response[i] = x.response[i], x.known[i]


@kernel
def clear(x: Block) -> None:
    """Let nothing enter the nodes."""
    for i in range(x.known.shape[0]):
        x.known[i] = 0.0


@kernel
def respond(x: Block, c: Block) -> None:
    """Find G of the conductances that are eliminated; what enters the nodes stays."""
    if c.is_coupled[0] == 0:
        return
    members = x.member_current.shape[0]
    exchange(x)
    for j in range(members):
        b = c.member_conductor[j]
        clear(x)
        nodal.drive(x, c.conductor_first[b], c.conductor_second[b], -x.conductor_conductance[b])
        laplacian.spread(x, c)
        nodal.settle(x, c)
        for k in range(members):
            d = c.member_conductor[k]
            across = x.known[c.conductor_second[d]] - x.known[c.conductor_first[d]]
            x.member_response[k * members + j] = x.conductor_conductance[d] * (across + (1.0 if k == j else 0.0))
    exchange(x)


@kernel
def find_currents(x: Block, p: Block, u: Block, c: Block) -> None:
    """Find the currents of coupled conductors in a stage whose potentials are those without coupling."""
    members = x.member_current.shape[0]
    for k in range(members):
        b = c.member_conductor[k]
        driven = nodal.conductor_voltage(x, u, c, b) + x.source_voltage[b]
        x.member_current[k] = x.conductor_conductance[b] * driven
        for j in range(members):
            x.member_matrix[k * members + j] = 1.0 if k == j else 0.0
    for q in range(p.coupling_coefficient.shape[0]):
        first, second, between = c.coupling_first[q], c.coupling_second[q], companion(x, p, c, q)
        for k in range(members):
            x.member_matrix[k * members + second] += between * x.member_response[k * members + first]
            x.member_matrix[k * members + first] += between * x.member_response[k * members + second]
    dense.solve(x.member_matrix, x.member_current)


@kernel
def induce(x: Block, p: Block, c: Block, q: int, of: int, by: int) -> None:
    """Let one member of coupling q drive another, in the network too."""
    b = c.member_conductor[of]
    voltage = -companion(x, p, c, q) * x.member_current[by]
    x.source_voltage[b] += voltage
    nodal.drive(x, c.conductor_first[b], c.conductor_second[b], -x.conductor_conductance[b] * voltage)


@kernel
def couple(x: Block, p: Block, u: Block, c: Block) -> None:
    """Make of the potentials of a stage without coupling those with it."""
    if c.is_coupled[0] == 0:
        return
    find_currents(x, p, u, c)
    exchange(x)
    clear(x)
    for q in range(p.coupling_coefficient.shape[0]):
        induce(x, p, c, q, c.coupling_first[q], c.coupling_second[q])
        induce(x, p, c, q, c.coupling_second[q], c.coupling_first[q])
    laplacian.spread(x, c)
    nodal.settle(x, c)
    for i in range(x.known.shape[0]):
        x.known[i] += x.response[i]


@kernel
def inductance(p: Block, c: Block, q: int) -> float:
    """Return the mutual inductance of coupling q [H]."""
    first, second = c.member_conductor[c.coupling_first[q]], c.member_conductor[c.coupling_second[q]]
    return p.coupling_coefficient[q] * sqrt(p.conductor_inductance[first] * p.conductor_inductance[second])
