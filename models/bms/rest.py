"""The charge that flows into a group by the sensor alone, and its open-circuit voltage at rest.

Equations
---------
`counted_soc` counts charge alone, from `initial_soc` and with the capacity of the parameters, and is not held within 0
and 1; i is the reading of the mean current with known balancing currents::

    d counted_soc/dt = (eta i - i_s(T)) / capacity

The open-circuit voltage at rest is the measured voltage less R0 i and what the RC pairs and hysteresis still hold,
averaged over the last samples. From rest to rest the charge is counted likewise, ``dq/dt = eta i - i_s(T)``, with the
current that the filter took, its bias added again.

Shared states
-------------
`rest_voltage`, `rest_samples`, `point_charge` and `point_time` are written here; `capacity` reads them at the end of a
rest, and resets them.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Detail, Variable
from ..cell import circuit
from .filter_states import SOC, error_place

SAMPLES = 64.0
"""Samples that the voltage at rest is averaged over: the last ones, when the pairs have relaxed most."""


def fields(groups: int) -> Fields:
    """Return the SOC by counting, the voltage at rest, and the charge and the time since the last point."""
    return Fields(
        modules=(__name__,),
        outputs=(
            Variable("counted_soc", "1", groups, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                     "SOC of each group by counting charge alone", display_unit="%", detail=Detail.GROUP),
        ),
        states=(
            state("counted_soc", "1", groups, "SOC by counting charge alone"),
            state("rest_voltage", "V", groups, "Open-circuit voltage at rest, mean of the last minutes"),
            state("rest_samples", "1", groups, "Samples in it", 0.0),
            state("point_charge", "C", groups, "Charge since the last rest that was well known, by the readings"),
            state("point_time", "s", groups, "Time since that rest", 0.0),
        ),
    )  # fmt: skip


@kernel
def initialize(x: Block, p: Block, y: Block, k: int) -> None:
    """Reset the voltage at rest, and charge and time since a rest, of group k."""
    x.counted_soc[k] = y.counted_soc[k] = p.initial_soc[k]
    x.rest_voltage[k] = x.rest_samples[k] = x.point_charge[k] = x.point_time[k] = 0.0


@kernel
def count(x: Block, p: Block, k: int, reading: float, h: float) -> None:
    """Count the charge of a step of h [s] in group k; `reading` is the current that the filter took, with bias [A]."""
    current = x.mean_current[k]
    x.counted_soc[k] += h * (circuit.storing(p, k, current) * current - x.self_discharge[k]) / p.capacity[k]
    x.point_charge[k] += h * (circuit.storing(p, k, reading) * reading - x.self_discharge[k])
    x.point_time[k] += h


@kernel
def average(x: Block, p: Block, k: int, voltage: float) -> None:
    """Take a measured voltage [V] of group k into the mean of the open-circuit voltage at rest."""
    if math.isfinite(voltage):
        estimate, place = x.estimate[k], circuit.locate(p, x.estimate[k, SOC])
        held = circuit.ohmic(x, p, k, place) * x.current[k]
        for i in range(1, error_place(p)):
            held += estimate[i]
        within = min(max(-p.polarisation_bound, held), p.polarisation_bound)
        x.rest_samples[k] = min(x.rest_samples[k] + 1.0, SAMPLES)
        x.rest_voltage[k] += (voltage - within - x.rest_voltage[k]) / x.rest_samples[k]


@kernel
def record_charge_and_rest(x: Block, p: Block, y: Block, k: int, reading: float, h: float) -> None:
    """Count the charge of a step of h [s] in group k as `count` does, and average its voltage at rest."""
    count(x, p, k, reading, h)
    y.counted_soc[k] = x.counted_soc[k]
    if x.resting == 1.0:
        average(x, p, k, x.reading_voltage[k])
