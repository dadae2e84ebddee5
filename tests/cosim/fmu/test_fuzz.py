"""Whatever an .fmu file holds: it is read, or one line says what is wrong with it, soon and in little memory."""

import re
import time
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.fmu.interface import read_interface
from packfmu.coupling.port import Port
from packfmu.coupling.slave import SlaveError
from packfmu.pack.topology import ELECTRICAL
from tests.cosim.fmu.mutations import ATTRIBUTE, HOSTILE, mutated_bytes, mutated_text
from tests.cosim.fmu.strangers import GOOD, LIBRARY, archive, entry

MOST_MEMORY = 32 * 2**20
"""Bytes; a read of the whole description takes less than one megabyte."""

MOST_TIME = 20.0
"""Seconds; a read takes milliseconds, on a machine that others use."""

NUMBER = st.integers(0, 10**6)
CHANGES = st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=4)


def check_port(port: Port) -> None:
    """Check what is relied upon."""
    assert port.references.dtype == np.uint32
    assert port.references.shape == port.start.shape == (port.count,)
    assert not np.isinf(port.start[~np.isnan(port.start)]).any()
    assert port.min <= port.max
    assert 0.0 < port.nominal < np.inf
    assert 0.0 <= port.hold_tolerance < np.inf
    assert (port.name + port.unit + port.display_unit).isprintable()


def check_message(error: Exception, path: Path) -> None:
    assert str(error).startswith(f"{path}")
    assert "\n" not in str(error)
    assert len(str(error)) < 700


def is_read(path: Path) -> bool:
    """Read a file, and open it where that is allowed; return whether it was read."""
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        description, ports, _ = read_interface(path)
    except InputError as error:
        check_message(error, path)
        return False
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MEMORY
        assert time.perf_counter() - begun < MOST_TIME
    assert re.fullmatch(r"[A-Za-z_]\w*", description.identifier, re.ASCII)
    for port in ports.values():
        check_port(port)
    with pytest.raises(SlaveError) as refused:  # its library is none
        fmu_component("Model", ELECTRICAL, path).open([], [])
    check_message(refused.value, path)
    return True


def strange_description(changes: list[tuple[int, int, int]]) -> bool:
    with TemporaryDirectory() as folder:
        return is_read(archive(Path(folder, "Model.fmu"), text=mutated_text(GOOD, changes)))


def strange_archive(content: bytes, changes: list[tuple[int, int, int]]) -> bool:
    with TemporaryDirectory() as folder:
        path = Path(folder, "Model.fmu")
        path.write_bytes(mutated_bytes(content, changes))
        return is_read(path)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Return the bytes of a small archive."""
    entries = [(entry(LIBRARY), b"no library"), (entry("resources/x"), b"x" * 1000), (entry("documentation/"), b"")]
    return archive(tmp_path_factory.mktemp("fuzz") / "Model.fmu", *entries).read_bytes()


def test_what_is_mutated_is_read_unless_it_is_mutated():
    assert strange_description([])


def test_infinite_values_of_every_attribute():
    places = range(len(ATTRIBUTE.findall(GOOD)))
    read = [strange_description([(0, place, HOSTILE.index("INF"))]) for place in places]
    assert True in read
    assert False in read


@settings(max_examples=150)
@given(CHANGES)
def test_mutated_descriptions(changes):
    strange_description(changes)


def test_mutated_archives(content):
    @settings(max_examples=150)
    @given(CHANGES)
    def mutated(changes):
        strange_archive(content, changes)

    mutated()


@pytest.mark.campaign
def test_many_mutated_descriptions():
    @settings(max_examples=10_000)
    @given(CHANGES)
    def mutated(changes):
        strange_description(changes)

    mutated()


@pytest.mark.campaign
def test_many_mutated_archives(content):
    @settings(max_examples=10_000)
    @given(CHANGES)
    def mutated(changes):
        strange_archive(content, changes)

    mutated()
