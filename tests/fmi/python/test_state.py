"""Saved and restored states, through FMPy."""

import json
import math

import pytest
from fmpy.fmi1 import FMICallException

from tests.fmi.python.host import Host, refused, run
from tests.fmi.python.sealed import BODY, MEMORY, sealed


def test_a_restored_state_repeats_the_bits_hidden_state_included(host):
    host.initialize()
    run(host, 3)
    state = host.fmu.getFMUstate()
    first = run(host, 4, 3)
    host.fmu.setFMUstate(state)
    assert run(host, 4, 3) == first
    host.fmu.freeFMUstate(state)


def test_a_serialized_state_goes_to_another_instance(host, toy_fmu):
    host.initialize(gain=0.3)
    run(host, 3)
    state = host.fmu.getFMUstate()
    data = host.fmu.serializeFMUstate(state)
    host.fmu.freeFMUstate(state)
    first = run(host, 4, 3)
    with Host(toy_fmu, "other") as other:
        restored = other.fmu.deSerializeFMUstate(data)
        other.fmu.setFMUstate(restored)
        other.fmu.freeFMUstate(restored)
        assert other["gain"] == 0.3
        assert run(other, 4, 3) == first


def test_a_saved_refusal_is_restored_with_the_state(host):
    host.initialize()
    host["rate[1]"] = math.nan
    state = host.fmu.getFMUstate()
    host["rate[1]"] = 1.0
    host.step()
    host.fmu.setFMUstate(state)
    host.fmu.freeFMUstate(state)
    assert "rate[1] = nan" in refused(host, 0.0)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: b"nonsense", "no state of an FMU of packfmu"),
        (lambda data: b"", "no state of an FMU of packfmu"),
        (lambda data: data[:7] + b"\x63" + data[8:], "version 99"),
        (lambda data: data[:9] + b"0000" + data[13:], "belongs to the FMU"),
        (lambda data: data[:200], "cut off"),
    ],
)
def test_foreign_bytes_are_refused_as_a_state(host, spoil, words):
    host.initialize().step()
    before = host.outputs()
    good = host.fmu.getFMUstate()
    state = host.fmu.deSerializeFMUstate(spoil(host.fmu.serializeFMUstate(good)))
    host.fmu.setFMUstate(state)
    host.fmu.freeFMUstate(state)
    assert words in host.log[-1][2]
    assert host.outputs() == before
    assert words in refused(host)
    host.fmu.setFMUstate(good)
    host.fmu.freeFMUstate(good)
    host.step()


def bytes_of(host):
    state = host.fmu.getFMUstate()
    data = bytes(host.fmu.serializeFMUstate(state))
    host.fmu.freeFMUstate(state)
    return data


def restore(host, data):
    """Restore bytes; return the last message where that was refused."""
    told = len(host.log)
    state = host.fmu.deSerializeFMUstate(data)
    host.fmu.setFMUstate(state)
    host.fmu.freeFMUstate(state)
    return host.log[-1][2] if len(host.log) > told else None


def test_every_flipped_bit_is_found(host):
    host.initialize().step()
    before, data = host.outputs(), bytes_of(host)
    for place in range(len(data)):
        restore(host, data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        assert host.outputs() == before
        with pytest.raises(FMICallException):
            host.step()
    assert restore(host, data) is None
    host.step()


def place_of(host, name):
    return MEMORY + 8 * host.variables[name].valueReference


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda host: (BODY, "<B", 7), "7 is not a valid Mode"),
        (lambda host: (BODY + 1, "<B", 3), "3 is not a valid Stale"),
        (lambda host: (BODY + 1, "<B", 2), "its flags contradict each other"),
        (lambda host: (BODY + 2, "<d", math.nan), "its flags contradict each other"),
        (lambda host: (BODY + 10, "<Q", 8), "its flags contradict each other"),
        (lambda host: (place_of(host, "gain"), "<d", 10.5), "gain = 10.5 is not within [0, 10]"),
        (lambda host: (place_of(host, "shift"), "<d", 0.5), "shift = 0.5 is not a whole number within [-5, 5]"),
        (lambda host: (place_of(host, "total"), "<d", math.inf), "total = inf C is not finite"),
        (lambda host: (-2 - 16, "<d", 1.5), "hidden state hidden = 1.5 is not within [0, 1]"),
        (lambda host: (-2 - 8, "<d", -1.0), "hidden state count = -1 is not within [0, inf]"),
        (lambda host: (-2, "<2s", b"[]"), "'list' object has no attribute"),
        (lambda host: (-2, "<2s", b"{x"), "Expecting property name"),
    ],
)
def test_sealed_bytes_that_no_instance_has_written_are_refused(host, change, words):
    host.initialize().step()
    before, data = host.outputs(), bytes_of(host)
    place, form, value = change(host)
    message = restore(host, sealed(data, place % len(data), form, value))
    assert "the state is damaged" in message
    assert words in message
    assert host.outputs() == before
    assert restore(host, data) is None


def test_a_state_before_the_initialisation_and_one_that_is_not_finite_are_restored(host):
    data = bytes_of(host)
    assert restore(host, data) is None
    host.fmu.setupExperiment(startTime=0.0)
    host.fmu.enterInitializationMode()
    host["divisor"] = 0.0
    assert not math.isfinite(host["quotient"])
    message = host.log[-1][2]
    assert restore(host, bytes_of(host)) is None
    assert not math.isfinite(host["quotient"])
    assert json.loads(bytes_of(host).rpartition(b"{")[2].join([b"{", b""])) == {"-1": message}
    assert restore(host, data) is None


def test_what_is_amiss_does_not_switch_the_bounds_off(host):
    """With outputs that are not finite the states still count, and before the first step all is computed anew."""
    data = bytes_of(host.initialize())
    amiss = data[:-2] + b'{"-1": "quotient became inf"}'
    place = len(data) - 2 - 16
    assert "hidden state hidden = 1.5" in restore(host, sealed(amiss, place, "<d", 1.5))
    assert restore(host, sealed(amiss, place_of(host, "quotient"), "<d", math.inf)) is None
    assert "quotient became inf" in refused(host)  # it is found once more
    host.fmu.reset()
    host.fmu.setupExperiment(startTime=0.0)
    before = bytes_of(host)
    assert restore(host, sealed(before[:-2] + b'{"-1": "?"}', place, "<d", 1.5)) is None
    host.fmu.enterInitializationMode()
    host.fmu.exitInitializationMode()
    fresh = host.outputs()
    host.fmu.reset()
    assert host.initialize().outputs() == fresh
