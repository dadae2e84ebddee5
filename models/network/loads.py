"""The load of a pack: the current that it sets on the affine port ``V = E + R I`` of the pack.

Equations
---------
`load_mode` selects how the load sets the pack current I of the step:

current
    I = `pack_current`. A mode of 0 means current, too.
power
    V I = P = `pack_power`, the root next to zero, ``I = 2 P / (E + sqrt(E^2 + 4 R P))``. Discharging below
    ``P = -E^2 / (4 R)``, which `maximum_discharge_power` gives with its sign turned, has no solution: the step is
    refused. So is any power while E is 0 or less.
constant current constant voltage
    I = `pack_current` while V keeps to `voltage_limit`, else the I that puts V on it, never of the other sign.
    A charge keeps V at or below the limit, a discharge at or above it. As soon as, in that second phase, the
    size of I would be at or below `taper_current`, the current is 0 and `charge_complete` is set, in that very
    step; both stay so until the load mode changes or `restart_charge` rises, whatever the other inputs do.
constant current cell voltage
    The same by the voltages of the cells: I = `pack_current` while each keeps to `maximum_cell_voltage` (discharging:
    `minimum_cell_voltage`), else the I that holds the first cell at that limit (`cell_limit`).
allowed current
    I = `pack_current` within `-discharge_current_limit` and `charge_current_limit`, which a battery management tells
    and withdraws; without one their start values allow every current. It does not end by itself.
constant voltage
    The I that puts V on `voltage_limit`, of either sign, within `-maximum_discharge_current` and
    `maximum_charge_current`. It does not end by itself.
anode potential
    I = `pack_current` while every negative electrode is above `anode_potential_limit`, else the I that holds the lowest
    there, never of the other sign (`anode_limit`). It does not end by itself. Of packs whose cells tell it.

A charge that is complete begins again in the step in which `restart_charge` is true and was false in the step before.
To hold it true does nothing more.

Shared states
-------------
`finished` is written here; `network` uses it.

References
----------
G. L. Plett, Battery Management Systems, Volume II: Equivalent-Circuit Methods, Artech House 2016: power limits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

from ...core.bounds import LARGE, UNBOUNDED
from ...core.fields import Fields, flag, whole
from ...core.kernel import Block, kernel
from ...core.variable import DataType, Variable
from . import bounds, cell_limit
from .anode_limit import anode_limited_current
from .cell_limit import cell_limited_current


class LoadMode(IntEnum):
    """What the load prescribes."""

    CURRENT = 1
    POWER = 2
    CONSTANT_CURRENT_CONSTANT_VOLTAGE = 3
    CONSTANT_CURRENT_CELL_VOLTAGE = 4
    ALLOWED_CURRENT = 5
    CONSTANT_VOLTAGE = 6
    ANODE_POTENTIAL = 7


POWER = int(LoadMode.POWER)
CONSTANT_CURRENT_CONSTANT_VOLTAGE = int(LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE)
CONSTANT_CURRENT_CELL_VOLTAGE = int(LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE)
ALLOWED_CURRENT = int(LoadMode.ALLOWED_CURRENT)
CONSTANT_VOLTAGE = int(LoadMode.CONSTANT_VOLTAGE)
ANODE_POTENTIAL = int(LoadMode.ANODE_POTENTIAL)


def fields(groups: int, anodes: bool = False) -> Fields:
    """Return what vehicle, charger or battery management prescribe, and what the load reports.

    Parameters
    ----------
    groups : int
        In series.
    anodes : bool
        Whether the cells tell the potentials of their negative electrodes.
    """
    modes = [mode for mode in LoadMode if anodes or mode is not LoadMode.ANODE_POTENTIAL]
    return Fields(
        parameters=(
            Variable("taper_current", "A", None, 1.0, 0.0, bounds.CURRENT, 1.0,
                     "Size of the pack current at which the constant-voltage phase ends", tunable=True),
        ),
        inputs=_inputs(groups, modes),
        outputs=(
            Variable("maximum_discharge_power", "W", None, 0.0, 0.0, UNBOUNDED, 1e4,
                     "Most power that the pack can deliver in this step; 1e300 W where it has no bound",
                     display_unit="kW"),
            Variable("charge_complete", "1", None, 0.0, 0.0, 1.0, 1.0,
                     "Constant current then constant voltage, of pack or cell, has ended at the taper current",
                     data_type=DataType.BOOLEAN),
        ),
        states=(
            flag("finished", None, "Whether the charge has ended"),
            whole("mode_before", None, "Load mode of the last step", greatest=float(max(modes))),
            flag("restart_before", None, "Whether the last step had restart_charge"),
        ),
        modules=(__name__, cell_limit.__name__),
    )  # fmt: skip


def _inputs(groups: int, modes: Sequence[LoadMode]) -> tuple[Variable, ...]:
    told = ", ".join(f"{mode.value} {mode.name.lower().replace('_', ' ')}" for mode in modes)
    highest = bounds.VOLTAGE * groups
    limits = tuple(
        Variable(f"{way}_current_limit", "A", None, bounds.CURRENT, 0.0, bounds.CURRENT, 100.0,
                 f"Greatest {way[:-1]}ing pack current that is allowed, of mode {ALLOWED_CURRENT}")
        for way in ("charge", "discharge")
    )  # fmt: skip
    return (
        Variable("load_mode", "1", None, 1.0, 0.0, max(modes), 1.0, f"What the load prescribes: 0 or {told}",
                 data_type=DataType.INTEGER),
        Variable("pack_current", "A", None, 0.0, -bounds.CURRENT, bounds.CURRENT, 100.0,
                 "Current into the pack; that of the constant-current phase when charging to a voltage"),
        Variable("pack_power", "W", None, 0.0, -bounds.POWER, bounds.POWER, 1e4,
                 "Power into the pack, mean over the step", display_unit="kW"),
        Variable("voltage_limit", "V", None, round(4.2 * groups, 9), -highest, highest, 4.0 * groups,
                 "Pack voltage of the constant-voltage phase, and of a constant voltage"),
        *limits,
        Variable("restart_charge", "1", None, 0.0, 0.0, 1.0, 1.0,
                 "Starts a complete charge again when it becomes true", data_type=DataType.BOOLEAN),
    )  # fmt: skip


@kernel
def maximum_power(emf: float, resistance: float) -> float:
    """Return the most that can be taken from the port [W], ``emf^2 / (4 resistance)`` at half the EMF.

    Without resistance it is `LARGE`; with an EMF [V] of 0 or less it is 0.
    """
    if emf <= 0.0:
        return 0.0
    return min(emf * emf / (4.0 * resistance), LARGE)


@kernel
def feasible(power: float, emf: float, resistance: float) -> bool:
    """Return whether the port can take a power [W]; with an EMF [V] of 0 or less it takes none."""
    return power == 0.0 or (emf > 0.0 and power >= -maximum_power(emf, resistance))


@kernel
def power_current(power: float, emf: float, resistance: float) -> float:
    """Return the current [A] at which the port takes a power [W]: the root of ``(emf + R I) I = power`` next to 0.

    Of the two forms of that root, the one without cancellation. Holds for a feasible power.
    """
    if power == 0.0:
        return 0.0
    root = math.sqrt(max(emf * emf + 4.0 * resistance * power, 0.0))
    return 2.0 * power / (emf + root)


@kernel
def limited_current(current: float, voltage_limit: float, emf: float, resistance: float) -> float:
    """Return the current of a charge at `current` [A] that keeps to a voltage limit [V]; of a discharge likewise.

    A charge (current > 0) keeps the voltage at or below the limit, a discharge at or above it. Where not even 0
    does, it is 0: a charger does not discharge.
    """
    direction = math.copysign(1.0, current)
    room = direction * (voltage_limit - emf)
    if resistance * abs(current) <= room:
        return current
    if room <= 0.0:
        return 0.0
    return direction * room / resistance


@kernel
def voltage_current(voltage: float, emf: float, resistance: float, charging: float, discharging: float) -> float:
    """Return the current that puts the port on a voltage [V], within ``-discharging`` and ``charging`` [A], both >= 0.

    Without resistance it is the bound on the side of the voltage, or 0 at the EMF.
    """
    room = voltage - emf
    if room > resistance * charging:
        return charging
    if room < -resistance * discharging:
        return -discharging
    return room / resistance if resistance > 0.0 else 0.0


@kernel
def reset_charge(x: Block) -> None:
    """Start a run: no charge has begun."""
    x.finished = x.mode_before = x.restart_before = 0.0


@kernel
def begin_charge(x: Block, u: Block) -> None:
    """Let a charge begin anew in another load mode, and where `restart_charge` has become true."""
    restarted = u.restart_charge > 0.5 and x.restart_before < 0.5
    if restarted or u.load_mode != x.mode_before:
        x.finished = 0.0
    x.mode_before, x.restart_before = u.load_mode, u.restart_charge


@kernel
def charge_current(x: Block, p: Block, u: Block, current: float) -> float:
    """Return the pack current [A] of a charge whose voltage limit leaves `current`; `finished` latches its end."""
    if current != u.pack_current and abs(current) <= p.taper_current:
        x.finished = 1.0
    return 0.0 if x.finished == 1.0 else current


@kernel
def load_current(x: Block, p: Block, u: Block, y: Block, emf: float, resistance: float) -> float:
    """Return the pack current [A] that the load sets; a power must be feasible."""
    if u.load_mode == CONSTANT_CURRENT_CELL_VOLTAGE:
        begin_charge(x, u)
        return charge_current(x, p, u, cell_limited_current(x, p, u, y, u.pack_current))
    return terminal_current(x, p, u, emf, resistance)


@kernel
def terminal_current(x: Block, p: Block, u: Block, emf: float, resistance: float) -> float:
    """Return the pack current [A] of a load that knows of the terminals alone."""
    begin_charge(x, u)
    if u.load_mode == CONSTANT_CURRENT_CONSTANT_VOLTAGE:
        return charge_current(x, p, u, limited_current(u.pack_current, u.voltage_limit, emf, resistance))
    if u.load_mode == POWER:
        return power_current(u.pack_power, emf, resistance)
    if u.load_mode == ALLOWED_CURRENT:
        return min(max(u.pack_current, -u.discharge_current_limit), u.charge_current_limit)
    if u.load_mode == CONSTANT_VOLTAGE:
        charging, discharging = p.maximum_charge_current, p.maximum_discharge_current
        return voltage_current(u.voltage_limit, emf, resistance, charging, discharging)
    return u.pack_current


@kernel
def load_current_by_anode(x: Block, p: Block, u: Block, y: Block, emf: float, resistance: float) -> float:
    """Return the pack current [A] that the load sets where the cells tell of their negative electrodes."""
    if u.load_mode == ANODE_POTENTIAL:
        begin_charge(x, u)
        return anode_limited_current(x, u, y, u.pack_current)
    return load_current(x, p, u, y, emf, resistance)
