"""The variables of the estimation of a battery's groups; see `estimation`."""

from __future__ import annotations

import math

from ...core.variable import DataType, Variable
from ..cell import circuit
from ..cell.kind import CellParameters
from . import kalman_variables

LARGE = math.inf

DEPTH = 8
"""Samples of the current that are remembered."""


def parameters(groups: int, kind: CellParameters) -> tuple[Variable, ...]:
    """Return the parameters of groups whose tables are those of `kind`, one group seen as one cell."""
    rate = kind.capacity / 3600.0
    return (
        Variable("balancing_known", "1", None, 1.0, 0.0, 1.0, 1.0,
                 "Whether the estimation knows the balancing currents", data_type=DataType.BOOLEAN, tunable=True),
        Variable("current_delay", "1", None, 0.0, 0.0, DEPTH - 1.0, 1.0,
                 "Samples that the current is held back to belong to voltages that come late",
                 data_type=DataType.INTEGER),
        Variable("rest_current", "A", None, rate / 50.0, 0.0, LARGE, 1.0,
                 "Greatest current into a group that counts as rest"),
        Variable("rest_time", "s", None, 1800.0, 0.0, LARGE, 1000.0, "How long it must have lasted"),
        *_soh(rate),
        *kalman_variables.trust(kind.capacity),
        *kalman_variables.bounds(),
        *circuit.fields(groups, kind).parameters,
    )  # fmt: skip


def _soh(rate: float) -> tuple[Variable, ...]:
    return (
        Variable("initial_capacity_sigma", "1", None, 0.01, 0.0, 1.0, 0.01,
                 "Standard deviation of the initial capacity, of itself", display_unit="%"),
        Variable("capacity_drift", "1", None, 5e-4, 0.0, 1.0, 1e-3,
                 "Standard deviation that the capacity gains in a day, of itself", display_unit="%"),
        Variable("point_sigma", "1", None, 0.02, 0.0, 1.0, 0.01,
                 "Greatest standard deviation of an SOC that the capacity is measured by", display_unit="%"),
        Variable("least_swing", "1", None, 0.3, 1e-3, 1.0, 0.5,
                 "Least change of SOC that the capacity is measured by", display_unit="%"),
        Variable("initial_resistance_sigma", "1", None, 0.1, 0.0, 10.0, 0.1,
                 "Standard deviation of the initial scale of the resistances", display_unit="%"),
        Variable("resistance_error", "1", None, 0.02, 1e-6, 1.0, 0.05,
                 "Standard deviation of the tables of resistance, of themselves", display_unit="%"),
        Variable("current_step", "A", None, rate / 3.0, 1e-6, LARGE, 10.0,
                 "Least step of the current that the resistance is measured by"),
    )  # fmt: skip


def states(groups: int, pairs: int) -> tuple[Variable, ...]:
    """Return what the estimation remembers and tells."""
    return (
        Variable("counted_soc", "1", groups, 0.0, -LARGE, LARGE, 1.0, "SOC by Coulomb counting alone"),
        Variable("bias", "A", None, 0.0, -LARGE, LARGE, 0.1, "Bias of the current sensor"),
        Variable("bias_sigma", "A", None, 0.0, 0.0, LARGE, 0.1, "Standard deviation of the bias"),
        Variable("normalised_innovation", "1", None, 0.0, 0.0, LARGE, 1.0,
                 "Innovation squared over its variance, mean over the groups"),
        Variable("resting", "1", None, 0.0, 0.0, 1.0, 1.0, "1 at rest"),
        Variable("still_time", "s", None, 0.0, 0.0, LARGE, 1000.0, "How long the current has been small"),
        Variable("sample", "1", None, 0.0, 0.0, LARGE, 1.0, "Number of the next sample"),
        Variable("mean_history", "A", DEPTH, 0.0, -LARGE, LARGE, 30.0, "Last readings of the mean current"),
        Variable("present_history", "A", DEPTH, 0.0, -LARGE, LARGE, 30.0, "Last readings of the present current"),
        *_soh_states(groups),
        *kalman_variables.states(groups, pairs),
    )  # fmt: skip


def _soh_states(groups: int) -> tuple[Variable, ...]:
    return tuple(
        Variable(name, unit, groups, 0.0, -LARGE, LARGE, 1.0, text)
        for name, unit, text in (
            ("rest_voltage", "V", "Open-circuit voltage at rest, mean of the last minutes"),
            ("rest_samples", "1", "Samples in it"),
            ("point_soc", "1", "SOC of the last rest that was well known"),
            ("point_variance", "1", "Its variance; 0 where there was no such rest"),
            ("point_charge", "C", "Charge since then, as the sensor tells"),
            ("point_time", "s", "Time since then"),
            ("residual", "V", "Measured less expected voltage, after the correction"),
            ("last_present", "A", "Reading of the present current before"),
            ("scale_sigma", "1", "Standard deviation of the resistance scale"),
        )
    )
