"""A part whose output moves at constant rates, watched as it is held, and a part that sees it."""

import numpy as np

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model, Update
from packfmu.core.timescale import reset_timescales, time_constant, timescale_variables
from tests.coupling.toys import nothing, real

RATES = np.array([0.01, -0.05])
"""How fast the held values move [K/s]."""


@kernel
def begin(x, p, u, y, c):
    reset_timescales(y)
    y.timescale_warmth = p.constant
    for k in range(y.warmth.shape[0]):
        y.warmth[k] = 0.0


@kernel
def drift(x, p, u, y, c, t, h):
    for k in range(y.warmth.shape[0]):
        y.warmth[k] += h * p.rate[k]
    return DONE


def warm(constant=1e3):
    """A part whose outputs move at constant rates; 1 K is tolerated."""
    return Model(
        "Warm",
        "a part",
        Fields(
            parameters=(real("rate", "K/s", 2, RATES), real("constant", "s", start=constant)),
            outputs=(
                real("warmth", "K", 2, hold_tolerance=1.0, time_constant="timescale.warmth"),
                *timescale_variables(),
                time_constant("warmth", "its constant"),
            ),
        ),
        begin,
        nothing("warm"),
        drift,
        update=Update.EXACT,
    )


@kernel
def see(x, p, u, y, c):
    y.volts = 3.0
    y.sensitivity_warmth = 0.002


@kernel
def watch(x, p, u, y, c, t, h):
    y.volts = 3.0 + 0.002 * u.warmth[0]
    return DONE


def seer():
    """A part that sees the warmth, 2 mV a kelvin."""
    told = real("sensitivity_warmth", "V/K", fmi_name="sensitivity.warmth")
    seen = real("warmth", "K", 2, sensitivity="sensitivity.warmth")
    fields = Fields(inputs=(seen,), outputs=(real("volts", "V"), told))
    return Model("Seer", "a part", fields, see, nothing("seer"), watch)
