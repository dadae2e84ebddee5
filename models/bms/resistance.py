"""Scale of a group's resistances, learned from steps of the current.

Equations
---------
Where the current at the instant of the voltage jumps by di, the innovation is the error of the resistances times di::

    innovation = (s' / s - 1) e di,    e = R0 + sum_j R_j (1 - exp(-h / (R_j C_j)))

s is the scale as it is known, s' the true one, and e the resistance that acts at h after the jump. The part of the
innovation that was left after the correction before is taken off. A jump counts from `current_step` on. A scalar Kalman
filter corrects s by it; its variance does not fall below the error of the tables, `resistance_error`, or stays where it
is if it was below before.

`soh_resistance` is the estimated scale over that of the parameters.

Limits
------
The sensor of temperature is believed: an error of a group's temperature is taken for its resistance. All resistances of
a group have one scale.

Shared states
-------------
`residual` is written here; `supervisor` uses it. `resistance_factor` is written here; `cell.circuit` and `group_port`
use it. `resistance_scale` is written here; `cell.circuit` uses it. `last_present` is written here; `detection` uses it.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from ..numerics.scalar_filter import learn
from .filter_states import SOC, hysteresis_place

LEAST, GREATEST = 0.1, 10.0
"""Bounds of the scale, in that of the parameters."""


def fields(groups: int, group: CellParameters) -> Fields:
    """Return what is assumed of the resistances, and the estimate of their scale."""
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("initial_resistance_sigma", "1", None, 0.1, 0.0, 10.0, 0.1,
                     "Standard deviation of the initial scale of the resistances, as a share of it", display_unit="%"),
            Variable("resistance_error", "1", None, max(group.errors.resistance, 1e-6), 1e-6, 1.0, 0.05,
                     "Standard deviation of the tables of resistance, as a share of them", display_unit="%"),
            Variable("current_step", "A", None, group.capacity / 3600.0 / 3.0, 1e-6, UNBOUNDED, 10.0,
                     "Least step of the current that the resistance is measured by"),
        ),
        outputs=(
            Variable("soh_resistance", "1", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Estimated resistance of each group over that of its parameters",
                     display_unit="%", detail=Detail.GROUP),
        ),
        states=(
            Variable("residual", "V", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Measured less expected voltage, after the correction"),
            Variable("last_present", "A", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "Measured current at the instant of the voltage before"),
            Variable("scale_sigma", "1", groups, 0.0, 0.0, UNBOUNDED, 1.0,
                     "Standard deviation of the resistance scale"),
        ),
    )  # fmt: skip


@kernel
def initialize(x: Block, p: Block, y: Block, k: int) -> None:
    """Set the standard deviation of group k's scale to that of the parameters."""
    x.scale_sigma[k] = p.initial_resistance_sigma * p.resistance_scale[k]
    x.residual[k] = x.last_present[k] = 0.0
    y.soh_resistance[k] = x.resistance_scale[k] / p.resistance_scale[k]


@kernel
def rescale(x: Block, p: Block, k: int, scale: float) -> None:
    """Set the scale of all resistances of group k."""
    within = min(max(LEAST * p.resistance_scale[k], scale), GREATEST * p.resistance_scale[k])
    for i in range(x.resistance_factor.shape[1]):
        x.resistance_factor[k, i] *= within / x.resistance_scale[k]
    x.resistance_scale[k] = within


@kernel
def measure_resistance(x: Block, p: Block, k: int, jump: float, innovation: float, variance: float) -> None:
    """Correct the scale of group k by the innovation that a jump of the current [A] made, and its variance."""
    scale = x.resistance_scale[k]
    change = circuit.ohmic(x, p, k, circuit.locate(p, x.estimate[k, SOC])) * jump
    for j in range(1, hysteresis_place(p)):
        change -= x.by_bias[j] * jump
    noise = variance + p.voltage_sigma**2 + (p.resistance_error * change) ** 2
    floor = (p.resistance_error * scale) ** 2
    known = x.scale_sigma[k] * x.scale_sigma[k]
    value, known = learn(scale, known, change / scale, innovation, noise, floor)
    x.scale_sigma[k] = math.sqrt(known)
    rescale(x, p, k, value)


@kernel
def learn_resistance(x: Block, p: Block, y: Block, k: int, present: float, innovation: float, variance: float) -> None:
    """Learn the scale of group k from a step of the measured current at the instant of the voltage [A]; write it.

    `innovation` and `variance` are those that `kalman_correction.correct` returned.
    """
    within = min(max(-p.current_range, present), p.current_range) if math.isfinite(present) else x.last_present[k]
    jump, before = within - x.last_present[k], x.residual[k]
    x.last_present[k] = within
    if math.isfinite(variance):
        taken = 0.0
        for i in range(x.gain.shape[0]):
            taken += x.sensitivity[i] * x.gain[i]
        x.residual[k] = min(max(-p.polarisation_bound, (1.0 - taken) * innovation), p.polarisation_bound)
        if abs(jump) >= p.current_step:
            measure_resistance(x, p, k, jump, innovation - before, variance)
    y.soh_resistance[k] = x.resistance_scale[k] / p.resistance_scale[k]
