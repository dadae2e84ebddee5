"""Links object code and the shim to shared libraries, with the C compiler and linker of ziglang.

Equal inputs give equal bytes: all is linked under the same relative names in a folder of its own, without time stamps
and debug information.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from ..supplements import package_folder
from .platforms import LINUX, MAC_ARM, MAC_INTEL, Platform, Target
from .runtime import linked

UNIT = "shim.c"
"""The one file that is compiled; it includes the others."""

OBJECT = "kernels.o"
"""What is linked with it."""

OPTIONS = ("-std=c11", "-O2", "-g0", "-s", "-shared", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off")
"""Without contraction: a multiplication fused with an addition rounds otherwise."""

LINUX_OPTIONS = ("-Wl,-z,defs", "-Wl,--build-id=none")

FMI_HEADERS = ("fmi2Functions.h", "fmi2FunctionTypes.h", "fmi2TypesPlatform.h")

PROCESSORS = {MAC_INTEL: (0x01000007, 3), MAC_ARM: (0x0100000C, 0)}
"""Type and subtype of processors in universal binaries (``mach/machine.h``)."""

UNIVERSAL = 0xCAFEBABE
ALIGNMENT = 14
"""Each part of a universal binary starts at a multiple of 2 to this power: the page of an Arm processor."""


def link(platform: Platform, identifier: str, sources: Mapping[str, bytes], objects: Mapping[Target, bytes]) -> bytes:
    """Return the shared library of a platform.

    Parameters
    ----------
    platform : Platform
        For which platform; where it has several processors the library is universal.
    identifier : str
        Name of the library, without extension.
    sources : mapping of str to bytes
        C files and headers by name; `UNIT` includes the other C files.
    objects : mapping of Target to bytes
        The object code to link with them.

    Raises
    ------
    InputError
        When ziglang is not installed or cannot be started, or its cache or temporary files cannot be written.
    RuntimeError
        When the sources do not compile or link.
    """
    name = f"{identifier}{platform.extension}"
    parts = {target: _link(target, name, sources, objects[target]) for target in platform.targets}
    return universal(parts) if len(parts) > 1 else next(iter(parts.values()))


def universal(parts: Mapping[Target, bytes]) -> bytes:
    """Return a universal binary of libraries for macOS, as ``mach-o/fat.h`` lays it out."""
    step = 1 << ALIGNMENT
    table = struct.pack(">II", UNIVERSAL, len(parts))
    body, start = b"", step
    for target, content in parts.items():
        kind, variant = PROCESSORS[target]
        table += struct.pack(">IIIII", kind, variant, start, len(content), ALIGNMENT)
        padded = content + bytes(-len(content) % step)
        body += padded
        start += len(padded)
    return table.ljust(step, b"\0") + body


def fmi_headers() -> dict[str, bytes]:
    """Return the headers of FMI 2.0, which FMPy carries."""
    folder = package_folder("fmpy") / "c-code"
    return {name: (folder / name).read_bytes() for name in FMI_HEADERS}


def _link(target: Target, name: str, sources: Mapping[str, bytes], code: bytes) -> bytes:
    options = [f"-mcpu={target.linker_processor}", *OPTIONS, *(LINUX_OPTIONS if target is LINUX else ())]
    return linked(target, options, {**sources, OBJECT: code}, (UNIT, OBJECT), name)
