"""The report: one HTML file that needs no network, made of a results file alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import xarray as xr

from ..core.cache import package_version
from ..core.errors import InputError
from ..cosim.displayed import time_unit
from ..cosim.results import load
from ..fmi.files import replacing
from . import telling
from .cells import cell_data, map_content, map_figure
from .charges import RULE, charge_curves
from .composed import Section, composed
from .course import panels
from .limits import limits_of
from .markup import figure, paragraph
from .plots import BLACK, BLUE, GREEN, ORANGE, VERMILION, Panel, height, line, stacked
from .run_record import RunKind, RunRecord, read_run_record
from .shape import Shape, shape_of

CURVE_STYLES = ((BLUE, "solid"), (VERMILION, "dash"), (GREEN, "dot"), (BLACK, "dashdot"), (ORANGE, "longdash"))
"""Of the charges in the figure of dQ/dV; of more, the first are shown."""

MOST_STEPS = 30
"""Steps of an experiment that are parted by lines; more lines would hide what they part."""

KINDS = {
    None: "results of a run",
    RunKind.PROFILE: "run of a profile",
    RunKind.STEPS: "experiment in steps",
    RunKind.YEARS: "run of years",
}


def write_report(results: Path, target: Path) -> Path:
    """Write the report of a run.

    Parameters
    ----------
    results : Path
        The netCDF file of the run; what it does not tell is named as missing.
    target : Path
        The HTML file to write or replace. The same results give the same bytes.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    InputError
        When the results cannot be read, hold no row, or the report cannot be written.
    """
    save_page(load(results), results.stem, target)
    return target


def save_page(results: xr.Dataset, name: str, target: Path) -> None:
    """Write the report of results that are loaded, as `write_report` does; `name` titles a pack without a name."""
    page = made_page(results, name)
    with replacing(target) as draft:
        draft.write_text(page, encoding="utf-8")


def made_page(results: xr.Dataset, name: str) -> str:
    """Return the report of results as HTML; `name` titles a pack without a name."""
    record = read_run_record(results)
    if not results.sizes.get("time"):
        raise InputError(f"results {name} hold no row over time; there is nothing to report")
    shape = shape_of(results, record)
    cells = cell_data(results, shape, telling.weakest(results, shape))
    figures: dict[str, go.Figure] = {}
    sections = _sections(results, record, shape, cells, figures)
    title = f"{record.pack_name or name}: {KINDS[record.kind]}"
    return composed(
        title, _subtitle(results, record, shape), telling.warnings(results, record, shape), sections, figures, cells
    )


def _sections(
    results: xr.Dataset,
    record: RunRecord,
    shape: Shape | None,
    cells: Mapping[str, Any] | None,
    figures: dict[str, go.Figure],
) -> list[Section]:
    """Return name, title and content of each section; the figures that these place are added to `figures`."""
    made: list[Section] = [("summary", "Summary", telling.summary(results, record))]
    made.append(("limits", "What limited the pack", limits_of(results, record, shape)))
    if record.steps:
        made.append(("steps", "Steps", telling.steps(record)))
    made.append(("over-time", "Over time", _course(results, record, shape, figures)))
    if cells is not None and shape is not None:
        figures["map"] = map_figure(shape)
    made.append(("cells-map", "Map of the cells", map_content(cells)))
    made.append(("charges", "dQ/dV", _charges(results, record, shape, figures)))
    made.append(("ledger", "Ledger", telling.ledger(record)))
    made.append(("plan", "Plan and timescales", telling.plan(record)))
    made.append(("provenance", "Provenance", telling.provenance(record, package_version("packfmu"))))
    return made


def _course(results: xr.Dataset, record: RunRecord, shape: Shape | None, figures: dict[str, go.Figure]) -> list[str]:
    shown = panels(results, record, shape)
    if not shown:
        return [paragraph("Nothing was recorded that a figure could show.")]
    length, unit = time_unit(results)
    figures["course"] = stacked(shown, f"Time [{unit}]")
    if len(record.steps) <= MOST_STEPS:
        for step in record.steps[1:]:
            figures["course"].add_vline(x=step.start / length, line={"color": BLACK, "dash": "dot", "width": 1})
    label = f"Over time: {'; '.join(panel.title for panel in shown)}"
    hint = "Drag over a part of a panel to zoom all of them; double-click to see the whole run again."
    return [paragraph(hint, "faint"), figure("course", label, height(len(shown)))]


def _charges(results: xr.Dataset, record: RunRecord, shape: Shape | None, figures: dict[str, go.Figure]) -> list[str]:
    curves, why = charge_curves(results, record, shape)
    if not curves:
        return [paragraph(f"There is no dQ/dV: {why[0].lower()}{why[1:]}"), paragraph(RULE, "faint")]
    lines = tuple(
        line(
            curve.voltage, curve.slope / 3600.0, f"from {curve.start:.6g} s at {curve.current:.3g} A", *style, told=True
        )
        for curve, style in zip(curves, CURVE_STYLES, strict=False)
    )
    figures["slope"] = stacked(
        [Panel("Charge of the pack for each volt of a group [A.h/V]", lines)], "Mean voltage of a group [V]"
    )
    return [figure("slope", "dQ/dV over the mean voltage of a group", 380), paragraph(RULE, "faint")]


def _subtitle(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> str:
    length, unit = time_unit(results)
    time = results["time"].values
    parts = [
        _arranged(shape) if shape else "",
        f"cell {record.cell}" if record.cell else "",
        f"profile {record.profile}" if record.profile else "",
        f"{(time[-1] - time[0]) / length:.5g} {unit} simulated, {time.size} instants recorded",
        f"from {record.begin}" if record.begin else "",
    ]
    return " · ".join(part for part in parts if part)


def _arranged(shape: Shape) -> str:
    strings = f"{shape.strings} strings in parallel of " if shape.strings > 1 else ""
    return f"{strings}{shape.series} groups in series of {shape.parallel} cells in parallel"
