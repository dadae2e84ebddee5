"""State of charge and of energy of strings and modules, and the capacity that their weakest groups leave usable.

Equations
---------
A group holds the charge ``Q_g z_g`` (`charge`). A string of groups in series takes the charge q at its open-circuit
voltage ``V_s(q) = sum_g U(z_g + q / Q_g)``, from ``-min_g Q_g z_g``, where its first group is empty, to
``min_g Q_g (1 - z_g)``, where its first group is full. The strings of a module are in parallel and share a voltage: the
module is full at the least voltage at which a string is full, and empty at the greatest at which one is empty::

    V_high = min_s V_s(q_s,full),   V_low = max_s V_s(q_s,empty)
    left_m = -sum_s q_s(V_low),   room_m = sum_s q_s(V_high)

Modules are in series, and take the same charge::

    usable_capacity = min_m left_m + min_m room_m,   pack_soc = min_m left_m / usable_capacity

Of one string that is the formula of `charge`.

Limits
------
Quasi-static: currents between the strings have come to rest at both ends.
"""

from __future__ import annotations

import math

import numpy as np

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Detail, Variable
from ...numerics import laplacian
from .. import charge, kinds
from . import faults
from .system import NodalSystem

ITERATIONS = 60
"""Bisection alone ends within them; Newton's steps on a table take a few."""

CLOSE = 1e-14
"""Of the charge between empty and full: nearer than that two charges are one."""


def fields(wiring: NodalSystem) -> Fields:
    """Return how the groups lie in strings, and what each string may give and take."""
    count = Count(len(wiring.strings) - 1, "string")
    first = [np.flatnonzero(wiring.groups == group) for group in wiring.strings[:-1]]
    return Fields(
        outputs=(
            Variable("string_current", "A", count, 0.0, -UNBOUNDED, UNBOUNDED, 100.0,
                     "Current into the string, at its first group", detail=Detail.GROUP),
        ),
        states=(
            state("string_empty", "C", count, "Charge that empties the first group of the string"),
            state("string_full", "C", count, "Charge that fills the first group of the string"),
            state("whole_capacity", "C", Count(len(wiring.taps.first), "group"),
                  "Capacity of a group of which no cell counts"),
            state("string_lower", "C", count, "Charge of the string where the first module is empty"),
            state("string_upper", "C", count, "Charge of the string where the first module is full"),
        ),
        constants=(
            laplacian.constant("cell_group", wiring.groups, "cell", "Group of each cell"),
            laplacian.constant("string_start", wiring.strings, "string", "Where the groups of each string begin"),
            laplacian.constant("module_start", wiring.modules, "module", "Where the strings of each module begin"),
            laplacian.constant("first_cell", np.concatenate(first), "cell", "Cells of the first groups of strings"),
            laplacian.constant("first_cell_start", np.cumsum([0, *map(len, first)]), "string",
                               "Where the cells of the first group of each string begin"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def write_currents(x: Block, u: Block, y: Block, c: Block) -> None:
    """Write the current into each string: that of the cells of its first group, without what balances this."""
    for s in range(y.string_current.shape[0]):
        g = c.string_start[s]
        total = -x.tap_joined[g] * u.balancing_current[g]
        for i in range(c.first_cell_start[s], c.first_cell_start[s + 1]):
            total += faults.contact_current(x, u, c.first_cell[i], y.current[c.first_cell[i]])
        y.string_current[s] = total


@kernel
def write_groups(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write capacity and SOC of the groups, and what empties and fills each string."""
    y.stranded_charge = 0.0
    for g in range(y.group_soc.shape[0]):
        x.group_capacity[g] = y.group_soc[g] = 0.0
    for k in range(u.soc.shape[0]):
        left = p.capacity[k] * (1.0 - u.capacity_loss[k])
        y.stranded_charge += (1.0 - x.counted[k]) * left * u.soc[k]
        x.group_capacity[c.cell_group[k]] += x.counted[k] * left
        y.group_soc[c.cell_group[k]] += x.counted[k] * left * u.soc[k]
    for s in range(x.string_full.shape[0]):
        first = c.string_start[s]
        x.string_empty[s], x.string_full[s] = -y.group_soc[first], x.group_capacity[first] - y.group_soc[first]
        for g in range(first, c.string_start[s + 1]):
            x.string_empty[s] = max(x.string_empty[s], -y.group_soc[g])
            x.string_full[s] = min(x.string_full[s], x.group_capacity[g] - y.group_soc[g])
            if x.group_capacity[g] > 0.0:
                y.group_soc[g] /= x.group_capacity[g]
    write_stranded(x, p, u, y, c)


@kernel
def write_stranded(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the SOC of the groups of which no cell counts: that of all of their cells."""
    for g in range(y.group_soc.shape[0]):
        if x.group_capacity[g] == 0.0:
            x.whole_capacity[g] = y.group_soc[g] = 0.0
    for k in range(u.soc.shape[0]):
        g = c.cell_group[k]
        if x.group_capacity[g] == 0.0:
            left = p.capacity[k] * (1.0 - u.capacity_loss[k])
            x.whole_capacity[g] += left
            y.group_soc[g] += left * u.soc[k]
    for g in range(y.group_soc.shape[0]):
        if x.group_capacity[g] == 0.0 and x.whole_capacity[g] > 0.0:
            y.group_soc[g] /= x.whole_capacity[g]


@kernel
def rest_voltage(x: Block, p: Block, y: Block, c: Block, s: int, more: float) -> tuple[float, float]:
    """Return the voltage of a string at rest with more charge [C], and its derivative [V/C]."""
    total = slope = 0.0
    for g in range(c.string_start[s], c.string_start[s + 1]):
        voltage, by_soc = kinds.open_circuit(p, c, g, y.group_soc[g] + more / x.group_capacity[g])
        total += voltage
        slope += by_soc / x.group_capacity[g]
    return total, slope


@kernel
def newton(at: float, excess: float, slope: float, low: float, high: float) -> float:
    """Return where Newton's step leads; the middle of the bracket where it leaves that."""
    onward = at - excess / slope if slope > 0.0 else high
    return onward if low < onward < high else 0.5 * (low + high)


@kernel
def charge_at(x: Block, p: Block, y: Block, c: Block, s: int, voltage: float) -> float:
    """Return the charge between empty and full at which a string rests at a voltage [V]: Newton within a bisection."""
    low, high = x.string_empty[s], x.string_full[s]
    if rest_voltage(x, p, y, c, s, high)[0] <= voltage:
        return high
    if rest_voltage(x, p, y, c, s, low)[0] >= voltage:
        return low
    tolerance, found = CLOSE * (high - low), 0.5 * (low + high)
    for _ in range(ITERATIONS):
        present, slope = rest_voltage(x, p, y, c, s, found)
        if present > voltage:
            high = found
        else:
            low = found
        onward = newton(found, present - voltage, slope, low, high)
        if abs(onward - found) <= tolerance:
            return onward
        found = onward
    return found


@kernel
def voltage_limits(x: Block, p: Block, y: Block, c: Block, m: int) -> tuple[float, float]:
    """Return the voltages at which module m is empty and full [V]; strings that hold nothing do not matter."""
    low, high = -math.inf, math.inf
    for s in range(c.module_start[m], c.module_start[m + 1]):
        if x.string_empty[s] < x.string_full[s]:
            low = max(low, rest_voltage(x, p, y, c, s, x.string_empty[s])[0])
            high = min(high, rest_voltage(x, p, y, c, s, x.string_full[s])[0])
    return low, high


@kernel
def reach(x: Block, p: Block, y: Block, c: Block, m: int) -> tuple[float, float]:
    """Write the charges of the strings of module m where it is empty and full; return what it gives and takes [C]."""
    low, high = voltage_limits(x, p, y, c, m)
    left = room = 0.0
    for s in range(c.module_start[m], c.module_start[m + 1]):
        x.string_lower[s] = x.string_upper[s] = 0.0
        if x.string_empty[s] < x.string_full[s] and low < high:
            x.string_lower[s], x.string_upper[s] = charge_at(x, p, y, c, s, low), charge_at(x, p, y, c, s, high)
            left -= x.string_lower[s]
            room += x.string_upper[s]
    return left, room


@kernel
def held(x: Block, p: Block, y: Block, c: Block, m: int, voltage: float, parts: Block) -> tuple[float, float]:
    """Write the charges of the strings of module m at a voltage [V]; return their sum [C], and its derivative [C/V]."""
    total = slope = 0.0
    for s in range(c.module_start[m], c.module_start[m + 1]):
        parts[s] = 0.0
        if x.string_empty[s] < x.string_full[s]:
            parts[s] = charge_at(x, p, y, c, s, voltage)
            total += parts[s]
            steepness = rest_voltage(x, p, y, c, s, parts[s])[1]
            slope += 1.0 / steepness if steepness > 0.0 else 0.0
    return total, slope


@kernel
def divide(x: Block, p: Block, y: Block, c: Block, m: int, charge: float, parts: Block) -> None:
    """Divide a charge [C], within what module m gives and takes, among its strings, which rest at one voltage."""
    if c.module_start[m + 1] - c.module_start[m] == 1:
        parts[c.module_start[m]] = charge
        return
    low, high = voltage_limits(x, p, y, c, m)
    tolerance, voltage = CLOSE * abs(high), 0.5 * (low + high)
    for _ in range(ITERATIONS):
        total, slope = held(x, p, y, c, m, voltage, parts)
        if total > charge:
            high = voltage
        else:
            low = voltage
        onward = newton(voltage, total - charge, slope, low, high)
        if abs(onward - voltage) <= tolerance:
            return
        voltage = onward


@kernel
def keep_to(x: Block, p: Block, y: Block, c: Block, m: int, left: float, room: float) -> None:
    """Let module m give and take no more than the first module that is empty, and the first that is full [C]."""
    own_left = own_room = 0.0
    for s in range(c.module_start[m], c.module_start[m + 1]):
        own_left -= x.string_lower[s]
        own_room += x.string_upper[s]
    if own_left > left:
        divide(x, p, y, c, m, -left, x.string_lower)
    if own_room > room:
        divide(x, p, y, c, m, room, x.string_upper)


@kernel
def energy(x: Block, p: Block, y: Block, c: Block, s: int, first: float, second: float) -> float:
    """Return the open-circuit energy of a string from one charge to another [J]."""
    total = 0.0
    for g in range(c.string_start[s], c.string_start[s + 1]):
        soc, capacity = y.group_soc[g], x.group_capacity[g]
        above = kinds.open_circuit_area(x, p, c, g, soc + second / capacity)
        total += capacity * (above - kinds.open_circuit_area(x, p, c, g, soc + first / capacity))
    return total


@kernel
def write_energy(x: Block, p: Block, y: Block, c: Block) -> None:
    """Write the state of energy, for the charges between which the strings go."""
    given = taken = 0.0
    for s in range(x.string_lower.shape[0]):
        if x.string_lower[s] < x.string_upper[s]:
            given += energy(x, p, y, c, s, x.string_lower[s], 0.0)
            taken += energy(x, p, y, c, s, 0.0, x.string_upper[s])
    y.state_of_energy = charge.share_of_whole(given, taken)


@kernel
def write_charge(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write SOC, usable capacity and state of energy of groups and pack, for the SOC of the cells."""
    write_groups(x, p, u, y, c)
    left = room = math.inf
    for m in range(c.module_start.shape[0] - 1):
        given, taken = reach(x, p, y, c, m)
        left, room = min(left, given), min(room, taken)
    for m in range(c.module_start.shape[0] - 1):
        keep_to(x, p, y, c, m, left, room)
    y.usable_capacity = left + room
    y.pack_soc = charge.share_of_whole(left, room)
    write_energy(x, p, y, c)
    charge.write_soc_extremes(u.soc, y)
    charge.write_group_soc_extremes(y.group_soc, y)
