"""What a cell of physics is, as text and as a figure: chemistry, electrodes, window, resistances, electrolyte, mesh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...models.cell.physics.cell import ElectrochemicalCell
from ...models.electrochemistry.kind import Electrode, Physics
from ...models.electrochemistry.lithium import rest_voltages
from ...models.numerics.arrhenius import acceleration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMES = {
    Physics.SPM: "SPM, single particles",
    Physics.SPME: "SPMe, single particles with electrolyte",
    Physics.DFN: "DFN, porous electrodes",
}

STATES = (0.1, 0.5, 0.9)
"""States of charge where resistances are told."""

TEMPERATURES = (0.0, 25.0, 45.0)
"""Where the conductivity is drawn [degC]."""

STYLES = (("#08306b", "-"), ("#2171b5", "--"), ("#e6550d", "-."))
"""Colour and dashes, which tell lines apart in grey."""

AMPERE_HOUR, MICRO, ZERO = 3600.0, 1e6, 273.15


def describe_physics(kind: ElectrochemicalCell, notes: Sequence[str] = ()) -> str:
    """Return a cell of physics as lines of text.

    Parameters
    ----------
    kind : ElectrochemicalCell
        The cell.
    notes : sequence of str
        Put at the end, a line each.
    """
    rows = [
        *_whole(kind),
        *_electrode("negative electrode", kind.negative),
        *_electrode("positive electrode", kind.positive),
        *_porous(kind),
        *_rest(kind),
    ]
    width = max(len(name) for name, _ in rows) + 2
    lines = [kind.name, "", *(f"{name:<{width}}{text}" for name, text in rows), "", *_resistances(kind)]
    return "\n".join([*lines, *(f"note: {note}" for note in (*kind.notes, *notes))])


def draw_physics(kind: ElectrochemicalCell) -> Figure:
    """Return a figure of a cell of physics, not attached to any global state.

    Open-circuit potentials of both electrodes, open-circuit voltage and resistances of the cell over SOC, and where the
    model has an electrolyte its conductivity and diffusivity.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  # a command line that draws nothing waits for it else

    rows = 2 if kind.physics is Physics.SPM else 3
    figure = Figure(figsize=(10.0, 2.9 * rows), layout="constrained")
    axes = [figure.add_subplot(rows, 2, number + 1) for number in range(2 * rows)]
    figure.suptitle(f"{kind.name}, {kind.capacity / AMPERE_HOUR:.4g} A.h")
    _draw_potential(axes[0], kind.negative, "negative electrode")
    _draw_potential(axes[1], kind.positive, "positive electrode")
    _draw_voltage(axes[2], kind)
    _draw_resistances(axes[3], kind)
    if rows == 3:
        _draw_electrolyte(axes[4], kind, "conductivity", "S/m")
        _draw_electrolyte(axes[5], kind, "diffusivity", "m2/s")
    return figure


def _whole(kind: ElectrochemicalCell) -> list[tuple[str, str]]:
    hours = kind.capacity / AMPERE_HOUR
    mean = float(np.mean(kind.open_circuit(np.linspace(0.0, 1.0, 1001))))
    empty, full = rest_voltages(kind)
    limits = kind.limits
    rates = [current * AMPERE_HOUR / kind.nominal_capacity for current in
             (limits.maximum_charge_current, limits.maximum_discharge_current)]  # fmt: skip
    mixed = [" and ".join(m.name for m in electrode.materials) for electrode in kind.electrodes]
    return [
        ("model", NAMES[kind.physics]),
        *([("chemistry", f"{mixed[1]} against {mixed[0]}")] if mixed[0] != mixed[1] else []),
        ("capacity", f"{hours:.5g} A.h between SOC 0 and 1; nominal {kind.nominal_capacity / AMPERE_HOUR:.4g} A.h"),
        ("energy", f"{hours * mean:.4g} Wh at {mean:.3f} V in the mean, without a current"),
        ("open-circuit voltage", f"{empty:.5f} to {full:.5f} V"),
        ("voltage limits", f"{limits.minimum_voltage:.3f} to {limits.maximum_voltage:.3f} V"),
        ("greatest charge", f"{limits.maximum_charge_current:.4g} A, {rates[0]:.3g}C"),
        ("greatest discharge", f"{limits.maximum_discharge_current:.4g} A, {rates[1]:.3g}C"),
        ("area", f"{1e4 * kind.area:.5g} cm2, {hours / kind.area / 10.0:.3g} mA.h/cm2"),
    ]


def _electrode(name: str, electrode: Electrode) -> list[tuple[str, str]]:
    rows = [(name, f"{MICRO * electrode.thickness:.4g} um thick")]
    for material in electrode.materials:
        least, most = material.minimum_stoichiometry, material.maximum_stoichiometry
        middle = float(material.diffusivity(0.5))
        time = material.radius**2 / middle
        rows.append(
            (
                f"  {material.name}",
                f"radius {MICRO * material.radius:.3g} um, {material.active_fraction:.1%} of the volume, stoichiometry "
                f"{least:.4f} to {most:.4f}, D_s {middle:.3g} m2/s{'' if material.diffusivity.constant else ' at 0.5'} "
                f"(R2/D {time:.4g} s), i_ref {material.exchange_current:.3g} A/m2",
            )
        )
    return rows


def _porous(kind: ElectrochemicalCell) -> list[tuple[str, str]]:
    """Return what single particles do not have."""
    if kind.physics is Physics.SPM:
        return []
    layers = (kind.negative, kind.separator, kind.positive)
    electrolyte, rest = kind.electrolyte, kind.electrolyte.concentration
    mesh = kind.mesh
    return [
        ("separator", f"{MICRO * kind.separator.thickness:.4g} um thick"),
        ("porosity", " / ".join(f"{layer.porosity:.3g}" for layer in layers)),
        ("transport efficiency", " / ".join(f"{layer.transport_efficiency:.3g}" for layer in layers)),
        ("electrolyte", f"{rest:.4g} mol/m3, t+ {electrolyte.transference:.3g}, kappa "
         f"{float(electrolyte.conductivity(rest)):.3g} S/m, D_e {float(electrolyte.diffusivity(rest)):.3g} m2/s"),
        ("mesh", f"{mesh.negative} / {mesh.separator} / {mesh.positive} volumes, {mesh.modes} modes a particle"),
    ]  # fmt: skip


def _rest(kind: ElectrochemicalCell) -> list[tuple[str, str]]:
    heat = f"{kind.heat_capacity:.4g} J/K, {kind.heat_capacity / kind.mass:.4g} J/(kg K) of {kind.mass:.3g} kg"
    rows = [("heat capacity", heat)]
    if kind.convection:
        rows.append(("convection", f"{kind.convection:.3g} W/K"))
    return [*rows, ("source", kind.source or "not told")]


def _resistances(kind: ElectrochemicalCell) -> list[str]:
    told = [f"{'':22}" + "".join(f"{f'SOC {soc:.0%}':>11}" for soc in STATES)]
    for name, found in (("at once", kind.immediate_resistance), ("settled", kind.settled_resistance)):
        values = "".join(f"{1e3 * float(value):>11.4g}" for value in found(np.array(STATES)))
        told.append(f"{f'mOhm {name}':<22}" + values)
    return told


def _draw_potential(axes: Axes, electrode: Electrode, name: str) -> None:
    for material, (colour, dashes) in zip(electrode.materials, STYLES * len(electrode.materials), strict=False):
        curve = material.open_circuit_potential
        x = np.linspace(curve.low, curve.high, 501)
        axes.plot(x, curve(x), color=colour, linestyle=dashes, linewidth=1.4, label=material.name)
        for limit in (material.minimum_stoichiometry, material.maximum_stoichiometry):
            axes.axvline(limit, color=colour, linewidth=0.8, linestyle=":")
    _finish(axes, f"Open-circuit potential of the {name}", "stoichiometry", "V against Li/Li+")
    axes.legend(fontsize="small")


def _draw_voltage(axes: Axes, kind: ElectrochemicalCell) -> None:
    soc = np.linspace(0.0, 1.0, 501)
    axes.plot(100.0 * soc, kind.open_circuit(soc), color="black", linewidth=1.4)
    for limit, label in ((kind.limits.minimum_voltage, "limits"), (kind.limits.maximum_voltage, "")):
        axes.axhline(limit, color="0.3", linewidth=1.0, linestyle=":", label=label)
    _finish(axes, "Open-circuit voltage", "SOC [%]", "V")
    axes.legend(fontsize="small")


def _draw_resistances(axes: Axes, kind: ElectrochemicalCell) -> None:
    soc = np.linspace(0.02, 0.98, 193)
    found = (("at once", kind.immediate_resistance), ("settled", kind.settled_resistance))
    for (name, resistance), (colour, dashes) in zip(found, STYLES, strict=False):
        axes.plot(100.0 * soc, 1e3 * resistance(soc), color=colour, linestyle=dashes, linewidth=1.4, label=name)
    _finish(axes, "Resistance under a small current", "SOC [%]", "mOhm")
    axes.set_ylim(bottom=0.0)
    axes.legend(fontsize="small")


def _draw_electrolyte(axes: Axes, kind: ElectrochemicalCell, name: str, unit: str) -> None:
    curve = getattr(kind.electrolyte, name)
    energy = getattr(kind.electrolyte, f"{name}_activation_energy")
    x = np.linspace(curve.low, curve.high, 401)
    for celsius, (colour, dashes) in zip(TEMPERATURES, STYLES, strict=True):
        faster = acceleration(energy, celsius + ZERO, kind.reference_temperature)
        axes.plot(x, faster * curve(x), color=colour, linestyle=dashes, linewidth=1.4, label=f"{celsius:g} degC")
    axes.axvline(kind.electrolyte.concentration, color="0.3", linewidth=1.0, linestyle=":")
    _finish(axes, f"{name.capitalize()} of the electrolyte", "mol/m3", unit)
    axes.legend(fontsize="small")


def _finish(axes: Axes, title: str, across: str, up: str) -> None:
    axes.set(title=title, xlabel=across, ylabel=up)
    axes.title.set_fontsize("medium")
    axes.grid(visible=True, color="0.9")
