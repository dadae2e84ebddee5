"""Groups whose balancing nobody tells, over many seeds: how far the filter is off, and how far it says it may be."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from packfmu.models.cell.kind import ModelErrors

from ..cells import invented_cell, started
from .estimations import cycles, estimated, follow

GROUPS, STEP, RATING, SEEDS = 3, 10.0, 0.1, range(20)

NO_ERRORS = ModelErrors(fast=0.0, slow=0.0, along_soc=0.0, resistance=0.0, hysteresis=0.0)

USUAL = invented_cell(hysteresis_bound=0.0)
"""A cell of 10 A.h that differs from its circuit as much as is assumed of any cell."""

EXACT = invented_cell(hysteresis_bound=0.0, errors=NO_ERRORS)
"""The same cell where its data say that the circuit is exact."""

VOLTAGE_NOISE, CURRENT_NOISE = 5e-4, 0.01

CERTAIN = {
    "voltage_sigma": VOLTAGE_NOISE,
    "current_sigma": CURRENT_NOISE,
    "initial_soc_sigma": 0.02,
    **dict.fromkeys(("soc_drift", "bias_drift", "leakage_drift", "capacity_drift"), 0.0),
    **dict.fromkeys(("polarisation_error", "initial_current_sigma", "initial_resistance_sigma"), 0.0),
    "initial_capacity_sigma": 1e-6,
}
"""What a filter assumes that knows its sensors and cells, and that nothing of them drifts."""


@dataclass(frozen=True)
class Spreads:
    """How far the truth is off what the filter starts with, as standard deviations: bias and leakage in A."""

    soc: float = 0.02
    bias: float = 0.1
    capacity: float = 0.01
    leakage: float = 5e-3


@dataclass(frozen=True)
class Followed:
    """What was told over seeds and steps: error and standard deviation of each group's SOC, innovation, bias.

    The error of the bias [A] is over its standard deviation.
    """

    error: np.ndarray
    sigma: np.ndarray
    innovation: np.ndarray
    bias: np.ndarray

    @property
    def squares(self):
        """The squared errors, over their variances."""
        return (self.error / self.sigma) ** 2

    def hours_beyond(self, sigmas):
        """Return the longest time that a group was so far off without a break [h]."""
        beyond = np.moveaxis(self.squares > sigmas**2, 1, -1)
        edges = np.diff(np.pad(beyond.astype(int), ((0, 0), (0, 0), (1, 1))).reshape(-1))
        lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
        return lengths.max(initial=0) * STEP / 3600.0


def square(half):
    """Return balancing currents that change their sign every `half` period [s], each group at its own times."""

    def drawn(random, steps):
        times = np.arange(steps)[:, None] * STEP + random.uniform(0.0, 2.0 * half, GROUPS)
        return np.where(times % (2.0 * half) < half, 1.0, -1.0)

    return drawn


def constant(*signs):
    """Return balancing currents that stay, in the rating, one for each group."""
    return lambda random, steps: np.tile(signs, (steps, 1))


def switching(mean_time, *signs):
    """Return balancing currents, in the rating, that take another sign at random, after `mean_time` [s] on average."""

    def drawn(random, steps):
        made = np.zeros((steps, GROUPS))
        for k in range(GROUPS):
            ends = np.cumsum(random.exponential(mean_time / STEP, steps))
            made[:, k] = random.choice(signs, steps + 1)[np.searchsorted(ends, np.arange(steps))]
        return made

    return drawn


def followed(kind, balancing=None, spreads=None, high=0.8, tables=None, seeds=SEEDS, rating=RATING, **assumed):
    """Follow groups over a cycle of ten hours, from SOC `high` down by 0.4 and up again, with rests of two hours.

    `tables` returns the true open-circuit voltage for a random generator [V].
    """
    profile = cycles(kind, 1, high - 0.4, high, 7200.0, STEP)
    spreads = spreads or Spreads()
    cells, start = started(kind, GROUPS), {"initial_soc": high, "balancing_rating": rating, **assumed}
    estimation, reported, biases = estimated(kind, GROUPS, **start), [], []
    for seed in seeds:
        random = np.random.default_rng(seed)
        cells.p["initial_soc"] = np.clip(high + spreads.soc * random.standard_normal(GROUPS), 0.0, 1.0)
        cells.p["capacity"] = kind.capacity * (1.0 + spreads.capacity * random.standard_normal(GROUPS))
        if tables:
            cells.p["open_circuit_voltage"] = tables(random)
        cells.initialize()
        estimation.initialize()
        biases.append(spreads.bias * random.standard_normal())
        errors = {"bias": biases[-1]}
        errors["leakage"] = spreads.leakage * random.standard_normal(GROUPS)
        noise = {"voltage_noise": VOLTAGE_NOISE, "current_noise": CURRENT_NOISE, "seed": seed}
        currents = rating * balancing(random, len(profile)) if balancing else 0.0
        reported.append(follow(cells, estimation, profile, STEP, currents, **errors, **noise))
    told = np.array(reported)
    bias = (told[..., 2] - np.array(biases)[:, None]) / told[..., 3]
    return Followed(told[..., 6::2], told[..., 7::2], told[..., 5], bias)


def band(count):
    """Return the 99 % band of the mean of so many independent squares; of groups, which share a bias, it is wider."""
    return chi2.ppf([0.005, 0.995], count) / count
