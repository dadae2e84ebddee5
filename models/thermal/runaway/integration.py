"""How a pack steps in which cells may run away: sub-steps, and the events between them.

All cells step together. The length of a sub-step follows its error (`substep`); it is kept from step to step. An event
ends it: a separator that melts, a vent that opens; the dense output says where. Over every step, to rounding::

    generated_heat + reaction_heat + advanced_heat = stored_heat + ambient_heat + coolant_heat + vented_heat

Limits
------
A step of more than `MOST` sub-steps, those made anew counted, is refused.

Shared states
-------------
`sub_step` is of this module alone.
"""

from __future__ import annotations

from ....core.bounds import LARGE, UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import DONE
from ....core.variable import Variable
from ..graph import scheme
from . import dense, events, kinetics, separator, substep, venting

UNRESOLVED = 6
"""Status of a step in which the reactions are not resolved."""

MOST = 100_000
"""Sub-steps of a step, those made anew counted."""

REFUSALS = {
    UNRESOLVED: f"the reactions of a cell near {{y.temperature_maximum:.6g}} K are not resolved within {MOST:g} "
    "sub-steps; step shorter",
}

SAFETY, SHRINKING, GROWING = 0.9, 0.2, 4.0
"""Of the length of the next sub-step."""

NEAR = 1e-3
"""How near to its temperature an event happens [K]; the dense output is off by less."""


def fields() -> Fields:
    """Return the length of a sub-step, and the heat of the reactions."""
    return Fields(
        outputs=(
            Variable("reaction_heat", "J", None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3,
                     "Heat of the reactions in cells, over the step"),
        ),
        states=(state("sub_step", "s", None, "Length of the next sub-step, as far as the step allows it", 0.0),),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def start(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start with all reactants, at the temperatures at hand."""
    x.sub_step, y.reaction_heat = LARGE, 0.0
    kinetics.start(x, p)
    separator.start(x, y)
    venting.start(x, y)
    for k in range(c.cell_node.shape[0]):
        kinetics.heats(x, p, k, u.soc[k])
        kinetics.linearise(x, p, k, x.temperature[c.cell_node[k]])
    events.start(x, y)


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Begin a step of h [s]: its heat, what the network delivered to shorts, and the heat of reactants by SOC."""
    scheme.reset_heat(y)
    y.reaction_heat, y.advanced_heat, y.vented_heat = 0.0, 0.0, 0.0
    for k in range(c.cell_node.shape[0]):
        power, advanced = separator.resume(x, p, u, k, h)
        y.advanced_heat += advanced
        x.heating[c.cell_node[k]] += power
        kinetics.heats(x, p, k, u.soc[k])


@kernel
def happen(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, left: float) -> None:
    """Melt separators and open vents that are due at t [s], with so much left [s] of a step."""
    for k in range(c.cell_node.shape[0]):
        node = c.cell_node[k]
        if x.melted[k] <= 0.0 and x.temperature[node] >= p.separator_temperature - NEAR:
            power, advanced = separator.melt(x, p, u, k, left)
            y.advanced_heat += advanced
            x.heating[node] += power
        if venting.is_due(x, p, k, x.temperature[node] + NEAR):
            x.temperature[node] -= venting.vent(x, p, y, k, node, t)
            kinetics.linearise(x, p, k, x.temperature[node])


@kernel
def first_event(x: Block, p: Block, c: Block) -> float:
    """Return where in the sub-step at hand the first event is, 0 to 1; 1 where there is none."""
    first = 1.0
    for k in range(c.cell_node.shape[0]):
        node = c.cell_node[k]
        end = x.temperature[node] + x.first_rise[node] + x.second_rise[node]
        if x.melted[k] <= 0.0 and end > p.separator_temperature:
            first = min(first, dense.reaching(x, node, p.separator_temperature))
        if x.vented[k] <= 0.0 and end > p.venting_temperature:
            first = min(first, dense.reaching(x, node, p.venting_temperature))
    return first


@kernel
def until_power_ends(x: Block, left: float) -> float:
    """Return the time until the power of a short ends, or a step of which so much is left [s]."""
    for k in range(x.short_span.shape[0]):
        left = min(left, x.short_span[k])
    return left


@kernel
def pass_time(x: Block, c: Block, h: float) -> None:
    """Pass a sub-step of h [s]: powers of shorts end with it."""
    for k in range(c.cell_node.shape[0]):
        x.heating[c.cell_node[k]] -= separator.pass_time(x, k, h)


@kernel
def fitting(length: float, left: float) -> float:
    """Return a length [s] that leaves no short rest of a step, of which so much is left [s]."""
    if length >= left:
        return left
    return 0.5 * left if length > 0.5 * left else length


@kernel
def scaled(length: float, ratio: float) -> float:
    """Return the next length [s] after one whose error was so many times what it may be."""
    if ratio <= 0.0:
        return GROWING * length
    return length * min(max(SAFETY / ratio ** (1.0 / 3.0), SHRINKING), GROWING)


@kernel
def sub_step(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, left: float) -> tuple[float, int]:
    """Make one sub-step at t [s], with so much left [s]; return its length, 0 if there is none, and the attempts."""
    length = fitting(min(x.sub_step, substep.ready(x, p, u, c)), until_power_ends(x, left))
    attempts = 0
    while length > 0.0 and attempts < MOST:
        attempts += 1
        ratio = substep.error(x, c, length) if substep.attempt(x, p, u, c, length) else LARGE
        if ratio <= 1.0:
            x.sub_step = min(scaled(length, ratio), LARGE)
            at = first_event(x, p, c)
            if at < 1.0:
                length *= at
                substep.attempt(x, p, u, c, length)
            events.note(x, p, y, c, t, length)
            substep.accept(x, p, u, y, c, length)
            return length, attempts
        length = scaled(length, ratio)
    return 0.0, attempts


@kernel
def step(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Step by h [s] from t; what heats the nodes from outside is known."""
    begin(x, p, u, y, c, h)
    left, count = h, 0
    happen(x, p, u, y, c, t, left)
    while left > 0.0:
        length, attempts = sub_step(x, p, u, y, c, t + (h - left), left)
        count += attempts
        if length <= 0.0 or count > MOST:
            return UNRESOLVED
        left = left - length if length < left else 0.0
        pass_time(x, c, length)
        happen(x, p, u, y, c, t + (h - left), left)
    y.generated_heat -= y.advanced_heat
    return DONE
