"""What every cell is given in a step and reports after it, whatever its model.

Shared states
-------------
`current`, `greatest_rise` and `soc` are written by the models of cells.
"""

from __future__ import annotations

from ...core.bounds import UNBOUNDED
from ...core.kernel import Block, kernel
from ...core.model import DONE
from ...core.statistics import extremes_of
from ...core.timescale import time_constant, time_to_change
from ...core.variable import Detail, Variable
from .port import reset_reports

LEAST_SOC, MOST_SOC = -1.0, 2.0
"""Range of the state of charge: a step that would leave it is refused."""

SOC_TOLERANCE = 0.01
"""How far the state of charge may move from one step to the next, as others see it held meanwhile."""

SOC_TOO_LOW, SOC_TOO_HIGH = 1, 2
"""Statuses of a step after which a state of charge would be beyond its range."""

REFUSALS = {
    SOC_TOO_LOW: "soc[{y.soc_minimum_cell:.0f}] would be {y.soc_minimum:.9g}, below "
    f"{LEAST_SOC:g}; charge the cell, or take less from it",
    SOC_TOO_HIGH: "soc[{y.soc_maximum_cell:.0f}] would be {y.soc_maximum:.9g}, above "
    f"{MOST_SOC:g}; discharge the cell, or charge it less",
}


def voltage(cells: int) -> Variable:
    """Return the terminal voltage of n cells."""
    return Variable("voltage", "V", cells, 0.0, -UNBOUNDED, UNBOUNDED, 3.7,
                    "Terminal voltage at the communication point", detail=Detail.CELL)  # fmt: skip


def soc(cells: int) -> Variable:
    """Return the state of charge of n cells."""
    return Variable("soc", "1", cells, 0.0, LEAST_SOC, MOST_SOC, 1.0, "State of charge", display_unit="%", slow=True,
                    hold_tolerance=SOC_TOLERANCE, time_constant="timescale.soc",
                    sensitivity="sensitivity.soc")  # fmt: skip


VOLTAGE_EXTREMES, SOC_EXTREMES = extremes_of(voltage(1)), extremes_of(soc(1))
write_voltage_extremes, write_soc_extremes = VOLTAGE_EXTREMES.write, SOC_EXTREMES.write


def inputs(cells: int, temperature: float) -> tuple[Variable, ...]:
    """Return what n cells are given, at first at a temperature [K]."""
    return (
        Variable("current", "A", cells, 0.0, -UNBOUNDED, UNBOUNDED, 30.0,
                 "Current into the cell, constant in a step"),
        Variable("temperature", "K", cells, temperature, 200.0, 500.0, 300.0,
                 "Temperature of the cell, constant in a step", display_unit="degC",
                 sensitivity="sensitivity.temperature"),
    )  # fmt: skip


def outputs(cells: int) -> tuple[Variable, ...]:
    """Return what n cells report."""
    return (
        voltage(cells),
        soc(cells),
        Variable("heat_rate", "W", cells, 0.0, -UNBOUNDED, UNBOUNDED, 1.0, "Heat generated, mean over the step"),
        time_constant("soc", "Time in which a SOC changes by 0.01 at the present load"),
        *_ledger(),
        *(VOLTAGE_EXTREMES.variables + SOC_EXTREMES.variables),
    )


def states(cells: int) -> tuple[Variable, ...]:
    """Return what n cells remember of the last step."""
    return (
        Variable("current", "A", cells, 0.0, -UNBOUNDED, UNBOUNDED, 30.0, "Current of the last step"),
        Variable("greatest_rise", "1", None, 0.0, -UNBOUNDED, UNBOUNDED, 1.0,
                 "Greatest change of a state of charge in the last step"),
    )  # fmt: skip


def _ledger() -> tuple[Variable, ...]:
    """Return the integrals over a step."""
    return tuple(
        Variable(name, unit, None, 0.0, -UNBOUNDED, UNBOUNDED, 1e3, f"{text}, all cells, over the step")
        for name, unit, text in (
            ("electrical_energy", "J", "Energy that entered at the terminals"),
            ("stored_energy", "J", "Change of the stored energy"),
            ("heat", "J", "Heat generated"),
            ("table_energy", "J", "Change of the stored energy by the tables' dependence on SOC"),
            ("charge", "C", "Charge that entered at the terminals"),
            ("stored_charge", "C", "Change of the stored charge"),
            ("lost_charge", "C", "Charge lost to self-discharge and Coulombic inefficiency"),
        )
    )


@kernel
def reset_sums(x: Block, y: Block) -> None:
    """Set what a step adds up over all cells to 0, and report no time constant and no sensitivity."""
    x.greatest_rise = 0.0
    y.electrical_energy = y.stored_energy = y.heat = y.table_energy = 0.0
    y.charge = y.stored_charge = y.lost_charge = 0.0
    reset_reports(y)


@kernel
def write_extremes(x: Block, y: Block, h: float) -> None:
    """Write the extremes of voltage and SOC, and how fast the SOC changes, after a step of h [s]."""
    write_voltage_extremes(y.voltage, y)
    write_soc_extremes(y.soc, y)
    y.timescale_soc = time_to_change(SOC_TOLERANCE, x.greatest_rise, h)


@kernel
def within_range(y: Block) -> int:
    """Return ``DONE``, or the status that tells which way a state of charge has left its range."""
    if y.soc_minimum < LEAST_SOC:
        return SOC_TOO_LOW
    return SOC_TOO_HIGH if y.soc_maximum > MOST_SOC else DONE
