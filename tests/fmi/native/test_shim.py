"""The shim as a library: what it exports, how an instance of the toy begins, and where its memory comes from."""

import ctypes
import shutil
import subprocess
from ctypes import byref, c_char_p, c_double, c_int, c_size_t, c_void_p

import pytest

from packfmu.fmi.native.tables import tables
from tests.fmi.native import native_toy
from tests.fmi.native.native_toy import (
    CLIENT,
    ENABLE,
    ERROR,
    ERRORS,
    GUID,
    LEVEL,
    OK,
    RATE,
    SHIFT,
    STAMP,
    compile_c,
    interface,
    write_tables,
)
from tests.fmi.native.toy import declare


def test_all_functions_of_the_interface_and_no_others_are_exported(library):
    if shutil.which("nm") is None:
        pytest.skip("nm is not installed")
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    assert {line.split()[-1] for line in symbols.splitlines()} == interface()


def test_versions_need_no_instance(library):
    functions = ctypes.CDLL(str(library))
    functions.fmi2GetVersion.restype = functions.fmi2GetTypesPlatform.restype = c_char_p
    assert (functions.fmi2GetVersion(), functions.fmi2GetTypesPlatform()) == (b"2.0", b"default")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"guid": "{another}"}, f"it belongs to the FMU {GUID}, not to {{another}}"),
        ({"guid": None}, f"it belongs to the FMU {GUID}, not to NULL"),
        ({"kind": 0}, "co-simulation only"),
        ({"name": b" "}, "has no name"),
        ({"name": None}, "has no name"),
        ({"resources": None}, "must be a file URI; it is NULL"),
        ({"resources": "/no/uri"}, "must be a file URI; it is /no/uri"),
        ({"resources": "http://host/path"}, "must be a file URI"),
        ({"resources": "file://host/path"}, "must be a file URI"),
        ({"resources": "file:path"}, "must be a file URI"),
        ({"resources": "file:///no/such/folder"}, "cannot be opened"),
        ({"resources": "file:///bad%2"}, "cannot be opened"),
        ({"resources": "file:///bad%00"}, "cannot be opened"),
        ({"resources": "file:///bad%0A"}, "cannot be opened"),
        ({"resources": "file:///bad%zz%%"}, "model.bin at file:///bad%%zz%%%%"),
    ],
)
def test_what_cannot_be_instantiated_is_told(new, arguments, words):
    importer = new(**arguments)
    assert not importer.component
    ((status, category, message),) = importer.log
    assert (status, category) == (ERROR, ERRORS)
    assert words in message


@pytest.mark.parametrize("form", ["file://{}", "file:{}", "FILE://localhost{}", "file:///{}"])
@pytest.mark.parametrize("folder", ["plain", "with space", "\N{LATIN SMALL LETTER O WITH DIAERESIS}\u4e2d%23"])
def test_resource_locations(new, tmp_path, form, folder):
    path = write_tables(tmp_path / folder).removeprefix("file://")
    assert new(resources=form.format(path)).component


def test_one_library_serves_toys_of_many_sizes(new, tmp_path):
    for tanks, reserves in ((0, 0), (1, 2), (2, 0), (1000, 1)):
        model = declare(tanks, reserves, begin=tanks)
        importer = new(resources=write_tables(tmp_path / str(tanks), tables(model, GUID, STAMP))).initialise()
        places = model.offsets()
        assert importer.step() == OK
        assert importer.get_status("Integer", [places["steps"]]) == (OK, [tanks + 1])
        assert importer.get(places["total"]) == [pytest.approx(tanks * (5.0 + 1e-3 * 3.9 * 0.3 * 0.7), rel=1e-12)]
        assert importer.set("Real", [places["reserve"]], [-1.0]) == ERROR
        name = "reserve[1] = -1 C" if reserves else "table[1,1] = -1 Ohm"
        assert importer.messages[0].startswith(f"{name} is not within [0, inf]")


def test_memory_comes_from_the_importer_and_its_end_is_told(new):
    for allocations in range(2):
        importer = new(allocations=allocations)
        assert not importer.component
        assert importer.messages == ["there is no memory left"]
    toy = new().initialise()
    data = toy.bytes()
    toy.allocations = 0
    assert toy.call("fmi2GetFMUstate", byref(c_void_p())) == ERROR
    assert toy.from_bytes(data)[0] == ERROR
    assert all("no memory left" in message for message in toy.messages)


def test_the_callbacks_must_be_there(library):
    functions = ctypes.CDLL(str(library))
    functions.fmi2Instantiate.restype = c_void_p
    memory = {"allocateMemory": native_toy.fmi2CallbackAllocateMemoryTYPE(native_toy.calloc)}
    for callbacks in (
        None,
        byref(native_toy.fmi2CallbackFunctions()),
        byref(native_toy.fmi2CallbackFunctions(**memory)),
    ):
        assert functions.fmi2Instantiate(b"toy", 1, GUID.encode(), b"file:///", callbacks, 0, 0) is None


def test_without_an_instance_every_call_is_an_error(library):
    functions, nothing = ctypes.CDLL(str(library)), c_void_p()
    for name in interface() - {"fmi2GetVersion", "fmi2GetTypesPlatform", "fmi2Instantiate", "fmi2FreeInstance"}:
        assert getattr(functions, name)(*[nothing] * 8) == ERROR
    functions.fmi2FreeInstance(nothing)


def test_every_missing_argument_is_told(toy):
    number, numbers, state = c_size_t(1), byref(c_double()), toy.save()
    bytes_ = (ctypes.c_char * 4096)()
    calls = [
        *((f"fmi2{call}", numbers, number, numbers) for call in ("GetReal", "GetInteger", "GetBoolean")),
        *((f"fmi2{call}", numbers, number, numbers) for call in ("SetReal", "SetInteger", "SetBoolean")),
        ("fmi2SetRealInputDerivatives", numbers, number, numbers, numbers),
        ("fmi2GetRealOutputDerivatives", numbers, number, numbers, numbers),
        ("fmi2SetDebugLogging", c_int(1), number, byref(c_char_p(b"logStatusError"))),
        ("fmi2GetFMUstate", byref(c_void_p())),
        ("fmi2SerializedFMUstateSize", state, byref(c_size_t())),
        ("fmi2SerializeFMUstate", state, bytes_, c_size_t(4096)),
        ("fmi2DeSerializeFMUstate", bytes_, c_size_t(4096), byref(c_void_p())),
        ("fmi2GetString", numbers, number, numbers),
    ]  # fmt: skip
    for name, *arguments in calls:
        toy.log.clear()
        for place, argument in enumerate(arguments):
            if not isinstance(argument, (c_int, c_size_t)) and not (name == "fmi2GetString" and place):
                assert toy.call(name, *arguments[:place], None, *arguments[place + 1 :]) == ERROR
                assert toy.messages == [f"{name}: an argument is NULL"]  # told once
    assert toy.call("fmi2FreeFMUstate", None) == OK
    toy.release(state)


def test_it_runs_where_there_is_neither_python_nor_an_environment(library, toy, tmp_path):
    client = compile_c(tmp_path / "client", [CLIENT / "client.c"], "-O1")
    commands = ["initialise", f"real {RATE} 1.5 -0.25", f"integer {SHIFT} 2", f"boolean {ENABLE} 1"]
    for k in range(10):
        commands += [f"slope {RATE} 0.5", f"step {0.3 * k!r} 0.3", f"print {LEVEL} 9", f"rates {LEVEL} 2"]
    commands[20:20] = ["save", "step 1.2 0.1", "restore"]
    done = subprocess.run([client, library, library.parent.as_uri(), GUID], input="\n".join(commands), env={},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout
    toy.set("Real", [RATE, RATE + 1], [1.5, -0.25])
    toy.set("Integer", [SHIFT], [2])
    expected = []
    for k in range(10):
        toy.slope(RATE, 0.5)
        toy.step(0.3 * k, 0.3)
        expected += [toy.get(*range(LEVEL, LEVEL + 9)), [toy.rate(LEVEL)[1], toy.rate(LEVEL + 1)[1]]]
    assert [[float.fromhex(value) for value in line.split()] for line in done.stdout.splitlines()] == expected
    failed = subprocess.run([client, library, library.parent.as_uri(), GUID], input="step 0 1", env={},
                            capture_output=True, text=True, check=False)  # fmt: skip
    assert (failed.returncode, failed.stderr) == (1, "")
    assert "client, logStatusError, status 3: fmi2DoStep is out of sequence" in failed.stdout
