"""A pack as one block: the plan of its components, fixed, becomes a component of its own.

Aging stays outside: its steps may be months long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from ..core.duration import seconds
from ..core.model import Model
from ..core.variable import Causality
from ..coupling.enforcement import Demand, check, demands, refuse
from ..coupling.kernels import kernel_component, timescale_at_start
from ..coupling.schedule import Plan, make_plan
from ..coupling.system import Layer, System
from ..fmi.definition import Part
from ..fmi.registry import load_definition
from ..fmus.pack import meter_of
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


def kernel_pack(planned: Sequence[Part], metered: bool = False) -> System:
    """Return the system of a pack's parts, their kernels called directly; with a block's meter if `metered`."""
    models = {part.name: _model(part) for part in planned}
    if metered:
        models["Meter"] = _metered(planned)
    return pack_system(kernel_component(name, PACK_LAYERS[name], model) for name, model in models.items())


def _model(part: Part) -> Model:
    return load_definition(part.component, part.arguments, part.start).model


def _meter(planned: Sequence[Part]) -> dict[str, Any]:
    """Return the arguments of the meter of a network."""
    told = next(part for part in planned if part.name == "PackNetwork").arguments
    return {
        name: told[name] for name in ("series", "parallel", "opposite_terminals", "netlist", "curves") if name in told
    }


def _metered(planned: Sequence[Part]) -> Model:
    """Return the meter of a pack's parts, with the start values of their network."""
    start = next(part.start for part in planned if part.name == "PackNetwork")
    model = meter_of(**_meter(planned))
    shared = {variable.name for variable in model.parameters}
    return model.with_start({name: value for name, value in start.items() if name in shared})


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

    Raises
    ------
    InputError
        When the plan mixes timescales at the start values; the message names each rule that it breaks.
    """
    inside = [part for part in planned if PACK_LAYERS[part.name] != AGING]
    system = kernel_pack(inside, metered=True)
    plan = make_plan(system, periods(pack.schedule))
    asked = demands(system, plan)
    _check(asked, inside)
    made_of = {part.name: [part.name, part.component, dict(part.arguments)] for part in inside}
    made_of["Meter"] = ["Meter", "meter", _meter(planned)]
    arguments: dict[str, Any] = {
        "members": [made_of[component.name] for component in system.components],
        "base": plan.base,
        "operations": [operation.to_row() for operation in plan.operations],
        "limits": [
            [demand.component, demand.output, _share(demand.least, plan), _share(demand.most, plan)]
            for demand in asked
            if system.has((demand.component, demand.output))
        ],
    }
    return Part("Pack", "pack", arguments, start_values(system, inside))


def all_parts(pack: Pack) -> tuple[Part, ...]:
    """Return the parts of a pack, and the block that holds all of them but Aging."""
    planned = parts(pack)
    return (*planned, pack_block(pack, planned))


def _check(asked: Sequence[Demand], planned: Sequence[Part]) -> None:
    """Raise InputError where the start values of the parts break what a plan demands of their time constants."""
    names = {demand.component for demand in asked}
    told = {part.name: timescale_at_start(_model(part)) for part in planned if part.name in names}
    known = {name: timescale for name, timescale in told.items() if timescale is not None}
    refuse(check(asked, known))


def _share(bound: float, plan: Plan) -> float | None:
    """Return a bound of a time constant [s] in base periods; None where it bounds nothing."""
    return bound / seconds(plan.base) if 0.0 < bound < math.inf else None


def start_values(system: System, planned: Sequence[Part]) -> Mapping[str, ArrayLike]:
    """Return the start values of the block of a pack's parts.

    Parameters
    ----------
    system : System
        Of `kernel_pack`, of these parts or of others that differ in their start values alone.
    planned : sequence of Part
        All parts but Aging.

    Returns
    -------
    mapping of str to array
        ``Component.parameter``, and the inputs that no part drives; without the lookahead, which the plan sets.
    """
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
