"""Source that is generated for kernels."""

from __future__ import annotations

import hashlib
import linecache
from typing import Any

GENERATED: dict[str, str] = {}
"""Source that is in no file, by the name that its code has for one: ``<label hash>``."""


def execute(source: str, label: str, namespace: dict[str, Any]) -> None:
    """Execute generated source in a namespace, and keep it where tracebacks and debuggers look for it.

    What is compiled of it is kept with its source, in the folder ``generated`` beside the code.

    Parameters
    ----------
    source : str
        Definitions of functions.
    label : str
        What a traceback calls it.
    namespace : dict
        The globals of the functions, which are added to it.
    """
    name = f"<{label} {hashlib.sha256(source.encode()).hexdigest()[:16]}>"
    GENERATED[name] = source
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), namespace)
