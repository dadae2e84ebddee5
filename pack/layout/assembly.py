"""The thermal graph of a pack, put together from what its file tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...models.thermal.graph.checks import check
from ...models.thermal.graph.nodes import AMBIENT, Path, ThermalGraph
from ..reading.checking import said_of, suggestion
from . import busbars, conduction, cooling, surroundings
from .setup import BOARD, Setup


def thermal_graph(setup: Setup) -> ThermalGraph:
    """Return the thermal graph of a pack.

    Raises
    ------
    ValueError
        When the tables do not fit each other or the pack; the message names table and key.
    """
    with said_of("layout"):
        cells = range(setup.places.cells)
        nodes, paths = conduction.nodes(setup), conduction.paths(setup)
        radiations = tuple(surroundings.radiations(setup))
    with said_of("casing" if setup.casing else "layout"):
        nodes += surroundings.nodes(setup)
        paths += surroundings.paths(setup)
    with said_of("plate"):
        nodes += cooling.nodes(setup)
        paths += cooling.paths(setup)
        circuits = tuple(cooling.circuits(setup))
    with said_of("busbar"):
        nodes += busbars.nodes(setup)
        paths += busbars.paths(setup)
    names = tuple(node.name for node in nodes)
    with said_of("layout"):
        _check_names(names)
        paths += _listed(setup, names)
    graph = ThermalGraph(
        tuple(nodes),
        tuple(setup.core(k) for k in cells),
        tuple(setup.surface(k) for k in cells),
        BOARD,
        busbars.conductors(setup),
        tuple(paths),
        radiations,
        circuits,
    )
    with said_of("layout"):
        check(graph)
    return graph


def _check_names(names: Iterable[str]) -> None:
    twice = [name for name, times in Counter((*names, AMBIENT)).items() if times > 1]
    if twice:
        raise ValueError(f'bodies: "{twice[0]}" is the name of another body, too')


def _listed(setup: Setup, names: tuple[str, ...]) -> list[Path]:
    """Return the paths of the file."""
    known = {*names, AMBIENT}
    for row in setup.layout.paths:
        for end in row.between:
            if end not in known:
                raise ValueError(f'paths: there is no body "{end}"{_meant(setup, end, names)}')
        if row.between[0] == row.between[1]:
            raise ValueError(f'paths: "{row.between[0]}" is joined to itself')
    return [Path(row.between[0], row.between[1], row.conductance) for row in setup.layout.paths]


def _meant(setup: Setup, end: str, names: tuple[str, ...]) -> str:
    if end.startswith("cell "):
        return f"; the pack has {setup.places.cells} cells"
    return suggestion(end, (*(name for name in names if not name.startswith(("cell ", "core "))), AMBIENT))
