"""Ports: what a component offers to a system, whole arrays each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.bounds import first_beyond, out_of_bounds
from ..core.errors import InputError
from ..core.model import Model
from ..core.variable import Causality, DataType, Variable


@dataclass(frozen=True, eq=False)
class Port:
    """One variable of a component, an array as a whole.

    Parameters
    ----------
    name : str
        Base name, as in ``current`` for ``current[1]``, ``current[2]``, ...
    causality : Causality
        Parameter, input or output.
    data_type : DataType
        Real, integer or Boolean; an enumeration is an integer.
    unit : str
        SI unit, ``"1"`` for a number without one.
    shape : tuple of int
        Shape of the values; empty for a scalar.
    references : array of uint32, shape (count,)
        FMI value reference of each value, in storage order.
    start : array, shape (count,)
        Start values [unit], flat; NaN where there is none.
    min, max : float
        Bounds of what may be set [unit], both allowed.
    description, display_unit : str
        For people.
    nominal : float
        A typical magnitude [unit].
    slow, shifts, forecast, dimension, hold_tolerance, time_constant, sensitivity
        As `Variable` has them.
    """

    name: str
    causality: Causality
    data_type: DataType
    unit: str
    shape: tuple[int, ...]
    references: NDArray[np.uint32]
    start: NDArray[np.float64]
    min: float = -math.inf
    max: float = math.inf
    description: str = ""
    display_unit: str = ""
    nominal: float = 1.0
    slow: bool = False
    shifts: str = ""
    forecast: bool = False
    dimension: str = ""
    hold_tolerance: float = 0.0
    time_constant: str = ""
    sensitivity: str = ""

    @property
    def count(self) -> int:
        """Number of scalar values."""
        return math.prod(self.shape)

    def values(self, label: str, given: ArrayLike, rows: tuple[int, ...] = ()) -> NDArray[np.float64]:
        """Check what is given for this port and return it as an array of shape (*rows, count).

        Parameters
        ----------
        label : str
            What a message calls it.
        given : array_like
            Finite values [unit] of shape (*rows, *shape), or a scalar that fills it.
        rows : tuple of int
            Leading extents.

        Raises
        ------
        InputError
            When the shape does not fit, or a value is not a finite number within the bounds.
        """
        shape = (*rows, *self.shape)
        try:
            array = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError(f"{label} = {given!r} is not a number or an array of numbers") from None
        if array.shape not in ((), shape):
            raise InputError(f"{label}: values of shape {array.shape} do not fit {shape or 'a scalar'}")
        whole = self.data_type is not DataType.REAL
        place = first_beyond(array, self.min, self.max, whole)
        if place is not None:
            first = np.unravel_index(place, array.shape)
            index = f"[{','.join(str(i + 1) for i in first)}]" if first else ""
            raise InputError(
                out_of_bounds(f"{label}{index}", float(array[first]), self.unit, self.min, self.max, whole)
            )
        return np.broadcast_to(array, shape).reshape(*rows, self.count)


def ports_of(model: Model) -> dict[str, Port]:
    """Return the ports of a model by name; a value's reference is its position in the memory of an instance."""
    offsets = model.offsets()
    told = [variable for variable in model.interface if variable.count and not variable.hidden]
    ports = [_port(variable, offsets[variable.path]) for variable in told]
    return {port.name: port for port in ports}


def _port(variable: Variable, offset: int) -> Port:
    return Port(
        name=variable.listed_name,
        causality=variable.causality,
        data_type=variable.data_type,
        unit=variable.unit,
        shape=variable.shape,
        references=np.arange(offset, offset + variable.count, dtype=np.uint32),
        start=variable.start_values().ravel(),
        min=variable.min,
        max=variable.max,
        description=variable.description,
        display_unit=variable.display_unit,
        nominal=variable.nominal,
        slow=variable.slow,
        shifts=variable.shifts,
        forecast=variable.forecast,
        dimension=variable.dimension,
        hold_tolerance=variable.hold_tolerance,
        time_constant=variable.time_constant,
        sensitivity=variable.sensitivity,
    )
