"""The insulation of the pack from the chassis, measured from time to time.

Equations
---------
Every `insulation_period` the resistance from the pack to the chassis is measured, with a relative error that is normal
with the standard deviation `insulation_error`. Over the voltage of the pack, the sum of the measured voltages of the
groups in series, it is `measured_insulation`, in Ohm for each volt. Where that is below a threshold in
`insulation_confirmations` measurements one after the other, the warning or the fault is set; it stays until `reset`
rises. So a fault is found after as many periods at the latest.

Start values. Thresholds of 500 and 100 Ohm/V: ISO 6469-3 and UN ECE R100 ask for 100 Ohm/V of a d.c. and 500 Ohm/V of
an a.c. circuit. Period, error and number of measurements are assumed.

Limits
------
Before its first measurement the insulation counts as sound.

Shared states
-------------
`insulation_failed` is written here; `faults` reads it.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, flag, state, whole
from ....core.kernel import Block, kernel
from ....core.variable import DataType, Variable
from ..channel import white
from ..protection import time_is_up

SOUND = 1e12
"""Resistance for each volt before the first measurement, and the greatest that is told [Ohm/V]."""


def fields(channel: int) -> Fields:
    """Return sensor and thresholds; its noise has the number `channel`."""
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("insulation_period", "s", None, 30.0, 1e-3, 1e9, 30.0, "Time between measurements of insulation"),
            Variable("insulation_error", "1", None, 0.05, 0.0, 1.0, 0.1,
                     "Standard deviation of a measurement of insulation, as a share of it", display_unit="%"),
            Variable("insulation_warning_threshold", "Ohm/V", None, 500.0, 0.0, UNBOUNDED, 500.0,
                     "Insulation below which is warned"),
            Variable("insulation_fault_threshold", "Ohm/V", None, 100.0, 0.0, UNBOUNDED, 100.0,
                     "Insulation below which it counts as failed"),
            Variable("insulation_confirmations", "1", None, 2.0, 1.0, 1e6, 1.0,
                     "Measurements one after the other that must be below a threshold", data_type=DataType.INTEGER),
        ),
        inputs=(
            Variable("insulation_resistance", "Ohm", None, SOUND, 0.0, UNBOUNDED, 1e6,
                     "Resistance from the pack to the chassis"),
        ),
        outputs=(
            Variable("measured_insulation", "Ohm/V", None, SOUND, 0.0, UNBOUNDED, 500.0,
                     "Resistance to the chassis over the pack's voltage, as it was measured last"),
            Variable("insulation_warning", "1", None, 0.0, 0.0, 1.0, 1.0,
                     "Whether insulation was below insulation_warning_threshold; until reset",
                     data_type=DataType.BOOLEAN),
            Variable("insulation_fault", "1", None, 0.0, 0.0, 1.0, 1.0,
                     "Whether insulation was below insulation_fault_threshold; until reset",
                     data_type=DataType.BOOLEAN),
        ),
        states=(
            state("since_measured", "s", None, "Time since the last measurement of insulation", 0.0),
            whole("low_count", None, "Measurements below the threshold of the warning, one after the other"),
            whole("failed_count", None, "Measurements below that of the fault, one after the other"),
            flag("insulation_warned", None, "Whether insulation is warned of"),
            flag("insulation_failed", None, "Whether insulation has failed"),
        ),
        constants=(
            Variable("insulation_channel", "1", None, channel, 0.0, 2.0**31, 1.0, "Number of the noise"),
        ),
    )  # fmt: skip


@kernel
def initialize(x: Block, y: Block) -> None:
    """Start with sound insulation."""
    x.since_measured = x.low_count = x.failed_count = x.insulation_warned = x.insulation_failed = 0.0
    y.insulation_warning = y.insulation_fault = 0.0
    y.measured_insulation = SOUND


@kernel
def measure(x: Block, p: Block, u: Block, y: Block, c: Block, voltage: float) -> None:
    """Measure the insulation of a pack of this voltage [V]."""
    error = 1.0 + p.insulation_error * white(int(p.seed), int(c.insulation_channel), int(x.sensor_sample))
    y.measured_insulation = min(max(0.0, u.insulation_resistance * error) / max(1.0, voltage), SOUND)
    x.low_count = x.low_count + 1.0 if y.measured_insulation < p.insulation_warning_threshold else 0.0
    x.failed_count = x.failed_count + 1.0 if y.measured_insulation < p.insulation_fault_threshold else 0.0
    if x.low_count >= p.insulation_confirmations:
        x.insulation_warned = 1.0
    if x.failed_count >= p.insulation_confirmations:
        x.insulation_failed = 1.0


@kernel
def follow(x: Block, p: Block, u: Block, y: Block, c: Block, voltage: float, reset: bool, h: float) -> None:
    """Measure where it is time after a step of h [s], and write; a reset clears what has been found."""
    if reset:
        x.insulation_warned = x.insulation_failed = x.low_count = x.failed_count = 0.0
    x.since_measured += h
    if time_is_up(x.since_measured, p.insulation_period):
        x.since_measured = 0.0
        measure(x, p, u, y, c, voltage)
    y.insulation_warning, y.insulation_fault = x.insulation_warned, x.insulation_failed
