"""A pack explained before it is built: what it is, its limits, its plan with time constants, and its balancing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..core.duration import seconds
from ..coupling.explanation import explain
from ..coupling.kernels import timescale_at_start
from ..coupling.schedule import aligned, make_plan
from ..fmi.definition import Part
from ..fmi.description import listed
from ..fmi.native.libraries import Wanted, are_at_hand
from ..fmi.native.platforms import host_platform
from ..fmi.registry import load_definition
from ..models.balancing.options import BleedingLaw, ConverterLaw
from ..models.balancing.stability import incidence, lyapunov_factor, rates, time_to_balance
from ..models.cell.protocol import CellModel
from ..pack.block import all_parts, kernel_pack, periods
from ..pack.file import Pack, load_pack
from ..pack.layout.telling import heat_told
from ..pack.wiring.kinds import least_capacity

AMPERE_HOUR = 3600.0

LEAST_SPREAD = 1e-3
"""Spread of SOC that stands for equal ones: an exponential never gets there."""


def explain_pack(path: Path) -> str:
    """Return what a pack file describes, as text and tables.

    Raises
    ------
    InputError
        When the file does not fit, or its plan mixes timescales; the message tells what to change.
    """
    pack = load_pack(path)
    planned = all_parts(pack)
    sections = [
        "\n".join([*_arrangement(path, pack), *_built(pack, planned)]),
        _limits(pack),
        *_heat(pack),
        _plan(pack, planned),
        "\n".join(_balancing(pack, {part.name: part for part in planned}["Balancer"])),
    ]
    return "\n\n".join(sections)


def _arrangement(path: Path, pack: Pack) -> list[str]:
    kinds, shape = pack.kinds, pack.pack
    told = [_kind(pack, number) for number in range(len(kinds.chosen))]
    if kinds.are_worn:
        worn = np.flatnonzero((kinds.capacity_loss > 0.0) | (kinds.resistance_growth > 0.0))
        told.append(
            f"worn       {len(worn)} of {shape.cells} cells: at most {kinds.capacity_loss.max():.3g} of the capacity "
            f"lost, {kinds.resistance_growth.max():.3g} of the resistance gained"
        )
    voltage = float(np.mean(kinds.each(_mean_voltage)))
    held = np.asarray(kinds.each(lambda kind: kind.capacity)) * (1.0 - kinds.capacity_loss)
    charge = shape.strings * float(held.reshape(-1, shape.parallel).sum(axis=1).min()) / AMPERE_HOUR
    return [
        f"pack       {path}: {_arranged(pack)}",
        *told,
        f"nominal    {shape.series * voltage:.4g} V, {charge:.4g} A.h, "
        f"{shape.series * voltage * charge / 1e3:.4g} kW.h",
    ]


def _mean_voltage(kind: CellModel) -> float:
    return float(np.mean(kind.open_circuit(np.linspace(0.0, 1.0, 1001))))


def _kind(pack: Pack, number: int) -> str:
    """Return what a kind of cell holds, and how many of several are of it."""
    kinds = pack.kinds
    kind, count = kinds.models[number], int((kinds.of == number).sum())
    several = f", {count} cells" if kinds.are_several else ""
    return (
        f"cell       {kinds.chosen[number].parameters}: {kind.capacity / AMPERE_HOUR:.4g} A.h, "
        f"{_mean_voltage(kind) * kind.capacity / AMPERE_HOUR:.4g} W.h between SOC 0 and 1{several}"
    )


def _arranged(pack: Pack) -> str:
    """Return how many groups and cells there are, and how they are joined."""
    shape = pack.pack
    told = f"{shape.groups} groups of {shape.parallel} cells, {shape.cells} cells"
    if shape.strings > 1:
        told += f", {shape.strings} strings in parallel of {shape.series // shape.modules} groups"
    if shape.modules > 1:
        told += f", {shape.modules} modules in series"
    return f"{told}, wired by a netlist" if pack.netlist else told


def _built(pack: Pack, planned: Sequence[Part]) -> list[str]:
    """Return which FMUs are built, how many variables they list, and what a compiler has to do."""
    count, missing = 0, []
    for part in planned:
        definition = load_definition(part.component, part.arguments, part.start)
        count += sum(math.prod(variable.shape) for variable in listed(definition, pack.outputs.detail))
        if not are_at_hand(Wanted(part.component, part.arguments, definition.model, (host_platform(),))):
            missing.append(part.name)
    told = f"{', '.join(missing)} are compiled first, once on this machine" if missing else "no compiler has to run"
    return [f"FMUs       {', '.join(part.name for part in planned)}: {count} variables; {told}"]


def _limits(pack: Pack) -> str:
    """Return the limits of cell and pack, of several kinds those that suit all."""
    limits, series, across = pack.kinds.narrowest, pack.pack.series, pack.pack.across
    hourly = least_capacity(pack.kinds) / AMPERE_HOUR
    rows = [("limit", "cell", "pack")]
    for name, value in (("lowest voltage", limits.minimum_voltage), ("highest voltage", limits.maximum_voltage)):
        rows.append((name, f"{value:.4g} V", f"{series * value:.5g} V"))
    currents = (
        ("charging current", limits.maximum_charge_current),
        ("discharging current", limits.maximum_discharge_current),
    )
    for name, value in currents:
        rows.append((name, f"{value:.4g} A, {value / hourly:.3g}C", f"{across * value:.5g} A"))
    return aligned(rows)


def _plan(pack: Pack, planned: Sequence[Part]) -> str:
    """Return layers with their time constants at the start, and the transfers."""
    inside = [part for part in planned if part.name != "Pack"]
    system = kernel_pack(inside)
    models = {part.name: load_definition(part.component, part.arguments, part.start).model for part in inside}
    told = {name: timescale_at_start(model) for name, model in models.items()}
    return explain(system, make_plan(system, periods(pack.schedule)), {n: t for n, t in told.items() if t is not None})


def _heat(pack: Pack) -> list[str]:
    """Return how heat flows where it does along a graph."""
    if pack.thermal_graph is None or pack.heat_setup is None:
        return []
    return ["\n".join(heat_told(pack.heat_setup, pack.thermal_graph, pack.runaway))]


def _balancing(pack: Pack, part: Part) -> list[str]:
    """Return the law of balancing, its stability, and the time that it takes from the start."""
    table, managed = pack.balancer, pack.bms is not None
    law = table.laws(table.law_number(managed))
    soc, capacity = np.asarray(part.start["group_soc"]), np.asarray(part.start["group_capacity"])
    apart = float(np.ptp(soc))
    lines = [
        f"balancing  {table.converter}, law {law.word}, on {'estimates of the Bms' if managed else 'what is true'}; "
        f"SOC of the groups {soc.min():.2%} to {soc.max():.2%}"
    ]
    if apart <= table.balanced_spread:
        lines.append(f"time       balanced at the start: the spread of SOC is at most {table.balanced_spread:.3g}")
    if isinstance(law, BleedingLaw):
        current = pack.cell.load().open_circuit(soc) / table.bleed_resistance
        time = float(np.max((soc - soc.min() - table.balanced_spread) * capacity / current))
        lines += _time(max(time, 0.0), "of bleeding, the longest that a group needs") if time > 0.0 else []
    elif law is ConverterLaw.CONSENSUS:
        lines += _consensus(pack, soc, capacity)
    else:
        mean = float(soc @ capacity / capacity.sum())
        time = float(np.max(np.abs(soc - mean) * capacity)) / table.rated_current
        lines += _time(time, "at least: one link a group, at the rated current") if time > 0.0 else []
    return lines


def _consensus(pack: Pack, soc: np.ndarray, capacity: np.ndarray) -> list[str]:
    """Return eigenvalues, the stability of the held steps, the bound of the Lyapunov function, and the time."""
    table, step = pack.balancer, seconds(pack.schedule.control)
    ends, target = table.ends(pack.strings), max(table.balanced_spread, LEAST_SPREAD)
    columns = incidence(pack.pack.groups, ends)
    slowest, greatest, factor, time = math.inf, 0.0, 0.0, 0.0
    for row in pack.strings.rows:  # groups are made equal within theirs
        chosen = [link for link, (first, _) in enumerate(ends) if first in row]
        own, held = columns[np.ix_(row, chosen)], capacity[list(row)]
        modes = rates(own, held, table.gain)
        slowest, greatest = min(slowest, modes[1]), max(greatest, modes[-1])
        factor = max(factor, lyapunov_factor(modes, step))
        time = max(time, time_to_balance(soc[list(row)], held, own, table.gain, table.rated_current, target))
    lines = [
        f"rates      {slowest:.3g} to {greatest:.3g} 1/s: eigenvalues of gain Q^-1 L, time constants "
        f"{_span(1.0 / greatest)} to {_span(1.0 / slowest) if slowest > 0.0 else 'never'}",
        f"stability  step times greatest rate is {step * greatest:.3g}; a plan beyond 1 is refused, at 2 stability "
        f"ends; a step multiplies the Lyapunov function by {factor:.9g} at most",
    ]
    return lines + (_time(time, f"to a spread of {target:.2%}, without load and losses") if time else [])


def _time(time: float, how: str) -> list[str]:
    return [f"time       {_span(time)} {how}"]


def _span(time: float) -> str:
    """Write a time [s] in a unit that people think in."""
    if not math.isfinite(time):
        return "never"
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if time >= 2.0 * length:
            return f"{time / length:.3g} {unit}"
    return f"{time:.3g} s"
