"""The parts of the page that are text and tables: of the record of a run, and of what the arrays tell at a glance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ..core.bounds import unit_suffix
from ..core.duration import seconds
from ..cosim.displayed import displayed
from ..coupling.holding import HeldChange
from .limiting import cause_of
from .markup import block, bullets, folded, paragraph, table
from .run_record import RunRecord
from .shape import Shape

GLANCE = {
    "pack_voltage": "Pack voltage",
    "pack_current": "Pack current, positive into the pack",
    "voltage": "Cell voltage",
    "temperature": "Cell temperature",
    "pack_soc": "SOC of the pack",
    "soh": "State of health of the cells",
    "resistance_growth": "Growth of the cells' resistance, without that of films",
    "film_resistance": "Resistance that the cells' films have gained",
}
"""What is told at a glance; of a variable that was not recorded for each cell, its extremes."""


HELD_TABLE = "held value"
"""Head of the first column of the table of held values in `coupling.explanation.tables`."""


def warnings(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> list[str]:
    """Return what the reader must know before anything else."""
    told = []
    if "complete" not in results.attrs:
        told.append(paragraph("The file does not tell whether its run is complete.", "warning"))
    elif not int(results.attrs["complete"]):
        reason = str(results.attrs.get("reason", "")) or "no reason was told"
        told.append(paragraph(f"This run is incomplete (complete = 0): {reason}", "warning"))
    if record.stopped_by:
        causes = ", ".join(cause_of(name, results, shape) for name in record.stopped_by)
        told.append(paragraph(f"The run was ended by {causes}.", "warning"))
    return told


def summary(results: xr.Dataset, record: RunRecord) -> list[str]:
    """Return the lines of the summary, and each quantity at the start, at the end, and at its extremes."""
    rows = [row for row in (_glance(results, name, title) for name, title in GLANCE.items()) if row]
    told = [table("Quantities at a glance", ("Quantity", "Start", "End", "Least", "Greatest"), rows)] if rows else []
    if record.wall_time is not None:
        factor = "" if record.real_time_factor is None else f", {record.real_time_factor:.4g} times real time"
        told.append(paragraph(f"Stepping took {record.wall_time:.3g} s{factor}."))
    told += [block("\n".join(record.summary))] if record.summary else []
    return told + ([bullets(record.notices)] if record.notices else [])


def _glance(results: xr.Dataset, name: str, title: str) -> tuple[str, ...] | None:
    """Return start, end and extremes of a quantity; of many cells their range. None where it was not recorded."""
    if name in results:
        values, unit = displayed(results, name)
        least, greatest = (values.reshape(len(values), -1).min(axis=1), values.reshape(len(values), -1).max(axis=1))
    elif {f"{name}_minimum", f"{name}_maximum"} <= set(results):
        least, unit = displayed(results, f"{name}_minimum")
        greatest = displayed(results, f"{name}_maximum")[0]
    else:
        return None

    def told(row: int) -> str:
        low, high = f"{least[row]:.5g}", f"{greatest[row]:.5g}"
        return low if low == high else f"{low} to {high}"

    return f"{title} [{unit}]", told(0), told(-1), f"{least.min():.5g}", f"{greatest.max():.5g}"


def steps(record: RunRecord) -> list[str]:
    """Return the steps of an experiment as a table."""
    rows = [(each.name, f"{each.start:.6g}", f"{each.end:.6g}", each.ended_by) for each in record.steps]
    return [table("Steps of the experiment", ("Step", "From [s]", "To [s]", "Ended by"), rows)]


def ledger(record: RunRecord) -> list[str]:
    """Return the balances of charge and energy as a table."""
    if not record.balances:
        return [paragraph("No ledger was recorded.")]
    rows = [
        (each.name, f"{each.left:.9g}", f"{each.right:.9g}", each.unit, f"{each.mismatch:.3g}", f"{each.relative:.2g}")
        for each in record.balances
    ]
    head = ("Balance", "Left", "Right", "Unit", "Mismatch", "Relative to the turnover")
    return [table("Charge and energy over the run", head, rows)]


def plan(record: RunRecord) -> list[str]:
    """Return layers with time constants, what each held value changed by, and the violations."""
    told = [table(_caption(rows[0]), rows[0], rows[1:]) for rows in record.plan if rows]
    told = told or [paragraph("No plan was recorded.")]
    if record.held and not any(rows and rows[0][0] == HELD_TABLE for rows in record.plan):
        told.append(table("Errors of holding values between steps", _HELD, [_held(each) for each in record.held]))
    if record.violations:
        return [*told, paragraph("Timescales came too close:", "warning"), bullets(record.violations)]
    return [*told, paragraph("No violation of the timescales was recorded.")]


_HELD = ("Value", "Greatest change in a step", "Tolerated", "Moves a voltage by", "At [s]", "Verdict")


def _held(change: HeldChange) -> tuple[str, ...]:
    suffix = unit_suffix(change.unit)
    effect = "unknown" if change.effect is None else f"{1e3 * change.effect:.3g} mV"
    return (
        change.name, f"{change.change:.3g}{suffix}", f"{change.tolerance:g}{suffix}", effect,
        f"{seconds(change.time):.6g}", "beyond" if change.is_beyond else "within",
    )  # fmt: skip


def _caption(head: Sequence[str]) -> str:
    """Return the caption of a table of `coupling.explanation.tables`, by its first column."""
    return {
        "layer": "Layers, periods and time constants",
        HELD_TABLE: "Values that are held between steps, and what that costs",
        "from": "What is handed on",
    }.get(head[0], head[0])


def provenance(record: RunRecord, packfmu: str) -> list[str]:
    """Return where the results come from: profile, pack, versions, seed and hashes; and which version made the page."""
    facts = [
        ("Profile", record.profile),
        ("Cell", record.cell),
        ("Seed of the random draws", "" if record.seed is None else str(record.seed)),
        *((f"Version of {name}", version) for name, version in record.versions.items()),
        *((f"SHA-256 of {name}", digest) for name, digest in record.hashes.items()),
        ("Page made by packfmu", packfmu),
    ]
    known = [fact for fact in facts if fact[1]]
    told = [] if record.versions or record.hashes else [paragraph("No versions and hashes were recorded.")]
    told.append(table("Where the results come from", ("What", "Which"), known))
    return told + ([folded("Text of the pack file", block(record.pack_text))] if record.pack_text else [])


def weakest(results: xr.Dataset, shape: Shape | None) -> int:
    """Return the index of the cell that the page shows at first: of the least SOH at the end, else voltage or SOC."""
    for name in ("soh", "voltage", "soc"):
        if shape is not None and name in results and results[name].dims == ("time", "cell"):
            values = results[name].values
            return int(np.argmin(values[-1] if name == "soh" else values)) % values.shape[1]
    return 0
