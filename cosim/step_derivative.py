"""The derivative of a step: how outputs at its end depend on inputs that are held in it.

No output has direct feedthrough, so the directional derivatives of FMI 2.0 would be 0 throughout. What a master can
use, to predict or to iterate, is how a whole step depends on its inputs. It follows from saved states and differences,
of slaves of any kind.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.variable import Causality, DataType
from ..coupling.port import Port
from ..coupling.slave import Slave, SlaveError

DIFFERENCE = float(np.finfo(np.float64).eps) ** (1.0 / 3.0)
"""Relative difference, 6e-6: in a central one it balances rounding and the next but one term of the series."""

Ends = tuple[float, NDArray[np.float64]]
"""Value of an input, and the outputs after a step in which it was held."""


def step_derivative(
    slave: Slave, ports: Mapping[str, Port], output: str, by: str, t: float, h: float
) -> NDArray[np.float64]:
    """Return the derivative of an output at the end of a step by an input that is held in it.

    Each element of the input is moved alone, up and down, by `DIFFERENCE` of its value or of its nominal value,
    whichever is more. The rounding of the outputs weighs about 2e-11 of them over that value, and so does the error of
    a smooth step. Where a bound is in the way, or a side is refused, the difference is one-sided, and its error about
    3e-6 of the second derivative times that value.

    Parameters
    ----------
    slave : Slave
        Ready to step from t. It is as it was afterwards, its inputs and outputs too.
    ports : mapping of str to Port
        Its ports, as its component has them.
    output, by : str
        Names of a Real output and of a Real input that the slave was opened with.
    t, h : float
        The step [s].

    Returns
    -------
    (outputs, inputs) array
        Unit of the output over unit of the input, a row an element of the output, a column one of the input.

    Raises
    ------
    InputError
        When there is no such Real output or input, or an element of the input can be moved neither way.
    SlaveError
        When the state cannot be saved.
    """
    _check(ports, output, Causality.OUTPUT, slave.outputs)
    _check(ports, by, Causality.INPUT, slave.inputs)
    state = slave.save()
    columns = [_column(slave, state, ports[by], element, output, t, h) for element in range(ports[by].count)]
    return np.stack(columns, axis=1)


def _check(ports: Mapping[str, Port], name: str, causality: Causality, opened: Mapping[str, object]) -> None:
    port = ports.get(name)
    if port is None or port.causality is not causality or port.data_type is not DataType.REAL or name not in opened:
        raise InputError(
            f"{name} is no Real {causality.value} that the slave was opened with; it has {', '.join(opened)}"
        )


def _column(
    slave: Slave, state: bytes, port: Port, element: int, output: str, t: float, h: float
) -> NDArray[np.float64]:
    """Return the derivative by one element of an input."""
    value = float(slave.inputs[port.name][element])
    length = DIFFERENCE * max(abs(value), port.nominal)
    ends: list[Ends] = []
    reason = f"{port.min:.9g} and {port.max:.9g} {port.unit} are its bounds"
    for moved in (value + length, value - length, value):
        if len(ends) == 2 or not port.min <= moved <= port.max:
            continue
        slave.inputs[port.name][element] = moved
        try:
            slave.step(t, h)
            ends.append((moved, slave.outputs[output].astype(np.float64)))
        except SlaveError as error:
            reason = str(error)
        finally:
            slave.restore(state)
    if len(ends) < 2:
        raise InputError(f"{port.name}[{element + 1}] = {value:.9g} {port.unit} can be moved neither way: {reason}")
    (first, above), (second, below) = ends
    return np.asarray((above - below) / (first - second))
