"""A figure of balancers side by side: how all did, and the groups under two of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...fmi.files import replacing
from .outcome import Outcome, Values

COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#B8A900", "#0072B2", "#D55E00", "#CC79A7")
"""Colours of Okabe and Ito, their yellow darkened: they can be told apart without red and green."""

FIRST = 1e-2
"""Time at which the logarithmic axes begin [h]."""


def save_figure(outcomes: Sequence[Outcome], path: Path, shown: tuple[str, str] | None = None) -> None:
    """Save the figure of `draw` as PNG; InputError where that fails."""
    with replacing(path) as draft:
        draw(outcomes, shown).savefig(draft, format="png", dpi=120)


def draw(outcomes: Sequence[Outcome], shown: tuple[str, str] | None = None) -> Figure:
    """Draw spread, usable capacity and board temperature over time, losses, and the groups' SOC under two balancers.

    Parameters
    ----------
    outcomes : sequence of Outcome
        At least one.
    shown : (2,) tuple of str, optional
        Names of those whose groups are drawn; without, the first and the last.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to any global state; values in their display units.
    """
    figure = Figure(figsize=(13.0, 12.0), layout="constrained")
    panels = [figure.add_subplot(3, 2, number) for number in range(1, 7)]
    apart, usable = [o.spread() for o in outcomes], [o.usable for o in outcomes]
    _over_time(panels[0], outcomes, apart, "Spread of the groups' SOC; dotted: balanced", "[%]")
    panels[0].axhline(100.0 * outcomes[0].balanced_spread, color="0.5", linestyle=":")
    _losses(panels[1], outcomes)
    _over_time(panels[2], outcomes, usable, "Usable capacity of the pack; dotted: its weakest group", "[Ah]")
    panels[2].axhline(outcomes[0].weakest, color="0.5", linestyle=":")
    board = [o.recorded["board_temperature"].values - 273.15 for o in outcomes]
    _over_time(panels[3], outcomes, board, "Temperature of the balancer's board", "[degC]")
    by_name = {outcome.name: outcome for outcome in outcomes}
    for panel, name in zip(panels[4:], shown or (outcomes[0].name, outcomes[-1].name), strict=True):
        _groups(panel, by_name[name])
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def style(number: int) -> dict[str, Any]:
    """Return how the line of an outcome looks; the second round of colours is dashed."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": ("-", "--")[number // len(COLOURS) % 2]}


def _over_time(axes: Axes, outcomes: Sequence[Outcome], values: Sequence[Values], title: str, label: str) -> None:
    """Draw a line for each outcome, with a dot where it is balanced."""
    for number, (outcome, line) in enumerate(zip(outcomes, values, strict=True)):
        axes.plot(outcome.hours[1:], line[1:], linewidth=1.2, label=outcome.title, **style(number))
        if outcome.is_balanced:
            axes.plot(outcome.hours[-1], line[-1], "o", color=style(number)["color"], markersize=4.0)
    last = max(outcome.hours[-1] for outcome in outcomes)
    axes.set(title=title, xlabel="Time [h]", ylabel=label, xscale="log", xlim=(min(FIRST, last / 10.0), last))


def _losses(axes: Axes, outcomes: Sequence[Outcome]) -> None:
    """Draw what each balancer has lost as a bar, with its share of what was moved."""
    shown = [(number, outcome) for number, outcome in enumerate(outcomes) if outcome.moved]
    places = np.arange(len(shown))
    axes.barh(places, [o.lost for _, o in shown], color=[style(number)["color"] for number, _ in shown])
    for place, (_, outcome) in zip(places, shown, strict=True):
        axes.annotate(f" {outcome.lost / outcome.moved:.1%}", (outcome.lost, place), va="center", fontsize=8)
    axes.set_yticks(places, [o.title for _, o in shown], fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set(title="Energy lost, and its share of the energy moved", xlabel="[Wh]")


def _groups(axes: Axes, outcome: Outcome) -> None:
    """Draw the SOC of every group, and where it is estimated the estimates, thin."""
    if "estimated_group_soc" in outcome.recorded:
        axes.plot(outcome.hours[1:], 100.0 * outcome.recorded["estimated_group_soc"].values[1:], color="0.6",
                  linewidth=0.4)  # fmt: skip
    axes.plot(outcome.hours, 100.0 * outcome.recorded["group_soc"].values, linewidth=1.2)
    axes.set(title=f"SOC of the groups: {outcome.title}; grey: estimated", xlabel="Time [h]", ylabel="[%]",
             xlim=(0.0, outcome.hours[-1]))  # fmt: skip
