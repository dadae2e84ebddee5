"""The port of a group: its voltage after a horizon, by the estimate of its state, affine in the current until then.

``v(t + horizon) = emf + resistance * current``, as cells offer it by `cell_port`. There are three of them: `port` looks
closely, at one group; `present_port` at the voltage of this instant; and `glance` at what many groups come to under
constant currents. A glance leaves out that the time constants of the RC pairs change on the way, so that what is left
of their voltages after a horizon is computed once for all currents, by `look_around` and then `look_ahead`.
"""

from __future__ import annotations

import math

from ...core.model import Block, kernel
from ...core.variable import Variable
from ..cell import circuit
from ..cell.port import switched
from ..numerics import tables
from ..numerics.relaxation import fade
from .kalman import SOC, error_place, hysteresis_place, leakage_place

Port = tuple[float, float]
"""An emf [V] and a resistance [Ohm]."""


def states(groups: int, pairs: int) -> tuple[Variable, ...]:
    """Return the working memory of glances."""
    return tuple(
        Variable(name, unit, size, 0.0, -math.inf, math.inf, 1.0, text)
        for name, unit, size, text in (
            ("pair_remaining", "1", (groups, pairs), "Work: share of each pair's voltage that the horizon leaves"),
            ("pair_settled", "1", (groups, pairs), "Work: resistance that acts in the horizon, over that of the table"),
            ("lasting_voltage", "V", groups, "Work: voltage of the pairs that the horizon leaves, and slow error"),
        )
    )


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
        share = ratio * gone + (1.0 - ratio) * (1.0 - area / horizon)
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
    end, switching = switched_ahead(x, p, k, mean * current, horizon)
    polarised, polarising = polarised_ahead(x, p, k, x.estimate[k, SOC] + 0.5 * drift, current, ratio, horizon)
    voltage = circuit.open_circuit(x, p, k, place) + ohmic * current + end + polarised
    voltage += x.estimate[k, error_place(p)]
    resistance = ohmic + mean * switching + polarising + per_current * circuit.open_circuit_slope(x, p, k, place)
    return voltage - resistance * current, resistance


@kernel
def present_port(x: Block, p: Block, k: int) -> Port:
    """Return emf [V] and resistance [Ohm] of group k at this instant."""
    place = circuit.locate(p, x.estimate[k, SOC])
    emf = circuit.open_circuit(x, p, k, place)
    for i in range(1, error_place(p) + 1):
        emf += x.estimate[k, i]
    return emf, circuit.ohmic(x, p, k, place)


@kernel
def look_around(x: Block, p: Block, horizon: float) -> Port:
    """Prepare to look a first horizon ahead [s]; return emf [V] and resistance [Ohm] of all groups at this instant."""
    emf = resistance = 0.0
    for k in range(x.capacity.shape[0]):
        place = circuit.locate(p, x.estimate[k, SOC])
        for j in range(x.pair_remaining.shape[1]):
            own, capacitance = circuit.pair(x, p, k, j, place)
            x.pair_remaining[k, j] = math.exp(-horizon / (own * capacitance))
        own_emf, own = present_port(x, p, k)
        emf += own_emf
        resistance += own
    return emf, resistance


@kernel
def look_ahead(x: Block, p: Block, times: int) -> None:
    """Prepare glances as many times as far ahead as those that were prepared last."""
    for k in range(x.capacity.shape[0]):
        lasting = x.estimate[k, error_place(p)]
        for j in range(x.pair_remaining.shape[1]):
            once = remaining = x.pair_remaining[k, j]
            for _ in range(1, times):
                remaining *= once
            x.pair_remaining[k, j] = remaining
            x.pair_settled[k, j] = x.resistance_factor[k, j + 1] * (1.0 - remaining)
            lasting += x.estimate[k, j + 1] * remaining
        x.lasting_voltage[k] = lasting


@kernel
def switched_at_a_glance(x: Block, p: Block, k: int, current: float, horizon: float) -> float:
    """Return the hysteresis voltage of group k after a horizon [s] [V]."""
    end = 0.0
    if p.hysteresis_bound > 0.0:
        by_charge, rate = circuit.switching(x, p, k, current)
        remaining = math.exp(-rate * horizon)
        area = (1.0 - remaining) / rate if rate > 0.0 else horizon
        end = x.estimate[k, hysteresis_place(p)] * remaining + p.hysteresis_bound * by_charge * area
    return end


@kernel
def glance(x: Block, p: Block, k: int, current: float, horizon: float) -> tuple[float, float]:
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
        resistance += x.pair_settled[k, j] * tables.bounded(p.polarisation_resistance[j], middle)
    voltage = circuit.open_circuit(x, p, k, end) + resistance * current + x.lasting_voltage[k]
    voltage += switched_at_a_glance(x, p, k, current, horizon)
    slope = resistance + stored * by_current * circuit.open_circuit_slope(x, p, k, end)
    return voltage, max(slope, 0.5 * resistance)
