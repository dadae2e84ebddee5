"""What pythonfmu's library needs before it runs an FMU of the Python flavour, and before the process ends."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...coupling.slave import SlaveError

LONGEST_MODULE = 256
"""Letters of the name of a module; names of files have at most 255 bytes."""


def check_resources(folder: Path, guid: str, library: Any) -> None:
    """Raise SlaveError where an FMU of pythonfmu's has no module, or resources of another FMU.

    The library decodes nothing but %20 of the URI of the folder of resources, ends the process where it does not find
    its module, and does not tell the module which GUID the importer means.
    """
    resources = folder / "resources"
    named, found = resources / "slavemodule.txt", False
    if not (named.exists() or hasattr(library, "finalizePythonInterpreter")):  # another library
        return
    if "%" in folder.as_uri().replace("%20", " "):
        raise SlaveError(
            f"FMUs of the Python flavour do not run in the temporary folder {folder.parent}, "
            "only below folders named with ASCII letters, digits, spaces and -._~; set TMPDIR to another"
        )
    with suppress(OSError, UnicodeDecodeError), named.open(encoding="utf-8") as file:
        module = file.read(LONGEST_MODULE).strip()
        found = module.isidentifier() and named.with_name(f"{module}.py").is_file()
    if not found:
        raise SlaveError("its resources/slavemodule.txt names no module beside it, as pythonfmu demands")
    with suppress(OSError, ValueError, KeyError, TypeError):  # of other tools
        own = json.loads((resources / "component.json").read_text(encoding="utf-8"))["guid"]
        if own != guid:
            raise SlaveError(f"its resources/component.json belongs to the FMU {own}, not to {guid}")


def drop_interpreter(library: Any) -> None:
    """Have pythonfmu's library drop its own hold on the interpreter; every instance has one besides.

    When the process ends, the library of pythonfmu 0.7.0 lets go of what is left of it twice, the second time out of
    memory that was freed, and now and then the process aborts.
    """
    with suppress(AttributeError):  # another library
        library.finalizePythonInterpreter()
