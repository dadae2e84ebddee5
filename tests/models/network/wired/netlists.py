"""Small packs as netlists, a model of their currents, and an independent solution of the same equations."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model, Update
from packfmu.core.variable import Count, Variable
from packfmu.models.network.wired import faults, nodal, refinement
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from packfmu.models.numerics import laplacian


def ladder(series, parallel, segment=1e-5, link=0.0):
    """Groups of cells on two busbars each, with their terminals at the first cell."""
    cells, conductors, taps = [], [], []
    for g in range(series):
        for k in range(parallel):
            cells.append(CellPlace(f"{g}.{k}", f"-{g}.{k}", f"+{g}.{k}", g))
            for pole in "+-" if k else "":
                conductors.append(Conductor(f"{pole}{g}.{k}", f"{pole}{g}.{k - 1}", f"{pole}{g}.{k}", segment))
        if g:
            conductors.append(Conductor(f"link {g}", f"+{g - 1}.0", f"-{g}.0", link))
        taps.append(GroupPlace(f"{g}", f"-{g}.0", f"+{g}.0"))
    return Netlist("-0.0", f"+{series - 1}.0", tuple(cells), tuple(conductors), tuple(taps))


@st.composite
def cases(draw, decades, least, most=10):
    """Draw a connected netlist with its ports, load and balancing; resistances [Ohm] span so many decades."""
    count = draw(st.integers(2, most))
    resistances = st.floats(least, least + decades).map(lambda power: 10.0**power)
    number = st.integers(0, count - 1)
    spans = [(draw(st.integers(0, node - 1)), node) for node in range(1, count)]
    spans += draw(st.lists(st.tuples(number, number).filter(lambda e: e[0] != e[1]), max_size=14))
    kinds = [True, *draw(st.lists(st.booleans(), min_size=len(spans) - 1, max_size=len(spans) - 1))]
    cells = [CellPlace(f"{a}-{b}", str(a), str(b)) for (a, b), cell in zip(spans, kinds, strict=True) if cell]
    chosen = [span for span, cell in zip(spans, kinds, strict=True) if not cell]
    wires = [Conductor(f"{n}", str(a), str(b), draw(resistances)) for n, (a, b) in enumerate(chosen)]
    tap = draw(st.tuples(number, number).filter(lambda e: e[0] != e[1]))
    netlist = Netlist("0", str(count - 1), tuple(cells), tuple(wires), (GroupPlace("t", *map(str, tap)),))
    emf = draw(st.lists(st.floats(2.5, 4.3), min_size=len(cells), max_size=len(cells)))
    resistance = [draw(resistances) for _ in cells]
    load = draw(st.floats(10.0, 500.0)) * draw(st.sampled_from([-1.0, 1.0]))
    return netlist, np.array(emf), np.array(resistance), load, [draw(st.floats(-5.0, 5.0))]


@kernel
def initialize(x, p, u, y, c):
    faults.begin(x, p, u, 0.0)
    nodal.prepare(x, p, u, c)
    faults.count(x, c)


@kernel
def outputs_kernel(x, p, u, y, c):
    pass


@kernel
def advance(x, p, u, y, c, t, h):
    determined = nodal.assemble(x, p, u, c)
    laplacian.eliminate(x, c)
    y.port_emf, y.port_resistance = nodal.port(x, u, c)
    nodal.load(x, u.pack_current)
    nodal.settle(x, c)
    nodal.set_currents(x, u, y, c)
    refinement.correct(x, u, y, c, u.pack_current)
    nodal.respond(x, c)
    for k in range(y.share.shape[0]):
        y.share[k] = nodal.share(x, c, k)
    return DONE if determined else nodal.NO_RESISTANCE


def model(wiring):
    """The currents of a netlist, and nothing more."""
    cells, taps = Count(len(wiring.cells.first), "cell"), Count(len(wiring.taps.first), "group")

    def number(name, size=None, start=0.0):
        return Variable(name, "1", size, start, -1e300, 1e300, 1.0, name)

    inputs = (number("emf", cells, 3.7), number("resistance", cells, 2e-3), number("balancing_current", taps))
    own = Fields(
        parameters=(number("contact_resistance", cells),),
        inputs=(*inputs, number("balancing_pack_current"), number("pack_current")),
        outputs=(number("current", cells), number("share", cells), number("port_emf"), number("port_resistance")),
    )
    return Model(
        name="Wired",
        description="Currents of a netlist",
        fields=nodal.fields(wiring) + faults.fields(wiring) + own,
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        update=Update.EXACT,
    )


def exact(netlist, emf, resistance, current, balancing):
    """Currents of cells and of conductors with resistance, voltage at the terminals: in rational numbers.

    Every number is taken as the double that it is. Nodes that ideal conductors join are made one.
    """
    root = {}

    def of(node):
        while root.get(node, node) != node:
            node = root[node]
        return node

    for conductor in netlist.conductors:
        if conductor.resistance == 0.0 and of(conductor.first) != of(conductor.second):
            root[of(conductor.second)] = of(conductor.first)
    left = [c for c in netlist.conductors if c.resistance > 0.0 and of(c.first) != of(c.second)]
    elements = [(of(c.negative), of(c.positive), 1 / Fraction(r), Fraction(e))
                for c, e, r in zip(netlist.cells, emf, resistance, strict=True)]  # fmt: skip
    elements += [(of(c.first), of(c.second), 1 / Fraction(c.resistance), Fraction(0)) for c in left]
    nodes = list(dict.fromkeys(node for first, second, _, _ in elements for node in (first, second)))
    known = dict.fromkeys(nodes, Fraction(0))
    matrix = {node: dict.fromkeys((node,), Fraction(0)) for node in nodes}
    for first, second, g, e in elements:
        for node, other, sign in ((first, second, -1), (second, first, 1)):
            matrix[node][node] += g
            matrix[node][other] = matrix[node].get(other, Fraction(0)) - g
            known[node] += sign * g * e
    for tap, b in zip(netlist.taps, balancing, strict=True):
        known[of(tap.lower)] -= Fraction(b)
        known[of(tap.upper)] += Fraction(b)
    known[of(netlist.positive)] += Fraction(current)
    potential = solved(matrix, known, of(netlist.negative))
    flows = [g * (potential[second] - potential[first] - e) for first, second, g, e in elements]
    cells = len(netlist.cells)
    return np.array(flows[:cells], float), np.array(flows[cells:], float), float(potential[of(netlist.positive)])


def solved(matrix, known, ground):
    """Return the potentials by elimination, the one of the ground being 0."""
    eliminated = []
    for node in [n for n in matrix if n != ground]:
        row = matrix.pop(node)
        pivot = row.pop(node)
        eliminated.append((node, pivot, row))
        for other, value in row.items():
            share = value / pivot
            known[other] -= share * known[node]
            del matrix[other][node]
            for third, more in row.items():
                matrix[other][third] = matrix[other].get(third, Fraction(0)) - share * more
    potential = {ground: Fraction(0)}
    for node, pivot, row in reversed(eliminated):
        potential[node] = (known[node] - sum(v * potential[other] for other, v in row.items())) / pivot
    return potential


def strings_in_parallel(strings, series, link=1e-4):
    """Strings of cells in series, each joined to the terminals by a link at its upper end."""
    cells, conductors, taps = [], [], []
    for s in range(strings):
        nodes = ["low", *(f"{s}.{k}" for k in range(1, series + 1))]
        for k in range(series):
            cells.append(CellPlace(f"{s}.{k}", nodes[k], nodes[k + 1], len(taps)))
            taps.append(GroupPlace(f"{s}.{k}", nodes[k], nodes[k + 1], s))
        conductors.append(Conductor(f"link {s}", nodes[-1], "high", link))
    return Netlist("low", "high", tuple(cells), tuple(conductors), tuple(taps))
