"""What limited a pack, which cell of it, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..models.bms.protection import TRIPS
from ..models.network.loads import LoadMode
from .run_record import RunRecord
from .shape import Shape

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

AT_LIMIT = 1e-3
"""A cell this close to its voltage limit is at it [V]: the resolution of measured voltages."""

GIVEN = 1e-3
"""By which share a pack may carry less than was asked and still be told to carry it."""

MOST_SPANS = 12
"""Spans of one limit that are listed; of more, the longest."""

CUT_OFFS = {
    "undervoltage": ("A cell below its minimum voltage", "voltage", np.argmin),
    "overvoltage": ("A cell above its maximum voltage", "voltage", np.argmax),
    "overcurrent": ("A pack current beyond its limit", "", None),
    "cell_overcurrent": ("A current of a cell beyond its limit", "current", None),
}
"""What a cut-off means, by which variable its cell is found, and how."""

CAUSES = {
    LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE: "by the voltage limit of the pack",
    LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE: "by the voltage limit of a cell",
    LoadMode.ALLOWED_CURRENT: "by the battery management",
    LoadMode.ANODE_POTENTIAL: "by the potential of a negative electrode",
}
"""Why a load of a mode carries less than was asked."""

CHARGES = (LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE)
"""Modes that end at the taper current."""


@dataclass(frozen=True)
class Limitation:
    """A span of time in which something limited the pack.

    Parameters
    ----------
    what, where : str
        What limited, and which cell or part; empty where that is not known.
    start, end : float
        [s]; the step that ends at the first row of the span belongs to it.
    """

    what: str
    where: str
    start: float
    end: float


def limitations(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> list[Limitation]:
    """Return what limited a pack, in the order of time.

    Parameters
    ----------
    results : xarray.Dataset
        With the names of `pack.recorded.RECORD`; what is missing limits nothing.
    record : RunRecord
        Tells the limits.
    shape : Shape or None
        How the cells are arranged.
    """
    found = [span for made in (_cut_offs, _voltages, _reductions, _management) for span in made(results, record, shape)]
    return sorted(found, key=lambda each: (each.start, each.end, each.what))


def shortened(found: list[Limitation]) -> tuple[list[Limitation], list[str]]:
    """Return the longest `MOST_SPANS` of each limit, and a line for each limit of which some are left out."""
    kept, lines = [], []
    for what in dict.fromkeys(each.what for each in found):
        own = [each for each in found if each.what == what]
        longest = sorted(own, key=lambda each: each.start - each.end)[:MOST_SPANS]
        kept += longest
        if len(own) > MOST_SPANS:
            total = sum(each.end - each.start for each in own)
            lines.append(f"{what}: {len(own)} times, {total:.6g} s in all; the {MOST_SPANS} longest are listed.")
    return sorted(kept, key=lambda each: (each.start, each.end, each.what)), lines


def spans(flags: Flags) -> Iterator[slice]:
    """Yield the rows of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(first), int(end))


def _told(
    results: xr.Dataset, flags: Flags, what: str, where: Callable[[slice], str] = lambda rows: ""
) -> Iterator[Limitation]:
    """Yield a limitation for each run of true flags."""
    time: Values = results["time"].values
    for rows in spans(flags):
        yield Limitation(what, where(rows), float(time[max(rows.start - 1, 0)]), float(time[rows.stop - 1]))


def _cut_offs(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> Iterator[Limitation]:
    for name, (what, quantity, find) in CUT_OFFS.items():
        if name in results:
            yield from _told(results, results[name].values > 0, what, _cell_of(results, shape, quantity, find))


def cause_of(output: str, results: xr.Dataset, shape: Shape | None) -> str:
    """Return what a Boolean output that ended a run means: a cut-off in plain words, with its cell where it is known.

    Parameters
    ----------
    output : str
        Its name, such as ``PackNetwork.overvoltage``; one that is no cut-off is returned as it is.
    results : xarray.Dataset
        What was recorded.
    shape : Shape or None
        How the cells are arranged.
    """
    name = output.rpartition(".")[2]
    if name not in CUT_OFFS:
        return output
    what, quantity, find = CUT_OFFS[name]
    last = slice(results.sizes["time"] - 1, results.sizes["time"])
    where = _cell_of(results, shape, quantity, find)(last)
    return f"{what[0].lower()}{what[1:]}" + (f": {where}" if where else "")


def _voltages(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> Iterator[Limitation]:
    """Yield when a cell is at a voltage limit without being told to be beyond it."""
    limits = record.limits
    for extreme, limit, sign, cut_off, find in (
        ("minimum", limits.minimum_cell_voltage, -1.0, "undervoltage", np.argmin),
        ("maximum", limits.maximum_cell_voltage, 1.0, "overvoltage", np.argmax),
    ):
        name = f"voltage_{extreme}"
        if limit is None or name not in results:
            continue
        at = sign * (results[name].values - limit) >= -AT_LIMIT
        beyond = results[cut_off].values > 0 if cut_off in results else np.zeros(at.shape, bool)
        where = _cell_of(results, shape, "voltage", find)
        yield from _told(results, at & ~beyond, f"A cell at its {extreme} voltage, {limit:g} V", where)


def _reductions(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> Iterator[Limitation]:
    """Yield when the pack carried less current or power than was asked, and when none at all."""
    for asked, given, what in _asked(results):
        less = np.abs(given) < np.abs(asked) * (1.0 - GIVEN) - 1e-6
        less[0] = False  # nothing flows before the first step
        modes = results["load_mode"].values if "load_mode" in results else np.zeros(less.shape)
        for mode in np.unique(modes[less]):
            cause = CAUSES.get(LoadMode(int(mode)), "") if mode > 0 else ""
            reduced = less & (modes == mode)
            text = f"{what} below what was asked {cause}".strip()
            yield from _told(results, reduced & (given != 0.0), text, _least_share(asked, given))
            none = "charge complete" if mode in CHARGES else f"barred {cause}" if cause else "though it was asked"
            yield from _told(results, reduced & (given == 0.0), f"No {what.lower()}: {none}")


def _asked(results: xr.Dataset) -> Iterator[tuple[Values, Values, str]]:
    """Yield what was asked, 0 in other load modes, what the pack carried, and its name."""
    modes = results["load_mode"].values if "load_mode" in results else None
    if {"asked_current", "pack_current"} <= set(results):
        asked = results["asked_current"].values
        yield (
            asked if modes is None else np.where(modes == LoadMode.POWER, 0.0, asked),
            results["pack_current"].values,
            "Current",
        )
    if {"asked_power", "pack_current", "pack_voltage"} <= set(results):
        asked = results["asked_power"].values
        given = results["pack_current"].values * results["pack_voltage"].values
        yield asked if modes is None else np.where(modes == LoadMode.POWER, asked, 0.0), given, "Power"


def _least_share(asked: Values, given: Values) -> Callable[[slice], str]:
    return lambda rows: f"down to {float((given[rows] / asked[rows]).min()):.1%} of it"


def _management(results: xr.Dataset, record: RunRecord, shape: Shape | None) -> Iterator[Limitation]:
    for trip in TRIPS:
        if f"bms_{trip}" in results:
            yield from _told(results, results[f"bms_{trip}"].values > 0, f"Battery management: trip {trip}")
    for way in ("charge", "discharge"):
        if f"{way}_enable" in results:
            forbidden = results[f"{way}_enable"].values < 1
            forbidden[0] &= forbidden[-1] if forbidden.size < 2 else forbidden[1]  # before its first step
            yield from _told(results, forbidden, f"Battery management: {way} not allowed")


def _cell_of(
    results: xr.Dataset, shape: Shape | None, quantity: str, find: Callable[[Values], np.intp] | None
) -> Callable[[slice], str]:
    """Return what tells the cell that was furthest out within some rows; of a current the greatest size."""

    def where(rows: slice) -> str:
        if shape is None or not quantity:
            return ""
        if quantity in results and results[quantity].dims == ("time", "cell"):
            values = results[quantity].values[rows]
            return shape.place(int(find(values) if find else np.argmax(np.abs(values))) % values.shape[1])
        extreme = f"{quantity}_{'minimum' if find is np.argmin else 'maximum'}"
        if find is None or not {extreme, f"{extreme}_cell"} <= set(results):
            return ""
        row = rows.start + int(find(results[extreme].values[rows]))
        return shape.place(int(results[f"{extreme}_cell"].values[row]) - 1)

    return where
