"""A car with its driver as an FMU: what a user of Pack.fmu brings along; examples/vehicle.py builds and couples it.

A plain slave of pythonfmu, written as that package teaches: nothing here knows of packfmu.

Equations
---------
The car is that of `longitudinal_vehicle`, run forward. Within an inner step d the speed goes linearly in time from
v0 to v1. The mean of the resistances and the force F at the wheels change it by::

    F = (m + m_r) (v1 - v0) / d + F_road + c (v0^2 + v1^2) / 2,    c = rho c_d A / 2
    F_road = m g (c_r cos(alpha) + sin(alpha)),                    tan(alpha) = slope

a quadratic equation for v1. The power at the wheels, ``P = F (v0 + v1) / 2``, is then `longitudinal_vehicle`'s, and its
integral the change of kinetic and potential energy, rolling loss and drag, to rounding. Under a limit of power P(v1)
is a cubic equation, convex and rising to the right of its greatest root, which Newton's method reaches from above.

The driver sees the target speed of the end of the communication step and goes there linearly from the last one. The
force is feed-forward, as the equation above wants it for the target on a level road, and a proportional and integral
part of the error that place both poles of the speed at ``-1 / (2 T)``, T being `RESPONSE_TIME`. The integral rests
while a limit holds the car back, and while it stands.

Limits
------
The drive gives at most the motor's rated power and torque, and what `power_margin` of `available_power` leaves after
losses and auxiliaries. A trip of the pack opens its contactors: no drive, no regeneration, no auxiliaries. The friction
brakes always work. No wind, no slip, no reverse; losses and regeneration as in `longitudinal_vehicle`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from enum import IntEnum
from typing import NamedTuple

import longitudinal_vehicle as car
import numpy as np
from numpy.typing import NDArray
from pythonfmu import Boolean, Fmi2Causality, Fmi2Slave, Fmi2Variability, Integer, Real
from pythonfmu.enums import Fmi2Status

INNER_STEP = 0.1
"""The driver acts, and the speed advances, at least so often [s]."""

RESPONSE_TIME = 0.5
"""T of the driver [s]."""

PEAK_FORCE = 254.0 * 7.9377 * 0.98 / 0.336
"""Of the drive at the wheels [N]: torque (data sheet of 2013), ratio of the gear (2011), its efficiency, radius."""

BRAKING_FORCE = 0.7 * car.NISSAN_LEAF.mass * car.STANDARD_GRAVITY
"""The most that the brakes take, at the coefficient of friction of FASTSim's entry for the car [N]."""

CREEP = 0.05
"""Below this speed the driver holds the car on the brake where it shall stand [m/s]."""

NEWTON_STEPS = 50
"""More than Newton's method takes for any speed and power: it converges quadratically."""


class Limit(IntEnum):
    """What held the car back during a step."""

    NONE = 0
    MOTOR = 1
    PACK_POWER = 2
    PACK_TRIP = 3


class Ride(NamedTuple):
    """A communication step, by its inner steps."""

    speed: float
    """At the end [m/s]."""
    mean_speed: NDArray[np.float64]
    """Of each inner step [m/s]."""
    wheel_power: NDArray[np.float64]
    """Mean over each inner step [W]."""
    limited: bool


def road_force(slope: float) -> float:
    """Return rolling resistance and downhill force [N] at a slope, rise over run [1]."""
    weight = car.NISSAN_LEAF.mass * car.STANDARD_GRAVITY / math.hypot(1.0, slope)
    return weight * (car.NISSAN_LEAF.rolling_resistance + slope)


def force_between(begin: float, end: float, step: float, road: float) -> float:
    """Return the mean force at the wheels [N] that takes the car from one speed [m/s] to another within `step` [s]."""
    return INERTIA * (end - begin) / step + road + DRAG * (begin**2 + end**2) / 2.0


def speed_under_force(begin: float, force: float, step: float, road: float) -> float:
    """Return the speed [m/s] after `step` [s] under a mean force [N] at the wheels; the car does not roll back."""
    linear = INERTIA / step
    constant = force - road - DRAG * begin**2 / 2.0 + linear * begin
    if constant <= 0.0:
        return 0.0
    return 2.0 * constant / (linear + math.sqrt(linear**2 + 2.0 * DRAG * constant))


def speed_under_power(begin: float, end: float, power: float, step: float, road: float) -> float:
    """Return the speed [m/s] after `step` [s] under a mean power [W] >= 0, given a higher one, `end`."""
    for _ in range(NEWTON_STEPS):
        force = force_between(begin, end, step, road)
        excess = force * (begin + end) / 2.0 - power
        rise = (INERTIA / step + DRAG * end) * (begin + end) / 2.0 + force / 2.0
        change = excess / rise
        end -= change
        if change <= 1e-12 * abs(end):
            break
    return max(end, 0.0)


def greatest_wheel_power(electrical: float) -> float:
    """Return what the drive gives to the wheels [W] of a power [W] >= 0: the inverse of the drive's efficiency.

    Between two entries of the table the efficiency is linear in the shaft's share x of the rated power P, so that
    ``x P = electrical (a + b x)``.
    """
    k = min(max(bisect_right(CONSUMED, electrical) - 1, 0), len(CONSUMED) - 2)
    load, efficiency = car.NISSAN_LEAF.load, car.NISSAN_LEAF.drive_efficiency
    b = (efficiency[k + 1] - efficiency[k]) / (load[k + 1] - load[k])
    a = efficiency[k] - b * load[k]
    rated = car.NISSAN_LEAF.rated_power
    share = min(electrical * a / (rated - electrical * b), 1.0)
    return car.NISSAN_LEAF.gear_efficiency * share * rated


INERTIA = car.NISSAN_LEAF.mass + car.NISSAN_LEAF.rotating_mass
DRAG = 0.5 * car.NISSAN_LEAF.air_density * car.NISSAN_LEAF.drag_area
LEVEL = road_force(0.0)
PROPORTIONAL = INERTIA / RESPONSE_TIME
INTEGRAL = PROPORTIONAL / (4.0 * RESPONSE_TIME)
CONSUMED = [
    load * car.NISSAN_LEAF.rated_power / efficiency
    for load, efficiency in zip(car.NISSAN_LEAF.load, car.NISSAN_LEAF.drive_efficiency, strict=True)
]
"""Electrical power of the drive at the entries of its table [W], rising."""


class Driver:
    """A speed controller with feed-forward; it remembers the last target and the integral of the error."""

    def __init__(self) -> None:
        self.target = 0.0
        self.error = 0.0

    def ride(self, begin: float, target: float, length: float, slope: float, power: float) -> Ride:
        """Drive on for `length` [s] from a speed to a target [m/s], with at most `power` [W] at the wheels."""
        count = max(math.ceil(length / INNER_STEP - 1e-9), 1)
        step, road, speed, limited = length / count, road_force(slope), begin, False
        driven = []
        for k in range(count):
            here, there = (self.target + (target - self.target) * n / count for n in (k, k + 1))
            wanted = self._wanted(speed, here, there, step, road)
            reached = held_back(speed, wanted, step, road, power)
            if reached == wanted > 0.0:
                self.error += step * (here - speed)
            limited |= reached != wanted
            driven.append(mean_speed_and_power(speed, reached, step, road, power))
            speed = reached
        self.target = target
        return Ride(speed, *np.array(driven).T, limited)

    def _wanted(self, speed: float, here: float, there: float, step: float, road: float) -> float:
        if here == there == 0.0 and speed <= CREEP:
            return 0.0
        force = force_between(here, there, step, LEVEL) + PROPORTIONAL * (here - speed) + INTEGRAL * self.error
        return speed_under_force(speed, max(force, -BRAKING_FORCE), step, road)


def held_back(begin: float, wanted: float, step: float, road: float, power: float) -> float:
    """Return the wanted speed [m/s], or what the drive's force and the power [W] at the wheels allow."""
    reached = min(wanted, speed_under_force(begin, PEAK_FORCE, step, road))
    if force_between(begin, reached, step, road) * (begin + reached) / 2.0 > power:
        reached = speed_under_power(begin, reached, power, step, road)
    return reached


def mean_speed_and_power(begin: float, end: float, step: float, road: float, power: float) -> tuple[float, float]:
    """Return the mean speed [m/s] and the mean power at the wheels [W] of an inner step.

    A car that comes to rest by its resistances alone, and would need more power than there is to get there only at the
    end of the step, rests for the remainder of it.
    """
    mean_speed = (begin + end) / 2.0
    force = force_between(begin, end, step, road)
    if end == 0.0 and force * mean_speed > power:
        stopping_distance = INERTIA * begin**2 / 2.0 / (road + DRAG * begin**2 / 2.0)
        return stopping_distance / step, 0.0
    return mean_speed, force * mean_speed


class Vehicle(Fmi2Slave):
    """Nissan Leaf of 2013 with its driver; power is positive into the pack, as everywhere in packfmu."""

    description = "Longitudinal model of a 2013 Nissan Leaf with a driver that follows a target speed"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.power_margin = 0.95
        self.target_speed = self.slope = self.available_power = 0.0
        self.pack_trip = False
        self.pack_power = self.speed = self.distance = self.wheel_power = self.speed_error = 0.0
        self.limit = int(Limit.NONE)
        self._driver = Driver()
        parameter = {"causality": Fmi2Causality.parameter, "variability": Fmi2Variability.tunable}
        given, told = {"causality": Fmi2Causality.input}, {"causality": Fmi2Causality.output}
        discrete = {"variability": Fmi2Variability.discrete}
        self._register(Real, parameter, power_margin="Share of available_power that the drive uses at most [1]")
        self._register(
            Real,
            given,
            target_speed="Speed to be reached at the end of the step [m/s]",
            slope="Slope of the road, rise over run [1]",
            available_power="The most that the pack can deliver [W]",
        )
        self._register(Boolean, given | discrete, pack_trip="The pack is switched off")
        self._register(
            Real,
            told,
            pack_power="Power into the pack, mean over the step [W]",
            speed="Speed at the end of the step [m/s]",
            distance="Distance driven [m]",
            wheel_power="Power at the wheels, mean over the step [W]",
            speed_error="Target speed less speed at the end of the step [m/s]",
        )
        limits = ", ".join(f"{limit.value} {limit.name.lower().replace('_', ' ')}" for limit in Limit)
        self._register(Integer, told | discrete, limit=f"What held the car back: {limits}")

    def _register(self, kind: type, attributes: dict[str, object], **descriptions: str) -> None:
        for name, text in descriptions.items():
            self.register_variable(kind(name, description=text, **attributes))

    def exit_initialization_mode(self) -> None:
        """Start at the target speed."""
        self.speed = self._driver.target = self.target_speed

    def do_step(self, current_time: float, step_size: float) -> bool:
        """Drive on; False, and nothing changed, where an input or the step is out of range."""
        if not (self.target_speed >= 0.0 and self.available_power >= 0.0 and step_size > 0.0):
            given = f"{self.target_speed:g} m/s, {self.available_power:g} W, {step_size:g} s"
            told = f"target_speed and available_power must be at least 0, the step positive; they are {given}"
            self.log(told, Fmi2Status.discard)
            return False
        power, cause = self._power_at_wheels()
        ride = self._driver.ride(self.speed, self.target_speed, step_size, self.slope, power)
        self.wheel_power = float(ride.wheel_power.mean())
        self.pack_power = (
            0.0
            if self.pack_trip
            else float(car.pack_power_at(car.NISSAN_LEAF, ride.wheel_power, ride.mean_speed).mean())
        )
        self.distance += step_size * float(ride.mean_speed.mean())
        self.speed = ride.speed
        self.speed_error = self.target_speed - self.speed
        self.limit = int(cause) if ride.limited else int(Limit.NONE)
        return True

    def _power_at_wheels(self) -> tuple[float, Limit]:
        if self.pack_trip:
            return 0.0, Limit.PACK_TRIP
        for_drive = max(self.power_margin * self.available_power - car.NISSAN_LEAF.auxiliary_power, 0.0)
        rated = car.NISSAN_LEAF.rated_power * car.NISSAN_LEAF.gear_efficiency
        by_pack = greatest_wheel_power(for_drive)
        return (rated, Limit.MOTOR) if by_pack >= rated else (by_pack, Limit.PACK_POWER)
