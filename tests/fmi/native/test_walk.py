"""Random calls, valid and invalid, on the shim with the toy and with real kernels, under sanitizers and memcheck."""

import os
import re
import shutil
import subprocess

import pytest

from packfmu.fmi.native.platforms import LINUX
from tests.fmi.native.native_models import ALL, compile_model
from tests.fmi.native.native_toy import CLIENT, SHIM

ADDRESS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
UNDEFINED = ("-g", "-O1", "-fsanitize=undefined", "-fsanitize-trap=undefined")  # what prints takes 18 s to compile
PLAIN = ("-g", "-O1", f"-mcpu={LINUX.linker_processor}")  # memcheck does not know every processor's instructions
MEMCHECK = ("valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=all")

KERNELS = ALL[1:]
"""Without the toy, which has none of numba's."""


def find_gcc():
    """Return the compiler that comes with AddressSanitizer, or skip the test."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("AddressSanitizer comes with gcc, which is not installed; ziglang has none")
    return compiler


def build(name, what, folder, checks):
    """Return a client over a model, built for the one or the other checker."""
    sources = [CLIENT / f"{what}.c", *([SHIM / "shim.c"] if what == "walk" else [])]
    if checks == "address":
        return compile_model(name, folder / what, sources, *ADDRESS, compiler=(find_gcc(),), checked=True)
    return compile_model(name, folder / what, sources, *(UNDEFINED if checks == "undefined" else PLAIN))


@pytest.fixture(scope="module", params=ALL)
def name(request):
    return request.param


@pytest.fixture(scope="module", params=["address", "undefined"])
def walk(request, name, tmp_path_factory):
    """Return the random walk over a model, built with a sanitizer."""
    return build(name, "walk", tmp_path_factory.mktemp(f"{name}_{request.param}"), request.param)


def run(*command):
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(("calls", "seed"), [(20_000, 0), pytest.param(1_000_000, 1, marks=pytest.mark.campaign)])
def test_a_random_walk_crashes_nothing_and_refusals_change_nothing(name, walk, calls, seed):
    printed = run(walk, str(calls), str(seed), walk.parent.as_uri())
    made, granted, refused, computed, stepped, discarded, misused = map(int, re.findall(r"\d+", printed))
    assert made >= calls
    assert min(granted, refused) > calls // 4
    assert stepped > calls // (40 if name == "porous" else 20)  # many of its steps are discarded
    assert discarded > calls // (10_000 if name == "balancer" else 1000)  # which refuses parameters only
    assert misused > calls // 1000
    assert computed > 0 or name != "toy"  # rare where no parameter is tunable


@pytest.fixture
def memcheck():
    if shutil.which(MEMCHECK[0]) is None:
        pytest.skip("valgrind is not installed")
    return MEMCHECK


def test_a_random_walk_reads_nothing_that_was_not_written(memcheck, name, tmp_path):
    walk = build(name, "walk", tmp_path, "memcheck")
    run(*memcheck, walk, "1500", "2", tmp_path.as_uri())


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_read_nothing_that_was_not_written_and_stay_within_their_blocks(memcheck, name, tmp_path):
    blocks = build(name, "blocks", tmp_path, "memcheck")
    refused = int(run(*memcheck, blocks, "300", "3", tmp_path.as_uri()).split()[0])
    assert refused < (200 if name == "porous" else 100)  # what is drawn empties its surfaces more often than not


@pytest.mark.parametrize(
    ("steps", "share"), [("20000", "10"), pytest.param("3000000", "1", marks=pytest.mark.campaign)]
)
@pytest.mark.parametrize("name", KERNELS)
def test_each_access_of_the_kernels_is_within_its_block_whatever_the_states_hold(name, steps, share, tmp_path):
    blocks = build(name, "blocks", tmp_path, "address")
    assert int(run(blocks, "20000", "4", tmp_path.as_uri()).split()[0]) < 10_000
    if name != "pack":  # its clock is checked where a state is restored
        run(blocks, steps, "5", tmp_path.as_uri(), share)


def test_an_access_beside_a_block_would_be_seen(tmp_path):
    options = (*ADDRESS, "-DMISSING=1")
    short = compile_model(
        "cell", tmp_path / "blocks", [CLIENT / "blocks.c"], *options, compiler=(find_gcc(),), checked=True
    )
    done = subprocess.run([short, "1", "4", tmp_path.as_uri()], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert re.search(r"heap-buffer-overflow.*\n.*\n +#0 .* in (model_|_ZN7packfmu|packfmu::)", done.stderr)
