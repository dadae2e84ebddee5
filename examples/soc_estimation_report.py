"""What examples/soc_estimation.py tells and draws: counted and estimated SOC against the true one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

Values = NDArray[np.float64]

HOUR = 3600.0
"""[s]; as many C are an Ah."""

TRUE, ESTIMATED, COUNTED, CROWD = "black", "#0072B2", "#D55E00", "0.6"
"""Colours that can be told apart without red and green."""

HORIZONS = ("2 s", "10 s", "30 s")


@dataclass(frozen=True, eq=False)
class Estimate:
    """A run that has ended.

    Parameters
    ----------
    recorded : xarray.Dataset
        One row at the start and one after each period: what `examples/soc_estimation.py` records.
    phases : tuple of (str, int)
        What the car did, and the row in which it ended.
    bias : float
        Of the current sensor [A].
    """

    recorded: xr.Dataset
    phases: tuple[tuple[str, int], ...]
    bias: float

    @property
    def hours(self) -> Values:
        """When the rows were recorded [h]."""
        return self.recorded["time"].values / HOUR

    def error(self, name: str) -> Values:
        """Return by how much the SOC of the groups, `estimated` or `counted`, exceeds the true one in each row [%]."""
        return 100.0 * (self.recorded[f"{name}_group_soc"] - self.recorded["group_soc"]).values

    @property
    def sigma(self) -> Values:
        """Standard deviation that the filter has of each group's SOC in each row [%]."""
        return 100.0 * self.recorded["soc_sigma"].values

    @property
    def spans(self) -> list[tuple[str, int, int]]:
        """What the car did, and the rows in which it began and ended."""
        begins = [0, *(end for _, end in self.phases)]
        return [(what, begin, end) for begin, (what, end) in zip(begins, self.phases, strict=False)]

    @property
    def settled(self) -> int:
        """Row in which the second rest begins; the last one where there is none."""
        rests = [begin for what, begin, _ in self.spans if what == "rest"]
        return rests[1] if len(rests) > 1 else self.hours.size - 1

    def within(self, begin: int) -> float:
        """Return the share of groups and rows from `begin` on whose error is within two standard deviations [%]."""
        return float(100.0 * (np.abs(self.error("estimated")) <= 2.0 * self.sigma)[begin:].mean())


def report(made: Estimate) -> list[str]:
    """Return the figures of a run, a line each."""
    return [*_phases(made), "", *_errors(made), "", *_bias(made), "", *_power(made)]


def _phases(made: Estimate) -> list[str]:
    soc = 100.0 * made.recorded["group_soc"].mean("group").values
    told = ", ".join(f"{what} {made.hours[end] - made.hours[begin]:.1f} h" for what, begin, end in made.spans)
    return [told, f"mean SOC from {soc[0]:.1f} to {soc[-1]:.1f} %, between {soc.min():.1f} and {soc.max():.1f} %"]


def _errors(made: Estimate) -> list[str]:
    rows = [f"{'error of SOC [%], worst group':<46}{'counted':>10}{'estimated':>11}{'sigma':>8}"]
    instants = (("at the start", slice(0, 1)), ("from the second rest on, greatest", slice(made.settled, None)),
                ("at the end", slice(-1, None)))  # fmt: skip
    for title, part in instants:
        counted, estimated = (_worst(made.error(name)[part]) for name in ("counted", "estimated"))
        rows.append(f"{title:<46}{counted:>10.2f}{estimated:>11.2f}{made.sigma[part].max():>8.2f}")
    return rows


def _worst(errors: Values) -> float:
    """Return the value of the greatest magnitude."""
    return float(errors.ravel()[np.argmax(np.abs(errors))])


def _bias(made: Estimate) -> list[str]:
    data = made.recorded
    innovation = float(data["normalised_innovation"][made.settled :].mean())
    drift = 100.0 * made.bias * float(data["time"][-1]) / data["estimated_capacity"].values[0].mean()
    found, sigma = (1e3 * float(data[name][-1]) for name in ("current_bias", "current_bias_sigma"))
    whole, later = made.within(0), made.within(made.settled)
    return [
        f"bias of the sensor      {1e3 * made.bias:.0f} mA, found {found:.0f} mA with a sigma of {sigma:.0f} mA; "
        f"counted it makes {drift:.2f} % of SOC",
        f"error within 2 sigma    {whole:.1f} % of the time, from the second rest on {later:.1f} %",
        f"normalised innovation   {innovation:.3f} from the second rest on; 1 where model and noise are as assumed",
    ]


def _power(made: Estimate) -> list[str]:
    rows = [f"{'power [kW] that may be asked for':<34}{'SOC [%]':>8}{'discharging':>24}{'charging':>24}"]
    rows.append(f"{'':<42}" + "".join(f"{horizon:>8}" for horizon in 2 * HORIZONS))
    shown = [("at the start, guessed", 0)]
    shown += [(f"after a {what}, at {made.hours[end]:.1f} h", end) for what, end in made.phases if what != "rest"]
    shown.append(("at the end", -1))
    for title, row in shown:
        soc = 100.0 * float(made.recorded["group_soc"][row].mean())
        powers = [made.recorded[f"{way}_power"].values[row] for way in ("discharge", "charge")]
        rows.append(f"{title:<34}{soc:>8.1f}" + "".join(f"{1e-3 * power:>8.2f}" for power in np.concatenate(powers)))
    return rows


def draw(made: Estimate) -> Figure:
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


def _soc(axes: Axes, made: Estimate, every: int) -> None:
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


def _error(axes: Axes, made: Estimate, every: int) -> None:
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


def _bias_found(axes: Axes, made: Estimate, every: int) -> None:
    hours = made.hours[::every]
    bias, sigma = (1e3 * made.recorded[name].values[::every] for name in ("current_bias", "current_bias_sigma"))
    axes.fill_between(hours, bias - 2.0 * sigma, bias + 2.0 * sigma, color=ESTIMATED, alpha=0.25, linewidth=0.0,
                      label="2 sigma")  # fmt: skip
    axes.plot(hours, bias, color=ESTIMATED, linewidth=1.0, label="estimated")
    axes.axhline(1e3 * made.bias, color=TRUE, linestyle="--", linewidth=1.0, label="true")
    axes.set(title="Bias of the current sensor", ylabel="[mA]")
    axes.legend(fontsize=8)


def _sigma(axes: Axes, made: Estimate, every: int) -> None:
    """Draw standard deviations of all groups, and when the pack rested."""
    hours = made.hours[::every]
    axes.semilogy(hours, made.sigma[::every], linewidth=0.9)
    rested = made.recorded["resting"].values[::every] > 0
    axes.fill_between(hours, 0.0, 1.0, where=rested, color=CROWD, alpha=0.3, linewidth=0.0,
                      transform=axes.get_xaxis_transform(), label="seen as rest")  # fmt: skip
    axes.set(title="Standard deviation of the SOC, every group", ylabel="[%]")
    axes.legend(fontsize=8)


def _innovation(axes: Axes, made: Estimate, every: int) -> None:
    """Draw the normalised innovation, its mean over some ten minutes, and what it should be."""
    values = made.recorded["normalised_innovation"].values
    width = max(1, min(600, values.size // 10))
    mean = np.convolve(values, np.full(width, 1.0 / width), mode="same")
    axes.semilogy(made.hours[::every], np.maximum(mean[::every], 1e-4), color=ESTIMATED, linewidth=0.9)
    axes.axhline(1.0, color=TRUE, linestyle="--", linewidth=1.0)
    axes.set(title=f"Normalised innovation, mean of {width} samples", ylabel="[1]")


def _limits(axes: Axes, made: Estimate, every: int) -> None:
    """Draw the power that may be asked for, for the three horizons."""
    for way, sign, colour in (("discharge", -1.0, COUNTED), ("charge", 1.0, ESTIMATED)):
        power = sign * 1e-3 * made.recorded[f"{way}_power"].values[::every]
        for column, style in enumerate((":", "--", "-")):
            axes.plot(made.hours[::every], power[:, column], style, color=colour, linewidth=0.9,
                      label=f"{way}, {HORIZONS[column]}")  # fmt: skip
    axes.set(title="Power that the pack may be asked for", ylabel="[kW]")
    axes.legend(fontsize=7, ncols=2)
