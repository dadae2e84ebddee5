"""On what the outputs depend after initialisation, in the model structure.

FMI 2.0 takes an unknown without a list of dependencies to depend on everything, so that a list, where there is one,
names all parameters and inputs that may change the output; `core.dependence` finds them. An array that depends on the
tables of a cell has long lists, so that shorter ones come first, and those that would make the file half as large
again are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

import numpy as np

from ..core.dependence.dependencies import initial_dependencies
from ..core.model import Model
from ..core.variable import Causality, Variable
from .xml_file import xml_file

MOST = 15_000
"""Scalar variables beyond which no lists are made: it would take more than some ten seconds."""

GROWTH = 0.5
"""By how much of its size the file may grow."""


def add_dependencies(root: ElementTree.Element, model: Model, variables: Sequence[Variable]) -> None:
    """Add the lists to the initial unknowns of a model description that is complete but for them.

    Parameters
    ----------
    root : Element
        The model description.
    model : Model
        What it describes.
    variables : sequence of Variable
        The variables that it lists, in its order.
    """
    indices = dict(zip((v.path for v in variables), _first_indices(variables), strict=True))
    unknowns = {unknown.get("index"): unknown for unknown in root.iterfind("ModelStructure/InitialUnknowns/Unknown")}
    if not unknowns or sum(variable.count for variable in variables) > MOST:
        return
    known = {v.path: indices[v.path] for v in variables if v.causality is not Causality.OUTPUT}
    found = initial_dependencies(model, known)
    room = GROWTH * len(xml_file(root))
    lists = {path: [_listed(bits) for bits in found[path]] for path in indices if path in found}
    for path in sorted(lists, key=lambda path: sum(map(len, lists[path]))):
        room -= sum(len(f' dependencies="{text}"') for text in lists[path])
        if room < 0.0:
            return
        for index, text in enumerate(lists[path], indices[path]):
            unknowns[str(index)].set("dependencies", text)


def _first_indices(variables: Sequence[Variable]) -> list[int]:
    """Return the index of the first scalar of each variable, from 1."""
    return [1, *(1 + np.cumsum([variable.count for variable in variables])).tolist()][: len(variables)]


def _listed(bits: int) -> str:
    """Return the places of the bits that are set."""
    data = np.frombuffer(bits.to_bytes(bits.bit_length() // 8 + 1, "little"), dtype=np.uint8)
    return " ".join(map(str, np.flatnonzero(np.unpackbits(data, bitorder="little")).tolist()))
