"""What the library of each system gives to importers, and what it needs from the system."""

import re
import shutil
import subprocess
import zipfile

import pytest

from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.objects import ALLOWED
from packfmu.fmi.native.platforms import Platform
from tests.fmi.native.native_toy import SHIM, interface

UNIVERSAL_C = {
    f"api-ms-win-crt-{part}-l1-1-0.dll" for part in ("heap", "math", "private", "runtime", "stdio", "string")
}

START_UP = {
    Platform.LINUX64: set(),
    Platform.DARWIN64: {"dyld_stub_binder"},
    Platform.WIN64: {
        *("DeleteCriticalSection", "EnterCriticalSection", "InitializeCriticalSection", "LeaveCriticalSection"),
        *("GetLastError", "Sleep", "TlsGetValue", "VirtualProtect", "VirtualQuery"),
        *("_execute_onexit_table", "_initialize_onexit_table", "_register_onexit_function"),
        *("_exit", "_initterm", "_initterm_e", "abort", "free", "fwrite"),
        *("__acrt_iob_func", "__stdio_common_vfprintf", "__stdio_common_vsprintf"),
    },
}
"""What the system's own code for loading a library calls; on Windows mingw-w64's, its printf included."""

LIBRARIES = {
    Platform.LINUX64: {"libc.so.6", "libm.so.6"},
    Platform.DARWIN64: {"/usr/lib/libSystem.B.dylib"},
    Platform.WIN64: {"KERNEL32.dll"} | UNIVERSAL_C,
}


def run(tool, *arguments):
    """Return what a tool of LLVM prints, which reads the libraries of all systems."""
    command = shutil.which(tool)
    if command is None:
        pytest.skip(f"{tool} is not installed; on Debian it is in the package llvm")
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=True).stdout


def words(pattern, text):
    return set(re.findall(pattern, text, flags=re.MULTILINE))


def linux(library):
    symbols = run("llvm-nm", "-D", library)
    needed = words(r"^  NEEDED +(\S+)", run("llvm-objdump", "-p", library))
    return words(r"^\w+ [A-Z] (\w+)$", symbols), words(r"^ +U (\w+)", symbols), needed


def macos(library):
    """Of both processors; the linker adds two symbols that mark the library itself, and a leading underscore."""
    exported = words(r"^0x\w+ +_(\w+)", run("llvm-objdump", "--macho", "--exports-trie", "--arch=all", library))
    imported = words(r"^_?(\w+)$", run("llvm-nm", "--arch=all", "--undefined-only", "--just-symbol-name", library))
    needed = words(r"^\t(\S+) \(", run("llvm-objdump", "--macho", "--dylibs-used", "--arch=all", library))
    return exported - {"__dso_handle", "_mh_dylib_header"}, imported, needed - {"Cell.dylib"}


def windows(library):
    tables = run("llvm-objdump", "-p", library)
    exported = words(r"^ +\d+ +0x\w+ +(\w+)$", tables.partition("Export Table:")[2])
    imported = words(r"^ +\d+  (\w+)$", tables.partition("Export Table:")[0])
    return exported, imported, words(r"DLL Name: (\S+)", tables)


READERS = {Platform.LINUX64: linux, Platform.DARWIN64: macos, Platform.WIN64: windows}


@pytest.fixture(scope="module")
def fmu(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cell")
    build_native_fmu(folder / "Cell.fmu", "cell", {"cells": 3, "parameters": "nissan_leaf_2013"})
    with zipfile.ZipFile(folder / "Cell.fmu") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def calls():
    """Return the functions of the system that the shim calls, as its README tells them."""
    listed = re.search(r"CALLS = \[(.*?)\]", (SHIM / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    return words(r"\w+", listed[1])


@pytest.mark.parametrize("platform", READERS)
def test_a_library_shows_the_calls_of_fmi_and_needs_what_is_listed(fmu, calls, platform):
    library = fmu / "binaries" / platform.value / f"Cell{platform.extension}"
    exported, imported, needed = READERS[platform](str(library))
    assert exported == interface()
    assert needed == LIBRARIES[platform]
    assert START_UP[platform] <= imported <= START_UP[platform] | calls | ALLOWED
    assert {"fread", "strspn"} <= imported
