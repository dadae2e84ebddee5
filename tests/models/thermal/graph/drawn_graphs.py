"""Thermal graphs that are drawn."""

import numpy as np
from hypothesis import strategies as st

from packfmu.models.thermal.graph.nodes import (
    AMBIENT,
    Channel,
    Circuit,
    Contact,
    Node,
    Path,
    Radiation,
    ThermalGraph,
)

LARGEST = 8
"""Nodes: what may go wrong, goes wrong among few."""


def positive(least, greatest):
    return st.floats(np.log10(least), np.log10(greatest)).map(lambda exponent: 10.0**exponent)


conductances = st.one_of(st.just(0.0), positive(1e-3, 1e3))
kelvins = st.floats(250.0, 350.0)


@st.composite
def graphs(draw, radiates=True):
    """Draw nodes with any paths, radiation and coolant between them; some may float."""
    count = draw(st.integers(1, LARGEST))
    names = tuple(f"n{i}" for i in range(count))
    node = st.sampled_from(names)
    ends = st.tuples(node, st.sampled_from((*names, AMBIENT))).filter(lambda pair: pair[0] != pair[1])
    paths = tuple(Path(*draw(ends), draw(conductances)) for _ in range(draw(st.integers(0, 12))))
    areas = positive(1e-4, 1.0)
    radiations = tuple(Radiation(*draw(ends), draw(areas)) for _ in range(draw(st.integers(0, 4 if radiates else 0))))
    circuits = []
    for number in range(draw(st.integers(0, 2))):
        parts = draw(st.integers(1, 3))
        channels = tuple(
            Channel(1.0 / parts, tuple(Contact(draw(node), draw(conductances)) for _ in range(draw(st.integers(0, 5)))))
            for _ in range(parts)
        )
        circuits.append(Circuit(f"c{number}", draw(conductances), channels))
    cells = tuple(draw(st.lists(node, min_size=1, max_size=count, unique=True)))
    nodes = tuple(Node(name, draw(positive(1.0, 1e4))) for name in names)
    return ThermalGraph(nodes, cells, cells, draw(node), (draw(node),), paths, radiations, tuple(circuits))
