"""FMUs of the native flavour: what is in them, that they run, that equal input gives equal bytes."""

import re
import struct
import sys
import tempfile
import zipfile

import numpy as np
import pytest
from fmpy import simulate_fmu
from fmpy.fmi1 import FMICallException
from fmpy.validation import validate_fmu

from packfmu.core.errors import InputError
from packfmu.core.variable import Detail
from packfmu.fmi.native import runtime as native_runtime
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import Platform
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.fmi.supplements import package_folder as find
from tests.fmi.native.native_models import kept, part_of
from tests.fmi.python.host import Host

COMPONENTS = {
    "cell": {"cells": 3, "parameters": "nissan_leaf_2013"},
    "pack_network": {"series": 2, "parallel": 2, "opposite_terminals": True, "nodes": 5},
    "thermal": {"cells": 3},
    "balancer": {"groups": 2, "parallel": 1},
    "bms": {"groups": 2, "parallel": 1, "parameters": "nissan_leaf_2013"},
}
LINUX = (Platform.LINUX64,)


def build(path, name, start=None, **others):
    build_native_fmu(path, name, COMPONENTS[name], start, **{"platforms": LINUX, **others})
    return path


def content(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


@pytest.mark.parametrize("name", COMPONENTS)
def test_each_component_is_valid_and_simulates_alone_from_its_defaults(name, tmp_path):
    path = build(tmp_path / "it.fmu", name)
    assert validate_fmu(str(path)) == []
    told = []
    result = simulate_fmu(
        str(path), stop_time=3.0, step_size=1.0, output_interval=1.0, debug_logging=True,
        logger=lambda *arguments: told.append(arguments),
    )  # fmt: skip
    assert told == []
    assert result["time"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert all(np.isfinite(result[column]).all() for column in result.dtype.names)


def test_both_flavours_give_the_same_trace_to_the_last_bit(tmp_path):
    start = {"capacity": [1.0e5, 1.1e5, 1.2e5], "initial_soc": [0.3, 0.6, 0.9]}
    build_python_fmu(tmp_path / "python.fmu", "cell", COMPONENTS["cell"], start)
    generator = np.random.default_rng(4)
    with Host(build(tmp_path / "native.fmu", "cell", start)) as native, Host(tmp_path / "python.fmu") as python:
        for host in (native, python):
            host.initialize()
        assert native.outputs() == python.outputs()
        for step in range(50):
            current, temperature = generator.normal(0.0, 40.0), generator.normal(298.0, 10.0)
            for host in (native, python):
                host["current[2]"], host["temperature[3]"] = current, temperature
                host.step(step * 2.0, 2.0)
            assert native.outputs() == python.outputs()
        assert (native.log, python.log) == ([], [])


def test_a_step_that_the_model_refuses_is_discarded_with_the_words_of_the_other_flavour(tmp_path):
    build_python_fmu(tmp_path / "python.fmu", "pack_network", COMPONENTS["pack_network"])
    messages = []
    for path in (build(tmp_path / "native.fmu", "pack_network"), tmp_path / "python.fmu"):
        with Host(path) as host:
            host.initialize()
            host["load_mode"], host["pack_power"] = 2, -1e9
            with pytest.raises(FMICallException, match="discard"):
                host.step()
            messages.append(host.log[-1][1:])
    assert messages[0] == messages[1]
    assert "pack_power = -1e+09 W has no current" in messages[0][1]


def test_a_hidden_parameter_is_checked_by_its_own_bounds(tmp_path):
    block = part_of("pack")
    start = {**block.start, "Cell.capacity": 300.0 * 3600.0, "Cell.initial_soc": 0.5}
    build_native_fmu(tmp_path / "Pack.fmu", block.component, block.arguments, start, platforms=LINUX)
    with Host(tmp_path / "Pack.fmu") as host:
        assert "PackNetwork.capacity[1]" not in host.variables
        host.initialize()
        host.step()
        assert host["usable_capacity"] == pytest.approx(2 * 300.0 * 3600.0, rel=1e-9)  # groups of two equal cells


def test_files_are_where_the_standard_wants_them(tmp_path):
    path = build(tmp_path / "Balancer.fmu", "balancer", platforms=tuple(Platform))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert names[0] == "modelDescription.xml"
    assert set(names[1:]) == {
        "binaries/linux64/Balancer.so", "binaries/win64/Balancer.dll", "binaries/darwin64/Balancer.dylib",
        "resources/model.bin", "model.png", "terminalsAndIcons/terminalsAndIcons.xml", "documentation/index.html",
        "documentation/licenses/license.txt", "documentation/licenses/fmi.txt", "documentation/licenses/zig.txt",
        "documentation/licenses/mingw-w64.txt",
    }  # fmt: skip
    assert b"externalDependencies" not in content(path, "documentation/index.html")
    assert b"Modelica Association" in content(path, "documentation/licenses/fmi.txt")
    assert content(path, "binaries/win64/Balancer.dll")[:2] == b"MZ"
    processors = processors_of(content(path, "binaries/darwin64/Balancer.dylib"))
    assert list(processors) == [0x01000007, 0x0100000C]
    assert all(library.startswith(b"\xcf\xfa\xed\xfe") for library in processors.values())
    assert 0x1D in load_commands(processors[0x0100000C])  # without a signature macOS kills the process


def processors_of(universal):
    """The libraries in a universal binary by the type of their processor."""
    magic, number = struct.unpack_from(">II", universal)
    assert magic == 0xCAFEBABE
    entries = [struct.unpack_from(">IIIII", universal, 8 + 20 * k) for k in range(number)]
    assert all(begin % (1 << alignment) == 0 for _, _, begin, _, alignment in entries)
    return {kind: universal[begin : begin + size] for kind, _, begin, size, _ in entries}


def load_commands(library):
    """The types of the load commands of a library for macOS."""
    position, found = 32, []
    for _ in range(struct.unpack_from("<I", library, 16)[0]):
        kind, size = struct.unpack_from("<II", library, position)
        found.append(kind)
        position += size
    return found


def test_the_library_needs_an_old_libc_and_libm_only_and_shows_the_calls_of_fmi(tmp_path):
    library = content(build(tmp_path / "Cell.fmu", "cell"), "binaries/linux64/Cell.so")
    assert set(re.findall(rb"\0(lib[\w.+-]+)(?=\0)", library)) == {b"libc.so.6", b"libm.so.6"}
    versions = {tuple(map(int, v.split(b"."))) for v in re.findall(rb"GLIBC_([\d.]+)", library)}
    assert max(versions) <= (2, 17)
    assert {b"fmi2Instantiate", b"fmi2DoStep", b"fmi2GetFMUstate", b"fmi2GetRealOutputDerivatives"} <= set(
        re.findall(rb"\0(fmi2\w+)(?=\0)", library)
    )
    assert b"model_advance" not in library  # neither visible nor among debug information
    assert b"numba" not in library.lower()


def test_the_same_build_gives_the_same_bytes_with_and_without_the_cache(tmp_path, unlinked):
    first = build(tmp_path / "first.fmu", "balancer").read_bytes()
    assert len(kept(unlinked)) == 1
    assert build(tmp_path / "again.fmu", "balancer").read_bytes() == first
    for library in kept(unlinked):
        library.unlink()
    assert build(tmp_path / "anew.fmu", "balancer").read_bytes() == first


def test_less_detail_tells_less_and_computes_the_same(tmp_path):
    paths = [build(tmp_path / f"{detail.name}.fmu", "cell", detail=detail) for detail in (Detail.CELL, Detail.PACK)]
    with Host(paths[0]) as full, Host(paths[1]) as short:
        assert "voltage[1]" in full.variables.keys() - short.variables.keys()
        for host in (full, short):
            host.initialize()
            host["current[2]"] = 50.0
            host.step()
        assert short["voltage_minimum"] == full["voltage_minimum"] < full["voltage_maximum"]


@pytest.mark.parametrize(
    ("name", "arguments", "start", "words"),
    [
        ("nothing", {}, {}, "no component 'nothing'"),
        ("thermal", {"cells": -1}, {}, "cells = -1 must be at least 1"),
        ("thermal", {"cells": 1}, {"conduction": -1.0}, "conduction = -1"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line_and_nothing_is_written(tmp_path, name, arguments, start, words):
    with pytest.raises(InputError, match=words) as caught:
        build_native_fmu(tmp_path / "it.fmu", name, arguments, start, platforms=LINUX)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_library_in_the_cache_is_linked_again(tmp_path, unlinked):
    first = build(tmp_path / "first.fmu", "balancer").read_bytes()
    (library,) = kept(unlinked)
    library.write_bytes(b"")  # as a machine that crashed can leave it
    assert build(tmp_path / "again.fmu", "balancer").read_bytes() == first
    assert library.stat().st_size > 0


def refusal_to_link(folder):
    """What is told when linking fails; nothing is left."""
    with pytest.raises(InputError) as caught:
        build(folder / "it.fmu", "balancer")
    assert not (folder / "it.fmu").exists()
    return str(caught.value)


def test_a_temporary_folder_that_cannot_be_used_is_named(tmp_path, unlinked, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    expected = f"folder {tmp_path / 'none'} cannot be used: No such file or directory; TMPDIR can name another"
    assert refusal_to_link(tmp_path) == expected
    assert kept(unlinked) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the compiler is a script of the shell")
@pytest.mark.parametrize(
    ("script", "mode", "words"),
    [
        ("", 0o644, "cannot be started: Permission denied"),
        ("#!/bin/sh\nkill -ABRT $$", 0o755, "ended with -6: memory, or space in "),
        ("#!/bin/sh\necho error: NoSpaceLeft >&2; exit 1", 0o755, "ended with 1: memory, or space in "),
    ],
)
@pytest.mark.usefixtures("unlinked")
def test_a_compiler_that_cannot_work_is_named(tmp_path, monkeypatch, script, mode, words):
    zig = tmp_path / "zig"
    zig.write_text(script)
    zig.chmod(mode)
    monkeypatch.setattr(native_runtime, "package_folder", lambda name: tmp_path if name == "ziglang" else find(name))
    assert refusal_to_link(tmp_path).startswith(f"{zig} {words}")
