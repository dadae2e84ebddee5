"""The Cell and Thermal models driven with the steps of a measured record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from leaf_records import Record
from numpy.typing import NDArray
from scipy.optimize import brentq

from packfmu.core.instance import Instance
from packfmu.core.kernel import Block, kernel
from packfmu.core.model import Model
from packfmu.models.cell import ecm as cell_ecm
from packfmu.models.cell.kind import CellParameters
from packfmu.models.thermal import chain as thermal


@dataclass(frozen=True, eq=False)
class Simulation:
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


def simulate_heating(record: Record, kind: CellParameters, soc: float, temperature: float) -> Simulation:
    """Drive a cell that warms by its own heat in the air of the record.

    Parameters
    ----------
    record : Record
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
        thermal.declare(1).with_start(
            {"heat_capacity": kind.heat_capacity, "convection": kind.convection, "initial_temperature": temperature}
        )
    )
    node.initialize()
    result = _empty(record)
    _heat(
        (cell.x, cell.p, cell.u, cell.y, cell.c), (node.x, node.p, node.u, node.y, node.c),
        record.duration, record.applied, record.ambient,
        result.voltage, result.soc, result.temperature, result.heat_rate,
    )  # fmt: skip
    return result


def simulate_held(record: Record, kind: CellParameters, soc: float, temperature: NDArray[np.float64]) -> Simulation:
    """Drive a cell that is held at the given temperature [K] in each step, shape (steps,)."""
    cell = _cell(kind, soc, float(temperature[0]))
    result = _empty(record)
    _hold(
        (cell.x, cell.p, cell.u, cell.y, cell.c), record.duration, record.applied, temperature,
        result.voltage, result.soc, result.heat_rate,
    )  # fmt: skip
    result.temperature[:] = temperature
    return result


def rested_soc(record: Record, drive: Callable[[float], Simulation]) -> float:
    """SOC at the start that puts the end of the first rest after the full charge on its measured voltage.

    Parameters
    ----------
    record : Record
        Begins below a tenth of the capacity.
    drive : callable
        Simulates the record from a SOC.
    """
    step = record.last_steps[record.rested]
    return float(brentq(lambda soc: drive(soc).voltage[step] - record.voltage[record.rested], 0.0, 0.1, xtol=1e-9))


def _cell(kind: CellParameters, soc: float, temperature: float) -> Instance:
    model: Model = cell_ecm.declare(1, kind).with_start({"initial_soc": soc, "temperature": temperature})
    cell = Instance(model)
    cell.initialize()
    return cell


def _empty(record: Record) -> Simulation:
    voltage, soc, temperature, heat_rate = np.empty((4, len(record.duration)))
    return Simulation(voltage, soc, temperature, heat_rate)


@kernel
def _heat(
    cell: Block, node: Block, duration: Block, current: Block, ambient: Block,
    voltage: Block, soc: Block, temperature: Block, heat_rate: Block,
) -> None:  # fmt: skip
    x, p, u, y, c = cell
    node_x, node_p, node_u, node_y, node_c = node
    for n in range(duration.shape[0]):
        u.current[0], u.temperature[0] = current[n], node_y.temperature[0]
        cell_ecm.advance(x, p, u, y, c, 0.0, duration[n])
        node_u.heat_rate[0], node_u.ambient_temperature = y.heat_rate[0], ambient[n]
        thermal.advance(node_x, node_p, node_u, node_y, node_c, 0.0, duration[n])
        voltage[n], soc[n], heat_rate[n], temperature[n] = y.voltage[0], y.soc[0], y.heat_rate[0], node_y.temperature[0]


@kernel
def _hold(
    cell: Block, duration: Block, current: Block, temperature: Block, voltage: Block, soc: Block, heat_rate: Block
) -> None:
    x, p, u, y, c = cell
    for n in range(duration.shape[0]):
        u.current[0], u.temperature[0] = current[n], temperature[n]
        cell_ecm.advance(x, p, u, y, c, 0.0, duration[n])
        voltage[n], soc[n], heat_rate[n] = y.voltage[0], y.soc[0], y.heat_rate[0]
