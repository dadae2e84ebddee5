"""What a kernel computes, as a hash: its code, and all that the code refers to, through every kernel that it calls.

numba names what it keeps on disk by a function's own code only. A kernel changes too when one that it calls does, and
generated kernels of one source differ in what they call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dis import get_instructions
from enum import EnumType
from functools import cache
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from ..cache import SOURCES
from .generated import GENERATED

PACKAGE = Path(__file__).parents[2]
"""The folder of the package."""

PLAIN = (BuiltinFunctionType, bool, int, float, complex, str, bytes, type(None))
"""Types of values that their text tells in full; functions of C by their name."""

SILENT = ("CACHE", "PUSH_NULL")
NAMES = ("LOAD_GLOBAL", "LOAD_DEREF", "LOAD_NAME")
ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD")
"""Instructions of Python's byte code: those between two that matter, and those that name a value or a part of it."""


Teller = Callable[[CodeType, FunctionType], Iterator[str]]
"""What tells a code in words."""


@cache
def fingerprint(kernel: Any) -> str:
    """Return the hash of a kernel, in 64 hexadecimal digits; that of its byte code, so another one for another Python.

    Parameters
    ----------
    kernel : kernel or function
        Its code may refer to kernels, modules, enumerations, named tuples, and plain values.

    Raises
    ------
    TypeError
        When it refers to anything else; the message names both.
    """
    return _hash(kernel, fingerprint, _byte_code)


@cache
def identity(kernel: Any) -> str:
    """Return what tells a kernel from others of the same sources of the package: a hash for every version of Python.

    Parameters and errors are those of `fingerprint`. Of a kernel in the package its name is enough, and of a generated
    one its source.
    """
    return _hash(kernel, identity, _name_or_source)


def _hash(kernel: Any, of_others: Callable[[Any], str], tell: Teller) -> str:
    return hashlib.sha256(
        "\n".join(_function(getattr(kernel, "py_func", kernel), of_others, tell)).encode()
    ).hexdigest()


def _function(function: FunctionType, of_others: Callable[[Any], str], tell: Teller) -> Iterator[str]:
    """Yield a text for everything that a function is made of."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    known = function.__globals__ | {name: cell.cell_contents for name, cell in cells}
    yield repr(function.__defaults__)
    for code in _codes(function.__code__):
        yield from tell(code, function)
        yield from (_value(value, function, of_others) for value in _referred(code, known))


def _byte_code(code: CodeType, function: FunctionType) -> Iterator[str]:
    yield f"{code.co_code.hex()} {code.co_argcount} {code.co_varnames} {code.co_names} {code.co_freevars}"
    constants = (constant for constant in code.co_consts if not isinstance(constant, CodeType))
    yield from (_value(constant, function, fingerprint) for constant in constants)


def _name_or_source(code: CodeType, function: FunctionType) -> Iterator[str]:
    if code.co_filename in GENERATED:
        yield GENERATED[code.co_filename]
    elif Path(code.co_filename).is_relative_to(PACKAGE) and function.__module__.split(".")[1] in SOURCES:
        yield f"{function.__module__.partition('.')[2]} {code.co_qualname}"
    else:
        yield from _byte_code(code, function)


def _referred(code: CodeType, known: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what the names of a code stand for; of modules the values that it takes from them."""
    instructions = [one for one in get_instructions(code) if one.opname not in SILENT]
    for one, after in zip(instructions, [*instructions[1:], None], strict=True):
        if one.opname in NAMES and one.argval in known:
            value = known[one.argval]
            is_module = isinstance(value, ModuleType) and after is not None and after.opname in ATTRIBUTES
            yield getattr(value, after.argval) if is_module and after is not None else value


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _value(value: Any, function: FunctionType, of_others: Callable[[Any], str]) -> str:
    """Return a text that tells a value."""
    if isinstance(value, tuple):
        return f"{type(value).__qualname__}{[_value(item, function, of_others) for item in value]}"
    if isinstance(value, EnumType):
        return repr([(name, getattr(value, name).value) for name in value.__members__])
    if isinstance(value, type):
        return f"{value.__module__.partition('.')[2]}.{value.__qualname__} {getattr(value, '_fields', ())}"
    if isinstance(value, FunctionType) or hasattr(value, "py_func"):
        return of_others(value)
    if hasattr(value, "fingerprint"):
        return str(value.fingerprint)
    if isinstance(value, PLAIN):
        return repr(value)
    raise TypeError(f"kernel {function.__qualname__} refers to {value!r}, which tells nothing of what it computes")
