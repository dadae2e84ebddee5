"""The map of the cells: groups by places, at the instant that the reader chooses."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from ..cosim.displayed import displayed, time_unit
from .course import CELL_PANELS, is_of_cells
from .decimation import frames, packed_levels
from .markup import figure, paragraph
from .plots import LEAST_SPANS, VERMILION, styled
from .shape import Shape

MOST_VALUES = 4_000_000
"""Values of the cells that a page holds; in base64 three of them take 8 bytes: 10.7 MB."""

NOT_RECORDED = 'No results of single cells were recorded: set [outputs] detail = "cell" in the pack file for a map.'

MAP_HEIGHT = 360
"""[pixels]."""


def cell_data(results: xr.Dataset, shape: Shape | None, chosen: int) -> dict[str, Any] | None:
    """Return the values of the cells for `page.js`; None where those of single cells were not recorded.

    Parameters
    ----------
    results : xarray.Dataset
        What was recorded.
    shape : Shape or None
        How the cells are arranged.
    chosen : int
        Index of the cell that is chosen at first.
    """
    names = [name for name in CELL_PANELS if is_of_cells(results, name)]
    if not names or shape is None:
        return None
    values = {name: displayed(results, name) for name in names}
    rows = frames([held for held, _ in values.values()], MOST_VALUES)
    length, unit = time_unit(results)
    group, place = divmod(chosen, shape.parallel)
    return {
        "groups": shape.groups,
        "parallel": shape.parallel,
        "group": group + 1,
        "place": place + 1,
        "times": [float(f"{instant:.6g}") for instant in results["time"].values[rows] / length],
        "time_unit": unit,
        "rows": results.sizes["time"],
        "quantities": [
            {
                "name": name,
                "title": f"{CELL_PANELS[name]} [{unit}]",
                "unit": unit,
                "least_span": LEAST_SPANS.get(unit, 0.0),
                **packed_levels(held[rows]),
            }
            for name, (held, unit) in values.items()
        ],
    }


def map_figure(shape: Shape) -> go.Figure:
    """Return the figure that `page.js` fills: the cells, and a mark on the chosen one."""
    drawn = go.Figure(
        [
            go.Heatmap(z=np.zeros((0, 0)), x0=1, dx=1, y0=1, dy=1, colorscale="Viridis",
                       colorbar={"thickness": 14, "exponentformat": "none"},
                       hovertemplate="group %{x}, place %{y}: %{z:.6g}<extra></extra>"),
            go.Scatter(x=[], y=[], mode="markers", hoverinfo="skip", showlegend=False,
                       marker={"symbol": "square-open", "size": 13, "color": VERMILION, "line": {"width": 3}}),
        ]
    )  # fmt: skip
    drawn.update_xaxes(title="Group")
    drawn.update_yaxes(title="Place in the group")
    drawn = styled(drawn)
    for axis, count in ((drawn.layout.xaxis, shape.groups), (drawn.layout.yaxis, shape.parallel)):
        axis.update(showgrid=False, tick0=1, dtick=-(-count // 10), range=(0.5, count + 0.5))
    return drawn.update_layout(hovermode="closest", margin={"t": 40})


def map_content(data: Mapping[str, Any] | None) -> list[str]:
    """Return the map's controls and place as HTML, or why there is none."""
    if data is None:
        return [paragraph(NOT_RECORDED)]
    last = len(data["times"]) - 1
    options = "".join(f'<option value="{n}">{escape(q["title"])}</option>' for n, q in enumerate(data["quantities"]))
    chosen = "".join(
        f'<label>{label} <input id="{name}" type="number" min="1" max="{most}" value="{data[name]}"></label>'
        for label, name, most in (("Group", "group", data["groups"]), ("Place", "place", data["parallel"]))
    )
    told = f"The map and the line of the chosen cell show {last + 1} of the {data['rows']} instants of the run"
    return [
        paragraph(f"{told}{'' if last + 1 == data['rows'] else ', those of the extremes among them'}."),
        f'<div class="controls"><label>Quantity <select id="quantity">{options}</select></label>'
        f'<span class="wide"><label for="frame">Time</label><input id="frame" type="range" min="0" max="{last}" '
        f'value="{last}"><output id="instant" for="frame"></output></span>'
        '<label><input id="own-scale" type="checkbox" checked> colours span this instant alone</label></div>',
        figure("map", "Map of the cells, groups by places in the group, at the chosen instant", MAP_HEIGHT),
        f'<div class="controls">{chosen}<output id="chosen"></output> is marked, and is the dashed line above.</div>',
    ]
