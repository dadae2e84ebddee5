"""A full cycle of a single-particle cell that grows a film: lithium lost, against steps of 2 s, and time a cycle.

The cell of Chen et al. 2020 is discharged at 1C to 2.5 V, charged at 0.3C to 4.2 V and held there until C/50, by each
of three laws of the film. The cycle runs in compiled code; after each of its phases the aging steps. Steps move as much
charge in the charge as in the discharge; those of the hold are twice as long as those of the discharge.

Run it with ``python benchmarks/film_cycle.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from numba import types

from packfmu.core.block.block_type import taker
from packfmu.core.compilation.compiler import together
from packfmu.core.compilation.entry import ADDRESSES, block_types
from packfmu.core.compilation.kept import compile_once
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import Model
from packfmu.models.aging import losses
from packfmu.models.numerics.elementary import log
from packfmu.models.parameters import chen_2020_films as films
from packfmu.models.parameters.chen_2020 import PARAMETERS

STEPS = (2.0, 20.0, 60.0, 120.0, 180.0)
"""Lengths of the steps of the discharge [s]; the first is the measure."""
DISCHARGE, CHARGE, LEAST = -5.0, 1.5, 0.1
EMPTY, FULL, START = 2.5, 4.2, 0.99
SLOWER, HELD = -DISCHARGE / CHARGE, 2.0
"""How much longer the steps of the charge and of the hold are than those of the discharge."""
REPEATS = 200
NEAR = 5.0
"""The state is kept once a limit is within five times what the last step has moved."""
CLOSE, MOST, SHORTEST = 1e-7, 40, 1e-3
"""The last step ends within 0.1 uV of a limit, found in at most 40 trials; a hold's last step is at least 1 ms long."""

NUMBER, ARRAY = types.float64, types.Array(types.float64, 1, "C")
Compiled = Callable[..., Any]


def stepping(model: Model) -> tuple[Compiled, Compiled, Compiled]:
    """Return kernels: step under a current [A] over h [s] to the voltage [V]; look ahead [s]; the current to a voltage.

    Parameters
    ----------
    model : Model
        Of one cell.
    """
    x, p, u, y, c = (taker(kind, number) for number, kind in enumerate(block_types(model.structures)))
    advance, update = model.advance, model.outputs_kernel

    def step(at: Any, current: float, h: float) -> float:
        u(at).current[0] = current
        advance(x(at), p(at), u(at), y(at), c(at), 0.0, h)
        return float(y(at).voltage[0])

    def look_ahead(at: Any, h: float) -> None:
        p(at).lookahead = 0.5 * h
        update(x(at), p(at), u(at), y(at), c(at))

    def current_to(at: Any, voltage: float) -> float:
        return float((voltage - y(at).emf[0]) / y(at).resistance[0])

    return kernel(step), kernel(look_ahead), kernel(current_to)


def last_of_phase(step: Compiled) -> Compiled:
    """Return ``last_step(addresses, memory, saved, current, limit, (h, before, after))``, as long as it takes.

    The root is found by the method of Anderson and Bjorck (BIT 13 (1973) 253): a bracket's end that stays weighs less.
    """

    def last_step(
        at: Any, memory: Any, saved: Any, current: float, limit: float, ends: tuple[float, float, float]
    ) -> float:
        h, before, after = ends
        low, high, middle, side = 0.0, h, h, 0
        for _ in range(MOST):
            middle = low - before * (high - low) / (after - before)
            memory[:] = saved
            found = step(at, current, middle) - limit
            if abs(found) < CLOSE:
                break
            if (found > 0.0) == (after > 0.0):
                before = before * (1.0 - found / after if found / after < 1.0 else 0.5) if side > 0 else before
                high, after, side = middle, found, 1
            else:
                after = after * (1.0 - found / before if found / before < 1.0 else 0.5) if side < 0 else after
                low, before, side = middle, found, -1
        return middle

    return kernel(last_step)


def constant_phase(step: Compiled) -> Compiled:
    """Return ``constant(addresses, memory, saved, current, limit, h)``: until a voltage; it returns the time."""
    end = last_of_phase(step)

    def constant(at: Any, memory: Any, saved: Any, current: float, limit: float, h: float) -> float:
        saved[:] = memory
        passed, before = 0.0, step(at, current, h) - limit
        memory[:] = saved
        moved = abs(before)
        while True:
            if NEAR * moved >= abs(before):
                saved[:] = memory
            after = step(at, current, h) - limit
            if current * after >= 0.0:
                break
            passed, moved, before = passed + h, abs(after - before), after
        return passed + end(at, memory, saved, current, limit, (h, before, after))

    return kernel(constant)


def hold_phase(step: Compiled, look_ahead: Compiled, current_to: Compiled) -> Compiled:
    """Return ``hold(addresses, voltage, least, h)``, a voltage until the current is the least; it returns the time."""

    def hold(at: Any, voltage: float, least: float, h: float) -> float:
        before, passed = 0.0, 0.0
        look_ahead(at, h)
        while True:
            current = current_to(at, voltage)
            left = h * (log(least / current) / log(current / before) + 0.5) if before > 0.0 else 2.0 * h
            if left <= h:
                break
            step(at, current, h)
            before, passed = current, passed + h
        left = max(left, SHORTEST)
        look_ahead(at, left)
        step(at, current_to(at, voltage), left)
        return passed + left

    return kernel(hold)


def handing(cell: Model, wear: Model) -> Compiled:
    """Return ``age(addresses, addresses of the aging, time passed)``: what the cell has counted ages it."""
    _, _, u, y, _ = (taker(kind, number) for number, kind in enumerate(block_types(cell.structures)))
    wx, wp, wu, wy, wc = (taker(kind, number) for number, kind in enumerate(block_types(wear.structures)))
    advance = wear.advance

    def age(at: Any, wear_at: Any, passed: float) -> None:
        wu(wear_at).reaction_time[0] = y(at).reaction_time[0]
        wu(wear_at).diffusion_time[0] = y(at).diffusion_time[0]
        advance(wx(wear_at), wp(wear_at), wu(wear_at), wy(wear_at), wc(wear_at), 0.0, passed)
        u(at).capacity_loss[0] = wy(wear_at).capacity_loss[0]
        u(at).film_resistance[0] = wy(wear_at).film_resistance[0]

    return kernel(age)


@cache
def compiled_cycle(cell: Model, wear: Model) -> Compiled:
    """Return ``cycle(addresses, addresses of the aging, memory, saved, h)``, compiled."""
    step, look_ahead, current_to = stepping(cell)
    constant, hold, age = constant_phase(step), hold_phase(step, look_ahead, current_to), handing(cell, wear)

    def cycle(at: Any, wear_at: Any, memory: Any, saved: Any, h: float) -> float:
        passed = constant(at, memory, saved, DISCHARGE, EMPTY, h)
        age(at, wear_at, passed)
        charged = constant(at, memory, saved, CHARGE, FULL, SLOWER * h)
        age(at, wear_at, charged)
        held = hold(at, FULL, LEAST, HELD * h)
        age(at, wear_at, held)
        return float(passed + charged + held)

    with together():
        return compile_once(kernel(cycle), (ADDRESSES, ADDRESSES, ARRAY, ARRAY, NUMBER))


class Cycled:
    """A cell and its aging, cycled in compiled code.

    Parameters
    ----------
    law : str
        Of the film.
    """

    def __init__(self, law: str) -> None:
        kind = films.aging(law)
        negative = replace(PARAMETERS.negative, film_resistance=films.THICKNESS * films.RESISTIVITY)
        cell = replace(PARAMETERS, negative=negative).declare(1, kind)
        self.cell = Instance(cell.with_start({"initial_soc": START}))
        self.wear = Instance(losses.declare(1, kind).with_start({"capacity": PARAMETERS.capacity}))
        self.cell.initialize()
        self.wear.initialize()
        self.compiled = compiled_cycle(self.cell.model, self.wear.model)
        given = sum(v.count for v in (*self.cell.model.parameters, *self.cell.model.inputs))
        fixed = [sum(v.count for v in one.model.parameters) for one in (self.cell, self.wear)]
        self.moving = self.cell.memory[given:]
        self.saved = self.moving.copy()
        self.changed = self.cell.memory[fixed[0] :], self.wear.memory[fixed[1] :]
        self.new = tuple(memory.copy() for memory in self.changed)

    def cycle(self, h: float) -> float:
        """Cycle the new cell in steps of h [s] at 1C; return the lithium that it has lost [mol]."""
        for memory, new in zip(self.changed, self.new, strict=True):
            memory[:] = new
        self.compiled(self.cell._addresses, self.wear._addresses, self.moving, self.saved, h)
        return float(self.wear.y["film_thickness"][0] - films.THICKNESS) * films.AREA / films.VOLUME


def timed(cycled: Cycled, h: float) -> float:
    """Return the least time of a cycle [s]."""
    least = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        cycled.cycle(h)
        least = min(least, time.perf_counter() - start)
    return least


def main() -> None:
    """Print lithium and time of a cycle, by law and step."""
    print(f"{'law':14}{'step':>8}{'lost [nmol]':>14}{'from 2 s':>12}{'a cycle':>12}")
    for law in films.LAWS:
        cycled = Cycled(law)
        converged = cycled.cycle(STEPS[0])
        for h in STEPS:
            lost = cycled.cycle(h)
            print(f"{law:14}{h:6g} s{1e9 * lost:14.4f}{lost / converged - 1.0:12.3%}{1e6 * timed(cycled, h):9.0f} us")


if __name__ == "__main__":
    main()
