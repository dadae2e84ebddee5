"""Kernels as plain functions of Python: for what is computed once, where compiling would take longer."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

from .block.block_type import nothing
from .block.memory import BlockMemory
from .compilation.compiler import Kernel
from .instance import blocks_of
from .model import Model

_functions: dict[Any, Callable[..., Any]] = {}


def interpreted(kernel: Any) -> Callable[..., Any]:
    """Return the function of a kernel, in which all kernels that it calls are functions, too."""
    if kernel in _functions:
        return _functions[kernel]
    function = kernel.py_func
    cells = tuple(CellType() for _ in function.__closure__ or ())
    names: dict[str, Any] = {"__builtins__": builtins}
    plain = FunctionType(function.__code__, names, function.__name__, function.__defaults__, cells)
    _functions[kernel] = plain  # kernels may refer to each other
    for cell, own in zip(cells, function.__closure__ or (), strict=True):
        cell.cell_contents = _plain(own.cell_contents)
    for name in function.__code__.co_names:
        if name in function.__globals__:
            names[name] = _plain(function.__globals__[name])
    return plain


def outputs_at_start(model: Model) -> BlockMemory:
    """Return the outputs of a model after the initialisation from its start values."""
    _, (x, p, u, y, c) = blocks_of(model)
    with np.errstate(all="ignore"):  # as compiled kernels do
        interpreted(model.initialize)(x, p, u, y, c)
    return y


class _Module:
    """A module, its kernels as plain functions."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        value = _plain(getattr(self._module, name))
        setattr(self, name, value)
        return value


def _plain(value: Any) -> Any:
    if value is nothing:
        return lambda: None  # no kernel asks it for a field
    if isinstance(value, Kernel):
        return interpreted(value)
    return _Module(value) if isinstance(value, ModuleType) else value
