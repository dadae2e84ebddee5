"""What makes up a law of aging: its counters, its variables, its kernels; and kernels that call each law in turn.

The cells count the stress of a law at their own pace; the aging model turns the counters into lost capacity and grown
resistance. A law is a module that exports both sides as one `AgingLaw`. `kind.LAWS` lists the laws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import generated, kernel
from ...core.variable import Detail, Variable

EARLIER = "earlier_"
"""How the names of parameters begin that tell what was before the start."""


class Counter(NamedTuple):
    """A counter of stress: each cell counts it from its initialisation on, and it never falls.

    Parameters
    ----------
    name, unit, display_unit : str
        As of a `Variable`.
    nominal : float
        A typical magnitude [unit], > 0.
    description : str
        What the cells count.
    adds_up : bool
        Whether a law takes the counter as a whole, so that what was counted before the start belongs to it; else it
        takes what is added.
    """

    name: str
    unit: str
    display_unit: str
    nominal: float
    description: str
    adds_up: bool = True

    def variable(self, cells: int, when: str = "") -> Variable:
        """Return the counter of each cell, as input, output or state; `when` ends its description."""
        return Variable(self.name, self.unit, cells, 0.0, 0.0, UNBOUNDED, self.nominal, self.description + when,
                        display_unit=self.display_unit)  # fmt: skip

    def earlier(self, cells: int) -> Variable:
        """Return what each cell had counted before the start, a parameter."""
        variable = self.variable(cells, ", before the start")
        return replace(variable, name=f"{EARLIER}{self.name}", detail=Detail.CELL)


@dataclass(frozen=True, kw_only=True)
class AgingLaw:
    """A law of aging. All kernels but `count` may be left out.

    Parameters
    ----------
    counters : tuple of Counter
        What the cells count for this law: outputs of the cells, inputs of the aging model.
    cell_fields : callable
        ``cell_fields(figures, cells, nodes)``: what the kernels of the cells need besides the counters, from the
        figures of the law in `AgingParameters`; `nodes` is the length of the cells' tables over SOC.
    aging_fields : callable
        ``aging_fields(figures, cells)``: what the kernels of the aging model need besides the counters.
    count : kernel
        In the cells: ``count(x, p, y, k, soc, voltage, h)`` counts a step of h [s] of cell k, its current in
        ``x.current``, from the SOC in the middle of the step and the mean open-circuit voltage [V].
    reset : kernel, optional
        In the cells: ``reset(x, p, y)`` starts all cells; their counters are 0 already.
    warm : kernel, optional
        In the cells: ``warm(x, p, k, temperature)`` adapts cell k to a temperature that has changed [K].
    shift : kernel, optional
        In the cells: ``shift(x, k, change)`` follows a shift of the SOC of cell k, which is no cycle.
    start : kernel, optional
        In the aging model: ``start(x, p, k)`` sets the states of cell k to those of a new cell.
    grow : kernel, optional
        In the aging model: ``grow(x, p, u, k, h)`` advances the states of cell k by h [s]; u holds the new counters
        and x still the ones before.
    capacity_loss, lost_charge, resistance_growth : kernel, optional
        In the aging model: ``(x, p, k)`` to the lost share of the capacity [1], to the charge that is lost besides
        [C], and to the relative growth of the resistance [1]. The laws add up.
    write : kernel, optional
        In the aging model: ``write(x, p, y, k)`` writes the outputs of the law.
    """

    counters: tuple[Counter, ...]
    cell_fields: Callable[[Any, int, int], Fields]
    aging_fields: Callable[[Any, int], Fields]
    count: Callable[..., None]
    reset: Callable[..., None] | None = None
    warm: Callable[..., None] | None = None
    shift: Callable[..., None] | None = None
    start: Callable[..., None] | None = None
    grow: Callable[..., None] | None = None
    capacity_loss: Callable[..., float] | None = None
    lost_charge: Callable[..., float] | None = None
    resistance_growth: Callable[..., float] | None = None
    write: Callable[..., None] | None = None


@kernel
def exponential(exponent: float) -> float:
    """Return ``exp(exponent)``, without computing it where it is 1: many laws lack what makes it another."""
    return math.exp(exponent) if exponent != 0.0 else 1.0


def in_turn(laws: Iterable[AgingLaw], name: str, arguments: str) -> Callable[..., None]:
    """Return a kernel ``name(arguments)`` that calls the kernel `name` of each law that has one, in their order."""
    called = _kernels(laws, name)
    return generated(name, arguments, "; ".join(f"{one}({arguments})" for one in called), called, __name__)


def total(laws: Iterable[AgingLaw], name: str, arguments: str) -> Callable[..., float]:
    """Return a kernel ``name(arguments)`` that adds up what the kernel `name` of each law returns, in their order."""
    called = _kernels(laws, name)
    return generated(name, arguments, f"return {' + '.join(f'{one}({arguments})' for one in called)}", called, __name__)


def _kernels(laws: Iterable[AgingLaw], name: str) -> dict[str, Callable[..., Any]]:
    kernels = (getattr(law, name) for law in laws)
    return {f"law_{number}": of_law for number, of_law in enumerate(kernels) if of_law is not None}
