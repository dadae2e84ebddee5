"""Groups with a Kalman filter for tests, and the same filter in plain numpy."""

import numpy as np

from packfmu.core.block.memory import block_of
from packfmu.models.bms import capacity, filter_states, kalman, kalman_correction
from packfmu.models.cell import circuit as cell_circuit


def group(kind, groups=1, capacity_sigma=0.0, **changes):
    """Return the blocks x and p of groups at rest, at the reference temperature; `changes` replace parameters."""
    filters = filter_states.fields(groups, kind) + kalman.fields(kind) + kalman_correction.fields(kind)
    fields = filters + cell_circuit.fields(groups, kind) + capacity.fields(groups)
    p = block_of(fields.parameters)
    for variable in fields.parameters:
        p[variable.name] = variable.start_values()
    for name, value in changes.items():
        assert name in p.names
        p[name] = value
    x = block_of(fields.states)
    cell_circuit.renew(x, p)
    x["capacity_sigma"] = capacity_sigma
    for k in range(groups):
        cell_circuit.start_at(x, p, k, kind.reference_temperature)
        filter_states.initialize(x, p, k)
    return x, p


def factors(x, k=0):
    """Return U and the diagonal of D of group k."""
    count = x.estimate.shape[1]
    upper, diagonal = np.eye(count), np.zeros(count)
    place = 0
    for column in range(count):
        upper[:column, column] = x.covariance[k, place : place + column]
        diagonal[column] = x.covariance[k, place + column]
        place += column + 1
    return upper, diagonal


def covariance(x, k=0):
    """Return the covariance of group k."""
    upper, diagonal = factors(x, k)
    return upper @ np.diag(diagonal) @ upper.T


class PlainFilter:
    """The equations of `packfmu.models.bms.kalman` and its corrections with full matrices, Joseph's form."""

    def __init__(self, kind, p, estimate, spread, capacity_sigma=0.0):
        self.kind, self.p, self.capacity_sigma = kind, p, capacity_sigma
        self.estimate, self.spread = np.array(estimate), np.array(spread)
        self.grid = np.linspace(0.0, 1.0, kind.nodes)
        self.current = 0.0

    def table(self, values, soc):
        return np.interp(soc, self.grid, values)

    def pairs(self, soc):
        kind = self.kind
        resistance = np.array([self.table(row, soc) for row in kind.polarisation_resistance])
        return resistance, resistance * [self.table(row, soc) for row in kind.polarisation_capacitance]

    def move(self, state, current, h):
        """Return the state after h, its decay and derivative by the current, and the variances of what each is off."""
        kind, p, pairs = self.kind, self.p, self.kind.pairs
        efficiency = kind.coulombic_efficiency if current > 0 else 1.0
        soc = state[0] + h / kind.capacity * (efficiency * current - kind.self_discharge_current - state[-2])
        middle = 0.5 * (state[0] + soc)
        resistance, constant = self.pairs(middle)
        decay = np.exp(-h / constant)
        polarised = state[1 : pairs + 1] * decay + resistance * current * (1.0 - decay)
        kept = np.exp(-h * (abs(current) / kind.capacity / p.error_length + 1.0 / p.error_time))

        def switched(i):
            speed = kind.hysteresis_rate * i / kind.capacity
            rate = abs(speed) + kind.hysteresis_decay_rate
            settled = kind.hysteresis_bound * speed / rate
            return settled + (state[pairs + 1] - settled) * np.exp(-rate * h), np.exp(-rate * h)

        end, remaining = switched(current)
        tiny = 1e-4 * abs(current)  # five points: error of the difference about 1e-12 of the value
        points = [switched(current + n * tiny)[0] for n in (-2, -1, 1, 2)]
        per_current = (points[0] - 8.0 * points[1] + 8.0 * points[2] - points[3]) / (12.0 * tiny)
        steep = np.diff(kind.open_circuit_voltage)[int(middle * (kind.nodes - 1))] * (kind.nodes - 1)
        slow = p.voltage_error**2 + (p.table_error * steep) ** 2
        errors = np.concatenate([(resistance * p.polarisation_error) ** 2, [p.hysteresis_error**2, slow]])
        walk = self.capacity_sigma**2 / kind.capacity**2 * abs(soc - state[0])
        state = np.concatenate([[soc], polarised, [end, kept * state[-3]], state[-2:]])
        decays = np.concatenate([[1.0], decay, [remaining, kept, 1.0, 1.0]])
        slopes = np.concatenate([[efficiency * h / kind.capacity], resistance * (1.0 - decay), [per_current, 0, 0, 0]])
        return state, decays, slopes, np.concatenate([[walk], errors])

    def noise(self, decays, slopes, errors, h):
        """Return the covariance that a step adds."""
        p, days = self.p, h / 86400.0
        own = np.zeros(len(decays))
        own[0] = p.soc_drift**2 * days + errors[0]
        own[0] += (slopes[0] ** 2 * p.bias_drift**2 + (h / self.kind.capacity) ** 2 * p.leakage_drift**2) * days / 12
        own[1:-2] = errors[1:] * (1.0 - decays[1:-2] ** 2)
        bias, leakage = -0.5 * slopes, np.zeros(len(decays))
        bias[-1], leakage[-2], leakage[0] = 1.0, 1.0, -0.5 * h / self.kind.capacity
        added = np.diag(own) + p.current_sigma**2 * np.outer(slopes, slopes)
        added += p.bias_drift**2 * days * np.outer(bias, bias)
        return added + p.leakage_drift**2 * days * np.outer(leakage, leakage)

    def within(self, state):
        p, pairs = self.p, self.kind.pairs
        voltages = [p.polarisation_bound] * pairs + [p.hysteresis_bound, p.polarisation_bound]
        greatest = [1.0, *voltages, p.leakage_bound, p.bias_bound]
        least = [0.0, *[-bound for bound in greatest[1:]]]
        for i in range(len(greatest)):
            step = np.clip(state[i], least[i], greatest[i]) - state[i]
            state = state + self.spread[:, i] / self.spread[i, i] * step
        return np.clip(state, least, greatest)

    def predict(self, measured, h):
        self.current = measured - self.estimate[-1]
        self.estimate, decays, slopes, errors = self.move(self.estimate, self.current, h)
        transition = np.diag(decays)
        transition[:, -1] -= slopes
        transition[0, -2] = -h / self.kind.capacity
        self.spread = transition @ self.spread @ transition.T + self.noise(decays, slopes, errors, h)
        self.estimate = self.within(self.estimate)

    def voltage(self, state, current):
        resistance = self.table(self.kind.ohmic_resistance, state[0])
        return self.table(self.kind.open_circuit_voltage, state[0]) + resistance * current + state[1:-2].sum()

    def expect(self, present):
        """Return expected voltage, sensitivity, and variance of the noise."""
        soc = self.estimate[0]
        width = max(np.sqrt(self.spread[0, 0]), self.grid[1])
        ends = np.clip([soc - width, soc + width], 0.0, 1.0)
        rise = np.diff(self.table(self.kind.open_circuit_voltage, ends))[0] / np.diff(ends)[0]
        resistance = self.table(self.kind.ohmic_resistance, soc)
        sensitivity = np.concatenate([[rise], np.ones(self.kind.pairs + 2), [0.0, -resistance]])
        noise = self.p.voltage_sigma**2 + (resistance * self.p.current_sigma) ** 2
        return self.voltage(self.estimate, present - self.estimate[-1]), sensitivity, noise

    def correct(self, measured, present):
        voltage, sensitivity, noise = self.expect(present)
        if abs(measured - voltage) > 0.01 * abs(sensitivity[0]) and self.spread[0, 0] > 1e-4:
            for _ in range(4):
                gain = self.spread @ sensitivity / (sensitivity @ self.spread @ sensitivity + noise)
                ends = np.array([self.estimate[0], np.clip(self.estimate[0] + gain[0] * (measured - voltage), 0, 1)])
                if abs(ends[1] - ends[0]) > 0.01:
                    rise = np.diff(self.table(self.kind.open_circuit_voltage, ends))[0] / np.diff(ends)[0]
                    sensitivity[0] = rise
        variance = sensitivity @ self.spread @ sensitivity + noise
        gain = self.spread @ sensitivity / variance
        remaining = np.eye(gain.size) - np.outer(gain, sensitivity)
        self.spread = remaining @ self.spread @ remaining.T + noise * np.outer(gain, gain)
        self.estimate = self.within(self.estimate + gain * (measured - voltage))
        return measured - voltage, variance
