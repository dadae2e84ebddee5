"""Active balancing: converters that carry charge between groups, or between a group and the pack.

A link joins two groups, or a group and the terminals of the pack. In each step the law chooses the current that every
link should carry. The converters take it up as far as they can, within the limits of all groups, and so that the
Lyapunov function falls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...core.errors import InputError
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import DONE, Model, Update
from ...core.variable import Count, counted
from ..strings import Strings
from . import fidelity, graph, laws, ledger, limits, links, objective, rows
from .converter import parts
from .converter.parts import check_parts, set_capacitor, set_inductor, set_transformer
from .fidelity import reset_converters, reset_yields, run_converters, write_converters
from .graph import PACK, reset_graph, update_connectivity
from .group_resistance import learn_resistance, reset_resistance
from .laws import STOP_ABOVE_START, apply_law, predict, reset_law, write_timescales
from .ledger import book, put_in_force, reset_ledger
from .limits import check_limits
from .links import limit_currents, limit_overshoot, reset_links, set_arriving, set_bounds, sum_currents
from .objective import reset_objective, write_imbalance
from .options import Converter


def declare(
    groups: int,
    parallel: int,
    converter: Converter,
    ends: Sequence[tuple[int, int]],
    strings: Strings | None = None,
) -> Model:
    """Declare an active balancer.

    Parameters
    ----------
    groups, parallel : int
        Number of groups in series, >= 2, and of cells in each, >= 1.
    converter : Converter
        What each link is made of.
    ends : sequence of (int, int)
        The ends of each link, groups from 0; `PACK` as the second end for the pack's terminals. Buck-boost and switched
        capacitor join neighbours only, and all links groups of one row (`rows`).
    strings : Strings, optional
        How the groups lie; in series without it.
    """
    lying = strings or Strings((0, groups))
    check_links(groups, converter, ends, lying)
    groups, count, to_pack = Count(groups, "group"), Count(len(ends), "link"), any(second == PACK for _, second in ends)
    return Model(
        name="Balancer",
        description=f"Active balancing by {count} converters ({converter.word.replace('_', ' ')})",
        fields=Fields(modules=(__name__,))
        + laws.fields(groups, count)
        + graph.fields(groups, ends)
        + links.fields(groups, count)
        + fidelity.fields(count)
        + parts.fields(converter, groups, to_pack)
        + limits.fields(groups, Count(groups * counted("parallel", parallel, "cell"), "cell"))
        + objective.fields(groups)
        + rows.fields(groups, lying.row_of_groups)
        + ledger.fields(groups),
        initialize=INITIALIZE[converter],
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=limits.REFUSALS | laws.REFUSALS | parts.refusals(converter) | fidelity.REFUSALS,
        update=Update.EXPLICIT,
    )


def check_links(
    groups: int, converter: Converter, ends: Sequence[tuple[int, int]], strings: Strings | None = None
) -> None:
    """Raise InputError unless converters of that kind can be the links of so many groups; arguments as `declare`."""
    if groups < 2:
        raise InputError(f"converters exchange charge between at least 2 groups, not {groups}")
    rows = (strings or Strings((0, groups))).rows
    places = {group: (row, place) for row, members in enumerate(rows) for place, group in enumerate(members)}
    for end in ends:
        _check_link(end, groups, converter, places)
    if len({frozenset(end) for end in ends}) < max(len(ends), 1):
        raise InputError("a balancer needs at least one link, and no link twice")


def _check_link(end: tuple[int, int], groups: int, converter: Converter, places: Mapping[int, tuple[int, int]]) -> None:
    """Check a link; `places` has the row of each group, and its place there."""
    first, second = end
    shown = f"link ({first}, {second})"
    if not 0 <= first < groups or not (second == PACK or 0 <= second < groups) or first == second:
        raise InputError(
            f"{shown} must join two different groups of 0 to {groups - 1}, or as its second end have the pack, {PACK}"
        )
    (row, place), (other, other_place) = places[first], places.get(second, (places[first][0], -1))
    if row != other:
        raise InputError(f"{shown} joins groups of strings in parallel; a converter joins groups in series")
    if converter is not Converter.FLYBACK and (second == PACK or abs(place - other_place) != 1):
        raise InputError(f"{shown}: a {converter.word} joins neighbouring groups only; a flyback may join any")


@kernel
def check(x: Block, p: Block, c: Block) -> int:
    """Return ``DONE``, or the status that names which parameters contradict each other."""
    status = check_parts(x, p, c, x.low.shape[0])
    if status == DONE and p.stop_threshold > p.start_threshold:
        status = STOP_ABOVE_START
    return status if status != DONE else check_limits(p)


@kernel
def decide(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> int:
    """Decide what is in force from now on, h [s] after the last decision; 0 for the first."""
    learn_resistance(x, p, u, y)
    set_bounds(x, p, u, y)
    reset_yields(x)
    update_connectivity(x, p, y, c)
    write_timescales(x, p, u, y, c)
    apply_law(x, p, u, y, c)
    set_arriving(x, u, y, c)
    limit_currents(x, y, c)
    status = run_converters(x, p, u, y, c, h)
    set_arriving(x, u, y, c)
    limit_currents(x, y, c)
    sum_currents(x, y, c)
    limit_overshoot(x, u, y, c, h)
    write_converters(x, p, u, y, c)
    predict(x, p, u, y, c)
    return status


@kernel
def start(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start with links that carry nothing, and decide what is in force during the first step."""
    reset_law(x)
    reset_resistance(x, p, u)
    reset_graph(x)
    reset_links(x, y)
    reset_converters(x, p, y)
    reset_ledger(x, y)
    reset_objective(x, p, u, y, c)
    if check(x, p, c) == DONE:
        decide(x, p, u, y, c, 0.0)
        put_in_force(x, u, y)


@kernel
def initialize_buck_boost(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start with inductors."""
    set_inductor(x, p)
    start(x, p, u, y, c)


@kernel
def initialize_switched_capacitor(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start with capacitors."""
    set_capacitor(x, p)
    start(x, p, u, y, c)


@kernel
def initialize_flyback(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start with transformers."""
    set_transformer(x, p)
    start(x, p, u, y, c)


INITIALIZE: dict[Converter, Callable[..., None]] = {
    Converter.BUCK_BOOST: initialize_buck_boost,
    Converter.SWITCHED_CAPACITOR: initialize_switched_capacitor,
    Converter.FLYBACK: initialize_flyback,
}


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: the tunable `available` acts from the next decision on."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Book the step of h [s] that ends, and decide what is in force after it."""
    status = check(x, p, c)
    if status != DONE:
        return status
    book(x, y, h)
    write_imbalance(x, p, u, y, c)
    status = decide(x, p, u, y, c, h)
    put_in_force(x, u, y)
    return status
