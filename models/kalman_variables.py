"""The variables of the Kalman filter, beside those of the equivalent circuit that it estimates."""

from __future__ import annotations

import math

from .kalman import EXTRA
from .model import Variable

LARGE = math.inf


def trust() -> tuple[Variable, ...]:
    """Return the parameters that tell how far measurements, model and first guess are trusted."""
    return (
        Variable("voltage_sigma", "V", None, 2e-3, 1e-6, LARGE, 1e-3,
                 "Standard deviation of a group's voltage: noise of the sensor and error of the model",
                 display_unit="mV"),
        Variable("current_sigma", "A", None, 0.05, 0.0, LARGE, 0.1, "Standard deviation of a sample of the current"),
        Variable("initial_soc_sigma", "1", None, 0.1, 0.0, 1.0, 0.1, "Standard deviation of the initial SOC",
                 display_unit="%"),
        Variable("initial_bias_sigma", "A", None, 0.1, 0.0, LARGE, 0.1,
                 "Standard deviation of the current sensor's bias"),
        Variable("initial_leakage_sigma", "A", None, 1e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of a group's leakage beside self-discharge", display_unit="mA"),
        Variable("soc_drift", "1", None, 1e-3, 0.0, LARGE, 1e-3, "Standard deviation that SOC gains in a day"),
        Variable("bias_drift", "A", None, 0.01, 0.0, LARGE, 0.01, "Standard deviation that the bias gains in a day"),
        Variable("leakage_drift", "A", None, 1e-4, 0.0, LARGE, 1e-4,
                 "Standard deviation that the leakage gains in a day", display_unit="mA"),
        Variable("polarisation_error", "V", None, 2e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of the model's error in the voltage of an RC pair", display_unit="mV"),
        Variable("table_error", "1", None, 1e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of the open-circuit voltage's error along SOC", display_unit="%"),
        Variable("hysteresis_error", "V", None, 1e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of the model's error in the hysteresis voltage", display_unit="mV"),
    )  # fmt: skip


def bounds() -> tuple[Variable, ...]:
    """Return the parameters that bound what the filter believes."""
    return (
        Variable("current_range", "A", None, 1000.0, 1e-3, LARGE, 1000.0, "Greatest current that is believed"),
        Variable("polarisation_bound", "V", None, 1.0, 1e-3, LARGE, 1.0, "Greatest voltage of an RC pair"),
        Variable("bias_bound", "A", None, 2.0, 1e-6, LARGE, 1.0, "Greatest bias of the current sensor"),
        Variable("leakage_bound", "A", None, 0.5, 1e-6, LARGE, 0.1, "Greatest leakage of a group"),
        Variable("innovation_bound", "1", None, 5.0, 1.0, LARGE, 5.0,
                 "Greatest innovation that acts in full, in its standard deviations"),
    )  # fmt: skip


def states(groups: int, pairs: int) -> tuple[Variable, ...]:
    """Return what the filter remembers, and its working memory."""
    count = pairs + EXTRA
    columns = 2 * count + 1
    return (
        Variable("estimate", "1", (groups, count), 0.0, -LARGE, LARGE, 1.0,
                 "SOC, voltages of the RC pairs, hysteresis voltage, bias and leakage of each group"),
        Variable("covariance", "1", (groups, count * (count + 1) // 2), 0.0, -LARGE, LARGE, 1.0,
                 "Factors of the covariance of each group's estimate"),
        Variable("current", "A", groups, 0.0, -LARGE, LARGE, 30.0, "Estimated current of the last step"),
        Variable("temperature", "K", groups, 0.0, -LARGE, LARGE, 300.0, "Temperature that the factors hold for"),
        Variable("capacity", "C", groups, 0.0, 0.0, LARGE, 1e5, "Charge between SOC 0 and 1, as it is known"),
        Variable("resistance_scale", "1", groups, 0.0, 0.0, LARGE, 1.0, "Factor on all resistances, as it is known"),
        Variable("resistance_factor", "1", (groups, pairs + 1), 0.0, 0.0, LARGE, 1.0,
                 "Scale and temperature factor of the ohmic resistance, then of each pair's"),
        Variable("self_discharge", "A", groups, 0.0, 0.0, LARGE, 1e-3, "Self-discharge current at the temperature"),
        Variable("transition", "1", (count, count), 0.0, -LARGE, LARGE, 1.0, "Work: derivatives of a step"),
        Variable("rows", "1", (count, columns), 0.0, -LARGE, LARGE, 1.0, "Work: rows that are made orthogonal"),
        Variable("weights", "1", columns, 0.0, 0.0, LARGE, 1.0, "Work: their weights"),
        Variable("gain", "1", count, 0.0, -LARGE, LARGE, 1.0, "Work: correction by a unit of innovation"),
        Variable("sensitivity", "1", count, 0.0, -LARGE, LARGE, 1.0, "Work: derivatives of the voltage"),
    )  # fmt: skip
