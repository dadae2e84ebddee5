"""The compiled kernels of a study, as files: what one machine has compiled, its workers elsewhere load.

The files are those of the cache (`core.compilation.kept`). Each is named by a hash of the code, the types and the
processor: on a machine that has it, or that is of another kind, it does no harm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from numba import types
from numba.core.registry import cpu_target

from ...core.cache import code_folder, read_kept, write_kept
from ...core.compilation.entry import ADDRESSES, entries
from ...core.model import Model


def kept_kernels(models: Mapping[str, Model]) -> dict[str, bytes]:
    """Return the files of the compiled kernels of models, by name; they are compiled where they are missing."""
    codegen = cpu_target.target_context.codegen()
    found = {}
    for model in models.values():
        *started, advance = (cast(Any, kernel) for kernel in entries(model))
        stepped = [(kernel, (ADDRESSES,)) for kernel in started] + [
            (advance, (ADDRESSES, types.float64, types.float64))
        ]
        for kernel, arguments in stepped:
            path: Path = kernel._cache._path(arguments, codegen)
            body = read_kept(path)
            if body is not None:
                found[path.name] = body
    return found


def keep_kernels(files: Mapping[str, bytes]) -> int:
    """Put files of compiled kernels into the cache of this machine; return how many were missing."""
    folder, missing = code_folder("kernels"), 0
    for name, body in files.items():
        if read_kept(folder / name) is None:
            write_kept(folder / name, body)
            missing += 1
    return missing


def content_hash(*parts: bytes) -> str:
    """Return a hash of contents."""
    found = hashlib.sha256()
    for part in parts:
        found.update(hashlib.sha256(part).digest())
    return found.hexdigest()
