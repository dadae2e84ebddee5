"""Groups with a Kalman filter for tests, and the same filter in plain numpy."""

import numpy as np

from packfmu.models import cell_circuit, cell_variables, kalman, kalman_variables
from packfmu.models.instance import block_dtype


def group(kind, groups=1, **changes):
    """Return the blocks x and p of groups at rest, at the reference temperature; `changes` replace parameters."""
    trust = kalman_variables.trust() + kalman_variables.bounds()
    variables = cell_variables.cell_parameters(groups, kind) + cell_variables.kind_parameters(kind) + trust
    p = np.zeros(1, block_dtype(variables)).view(np.recarray)[0]
    for variable in variables:
        p[variable.name] = variable.start_values()
    for name, value in changes.items():
        assert name in p.dtype.names
        p[name] = value
    x = np.zeros(1, block_dtype(kalman_variables.states(groups, kind.pairs))).view(np.recarray)[0]
    cell_circuit.renew(x, p)
    for k in range(groups):
        cell_circuit.heat_up(x, p, k, kind.reference_temperature)
        kalman.begin(x, p, k)
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
    """The equations of `packfmu.models.kalman` with full matrices, Joseph's form, bounds on the states only."""

    def __init__(self, kind, p, estimate, spread):
        self.kind, self.p = kind, p
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
        """Return the state after h, and its decay and derivative by the current."""
        kind, pairs = self.kind, self.kind.pairs
        efficiency = kind.coulombic_efficiency if current > 0 else 1.0
        soc = state[0] + h / kind.capacity * (efficiency * current - kind.self_discharge_current - state[-1])
        resistance, constant = self.pairs(0.5 * (state[0] + soc))
        decay = np.exp(-h / constant)
        polarised = state[1 : pairs + 1] * decay + resistance * current * (1.0 - decay)

        def switched(i):
            speed = kind.hysteresis_rate * i / kind.capacity
            rate = abs(speed) + kind.hysteresis_decay_rate
            settled = kind.hysteresis_bound * speed / rate
            return settled + (state[pairs + 1] - settled) * np.exp(-rate * h), np.exp(-rate * h)

        end, remaining = switched(current)
        tiny = 1e-4 * abs(current)  # five points: error of the difference about 1e-12 of the value
        points = [switched(current + n * tiny)[0] for n in (-2, -1, 1, 2)]
        per_current = (points[0] - 8.0 * points[1] + 8.0 * points[2] - points[3]) / (12.0 * tiny)
        state = np.concatenate([[soc], polarised, [end], state[-2:]])
        decays = np.concatenate([[1.0], decay, [remaining, 1.0, 1.0]])
        slopes = np.concatenate([[efficiency * h / kind.capacity], resistance * (1.0 - decay), [per_current, 0, 0]])
        return state, decays, slopes

    def noise(self, decays, slopes, h, middle):
        """Return the covariance that a step adds."""
        p, pairs, days = self.p, self.kind.pairs, h / 86400.0
        own = np.zeros(len(decays))
        own[0] = p.soc_drift**2 * days
        own[0] += (slopes[0] ** 2 * p.bias_drift**2 + (h / self.kind.capacity) ** 2 * p.leakage_drift**2) * days / 12
        node = int(middle * (self.kind.nodes - 1))
        steep = np.diff(self.kind.open_circuit_voltage)[node] * (self.kind.nodes - 1)
        error = p.polarisation_error**2 + (p.table_error * steep) ** 2
        own[1 : pairs + 1] = error * (1.0 - decays[1 : pairs + 1] ** 2)
        own[pairs + 1] = p.hysteresis_error**2 * (1.0 - decays[pairs + 1] ** 2)
        bias, leakage = -0.5 * slopes, np.zeros(len(decays))
        bias[-2], leakage[-1], leakage[0] = 1.0, 1.0, -0.5 * h / self.kind.capacity
        added = np.diag(own) + p.current_sigma**2 * np.outer(slopes, slopes)
        added += p.bias_drift**2 * days * np.outer(bias, bias)
        return added + p.leakage_drift**2 * days * np.outer(leakage, leakage)

    def within(self, state):
        p, pairs = self.p, self.kind.pairs
        greatest = [1.0, *[p.polarisation_bound] * pairs, p.hysteresis_bound, p.bias_bound, p.leakage_bound]
        return np.clip(state, [0.0, *[-bound for bound in greatest[1:]]], greatest)

    def predict(self, measured, h):
        self.current = measured - self.estimate[-2]
        begin = self.estimate[0]
        self.estimate, decays, slopes = self.move(self.estimate, self.current, h)
        transition = np.diag(decays)
        transition[:, -2] -= slopes
        transition[0, -1] = -h / self.kind.capacity
        self.spread = transition @ self.spread @ transition.T + self.noise(
            decays, slopes, h, 0.5 * (begin + self.estimate[0])
        )
        self.estimate = self.within(self.estimate)

    def voltage(self, state, current):
        resistance = self.table(self.kind.ohmic_resistance, state[0])
        return self.table(self.kind.open_circuit_voltage, state[0]) + resistance * current + state[1:-2].sum()

    def expect(self):
        """Return expected voltage, sensitivity, and variance of the noise."""
        soc = self.estimate[0]
        width = max(np.sqrt(self.spread[0, 0]), self.grid[1])
        ends = np.clip([soc - width, soc + width], 0.0, 1.0)
        rise = np.diff(self.table(self.kind.open_circuit_voltage, ends))[0] / np.diff(ends)[0]
        resistance = self.table(self.kind.ohmic_resistance, soc)
        sensitivity = np.concatenate([[rise], np.ones(self.kind.pairs + 1), [-resistance, 0.0]])
        noise = self.p.voltage_sigma**2 + (resistance * self.p.current_sigma) ** 2
        return self.voltage(self.estimate, self.current), sensitivity, noise

    def correct(self, measured):
        voltage, sensitivity, noise = self.expect()
        variance = sensitivity @ self.spread @ sensitivity + noise
        gain = self.spread @ sensitivity / variance
        self.estimate = self.within(self.estimate + gain * (measured - voltage))
        remaining = np.eye(gain.size) - np.outer(gain, sensitivity)
        self.spread = remaining @ self.spread @ remaining.T + noise * np.outer(gain, gain)
        return measured - voltage, variance
