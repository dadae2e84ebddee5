"""Batteries of simulated cells, read by sensors without error but those that a test adds, and their estimation."""

import numpy as np

from packfmu.core.fields import Fields
from packfmu.core.instance import Instance
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import Variable
from packfmu.models.bms import estimation, filter_states
from packfmu.models.cell import ecm as cell_ecm

INF = np.inf


@kernel
def initialize(x, p, u, y, c):
    estimation.initialize(x, p, y)


@kernel
def nothing(x, p, u, y, c):
    pass


@kernel
def step(x, p, u, y, c, t, h):
    x.reading_current, x.reading_present = u.reading_current, u.reading_present
    for k in range(x.capacity.shape[0]):
        x.reading_voltage[k], x.group_temperature[k] = u.reading_voltage[k], u.group_temperature[k]
    estimation.estimate(x, p, u, y, h)
    return DONE


def readings(groups, temperature):
    return (
        Variable("reading_voltage", "V", groups, 3.7, -INF, INF, 1.0, "Voltage"),
        Variable("reading_current", "A", None, 0.0, -INF, INF, 1.0, "Mean current"),
        Variable("reading_present", "A", None, 0.0, -INF, INF, 1.0, "Present current"),
        Variable("group_temperature", "K", groups, temperature, 200.0, 500.0, 1.0, "Temperature"),
    )


def estimated(kind, groups=1, **changes):
    """Return an initialised estimation of groups of a kind of cell; `changes` replace parameters."""
    own = readings(groups, kind.reference_temperature)
    model = Model(
        name="Estimation",
        description="The estimation alone",
        fields=Fields(inputs=own, states=own) + estimation.fields(groups, kind),
        initialize=initialize,
        outputs_kernel=nothing,
        advance=step,
    )
    instance = Instance(model.with_start(changes))
    instance.initialize()
    return instance


@kernel
def drive(cells, blocks, profile, balancing, h, errors, noise, reported):
    """Drive cells and their estimation with a profile of current and balancing currents [A] of steps of h [s].

    `errors` are the bias of the current [A] and the leakage of each group [A]; `noise` holds for each step that of the
    current [A], then that of each voltage [V]. After each step `reported` receives SOC less the true one and its
    standard deviation, bias and its own, the counted SOC less the true one, and the normalised innovation, of the first
    group; then the first two of every group.
    """
    truth, p, u, y, c = cells
    x, q, v, w, d = blocks
    for n in range(profile.shape[0]):
        for k in range(truth.soc.shape[0]):
            v.balancing_current[k] = balancing[n, k]
            u.current[k] = profile[n] - errors[k + 1] + v.balancing_current[k] + v.balancing_pack_current
        cell_ecm.advance(truth, p, u, y, c, 0.0, h)
        v.reading_current = v.reading_present = profile[n] + errors[0] + noise[n, 0]
        for k in range(truth.soc.shape[0]):
            v.reading_voltage[k], v.group_temperature[k] = y.voltage[k] + noise[n, k + 1], u.temperature[k]
        step(x, q, v, w, d, 0.0, h)
        reported[n, 0], reported[n, 1] = x.estimate[0, 0] - truth.soc[0], filter_states.sigma(x, 0, 0)
        reported[n, 2], reported[n, 3] = x.bias, x.bias_sigma
        reported[n, 4], reported[n, 5] = x.counted_soc[0] - truth.soc[0], w.normalised_innovation
        for k in range(truth.soc.shape[0]):
            reported[n, 6 + 2 * k] = x.estimate[k, 0] - truth.soc[k]
            reported[n, 7 + 2 * k] = filter_states.sigma(x, k, 0)


def follow(
    cells, estimation, profile, h, balancing=0.0, bias=0.0, leakage=0.0, voltage_noise=1e-3, current_noise=0.02, seed=0
):
    """Drive them as `drive` does, with white noise, and return what it reports.

    `balancing` is the current into each group's tap [A], for each step or for all.
    """
    groups, steps = cells.x["soc"].size, len(profile)
    errors = np.concatenate([[bias], np.broadcast_to(leakage, groups)])
    sigmas = np.concatenate([[current_noise], np.full(groups, voltage_noise)])
    noise = sigmas * np.random.default_rng(seed).standard_normal((steps, groups + 1))
    reported = np.zeros((steps, 6 + 2 * groups))
    drive(
        (cells.x, cells.p, cells.u, cells.y, cells.c),
        (estimation.x, estimation.p, estimation.u, estimation.y, estimation.c),
        np.asarray(profile, dtype=float), np.array(np.broadcast_to(balancing, (steps, groups)), dtype=float),
        h, errors, noise, reported,
    )  # fmt: skip
    return reported


def cycles(kind, count, low, high, rest, h, hours=3.0):
    """Return a current [A] of `count` cycles between two SOC, from `high` down and up again, with rests [s] after each.

    The discharge is of pulses: two thirds of the time at one and a half times the mean current.
    """
    mean = (high - low) * kind.capacity / (hours * 3600.0)
    steps, still = round(hours * 3600.0 / h), np.zeros(round(rest / h))
    pulses = np.where(np.arange(steps) % 9 < 6, 1.5, 0.0)
    down = -mean * pulses * (steps / pulses.sum())
    return np.tile(np.concatenate([down, still, np.full(steps, mean / kind.coulombic_efficiency), still]), count)
