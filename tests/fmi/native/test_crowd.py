"""Many instances of one library: they leak nothing, share nothing, and give in threads what they give alone."""

import shutil
import struct
import subprocess
from itertools import chain

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.fmi.native.header import header
from packfmu.fmi.native.link import fmi_headers, link
from packfmu.fmi.native.platforms import LINUX, Platform
from packfmu.fmi.native.tables import tables
from packfmu.fmi.registry import load_definition
from packfmu.fmi.supplements import digest
from tests.fmi.native.native_models import ARGUMENTS, MODELS, compile_model, model_of, object_code
from tests.fmi.native.native_toy import CLIENT, GUID, SHIM, STAMP, compile_c, write_tables
from tests.fmi.native.toy import declare

SHARED = ("-O2", "-g0", "-shared", "-fPIC", "-fvisibility=hidden")
THREAD = ("-g", "-O1", "-fsanitize=thread", "-fPIC")
KILOBYTES = 64
"""What resident memory may grow by; a leak of eight bytes a cycle would be more."""

WRITABLE, IN_MEMORY = 1, 2
RELOCATED = {".data.rel.ro", ".got", ".got.plt", ".dynamic", ".init_array", ".fini_array", ".relro_padding"}
"""Sections of addresses, which the loader fills in."""


RANGES = {"toy": (0.5, 0.5), "cell": (-5.0, 40.0), "pack_network": (-5.0, 60.0), "pack": (-5.0, 60.0)}
"""Middle and spread of the input that is set."""

PORTS = {
    "toy": ("rate", "level"), "cell": ("current", "voltage"), "pack_network": ("pack_current", "current"),
    "pack": ("pack_current", "pack_voltage"),
}  # fmt: skip
"""The input whose first element is set, and the output that is read."""

MOST = 256
"""As many elements of an output does the client read."""


def size_of(name, model, location):
    """What tells the client of one size of a model."""
    given, read = PORTS[name]
    return [location, GUID, model.offsets()[given], model.offsets()[read], min(MOST, model.variable(read).count)]


@pytest.fixture(scope="module", params=["toy", *MODELS])
def loaded(request, tmp_path_factory):
    """Return the arguments of the client that tell the library of a model, what is set, and the model's size."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    library = compile_model(name, folder / "model.so", [SHIM / "shim.c"], *SHARED)
    model = declare() if name == "toy" else model_of(name)
    return [library, *RANGES[name]], size_of(name, model, folder.as_uri())


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crowd")
    client = compile_c(folder / "crowd", [CLIENT / "crowd.c"], "-O1", "-pthread", "-D_POSIX_C_SOURCE=200809L")

    def run(loaded, *task):
        (library, *sizes) = loaded
        command = [client, *library, *task, *chain.from_iterable(sizes)]
        done = subprocess.run([*map(str, command)], env={}, capture_output=True, text=True, check=False)
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


def place(folder, model):
    """Write the tables of a model into a new folder; return its location."""
    content = tables(model, GUID, STAMP)
    return write_tables(folder / digest({"model.bin": content}), content)


GRIDS = ((1, 1), (2, 2), (96, 2), (96, 74))
"""Groups in series and cells in parallel of packs that run side by side."""


def grid_of(name, series, parallel):
    """Return a component of the structure of `native_models` for a pack of this size, and start values that differ."""
    if name == "cell":
        cells = series * parallel
        start = {"initial_soc": 0.5 + 0.3 * np.sin(np.arange(cells)), "current": 0.0}
        return load_definition(name, ARGUMENTS[name] | {"cells": cells}, start).model
    return load_definition(name, ARGUMENTS[name] | {"series": series, "parallel": parallel}, {}).model


def jitted(name, model, number, steps):
    """What an instance of the client has at the end, computed by the JIT."""
    instance, (middle, spread), (given, read) = Instance(model), RANGES[name], PORTS[name]
    place, begin = model.offsets()[given], model.offsets()[read]
    instance.initialize()
    for step in range(steps):
        instance.memory[place] = middle + spread * ((number * 7 + step * 3) % 11 - 5) / 5.0
        assert instance.advance(float(step), 1.0) == 0
    return instance.memory[begin : begin + min(MOST, model.variable(read).count)].tolist()


@pytest.mark.parametrize("name", ["cell", "pack_network"])
def test_packs_of_many_sizes_share_a_library_and_each_has_its_own_results(crowd, name, tmp_path):
    library = compile_model(name, tmp_path / "model.so", [SHIM / "shim.c"], *SHARED)
    models = [grid_of(name, *grid) for grid in GRIDS]
    sizes = [size_of(name, model, place(tmp_path, model)) for model in models]
    loaded, steps, number = [library, *RANGES[name]], 20, 4 * len(GRIDS)
    mixed = crowd((loaded, *sizes), "threads", 8, number, steps).splitlines()
    for first, (model, size) in enumerate(zip(models, sizes, strict=True)):
        alone = crowd((loaded, size), "threads", 1, number, steps).splitlines()
        assert mixed[first :: len(GRIDS)] == alone[first :: len(GRIDS)]
        *values, refused = mixed[first].split()
        assert [float.fromhex(value) for value in values] == jitted(name, model, first, steps)
        assert refused == str(steps)


def test_threads_do_not_race(tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("ThreadSanitizer comes with gcc, which is not installed")
    sources = [SHIM / "shim.c", CLIENT / "toy_model.c"]
    library = compile_c(tmp_path / "toy.so", sources, *THREAD, "-shared", compiler=(compiler,))
    sizes = [size_of("toy", model, place(tmp_path, model)) for model in map(declare, (3, 4, 200))]
    options = (*THREAD, "-pthread", "-D_POSIX_C_SOURCE=200809L")
    client = compile_c(tmp_path / "crowd", [CLIENT / "crowd.c"], *options, compiler=(compiler,))
    command = [client, library, *RANGES["toy"], "threads", 8, 64, 50, *chain.from_iterable(sizes)]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
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
