"""Steps that the model refuses: what they tell and leave behind, and the ways to go on."""

import pytest

from tests.fmi.native.native_toy import (
    DISCARD,
    DISCARDS,
    DIVISOR,
    ERROR,
    GAIN,
    LIMIT,
    MODE,
    OK,
    RATE,
    START,
    settled,
)


@pytest.mark.parametrize(
    ("kind", "reference", "value", "reason"),
    [
        (
            "Real",
            LIMIT,
            1.0,
            "total = 15.5025 C is beyond limit = 1 C, rate[1] = 0.5 A, table[1,2] = 2.000, 1.0e+00 steps (100 %%)",
        ),
        ("Real", DIVISOR, 0.0, "total.scaled[2] became nan"),
        ("Integer", MODE, 2, "the model gave the status 2, which it does not explain"),
        ("Integer", MODE, 3, "the kernel failed with code -1"),
        ("Integer", MODE, 4, "hidden state count became inf"),
        ("Integer", MODE, 8, ""),
    ],
)
def test_a_refused_step_tells_why_and_leaves_everything_as_it_was(toy, kind, reference, value, reason):
    assert toy.set(kind, [reference], [value]) == toy.slope(RATE, 1.0) == OK
    before = settled(toy)
    assert toy.step() == DISCARD
    assert toy.log == [(DISCARD, DISCARDS, f"the step from 0 s by 1 s is refused: {reason}")]
    assert toy.bytes() == before
    assert toy.ended() == (True, 0.0)
    assert toy.set(kind, [reference], [1 if kind == "Integer" else START[reference]]) == toy.step() == OK


def test_a_long_reason_is_cut(toy):
    assert toy.set("Integer", [MODE], [7]) == toy.set("Real", [LIMIT], [1e300]) == OK
    assert toy.step() == DISCARD
    told = f"the step from 0 s by 1 s is refused: {' '.join([f'{1e300:.99f}'] * 3)} C"
    assert toy.messages == [told[: len(toy.messages[0])]]
    assert len(toy.messages[0]) == 1023


def refuse(toy):
    """Take a step, and have the next one refused for its rate."""
    assert toy.set("Real", [RATE, LIMIT], [1.0, 17.0]) == toy.step() == OK
    assert toy.set("Real", [RATE], [9.0]) == OK
    assert toy.step() == DISCARD


@pytest.fixture
def undisturbed(new):
    """Return the bytes of an instance that takes the steps which were accepted."""
    other = new().initialise()
    assert other.set("Real", [RATE, LIMIT], [1.0, 17.0]) == other.step() == OK
    assert other.set("Real", [RATE], [0.5]) == other.step() == OK
    return other.bytes()


def test_after_a_refused_step_a_saved_state_other_inputs_and_the_step_again_go_on(toy, undisturbed):
    assert toy.set("Real", [RATE, LIMIT], [1.0, 17.0]) == toy.step() == OK
    state = toy.save()
    assert toy.set("Real", [RATE], [9.0]) == OK
    assert toy.step() == DISCARD
    assert toy.ended() == (True, 1.0)
    assert toy.restore(state) == OK
    assert toy.ended() == (False, 1.0)
    assert toy.set("Real", [RATE], [0.5]) == toy.step() == OK
    assert toy.bytes() == undisturbed
    toy.release(state)


def test_after_a_refused_step_other_inputs_and_the_step_again_go_on(toy, undisturbed):
    refuse(toy)
    assert toy.ended() == (True, 1.0)
    assert toy.set("Real", [RATE], [0.5]) == OK
    assert toy.ended() == (True, 1.0)
    assert toy.step() == OK
    assert toy.ended() == (False, 2.0)
    assert toy.bytes() == undisturbed


def test_a_refusal_is_no_part_of_the_state(toy, new):
    refuse(toy)
    state = toy.save()
    assert toy.restore(state) == OK
    assert toy.ended() == (False, 1.0)
    other = new()
    status, state_of_other = other.from_bytes(toy.bytes())
    assert status == other.restore(state_of_other) == OK
    assert other.ended() == (False, 1.0)
    toy.release(state)
    other.release(state_of_other)


def test_the_flag_falls_with_a_reset_and_stays_with_a_wrong_call(toy):
    refuse(toy)
    assert toy.step(7.0) == toy.set("Real", [GAIN], [11.0]) == ERROR
    assert toy.ended() == (True, 1.0)
    assert toy.call("fmi2Reset") == OK
    toy.initialise()
    assert toy.ended() == (False, 0.0)


def test_the_refused_step_is_told_to_begin_where_the_importer_said(toy):
    assert toy.step() == OK
    assert toy.set("Real", [LIMIT], [0.0]) == OK
    begin = 1.0 - 1e-9
    assert toy.step(begin) == DISCARD
    assert toy.ended() == (True, begin)  # PyFMI adds a row where it is later


def test_the_same_message_is_not_logged_twice_in_a_row(toy):
    refuse(toy)
    for _ in range(3):
        assert toy.set("Real", [RATE], [9.0]) == OK
        assert toy.step() == DISCARD
    assert len(toy.log) == 1
    assert toy.step(5.0) == toy.step(5.0) == ERROR
    assert toy.step() == DISCARD
    assert len(toy.log) == 3
    assert toy.messages[0] == toy.messages[2]  # another one was between
    assert toy.set("Real", [RATE], [0.0]) == toy.step() == toy.set("Real", [RATE], [9.0]) == OK
    assert toy.step() == DISCARD
    assert toy.messages[3].startswith("the step from 2 s by 1 s is refused")  # no repetition, it is another step


def test_a_reset_forgets_what_was_logged(toy):
    for _ in range(2):
        assert toy.set("Real", [LIMIT], [0.0]) == OK
        assert toy.step() == DISCARD
        assert toy.call("fmi2Reset") == OK
        toy.initialise()
    assert len(toy.log) == 2
    assert toy.messages[0] == toy.messages[1]
