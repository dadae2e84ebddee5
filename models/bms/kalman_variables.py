"""The variables of the Kalman filter, beside those of the equivalent circuit that it estimates.

What the defaults were measured on: the HPPC records of the Leaf cell at 10 and 25 degC (data/leaf_cell), against its
tables from the rest after the full charge on. Samples have a noise of 0.1 to 0.6 mV, rounded to 1 mV. The tables are
off, in the mean square, by

* 0.7 to 1.2 mV at 25 degC and 2.4 to 4.0 mV at 10 degC at rest, by as much in rests 1 % SOC apart, little alike in
  those 10 % apart; below 10 % SOC by 7 to 12 mV, where U rises by 6.5 V: 0.1 to 0.2 % along SOC;
* 1.3 to 3.2 mV under load, alike over a minute (0.9) but not over a quarter of an hour (0 to 0.5);
* up to 10 mV in the first minutes after a charge at C/3, as if another current had flowed before.

They were fitted to the same records, so errors on others may be larger.
"""

from __future__ import annotations

import math

from ...core.variable import Variable
from .kalman import EXTRA

LARGE = math.inf


def trust(capacity: float) -> tuple[Variable, ...]:
    """Return the parameters that tell how far measurements, model and first guess are trusted.

    Currents that differ with the size of a group start in proportion to its `capacity` [C].
    """
    rate = capacity / 3600.0
    return (
        Variable("voltage_sigma", "V", None, 3e-3, 1e-6, LARGE, 1e-3,
                 "Standard deviation of a group's voltage: noise of the sensor and short errors of the model",
                 display_unit="mV"),
        Variable("current_sigma", "A", None, 0.05, 0.0, LARGE, 0.1, "Standard deviation of a sample of the current"),
        Variable("initial_soc_sigma", "1", None, 0.1, 0.0, 1.0, 0.1, "Standard deviation of the initial SOC",
                 display_unit="%"),
        Variable("initial_current_sigma", "A", None, rate / 3.0, 0.0, LARGE, 1.0,
                 "Standard deviation of the current before the start: the RC pairs may have settled to it"),
        Variable("initial_bias_sigma", "A", None, 0.1, 0.0, LARGE, 0.1,
                 "Standard deviation of the current sensor's bias"),
        Variable("initial_leakage_sigma", "A", None, 5e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of a group's leakage beside self-discharge", display_unit="mA"),
        Variable("soc_drift", "1", None, 1e-3, 0.0, LARGE, 1e-3, "Standard deviation that SOC gains in a day"),
        Variable("bias_drift", "A", None, 0.01, 0.0, LARGE, 0.01, "Standard deviation that the bias gains in a day"),
        Variable("leakage_drift", "A", None, 1e-4, 0.0, LARGE, 1e-4,
                 "Standard deviation that the leakage gains in a day", display_unit="mA"),
        Variable("polarisation_error", "A", None, rate / 20.0, 0.0, LARGE, 1.0,
                 "Standard deviation of the model's error in an RC pair, as the current that it would settle to"),
        Variable("voltage_error", "V", None, 3e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of the slow error of the model's voltage", display_unit="mV"),
        Variable("table_error", "1", None, 2.5e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of the open-circuit voltage's error along SOC, a slow one", display_unit="%"),
        Variable("error_length", "1", None, 0.03, 1e-6, LARGE, 0.1,
                 "Change of SOC that the slow error is forgotten over", display_unit="%"),
        Variable("error_time", "s", None, 1e5, 1.0, LARGE, 1e5, "Time that the slow error is forgotten in"),
        Variable("hysteresis_error", "V", None, 1e-3, 0.0, LARGE, 1e-3,
                 "Standard deviation of the model's error in the hysteresis voltage", display_unit="mV"),
    )  # fmt: skip


def bounds() -> tuple[Variable, ...]:
    """Return the parameters that bound what the filter believes."""
    return (
        Variable("current_range", "A", None, 1000.0, 1e-3, LARGE, 1000.0, "Greatest current that is believed"),
        Variable("polarisation_bound", "V", None, 1.0, 1e-3, LARGE, 1.0,
                 "Greatest voltage of an RC pair, and greatest slow error"),
        Variable("bias_bound", "A", None, 2.0, 1e-6, LARGE, 1.0, "Greatest bias of the current sensor"),
        Variable("leakage_bound", "A", None, 0.5, 1e-6, LARGE, 0.1, "Greatest leakage of a group"),
        Variable("innovation_bound", "1", None, 5.0, 1.0, LARGE, 5.0,
                 "Greatest innovation that acts in full, in its standard deviations"),
    )  # fmt: skip


def states(groups: int, pairs: int) -> tuple[Variable, ...]:
    """Return what the filter remembers, and its working memory."""
    count = pairs + EXTRA
    columns, places = 2 * count + 1, count * (count + 1) // 2
    return (
        Variable("estimate", "1", (groups, count), 0.0, -LARGE, LARGE, 1.0,
                 "SOC, voltages of the RC pairs, hysteresis voltage, slow error, leakage and bias of each group"),
        Variable("covariance", "1", (groups, places), 0.0, -LARGE, LARGE, 1.0,
                 "Factors of the covariance of each group's estimate"),
        Variable("current", "A", groups, 0.0, -LARGE, LARGE, 30.0, "Estimated current of the last step"),
        Variable("temperature", "K", groups, 0.0, -LARGE, LARGE, 300.0, "Temperature that the factors hold for"),
        Variable("capacity", "C", groups, 0.0, 0.0, LARGE, 1e5, "Charge between SOC 0 and 1, as it is known"),
        Variable("capacity_sigma", "C", groups, 0.0, 0.0, LARGE, 1e3, "Standard deviation of the capacity"),
        Variable("resistance_scale", "1", groups, 0.0, 0.0, LARGE, 1.0, "Factor on all resistances, as it is known"),
        Variable("resistance_factor", "1", (groups, pairs + 1), 0.0, 0.0, LARGE, 1.0,
                 "Scale and temperature factor of the ohmic resistance, then of each pair's"),
        Variable("self_discharge", "A", groups, 0.0, 0.0, LARGE, 1e-3, "Self-discharge current at the temperature"),
        Variable("keep", "1", count, 0.0, -LARGE, LARGE, 1.0, "Work: what a step leaves of each state"),
        Variable("by_bias", "1", count, 0.0, -LARGE, LARGE, 1.0, "Work: derivatives of a step by the bias"),
        Variable("rows", "1", (count, columns), 0.0, -LARGE, LARGE, 1.0, "Work: rows that are made orthogonal"),
        Variable("weights", "1", columns, 0.0, 0.0, LARGE, 1.0, "Work: their weights"),
        Variable("weighted", "1", columns, 0.0, -LARGE, LARGE, 1.0, "Work: a row by its weights"),
        Variable("trial", "1", places, 0.0, -LARGE, LARGE, 1.0, "Work: factors that are tried"),
        Variable("gain", "1", count, 0.0, -LARGE, LARGE, 1.0, "Work: correction by a unit of innovation"),
        Variable("sensitivity", "1", count, 0.0, -LARGE, LARGE, 1.0, "Work: derivatives of the voltage"),
    )  # fmt: skip
