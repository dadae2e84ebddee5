"""Figures for the page: panels over a common time axis, in colours that all eyes and printers can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

BLUE, VERMILION, GREEN, BLACK, ORANGE = "#0072B2", "#D55E00", "#009E73", "#000000", "#E69F00"
"""Of M. Okabe and K. Ito, Color Universal Design, 2008; line styles differ, too."""

BAND = "rgba(86,180,233,0.45)"
"""Sky blue of the same palette: between the least and the greatest cell."""

PANEL_HEIGHT = 210
TOP, BOTTOM = 110, 48
"""[pixels]: of a panel, and of the margins; the legend stands between the buttons and the uppermost panel."""

LEAST_SPANS = {"%": 0.01, "1": 1e-4, "V": 1e-3, "A": 1e-3, "kW": 1e-3, "degC": 0.01, "K": 0.01, "A.h": 1e-3}
"""Least span of an axis and of a scale of colours by unit: less is rounding, or of no account, and shall look flat."""

CHOSEN = "chosen cell"
"""Name of the lines that follow the choice of a cell."""

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """One of the panels of a figure.

    Parameters
    ----------
    title : str
        What it shows, with the unit.
    lines : tuple of plotly.graph_objects.Scatter
        Drawn in this order.
    unit : str
        That of the title: it tells the least span of the axis.
    """

    title: str
    lines: tuple[go.Scatter, ...]
    unit: str = ""

    @property
    def range(self) -> tuple[float, float] | None:
        """What the axis spans where the lines span less than the least of `LEAST_SPANS`; else None."""
        values = np.concatenate([np.asarray(each.y, np.float64) for each in self.lines])
        values = values[np.isfinite(values)]
        least = LEAST_SPANS.get(self.unit, 0.0)
        if not values.size or np.ptp(values) >= least:
            return None
        middle = (float(values.min()) + float(values.max())) / 2.0
        return middle - least / 2.0, middle + least / 2.0


def line(x: Values, y: Values, name: str, colour: str = BLUE, dash: str = "solid", told: bool = False) -> go.Scatter:
    """Return a line; `told` ones stand in the legend, once for each name."""
    return go.Scatter(
        x=_short(x), y=_short(y), name=name, legendgroup=name, showlegend=told, mode="lines",
        line={"color": colour, "dash": dash, "width": 1.6},
    )  # fmt: skip


def band(x: Values, least: Values, greatest: Values) -> tuple[go.Scatter, go.Scatter]:
    """Return the area between the least and the greatest cell."""
    name = "least to greatest cell"
    below = line(x, least, "least cell", BAND)
    above = line(x, greatest, name, BAND, told=True)
    below.line.width = above.line.width = 0.5
    above.update(fill="tonexty", fillcolor=BAND)
    return below, above


def chosen(panel: str) -> go.Scatter:
    """Return the line of the cell that the reader chooses, which `page.js` fills; `panel` names its quantity."""
    made = line(np.zeros(0), np.zeros(0), CHOSEN, VERMILION, "dash", told=True)
    return made.update(meta=panel)


def stacked(panels: Sequence[Panel], time_title: str) -> go.Figure:
    """Return panels one below the other over a common time axis, so that they zoom together."""
    count = len(panels)
    figure = make_subplots(
        rows=count, cols=1, shared_xaxes=True, vertical_spacing=0.25 / count if count > 1 else 0.0,
        subplot_titles=[panel.title for panel in panels],
    )  # fmt: skip
    told: set[str] = set()
    for row, panel in enumerate(panels, 1):
        for each in panel.lines:
            each.showlegend = bool(each.showlegend) and each.name not in told
            told.update([each.name] if each.showlegend else [])
            figure.add_trace(each, row=row, col=1)
        figure.update_yaxes(range=panel.range, row=row, col=1)
    figure.update_annotations(x=0.0, xanchor="left", font={"size": 14})
    figure.update_xaxes(showticklabels=True)
    figure.update_xaxes(title=time_title, row=count, col=1)
    legend = {"orientation": "h", "x": 0.0, "y": 1.0 - 30.0 / height(count), "yref": "container", "yanchor": "top"}
    return styled(figure).update_layout(legend=legend)


def height(panels: int) -> int:
    """Return the height of stacked panels [pixels]."""
    return TOP + BOTTOM + PANEL_HEIGHT * panels


def styled(figure: go.Figure) -> go.Figure:
    """Return a figure with the fonts, grids and margins of the page."""
    axis = {"gridcolor": "#d9d9d9", "linecolor": "#555", "zerolinecolor": "#999", "ticks": "outside", "mirror": True}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis, automargin=True, exponentformat="none")
    return figure.update_layout(
        template=go.layout.Template(),
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#111"},
        paper_bgcolor="white", plot_bgcolor="white", hovermode="x unified", dragmode="zoom",
        margin={"l": 48, "r": 12, "t": TOP, "b": BOTTOM},
    )  # fmt: skip


def _short(values: Values) -> NDArray[np.float32]:
    """Return values in 32 bits: seven digits, more than a screen shows."""
    return np.asarray(values, np.float32)
