"""State of power: the greatest currents and powers that a pack may carry for 2, 10 and 30 s.

Equations
---------
The current is the greatest constant current I into the pack (out of it, likewise) such that for every group::

    v_g(t + horizon) = emf_g + resistance_g I <= maximum_voltage     (>= minimum_voltage)
    z_g + eta I horizon / Q_g <= maximum_soc                        (>= minimum_soc)
    I <= maximum_charge_current * derating                          (maximum_discharge_current)

The port ``emf_g, resistance_g`` is that of the estimate (`group_port`), linearised about I itself. The derating falls
from 1 to 0 over `derating_width` towards `maximum_temperature` by the hottest sensor, and towards
`minimum_charge_temperature` or `minimum_discharge_temperature` by the coldest one. Current and power are 0 where the
permission to charge or discharge is missing.

The limiting group: the current is sought for the group that limited last time, by Newton's method between a
current that keeps the limit and one that does not, until the voltage is within 10 uV of the limit. Where the quick
voltage of another group is further beyond it, the current is sought next for the group that needs it changed most, and
so on. The limiting group is missed by no more than the errors of two quick voltages differ: 20 uV in tests.

The power is the one that may be held for the horizon, ``I_end sum_g v_g(t + horizon)``. Under a constant power the
current grows in discharge, and falls in charge, as the voltage does the contrary. So I_end is the current that the
limiting group bears after a straight change from ``ratio * I_end``, with ``ratio = sum_g v_g(t + horizon) / sum_g
v_g(t)``, the voltages being those under I. From I to I_end the limiting group changes its voltage (not where it is on
its limit twice), that of all by as much times the ratio of their slopes. Tests: within 0.5 % of what close ports give.

Limits
------
Currents and powers leave out balancing, busbars, contacts, and the error of the estimate: keep a margin of its sigma.
The temperature is constant over the horizon. A minimum that is not below its maximum is refused. Start values:
discharging ends at -20 and 55 degC, currents fall from -10 and 45 degC on [1]; charging ends at 0 degC, assumed.

Shared states
-------------
`limiting_charge` and `limiting_discharge` are written here; `bms` resets them.

References
----------
[1] Fraunhofer IISB, foxBMS 2, version 1.6.0, battery_cell_cfg.h. G. L. Plett, Battery Management Systems, Volume II:
Equivalent-Circuit Methods, Artech House 2016, chapter 6 (power limits).
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, whole
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from ..numerics.index import index
from .filter_states import SOC
from .group_port import CLOSE, Port, greatest_current, prepare_first_horizon, prepare_horizon, quick_voltage

HORIZONS = (2.0, 10.0, 30.0)
"""The times that currents and powers are for [s]: each a multiple of the one before."""

MULTIPLES = (1, 5, 3)
"""Each horizon as a multiple of the one before; the first one of itself."""

SURVEYS = 10
"""Greatest number of searches for a group that bears less, after the first; one or none are enough for most packs."""

Range = tuple[int, int]
"""Groups in series: the first of them, and the one behind the last."""

STEEPEST = 2.0
"""Greatest ratio of two currents that is believed, or of their reciprocals."""


def fields(groups: int, group: CellParameters) -> Fields:
    """Return limits, currents and powers of `groups`; the limits start as those of `group`, seen as one cell."""
    last = tuple(
        whole(f"limiting_{way}", len(HORIZONS), f"Group, from 0, that limited {way}s last", greatest=groups - 1.0)
        for way in ("charge", "discharge")
    )
    return limit_fields(group) + Fields(states=last)


def limit_fields(group: CellParameters, strings: int = 1) -> Fields:
    """Return limits, currents and powers of so many strings in parallel."""
    return Fields(modules=(__name__,), parameters=_limits(group, strings), outputs=_powers())


def _limits(group: CellParameters, strings: int) -> tuple[Variable, ...]:
    charge, discharge = strings * group.maximum_charge_current, strings * group.maximum_discharge_current
    return (
        Variable("minimum_voltage", "V", None, group.minimum_voltage, -100.0, 100.0, 4.0,
                 "Voltage that no group is to fall below"),
        Variable("maximum_voltage", "V", None, group.maximum_voltage, -100.0, 100.0, 4.0,
                 "Voltage that no group is to rise above"),
        Variable("maximum_charge_current", "A", None, charge, 0.0, 1e6, 100.0,
                 "Greatest charging pack current"),
        Variable("maximum_discharge_current", "A", None, discharge, 0.0, 1e6, 100.0,
                 "Greatest size of a discharging pack current"),
        Variable("minimum_charge_temperature", "K", None, 273.15, 200.0, 500.0, 300.0,
                 "Temperature down to which the pack may be charged", display_unit="degC"),
        Variable("minimum_discharge_temperature", "K", None, 253.15, 200.0, 500.0, 300.0,
                 "Temperature down to which the pack may be discharged", display_unit="degC"),
        Variable("maximum_temperature", "K", None, 328.15, 200.0, 500.0, 300.0,
                 "Temperature up to which the pack may be charged and discharged", display_unit="degC"),
        Variable("derating_width", "K", None, 10.0, 1e-6, 100.0, 10.0,
                 "Distance from these temperatures at which the pack's currents start to fall to 0"),
    )  # fmt: skip


def _powers() -> tuple[Variable, ...]:
    horizons = " and ".join(", ".join(f"{horizon:g}" for horizon in HORIZONS).rsplit(", ", 1))
    return tuple(
        Variable(f"{way}_{name}", unit, len(HORIZONS), 0.0, -UNBOUNDED, UNBOUNDED, nominal,
                 f"{text} for {horizons} s", display_unit=shown)
        for name, unit, nominal, shown, what in (
            ("current", "A", 100.0, "", "Greatest constant current that the pack may be"),
            ("power", "W", 1e4, "kW", "Power at the end of that current, which the pack may be"),
        )
        for way, text in (("charge", f"{what} charged with"), ("discharge", f"{what} discharged with"))
    )  # fmt: skip


@kernel
def survey(
    x: Block, p: Block, k: int, groups: Range, sign: float, size: float, horizon: float
) -> tuple[int, float, float]:
    """Survey groups in series under a current of this sign and size [A].

    Returns
    -------
    weakest : int
        The group that needs it changed most; `k` where none is further beyond its limit by more than `CLOSE`.
    voltage, share : float
        Of all groups ahead [V], and its slope over that of `k`.
    """
    limit = p.maximum_voltage if sign > 0.0 else p.minimum_voltage
    level, own = quick_voltage(x, p, k, sign * size, horizon)
    weakest, excess, steepness = k, sign * (level - limit), own
    total = slopes = 0.0
    for g in range(groups[0], groups[1]):
        voltage, slope = quick_voltage(x, p, g, sign * size, horizon)
        total += voltage
        slopes += slope
        beyond = sign * (voltage - limit)
        if (beyond - CLOSE) * steepness > excess * slope:
            weakest, excess, steepness = g, beyond, slope
    return weakest, total, slopes / own


@kernel
def limiting_current(
    x: Block, p: Block, first: int, groups: Range, sign: float, most: float, horizon: float
) -> tuple[float, float, int, float, float]:
    """Find the greatest size of a constant current of this sign, up to `most` [A], that every one of the groups bears.

    Parameters
    ----------
    x, p : Block
        States and parameters of a Bms; quick voltages at the horizon are prepared.
    first : int
        The group that the current is sought for first.
    groups : (int, int)
        The groups in series: the first of them, and the one behind the last.
    sign : float
        1 for a charge, -1 for a discharge.
    most : float
        Greatest size [A], > 0.
    horizon : float
        How long [s], > 0.

    Returns
    -------
    size, excess : float
        Of the current [A], and of the voltage of `group` under it [V].
    group : int
        The one that limits, or comes closest to its limit.
    voltage, share : float
        As `survey` finds them under the current.
    """
    group = first
    size, excess = greatest_current(x, p, group, sign, most, 1.0, horizon)
    weakest, voltage, share = survey(x, p, group, groups, sign, size, horizon)
    tries = 0
    while weakest != group and tries < SURVEYS:
        group, before = weakest, size
        size, excess = greatest_current(x, p, group, sign, size, 1.0, horizon)
        if size < before:
            weakest, voltage, share = survey(x, p, group, groups, sign, size, horizon)
        tries += 1
    return size, excess, group, voltage, share


@kernel
def charge_to_limit(x: Block, p: Block, groups: Range, sign: float) -> float:
    """Return the size of the charge of this sign that brings the first of the groups to its SOC limit [C]; 0 beyond."""
    least = math.inf
    for k in range(groups[0], groups[1]):
        left = p.maximum_soc - x.estimate[k, SOC] if sign > 0.0 else x.estimate[k, SOC] - p.minimum_soc
        least = min(least, max(0.0, left) * x.capacity[k] / circuit.storing(p, k, sign))
    return least


@kernel
def derate(distance: float, width: float) -> float:
    """Return the share of a current that is left at a distance [K] from the temperature where it becomes 0."""
    return min(1.0, max(0.0, distance / width))


@kernel
def pack_limit(x: Block, p: Block, sign: float) -> float:
    """Return the size of the current of this sign that the pack may carry at its temperatures [A]."""
    coldest = hottest = x.reading_temperature[0]
    for s in range(1, x.reading_temperature.shape[0]):
        coldest, hottest = min(coldest, x.reading_temperature[s]), max(hottest, x.reading_temperature[s])
    lowest = p.minimum_charge_temperature if sign > 0.0 else p.minimum_discharge_temperature
    share = derate(coldest - lowest, p.derating_width) * derate(p.maximum_temperature - hottest, p.derating_width)
    return share * (p.maximum_charge_current if sign > 0.0 else p.maximum_discharge_current)


@kernel
def limits_of_horizon(
    x: Block, p: Block, first: float, groups: Range, sign: float, most: float, charge: float, now: Port, horizon: float
) -> tuple[int, float, float, float, float, float]:
    """Return the limits of this sign for one horizon.

    Parameters
    ----------
    x, p, first, groups, sign, horizon
        As for `limiting_current`.
    most, charge : float
        Current that the groups may carry [A], and charge that may flow until an SOC limit is met [C].
    now : (float, float)
        emf [V] and resistance [Ohm] of the groups together at this instant.

    Returns
    -------
    group : int
        The one to start with next time.
    size, voltage : float
        Of the greatest constant current [A], and of the groups together after it [V].
    end, end_voltage : float
        The same at the end of the greatest power that is borne for the horizon. Without a current all four are 0.
    share : float
        How the voltage of the groups changes with the current, over how that of `group` does.
    """
    group, size = index(first - groups[0], groups[1] - groups[0]) + groups[0], min(most, charge / horizon)
    voltage, end, end_voltage, share = 0.0, 0.0, 0.0, 1.0
    if size > 0.0:
        size, excess, group, voltage, share = limiting_current(x, p, group, groups, sign, size, horizon)
        before = now[0] + sign * now[1] * size
        ratio = min(max(1.0 / STEEPEST, voltage / before), STEEPEST) if before > 0.0 else 1.0
        end = min(most / max(1.0, ratio), charge / (0.5 * (1.0 + ratio) * horizon))
        end, changed = greatest_current(x, p, group, sign, end, ratio, horizon)
        end_voltage = voltage + share * sign * (changed - excess)
    if size <= 0.0:
        end = 0.0
    return group, size, voltage, end, end_voltage, share


@kernel
def write_limits(x: Block, p: Block, y: Block, left: float) -> None:
    """Write currents and powers of all horizons; both are 0 in a direction that is not permitted.

    `left` is the share of the pack's currents that faults leave.
    """
    charging = left * pack_limit(x, p, 1.0) if x.charging > 0.0 else 0.0
    discharging = left * pack_limit(x, p, -1.0) if x.discharging > 0.0 else 0.0
    groups = (0, x.capacity.shape[0])
    into, out = charge_to_limit(x, p, groups, 1.0), charge_to_limit(x, p, groups, -1.0)
    now = prepare_first_horizon(x, p, 0, x.capacity.shape[0], HORIZONS[0])
    for j in range(len(HORIZONS)):
        prepare_horizon(x, p, MULTIPLES[j])
        horizon, first = HORIZONS[j], x.limiting_charge[j]
        group, size, _, end, voltage, _ = limits_of_horizon(x, p, first, groups, 1.0, charging, into, now, horizon)
        x.limiting_charge[j], y.charge_current[j], y.charge_power[j] = group, size, end * voltage
        first = x.limiting_discharge[j]
        group, size, _, end, voltage, _ = limits_of_horizon(x, p, first, groups, -1.0, discharging, out, now, horizon)
        x.limiting_discharge[j], y.discharge_current[j], y.discharge_power[j] = group, size, end * voltage
