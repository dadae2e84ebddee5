"""State of power: the greatest currents and powers that a pack may carry for 2, 10 and 30 s.

Every group is seen ahead by its port, as cells are by `cell_port`, but from the estimate of its state:
``v(t + horizon) = emf + resistance * current``, linearised about a current. The current that puts v on its limit is
sought by linearising anew about the current found last (Newton's method), between one that keeps the limit and one
that does not. The tables bend, so that one linearisation about the present current would not do.

Under a constant power the current grows in discharge, and falls in charge, as the voltage does the contrary. The port
knows a current that moves straight from ``ratio * current`` to `current` at the end of the horizon: an RC pair takes
``ratio g + (1 - ratio) (1 - g tau / horizon)`` of what it would settle at, ``g = 1 - exp(-horizon / tau)``, and charge
counts by the mean current. The ratio is that of the pack's voltages at the end and at the begin.
"""

from __future__ import annotations

from . import cell_circuit as circuit
from .cell_port import switched
from .kalman import SOC, error_place, hysteresis_place, leakage_place
from .model import Block, kernel
from .relaxation import fade

HORIZONS = (2.0, 10.0, 30.0)
"""The times that currents and powers are told for [s]."""

CLOSE = 1e-5
"""A voltage this close to its limit is on it [V]: a tenth of a step of the sensors."""

LINEARISATIONS = 20
"""At most; four do where tables are smooth."""

STEEPEST = 2.0
"""Greatest ratio of two currents that is believed, or of their reciprocals."""


@kernel
def polarised_ahead(
    x: Block, p: Block, k: int, soc: float, current: float, ratio: float, horizon: float
) -> tuple[float, float]:
    """Voltage of the RC pairs of group k after a horizon [s] [V], and its derivative [Ohm]; coefficients at `soc`."""
    place = circuit.locate(p, soc)
    voltage = derivative = 0.0
    for j in range(hysteresis_place(p) - 1):
        resistance, capacitance = circuit.pair(x, p, k, j, place)
        gone, area = fade(1.0 / (resistance * capacitance), horizon)
        share = ratio * gone
        if horizon > 0.0:
            share += (1.0 - ratio) * (1.0 - area / horizon)
        voltage += x.estimate[k, j + 1] * (1.0 - gone) + resistance * current * share
        derivative += resistance * share
    return voltage, derivative


@kernel
def switched_ahead(x: Block, p: Block, k: int, current: float, horizon: float) -> tuple[float, float]:
    """Hysteresis voltage of group k after a horizon [s] [V], and its derivative by the current [Ohm]."""
    end = derivative = 0.0
    if p.hysteresis_bound > 0.0:
        end, derivative, _ = switched(x, p, k, current, x.estimate[k, hysteresis_place(p)], horizon)
    return end, derivative


@kernel
def port(x: Block, p: Block, k: int, current: float, ratio: float, horizon: float) -> tuple[float, float]:
    """Return emf [V] and resistance [Ohm] of group k ahead, linearised about a current.

    Parameters
    ----------
    x, p : Block
        States and parameters of a Bms.
    k : int
        Group.
    current : float
        Into the group, at the end of the horizon [A]; where it is constant, the voltage at it is exact.
    ratio : float
        The current now as a share of `current`, > 0; between them it moves straight.
    horizon : float
        How far ahead [s], >= 0.
    """
    mean = 0.5 * (1.0 + ratio)
    per_current = circuit.storing(p, k, current) * horizon * mean / x.capacity[k]
    loss = x.self_discharge[k] + x.estimate[k, leakage_place(p)]
    drift = per_current * current - horizon * loss / x.capacity[k]
    place = circuit.locate(p, x.estimate[k, SOC] + drift)
    ohmic = circuit.ohmic(x, p, k, place)
    end, switching = switched_ahead(x, p, k, mean * current, horizon)
    polarised, polarising = polarised_ahead(x, p, k, x.estimate[k, SOC] + 0.5 * drift, current, ratio, horizon)
    voltage = circuit.open_circuit(x, p, k, place) + ohmic * current + end + polarised
    voltage += x.estimate[k, error_place(p)]
    resistance = ohmic + mean * switching + polarising + per_current * circuit.open_circuit_slope(x, p, k, place)
    return voltage - resistance * current, resistance


@kernel
def excess_ahead(
    x: Block, p: Block, k: int, sign: float, size: float, ratio: float, horizon: float
) -> tuple[float, float]:
    """Return by how much group k passes its limit ahead [V], and how that grows with the size of the current [Ohm].

    A `sign` of 1 looks at a charge and the maximum voltage, -1 at a discharge and the minimum.
    """
    emf, resistance = port(x, p, k, sign * size, ratio, horizon)
    limit = p.maximum_voltage if sign > 0.0 else p.minimum_voltage
    return sign * (emf - limit) + resistance * size, resistance


@kernel
def within(x: Block, p: Block, k: int, sign: float, most: float, ratio: float, horizon: float) -> float:
    """Return the greatest size of a current of this sign, up to `most` [A], with which group k keeps its limit.

    Where the search does not end, the greatest size that is known to keep it; 0 where none does.
    """
    low, high, size = 0.0, most, most
    excess, slope = excess_ahead(x, p, k, sign, size, ratio, horizon)
    if excess <= 0.0:
        low = most
    tries = 0
    while low < high and abs(excess) > CLOSE and tries < LINEARISATIONS:
        step = size - excess / slope
        size = step if low < step < high else 0.5 * (low + high)
        if tries == 0 and step <= 0.0:
            size = 0.0
        excess, slope = excess_ahead(x, p, k, sign, size, ratio, horizon)
        if excess > 0.0:
            high = size
        else:
            low = size
        tries += 1
    return size if abs(excess) <= CLOSE else low


@kernel
def room(x: Block, p: Block, k: int, sign: float, horizon: float) -> float:
    """Return the size of the current of this sign that brings group k to its SOC limit in a horizon [A]; 0 beyond."""
    left = p.maximum_soc - x.estimate[k, SOC] if sign > 0.0 else x.estimate[k, SOC] - p.minimum_soc
    return max(0.0, left) * x.capacity[k] / (circuit.storing(p, k, sign) * horizon)


@kernel
def fall_off(distance: float, width: float) -> float:
    """Return the share of a current that is left at a distance from the temperature that ends it, both in K."""
    return min(1.0, max(0.0, distance / width))


@kernel
def pack_limit(x: Block, p: Block, sign: float) -> float:
    """Return the size of the current of this sign that the pack may carry at its temperatures [A]."""
    coldest = hottest = x.reading_temperature[0]
    for s in range(1, x.reading_temperature.shape[0]):
        coldest, hottest = min(coldest, x.reading_temperature[s]), max(hottest, x.reading_temperature[s])
    lowest = p.minimum_charge_temperature if sign > 0.0 else p.minimum_discharge_temperature
    share = fall_off(coldest - lowest, p.derating_width) * fall_off(p.maximum_temperature - hottest, p.derating_width)
    return share * (p.maximum_charge_current if sign > 0.0 else p.maximum_discharge_current)


@kernel
def current_limit(x: Block, p: Block, sign: float, ratio: float, horizon: float) -> float:
    """Return the size of the greatest pack current of this sign, at the end of a horizon, that every group bears [A].

    The current moves straight from `ratio` of it; nowhere is it beyond the pack's limit.
    """
    most = pack_limit(x, p, sign) / max(1.0, ratio)
    for k in range(x.capacity.shape[0]):
        most = min(most, room(x, p, k, sign, horizon) / (0.5 * (1.0 + ratio)))
    for k in range(x.capacity.shape[0]):
        if most > 0.0:
            most = within(x, p, k, sign, most, ratio, horizon)
    return most


@kernel
def pack_port(x: Block, p: Block, current: float, ratio: float, horizon: float) -> tuple[float, float]:
    """Return emf [V] and resistance [Ohm] of all groups ahead, as `port` does of one."""
    emf = resistance = 0.0
    for k in range(x.capacity.shape[0]):
        own_emf, own_resistance = port(x, p, k, current, ratio, horizon)
        emf += own_emf
        resistance += own_resistance
    return emf, resistance


@kernel
def voltage_ahead(x: Block, p: Block, current: float, ratio: float, horizon: float) -> float:
    """Return the voltage of all groups after a horizon [s] [V], as `port` sees it."""
    emf, resistance = pack_port(x, p, current, ratio, horizon)
    return emf + resistance * current


@kernel
def power_limit(x: Block, p: Block, sign: float, size: float, before: float, horizon: float) -> float:
    """Return the size of the greatest power of this sign that every group bears for a horizon [W].

    Parameters
    ----------
    x, p : Block
        States and parameters of a Bms.
    sign : float
        1 for a charge, -1 for a discharge.
    size : float
        Of the greatest constant current [A]. With the voltages under it, it tells how the current moves under constant
        power. Where every group bears the pack's limit as a constant current, it bears one that is less on the way or
        at its end.
    before : float
        Voltage of all groups at once under that current [V].
    horizon : float
        How long [s], > 0.
    """
    ratio = 1.0
    if before > 0.0 and size > 0.0:
        ratio = voltage_ahead(x, p, sign * size, 1.0, horizon) / before
        ratio = min(max(1.0 / STEEPEST, ratio), STEEPEST)
    most = pack_limit(x, p, sign)
    size = most / max(1.0, ratio) if size == most else current_limit(x, p, sign, ratio, horizon)
    return size * voltage_ahead(x, p, sign * size, ratio, horizon) if size > 0.0 else 0.0


@kernel
def foresee(x: Block, p: Block, y: Block) -> None:
    """Write currents and powers of all horizons; a direction that is not enabled has none."""
    emf, resistance = pack_port(x, p, 0.0, 1.0, 0.0)
    for j in range(len(HORIZONS)):
        horizon = HORIZONS[j]
        y.charge_current[j] = current_limit(x, p, 1.0, 1.0, horizon) if x.charging > 0.0 else 0.0
        y.discharge_current[j] = current_limit(x, p, -1.0, 1.0, horizon) if x.discharging > 0.0 else 0.0
        charged = emf + resistance * y.charge_current[j]
        y.charge_power[j] = power_limit(x, p, 1.0, y.charge_current[j], charged, horizon)
        discharged = emf - resistance * y.discharge_current[j]
        y.discharge_power[j] = power_limit(x, p, -1.0, y.discharge_current[j], discharged, horizon)
