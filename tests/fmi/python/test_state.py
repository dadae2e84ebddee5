"""Saved and restored states, through FMPy."""

import math

import pytest

from tests.fmi.python.host import Host, refused, run


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
