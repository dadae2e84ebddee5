"""Reference of converters by brute force: an adaptive solver with events for every interval, until the steady state.

Time is in periods, so that charges and energies are per period and of the size of the quantities themselves.

`converters.py` and the tests of the converters compare with it.
"""

import numpy as np
from scipy.integrate import solve_ivp

ACCURATE = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-13}
MOST_PERIODS = 2000


def interval(rates, state, share, ends=None):
    """Integrate over a share of the period; return the state at its end, or at the event, and what is left."""
    if share <= 0.0:
        return state, 0.0
    if ends is not None:
        ends.terminal = True
        ends.direction = -1.0
    solution = solve_ivp(rates, (0.0, share), state, events=ends, **ACCURATE)
    return solution.y[:, -1], share - solution.t[-1]


def inductive_period(leg, at, current):
    """Return the current at the end, and charges taken and given [C], then heat by part [J], in the order of Period."""
    whole, turns, period = leg.inductance + leg.leakage, leg.turns_ratio, at.period
    drop = (at.output_voltage + leg.diode_drop) / turns

    def closed(_, s):
        i = s[0]
        slope = (at.input_voltage - (leg.input_winding + leg.switch_resistance) * i) / whole
        return period * np.array([slope, i, 0, leg.input_winding * i * i, leg.switch_resistance * i * i, 0, 0, 0])

    def conducting(_, s):
        i = s[0] / turns
        voltage = at.output_voltage + leg.diode_drop + (leg.output_winding + leg.diode_resistance) * i
        heat = (leg.output_winding * i * i, 0, leg.diode_resistance * i * i, leg.diode_drop * i, 0)
        return period * np.array([-voltage / turns / leg.inductance, 0, i, *heat])

    def zero(_, s):
        return s[0]

    closing = 0.5 * leg.inductance * leg.leakage / whole * current**2 / (at.input_voltage + drop)
    state = np.zeros(8)
    state[:3] = current * leg.inductance / whole, -closing, closing / turns
    state[6] = leg.diode_drop * closing / turns
    state, _ = interval(closed, state, at.duty)
    opening = 0.5 * leg.leakage * state[0] ** 2 / (leg.clamp_voltage - drop)
    state[2] -= opening / turns
    state[6] -= leg.diode_drop * opening / turns
    state[7] += leg.clamp_voltage * opening if opening else 0.0
    if state[0] > 0.0:
        state, left = interval(conducting, state, 1.0 - at.duty, zero)
        state[0] = 0.0 if left > 0.0 else state[0]
    return state[0], state[1:]


def commutating_period(leg, at, current):
    """Return the same where the leakage commutates in its own time: magnetising and input current are two states."""
    turns, period = leg.turns_ratio, at.period
    drop, output = leg.diode_drop, leg.output_winding + leg.diode_resistance

    def rates(closed, diode, commutates):
        def derivative(_, s):
            magnetising, primary = s[:2]
            i = (magnetising - primary) / turns
            loop = at.input_voltage if closed else -leg.clamp_voltage
            resistance = leg.input_winding + leg.switch_resistance if closed else 0.0
            if diode:
                across = -(at.output_voltage + drop + output * i) / turns
                slope = across / leg.inductance
                moving = (loop - across - resistance * primary) / leg.leakage if commutates else 0.0
            else:
                slope = moving = (loop - resistance * primary) / (leg.inductance + leg.leakage)
            out = i if diode else 0.0
            heat = (
                resistance * primary**2
                + output * out**2
                + drop * out
                + (0.0 if closed else leg.clamp_voltage * primary)
            )
            return period * np.array([slope, moving, primary if closed else 0.0, out, heat])

        return derivative

    state, left = np.array([current, 0.0, 0.0, 0.0, 0.0]), at.duty
    if current > 0.0:
        state, left = interval(rates(True, True, True), state, left, lambda _, s: s[0] - s[1])
    state[1] = state[0]
    state, _ = interval(rates(True, False, False), state, left)
    state, left = interval(rates(False, True, True), state, 1.0 - at.duty, lambda _, s: s[1])
    state[1] = 0.0
    state, left = interval(rates(False, True, False), state, left, lambda _, s: s[0])
    return (0.0 if left > 0.0 else state[0]), state[2:]


def capacitive_period(shuttle, at, voltage):
    """Return the voltage at the end, and charges taken and given [C] and heat of capacitor and switches [J]."""
    parts = np.array([shuttle.series_resistance, shuttle.switch_resistance])

    def across(cell, taken, given):
        def derivative(_, s):
            i = (cell - s[0]) / parts.sum()
            return at.period * np.array([i / shuttle.capacitance, taken * i, given * i, *(parts * i * i)])

        return derivative

    state = np.array([voltage, 0.0, 0.0, 0.0, 0.0])
    state, _ = interval(across(at.input_voltage, 1.0, 0.0), state, at.duty)
    state, _ = interval(across(at.output_voltage, 0.0, -1.0), state, 1.0 - at.duty)
    return state[0], state[1:]


def settled(period, parts, at, start):
    """Run period by period until the state moves by less than 1e-10 [A or V]; return what the last period did."""
    state = start
    for _ in range(MOST_PERIODS):
        end, flows = period(parts, at, state)
        state, move = end, abs(end - state)
        if move < 1e-10:
            return flows
    raise AssertionError(f"still moves by {move} after {MOST_PERIODS} periods")
