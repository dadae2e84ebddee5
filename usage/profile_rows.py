"""A profile as rows of inputs for the system of a pack, a row for each base period.

Currents and powers become their means over the period, so that charge and energy are conserved; a speed becomes the
power of the pack by `longitudinal_vehicle`, from row to row of the profile, and then likewise. Temperatures become
means, ``enable`` its last value in the period. Where the profile ends within a period, the rest of it has no load, and
temperatures and enable stay.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.duration import seconds
from ..core.errors import InputError
from ..models.network.loads import LoadMode
from ..pack.file import Pack
from .longitudinal_vehicle import NISSAN_LEAF, Vehicle, pack_power
from .profile import Prescribed, Profile, flows
from .resampling import flow_means, held_means, last_values, periods_of

FASTEST_RATE = 100.0
"""No cell takes more, in multiples of its capacity an hour [1]; racing cells take 50 to 90."""

MOST_PERIODS = 20_000_000
"""Periods of a profile, as many as rows are read: 231 days of 1 s."""

_HOUR = 3600.0


def profile_rows(
    profile: Profile, pack: Pack, period: int, vehicle: Vehicle = NISSAN_LEAF
) -> dict[str, NDArray[np.float64]]:
    """Return the inputs of a pack's system that change with a profile.

    Parameters
    ----------
    profile : Profile
        What the pack has to do.
    pack : Pack
        Tells who enables balancing, and what currents are possible.
    period : int
        Base period of the plan, that of the electrical layer [ns].
    vehicle : Vehicle
        What drives a speed.

    Returns
    -------
    dict of str to (periods,) array
        By ``"Component.input"`` as `packfmu.cosim.duty.with_profiles` takes them: ``PackNetwork.pack_current`` [A] or
        ``PackNetwork.pack_power`` [W], and what else the profile has of ``Thermal.ambient_temperature``,
        ``Thermal.coolant_temperature`` [K] and the balancer's enable.

    Raises
    ------
    InputError
        When the current or power, also that of a speed, is more than any cell takes, or the time is more than
        `MOST_PERIODS`: the unit is probably not the one of the header.
    """
    _check_length(profile, period)
    _check_rate(profile, pack, vehicle)
    flow = flow_of(profile, vehicle)
    target = "PackNetwork.pack_current" if profile.prescribed is Prescribed.CURRENT else "PackNetwork.pack_power"
    rows = {target: flow_means(profile.time, flow, period)}
    for name in ("ambient_temperature", "coolant_temperature"):
        values = getattr(profile, name)
        if values is not None:
            rows[f"Thermal.{name}"] = held_means(profile.time, values, period)
    if profile.enable is not None:
        enable = "Balancer.enable" if pack.bms is None else "Bms.balancing_allowed"
        rows[enable] = last_values(profile.time, profile.enable, period)
    return rows


def profile_values(profile: Profile) -> Mapping[str, float]:
    """Return the inputs of a pack's system that a profile sets once, by ``"Component.input"``."""
    is_current = profile.prescribed is Prescribed.CURRENT
    return {"PackNetwork.load_mode": LoadMode.CURRENT if is_current else LoadMode.POWER}


def profile_notices(profile: Profile, period: int, vehicle: Vehicle = NISSAN_LEAF) -> tuple[str, ...]:
    """Return what is to be told of a profile when it is run with a base period [ns], a line each."""
    told = list(profile.notices)
    if profile.prescribed is Prescribed.SPEED:
        into, out = flows(np.diff(profile.time), flow_of(profile, vehicle))
        told.append(
            f"the profile drives {profile.distance / 1000.0:.2f} km and asks for {into / _HOUR:.4g} Wh into the pack "
            f"and {out / _HOUR:.4g} Wh out of it"
        )
    rest = periods_of(profile.duration, period) * seconds(period) - profile.duration
    if rest > 1e-9:
        told.append(f"the profile ends within a period of {seconds(period):g} s: its last {rest:g} s have no load")
    return tuple(told)


def flow_of(profile: Profile, vehicle: Vehicle) -> NDArray[np.float64]:
    """Return current [A] or mean power [W] into the pack from each row of a profile to the next, shape (rows - 1,)."""
    if profile.prescribed is Prescribed.SPEED:
        return pack_power(vehicle, profile.time, profile.values)
    return profile.values[:-1]


def _check_length(profile: Profile, period: int) -> None:
    """Raise InputError where a profile has more periods than are taken."""
    count = periods_of(profile.duration, period)
    if count > MOST_PERIODS:
        raise InputError(
            f"{profile.name}, {profile.place} {profile.rows[-1]}: ends after {profile.duration:.6g} s, {count} periods "
            f"of {seconds(period):g} s; at most {MOST_PERIODS} are taken: is the unit ms or ns?"
        )


def _check_rate(profile: Profile, pack: Pack, vehicle: Vehicle) -> None:
    """Raise InputError where a demand is beyond any rate of the cells."""
    cell = pack.cell.load()
    capacity = pack.pack.across * cell.capacity / _HOUR
    per_hour, unit, wrong = capacity, "A", "mA"
    if profile.prescribed is not Prescribed.CURRENT:
        per_hour *= pack.pack.series * cell.limits.maximum_voltage
        unit, wrong = "W", "mW or W"
    demand, reached = profile.values, profile.rows
    if profile.prescribed is Prescribed.SPEED:
        with np.errstate(over="ignore", invalid="ignore"):  # squares of what no car drives; they are refused below
            demand, reached, wrong = flow_of(profile, vehicle), profile.rows[1:], "km/h or m/s"
    rate = np.abs(demand) / per_hour
    beyond = ~(rate <= FASTEST_RATE)
    if beyond.any():
        index = int(np.argmax(beyond))
        by = "the speed until there takes " if profile.prescribed is Prescribed.SPEED else ""
        raise InputError(
            f"{profile.name}, {profile.place} {reached[index]}: {by}{demand[index]:g} {unit} is "
            f"{rate[index]:.0f} C for a pack of {capacity:.4g} Ah, beyond any cell; is the unit {wrong}?"
        )
