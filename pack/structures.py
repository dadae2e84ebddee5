"""The structures that most packs have: a wheel carries their libraries, so that such a pack needs no compiler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from ..fmi.native.libraries import Wanted, structure_digest
from ..fmi.native.platforms import Platform
from ..fmi.registry import load_definition
from ..models.aging.kind import AgingParameters
from ..models.balancing.options import Converter
from ..models.cell.ecm import EquivalentCircuitCell
from ..models.cell.physics.cell import ElectrochemicalCell
from ..models.parameter_sets import parameter_sets
from .balancing_tables import RESISTOR
from .block import all_parts
from .file import Pack, parse_pack

BALANCERS = (RESISTOR, Converter.BUCK_BOOST.word, Converter.FLYBACK.word)
"""The words for the balancers of common packs."""

SMALL = {"convection": 0.05, "conduction": 0.05}
"""What a small cell gives to the air and to its neighbours [W/K]: its temperature is slow against default periods."""

LEFT_OUT = (Converter.SWITCHED_CAPACITOR.word,)
"""The words for the others; they are compiled where they are used."""


def common_packs() -> Iterator[Pack]:
    """Yield a pack of every shipped circuit and common balancer, with and without Bms and aging, with default periods.

    Of cells of physics, which take long to compile, a pack with resistors only. The sizes stand for all sizes: they do
    not belong to the structure.
    """
    management: tuple[dict[str, Any], ...] = ({}, {"bms": {}})
    ageing = ({}, *({"aging": {"parameters": name}} for name in parameter_sets(AgingParameters)))
    for cell, converter, bms, aging in product(parameter_sets(EquivalentCircuitCell), BALANCERS, management, ageing):
        contents: dict[str, Any] = {
            "pack": {"series": 2, "parallel": 1},
            "cell": {"parameters": cell},
            "balancer": {"converter": converter},
        }
        yield parse_pack(contents | bms | aging, "common pack")
    for cell in parameter_sets(ElectrochemicalCell):
        yield parse_pack(_plain(cell), "common pack")


def _plain(cell: str) -> dict[str, Any]:
    """Return a pack of a cell of physics, with heat and periods that suit one of some ten grams."""
    return {"pack": {"series": 2, "parallel": 1}, "cell": {"parameters": cell}, "thermal": SMALL}


def structures(packs: Iterable[Pack], platforms: Sequence[Platform] = tuple(Platform)) -> list[Wanted]:
    """Return one component of each structure that occurs in packs, blocks among them.

    Parameters
    ----------
    packs : iterable of Pack
        Checked pack files.
    platforms : sequence of Platform
        Where the libraries of the components shall run.
    """
    found: dict[str, Wanted] = {}
    for pack in packs:
        for part in all_parts(pack):
            model = load_definition(part.component, part.arguments, part.start).model
            found.setdefault(structure_digest(model), Wanted(part.component, part.arguments, model, platforms))
    return list(found.values())
