"""Object code of a model's kernels: numba compiles them, LLVM translates them for each target.

The kernels are compiled in a process of their own, for numba takes the processor that it compiles for, and whether
it may use Intel's vector mathematics, from the environment when it is imported. All targets share one intermediate
representation, made for the least processor; of the host's own processor nothing enters.

The object code defines ``model_initialize``, ``model_outputs`` and ``model_advance`` and nothing else that is
visible. It may call functions of C's mathematics and memory only: a kernel that allocates, raises or calls anything
else is refused by name.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core.errors import NumbaError

from ...core.cache import source_digest
from ...core.compilation.compiler import lowering_only, optimised, reached
from ...core.compilation.entry import block_types
from ...core.errors import InputError
from ...core.model import Model
from ..registry import maker
from .child import run
from .elf import undefined_symbols
from .platforms import LINUX, Target

ALLOWED = frozenset((
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "copysign", "cos", "cosh",
    "erf", "erfc", "exp", "exp2", "expm1", "fabs", "floor", "fma", "fmod", "frexp", "hypot", "ldexp", "log",
    "log10", "log1p", "log2", "memcpy", "memmove", "memset", "nearbyint", "pow", "rint", "round", "sin",
    "sincos", "sinh", "sqrt", "tan", "tanh", "tgamma", "trunc",
))  # fmt: skip
"""What object code may call: functions of C that neither allocate nor keep state."""

jit: Any = numba
"""Numba without its type hints, which leave out what is used here."""

types = jit.types

STEP = "model_advance"
ENTRIES = ("model_initialize", "model_outputs", STEP)

PICKLED = ".const.picklebuf"
"""Prefix of the name of an exception that numba keeps in the code."""

RELEASE = "NRT_MemInfo_call_dtor"
"""What numba calls to release memory; code that nobody calls names it in every kernel."""

ADDRESS = r"inttoptr \(i64 -?\d+|@numba\.dynamic\.globals\."
"""Pattern of a kernel that holds an address."""

COUNTING = r"call void @NRT_(in|de)cref\b"
"""Pattern of a kernel that has numba count the holders of an array, as one that leaves a loop by ``return`` may."""

TIMES = (types.float64, types.float64)
"""Time and step size."""

OPTIMISATION = 3
REFUSED = 2
"""The exit code of the child where a kernel does not fit."""

BOOT = """
import importlib, sys
sys.path.append(sys.argv[1])
importlib.import_module(sys.argv[2]).main()
"""


def component_code(name: str, arguments: Mapping[str, Any]) -> str:
    """Return the LLVM code of a component's kernels, as `kernel_code` has it, made in a process of its own.

    Parameters
    ----------
    name : str
        One of `registry.component_names`.
    arguments : mapping
        What that function takes, values that JSON can hold.

    Raises
    ------
    InputError
        When a kernel allocates, raises, or calls what is not allowed; the message names both. When a source file has
        changed since this process read them: what came of it would be kept under the name of the former ones.
    """
    request = {"component": name, "arguments": dict(arguments), "sources": source_digest()}
    command = [sys.executable, "-P", "-c", BOOT, str(Path(__file__).parents[3]), __name__]
    own = {
        "NUMBA_CPU_NAME": _least_processor(),
        "NUMBA_CPU_FEATURES": "",  # else the host's
        "NUMBA_DISABLE_INTEL_SVML": "1",
        "PYTHONHASHSEED": "0",  # the order of names in the code follows from hashes
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    done = run(command, Path(__file__).parent, kept | own, json.dumps(request))  # numba reads a file there
    if done.returncode == REFUSED:
        raise InputError(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"the kernels of {name} could not be compiled:\n{done.stderr}")
    return done.stdout


def main() -> None:
    """Compile what stdin asks for, and print its LLVM code; this runs in the child."""
    request = json.load(sys.stdin)
    component = maker(request["component"])
    try:
        if request["sources"] != source_digest():
            raise InputError("the source files of packfmu have changed since this program started; start it again")
        print(kernel_code(component(**request["arguments"]).model))
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(REFUSED)


def kernel_code(model: Model) -> str:
    """Return the LLVM code of a model's three kernels, checked.

    Each becomes ``int32 name(result *, excinfo **, double *x, int64 *layout of x, ... p, ... u, ... y, int64 *c, int64
    *layout of c)``, ``model_advance`` with ``double t, double h`` besides, and its status in ``*result``.

    Raises
    ------
    InputError
        When a kernel allocates, raises, or calls what is not allowed.
    """
    kernels = dict(zip(ENTRIES, (model.initialize, model.outputs_kernel, model.advance), strict=True))
    with lowering_only():
        compiled = {name: _compile(model, kernel, name == STEP) for name, kernel in kernels.items()}
    code = llvm.parse_assembly("")
    for name, (library, symbol) in compiled.items():
        module = llvm.parse_assembly(library.get_llvm_str())
        module.get_function(symbol).name = name
        code.link_in(module)
    libraries = [library for library, _ in compiled.values()]
    _strip(code)
    _check(model, code, libraries)
    _optimise(code)
    _check(model, code, libraries)
    return str(code)


def emit(code: str, target: Target) -> bytes:
    """Return the object file of LLVM code for one target."""
    machine = _machine(target)
    module = llvm.parse_assembly(code)
    module.triple = target.triple
    module.data_layout = str(machine.target_data)
    return bytes(machine.emit_object(module))


def _machine(target: Target) -> Any:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.processor, opt=OPTIMISATION, reloc="pic", codemodel="default"
    )


def _compile(model: Model, kernel: Any, steps: bool) -> tuple[Any, str]:
    """Return numba's library of a kernel, and the kernel's symbol in it."""
    arguments = (*block_types(model.structures), *(TIMES if steps else ()))
    try:
        kernel.compile(arguments)
    except NumbaError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{model.name}: {kernel.__name__} cannot be compiled: {reason}") from None
    result = kernel.overloads[arguments]
    return optimised(result.library), result.fndesc.llvm_func_name


def _strip(code: Any) -> None:
    """Hide everything but the entries, and drop what nobody calls."""
    for function in code.functions:
        if function.name in ENTRIES:
            function.visibility = "hidden"
        elif not function.is_declaration:
            function.linkage = "internal"
    for variable in code.global_variables:
        variable.linkage = "internal"
    builder = llvm.create_pass_builder(_machine(LINUX), llvm.create_pipeline_tuning_options(OPTIMISATION))
    manager = llvm.create_new_module_pass_manager()
    manager.add_global_dead_code_eliminate_pass()
    manager.add_strip_dead_prototype_pass()
    manager.run(code, builder)


def _optimise(code: Any) -> None:
    """Optimise the three kernels once more, for the least processor."""
    builder = llvm.create_pass_builder(_machine(LINUX), llvm.create_pipeline_tuning_options(OPTIMISATION))
    builder.getModulePassManager().run(code, builder)


def _check(model: Model, code: Any, libraries: list[Any]) -> None:
    """Raise InputError, naming kernel and symbol, where the code does what a kernel may not."""
    forbidden = set(undefined_symbols(emit(str(code), LINUX))) - ALLOWED
    if forbidden:
        symbol = min(forbidden, key=lambda name: (name == RELEASE, name))
        pattern = rf"@(llvm\.)?{re.escape(symbol)}\b"
        culprit = _counting(libraries) if symbol == RELEASE else _culprit(libraries, pattern)
        raise InputError(
            f"{model.name}: kernel {culprit} calls {symbol}, which object code may not; "
            "kernels allocate nothing and call only kernels and math"
        )
    for variable in code.global_variables:
        if variable.name.startswith(PICKLED):
            culprit = _culprit(libraries, re.escape(variable.name))
            raise InputError(f"{model.name}: kernel {culprit} raises an exception ({variable.name})")
    if re.search(ADDRESS, str(code)):
        raise InputError(
            f"{model.name}: kernel {_culprit(libraries, ADDRESS)} holds an address of this process, of a function "
            "called through ctypes or of a large global array; kernels call only kernels and math, and read what they "
            "are given"
        )


def _culprit(libraries: list[Any], pattern: str) -> str:
    """Return the name of the innermost kernel whose code matches; `libraries` hold the code of all that they call."""
    matching = (library for library in libraries if re.search(pattern, library.get_llvm_str()))
    return next((_innermost(library, pattern) for library in matching), "")


def _innermost(library: Any, pattern: str) -> str:
    """Return the name of the innermost kernel that matches with what it calls; numba's functions are their caller's."""
    for called in sorted(library._linking_libraries, key=lambda callee: callee.name):
        code = (each.get_llvm_str() for each in (called, *reached(called)))
        if not _is_of_numba(called) and any(re.search(pattern, text) for text in code):
            return _innermost(called, pattern)
    return str(library.name)


def _counting(libraries: list[Any]) -> str:
    """Return the name of the first kernel that has numba count who holds an array."""
    for library in libraries:
        for function in llvm.parse_assembly(library.get_llvm_str()).functions:
            if not function.is_declaration and re.search(COUNTING, str(function)):
                return _last_part(function.name)
    return ""


def _last_part(symbol: str) -> str:
    """Return the last part of a nested name, as the Itanium ABI mangles it: a length before each part."""
    parts, place = [symbol], len("_ZN")
    while length := re.match(r"\d+", symbol[place:]):
        start = place + length.end()
        place = start + int(length[0])
        parts.append(symbol[start:place])
    return parts[-1]


def _is_of_numba(library: Any) -> bool:
    functions = llvm.parse_assembly(library.get_llvm_str()).functions
    own = [f.name for f in functions if not f.is_declaration and f.linkage == llvm.Linkage.external]
    return not own or own[0].startswith(("_ZN5numba", "nrt_"))


def _least_processor() -> str:
    return LINUX.processor if platform.machine().lower() in {"x86_64", "amd64"} else "generic"
