"""Limits of every balancing current, by voltage, cell temperature, pack current and board temperature.

Equations
---------
The balancing current of a group, with that through the whole pack included, stays between ``low <= 0`` and
``high >= 0``::

    low  = min(I - (V - minimum_voltage) / R, 0)    where V > minimum_voltage, 0 elsewhere
    high = max(I + (maximum_voltage - V) / R, 0)    where V < maximum_voltage, 0 elsewhere

with the measured voltage V of the group, its balancing current I until now, and the greatest resistance R that it may
have (`group_resistance`). Three more limits narrow this range:

* A group with a cell at or above `maximum_cell_temperature` neither gives nor takes.
* The sum of pack current and balancing current stays between ``-maximum_discharge_current`` and
  ``maximum_charge_current``. Where the pack current alone is beyond one of these, balancing adds nothing in that
  direction.
* The temperature T of the board multiplies what the hardware allows by the derating factor::

    d = 1 below T_derating, (T_maximum - T) / (T_maximum - T_derating) up to T_maximum, 0 above

Limits
------
The limits hold at the decision, with the voltage as it is measured then. They do not see what a load does during the
step. A step is refused unless ``minimum_voltage < maximum_voltage`` and ``derating_temperature < maximum_temperature``.

Start values. Assumed: derating from 70 degC to 85 degC, the upper ambient temperature of AEC-Q100 grade 3; cells up to
60 degC.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import DONE
from ...core.variable import Variable
from . import group_resistance

NO_DERATING_RANGE = 1
"""Status: the maximum temperature does not exceed the derating temperature."""

NO_VOLTAGE_RANGE = 2
"""Status: the maximum voltage does not exceed the minimum voltage."""

REFUSALS = {
    NO_DERATING_RANGE: "maximum_temperature = {p.maximum_temperature:.6g} K must exceed "
    "derating_temperature = {p.derating_temperature:.6g} K",
    NO_VOLTAGE_RANGE: "maximum_voltage = {p.maximum_voltage:.6g} V must exceed "
    "minimum_voltage = {p.minimum_voltage:.6g} V",
}

OWN_REFUSALS = 11
"""The statuses from here on belong to the single balancer."""


def fields(groups: int, cells: int) -> Fields:
    """Return the limits, and the inputs that they bound the currents by; cells are counted group by group."""
    own = Fields(parameters=_limits(), inputs=_measured(groups, cells), modules=(__name__,))
    return own + group_resistance.fields(groups)


def _limits() -> tuple[Variable, ...]:
    return (
        Variable("minimum_voltage", "V", None, 2.5, -UNBOUNDED, UNBOUNDED, 3.0,
                 "Measured voltage at which a group gives nothing any more; below maximum_voltage"),
        Variable("maximum_voltage", "V", None, 4.2, -UNBOUNDED, UNBOUNDED, 4.0,
                 "Measured voltage at which a group takes nothing any more; above minimum_voltage"),
        Variable("maximum_cell_temperature", "K", None, 333.15, 200.0, 500.0, 300.0,
                 "Temperature of its hottest cell at which a group neither gives nor takes", display_unit="degC"),
        Variable("maximum_charge_current", "A", None, 1000.0, 0.0, UNBOUNDED, 100.0,
                 "Charging current that pack and balancing current of a group together keep to"),
        Variable("maximum_discharge_current", "A", None, 1000.0, 0.0, UNBOUNDED, 100.0,
                 "Discharging current, positive, that pack and balancing current of a group together keep to"),
        Variable("derating_temperature", "K", None, 343.15, 200.0, 500.0, 300.0,
                 "Board temperature above which balancing currents are reduced", display_unit="degC"),
        Variable("maximum_temperature", "K", None, 358.15, 200.0, 500.0, 300.0,
                 "Board temperature at which balancing ends; above derating_temperature", display_unit="degC"),
    )  # fmt: skip


def _measured(groups: int, cells: int) -> tuple[Variable, ...]:
    return (
        Variable("measured_voltage", "V", groups, 3.7, -UNBOUNDED, UNBOUNDED, 3.7,
                 "Voltage of each group as it is measured: decisions follow from it"),
        Variable("temperature", "K", cells, 298.15, 200.0, 500.0, 300.0,
                 "Temperature of each cell; the hottest of a group counts", display_unit="degC"),
        Variable("board_temperature", "K", None, 298.15, 200.0, 500.0, 300.0, "Temperature of the board",
                 display_unit="degC"),
        Variable("pack_current", "A", None, 0.0, -UNBOUNDED, UNBOUNDED, 30.0,
                 "Current of the load into the pack, that of balancing not counted"),
    )  # fmt: skip


@kernel
def check_limits(p: Block) -> int:
    """Return ``DONE``, or the status that names which limits contradict each other."""
    if p.maximum_temperature <= p.derating_temperature:
        return NO_DERATING_RANGE
    return DONE if p.maximum_voltage > p.minimum_voltage else NO_VOLTAGE_RANGE


@kernel
def derating_factor(temperature: float, derating: float, maximum: float) -> float:
    """Share of the current that the board allows, by its temperature [K]: 1 up to `derating`, 0 from `maximum` on."""
    if temperature >= maximum:
        return 0.0
    if temperature <= derating:
        return 1.0
    return (maximum - temperature) / (maximum - derating)


@kernel
def hottest(temperature: Block, group: int, groups: int) -> float:
    """Return the temperature [K] of the hottest cell of a group; cells are counted group by group."""
    parallel = temperature.shape[0] // groups
    first = group * parallel
    greatest = temperature[first]
    for k in range(first + 1, first + parallel):
        greatest = max(greatest, temperature[k])
    return greatest


@kernel
def voltage_bounds(p: Block, resistance: float, voltage: float, current: float) -> tuple[float, float]:
    """Return the least and the greatest balancing current that a group's voltage allows.

    Parameters
    ----------
    p : record
        With `minimum_voltage` and `maximum_voltage` [V].
    resistance : float
        The greatest that the group may have [Ohm].
    voltage : float
        Of the group, measured under `current` [V].
    current : float
        Balancing current of the group when it was measured [A].

    Returns
    -------
    tuple of float
        ``low <= 0 <= high`` [A].
    """
    low = high = 0.0
    if voltage > p.minimum_voltage:
        low = min(current - (voltage - p.minimum_voltage) / resistance, 0.0)
    if voltage < p.maximum_voltage:
        high = max(current + (p.maximum_voltage - voltage) / resistance, 0.0)
    return low, high


@kernel
def bounds(x: Block, p: Block, u: Block, group: int, current: float) -> tuple[float, float]:
    """Return the least and the greatest balancing current of a group by voltage, temperature and pack current.

    Parameters
    ----------
    x, p, u : record
        With the variables of `fields`.
    group : int
        From 0.
    current : float
        Balancing current of the group that has been in force until now, a pack current of the balancer included [A].

    Returns
    -------
    tuple of float
        ``low <= 0 <= high`` [A]; they bound the same sum as `current`.
    """
    low, high = voltage_bounds(p, x.resistance_bound[group], u.measured_voltage[group], current)
    load = u.pack_current / x.lowest.shape[0]
    low = max(low, min(-p.maximum_discharge_current - load, 0.0))
    high = min(high, max(p.maximum_charge_current - load, 0.0))
    if hottest(u.temperature, group, u.measured_voltage.shape[0]) >= p.maximum_cell_temperature:
        low = high = 0.0
    return low, high
