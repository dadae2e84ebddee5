"""State of power of strings in parallel: what the pack may carry, from what each string may.

Equations
---------
Each string that is not cut off has its greatest constant current I_s for a horizon as a pack of its own
(`state_of_power`); of the pack's greatest current it may carry its equal share. At I_s it would end at the voltage V_s,
which changes by R_s with its current. Strings in parallel end at one voltage: in a charge at the least V_s, in a
discharge at the greatest. There the strings together carry::

    I = sum_s (I_s + (V - V_s) / R_s)

V keeps every string within its limit, whatever the shares of the strings are. Of modules in series the least I holds.
The power for the horizon follows likewise from current and voltage of each string at its end, times the voltage that
the modules have under the least current.

Limits
------
The currents of the strings are taken as constant over the horizon; R_s is that of its quick voltage. In tests with a
string of thrice the resistance of the other a voltage passes its limit by 4 mV in 10 s, 6 mV in 30 s. A string that is
far above the others in SOC may give to them while the pack is charged: I counts that, and is not below 0.
"""

from __future__ import annotations

import math

from ....core.fields import Fields, state, whole
from ....core.kernel import Block, kernel
from ....core.variable import Count
from ..group_port import prepare_first_horizon, prepare_horizon, quick_voltage
from ..state_of_power import HORIZONS, MULTIPLES, charge_to_limit, limits_of_horizon, pack_limit, survey
from .currents import in_parallel


def fields(groups: int, strings: int) -> Fields:
    """Return the working memory of the limits of so many strings."""
    count = Count(strings, "string")
    return Fields(
        modules=(__name__,),
        states=(
            *(
                whole(f"string_limiting_{way}", (count, len(HORIZONS)),
                      f"Group, from 0, that limited {way}s of each string last", greatest=groups - 1.0)
                for way in ("charge", "discharge")
            ),
            state("string_emf", "V", count, "Work: emf of each string now"),
            state("string_resistance", "Ohm", count, "Work: resistance of each string now"),
            state("string_slope", "Ohm", count, "Work: how each string's voltage goes with its current"),
            state("borne_current", "A", count, "Work: size of the greatest constant current of each string"),
            state("borne_voltage", "V", count, "Work: voltage of each string after it"),
            state("end_current", "A", count, "Work: size of the current of each string at the end of its power"),
            state("end_voltage", "V", count, "Work: voltage of each string then"),
        ),
    )  # fmt: skip


@kernel
def reset(x: Block) -> None:
    """Start the searches with the first group of each string."""
    for s in range(x.string_limiting_charge.shape[0]):
        for j in range(x.string_limiting_charge.shape[1]):
            x.string_limiting_charge[s, j] = x.string_limiting_discharge[s, j] = 0.0


@kernel
def bear(x: Block, p: Block, c: Block, s: int, sign: float, most: float, j: int, horizon: float) -> None:
    """Find what string s bears of a current of this sign, up to `most` [A], for horizon j [s]."""
    groups = (int(c.string_start[s]), int(c.string_start[s + 1]))
    last = x.string_limiting_charge[s, j] if sign > 0.0 else x.string_limiting_discharge[s, j]
    now, charge = (x.string_emf[s], x.string_resistance[s]), charge_to_limit(x, p, groups, sign)
    found = limits_of_horizon(x, p, last, groups, sign, most, charge, now, horizon)
    group, size, voltage, end, end_voltage, share = found
    if size <= 0.0:
        _, voltage, share = survey(x, p, group, groups, sign, 0.0, horizon)
        end_voltage = voltage
    _, own = quick_voltage(x, p, group, sign * size, horizon)
    if sign > 0.0:
        x.string_limiting_charge[s, j] = group
    else:
        x.string_limiting_discharge[s, j] = group
    x.string_slope[s] = share * own
    x.borne_current[s], x.borne_voltage[s], x.end_current[s], x.end_voltage[s] = size, voltage, end, end_voltage


@kernel
def together(x: Block, current: Block, voltage: Block, first: int, end: int, sign: float) -> tuple[float, float, float]:
    """Return size of the current [A], voltage [V] and conductance [S] of the strings from `first` to before `end`.

    `current` [A] and `voltage` [V] are those that each string bears.
    """
    limit, total, conductance = math.inf, 0.0, 0.0
    for s in range(first, end):
        if x.cut_off[s] == 0.0:
            limit = min(limit, sign * voltage[s])
    for s in range(first, end):
        if x.cut_off[s] == 0.0:
            total += current[s] + (limit - sign * voltage[s]) / x.string_slope[s]
            conductance += 1.0 / x.string_slope[s]
    return max(0.0, total), sign * limit, conductance


@kernel
def in_series(x: Block, c: Block, current: Block, voltage: Block, sign: float) -> tuple[float, float]:
    """Return size of the current [A] and voltage [V] of all modules; both 0 where a module has no string left."""
    parallel, least, level, resistance = in_parallel(x, c), math.inf, 0.0, 0.0
    for m in range(int(c.modules)):
        first = m * parallel
        size, end, conductance = together(x, current, voltage, first, first + parallel, sign)
        if conductance <= 0.0:
            return 0.0, 0.0
        least = min(least, size)
        level += end - sign * size / conductance
        resistance += 1.0 / conductance
    return least, level + sign * least * resistance


@kernel
def limits(x: Block, p: Block, c: Block, sign: float, most: float, j: int, horizon: float) -> tuple[float, float]:
    """Return the greatest current of this sign [A], each string up to `most`, and power [W], for horizon j [s]."""
    for s in range(x.cut_off.shape[0]):
        bear(x, p, c, s, sign, most, j, horizon)
    size, _ = in_series(x, c, x.borne_current, x.borne_voltage, sign)
    end, voltage = in_series(x, c, x.end_current, x.end_voltage, sign)
    return (size, end * voltage) if most > 0.0 else (0.0, 0.0)


@kernel
def write_limits(x: Block, p: Block, y: Block, c: Block, left: float) -> None:
    """Write currents and powers of all horizons; both are 0 in a direction that is not permitted.

    `left` is the share of the pack's currents that faults leave.
    """
    part = left / in_parallel(x, c)
    charging = part * pack_limit(x, p, 1.0) if x.charging > 0.0 else 0.0
    discharging = part * pack_limit(x, p, -1.0) if x.discharging > 0.0 else 0.0
    for s in range(x.cut_off.shape[0]):
        first, end = int(c.string_start[s]), int(c.string_start[s + 1])
        x.string_emf[s], x.string_resistance[s] = prepare_first_horizon(x, p, first, end, HORIZONS[0])
    for j in range(len(HORIZONS)):
        prepare_horizon(x, p, MULTIPLES[j])
        y.charge_current[j], y.charge_power[j] = limits(x, p, c, 1.0, charging, j, HORIZONS[j])
        y.discharge_current[j], y.discharge_power[j] = limits(x, p, c, -1.0, discharging, j, HORIZONS[j])
