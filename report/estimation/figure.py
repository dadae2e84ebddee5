"""A figure of a run with estimates: SOC with its band, errors, bias, standard deviations, innovation, power limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...fmi.files import replacing
from .estimate import HOUR, Estimation
from .text import HORIZONS

TRUE, ESTIMATED, COUNTED, CROWD = "black", "#0072B2", "#D55E00", "0.6"
"""Colours that can be told apart without red and green."""


def save_figure(made: Estimation, path: Path) -> None:
    """Save the figure of `draw` as PNG; InputError where that fails."""
    with replacing(path) as draft:
        draw(made).savefig(draft, format="png", dpi=120)


def draw(made: Estimation) -> Figure:
    """Draw SOC with its band, errors, bias, standard deviations, innovation, and power limits over time.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any global state; values in their display units.
    """
    figure = Figure(figsize=(13.0, 11.0), layout="constrained")
    panels = [figure.add_subplot(3, 2, number) for number in range(1, 7)]
    every = max(1, made.hours.size // 5000)
    for panel, show in zip(panels, (_soc, _error, _bias_found, _sigma, _innovation, _limits), strict=True):
        show(panel, made, every)
        panel.set(xlabel="Time [h]", xlim=(0.0, max(made.hours[-1], 1.0 / HOUR)))
    return figure


def _soc(axes: Axes, made: Estimation, every: int) -> None:
    """Draw the SOC of the first group: true, estimated with its band, counted."""
    hours, group = made.hours[::every], slice(0, 1)
    true, estimated, counted = (
        100.0 * made.recorded[f"{name}group_soc"].values[::every, group] for name in ("", "estimated_", "counted_")
    )
    band = 2.0 * made.sigma[::every, 0]
    axes.fill_between(hours, estimated[:, 0] - band, estimated[:, 0] + band, color=ESTIMATED, alpha=0.25, linewidth=0.0,
                      label="2 sigma")  # fmt: skip
    axes.plot(hours, counted, color=COUNTED, linewidth=1.0, label="counted")
    axes.plot(hours, estimated, color=ESTIMATED, linewidth=1.2, label="estimated")
    axes.plot(hours, true, "--", color=TRUE, linewidth=1.0, label="true")
    axes.set(title="SOC of the first group", ylabel="[%]")
    axes.legend(fontsize=8)


def _error(axes: Axes, made: Estimation, every: int) -> None:
    """Draw the errors of all groups, the estimates' with the greatest band, and what counting adds to its first."""
    hours, band = made.hours[::every], 2.0 * made.sigma[::every].max(axis=1)
    axes.fill_between(hours, -band, band, color=ESTIMATED, alpha=0.25, linewidth=0.0, label="2 sigma")
    drift = made.error("counted") - made.error("counted")[0]
    axes.plot(hours, drift[::every], color=COUNTED, linewidth=0.9)[0].set_label(
        "counted, what has come since the start"
    )
    axes.plot(hours, made.error("estimated")[::every], color=ESTIMATED, linewidth=0.9)[0].set_label("estimated")
    width = 2.5 * made.sigma[made.settled :].max()
    axes.set(title="Error of the SOC, every group", ylabel="[%]", ylim=(-width, max(width, 1.1 * drift.max())))
    axes.legend(fontsize=8, loc="upper left")


def _bias_found(axes: Axes, made: Estimation, every: int) -> None:
    hours = made.hours[::every]
    bias, sigma = (1e3 * made.recorded[name].values[::every] for name in ("current_bias", "current_bias_sigma"))
    axes.fill_between(hours, bias - 2.0 * sigma, bias + 2.0 * sigma, color=ESTIMATED, alpha=0.25, linewidth=0.0,
                      label="2 sigma")  # fmt: skip
    axes.plot(hours, bias, color=ESTIMATED, linewidth=1.0, label="estimated")
    axes.axhline(1e3 * made.bias, color=TRUE, linestyle="--", linewidth=1.0, label="true")
    axes.set(title="Bias of the current sensor", ylabel="[mA]")
    axes.legend(fontsize=8)


def _sigma(axes: Axes, made: Estimation, every: int) -> None:
    """Draw standard deviations of all groups, and when the pack rested."""
    hours = made.hours[::every]
    axes.semilogy(hours, made.sigma[::every], linewidth=0.9)
    rested = made.recorded["resting"].values[::every] > 0
    axes.fill_between(hours, 0.0, 1.0, where=rested, color=CROWD, alpha=0.3, linewidth=0.0,
                      transform=axes.get_xaxis_transform(), label="seen as rest")  # fmt: skip
    axes.set(title="Standard deviation of the SOC, every group", ylabel="[%]")
    axes.legend(fontsize=8)


def _innovation(axes: Axes, made: Estimation, every: int) -> None:
    """Draw the normalised innovation, its mean over some ten minutes, and what it should be."""
    values = made.recorded["normalised_innovation"].values
    width = max(1, min(600, values.size // 10))
    mean = np.convolve(values, np.full(width, 1.0 / width), mode="same")
    axes.semilogy(made.hours[::every], np.maximum(mean[::every], 1e-4), color=ESTIMATED, linewidth=0.9)
    axes.axhline(1.0, color=TRUE, linestyle="--", linewidth=1.0)
    axes.set(title=f"Normalised innovation, mean of {width} samples", ylabel="[1]")


def _limits(axes: Axes, made: Estimation, every: int) -> None:
    """Draw the power that may be asked for, for the three horizons."""
    for way, sign, colour in (("discharge", -1.0, COUNTED), ("charge", 1.0, ESTIMATED)):
        power = sign * 1e-3 * made.recorded[f"{way}_power"].values[::every]
        for column, style in enumerate((":", "--", "-")):
            axes.plot(made.hours[::every], power[:, column], style, color=colour, linewidth=0.9,
                      label=f"{way}, {HORIZONS[column]}")  # fmt: skip
    axes.set(title="Power that the pack may be asked for", ylabel="[kW]")
    axes.legend(fontsize=7, ncols=2)
