"""Battery management of a pack: sensors, estimation, limits, protection and supervision, group by group.

Equations
---------
In every step, in this order:

sensors
    A channel reads ``gain * truth + offset + noise``, held within its range and rounded to a multiple of its
    resolution; a voltage is told `voltage_sensor_delay` samples late. The noise is normal and a function of `seed`,
    channel and number of the sample alone, so that a step that is repeated repeats it. One current sensor tells the
    mean over the step and the present current; a temperature sensor for eight groups, at least two in all, sits on the
    middle cell of a group, and every group takes the nearest. Everything below knows the readings only.
estimate
    Of every group SOC z, voltages v_j of the RC pairs, hysteresis voltage v_h, a slow error e of the voltage that is
    the model's and the sensor's, a leakage l beside the self-discharge i_s, and the bias b of the current sensor::

        i = measured current - b + balancing currents (where balancing_known)
        dz/dt = (eta i - l - i_s(T)) / Q
        dv_j/dt = i / C_j - v_j / (R_j C_j),   dv_h/dt = -(gamma |i| / Q + d) v_h + gamma M i / Q
        v = U(z, T) + R0 i + sum_j v_j + v_h + e

    by an extended Kalman filter on factors of the covariance, which stay positive definite. The bias is one for all:
    after every step the groups' beliefs in it are made one (`estimation`). Beside it `counted_soc` counts charge alone.
    The pack rests after `rest_time` below `rest_current`; from rest to rest the charge tells the capacity, and steps of
    the current tell the scale of the resistances (`soh`). Where voltages are told late, `current_delay` holds the
    current back as long.
protection
    A trip is set in the first sample at which its condition has held in all samples for `debounce_time` or longer
    (`sensor_debounce_time` for `sensor_fault`), and stays until `reset` rises while its condition does not hold.
    Conditions: a voltage, a temperature or the mean current beyond its thresholds; and for `sensor_fault` a reading
    within a step of an end of its range, a voltage that does not move by one step while the present current moves by
    more than `stuck_current`, or one further than `disagreement_voltage` from its own corrected estimate.
supervision
    Every `supervisor_period` decides anew. Charging is allowed without a trip other than undervoltage, while the
    greatest SOC is below `maximum_soc`, and after it got there from ``maximum_soc - soc_hysteresis`` down; discharging
    likewise with overvoltage and `minimum_soc`. Balancing is allowed without any trip, where the input
    `balancing_allowed` says so, every standard deviation of SOC is at most `trusted_sigma`, the mean discharging
    current since the last decision is at most `driving_current`, and the spread of the SOC is above `start_spread`;
    once it is allowed, above `stop_spread`. Between decisions trips and `balancing_allowed` withdraw permissions at
    once, nothing gives one.
limits
    For 2, 10 and 30 s the greatest constant current I into the pack (out of it, likewise) such that for every group::

        v_g(t + horizon) = emf_g + resistance_g I <= maximum_voltage     (>= minimum_voltage)
        z_g + eta I horizon / Q_g <= maximum_soc                        (>= minimum_soc)
        I <= maximum_charge_current * derating                          (maximum_discharge_current)

    The port ``emf_g, resistance_g`` is that of the estimate, linearised about I itself: for the group that limits it is
    linearised anew until its voltage is within 10 uV of the limit, which no other group passes by more than 20 uV. The
    derating falls from 1 to 0 over `derating_width` towards `maximum_temperature` and, with the coldest sensor, towards
    `minimum_charge_temperature` or `minimum_discharge_temperature`. The power is what may be held for the horizon:
    ``I_end sum v_g(t + horizon)`` with the current I_end that the same group bears after a straight way from
    ``I_end sum v_g(t + horizon) / sum v_g(t)``, the voltages being those under I. It is within 0.5 % of what a close
    look at every group gives where they are up to 10 % apart on both sides (`state_of_power`). Current and power are 0
    where the permission is missing.

With estimated SOC z_g and capacity Q_g, as PackNetwork has it of the true ones::

    pack_soc = min_g Q_g z_g / (min_g Q_g z_g + min_g Q_g (1 - z_g))

`soh_capacity` and `soh_resistance` are estimated capacity and resistance over those of the parameters.

At the initialisation sample 0 is taken and the supervisor decides for the first time; the estimate is its first guess.

Limits
------
The tables are those of a group: cells in parallel count as one. Currents and powers leave out balancing currents,
busbars and contacts, and what the estimate does not know: keep a margin of its standard deviation where that matters.
The temperature is taken as constant over the horizon. The trip of a condition that is shorter than a step is a matter
of chance: voltages and temperatures are seen at the end of a step, the current by its mean. Sensors' gains and offsets
do not drift. Each of these is demanded, and a step refused with others: ``minimum < maximum`` of voltage limits, SOC
limits and ranges of sensors; thresholds of trips not inside the limits; ``stop_spread <= start_spread``.

Start values. Voltages: steps of 0.1 mV within 5 V [1]; the 1.2 mV that the circuit is told to err at most are the
user's to spend on gain and offset, 0.5 mV of noise are assumed. Current: range of a Hall sensor with two channels
[2]; noise of 50 mA and steps of 10 mA assumed. Temperatures: tenths of a degree, as foxBMS holds them; -20 and 55 degC
as the limits of discharging, currents falling from 45 degC and -10 degC on [3]; charging ends at 0 degC, assumed for
the sake of lithium plating. Debounce: foxBMS counts 500 events, with 10 ms between them [3]. Trips at 50 mV above and
100 mV below the cell's limits, and at 1.2 times its currents, are assumed; so are all times and thresholds of the
supervisor, and what makes a sensor faulty.

References
----------
[1] Analog Devices (Linear Technology), LTC6811 data sheet: result of a cell in steps of 100 uV. [2] LEM, DHAB S/133
data sheet: up to 75 A and 750 A. [3] Fraunhofer IISB, foxBMS 2, version 1.6.0, battery_cell_cfg.h and diag_cfg.h.
G. L. Plett, Battery Management Systems, Volume II: Equivalent-Circuit Methods, Artech House 2016, chapters 3 to 6
(estimation of SOC and SOH, power limits).
"""

from __future__ import annotations

from ...core.errors import InputError
from ...core.fields import Fields
from ...core.model import DONE, Block, Model, Update, kernel
from ...core.timescale import reset_timescales, timescale_variables
from ...core.variable import Count
from ..cell.kind import CellParameters
from ..network.report import share_of_whole
from . import estimation, estimation_variables, group_port, protection, state_of_power, supervisor, variables
from . import sensors as bms_sensors
from .kalman import SOC, leakage_place

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
"""What each status of a step with contradicting parameters means."""


def declare(groups: int, parallel: int, kind: CellParameters) -> Model:
    """Declare the management of a pack.

    Parameters
    ----------
    groups, parallel : int
        Groups in series and cells in a group, >= 1.
    kind : CellParameters
        One cell; the parameters start as those of a group of `parallel` of them.

    Raises
    ------
    InputError
        When a number is too small.
    """
    for name, number in (("groups", groups), ("parallel", parallel)):
        if number < 1:
            raise InputError(f"{name} = {number} must be at least 1")
    group, groups = variables.in_parallel(kind, parallel), Count(groups, "group")
    return Model(
        name="Bms",
        description="Battery management: sensors, estimation of SOC and SOH, limits, protection and supervision",
        fields=Fields(
            modules=(__name__,),
            parameters=(
                *(bms_sensors.parameters(groups) + variables.limits(group) + protection.parameters(group)),
                *(supervisor.parameters(group) + estimation_variables.parameters(groups, group)),
            ),
            inputs=variables.inputs(groups, groups * parallel),
            outputs=(
                *(
                    variables.measured(groups)
                    + variables.estimated(groups)
                    + variables.summaries()
                    + variables.powers()
                ),
                *(protection.outputs() + supervisor.outputs() + timescale_variables()),
            ),
            states=(
                *(estimation_variables.states(groups, kind.pairs) + bms_sensors.states(groups)),
                *(protection.states(groups) + supervisor.states(groups)),
                *(state_of_power.states() + group_port.states(groups, kind.pairs)),
            ),
            constants=bms_sensors.constants(groups, parallel),
        ),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        refusals=REFUSALS,
        update=Update.EXACT,
    )


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
def tell_readings(x: Block, y: Block) -> None:
    """Write what the sensors tell."""
    y.measured_current = x.reading_current
    for g in range(x.reading_voltage.shape[0]):
        y.measured_voltage[g] = x.reading_voltage[g]
    for s in range(x.reading_temperature.shape[0]):
        y.measured_temperature[s] = x.reading_temperature[s]


@kernel
def tell_groups(x: Block, p: Block, y: Block) -> None:
    """Write what is estimated of each group."""
    for g in range(y.group_soc.shape[0]):
        y.group_soc[g], y.soc_sigma[g] = x.estimate[g, SOC], x.soc_sigma[g]
        y.counted_soc[g] = x.counted_soc[g]
        y.group_capacity[g] = x.capacity[g]
        y.soh_capacity[g] = x.capacity[g] / p.capacity[g]
        y.soh_resistance[g] = x.resistance_scale[g] / p.resistance_scale[g]
        y.leakage[g] = x.estimate[g, leakage_place(p)]


@kernel
def tell_pack(x: Block, y: Block) -> None:
    """Write what is estimated of the pack."""
    y.current_bias, y.current_bias_sigma = x.bias, x.bias_sigma
    y.normalised_innovation, y.resting = x.normalised_innovation, x.resting
    remaining, room = x.capacity[0] * x.estimate[0, SOC], x.capacity[0] * (1.0 - x.estimate[0, SOC])
    for g in range(1, x.capacity.shape[0]):
        remaining = min(remaining, x.capacity[g] * x.estimate[g, SOC])
        room = min(room, x.capacity[g] * (1.0 - x.estimate[g, SOC]))
    y.pack_soc = share_of_whole(remaining, room)


@kernel
def tell(x: Block, p: Block, y: Block) -> None:
    """Write every output."""
    reset_timescales(y)
    tell_readings(x, y)
    tell_groups(x, p, y)
    tell_pack(x, y)
    protection.tell(x, y)
    supervisor.tell(x, y)
    state_of_power.foresee(x, p, y)


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Take the first sample, begin with the first guess, and decide for the first time."""
    bms_sensors.begin(x, p, u, c)
    estimation.begin(x, p)
    protection.begin(x)
    supervisor.begin(x, p, u)
    tell(x, p, y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: no parameter is tunable."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Sense what the step of h [s] has come to, and draw the conclusions."""
    status = contradiction(p)
    if status == DONE:
        bms_sensors.sense(x, p, u, c)
        estimation.estimate(x, p, u, h)
        protection.protect(x, p, u, h)
        supervisor.supervise(x, p, u, h)
        tell(x, p, y)
    return status
