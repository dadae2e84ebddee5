"""Cells as Thévenin equivalent circuits, each offering its network an affine port.

A cell has an open-circuit voltage, an ohmic resistance, RC pairs and hysteresis; it discharges itself and stores less
than the charge that it is given. Where its aging is declared, it counts stress for each law of aging, and takes lost
capacity and grown resistance.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...core.errors import InputError
from ...core.fields import Fields
from ...core.kernel import Block, kernel
from ...core.model import Model, Update
from ...core.variable import counted
from ..aging.kind import AgingParameters
from . import aged, aging_port, circuit, port, reported, step, stress
from .kind import CellParameters


@dataclass(frozen=True, kw_only=True, eq=False)
class EquivalentCircuitCell(CellParameters):
    """A kind of cell that is modelled by its equivalent circuit: a `CellModel`."""

    @property
    def nominal_capacity(self) -> float:
        """What C-rates are multiples of [C]: the capacity."""
        return self.capacity

    def declare(self, cells: int, aging: AgingParameters | None = None) -> Model:
        """Declare n cells of this kind, which age where `aging` is given."""
        return declare(cells, self, aging)

    def equivalent_circuit(self) -> CellParameters:
        """Return the circuit itself."""
        return self


def declare(cells: int, parameters: CellParameters, aging: AgingParameters | None = None) -> Model:
    """Declare n cells of one kind.

    Parameters
    ----------
    cells : int
        Number of cells, >= 1.
    parameters : CellParameters
        Start values of every cell; each may be given its own capacity, resistance scale and so on afterwards.
    aging : AgingParameters, optional
        How they age. Without it they have neither counters of stress nor inputs of aging.

    Raises
    ------
    InputError
        When they should lose active material, which equivalent circuits do not have.
    """
    if aging and aging.material.happens:
        raise InputError(
            f"{parameters.name}: an equivalent circuit has no active material to lose; a cell of physics has"
        )
    cells = counted("cells", cells, "cell")
    fields = circuit.fields(cells, parameters) + port.fields(cells) + step.fields(cells, parameters)
    modules = Fields(modules=(__name__, *fields.modules))
    if aging:
        fields = aged.fields(cells) + stress.fields(cells, parameters.nodes, aging) + fields
    return Model(
        name="Cell",
        description="Cells as Thévenin equivalent circuits with RC pairs, hysteresis, self-discharge and heat",
        fields=modules + fields,
        initialize=initialize_aging if aging else initialize,
        outputs_kernel=outputs_kernel,
        advance=advance_aging if aging else advance,
        refusals=reported.REFUSALS,
        update=Update.EXACT,
    )


@kernel
def initialize(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells new and at rest."""
    circuit.renew(x, p)
    step.settle(x, p, u, y)


@kernel
def initialize_aging(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Start all cells at rest, with the capacity and the resistances that aging has left, and all counters at 0."""
    aged.set_aged(x, p, u)
    aging_port.reset_sums(y)
    step.settle(x, p, u, y)
    stress.reset(x, p, y)


@kernel
def outputs_kernel(x: Block, p: Block, u: Block, y: Block, c: Block) -> None:
    """Compute the ports for the present `lookahead`."""
    port.reset_reports(y)
    for k in range(x.soc.shape[0]):
        port.offer_port(x, p, y, k)


@kernel
def advance(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Advance every cell by h seconds under constant current and temperature."""
    reported.reset_sums(x, y)
    for k in range(x.soc.shape[0]):
        circuit.heat_up(x, p, k, u.temperature[k])
        step.step(x, p, u, y, k, h)
    reported.write_extremes(x, y, h)
    return reported.within_range(y)


@kernel
def advance_aging(x: Block, p: Block, u: Block, y: Block, c: Block, t: float, h: float) -> int:
    """Take what aging has changed, advance every cell, and count what the step did to it."""
    reported.reset_sums(x, y)
    aging_port.reset_sums(y)
    for k in range(x.soc.shape[0]):
        shifted = aged.take_changes(x, p, u, y, k)
        if shifted != 0.0:
            stress.shift(x, k, shifted)
        if aged.adapt(x, p, u, k):
            stress.warm(x, p, k)
        start = x.soc[k]
        voltage = step.step(x, p, u, y, k, h)
        stress.count(x, p, y, k, start, voltage, h)
    reported.write_extremes(x, y, h)
    return reported.within_range(y)
