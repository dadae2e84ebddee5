"""Longitudinal model of a battery-electric car: from a speed trace to the power of its pack.

Equations
---------
Between two samples of the trace the acceleration is constant, the speed v therefore linear in time. The mean power at
the wheels of such an interval, of length d from v0 to v1, is exact::

    P_inertia = (m + m_r) (v1^2 - v0^2) / (2 d)
    P_rolling = c_r m g (v0 + v1) / 2
    P_drag    = rho c_d A / 2 * mean(v^3),   mean(v^3) = (v0^3 + v0^2 v1 + v0 v1^2 + v1^3) / 4

with mass m, rotating mass m_r, rolling resistance c_r and drag area c_d A; the road is level, the air at rest. The
wheel power W is their sum. Where it drives, W > 0, the drive takes ``W / (eta_g eta_m)`` from the pack; where it
brakes, the motor takes the share ``s(v)`` of it and gives ``-s W eta_g eta_m`` back, never more than the regeneration
limit; the rest goes to the friction brakes. eta_g is the gear's efficiency, eta_m(load) that of inverter and motor
together, a table over the shaft's share of the rated power. The auxiliaries take constant power. In the convention of
packfmu the power of the pack is positive where it charges.

Limits
------
No slip, no wind, no slope, no limit of traction: the car follows the trace whatever it takes. The efficiency of the
drive depends on its load alone, and one interval is either driving or braking.

References
----------
[1] FASTSim, National Renewable Energy Laboratory, vehicle database ``FASTSim_py_veh_db.csv``, entry "2016 Leaf 24 kWh"
    (the same body, motor and pack size as model year 2013), and ``simdrive.py`` for the share of braking that the
    motor takes; github.com/NREL/fastsim.
[2] A. Brooker, J. Gonder, L. Wang, E. Wood, S. Lopp, L. Ramroth, FASTSim: A Model to Estimate Vehicle Efficiency,
    Cost and Performance, SAE Technical Paper 2015-01-0973, doi:10.4271/2015-01-0973.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

STANDARD_GRAVITY = 9.81
"""[m/s^2], the figure of reference [1]."""

METRES_PER_SECOND_IN_MILES_PER_HOUR = 0.44704
"""One mile per hour in m/s, exactly."""

KILOMETRES_PER_HOUR = 1.0 / 3.6
"""One kilometre per hour in m/s."""


@dataclass(frozen=True, kw_only=True)
class Vehicle:
    """What the model has to know of a car.

    Parameters
    ----------
    mass : float
        Test mass, the driver and the load included [kg].
    rotating_mass : float
        The inertia of what turns with the wheels, as a mass [kg].
    drag_area : float
        Drag coefficient times frontal area [m^2].
    rolling_resistance : float
        Coefficient of rolling resistance [1].
    air_density : float
        [kg/m^3].
    rated_power : float
        Of the motor's shaft [W].
    gear_efficiency : float
        From the motor's shaft to the wheels [1].
    load, drive_efficiency : tuple of float
        Efficiency of inverter and motor over the shaft's share of the rated power, both [1]; loads rise.
    regeneration_limit : float
        The greatest power that braking gives to the pack [W].
    regeneration_share : float
        The greatest share of the braking power that the motor takes [1].
    regeneration_offset, regeneration_rate : float
        ``a`` and ``b`` of the fall of that share at low speed, ``1 / (1 + a exp(-b (v / mph + 1)))`` [1].
    auxiliary_power : float
        Constant consumption of the rest of the car [W].
    """

    mass: float
    rotating_mass: float
    drag_area: float
    rolling_resistance: float
    air_density: float
    rated_power: float
    gear_efficiency: float
    load: tuple[float, ...]
    drive_efficiency: tuple[float, ...]
    regeneration_limit: float
    regeneration_share: float
    regeneration_offset: float
    regeneration_rate: float
    auxiliary_power: float


NISSAN_LEAF = Vehicle(
    # [1]: glider 820 kg, load 136 kg, and 1.4 times (transmission 114, motor 21.6 + 80 * 0.833, pack 75 + 24 * 8) kg
    mass=1613.0,
    # [1]: four wheels of 0.815 kg m^2 at a radius of 0.336 m; the motor's rotor is left out there and here
    rotating_mass=4 * 0.815 / 0.336**2,
    # [1]: 0.315 * 2.755 m^2, which reproduces the car's coast-down; Nissan's own coefficient for 2013 is 0.28
    drag_area=0.315 * 2.755,
    rolling_resistance=0.008,  # [1]
    air_density=1.2,  # [1]
    rated_power=80e3,  # [1]
    gear_efficiency=0.98,  # [1]
    load=(0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0),  # [1]
    # [1]: table for large motors, raised by 0.01 to a peak of 0.95 as [1] does for a modern one
    drive_efficiency=(0.84, 0.86, 0.88, 0.90, 0.91, 0.92, 0.94, 0.95, 0.95, 0.94, 0.93),
    # assumption: about 1.2 C, so that a cell at 90 % SOC stays below its upper voltage limit while the car brakes
    regeneration_limit=30e3,
    regeneration_share=0.98,  # [1]
    regeneration_offset=500.0,  # [1]
    regeneration_rate=0.99,  # [1]
    auxiliary_power=250.0,  # [1]; no heating, no air conditioning
)
"""The Nissan Leaf with 24 kWh; each figure from reference [1] of this module unless it is called an assumption."""


def read_trace(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read a speed trace.

    Parameters
    ----------
    path : Path
        A CSV file with the columns ``time [s]`` and ``speed [km/h]`` and one line of header.

    Returns
    -------
    time, speed : (samples,) arrays
        [s] and [m/s].
    """
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return table[:, 0], table[:, 1] * KILOMETRES_PER_HOUR


def inertial_power(vehicle: Vehicle, duration: ArrayLike, begin: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
    """Mean power [W] that changes the kinetic energy from speed `begin` to `end` [m/s] within `duration` [s]."""
    inertia = vehicle.mass + vehicle.rotating_mass
    return inertia * (np.square(end) - np.square(begin)) / (2.0 * np.asarray(duration))


def rolling_power(vehicle: Vehicle, begin: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
    """Mean power [W] of the rolling resistance on a level road while the speed [m/s] goes from `begin` to `end`."""
    force = vehicle.rolling_resistance * vehicle.mass * STANDARD_GRAVITY
    return force * (np.asarray(begin) + np.asarray(end)) / 2.0


def drag_power(vehicle: Vehicle, begin: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
    """Mean power [W] of the drag in still air while the speed [m/s] goes linearly in time from `begin` to `end`."""
    v0, v1 = np.asarray(begin), np.asarray(end)
    mean_cube = (v0**3 + v0**2 * v1 + v0 * v1**2 + v1**3) / 4.0
    return 0.5 * vehicle.air_density * vehicle.drag_area * mean_cube


def wheel_power(vehicle: Vehicle, time: ArrayLike, speed: ArrayLike) -> NDArray[np.float64]:
    """Mean power at the wheels in each interval of a speed trace.

    Parameters
    ----------
    vehicle : Vehicle
        The car.
    time, speed : (samples,) array_like
        Rising times [s] and speeds [m/s], >= 0.

    Returns
    -------
    (samples - 1,) array
        Power [W], negative where the car brakes.
    """
    begin, end = np.asarray(speed)[:-1], np.asarray(speed)[1:]
    resistance = rolling_power(vehicle, begin, end) + drag_power(vehicle, begin, end)
    return inertial_power(vehicle, np.diff(time), begin, end) + resistance


def drive_efficiency(vehicle: Vehicle, shaft_power: ArrayLike) -> NDArray[np.float64]:
    """Efficiency [1] of inverter and motor at a shaft power [W] of either sign."""
    return np.interp(np.abs(shaft_power) / vehicle.rated_power, vehicle.load, vehicle.drive_efficiency)


def regenerated_share(vehicle: Vehicle, speed: ArrayLike) -> NDArray[np.float64]:
    """Share [1] of the braking power that the motor takes at a speed [m/s]; at low speed the brakes do it all."""
    miles_per_hour = np.asarray(speed) / METRES_PER_SECOND_IN_MILES_PER_HOUR
    fall = vehicle.regeneration_offset * np.exp(-vehicle.regeneration_rate * (miles_per_hour + 1.0))
    return vehicle.regeneration_share / (1.0 + fall)


def pack_power_at(vehicle: Vehicle, wheels: ArrayLike, mean_speed: ArrayLike) -> NDArray[np.float64]:
    """Mean power into the pack [W] at a mean power at the wheels [W], negative where the car brakes and a speed [m/s].

    The pack is charged where it is positive.
    """
    driving = np.maximum(wheels, 0.0) / vehicle.gear_efficiency
    braking = -np.minimum(wheels, 0.0) * vehicle.gear_efficiency * regenerated_share(vehicle, mean_speed)
    consumed = driving / drive_efficiency(vehicle, driving)
    regenerated = np.minimum(braking * drive_efficiency(vehicle, braking), vehicle.regeneration_limit)
    return regenerated - consumed - vehicle.auxiliary_power


def pack_power(vehicle: Vehicle, time: ArrayLike, speed: ArrayLike) -> NDArray[np.float64]:
    """Mean power into the pack in each interval of a speed trace.

    Parameters
    ----------
    vehicle : Vehicle
        The car.
    time, speed : (samples,) array_like
        Rising times [s] and speeds [m/s], >= 0.

    Returns
    -------
    (samples - 1,) array
        Power [W], positive where the pack is charged.
    """
    mean_speed = (np.asarray(speed)[:-1] + np.asarray(speed)[1:]) / 2.0
    return pack_power_at(vehicle, wheel_power(vehicle, time, speed), mean_speed)
