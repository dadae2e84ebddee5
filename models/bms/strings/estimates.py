"""Estimates of a pack of strings in parallel: each string by its own sensor, and what they leave of the pack.

Equations
---------
The groups of a string are estimated as those of a pack without others (`estimation`), by the readings of the string's
sensor; they share the bias of that. A string's sensor sees what converters at the terminals of the pack send through
it, so that balancing currents at taps alone are added. `current_bias` is that of the pack's sensor: its reading less
the currents of the strings, which converters at the terminals add to, in the mean over `WHILE`. Its standard deviation
is that of the strings' sensors together.

Strings in parallel share a voltage. With U of each group by its estimate, a string that takes the charge q rests at
``V_s(q) = sum_g U(z_g + q / Q_g)``. Of the strings that are not cut off::

    V_high = min_s V_s(q_s,full),   V_low = max_s V_s(q_s,empty),   left = -sum_s q_s(V_low),   room = sum_s q_s(V_high)

q_s,empty empties the first group of a string, and q_s,full fills the first. Of modules in series the least `left` and
the least `room` count::

    pack_soc = left / (left + room)

Limits
------
Quasi-static: what flows between strings has come to rest at both ends.

Shared states
-------------
`bias`, `bias_sigma` and `known_current` are written here; `supervisor`, `pack_estimate` and `estimation` read them.
"""

from __future__ import annotations

import math

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...cell import circuit
from ...network.charge import share_of_whole
from ..channel import DEPTH, delay, fill
from ..estimation import CURRENTS, detect_rest, estimate_groups, held, initialize_groups, take_currents
from ..filter_states import SOC, follow_taps
from ..pack_estimate import charge_of, share_bias, write_estimates
from .currents import in_parallel

HALVINGS = 40
"""Halvings of the charge of a string in the search for a voltage: down to 1e-12."""

WHILE = 600.0
"""Time over which the bias of the pack's sensor is averaged [s]."""


def fields(strings: int) -> Fields:
    """Return what is estimated of so many strings."""
    count = Count(strings, "string")
    return Fields(
        modules=(__name__,),
        outputs=(
            Variable("string_current_bias", "A", count, 0.0, -UNBOUNDED, UNBOUNDED, 0.1,
                     "Estimated bias of each string's current sensor", display_unit="mA"),
        ),
        states=(
            state("string_variance", "A2", count, "Variance of the bias of each string's sensor", 0.0),
            *(
                state(f"string_{name}_history", "A", (count, DEPTH), f"Last readings of each string's {text}")
                for name, text in CURRENTS
            ),
        ),
    )  # fmt: skip


@kernel
def rest_voltage(x: Block, p: Block, first: int, end: int, charge: float) -> float:
    """Return the voltage of the groups from `first` to before `end` at rest with more charge [C] [V]."""
    total = 0.0
    for k in range(first, end):
        place = circuit.locate(p, x.estimate[k, SOC] + charge / x.capacity[k])
        total += circuit.open_circuit(x, p, k, place)
    return total


@kernel
def charge_at(x: Block, p: Block, first: int, end: int, voltage: float) -> float:
    """Return the charge between empty and full with which the groups rest at a voltage [V] [C]."""
    remaining, room = charge_of(x, first, end)
    low, high = -remaining, room
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if rest_voltage(x, p, first, end, middle) < voltage:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def voltage_limits(x: Block, p: Block, c: Block, first: int, end: int) -> tuple[float, float]:
    """Return the voltages at which the strings from `first` to before `end` are empty and full [V]."""
    low, high = -math.inf, math.inf
    for s in range(first, end):
        if x.cut_off[s] == 0.0:
            begin, behind = int(c.string_start[s]), int(c.string_start[s + 1])
            remaining, room = charge_of(x, begin, behind)
            low = max(low, rest_voltage(x, p, begin, behind, -remaining))
            high = min(high, rest_voltage(x, p, begin, behind, room))
    return low, high


@kernel
def write_pack_soc(x: Block, p: Block, y: Block, c: Block) -> None:
    """Write the SOC of the pack; 0 where no string of a module is left."""
    parallel, remaining, space = in_parallel(x, c), math.inf, math.inf
    for m in range(int(c.modules)):
        first, left, room = m * parallel, 0.0, 0.0
        low, high = voltage_limits(x, p, c, first, first + parallel)
        for s in range(first, first + parallel):
            if x.cut_off[s] == 0.0 and low < high:
                begin, behind = int(c.string_start[s]), int(c.string_start[s + 1])
                left -= charge_at(x, p, begin, behind, low)
                room += charge_at(x, p, begin, behind, high)
        remaining, space = min(remaining, left), min(space, room)
    y.pack_soc = share_of_whole(remaining, space)


@kernel
def estimate_pack(x: Block, p: Block, y: Block, c: Block) -> None:
    """Bring the groups of each string to one bias, and write the estimates."""
    variance = 0.0
    for s in range(x.string_variance.shape[0]):
        bias, sigma = share_bias(x, p, int(c.string_start[s]), int(c.string_start[s + 1]))
        y.string_current_bias[s], x.string_variance[s] = bias, sigma * sigma
        variance += x.string_variance[s]
    x.bias_sigma = math.sqrt(variance) / c.modules
    write_estimates(x, p, y)
    write_pack_soc(x, p, y, c)


@kernel
def initialize(x: Block, p: Block, y: Block, c: Block) -> None:
    """Set all groups to rest, with capacity, resistances and SOC of the parameters."""
    initialize_groups(x, p, y)
    for s in range(x.string_variance.shape[0]):
        fill(x.string_mean_history[s], 0.0)
        fill(x.string_present_history[s], 0.0)
    x.bias = 0.0
    estimate_pack(x, p, y, c)


@kernel
def find_pack_bias(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Take what the pack's sensor reads beside those of the strings in a step of h [s] into its mean."""
    total = 0.0
    for s in range(x.string_reading.shape[0]):
        total += held(p, x.string_reading[s]) - y.string_current_bias[s]
    load = total / c.modules - p.balancing_known * u.balancing_pack_current
    x.bias -= math.expm1(-h / WHILE) * (held(p, x.reading_current) - load - x.bias)


@kernel
def estimate(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Estimate groups, strings and pack from the readings of a step of h [s]."""
    follow_taps(x, p)
    greatest, strings = 0.0, x.string_reading.shape[0]
    for k in range(x.capacity.shape[0]):
        x.known_current[k] = p.balancing_known * u.balancing_current[k]
    for s in range(strings):
        first, end = int(c.string_start[s]), int(c.string_start[s + 1])
        greatest = max(greatest, take_currents(x, p, first, end, x.string_reading[s], x.string_present[s]))
    ended = detect_rest(x, p, y, greatest, h)
    sample, samples, total, heard = int(x.sample), int(p.current_delay), 0.0, 0
    for s in range(strings):
        mean = delay(x.string_mean_history[s], sample, samples, x.string_reading[s])
        present = delay(x.string_present_history[s], sample, samples, x.string_present[s])
        first, end = int(c.string_start[s]), int(c.string_start[s + 1])
        squares, voltages = estimate_groups(x, p, y, first, end, mean, present, ended, h)
        total += squares
        heard += voltages
    x.sample += 1.0
    y.normalised_innovation = total / heard if heard > 0 else 0.0
    find_pack_bias(x, p, u, y, c, h)
    estimate_pack(x, p, y, c)
