"""Battery management of a pack: sensors, estimation, protection, supervision and limits, group by group.

Equations
---------
In every step, in this order:

* The sensors take a sample. Everything below knows their readings only.
* The estimation corrects SOC, capacity and resistance of every group and the bias of the current sensor.
* The protection sets and resets trips.
* The supervisor permits or forbids charging, discharging and balancing.
* The state of power gives the currents and powers that the pack may be charged and discharged with.
* A load that follows the Bms holds its current until the next step. So `charge_current_limit` and
  `discharge_current_limit` are the currents of the first horizon that reaches over a step as long as the last one.
  Beyond the longest horizon they are those of the longest, times the horizon over the step: the charge of a step is
  then the one that the horizon allows, but a voltage that bends towards its limit, as near the end of a discharge, may
  pass it. After the initialisation, when no step is known, they are those of the longest horizon.

At the initialisation sample 0 is taken and the supervisor decides for the first time; the estimate is its first guess.
The equations of each part follow, with the letters of the cell: z is SOC, U the open-circuit voltage, R0 the ohmic
resistance, R_j and C_j those of RC pair j, eta the Coulombic efficiency, M, gamma and d bound, rate and decay rate of
the hysteresis.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import DONE, Model, Update
from ...core.timescale import reset_timescales, timescale_variables
from ...core.variable import Variable, counted
from ..cell.kind import CellParameters, in_parallel
from . import estimation, group_port, protection, sensors, state_of_power, supervisor
from .channel import fill
from .state_of_power import HORIZONS

ROUNDING = 1e-9
"""Share of a step by which it may come rounded."""

REFUSALS = {
    1: "minimum_voltage = {p.minimum_voltage:.6g} V must be below maximum_voltage = {p.maximum_voltage:.6g} V",
    2: "minimum_soc = {p.minimum_soc:.6g} must be below maximum_soc = {p.maximum_soc:.6g}",
    3: "voltage_sensor_minimum = {p.voltage_sensor_minimum:.6g} V must be below "
    "voltage_sensor_maximum = {p.voltage_sensor_maximum:.6g} V",
    4: "temperature_sensor_minimum = {p.temperature_sensor_minimum:.6g} K must be below "
    "temperature_sensor_maximum = {p.temperature_sensor_maximum:.6g} K",
    5: "undervoltage_threshold = {p.undervoltage_threshold:.6g} V must not exceed "
    "minimum_voltage = {p.minimum_voltage:.6g} V",
    6: "maximum_voltage = {p.maximum_voltage:.6g} V must not exceed "
    "overvoltage_threshold = {p.overvoltage_threshold:.6g} V",
    7: "undertemperature_threshold = {p.undertemperature_threshold:.6g} K must not exceed "
    "minimum_discharge_temperature = {p.minimum_discharge_temperature:.6g} K",
    8: "maximum_temperature = {p.maximum_temperature:.6g} K must not exceed "
    "overtemperature_threshold = {p.overtemperature_threshold:.6g} K",
    9: "minimum_discharge_temperature = {p.minimum_discharge_temperature:.6g} K and minimum_charge_temperature = "
    "{p.minimum_charge_temperature:.6g} K must be below maximum_temperature = {p.maximum_temperature:.6g} K",
    10: "maximum_charge_current = {p.maximum_charge_current:.6g} A must not exceed "
    "overcurrent_charge_threshold = {p.overcurrent_charge_threshold:.6g} A",
    11: "maximum_discharge_current = {p.maximum_discharge_current:.6g} A must not exceed "
    "overcurrent_discharge_threshold = {p.overcurrent_discharge_threshold:.6g} A",
    12: "stop_spread = {p.stop_spread:.6g} must not exceed start_spread = {p.start_spread:.6g}",
}
"""The message for each status of a step with contradicting parameters."""


def declare(groups: int, parallel: int, kind: CellParameters, sensing: Sequence[int] | None = None) -> Model:
    """Declare the management of a pack.

    Parameters
    ----------
    groups, parallel : int
        Groups in series and cells in a group, >= 1.
    kind : CellParameters
        One cell; the parameters start as those of a group of `parallel` of them.
    sensing : sequence of int, optional
        The cells, from 0, that temperature sensors sit on.

    Raises
    ------
    InputError
        When a number is too small, or a cell is none of the pack's.
    """
    group, groups = in_parallel(kind, counted("parallel", parallel, "cell")), counted("groups", groups, "group")
    fields = Fields(modules=(__name__,), outputs=allowed_currents() + timescale_variables())
    fields += sensors.fields(groups, parallel, sensing) + estimation.fields(groups, group)
    fields += protection.fields(groups, group) + supervisor.fields(groups, group)
    fields += state_of_power.fields(groups, group) + group_port.fields(groups, group)
    return Model(
        name="Bms",
        description="Battery management: sensors, estimation of SOC and SOH, limits, protection and supervision",
        fields=fields,
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=REFUSALS,
        update=Update.EXACT,
    )


def allowed_currents() -> tuple[Variable, ...]:
    """Return the outputs that a load follows."""
    return tuple(
        Variable(f"{way}_current_limit", "A", None, 0.0, 0.0, UNBOUNDED, 100.0,
                 f"Greatest constant current that the pack may be {way}d with until the next step")
        for way in ("charge", "discharge")
    )  # fmt: skip


@kernel
def contradiction(p: Block) -> int:
    """Return the status of the first contradiction among the parameters, or DONE."""
    coldest = max(p.minimum_charge_temperature, p.minimum_discharge_temperature)
    wrong = (
        p.minimum_voltage >= p.maximum_voltage,
        p.minimum_soc >= p.maximum_soc,
        p.voltage_sensor_minimum >= p.voltage_sensor_maximum,
        p.temperature_sensor_minimum >= p.temperature_sensor_maximum,
        p.undervoltage_threshold > p.minimum_voltage,
        p.maximum_voltage > p.overvoltage_threshold,
        p.undertemperature_threshold > p.minimum_discharge_temperature,
        p.maximum_temperature > p.overtemperature_threshold,
        coldest >= p.maximum_temperature,
        p.maximum_charge_current > p.overcurrent_charge_threshold,
        p.maximum_discharge_current > p.overcurrent_discharge_threshold,
        p.stop_spread > p.start_spread,
    )
    status = DONE
    for i in range(len(wrong)):
        if wrong[i] and status == DONE:
            status = i + 1
    return status


@kernel
def write_allowed_currents(y: Block, h: float) -> None:
    """Write the currents that are allowed for a step of h [s], > 0, from those of the horizons."""
    place = 0
    while place < len(HORIZONS) - 1 and HORIZONS[place] < h * (1.0 - ROUNDING):
        place += 1
    share = min(1.0, HORIZONS[place] / h)
    y.charge_current_limit = share * y.charge_current[place]
    y.discharge_current_limit = share * y.discharge_current[place]


@kernel
def begin(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the first sample, set the first guess, and decide for the first time."""
    reset_timescales(y)
    sensors.initialize(x, p, u, y, c)
    estimation.initialize(x, p, y)
    protection.initialize(x, y)
    supervisor.initialize(x, p, u, y)
    fill(x.limiting_charge, 0.0)
    fill(x.limiting_discharge, 0.0)


@kernel
def observe(x: Block, p: Block, u: Block, y: Block, c: Block, h: float) -> None:
    """Take the sample at the end of a step of h [s], estimate, protect and decide."""
    reset_timescales(y)
    sensors.sense(x, p, u, y, c)
    estimation.estimate(x, p, u, y, h)
    protection.protect(x, p, u, y, h)
    supervisor.supervise(x, p, u, y, h)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Decide for the first time, and write the first limits."""
    begin(x, p, u, y, c)
    state_of_power.write_limits(x, p, y, 1.0)
    write_allowed_currents(y, HORIZONS[-1])


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no output follows a tunable parameter before the next step."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take the sample at the end of a step of h [s], and act on it."""
    status = contradiction(p)
    if status == DONE:
        observe(x, p, u, y, c, h)
        state_of_power.write_limits(x, p, y, 1.0)
        write_allowed_currents(y, h)
    return status
