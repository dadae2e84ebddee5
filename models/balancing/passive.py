"""Passive balancing: a bleed resistor for each group discharges the groups that are above the least one."""

from __future__ import annotations

from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import DONE, Model, Update
from ...core.variable import Count, counted
from ..strings import Strings
from . import bleeding, ledger, limits, objective, rows
from .bleeding import bleed, check_thresholds, predict, reset_bleeding, select, subtract_bled_charge
from .group_resistance import learn_resistance, reset_resistance
from .ledger import book, put_in_force, reset_ledger
from .limits import check_limits
from .objective import reset_objective, write_imbalance


def declare(groups: int, parallel: int, strings: Strings | None = None) -> Model:
    """Declare a bleed resistor for each group.

    Parameters
    ----------
    groups : int
        Number of groups in series, >= 1.
    parallel : int
        Number of cells in parallel in each group, >= 1.
    strings : Strings, optional
        How the groups lie; in series without it.
    """
    cells = Count(groups * counted("parallel", parallel, "cell"), "cell")
    groups = counted("groups", groups, "group")
    lying = strings or Strings((0, groups))
    return Model(
        name="Balancer",
        description="Passive balancing by a bleed resistor at each group",
        fields=Fields(modules=(__name__,))
        + bleeding.fields(groups)
        + limits.fields(groups, cells)
        + objective.fields(groups)
        + rows.fields(groups, lying.row_of_groups)
        + ledger.fields(groups),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=limits.REFUSALS | bleeding.REFUSALS,
        update=Update.EXACT,
    )


@kernel
def decide(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Decide what is in force until the next decision, which is expected h [s] from now."""
    learn_resistance(x, p, u, y)
    select(x, p, u, c)
    bleed(x, p, u, y, h)
    put_in_force(x, u, y)
    y.predicted_time = predict(x, p, u, y, c)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Decide what is in force during the first step."""
    reset_bleeding(x)
    reset_resistance(x, p, u)
    reset_ledger(x, y)
    reset_objective(x, p, u, y, c)
    decide(x, p, u, y, c, 0.0)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: the tunable `available` acts from the next decision on."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Book the step of h [s] that ends, and decide what is in force after it."""
    status = check_limits(p)
    if status == DONE:
        status = check_thresholds(p)
    if status != DONE:
        return status
    book(x, y, h)
    subtract_bled_charge(x, y, h)
    write_imbalance(x, p, u, y, c)
    decide(x, p, u, y, c, h)
    return DONE
