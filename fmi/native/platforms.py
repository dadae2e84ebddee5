"""The platforms that a native FMU is built for, and the processors in them."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from enum import Enum

from ...core.errors import InputError


@dataclass(frozen=True)
class Target:
    """One processor under one operating system.

    Parameters
    ----------
    triple : str
        What LLVM calls it.
    processor : str
        The least processor that the code runs on, as LLVM calls it.
    linker_triple : str
        What zig calls it, with the oldest C library that will do.
    linker_processor : str
        The least processor, as zig calls it.
    """

    triple: str
    processor: str
    linker_triple: str
    linker_processor: str


LINUX = Target("x86_64-unknown-linux-gnu", "x86-64-v2", "x86_64-linux-gnu.2.17", "x86_64_v2")
WINDOWS = Target("x86_64-pc-windows-gnu", "x86-64-v2", "x86_64-windows-gnu", "x86_64_v2")
MAC_INTEL = Target("x86_64-apple-macosx11.0.0", "x86-64-v2", "x86_64-macos.11.0", "x86_64_v2")
MAC_ARM = Target("arm64-apple-macosx11.0.0", "apple-m1", "aarch64-macos.11.0", "apple_m1")


class Platform(Enum):
    """A folder of FMI 2.0's ``binaries``."""

    LINUX64 = "linux64"
    WIN64 = "win64"
    DARWIN64 = "darwin64"

    @property
    def extension(self) -> str:
        """What a shared library's name ends with."""
        return {Platform.LINUX64: ".so", Platform.WIN64: ".dll", Platform.DARWIN64: ".dylib"}[self]

    @property
    def targets(self) -> tuple[Target, ...]:
        """The processors; code for more than one is joined in a universal library."""
        return {
            Platform.LINUX64: (LINUX,),
            Platform.WIN64: (WINDOWS,),
            Platform.DARWIN64: (MAC_INTEL, MAC_ARM),
        }[self]


HOSTS = {
    ("linux", "x86_64"): Platform.LINUX64,
    ("win32", "AMD64"): Platform.WIN64,
    ("darwin", "x86_64"): Platform.DARWIN64,
    ("darwin", "arm64"): Platform.DARWIN64,
}


def host_platform() -> Platform:
    """Return the platform of this machine; InputError where native FMUs do not run on it."""
    host = (sys.platform, platform.machine())
    if host not in HOSTS:
        raise InputError(
            f"native FMUs do not run on {' '.join(host)}, only on {', '.join(' '.join(known) for known in HOSTS)}; "
            "FMUs of the Python flavour may"
        )
    return HOSTS[host]
