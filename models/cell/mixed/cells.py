"""Cells of several kinds as one model: the cells of each kind step by the kernels of their own model.

Equations
---------
Cell k is of the kind that the structure tells, and one of that kind's cells: the kernels of each kind run over its own
cells, in memory of their own. Before a step each takes its cells' share of the inputs, after it what its cells report
stands at their places among all. Sums over a step (charge, energy, heat) are those over all kinds, time constants and
sensitivities the extremes over them, and minimum, maximum and mean are computed from all cells.

The parameters that every kind has for each of its cells, such as `capacity`, are arrays over all cells, and `lookahead`
is one for all. All others are those of a kind, ``kind_1.open_circuit_voltage``; of arrays over the cells of a kind the
first element is that of its first cell.

Limits
------
What only some kinds report, such as the potential of the negative electrode, is left out. An input that only some kinds
have, such as a loss of active material, is one of all cells, and the others do not take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ....core.errors import InputError
from ....core.fields import Fields
from ....core.model import Composition, Model, Update
from ....core.variable import Variable
from ...aging.kind import AgingParameters
from ..protocol import CellModel
from . import code, merging

UPDATES = (Update.EXACT, Update.IMPLICIT, Update.EXPLICIT)
"""From the best to the worst; the cells step as the worst kind does."""

MOST_KINDS = 9
"""Number of kinds; a block has room for as many statuses."""

SHOWN = 5
"""Numbers of cells that a refusal shows."""


@dataclass(frozen=True, eq=False)
class MixedCells:
    """The cells of a pack, of several kinds.

    Parameters
    ----------
    kinds : tuple of CellModel
        Two or more.
    of : tuple of int
        The number of the kind of each cell, from 0. Every kind has a cell.

    Raises
    ------
    InputError
        When a number is no kind's, or a kind has no cell.
    """

    kinds: tuple[CellModel, ...]
    of: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 2 <= len(self.kinds) <= MOST_KINDS:
            raise InputError(f"a mixed pack has {len(self.kinds)} kinds of cells; it must have 2 to {MOST_KINDS}")
        if set(self.of) != set(range(len(self.kinds))):
            raise InputError(f"kinds of cells {sorted(set(self.of))}: each of 0 to {len(self.kinds) - 1} needs a cell")

    @property
    def capacity(self) -> float:
        """Charge between SOC 0 and 1 of the first kind's nominal cell [C]."""
        return self.kinds[0].capacity

    @cached_property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """The cells of each kind, from 0."""
        return tuple(tuple(k for k, kind in enumerate(self.of) if kind == n) for n in range(len(self.kinds)))

    def declare(self, cells: int, aging: AgingParameters | None = None) -> Model:
        """Declare these cells, which age where `aging` is given; InputError where they are not so many, or cannot age.

        `cells` must be their number: it is an argument as other kinds of cells have one.
        """
        if cells != len(self.of):
            raise InputError(f"cells = {cells} must be {len(self.of)}, of which the kinds are told")
        models = [kind.declare(len(place), aging) for kind, place in zip(self.kinds, self.places, strict=True)]
        return mixed(models, self.places)


def member(number: int) -> str:
    """Return what a kind is called among the variables of all cells; `number` is its number, from 0."""
    return f"kind_{number + 1}"


def mixed(models: Sequence[Model], places: Sequence[Sequence[int]]) -> Model:
    """Return models of some cells each as one model of all.

    Parameters
    ----------
    models : sequence of Model
        Of the cells of each kind.
    places : sequence of sequence of int
        Which of all cells each has, from 0, in its own order.
    """
    members = {member(number): model for number, model in enumerate(models)}
    shares = {name: tuple(place) for name, place in zip(members, places, strict=True)}
    merged = merging.merge(members, shares)
    initialize, outputs_kernel, advance = code.kernels(members, merged)
    return Model(
        name="Cell",
        description=f"Cells of {len(models)} kinds, each kind by its own model",
        fields=_fields(members, shares, merged),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=_refusals(members, shares),
        update=max((model.update for model in models), key=UPDATES.index),
        composition=_composition(members, shares, merged),
    )


def _fields(members: dict[str, Model], shares: dict[str, tuple[int, ...]], merged: merging.Merged) -> Fields:
    """Return what all cells have, and the memory of each kind."""
    parameters, states = list(merged.parameters.values()), []
    constants: list[Variable] = []
    for name, model in members.items():
        constants.append(code.places_of(name, np.array(shares[name], np.int64), merged.cells))
        for v in model.parameters:
            own = replace(v, owner=name, fmi_name=f"{name}.{v.listed_name}")
            parameters.append(replace(own, hidden=v.name in merged.parameters))
        states += [replace(v, owner=f"{name}_states") for v in model.states]
        states += [merging.remembered(v, f"{name}_inputs") for v in model.inputs]
        states += [merging.remembered(v, f"{name}_outputs") for v in model.outputs]
    for name, model in members.items():
        constants += [replace(v, owner=name) for v in model.constants]
    modules = (__name__, *(module for model in members.values() for module in model.fields.modules))
    return Fields(
        parameters=tuple(parameters),
        inputs=tuple(merged.inputs.values()),
        outputs=tuple(merged.outputs.values()),
        states=tuple(states),
        constants=tuple(constants),
        modules=tuple(dict.fromkeys(modules)),
    )


def _refusals(members: dict[str, Model], shares: dict[str, tuple[int, ...]]) -> dict[int, str]:
    """Return what each status means; what a kind's model reports is looked up in its own memory."""
    texts: dict[int, str] = {}
    for number, (name, model) in enumerate(members.items()):
        numbers = ", ".join(str(k + 1) for k in shares[name][:SHOWN])
        more = " and so on" if len(shares[name]) > SHOWN else ""
        told = f"of {name}, whose cells are in turn cells {numbers}{more} of the pack: "
        for status, text in model.refusals.items():
            for block, inner in (("x", f"x.{name}_states"), ("p", f"p.{name}")):
                if f"{{{block}." in text:
                    text = told + text.replace(f"{{{block}.", f"{{{inner}.")  # noqa: PLW2901
            texts[code.STATUSES * number + status] = text
    return texts


def _composition(members: dict[str, Model], shares: dict[str, tuple[int, ...]], merged: merging.Merged) -> Composition:
    """Return what the initialisation hands on."""
    given = {
        (name, v.name): ("", v.name if v.name in merged.taken else f"{name}.{v.name}")
        for name, model in members.items()
        for v in model.parameters + model.inputs
    }
    made = {name: tuple((kind, source) for kind in members) for name, source in merged.sources.items()}
    return Composition(members, given, {}, made, shares, tuple(merged.gathered))
