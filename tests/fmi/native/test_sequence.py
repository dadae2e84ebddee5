"""Which calls the shim allows when, and what it logs: the table of the call sequence of FMI 2.0.4, section 4.2.4."""

import math
from ctypes import byref, c_char_p, c_double, c_int, c_size_t
from itertools import count

import pytest

from tests.fmi.native.native_toy import DISCARD, DISCARDS, ERROR, ERRORS, GAIN, LIMIT, OK, PHASES, RATE, TOTAL, in_phase

ALLOWED = {
    "setup": (lambda i: i.setup(), "I"),
    "enter": (lambda i: i.call("fmi2EnterInitializationMode"), "I"),
    "exit": (lambda i: i.call("fmi2ExitInitializationMode"), "M"),
    "terminate": (lambda i: i.call("fmi2Terminate"), "S"),
    "reset": (lambda i: i.call("fmi2Reset"), "IMST"),
    "get": (lambda i: i.get_status("Real", [TOTAL])[0], "MST"),
    "get string": (lambda i: i.get_status("String", [])[0], "MST"),
    "set": (lambda i: i.set("Real", [RATE], [1.0]), "IMS"),
    "set string": (lambda i: i.set("String", [], []), "IMS"),
    "step": (lambda i: i.step(), "S"),
    "cancel": (lambda i: i.call("fmi2CancelStep"), ""),
    "slope": (lambda i: i.slope(RATE, 1.0), "IMS"),
    "rate": (lambda i: i.rate(TOTAL)[0], "ST"),
    "status": (lambda i: i.call("fmi2GetRealStatus", c_int(2), byref(c_double())), "ST"),
    "log": (lambda i: i.call("fmi2SetDebugLogging", c_int(1), c_size_t(0), None), "IMST"),
    "bytes": (lambda i: i.release(i.from_bytes(i.bytes())[1]) or OK, "IMST"),
    "get state": (lambda i: i.release(i.save()) or OK, "IMST"),
}


@pytest.mark.parametrize("what", ALLOWED)
@pytest.mark.parametrize("phase", PHASES)
def test_the_table_of_the_call_sequence(new, what, phase):
    importer = in_phase(new(), phase)
    call, phases = ALLOWED[what]
    if phase == "instantiated" and what == "enter":
        assert importer.setup() == OK
    before = importer.bytes()
    if "IMST"[PHASES.index(phase)] in phases:
        assert call(importer) == OK
        assert importer.log == []
    else:
        assert call(importer) == ERROR
        assert importer.bytes() == before
        assert "out of sequence" in importer.messages[-1]
        assert what == "cancel" or phase in importer.messages[-1]


def test_the_experiment_is_set_up_first(new):
    importer = new()
    assert importer.call("fmi2EnterInitializationMode") == ERROR
    assert "fmi2SetupExperiment comes before it" in importer.messages[0]
    assert [importer.setup(math.nan), importer.setup(1.0, 0.5), importer.setup(0.0, math.inf)] == [ERROR] * 3


def test_a_reset_starts_anew(toy, new):
    assert toy.set("Real", [RATE, GAIN], [1.0, 2.0]) == toy.step() == toy.slope(RATE, 1.0) == OK
    assert toy.call("fmi2Reset") == OK
    assert toy.bytes() == new().bytes()


def test_a_synchronous_slave_answers_the_status_family(toy):
    assert toy.step(0.0, 0.25) == OK
    time, truth, whole, text = c_double(), c_int(), c_int(), c_char_p()
    assert toy.ended() == (False, 0.25)
    for name, value in (("", whole), ("Real", time), ("Integer", whole), ("Boolean", truth), ("String", text)):
        assert toy.call(f"fmi2Get{name}Status", c_int(0), byref(value)) == DISCARD
        assert toy.call(f"fmi2Get{name}Status", c_int(0), None) == ERROR
    assert toy.log[0] == (DISCARD, DISCARDS, "fmi2GetStatus cannot report status 0: no step is ever pending")


def test_directional_derivatives_are_not_provided(toy):
    assert toy.call("fmi2GetDirectionalDerivative", *[None] * 6) == ERROR
    assert toy.messages == ["fmi2GetDirectionalDerivative is not provided: no output has direct feedthrough"]


def test_log_categories_are_switched(toy):
    def switch(on, *names):
        return toy.call("fmi2SetDebugLogging", c_int(on), c_size_t(len(names)), (c_char_p * len(names))(*names))

    def told():
        toy.log.clear()
        length = next(lengths)  # the message that was logged last is not logged once more
        assert [toy.step(0.0, -length), toy.step(0.0, length)] == [ERROR, DISCARD]
        return {category for _, category, _ in toy.log}

    lengths = count(1.0)
    assert toy.set("Real", [LIMIT], [0.0]) == OK
    assert told() == {ERRORS, DISCARDS}
    assert switch(0) == OK  # debugging messages, of which there are none
    assert told() == {ERRORS, DISCARDS}
    assert switch(0, b"logStatusError") == OK
    assert told() == {DISCARDS}
    assert switch(0, b"logStatusDiscard") == OK
    assert told() == set()
    assert switch(1, b"logStatusError") == OK
    assert told() == {ERRORS}
    assert switch(1, b"logStatusDiscard") == OK
    assert told() == {ERRORS, DISCARDS}
    assert switch(1, b"logAll") == ERROR
    assert toy.messages[-1] == "fmi2SetDebugLogging: there is no log category logAll"
    assert switch(1, None) == ERROR
    assert switch(0, b"logStatusError", b"logStatusDiscard") == OK
    assert told() == set()
    assert switch(1) == OK
    assert told() == {ERRORS, DISCARDS}


def test_messages_are_formats_without_arguments_in_utf_8(toy):
    names = (c_char_p * 1)("%s #r1# \N{DEGREE SIGN}\u20ac\U0001f50b".encode() + b"\x80\xff\xc3")
    assert toy.call("fmi2SetDebugLogging", c_int(1), c_size_t(1), names) == ERROR
    assert toy.messages[0].endswith("%%s ##r1## \N{DEGREE SIGN}\u20ac\U0001f50b???")
