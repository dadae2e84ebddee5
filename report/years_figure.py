"""The figure of years: what became of the cells and groups of a pack."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..usage.life import AMPERE_HOUR, YEAR, Life, Values, usable

CROWD, MEAN, WEAKEST, SECOND = "0.6", "#0072B2", "#D55E00", "#009E73"
"""Of M. Okabe and K. Ito, Color Universal Design, 2008; in grey the styles of lines and the hatches tell them apart."""


def draw(life: Life) -> Figure:
    """Draw SOH, resistance, the groups' SOC, capacity, the weakest cell's losses, and a map of the SOH at the end.

    Parameters
    ----------
    life : Life
        What became of the pack.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any global state; values in their display units.
    """
    figure = Figure(figsize=(12.0, 10.4), layout="constrained")
    figure.suptitle(_title(life), fontsize=11)
    panels = [figure.add_subplot(3, 2, number) for number in range(1, 7)]
    _cells(panels[0], life, "State of health of the cells", "SOH [%]", life.soh)
    _cells(panels[1], life, "Growth of the cells' resistance", "Growth [%]", life.resistance_growth)
    _marks(panels[0], life)
    panels[0].legend(loc="upper right")
    panels[1].legend(loc="upper left")
    _soc(panels[2], life)
    _capacity(panels[3], life)
    _losses(panels[4], life)
    _map(panels[5], life)
    return figure


def _title(life: Life) -> str:
    groups, full = life.capacity.size // life.parallel, int(life.in_full.sum())
    return (
        f"{groups} groups of {life.parallel} cells, {life.time[-1] / YEAR:.2f} years from {life.date(0.0)}: "
        f"weakest cell {life.place(life.weakest)} at a SOH of {life.soh[-1, life.weakest]:.1%}; "
        f"{full - 1} cycles in full, {life.time.size - full} jumps"
    )


def _axes(axes: Axes, life: Life, title: str, label: str) -> Values:
    years = life.time / YEAR
    axes.set(title=title, xlabel="Time [years]", ylabel=label, xlim=(0.0, max(years[-1], 1.0 / 365.0)))
    return years


def _cells(axes: Axes, life: Life, title: str, label: str, shares: Values) -> None:
    """Draw a thin line for each cell, in %, the weakest and the mean highlighted."""
    years = _axes(axes, life, title, label)
    axes.plot(years, 100.0 * shares, color=CROWD, linewidth=0.4, alpha=0.6)
    axes.plot(years, 100.0 * shares.mean(axis=1), color=MEAN, linewidth=1.4, label="mean")
    weakest = f"cell {life.weakest + 1}, the weakest"
    axes.plot(years, 100.0 * shares[:, life.weakest], "--", color=WEAKEST, linewidth=1.4, label=weakest)


def _marks(axes: Axes, life: Life) -> None:
    """Mark the cycles that were run in full at the bottom, where there are jumps between them."""
    if not life.in_full.all():
        at = life.time[life.in_full] / YEAR
        low = np.zeros_like(at)
        axes.plot(at, low, "|", color="black", markersize=7.0, markeredgewidth=0.5, clip_on=False,
                  transform=axes.get_xaxis_transform(), label="cycle in full")  # fmt: skip


def _soc(axes: Axes, life: Life) -> None:
    """Draw by how much the SOC of each group differs from the mean."""
    years = _axes(axes, life, "SOC of the groups above their mean", "SOC difference [%]")
    deviation = 100.0 * (life.group_soc - life.group_soc.mean(axis=1, keepdims=True))
    weakest = life.weakest // life.parallel
    axes.plot(years, deviation, color=CROWD, linewidth=0.4, alpha=0.6)
    for extreme, name in ((deviation.max(axis=1), "most and least"), (deviation.min(axis=1), None)):
        axes.plot(years, extreme, color=MEAN, linewidth=1.0, label=name)
    label = f"group {weakest + 1}, weakest cell's"
    axes.plot(years, deviation[:, weakest], "--", color=WEAKEST, linewidth=1.2, label=label)
    axes.legend(loc="upper right")


def _capacity(axes: Axes, life: Life) -> None:
    """Draw what the pack gives, below what its groups hold."""
    years = _axes(axes, life, "Capacity of the pack and of its groups", "Capacity [A.h]")
    groups = life.groups(life.soh) / AMPERE_HOUR
    pack, weakest = usable(groups, life.group_soc), groups.min(axis=1)
    axes.plot(years, groups.mean(axis=1), color=MEAN, linewidth=1.2, label="mean group")
    axes.plot(years, weakest, "--", color=WEAKEST, linewidth=1.2, label="weakest group")
    axes.plot(years, pack, ":", color="black", linewidth=1.2, label="pack, usable")
    axes.fill_between(years, pack, weakest, color=WEAKEST, alpha=0.25, linewidth=0.0, label="lost by imbalance")
    axes.legend(loc="upper right")


def _losses(axes: Axes, life: Life) -> None:
    """Draw what the weakest cell has lost, by cause."""
    years = _axes(axes, life, f"What cell {life.weakest + 1}, the weakest, has lost", "Loss [% of its capacity]")
    losses = [100.0 * loss for loss in life.losses(life.weakest)]
    names, colours, hatches = ("by time", "by cycles", "by film and plating"), (MEAN, WEAKEST, SECOND), ("", "//", "..")
    rows = zip(losses, names, colours, hatches, strict=True)
    kept = [row for row in rows if row[1] != names[2] or row[0].max() > 5e-3]
    below = np.zeros_like(years)
    for loss, name, colour, hatch in kept:
        axes.fill_between(
            years,
            below,
            below + loss,
            facecolor=colour,
            alpha=0.6,
            edgecolor="white",
            linewidth=0.0,
            hatch=hatch,
            label=name,
        )
        below = below + loss
    axes.legend(loc="upper left")


def _map(axes: Axes, life: Life) -> None:
    """Draw the SOH of every cell at the end, by its place in its group."""
    soh = 100.0 * life.soh[-1].reshape(-1, life.parallel).T
    places, groups = (np.arange(count) + 1 for count in soh.shape)
    mesh = axes.pcolormesh(groups, places, soh, shading="nearest", cmap="viridis", rasterized=True)
    group, place = divmod(life.weakest, life.parallel)
    axes.plot(group + 1, place + 1, "x", color=WEAKEST, markersize=9.0, markeredgewidth=2.0)
    axes.set(title="State of health at the end, weakest cell marked", xlabel="Group", ylabel="Place in the group")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.figure.colorbar(mesh, ax=axes, label="SOH [%]")
