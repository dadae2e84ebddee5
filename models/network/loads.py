"""Loads on an affine port: the current that a load draws from ``V = emf + resistance * current``."""

from __future__ import annotations

import math
import sys
from enum import IntEnum

from ...core.model import kernel

LARGEST = sys.float_info.max
"""Stands for a power without bound [W]: outputs are finite."""


class LoadMode(IntEnum):
    """What the load prescribes."""

    CURRENT = 1
    POWER = 2
    CONSTANT_CURRENT_CONSTANT_VOLTAGE = 3


@kernel
def maximum_power(emf: float, resistance: float) -> float:
    """Return the most that can be taken from the port [W], ``emf^2 / (4 resistance)`` at half the EMF.

    Without resistance it is the largest number there is; with an EMF [V] of 0 or less it is 0.
    """
    if emf <= 0.0:
        return 0.0
    return min(emf * emf / (4.0 * resistance), LARGEST)


@kernel
def feasible(power: float, emf: float, resistance: float) -> bool:
    """Tell whether the port can take a power [W]; with an EMF [V] of 0 or less it takes none."""
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
