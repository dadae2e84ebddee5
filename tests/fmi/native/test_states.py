"""States through the shim: saved, restored, turned into bytes and back, and bytes that are not theirs."""

import ctypes
import math
import struct
from ctypes import byref, c_size_t, c_void_p

import pytest

from packfmu.fmi.native.tables import checksum, state_identity, tables
from tests.fmi.native.native_toy import (
    END,
    ERROR,
    GAIN,
    GUID,
    LEVEL,
    MODE,
    OK,
    RATE,
    SCALED,
    STAMP,
    TOTAL,
    TWIN,
    Importer,
    build_toy,
    write_tables,
)
from tests.fmi.native.toy import declare


def test_a_restored_state_repeats_the_bits_hidden_state_included(toy):
    assert toy.set("Real", [RATE], [1.5]) == toy.slope(RATE + 1, 0.5) == toy.step() == OK
    assert toy.slope(RATE + 1, -0.5) == OK
    state = toy.save()

    def run():
        times = [1.0 + 0.3 * k for k in range(20)]
        return [(toy.step(t, 0.3), toy.get(LEVEL, LEVEL + 1, TOTAL, RATE + 1), toy.rate(TOTAL)) for t in times]

    first, end = run(), toy.bytes()
    assert toy.call("fmi2Terminate") == toy.restore(state) == OK
    assert run() == first
    assert toy.bytes() == end
    assert toy.call("fmi2GetFMUstate", byref(state)) == OK  # the memory is used again
    toy.release(state)
    toy.release(c_void_p())


def test_bytes_of_a_state_go_to_another_instance(toy, new):
    assert toy.set("Real", [RATE, GAIN], [1.5, 2.0]) == toy.step() == OK
    other = new()
    status, state = other.from_bytes(toy.bytes())
    assert status == other.restore(state) == OK
    other.release(state)
    assert other.bytes() == toy.bytes()
    assert [toy.step(1.0), other.step(1.0)] == [OK, OK]
    assert other.get(LEVEL, SCALED) == toy.get(LEVEL, SCALED)


def test_states_in_use_are_given_room_and_their_own_kind(toy):
    state, data = toy.save(), toy.bytes()
    assert toy.call("fmi2SerializeFMUstate", state, (ctypes.c_char * 8)(), c_size_t(8)) == ERROR
    assert f"needs {len(data)} bytes, there are 8" in toy.messages[0]
    foreign = ctypes.create_string_buffer(b"other", len(data))
    assert toy.call("fmi2GetFMUstate", byref(c_void_p(ctypes.addressof(foreign)))) == ERROR
    toy.release(state)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: b"", "these are 0"),
        (lambda data: data[:-8], "has {} bytes"),
        (lambda data: b"q" + data[1:], "no state of an FMU of packfmu"),
        (lambda data: data[:8] + b"\7" + data[9:], "another version"),
        (lambda data: data[:12] + b"\2" + data[13:], "byte order"),
        (lambda data: data[:16] + b"T" + data[17:], "belongs to another FMU"),
        (lambda data: data[:48] + b"\1" + data[49:], "cut off"),
        (lambda data: data[:-20] + b"\7" + data[-19:], "damaged"),
    ],
)
def test_foreign_bytes_are_refused_as_a_state(toy, spoil, words):
    data = toy.bytes()
    status, state = toy.from_bytes(spoil(data))
    assert (status, state.value) == (ERROR, None)
    assert words.format(len(data)) in toy.messages[0]
    assert toy.bytes() == data


FLAGS = 64
"""Where a state's flags begin: phase, stale, is_set_up, has_stop_time, has_slopes, unused; stop time, time, step."""

VALUES = FLAGS + 48
"""Where its memory begins."""


def forged(data, place, form, value):
    """Return a state with another number in it, and the checksum that fits."""
    packed = struct.pack(form, value)
    data = data[:place] + packed + data[place + len(packed) :]
    return data[: FLAGS - 8] + struct.pack("<Q", checksum(data[FLAGS:])) + data[FLAGS:]


@pytest.mark.parametrize(
    ("place", "form", "value"),
    [
        (FLAGS, "<I", 3),
        *((FLAGS + 4, "<I", stale) for stale in (2, 3)),
        *((FLAGS + 4 * flag, "<I", 2) for flag in (2, 3, 4)),
        (FLAGS + 20, "<I", 1),
        *((FLAGS + 24 + 8 * time, "<d", math.nan) for time in (0, 1, 2)),
        (FLAGS + 40, "<d", -1.0),
        *((VALUES + 8 * reference, "<d", math.nan) for reference in (TWIN, RATE, TOTAL, END)),
        (VALUES + 8 * GAIN, "<d", 11.0),
        (VALUES + 8 * (END + 5), "<d", math.inf),
        (VALUES + 8 * (END + 13 + MODE - RATE), "<d", 9.0),
    ],
)
def test_a_state_that_no_instance_comes_to_is_refused(toy, place, form, value):
    assert toy.from_bytes(forged(toy.bytes(), place, form, value))[0] == ERROR
    assert "damaged" in toy.messages[0]


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (GAIN, 11.0, "gain = 11 is not within [0, 10]"),
        (MODE, 1.5, "toy_mode = 1.5 is not a whole number within [1, 8]"),
        (END + 3, 1.25, "hidden state chaos = 1.25 is not within [0, 1]"),
        (END, math.inf, "hidden state level[1] became inf"),
        (TOTAL, math.nan, "total became nan"),
        (END + 5, math.inf, "a derivative of an input is not finite"),
    ],
)
def test_what_no_instance_can_hold_is_named(toy, place, value, words):
    assert toy.from_bytes(forged(toy.bytes(), VALUES + 8 * place, "<d", value))[0] == ERROR
    assert toy.messages == [f"fmi2DeSerializeFMUstate: the state is damaged: {words}"]


def test_states_that_are_still_to_be_computed_have_no_bounds(new):
    toy = new()
    status, state = toy.from_bytes(forged(toy.bytes(), VALUES + 8 * (END + 3), "<d", 7.0))
    assert status == toy.restore(state) == OK
    toy.release(state)


def test_a_forged_state_that_an_instance_may_come_to_is_taken(toy):
    status, state = toy.from_bytes(forged(toy.bytes(), VALUES + 8 * GAIN, "<d", 3.0))
    assert status == toy.restore(state) == OK
    assert toy.get(GAIN) == [3.0]
    toy.release(state)


def test_where_a_state_from_bytes_goes_is_not_read(toy):
    data = toy.bytes()
    pointer = ctypes.cast(ctypes.create_string_buffer(data, len(data)), ctypes.POINTER(ctypes.c_char))
    state = c_void_p(8)  # no place that may be read
    assert toy.call("fmi2DeSerializeFMUstate", pointer, c_size_t(len(data)), byref(state)) == OK
    assert toy.restore(state) == OK
    toy.release(state)


def test_a_state_of_another_version_of_the_model_is_refused(toy, tmp_path):
    library = build_toy(tmp_path, "toy 2")
    other = Importer(library, tmp_path.as_uri())
    assert other.from_bytes(toy.bytes())[0] == ERROR
    identity = state_identity(declare(), "toy 2")
    assert other.messages == [
        "fmi2DeSerializeFMUstate: the state belongs to another FMU or to another version of it, this one is Toy "
        + identity
    ]
    other.free()


def test_a_state_of_another_size_is_refused(new, toy, tmp_path):
    other = new(resources=write_tables(tmp_path, tables(declare(4), GUID, STAMP))).initialise()
    state, data = toy.save(), toy.bytes()
    assert other.restore(state) == other.from_bytes(data)[0] == ERROR
    words = "the state belongs to another FMU or to another version of it, this one is Toy"
    assert other.messages == [
        f"fmi2SetFMUstate: {words} {state_identity(declare(4), STAMP)}",
        f"fmi2DeSerializeFMUstate: a state of this FMU has {len(other.bytes())} bytes, these are {len(data)}",
    ]
    toy.release(state)
