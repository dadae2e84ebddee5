"""The port of a group: its voltage after a horizon, by its estimate, affine in the current until then.

Equations
---------
``v(t + horizon) = emf + resistance * current``, as a cell's own port. There are three of them:

* the close port of one group, linearised about a current. The current moves straight from ``ratio * current`` now to
  `current` at the end of the horizon: an RC pair then takes ``ratio g + (1 - ratio) (1 - g tau / horizon)`` of the
  voltage that it would settle at, ``g = 1 - exp(-horizon / tau)``, and charge counts by the mean current;
  The greatest current that keeps a limit is found by Newton's method between one that keeps it and one that does not;
* the port of this instant;
* the quick voltage of many groups under constant currents. It leaves out that the time constants of the RC pairs change
  with SOC until then, so that the share of their voltages that is left after a horizon is computed once for all
  currents.
"""

from __future__ import annotations

import math

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.variable import Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from ..cell.port import switched
from ..numerics.relaxation import fade
from .filter_states import SOC, error_place, hysteresis_place, leakage_place

Port = tuple[float, float]
"""An emf [V] and a resistance [Ohm]."""

CLOSE = 1e-5
"""A voltage this close to its limit is on it [V]: a tenth of a step of the sensors."""

LINEARISATIONS = 20
"""Greatest number of linearisations; four are enough where tables are smooth."""


def fields(groups: int, group: CellParameters) -> Fields:
    """Return the working memory of quick voltages."""
    pairs = groups, group.pairs
    return Fields(
        modules=(__name__,),
        states=tuple(
            Variable(name, unit, size, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, text)
            for name, unit, size, text in (
                ("pair_remaining", "1", pairs, "Work: share of each pair's voltage that is left after the horizon"),
                ("pair_settled", "1", pairs, "Work: resistance that acts in the horizon, over that of the table"),
                ("lasting_voltage", "V", groups, "Work: voltage of the pairs after the horizon, and slow error"),
            )
        ),
    )


@kernel
def pairs_after(
    x: Block, p: Block, k: int, soc: float, current: float, ratio: float, horizon: float
) -> tuple[float, float]:
    """Return the voltage of the RC pairs of group k after a horizon [s] [V], and its derivative [Ohm].

    The tables are taken at `soc`.
    """
    place = circuit.locate(p, soc)
    voltage = derivative = 0.0
    for j in range(hysteresis_place(p) - 1):
        resistance, capacitance = circuit.pair(x, p, k, j, place)
        gone, area = fade(1.0 / (resistance * capacitance), horizon)
        share = ratio * gone + (1.0 - ratio) * (1.0 - area / horizon)
        voltage += x.estimate[k, j + 1] * (1.0 - gone) + resistance * current * share
        derivative += resistance * share
    return voltage, derivative


@kernel
def hysteresis_after(x: Block, p: Block, k: int, current: float, horizon: float) -> tuple[float, float]:
    """Return the hysteresis voltage of group k after a horizon [s] [V], and its derivative by the current [Ohm]."""
    end = derivative = 0.0
    if circuit.hysteresis_bound(p, k) > 0.0:
        end, derivative, _ = switched(x, p, k, current, x.estimate[k, hysteresis_place(p)], horizon)
    return end, derivative


@kernel
def port(x: Block, p: Block, k: int, current: float, ratio: float, horizon: float) -> Port:
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
        How far ahead [s], > 0.
    """
    mean = 0.5 * (1.0 + ratio)
    per_current = circuit.storing(p, k, current) * horizon * mean / x.capacity[k]
    loss = x.self_discharge[k] + x.estimate[k, leakage_place(p)]
    drift = per_current * current - horizon * loss / x.capacity[k]
    place = circuit.locate(p, x.estimate[k, SOC] + drift)
    ohmic = circuit.ohmic(x, p, k, place)
    end, switching = hysteresis_after(x, p, k, mean * current, horizon)
    polarised, polarising = pairs_after(x, p, k, x.estimate[k, SOC] + 0.5 * drift, current, ratio, horizon)
    voltage = circuit.open_circuit(x, p, k, place) + ohmic * current + end + polarised
    voltage += x.estimate[k, error_place(p)]
    resistance = ohmic + mean * switching + polarising + per_current * circuit.open_circuit_slope(x, p, k, place)
    return voltage - resistance * current, resistance


@kernel
def excess_ahead(
    x: Block, p: Block, k: int, sign: float, size: float, ratio: float, horizon: float
) -> tuple[float, float]:
    """Return by how much group k passes its limit ahead [V], and how that grows with the size of the current [Ohm]."""
    emf, resistance = port(x, p, k, sign * size, ratio, horizon)
    limit = p.maximum_voltage if sign > 0.0 else p.minimum_voltage
    return sign * (emf - limit) + resistance * size, resistance


@kernel
def greatest_current(
    x: Block, p: Block, k: int, sign: float, most: float, ratio: float, horizon: float
) -> tuple[float, float]:
    """Return the greatest size of a current of this sign, up to `most` [A], with which group k keeps its limit.

    Where the search does not end, it is the greatest size that is known to keep it; 0 where none is. The second value
    is the excess under that size [V]; for a size of 0 it is not known.
    """
    low, high, size, kept = 0.0, most, most, 0.0
    excess, slope = excess_ahead(x, p, k, sign, size, ratio, horizon)
    if excess <= 0.0:
        low, kept = most, excess
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
            low, kept = size, excess
        tries += 1
    return (size, excess) if abs(excess) <= CLOSE else (low, kept)


@kernel
def present_port(x: Block, p: Block, k: int) -> Port:
    """Return emf [V] and resistance [Ohm] of group k at this instant."""
    place = circuit.locate(p, x.estimate[k, SOC])
    emf = circuit.open_circuit(x, p, k, place)
    for i in range(1, error_place(p) + 1):
        emf += x.estimate[k, i]
    return emf, circuit.ohmic(x, p, k, place)


@kernel
def prepare_first_horizon(x: Block, p: Block, first: int, end: int, horizon: float) -> Port:
    """Prepare quick voltages of the groups from `first` to before `end` at a first horizon [s].

    Return emf [V] and resistance [Ohm] of all of them now.
    """
    emf = resistance = 0.0
    for k in range(first, end):
        place = circuit.locate(p, x.estimate[k, SOC])
        for j in range(x.pair_remaining.shape[1]):
            own, capacitance = circuit.pair(x, p, k, j, place)
            x.pair_remaining[k, j] = math.exp(-horizon / (own * capacitance))
        own_emf, own = present_port(x, p, k)
        emf += own_emf
        resistance += own
    return emf, resistance


@kernel
def prepare_horizon(x: Block, p: Block, multiple: int) -> None:
    """Prepare quick voltages at a horizon that is a multiple of the one before."""
    for k in range(x.capacity.shape[0]):
        lasting = x.estimate[k, error_place(p)]
        for j in range(x.pair_remaining.shape[1]):
            once = remaining = x.pair_remaining[k, j]
            for _ in range(1, multiple):
                remaining *= once
            x.pair_remaining[k, j] = remaining
            x.pair_settled[k, j] = x.resistance_factor[k, j + 1] * (1.0 - remaining)
            lasting += x.estimate[k, j + 1] * remaining
        x.lasting_voltage[k] = lasting


@kernel
def quick_hysteresis(x: Block, p: Block, k: int, current: float, horizon: float) -> float:
    """Return the hysteresis voltage of group k after a horizon [s] [V]."""
    end, bound = 0.0, circuit.hysteresis_bound(p, k)
    if bound > 0.0:
        by_charge, rate = circuit.switching(x, p, k, current)
        remaining = math.exp(-rate * horizon)
        area = (1.0 - remaining) / rate if rate > 0.0 else horizon
        end = x.estimate[k, hysteresis_place(p)] * remaining + bound * by_charge * area
    return end


@kernel
def quick_voltage(x: Block, p: Block, k: int, current: float, horizon: float) -> tuple[float, float]:
    """Return voltage [V] of group k ahead under a constant current [A], and its slope by it, hysteresis left out [Ohm].

    The horizon [s] is the one that was prepared last.
    """
    stored, by_current = circuit.storing(p, k, current), horizon / x.capacity[k]
    loss = x.self_discharge[k] + x.estimate[k, leakage_place(p)]
    drift = by_current * (stored * current - loss)
    middle = circuit.locate(p, x.estimate[k, SOC] + 0.5 * drift)
    end = circuit.locate(p, x.estimate[k, SOC] + drift)
    resistance = circuit.ohmic(x, p, k, end)
    for j in range(x.pair_settled.shape[1]):
        resistance += x.pair_settled[k, j] * circuit.pair_value(x, p, k, j, middle)
    voltage = circuit.open_circuit(x, p, k, end) + resistance * current + x.lasting_voltage[k]
    voltage += quick_hysteresis(x, p, k, current, horizon)
    slope = resistance + stored * by_current * circuit.open_circuit_slope(x, p, k, end)
    return voltage, max(slope, 0.5 * resistance)
