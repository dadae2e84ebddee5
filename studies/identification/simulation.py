"""The Cell and Thermal models driven with the steps of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...core.instance import Instance
from ...core.kernel import Block, kernel
from ...models.cell import ecm
from ...models.cell.kind import CellParameters
from ...models.thermal import chain


class DrivenSteps(Protocol):
    """Length [s] and current [A] of steps, and the temperature of the air [K], each of shape (steps,)."""

    @property
    def duration(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def applied(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def ambient(self) -> NDArray[np.float64]: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class CellResponse:
    """What the models did in every step of a record.

    Parameters
    ----------
    voltage, soc, temperature : (steps,) array
        At the end of each step [V], [1], [K].
    heat_rate : (steps,) array
        Mean over each step [W].
    """

    voltage: NDArray[np.float64]
    soc: NDArray[np.float64]
    temperature: NDArray[np.float64]
    heat_rate: NDArray[np.float64]


def simulate_heating(steps: DrivenSteps, kind: CellParameters, soc: float, temperature: float) -> CellResponse:
    """Drive a cell that warms by its own heat in the air of the record.

    Parameters
    ----------
    steps : DrivenSteps
        Current and air temperature.
    kind : CellParameters
        The cell; its heat capacity and convection are those of the Thermal model's only node.
    soc : float
        State of charge at the start [1].
    temperature : float
        Of the cell at the start [K].
    """
    cell = _cell(kind, soc, temperature)
    node = Instance(
        chain.declare(1).with_start(
            {"heat_capacity": kind.heat_capacity, "convection": kind.convection, "initial_temperature": temperature}
        )
    )
    node.initialize()
    result = _empty(steps)
    _heat(
        (cell.x, cell.p, cell.u, cell.y, cell.c), (node.x, node.p, node.u, node.y, node.c),
        steps.duration, steps.applied, steps.ambient,
        result.voltage, result.soc, result.temperature, result.heat_rate,
    )  # fmt: skip
    return result


def simulate_held(
    steps: DrivenSteps, kind: CellParameters, soc: float, temperature: NDArray[np.float64]
) -> CellResponse:
    """Drive a cell, from rest at a state of charge, that is held at a temperature [K] in each step, shape (steps,)."""
    cell = _cell(kind, soc, float(temperature[0]))
    result = _empty(steps)
    _hold(
        (cell.x, cell.p, cell.u, cell.y, cell.c), steps.duration, steps.applied, temperature,
        result.voltage, result.soc, result.heat_rate,
    )  # fmt: skip
    result.temperature[:] = temperature
    return result


def _cell(kind: CellParameters, soc: float, temperature: float) -> Instance:
    cell = Instance(ecm.declare(1, kind).with_start({"initial_soc": soc, "temperature": temperature}))
    cell.initialize()
    return cell


def _empty(steps: DrivenSteps) -> CellResponse:
    voltage, soc, temperature, heat_rate = np.empty((4, len(steps.duration)))
    return CellResponse(voltage, soc, temperature, heat_rate)


@kernel
def _heat(
    cell: Block, node: Block, duration: Block, current: Block, ambient: Block,
    voltage: Block, soc: Block, temperature: Block, heat_rate: Block,
) -> None:  # fmt: skip
    x, p, u, y, c = cell
    node_x, node_p, node_u, node_y, node_c = node
    for n in range(duration.shape[0]):
        u.current[0], u.temperature[0] = current[n], node_y.temperature[0]
        ecm.advance(x, p, u, y, c, 0.0, duration[n])
        node_u.heat_rate[0], node_u.ambient_temperature = y.heat_rate[0], ambient[n]
        chain.advance(node_x, node_p, node_u, node_y, node_c, 0.0, duration[n])
        voltage[n], soc[n], heat_rate[n], temperature[n] = y.voltage[0], y.soc[0], y.heat_rate[0], node_y.temperature[0]


@kernel
def _hold(
    cell: Block, duration: Block, current: Block, temperature: Block, voltage: Block, soc: Block, heat_rate: Block
) -> None:
    x, p, u, y, c = cell
    for n in range(duration.shape[0]):
        u.current[0], u.temperature[0] = current[n], temperature[n]
        ecm.advance(x, p, u, y, c, 0.0, duration[n])
        voltage[n], soc[n], heat_rate[n] = y.voltage[0], y.soc[0], y.heat_rate[0]
