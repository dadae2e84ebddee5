"""A thermal event: a temperature that rises as fast as that of a cell that runs away, above the range of operation.

Equations
---------
The test of thermal propagation of GB 38031 [1] takes a cell for run away where the temperature at its sensor rises by
at least 1 K/s for more than 3 s, and either has reached the greatest temperature of operation, or the cell's voltage
has dropped by a quarter. An event is the former of these, at any sensor: with the readings T, the rate r
(`thermal_event_rate`), the duration d (`thermal_event_duration`) and the length h of a step, a rise lasts while S does
not become negative::

    S = min(S + T - T_before - r h, r d / 2)

S begins anew with 0 where it does. So noise interrupts no rise, and a jump of any size lasts half of d and no more: it
is no event in shorter steps. The event is found at the first sample at which a rise has lasted for d, and T is at
least `maximum_temperature`. It is told with its time until `reset` rises; what still holds is then found again. It
limits nothing: that is what `maximum_temperature` and the trip of overtemperature do.

Start values. 1 K/s and 3 s as in [1]; both are parameters, and so is `maximum_temperature`.

Limits
------
[1] asks for samples less than a second apart. Steps longer than d know one rate each, the mean between two samples: a
rise is found at the first sample since the one before which it has come to r h; one that comes to less is missed.

Of a sensor at the end of its range no rise is known. In steps of d / 2 and more a sensor that breaks and jumps to a
temperature above the range of operation is taken for an event. A cell without a sensor is found by the heat that it
gives to one that has some. The drop of a voltage is not looked at: parallel neighbours hide it.

Shared states
-------------
`reading_temperature` of `sensors` is read here.

References
----------
[1] GB 38031-2025, Electric vehicles traction battery safety requirements, appendix C, C.5.3.6 and C.5.3.7.
"""

from __future__ import annotations

from ....core.bounds import LARGE
from ....core.fields import Fields, flag, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, DataType, Variable
from ..protection import ROUNDING, time_is_up

LASTING = 0.5
"""Share of the duration for which a rise lasts after it has stopped."""


def fields(sensors: int) -> Fields:
    """Return rate and duration, the event, and what is known of the rise at each of so many sensors."""
    places = Count(sensors, "sensor")
    return Fields(
        modules=(__name__,),
        parameters=(
            Variable("thermal_event_rate", "K/s", None, 1.0, 1e-6, 1e6, 1.0,
                     "Rise of a temperature from which on it may be a thermal event"),
            Variable("thermal_event_duration", "s", None, 3.0, 0.0, 1e6, 1.0,
                     "Time that such a rise lasts before it is one, above maximum_temperature"),
        ),
        outputs=(
            Variable("thermal_event", "1", None, 0.0, 0.0, 1.0, 1.0,
                     "Whether a temperature has risen as that of a cell that runs away; until reset",
                     data_type=DataType.BOOLEAN),
            Variable("thermal_event_time", "s", None, LARGE, 0.0, LARGE, 100.0,
                     "When that was found; 1e300 s: never"),
        ),
        states=(
            state("former_temperature", "K", places, "Reading of each sensor of temperature in the sample before"),
            state("rise_beyond", "K", places, "What the rise of each is beyond the rate of an event", 0.0),
            state("rise_time", "s", places, "Time for which each has risen by that rate", 0.0),
            flag("event_found", None, "Whether there is a thermal event"),
            state("event_time", "s", None, "When it was found; 1e300 s: never", 0.0),
        ),
    )  # fmt: skip


@kernel
def initialize(x: Block, y: Block) -> None:
    """Start without an event; the readings are those of sample 0."""
    for s in range(x.former_temperature.shape[0]):
        x.former_temperature[s] = x.reading_temperature[s]
        x.rise_beyond[s] = x.rise_time[s] = 0.0
    x.event_found, x.event_time = 0.0, LARGE
    y.thermal_event, y.thermal_event_time = 0.0, LARGE


@kernel
def rises(x: Block, p: Block, s: int, h: float) -> bool:
    """Follow the rise of sensor s over a step of h [s]; return whether it is one of an event."""
    least = p.thermal_event_rate * h
    beyond = x.rise_beyond[s] + x.reading_temperature[s] - x.former_temperature[s] - least
    lasting = beyond >= -ROUNDING * least
    most = LASTING * p.thermal_event_rate * p.thermal_event_duration
    x.rise_beyond[s] = min(max(beyond, 0.0), most) if lasting else 0.0
    x.rise_time[s] = x.rise_time[s] + h if lasting else 0.0
    x.former_temperature[s] = x.reading_temperature[s]
    return bool(lasting and time_is_up(x.rise_time[s], p.thermal_event_duration))


@kernel
def follow(x: Block, p: Block, y: Block, reset: bool, t: float, h: float) -> None:
    """Look for an event in the sample at t [s], after a step of h [s]; a reset clears the one before."""
    if reset:
        x.event_found, x.event_time = 0.0, LARGE
    found = False
    for s in range(x.former_temperature.shape[0]):
        found |= rises(x, p, s, h) and x.reading_temperature[s] >= p.maximum_temperature
    if found and x.event_found <= 0.5:
        x.event_found, x.event_time = 1.0, t
    y.thermal_event, y.thermal_event_time = x.event_found, x.event_time
