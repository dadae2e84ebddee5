"""The look of the studies' pictures, in colours that all eyes and printers can tell apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr

BLUE, VERMILION, GREEN, BLACK, ORANGE = "#0072B2", "#D55E00", "#009E73", "#000000", "#E69F00"
"""Of M. Okabe and K. Ito, Color Universal Design, 2008."""


def titled(data: xr.DataArray, words: str | None = None) -> str:
    """Return the title of an axis: what is shown, and its unit."""
    unit = data.attrs.get("units", "1")
    return f"{words or data.attrs.get('long_name', data.name)}" + (f" [{unit}]" if unit not in {"", "1"} else "")


def styled(figure: go.Figure, x: str, y: str, title: str = "") -> go.Figure:
    """Return a figure with the fonts, grids and margins of the report's."""
    axis = {"gridcolor": "#d9d9d9", "linecolor": "#555", "zerolinecolor": "#999", "ticks": "outside", "mirror": True}
    figure.update_xaxes(**axis, title=x)
    figure.update_yaxes(**axis, title=y, automargin=True)
    return figure.update_layout(
        template=go.layout.Template(), title=title,
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#111"},
        paper_bgcolor="white", plot_bgcolor="white", margin={"l": 48, "r": 12, "t": 60, "b": 48},
    )  # fmt: skip


def points(x: Any, y: Any, name: str, colour: str = BLUE) -> go.Scatter:
    """Return points."""
    return go.Scatter(x=np.asarray(x), y=np.asarray(y), name=name, mode="markers", marker={"color": colour, "size": 6})


def curve(x: Any, y: Any, name: str, colour: str = BLUE, dash: str = "solid") -> go.Scatter:
    """Return a line."""
    line = {"color": colour, "dash": dash, "width": 1.6}
    return go.Scatter(x=np.asarray(x), y=np.asarray(y), name=name, mode="lines", line=line)


def whiskers(answer: xr.Dataset, name: str) -> dict[str, Any]:
    """Return the error bars of a quantity that has an interval."""
    value = np.atleast_1d(answer[name].values)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.atleast_1d(answer[f"{name}_high"].values) - value,
        "arrayminus": value - np.atleast_1d(answer[f"{name}_low"].values),
    }


def bars(answer: xr.Dataset, name: str, over: Any, colour: str = BLUE, told: str | None = None) -> go.Bar:
    """Return bars of a quantity, with whiskers where it has an interval."""
    error = whiskers(answer, name) if f"{name}_low" in answer else None
    return go.Bar(
        x=list(over), y=np.atleast_1d(answer[name].values), name=told or name, marker_color=colour, error_y=error
    )
