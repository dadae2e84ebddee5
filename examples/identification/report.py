"""What was identified, as lines for the parameter file and as tables to print."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from identification.basis import EDGES
from identification.campaign import Identified
from identification.figures import MASS, NODES, grid, spread

AMPERE_HOUR = 3600.0
SHOWN = np.arange(0, NODES, NODES // 10)
"""Nodes of the tables that are printed: every tenth of SOC."""


def scalar_lines(identified: Identified) -> list[str]:
    """Return the figures that are not tables, each with its 95 % interval."""
    figures, width, thermal = identified.figures, identified.spread, identified.thermal
    capacity, capacity_width = figures.capacity / AMPERE_HOUR, identified.capacity_width / AMPERE_HOUR
    constants = map(_with_width, figures.time_constant, width.time_constant)
    energies = map(_kilojoules, figures.polarisation_activation_energy, width.polarisation_activation_energy)
    specific, specific_width = figures.heat_capacity / MASS, thermal.heat_capacity / MASS
    return [
        f"capacity {capacity:.2f} +- {capacity_width:.2f} A.h",
        f"time constants {', '.join(constants)} and {figures.time_constant[-1]:.0f} s (set)",
        f"activation energy of R0 {_kilojoules(figures.ohmic_activation_energy, width.ohmic_activation_energy)} kJ/mol",
        f"activation energies of the pairs {', '.join(energies)} kJ/mol",
        f"heat capacity {figures.heat_capacity:.0f} +- {thermal.heat_capacity:.0f} J/K, over the mass of the cell "
        f"{specific:.0f} +- {specific_width:.0f} J/(kg K)",
        f"convection {figures.convection:.2f} +- {thermal.convection:.2f} W/K",
    ]


def docstring_lines(identified: Identified) -> str:
    """Return the identified figures as a list for the docstring of the parameter file."""
    widths = ", ".join(f"{1e3 * width:.2f}" for width in identified.thermal.entropic_coefficient)
    entropic = f"dU/dT at SOC 0, 0.1, .. 1 +- {widths} mV/K"
    return "\n".join(f"* {line}" for line in (*scalar_lines(identified), entropic))


def table(identified: Identified) -> str:
    """Return the tables at every tenth of SOC with their 95 % intervals, as Markdown."""
    figures, widths = identified.figures, np.split(identified.tables, EDGES[1:-1])
    entropic = identified.thermal.entropic_coefficient
    columns = [
        ("U [V]", _column(1.0, figures.open_circuit_voltage, widths[0], 4)),
        ("dU/dT [mV/K]", _column(1e3, figures.entropic_coefficient, entropic, 2)),
        ("R0 [mOhm]", _column(1e3, figures.ohmic_resistance, widths[1], 3)),
    ]
    for j, knots in enumerate(figures.polarisation_resistance):
        columns.append((f"R{j + 1} [mOhm]", _column(1e3, knots, widths[2 + j], 2)))
    heads = ["SOC", *(head for head, _ in columns)]
    rows = zip((f"{soc:.1f}" for soc in grid(NODES)[SHOWN]), *(cells for _, cells in columns), strict=True)
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows))


def _column(scale: float, values: NDArray[np.float64], widths: NDArray[np.float64], digits: int) -> list[str]:
    shown = zip(spread(values)[SHOWN], spread(widths)[SHOWN], strict=True)
    return [f"{scale * value:.{digits}f} ± {scale * width:.{digits}f}" for value, width in shown]


def _with_width(value: float, width: float) -> str:
    return f"{value:.1f} +- {width:.1f}"


def _kilojoules(energy: float, width: float) -> str:
    return _with_width(energy / 1e3, width / 1e3)
