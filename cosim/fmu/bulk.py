"""Values of an FMU that are set or got in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ctypes import POINTER
from typing import Any

import numpy as np
from fmpy.fmi2 import fmi2Integer, fmi2Real, fmi2ValueReference

from ...core.variable import DataType
from ...coupling.port import Port
from ...coupling.slave import Values


class Bulk:
    """Values of ports of one kind, set or got in one call.

    Parameters
    ----------
    name : str
        Of the function.
    call : callable
        The function of the library: ``call(component, references, count, values)``, the status.
    component : pointer
        The FMU's instance.
    ports : sequence of Port
        Ports of one kind, at least one.
    """

    def __init__(self, name: str, call: Callable[..., int], component: Any, ports: Sequence[Port]) -> None:
        self.name = name
        real = ports[0].data_type is DataType.REAL
        scalar = fmi2Real if real else fmi2Integer
        self.values: Values = np.zeros(sum(port.count for port in ports), np.float64 if real else np.int32)
        references = np.concatenate([port.references for port in ports])
        ends = np.cumsum([port.count for port in ports])
        self.views = {p.name: self.values[e - p.count : e] for p, e in zip(ports, ends, strict=True)}
        pointers = references.ctypes.data_as(POINTER(fmi2ValueReference)), self.values.ctypes.data_as(POINTER(scalar))
        self._call = call
        self._arguments = (component, pointers[0], len(self.values), pointers[1])

    def __call__(self) -> int:
        """Set or get the values; return the status."""
        return self._call(*self._arguments)
