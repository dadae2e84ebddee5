"""Compiled kernels on disk: what numba has compiled on this machine it loads the next time.

numba's own cache sees changes in a function's own file only, and its index can name another process's code. Here a file
is named by a hash of the kernel with all that it calls, the types of its arguments, and the processor.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.environment import _rebuild_env
from numba.core.registry import cpu_target
from numba.core.serialize import dumps
from numba.core.sigutils import normalize_signature

from ..cache import code_folder, made_once, read_kept, write_kept
from ..errors import InputError
from .fingerprint import fingerprint
from .generated import GENERATED

ROOT = __name__.partition(".")[0]
"""The name of this package: inside an FMU of the Python flavour it has another one."""


class KernelCache(_Cache):  # type: ignore[misc]
    """What a kernel of numba asks for code, and gives what it has compiled; where no file can be written, nothing.

    Parameters
    ----------
    function : callable
        What is compiled.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._enabled = True

    @property
    def cache_path(self) -> str:
        """The folder of the files; empty where there can be none."""
        with suppress(InputError):
            return str(code_folder("kernels"))
        return ""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for a signature; None where there is none, or it was kept for a module that is not here."""
        target_context.refresh()
        with suppress(OSError, InputError, ImportError):
            body = read_kept(self._path(sig, target_context.codegen())) if self._enabled else None
            if body is not None:
                return CompileResult._rebuild(target_context, *_Reader(io.BytesIO(body)).load())
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for a signature."""
        with suppress(OSError, InputError):
            if self._enabled and not data.library.has_dynamic_globals:
                write_kept(self._path(sig, data.codegen), dumps(ROOT) + dumps(data._reduce()))
                self._keep_source()

    @contextmanager
    def alone(self, arguments: tuple[Any, ...]) -> Iterator[None]:
        """Keep other processes from compiling for these types of arguments meanwhile."""
        with made_once(self._path(arguments, cpu_target.target_context.codegen())):
            yield

    def _keep_source(self) -> None:
        """Write source that is in no file to one, for people to read."""
        name = self._function.__code__.co_filename
        target = code_folder("generated") / f"{name.strip('<>').replace(' ', '_')}.py"
        if name in GENERATED and not target.exists():
            target.write_text(GENERATED[name], encoding="utf-8")

    def enable(self) -> None:
        """Load and keep code."""
        self._enabled = True

    def disable(self) -> None:
        """Neither load nor keep code."""
        self._enabled = False

    def flush(self) -> None:
        """Do nothing: what is kept is never wrong."""

    def _path(self, sig: Any, codegen: Any) -> Path:
        arguments, result = normalize_signature(sig)
        key = (fingerprint(self._function), *map(str, arguments), str(result), *codegen.magic_tuple())
        name = hashlib.sha256("\0".join(map(str, key)).encode()).hexdigest()
        return code_folder("kernels") / name[:40]


class _Reader(pickle.Unpickler):
    """Reads what this package has kept, under whatever name: first that name, then the code."""

    def __init__(self, file: io.BytesIO) -> None:
        self._former = pickle.load(file)
        super().__init__(file)

    def find_class(self, module: str, name: str) -> Any:
        """Return a class or function of a module; one of this package under its present name."""
        found = super().find_class(self._present(module), name)
        return self._environment if found is _rebuild_env else found

    def _present(self, module: str) -> str:
        root, dot, rest = module.partition(".")
        return f"{ROOT if root == self._former else root}{dot}{rest}"

    def _environment(self, module: str, *others: Any) -> Any:
        """Make what numba keeps of a function's module."""
        return _rebuild_env(self._present(module), *others)


def compile_once(kernel: Any, arguments: tuple[Any, ...]) -> Any:
    """Compile a kernel for these types of arguments and no others, and return it.

    Of several processes that want it one compiles, and the others wait for what it keeps.
    """
    with suppress(OSError, InputError), kernel._cache.alone(arguments):
        kernel.compile(arguments)
    kernel.compile(arguments)
    kernel.disable_compile()
    return kernel
