"""Charge and energy of a step in sub-steps: what each stage, each jump and each sub-step adds.

`inductive` and `mutual` have the equations of the fields, `fuses` those of arcs.
"""

from __future__ import annotations

from .....core.kernel import Block, kernel
from .. import faults, nodal
from . import inductive, mutual

A = 1.0 - 0.5**0.5
"""Of the method: how implicit a stage is."""

FIRST_LOSS, SECOND_LOSS = (1.0 - A) * (3.0 * A - 1.0), A * A


@kernel
def count_stage(x: Block, p: Block, u: Block, y: Block, c: Block, weight: float) -> None:
    """Add a stage that stands for `weight` seconds to charge and energy of the step."""
    for k in range(x.cell_charge.shape[0]):
        flowing = nodal.cell_current(x, c, k)
        own = faults.own_current(x, u, k, flowing)
        x.cell_charge[k] += weight * own
        y.short_charge += weight * (flowing - own)
        y.cell_energy += weight * own * (u.emf[k] + u.resistance[k] * own)
        y.busbar_loss += weight * p.contact_resistance[k] * flowing * flowing
        x.short_work[k] += weight * faults.short_power(x, u, k, own)
    for b in range(x.companion.shape[0]):
        flowing = inductive.stage_current(x, u, c, b)
        y.level_charge -= weight * c.conductor_rise[b] * flowing
        y.busbar_loss += weight * p.conductor_resistance[b] * flowing * flowing
        y.arc_energy += weight * x.arc_voltage[b] * flowing
    count_terminals(x, u, y, c, weight)
    count_heats(x, p, u, y, c, weight)


@kernel
def count_heats(x: Block, p: Block, u: Block, y: Block, c: Block, weight: float) -> None:
    """Add a stage that stands for `weight` seconds to the heats of conductors and contacts, so far [J]."""
    for b in range(y.conductor_heat_rate.shape[0]):
        flowing = inductive.stage_current(x, u, c, b)
        y.conductor_heat_rate[b] += weight * p.conductor_resistance[b] * flowing * flowing
    for k in range(y.contact_heat_rate.shape[0]):
        flowing = nodal.cell_current(x, c, k)
        y.contact_heat_rate[k] += weight * p.contact_resistance[k] * flowing * flowing


@kernel
def count_terminals(x: Block, u: Block, y: Block, c: Block, weight: float) -> None:
    """Add what passes the terminals, and taps, in a stage that stands for `weight` seconds."""
    voltage = (1.0 - y.open_circuit) * nodal.pack_voltage(x, u, c)
    shorted = x.terminal_short * voltage
    y.pack_charge += weight * (x.load_current - shorted)
    y.pack_energy += weight * (x.load_current - shorted) * voltage
    y.external_short_current += weight * shorted
    y.external_short_energy += weight * shorted * voltage
    y.balancing_energy += weight * nodal.balancing_power(x, u, c, voltage)


@kernel
def count_jump(x: Block, p: Block, y: Block, c: Block) -> None:
    """Add what fields have taken up and lost where currents jump from `held_current` to `after_current`."""
    for b in range(x.companion.shape[0]):
        after, before, half = x.after_current[b], x.held_current[b], 0.5 * p.conductor_inductance[b]
        y.inductive_energy += half * (after * after - before * before)
        y.method_loss += half * (after - before) * (after - before)
    if c.is_coupled[0] == 1:
        for q in range(p.coupling_coefficient.shape[0]):
            first, second = c.member_conductor[c.coupling_first[q]], c.member_conductor[c.coupling_second[q]]
            jumped = x.after_current[first] - x.held_current[first]
            count_taken(x, y, mutual.inductance(p, c, q), first, second)
            y.method_loss += mutual.inductance(p, c, q) * jumped * (x.after_current[second] - x.held_current[second])


@kernel
def count_taken(x: Block, y: Block, inductance: float, first: int, second: int) -> None:
    """Add what the field that two conductors share has taken up."""
    after, before = x.after_current[first] * x.after_current[second], x.held_current[first] * x.held_current[second]
    y.inductive_energy += inductance * (after - before)


@kernel
def second_slope(x: Block, b: int, h: float) -> float:
    """Return k_2 of conductor b in a sub-step of h [s]."""
    return (x.after_current[b] - x.base_current[b]) / (A * h)


@kernel
def count_fields(x: Block, p: Block, y: Block, c: Block, h: float) -> None:
    """Add what fields have taken up, and the method lost, in a sub-step of h [s]."""
    for b in range(x.companion.shape[0]):
        half = 0.5 * p.conductor_inductance[b]
        if half > 0.0:
            after, before = x.after_current[b], x.held_current[b]
            y.inductive_energy += half * (after * after - before * before)
            y.method_loss += half * h * h * lost(x, b, b, h)
    if c.is_coupled[0] == 1:
        for q in range(p.coupling_coefficient.shape[0]):
            first, second = c.member_conductor[c.coupling_first[q]], c.member_conductor[c.coupling_second[q]]
            count_taken(x, y, mutual.inductance(p, c, q), first, second)
            y.method_loss += mutual.inductance(p, c, q) * h * h * lost(x, first, second, h)


@kernel
def lost(x: Block, first: int, second: int, h: float) -> float:
    """Return ``m_1 k_1 k_1' + m_2 k_2 k_2'`` of two conductors."""
    twice = second_slope(x, first, h) * second_slope(x, second, h)
    return FIRST_LOSS * x.first_slope[first] * x.first_slope[second] + SECOND_LOSS * twice
