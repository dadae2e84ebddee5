"""Kernels: functions that numba compiles once a machine, and source that is generated for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from .compilation.compiler import Kernel
from .compilation.generated import execute

Block = Any
"""A block of fields as kernels take it, `BlockMemory` to the interpreter; or an array of one."""

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function that allocates nothing, raises nothing, and calls only kernels and `math`."""
    return cast(Function, Kernel(function))


def generated(name: str, arguments: str, body: str, called: Mapping[str, Any], module: str) -> Callable[..., Any]:
    """Return a kernel of one line that calls others by name: numba compiles no kernel that is passed as a value.

    Parameters
    ----------
    name, arguments, body : str
        Of the kernel.
    called : mapping of str to Any
        What the line names.
    module : str
        Name of the module that the kernel belongs to.
    """
    return _generated(name, arguments, body, tuple(called.items()), module)


@cache
def _generated(
    name: str, arguments: str, body: str, called: tuple[tuple[str, Any], ...], module: str
) -> Callable[..., Any]:
    """Return the one kernel of these arguments, so that it is compiled once."""
    namespace = {"__name__": module, **dict(called)}
    execute(f"def {name}({arguments}):\n    {body}\n", name, namespace)
    return kernel(cast(Callable[..., Any], namespace[name]))
