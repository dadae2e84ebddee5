"""model.bin that is damaged, foreign, or contradicts itself: the shim refuses it by name, with one line."""

import functools
import math
import os
import re
import shutil
import subprocess
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packfmu.fmi.native.tables import tables
from tests.fmi.native.forge import X, Y, flipped, spoil, take_apart
from tests.fmi.native.native_toy import (
    CLIENT,
    ERROR,
    ERRORS,
    GAIN,
    GUID,
    SHIM,
    STAMP,
    TWIN,
    WARMTH,
    Importer,
    compile_c,
    toy_tables,
    write_tables,
)
from tests.fmi.native.toy import declare


@pytest.fixture
def refusal_of(library, tmp_path):
    """Return what gives the one message about tables, by default those that lie there; it names the file."""
    location = write_tables(tmp_path)
    importer = Importer(library, location)
    importer.free()
    beginning = f"model.bin at {location}: "

    def refused(content=None):
        if content is not None:
            write_tables(tmp_path, content)
        importer.log.clear()
        assert not importer.instantiate(b"toy", 1, GUID, location)
        assert not importer.live
        ((status, category, message),) = importer.log
        assert (status, category) == (ERROR, ERRORS)
        assert "\n" not in message
        assert message.startswith(beginning)
        return message.removeprefix(beginning)

    return refused


VERSION = "it has another version or byte order than this library reads"


def test_every_flipped_bit_is_found(refusal_of, tmp_path):
    data = toy_tables()
    with (tmp_path / "model.bin").open("r+b", buffering=0) as file:  # byte by byte is quick
        for place, byte in enumerate(data):
            expected = "it holds no tables of packfmu" if place < 8 else VERSION if place < 16 else "it is damaged"
            for bit in range(8):
                file.seek(place)
                file.write(bytes([byte ^ 1 << bit]))
                assert refusal_of() == expected, (place, bit)
            file.seek(place)
            file.write(bytes([byte]))


def test_changes_of_two_signs_do_not_cancel(refusal_of):
    data = toy_tables()
    signs = [8 * place + 63 for place in range(len(data) - 8, 176, -8)]
    for one, other in pairwise(signs):
        assert refusal_of(flipped(flipped(data, one), other)) == "it is damaged"


def test_every_cut_and_any_addition_is_found(refusal_of, tmp_path):
    data = toy_tables()
    for length in reversed(range(len(data))):
        os.truncate(tmp_path / "model.bin", length)
        assert refusal_of() == "it is cut off", length
    for more in (b"\0", b"\n", data):
        assert refusal_of(data + more) == "it is longer than it says"


LARGE = tables(declare(2000), GUID, STAMP)
"""Some 50 kB."""


@given(bits=st.lists(st.integers(0, 8 * len(LARGE) - 1), min_size=1, max_size=4, unique=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_few_flipped_bits_in_a_large_file_are_found(refusal_of, bits):
    data = functools.reduce(flipped, bits, LARGE)
    assert refusal_of(data).startswith("it ")


@given(length=st.integers(0, len(LARGE) - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cuts_in_a_large_file_are_found(refusal_of, length):
    assert refusal_of(LARGE[:length]) == "it is cut off"


def test_tables_that_are_not_there_are_told(new, tmp_path):
    importer = new(resources=tmp_path.as_uri())
    assert importer.messages == [f"model.bin at {tmp_path.as_uri()}: it cannot be opened"]
    (tmp_path / "model.bin").mkdir()
    importer = new(resources=tmp_path.as_uri())
    assert importer.messages == [f"model.bin at {tmp_path.as_uri()}: it is cut off"]


def test_tables_of_another_fmu_are_told(refusal_of):
    other = tables(declare(2), "{another}", STAMP)
    assert refusal_of(other) == f"it belongs to the FMU {{another}}, not to {GUID}"
    foreign = tables(declare(), GUID, "another stamp")
    words = "it belongs to another FMU or to another version of it, this library is Toy toy 1"
    assert refusal_of(foreign) == words


def change(part, value, *where):
    """Return what puts a value into a part of tables: at an index, or in a field of a row."""

    def spoil(forged):
        target = getattr(forged, part)
        for key in where[:-1]:
            target = target[key]
        target[where[-1]] = value

    return spoil


def of_variable(wanted, **values):
    def spoil(forged):
        row = forged.variable(wanted)
        for field, value in values.items():
            row[field] = value

    return spoil


def drop_last(forged):
    forged.variables = forged.variables[:-1]
    forged.numbers[6] -= 1


def without_text(forged):
    forged.text = forged.text[:0]
    forged.numbers[9] = 0


def with_odd_text(forged):
    forged.text = np.append(forged.text, np.uint8(0))
    forged.numbers[9] += 1


def with_more_layouts(forged):
    forged.layouts = np.append(forged.layouts, 0)
    forged.numbers[5] += 1


def with_a_larger_block(block):
    def spoil(forged):
        forged.numbers[block] += 1

    return spoil


BEYOND = 2**32 - 1

FORGERIES = 2000

CONTRADICTIONS = {
    "GUID without an end": change("names", GUID.encode().ljust(40, b"x"), "guid"),
    "identity without an end": change("names", b"i" * 32, "identity"),
    "no text": without_text,
    "text of odd length": with_odd_text,
    "text without an end": change("text", ord("x"), -1),
    "more layouts": with_more_layouts,
    "more states": with_a_larger_block(X),
    "more outputs": with_a_larger_block(Y),
    "an offset": change("layouts", 1, 0),
    "an offset after an array": change("layouts", 4, 2),
    "an offset in a block": change("layouts", 1, 5),
    "an offset after a block": change("layouts", 0, 6),
    "an extent below 0": change("layouts", -3, 1),
    "an extent beyond all": change("layouts", 2**32, 1),
    "an extent beyond its block": change("layouts", BEYOND, 1),
    "an extent of the structure": change("layouts", 3, 12),
    "a smaller array": change("layouts", 1, 1),
    "the first reference": of_variable("twin", first=1),
    "a gap": of_variable("gain", first=2),
    "an overlap": of_variable("rate", first=11),
    "a count": of_variable("rate", count=2),
    "an extent": of_variable("rate", extent=[2, 0]),
    "extents": of_variable("table", extent=[3, 3]),
    "a rank": of_variable("rate", rank=0),
    "no rank": of_variable("gain", rank=3, extent=[1, 1]),
    "no role": of_variable("gain", role=6),
    "a state among parameters": of_variable("gain", role=5),
    "an output among states": of_variable("chaos", role=3),
    "no kind": of_variable("gain", kind=3),
    "an input among parameters": of_variable("gain", role=2),
    "an output among inputs": of_variable("rate", role=3),
    "a parameter among inputs": of_variable("limit", role=1),
    "an input among outputs": of_variable("level", role=2),
    "across the blocks": of_variable("warmth", rank=1, count=2, extent=[2, 0]),
    "beyond the interface": of_variable("steps", rank=1, count=BEYOND, extent=[BEYOND, 0]),
    "a name": of_variable("gain", name=BEYOND),
    "a unit": of_variable("gain", unit=BEYOND),
    "too few variables": drop_last,
    "the first piece": change("refusals", BEYOND, 0, "first"),
    "too many pieces": change("refusals", BEYOND, -1, "count"),
    "one piece too many": change("refusals", 5, -1, "count"),
    "a literal": change("pieces", BEYOND, 0, "literal"),
    "a form": change("pieces", 4, 0, "form"),
    "digits": change("pieces", 100, 0, "digits"),
    "a place": change("pieces", 36, 0, "place"),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_tables_that_contradict_themselves_are_refused(refusal_of, what):
    forged = take_apart(toy_tables())
    CONTRADICTIONS[what](forged)
    assert refusal_of(forged.content()) == "it contradicts itself"


def test_forged_tables_without_a_contradiction_are_taken(new, tmp_path):
    forged = take_apart(toy_tables())
    assert forged.content() == toy_tables()
    forged.pieces["place"][0] = 35
    of_variable("gain", max=3.0)(forged)
    importer = new(resources=write_tables(tmp_path, forged.content()))
    assert importer.set("Real", [GAIN], [4.0]) == ERROR
    assert importer.messages == ["gain = 4 is not within [0, 3]; nothing was set"]


def test_forged_tables_let_nobody_read_beside_the_memory(tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("AddressSanitizer comes with gcc, which is not installed")
    options = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    sources = [CLIENT / "taker.c", SHIM / "shim.c", CLIENT / "toy_model.c"]
    taker = compile_c(tmp_path / "taker", sources, *options, compiler=(compiler,))
    generator, locations = np.random.default_rng(11), []
    for number in range(FORGERIES):
        forged = take_apart(toy_tables())
        for _ in range(generator.integers(1, 4)):
            spoil(forged, generator)
        locations.append(write_tables(tmp_path / str(number), forged.content()))
    done = subprocess.run([taker, GUID, *locations], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    taken, of = map(int, re.findall(r"\d+", done.stdout)[:2])
    assert of == FORGERIES
    assert FORGERIES // 20 < taken < FORGERIES


@pytest.mark.parametrize(
    ("reference", "value", "words"),
    [
        (TWIN, 2.0, "twin = 2 K is not within [200, 500] K"),
        (GAIN, math.nan, "gain = nan is not finite and within [0, 10]"),
        (WARMTH, 2.0, "warmth = 2 K is not within [200, 500] K"),
    ],
)
def test_start_values_are_checked(refusal_of, reference, value, words):
    forged = take_apart(toy_tables())
    forged.start[reference] = value
    assert refusal_of(forged.content()) == words
