"""What limited the pack, as tables: spans of time in a run, wear over years."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from ..cosim.displayed import displayed, time_unit
from .course import group_capacities, is_of_cells
from .limiting import limitations, shortened
from .markup import bullets, paragraph, table
from .run_record import RunKind, RunRecord
from .shape import Shape

NONE_SET = "No cut-off was set"
WORN = (
    ("soh", "Least state of health", np.argmin),
    ("resistance_growth", "Most growth of resistance, without that of films", np.argmax),
    ("film_resistance", "Most resistance that a film has gained", np.argmax),
)
"""What tells the wear of a cell: the variable, the title, and how the worst cell is found."""

NOT_IN_YEARS = "A row tells a whole cycle or a jump, so what limited single days is not told here."


def limits_of(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> list[str]:
    """Return what limited a pack and when as HTML, or that nothing did, and what could not be told."""
    if is_of_years(results, record):
        return [*_wear(results, record, shape), paragraph(NOT_IN_YEARS)]
    found, left = shortened(limitations(results, record, shape))
    length, unit = time_unit(results)
    times = [(each.start / length, each.end / length, each.end - each.start) for each in found]
    rows = [(each.what, each.where, *(f"{time:.6g}" for time in own)) for each, own in zip(found, times, strict=True)]
    head = ("What", "Where", f"From [{unit}]", f"To [{unit}]", "Lasting [s]")
    told = [table("Limits and when they acted", head, rows)] if rows else []
    if "undervoltage" in results and not rows:
        given = ", and the pack carried what was asked" if _was_asked(results) else ""
        told.append(paragraph(f"{NONE_SET}{given}."))
    missing = list(_untold(results, record))
    return told + [paragraph(text) for text in left] + ([bullets(missing)] if missing else [])


def is_of_years(results: xr.Dataset, record: RunRecord) -> bool:
    """Return whether results are those of a run of years: by the record, or by what was recorded."""
    return record.kind is RunKind.YEARS or (record.kind is None and is_of_cells(results, "soh"))


def _was_asked(results: xr.Dataset) -> bool:
    return bool({"asked_current", "asked_power"} & set(results))


def _untold(results: xr.Dataset, record: RunRecord) -> Iterator[str]:
    if "undervoltage" not in results:
        yield "The cut-offs were not recorded."
    if record.limits.minimum_cell_voltage is None and record.limits.maximum_cell_voltage is None:
        yield "The limits of the cells are not known, so it is not told when a cell was at one."
    if not _was_asked(results):
        yield "What was asked of the pack was not recorded, so it is not told where it gave less."
    if "charge_enable" not in results:
        yield "The pack has no battery management, or its permissions were not recorded."


def _wear(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> list[str]:
    """Return the cells and the group that have worn most, at the end."""
    rows: list[tuple[str, ...]] = []
    for name, title, find in WORN:
        if is_of_cells(results, name) and shape is not None:
            values, unit = displayed(results, name)
            cell = int(find(values[-1]))
            rows.append((title, shape.place(cell), f"{values[-1, cell]:.5g} {unit}", f"{values[-1].mean():.5g} {unit}"))
    groups = group_capacities(results, record, shape)
    if groups is not None:
        weakest = int(np.argmin(groups[-1]))
        told = [f"{value / 3600.0:.5g} A.h" for value in (groups[-1, weakest], groups[-1].mean())]
        rows.append(("Least capacity of a group", f"group {weakest + 1}", *told))
    return [table("What has worn most at the end", ("What", "Where", "Value", "Mean of all"), rows)] if rows else []
