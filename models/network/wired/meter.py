"""Voltages of groups and pack at the communication point, in a pack that is wired in any way.

Equations
---------
The network knows the voltages that the ports of the cells foresee, in the middle of a step. When cells have stepped,
each is off by ``d_k = voltage_k - foreseen_voltage_k``. A group is off by the mean of its cells, weighted by their
conductances g_k with their contacts, as in ideal busbars; a string by the sum of its groups; a module by the mean of
its strings, weighted by their conductances; the pack by the sum of its modules.

Limits
------
A string that is cut off takes part in the mean. What is off is of the second order of the step. Cells that are cut off
set no cut-off; the voltage of a pack without a way through it is 0.
"""

from __future__ import annotations

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.model import DONE, Model, Update
from ....core.variable import Count, DataType, Variable
from ...numerics import laplacian
from .. import kinds, ladder, meter, report
from .netlist import Netlist
from .system import NodalSystem, wire

SHARED = ("contact_resistance", "minimum_cell_voltage", "maximum_cell_voltage", *kinds.OWN)
"""The parameters of the network that the meter has to know."""


def declare(netlist: Netlist) -> Model:
    """Declare the meter of a pack that is wired by a netlist."""
    return Model(
        name="Meter",
        description="Voltages of groups and pack at the communication point",
        fields=fields(wire(netlist)),
        initialize=initialize,
        outputs_kernel=outputs_kernel,
        advance=advance,
        update=Update.EXACT,
    )


def fields(wiring: NodalSystem) -> Fields:
    """Return what network and cells tell, and the outputs that the meter and the network have in common."""
    groups, cells = Count(len(wiring.taps.first), "group"), Count(len(wiring.cells.first), "cell")
    network = ladder.port_fields(cells) + report.fields(cells, groups)

    def told(name: str, unit: str, size: Count | None, nominal: float, text: str) -> Variable:
        return Variable(name, unit, size, 0.0, -UNBOUNDED, UNBOUNDED, nominal, text)

    return Fields(
        parameters=tuple(v for v in network.parameters if v.name in SHARED),
        inputs=(
            told("voltage", "V", cells, 3.7, "Terminal voltage of the cell"),
            told("foreseen_voltage", "V", cells, 3.7, "What the network foresees of it"),
            told("resistance", "Ohm", cells, 1e-3, "Resistance of the cell's port"),
            told("foreseen_group_voltage", "V", groups, 3.7, "Voltage of the group in the middle of the step"),
            told("foreseen_pack_voltage", "V", None, 400.0, "Voltage of the pack in the middle of the step"),
            Variable(
                "cell_cut_off",
                "1",
                cells,
                0.0,
                0.0,
                1.0,
                1.0,
                "Whether nothing ties the cell to the terminals",
                data_type=DataType.BOOLEAN,
            ),
            Variable(
                "open_circuit",
                "1",
                None,
                0.0,
                0.0,
                1.0,
                1.0,
                "No way leads from one terminal to the other",
                data_type=DataType.BOOLEAN,
            ),
        ),
        outputs=(*(v for v in network.outputs if v.name in meter.READ), *report.GROUP_VOLTAGE_EXTREMES.variables),
        states=(
            state("off", "V", groups, "By how much the group's voltage is off"),
            state("conducted", "S", groups, "Conductance of the group", 0.0),
        ),
        constants=(
            laplacian.constant("cell_group", wiring.groups, "cell", "Group of each cell"),
            laplacian.constant("string_start", wiring.strings, "string", "Where the groups of each string begin"),
            laplacian.constant("module_start", wiring.modules, "module", "Where the strings of each module begin"),
        ),
        modules=(__name__,),
    )


@kernel
def compare(x: Block, p: Block, u: Block, c: Block) -> None:
    """Write by how much each group is off."""
    for g in range(x.off.shape[0]):
        x.off[g] = x.conducted[g] = 0.0
    for k in range(u.voltage.shape[0]):
        g = c.cell_group[k]
        conductance = 1.0 / max(u.resistance[k] + p.contact_resistance[k], meter.LEAST_RESISTANCE)
        x.off[g] += conductance * (u.voltage[k] - u.foreseen_voltage[k])
        x.conducted[g] += conductance
    for g in range(x.off.shape[0]):
        x.off[g] /= x.conducted[g]


@kernel
def module_off(x: Block, c: Block, m: int) -> float:
    """Return by how much the voltage of module m is off [V]."""
    total = weight = 0.0
    for s in range(c.module_start[m], c.module_start[m + 1]):
        off = resistance = 0.0
        for g in range(c.string_start[s], c.string_start[s + 1]):
            off += x.off[g]
            resistance += 1.0 / x.conducted[g]
        total += off / resistance
        weight += 1.0 / resistance
    return total / weight


@kernel
def read(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Write the voltages of groups and pack, and the cut-offs."""
    compare(x, p, u, c)
    for g in range(y.group_voltage.shape[0]):
        y.group_voltage[g] = u.foreseen_group_voltage[g] + x.off[g]
    y.pack_voltage = u.foreseen_pack_voltage
    if u.open_circuit < 0.5:
        for m in range(c.module_start.shape[0] - 1):
            y.pack_voltage += module_off(x, c, m)
    report.write_group_voltage_extremes(y.group_voltage, y)
    write_cut_offs(p, u, y)


@kernel
def write_cut_offs(p: Block, u: Block, y: Block) -> None:
    """Write the cut-offs of voltages, of cells that something ties to the terminals."""
    y.undervoltage = y.overvoltage = 0.0
    for k in range(u.voltage.shape[0]):
        if u.cell_cut_off[k] < 0.5:
            if u.voltage[k] < kinds.voltage_limit(p, k, -1.0, p.minimum_cell_voltage, 0.0):
                y.undervoltage = 1.0
            if u.voltage[k] > kinds.voltage_limit(p, k, 1.0, p.maximum_cell_voltage, 0.0):
                y.overvoltage = 1.0


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Read the voltages at the start."""
    read(x, p, u, y, c)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Do nothing: the limits hold from the next step on."""


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Read the voltages at the end of a step."""
    read(x, p, u, y, c)
    return DONE
