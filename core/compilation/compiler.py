"""How numba compiles kernels: those that others call are only lowered, what is called from outside is optimised.

By itself numba optimises every function, translates it to machine code, and wraps it for Python, before it does the
same with each of its callers. Here a kernel that is called from outside is optimised once, together with all kernels
that it calls. This takes about a third of the time. Results are the same: nothing lets LLVM change the order of
floating-point operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.registry import CPUDispatcher
from numba.core.sigutils import normalize_signature
from numba.core.typed_passes import (
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NoPythonSupportedFeatureValidation,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import (
    DeadBranchPrune,
    FixupArgs,
    GenericRewrites,
    IRProcessing,
    ReconstructSSA,
    TranslateByteCode,
)

from .fingerprint import fingerprint
from .kept import KernelCache

OPTIONS = {"nopython": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""What numba is told of every kernel."""

_callers: list[tuple[Kernel | None, Any]] = []
"""Kernels that are being compiled, each called by the one before, and their signatures; numba's lock guards it."""

_sessions: list[None] = []
"""The contexts of `together` that are open."""

_callees: list[tuple[Kernel, tuple[Any, ...]]] = []
"""The kernels that have only been lowered meanwhile, and the types of their arguments."""


class Kernel(CPUDispatcher):  # type: ignore[misc]
    """A function that numba compiles for the types that it is called with.

    Parameters
    ----------
    function : callable
        It allocates nothing, raises nothing, and calls only kernels and `math`.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function, targetoptions=dict(OPTIONS), pipeline_class=KernelCompiler)
        self._cache = KernelCache(function)

    def compile(self, sig: Any) -> Any:
        """Compile for a signature; inside of the compilation of another kernel only as far as that one needs."""
        with global_compiler_lock, _calling(self, sig):
            if is_called_by_another():
                self._cache.disable()  # what has only been lowered is of no use to others
            else:
                self._cache.enable()
                _forget((self, tuple(normalize_signature(sig)[0])))
            return self._lowered(sig) if is_called_by_another() else super().compile(sig)

    def _lowered(self, sig: Any) -> Any:
        """Lower for a signature, unless that has been done: what numba does without disk, events and timers."""
        arguments, result = normalize_signature(sig)
        kept = self.overloads.get(tuple(arguments))
        if kept is None:
            kept = self._compiler.compile(arguments, result)
            self.add_overload(kept)
        return kept.entry_point

    def add_overload(self, cres: Any) -> None:
        """Keep what has been compiled; what has only been lowered out of the reach of Python."""
        if not is_called_by_another():
            super().add_overload(cres)
            return
        arguments = tuple(cres.signature.args)
        self.overloads[arguments] = cres
        _callees.append((self, arguments))


@contextmanager
def together() -> Iterator[None]:
    """Lower only once the kernels that several others call, which are compiled meanwhile."""
    with global_compiler_lock:
        _sessions.append(None)
        try:
            yield
        finally:
            _sessions.pop()
            _end()


@contextmanager
def lowering_only() -> Iterator[None]:
    """Only lower the kernels that are compiled meanwhile: their code is for other processors."""
    with global_compiler_lock, _calling(None, ()):
        yield


def is_called_by_another() -> bool:
    """Whether the kernel that is being compiled is only lowered, for the one that calls it."""
    return len(_callers) > 1


def in_compilation(kind: Any) -> tuple[str, str]:
    """Return the name of the kernel that is being compiled, and that of its argument of a type; empty without one."""
    kernel, signature = _callers[-1] if _callers else (None, ())
    if kernel is None:
        return "", ""
    names = kernel.py_func.__code__.co_varnames
    arguments, _ = normalize_signature(signature)
    found = [name for name, argument in zip(names, arguments, strict=False) if argument == kind]
    return f"{kernel.py_func.__module__}.{kernel.py_func.__qualname__}", "".join(found[:1])


@contextmanager
def _calling(kernel: Kernel | None, signature: Any) -> Iterator[None]:
    """Note who calls whom; at the end forget what has only been lowered."""
    _callers.append((kernel, signature))
    try:
        yield
    finally:
        _callers.pop()
        _end()


def _end() -> None:
    """Forget what has only been lowered, where nothing is compiled any more."""
    while _callees and not _callers and not _sessions:
        _forget(_callees[-1])


def _forget(callee: tuple[Kernel, tuple[Any, ...]]) -> None:
    """Forget a kernel of these types of arguments, if it has only been lowered."""
    if callee in _callees:
        _callees.remove(callee)
        kernel, arguments = callee
        kernel.targetctx.remove_user_function(kernel.overloads.pop(arguments).entry_point)


class KernelLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of a kernel that is called from outside, with that of all that it calls."""

    def finalize(self) -> None:
        """Link the code of all kernels that are called, each once; optimise and translate it."""
        self._linking_libraries = reached(self)
        super().finalize()

    def _optimize_final_module(self) -> None:
        """Optimise twice: what has been inlined the first time is simplified the second time."""
        super()._optimize_final_module()
        super()._optimize_final_module()
        self._linking_libraries.clear()  # what they held is in this one now, and they are large


class LoweredLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of a kernel without that of the kernels that it calls, neither optimised nor translated."""

    def finalize(self) -> None:
        """Leave that to who calls the kernel."""
        self._finalize_dynamic_globals()
        self._finalized = True


def reached(library: JITCodeLibrary) -> list[JITCodeLibrary]:
    """Return the libraries of all kernels that the kernel of a library calls, through others too, each once.

    Each comes after all that may call it: a linker leaves out what nobody calls so far.
    """
    found: dict[JITCodeLibrary, None] = {}

    def visit(each: JITCodeLibrary) -> None:
        for called in each._linking_libraries:
            if called not in found:
                visit(called)
        found[each] = None

    visit(library)
    return list(found)[-2::-1]


def optimised(library: LoweredLibrary) -> LoweredLibrary:
    """Link and optimise the code of a kernel that has only been lowered, and return it; within `lowering_only`."""
    library._ensure_finalized()
    for called in reached(library):
        library._final_module.link_in(called._get_module_for_linking(), preserve=True)
    JITCodeLibrary._optimize_final_module(library)
    return library


def _name_by_code(function: Any) -> None:
    """Name the code of a kernel by what it computes.

    numba counts the functions that a process compiles. Two processes give the same number to different kernels of one
    name, and a third one that loads both from disk would call one for the other. A kernel that tells nothing of what
    it computes is never kept on disk, and keeps numba's name.
    """
    with suppress(TypeError):
        function.unique_id = int(fingerprint(function.func)[:15], 16)
        function.unique_name = f"{function.func_qualname}${function.unique_id}"


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):  # type: ignore[misc]
    """Lowers a kernel; one that another calls without a way in for Python."""

    _name = "kernel_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower, and let callers find what came of it."""
        _name_by_code(state.func_ir.func_id)
        codegen, name = state.targetctx.codegen(), state.func_id.func_qualname
        state.type_annotation = ""  # it would keep all that numba has found out about the function
        if not is_called_by_another():
            state.library = KernelLibrary(codegen, name)
            state.library.enable_object_caching()
            return bool(super().run_pass(state))
        state.library = LoweredLibrary(codegen, name)
        state.flags.no_compile = state.flags.no_cpython_wrapper = True
        super().run_pass(state)
        key = object()
        state.targetctx.insert_user_function(key, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=key)
        return True


PASSES = (
    TranslateByteCode,
    FixupArgs,
    IRProcessing,
    GenericRewrites,
    ReconstructSSA,
    DeadBranchPrune,
    NopythonTypeInference,
    PreLowerStripPhis,
    NoPythonSupportedFeatureValidation,
    IRLegalization,
    KernelLowering,
    NoPythonBackend,
)
"""What is done to a kernel: numba's passes but those for closures, contexts, whole arrays, and what is inlined."""


class KernelCompiler(CompilerBase):  # type: ignore[misc]
    """Compiles kernels by `PASSES`."""

    def define_pipelines(self) -> list[Any]:
        """Return the passes."""
        passes = PassManager("kernel")
        for each in PASSES:
            passes.add_pass(each, each.name())
        passes.finalize()
        return [passes]
