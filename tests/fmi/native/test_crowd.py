"""Many instances of one library: they leak nothing, share nothing, and give in threads what they give alone."""

import shutil
import struct
import subprocess

import pytest

from packfmu.fmi.native.header import header
from packfmu.fmi.native.link import fmi_headers, link
from packfmu.fmi.native.platforms import LINUX, Platform
from tests.fmi.native.native_models import MODELS, compile_model, model_of, object_code
from tests.fmi.native.native_toy import CLIENT, GUID, LEVEL, RATE, SHIM, STAMP, compile_c, write_tables

SHARED = ("-O2", "-g0", "-shared", "-fPIC", "-fvisibility=hidden")
THREAD = ("-g", "-O1", "-fsanitize=thread", "-fPIC")
KILOBYTES = 64
"""What resident memory may grow by; a leak of eight bytes a cycle would be more."""

WRITABLE, IN_MEMORY = 1, 2
RELOCATED = {".data.rel.ro", ".got", ".got.plt", ".dynamic", ".init_array", ".fini_array", ".relro_padding"}
"""Sections of addresses, which the loader fills in."""


def begin_of(name, variable):
    return model_of(name).offsets()[variable]


def ports(name):
    """The input that is set, its middle and its spread, and the outputs that are read."""
    if name == "toy":
        return RATE, 0.5, 0.5, LEVEL, 8
    if name == "cell":
        return begin_of(name, "current"), -5.0, 40.0, begin_of(name, "emf"), 12
    output = "pack_voltage" if name == "pack" else "current"
    return begin_of(name, "pack_current"), -5.0, 60.0, begin_of(name, output), 4


@pytest.fixture(scope="module", params=["toy", *MODELS])
def loaded(request, tmp_path_factory):
    """Return the arguments of the client that tell the library of a model and its ports."""
    folder = tmp_path_factory.mktemp(request.param)
    library = compile_model(request.param, folder / "model.so", [SHIM / "shim.c"], *SHARED)
    return [library, folder.as_uri(), GUID, *map(str, ports(request.param))]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowd")
    client = compile_c(folder / "crowd", [CLIENT / "crowd.c"], "-O1", "-pthread", "-D_POSIX_C_SOURCE=200809L")

    def run(loaded, *task):
        done = subprocess.run([client, *loaded, *map(str, task)], env={}, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    return run


def test_ten_thousand_instances_leave_no_memory_behind(crowd, loaded):
    early, late = map(int, crowd(loaded, "cycles", 10_000).split())
    assert late - early <= KILOBYTES


def test_64_instances_in_8_threads_give_what_they_give_in_one(crowd, loaded):
    steps = 1000
    alone = crowd(loaded, "threads", 1, 64, steps)
    assert crowd(loaded, "threads", 8, 64, steps) == alone
    rows = [line.split() for line in alone.splitlines()]
    assert len(rows) == 64
    assert len({tuple(row) for row in rows}) == 11  # as many inputs are there
    assert {row[-1] for row in rows} == {str(steps)}  # each was told of its own refusals only


def test_threads_do_not_race(tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("ThreadSanitizer comes with gcc, which is not installed")
    sources = [SHIM / "shim.c", CLIENT / "toy_model.c"]
    library = compile_c(tmp_path / "toy.so", sources, *THREAD, "-shared", compiler=(compiler,))
    options = (*THREAD, "-pthread", "-D_POSIX_C_SOURCE=200809L")
    client = compile_c(tmp_path / "crowd", [CLIENT / "crowd.c"], *options, compiler=(compiler,))
    command = [client, library, write_tables(tmp_path), GUID, *map(str, ports("toy")), "threads", "8", "64", "50"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unexpected memory mapping" in done.stderr:
        pytest.skip("ThreadSanitizer does not run under this kernel")
    assert (done.returncode, done.stderr) == (0, "")


def writable(content):
    """Names of the sections of an ELF file that the program may write to."""
    (table,) = struct.unpack_from("<Q", content, 40)
    size, number, names = struct.unpack_from("<HHH", content, 58)
    sections = [struct.unpack_from("<IIQQQQ", content, table + k * size) for k in range(number)]
    begin = sections[names][4]
    return {
        content[begin + name : content.index(b"\0", begin + name)].decode()
        for name, _, flags, _, _, extent in sections
        if flags & WRITABLE and flags & IN_MEMORY and extent
    }


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_kept_outside_of_the_instances(name):
    sources = {path.name: path.read_bytes() for path in SHIM.glob("*.[ch]")} | fmi_headers()
    sources["model.h"] = header(model_of(name), STAMP)
    assert writable(link(Platform.LINUX64, "model", sources, {LINUX: object_code(name)})) <= RELOCATED


@pytest.mark.parametrize(
    ("code", "section"), [("int count = 1;", ".data"), ("static int count; int f(void) { return ++count; }", ".bss")]
)
def test_what_a_library_keeps_would_be_seen(code, section, tmp_path):
    (tmp_path / "counter.c").write_text(f"{code}\n", encoding="ascii")
    library = compile_c(tmp_path / "counter.so", [tmp_path / "counter.c"], *SHARED)
    assert section in writable(library.read_bytes())
