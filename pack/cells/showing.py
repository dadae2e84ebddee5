"""What a kind of cell is, as text and as a figure, in the units that people think in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...core.errors import InputError
from ...fmi.files import replacing
from ...models.cell.kind import CellParameters
from ...models.cell.physics.cell import ElectrochemicalCell
from ...models.cell.protocol import CellModel
from ...models.parameter_sets import parameter_set
from .bpx.file import read_bpx
from .cell_file import read_cell
from .physics_showing import describe_physics, draw_physics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEMPERATURES = (0.0, 10.0, 25.0, 40.0)
"""Where resistances are shown [degC]."""

STATES = (0.1, 0.5, 0.9)
"""States of charge where resistances are told."""

STYLES = (("#08306b", "-"), ("#2171b5", "--"), ("#e6550d", "-."), ("#7f0000", ":"))
"""Colour and dashes by temperature, from cold to warm; the dashes tell them apart in grey."""

ZERO = 273.15
MONTH = 30.0 * 86400.0


Kind = CellParameters | ElectrochemicalCell


def find_cell(given: str) -> tuple[Kind, tuple[str, ...]]:
    """Return a cell and notes on it.

    Parameters
    ----------
    given : str
        The path of a cell file, with the ending .toml, or .json of BPX, or the name of a shipped cell.

    Raises
    ------
    InputError
        When there is no such cell, or its file is not right.
    """
    if given.endswith(".toml"):
        read = read_cell(Path(given))
        return read.kind, read.notes
    if given.endswith(".json"):
        found = read_bpx(Path(given))
        return found.kind, found.notes
    if Path(given).suffix and Path(given).exists():
        raise InputError(
            f"{given}: the name of a cell file ends in .toml, or in .json of BPX; `packfmu cell fit` makes one of "
            "records"
        )
    kind = parameter_set(given, CellModel)
    return kind if isinstance(kind, ElectrochemicalCell) else kind.equivalent_circuit(), ()


def describe_cell(kind: Kind, notes: Sequence[str] = ()) -> str:
    """Return a cell as lines of text: charge, energy, limits, resistances, time constants, losses, heat, source.

    Parameters
    ----------
    kind : CellParameters or ElectrochemicalCell
        The cell.
    notes : sequence of str
        Put at the end, a line each.
    """
    if isinstance(kind, ElectrochemicalCell):
        return describe_physics(kind, notes)
    rows = [*_electrical(kind), *_losses(kind), *_heat(kind), ("source", kind.source or "not told")]
    width = max(len(name) for name, _ in rows) + 2
    lines = [kind.name, "", *(f"{name:<{width}}{text}" for name, text in rows)]
    return "\n".join([*lines, "", *_resistances(kind), *(f"note: {note}" for note in notes)])


def save_cell_figure(kind: Kind, path: Path) -> None:
    """Save a figure of a cell: of a circuit its tables over SOC, of physics its functions (`draw_physics`).

    Parameters
    ----------
    kind : CellParameters or ElectrochemicalCell
        The cell.
    path : Path
        The file to write or replace; its suffix gives the format, png, pdf or svg.

    Raises
    ------
    InputError
        When the file cannot be written or there is no such format.
    """
    format_ = path.suffix.removeprefix(".")
    if format_ not in ("png", "pdf", "svg"):
        raise InputError(f"figure {path}: the suffix must be .png, .pdf or .svg")
    with replacing(path) as draft:
        draw_cell(kind).savefig(draft, format=format_, dpi=150)


def draw_cell(kind: Kind) -> Figure:
    """Return the figure of `save_cell_figure`, not attached to any global state."""
    if isinstance(kind, ElectrochemicalCell):
        return draw_physics(kind)
    from matplotlib.figure import Figure  # noqa: PLC0415  # a command line that draws nothing waits for it else

    panels = kind.pairs + 3
    figure = Figure(figsize=(10.0, 2.9 * ((panels + 1) // 2)), layout="constrained")
    axes = [figure.add_subplot((panels + 1) // 2, 2, number + 1) for number in range(panels)]
    figure.suptitle(f"{kind.name}, {kind.capacity / 3600.0:.4g} A.h")
    _draw_voltage(axes[0], kind)
    _draw(axes[1], kind, 1e3 * kind.entropic_coefficient, "Entropic coefficient dU/dT", "mV/K")
    constants = _time_constants(kind, 0.5, kind.reference_temperature)
    told = [f"Resistance of RC pair {j + 1}, {_time(constant)} at SOC 50 %" for j, constant in enumerate(constants)]
    for number, (each, title) in enumerate(zip(axes[2:], ["Ohmic resistance", *told], strict=True)):
        for celsius, style in zip(TEMPERATURES, STYLES, strict=True):
            table = 1e3 * kind.resistances(celsius + ZERO)[number]
            label = f"{celsius:g} degC{', extrapolated' if _is_beyond(kind, celsius) else ''}"
            _draw(each, kind, table, title, "mOhm", label, style)
        each.set_ylim(bottom=0.0)
        each.legend(fontsize="small")
    return figure


def _draw_voltage(axes: Axes, kind: CellParameters) -> None:
    _draw(axes, kind, kind.open_circuit_voltage, "Open-circuit voltage", "V")
    if kind.hysteresis_bound:
        soc, voltage = np.linspace(0.0, 100.0, kind.nodes), kind.open_circuit_voltage
        low, high = voltage - kind.hysteresis_bound, voltage + kind.hysteresis_bound
        axes.fill_between(soc, low, high, color="0.8", label="hysteresis")
    for limit, label in ((kind.minimum_voltage, "limits"), (kind.maximum_voltage, "")):
        axes.axhline(limit, color="0.3", linewidth=1.0, linestyle=":", label=label)
    axes.legend(fontsize="small")


def _draw(
    axes: Axes, kind: CellParameters, table: np.ndarray, title: str, unit: str, label: str = "",
    style: tuple[str, str] = ("black", "-"),
) -> None:  # fmt: skip
    colour, dashes = style
    axes.plot(np.linspace(0.0, 100.0, kind.nodes), table, color=colour, linestyle=dashes, linewidth=1.4, label=label)
    axes.set(title=title, xlabel="SOC [%]", ylabel=unit, xlim=(0.0, 100.0))
    axes.title.set_fontsize("medium")
    axes.grid(visible=True, color="0.9")


def _electrical(kind: CellParameters) -> list[tuple[str, str]]:
    voltage, ampere_hours = kind.open_circuit_voltage, kind.capacity / 3600.0
    mean = float(np.trapezoid(voltage, dx=1.0 / (kind.nodes - 1)))
    soc = np.linspace(0.0, 1.0, 1001)
    allowed = soc[(kind.open_circuit(soc) >= kind.minimum_voltage) & (kind.open_circuit(soc) <= kind.maximum_voltage)]
    rates = [current / ampere_hours for current in (kind.maximum_charge_current, kind.maximum_discharge_current)]
    return [
        ("capacity", f"{ampere_hours:.4g} A.h"),
        ("energy", f"{ampere_hours * mean:.4g} Wh at {mean:.3f} V in the mean, without a current"),
        ("open-circuit voltage", f"{voltage[0]:.3f} to {voltage[-1]:.3f} V"),
        ("voltage limits", f"{kind.minimum_voltage:.3f} to {kind.maximum_voltage:.3f} V, which a cell at rest keeps "
         f"from {allowed.min():.1%} to {allowed.max():.1%} SOC" if allowed.size else "no SOC is within the limits"),
        ("greatest charge", f"{kind.maximum_charge_current:.4g} A, {rates[0]:.3g}C"),
        ("greatest discharge", f"{kind.maximum_discharge_current:.4g} A, {rates[1]:.3g}C"),
        ("hysteresis", f"+-{1e3 * kind.hysteresis_bound:.3g} mV, switching over {1.0 / kind.hysteresis_rate:.2%} of SOC"
         if kind.hysteresis_bound else "none"),
    ]  # fmt: skip


def _losses(kind: CellParameters) -> list[tuple[str, str]]:
    monthly = kind.self_discharge_current * MONTH / kind.capacity
    return [
        ("Coulombic efficiency", f"{kind.coulombic_efficiency:.4%}"),
        ("self-discharge", f"{1e3 * kind.self_discharge_current:.3g} mA, {monthly:.2%} in 30 days"
         if monthly else "none"),
    ]  # fmt: skip


def _heat(kind: CellParameters) -> list[tuple[str, str]]:
    mass = f", {kind.heat_capacity / kind.mass:.4g} J/(kg K) of {kind.mass:.3g} kg" if kind.mass else ""
    rows = [("heat capacity", f"{kind.heat_capacity:.4g} J/K{mass}")]
    return [*rows, ("convection", f"{kind.convection:.3g} W/K")] if kind.convection else rows


def _resistances(kind: CellParameters) -> list[str]:
    """Return resistances and time constants by temperature and SOC."""
    tables = [kind.resistances(celsius + ZERO) for celsius in TEMPERATURES]
    marks = {celsius: "*" if _is_beyond(kind, celsius) else "" for celsius in TEMPERATURES}
    head = f"{'':22}" + "".join(f"{f'{celsius:g} degC{mark}':>11}" for celsius, mark in marks.items())
    lines = [head]
    for name, taken in (("at once", slice(0, 1)), ("settled", slice(None))):
        for soc in STATES:
            values = (
                1e3 * np.interp(soc, np.linspace(0.0, 1.0, kind.nodes), table[taken].sum(axis=0)) for table in tables
            )
            lines.append(f"{f'mOhm {name}, SOC {soc:.0%}':<22}" + "".join(f"{value:>11.4g}" for value in values))
    constants = [_time_constants(kind, 0.5, celsius + ZERO) for celsius in TEMPERATURES]
    for j in range(kind.pairs):
        told = "".join(f"{_time(each[j]):>11}" for each in constants)
        lines.append(f"{f'RC pair {j + 1}, SOC 50 %':<22}" + told)
    if any(marks.values()):
        coldest, warmest = kind.table_temperatures[0] - ZERO, kind.table_temperatures[-1] - ZERO
        given = f"the tables reach from {coldest:.4g} to {warmest:.4g} degC"
        lines.append(f"note: * is extrapolated by activation energies; {given}")
    if all(np.array_equal(tables[0], table) for table in tables):
        lines.append("note: resistances do not depend on temperature; give energies or tables to change that")
    return lines


def _is_beyond(kind: CellParameters, celsius: float) -> bool:
    """Return whether resistances at a temperature are beyond those of the tables."""
    given = kind.table_temperatures
    return bool(given) and not given[0] <= celsius + ZERO <= given[-1]


def _time_constants(kind: CellParameters, soc: float, temperature: float) -> list[float]:
    at = np.linspace(0.0, 1.0, kind.nodes)
    pairs = zip(kind.resistances(temperature)[1:], kind.polarisation_capacitance, strict=True)
    return [
        float(np.interp(soc, at, resistance) * np.interp(soc, at, capacitance)) for resistance, capacitance in pairs
    ]


def _time(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds < 1000.0 else f"{seconds:.0f} s"
