"""A pack as one block: the plan of its components, fixed, becomes a component of its own.

Aging stays outside: its steps may be months long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from ..core.variable import Causality
from ..coupling.kernels import kernel_component
from ..coupling.schedule import make_plan
from ..coupling.system import Layer, System
from ..fmi.definition import Part
from ..fmi.registry import load_definition
from .file import Pack
from .parts import parts
from .tables import Schedule
from .topology import AGING, CONTROL, ELECTRICAL, PACK_LAYERS, THERMAL, pack_system


def periods(schedule: Schedule) -> dict[Layer, int]:
    """Return the period of each layer [ns]."""
    return {
        ELECTRICAL: schedule.electrical,
        CONTROL: schedule.control,
        THERMAL: schedule.thermal,
        AGING: schedule.aging,
    }


def kernel_pack(planned: Sequence[Part]) -> System:
    """Return the system of a pack's parts, their kernels called directly."""
    models = {part.name: load_definition(part.component, part.arguments, part.start).model for part in planned}
    return pack_system(kernel_component(name, PACK_LAYERS[name], model) for name, model in models.items())


def pack_block(pack: Pack, planned: Sequence[Part]) -> Part:
    """Return the block that steps the parts of a pack by the plan of its schedule.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    planned : sequence of Part
        Its parts, of `fmus.parts.parts`; Aging is left out of the block.

    Returns
    -------
    Part
        The component ``pack`` with the plan among its arguments, and the start values of the parts.
    """
    inside = [part for part in planned if PACK_LAYERS[part.name] != AGING]
    system = kernel_pack(inside)
    plan = make_plan(system, periods(pack.schedule))
    made_of = {part.name: part for part in inside}
    order = [component.name for component in system.components]
    arguments: dict[str, Any] = {
        "members": [[name, made_of[name].component, dict(made_of[name].arguments)] for name in order],
        "base": plan.base,
        "operations": [operation.to_row() for operation in plan.operations],
    }
    return Part("Pack", "pack", arguments, _start(system, inside))


def all_parts(pack: Pack) -> tuple[Part, ...]:
    """Return the parts of a pack, and the block that holds all of them but Aging."""
    planned = parts(pack)
    return (*planned, pack_block(pack, planned))


def _start(system: System, planned: Sequence[Part]) -> Mapping[str, ArrayLike]:
    """Return the parts' start values, without those of inputs that other parts drive, and the lookahead."""
    driven = {connection.target for connection in system.connections}
    start: dict[str, ArrayLike] = {}
    for part in planned:
        for name, value in part.start.items():
            if system.port((part.name, name)).causality is Causality.INPUT:
                if (part.name, name) not in driven:
                    start[name] = value
            elif name != "lookahead":
                start[f"{part.name}.{name}"] = value
    return start
