"""Steps in plain words: PyBaMM's own, ours, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.usage.step import Step, StepEnd, StepKind, StepUnit
from packfmu.usage.steps import parse_step, parse_temperature

MINUTE, HOUR = 60 * 10**9, 3600 * 10**9
CHARGE, DISCHARGE, HOLD, REST, DRIVE = StepKind
A, C, W, V, PACK, BALANCED = StepUnit


def step(kind, value=0.0, unit=None, **more):
    return {"kind": kind, "value": value, "unit": unit, **more}


PYBAMM = {
    "Discharge at 1C for 0.5 hours": step(DISCHARGE, 1.0, C, duration=HOUR // 2),
    "Discharge at C/20 for 0.5 hours": step(DISCHARGE, 0.05, C, duration=HOUR // 2),
    "Charge at 0.5 C for 45 minutes": step(CHARGE, 0.5, C, duration=45 * MINUTE),
    "Discharge at 1 A for 0.5 hours": step(DISCHARGE, 1.0, A, duration=HOUR // 2),
    "Discharge at 1 A for 90 seconds": step(DISCHARGE, 1.0, A, duration=90 * 10**9),
    "Charge at 200 mA for 45 minutes": step(CHARGE, 0.2, A, duration=45 * MINUTE),
    "Charge at 200mA for 45 minutes": step(CHARGE, 0.2, A, duration=45 * MINUTE),
    "Discharge at 1W for 0.5 hours": step(DISCHARGE, 1.0, W, duration=HOUR // 2),
    "Charge at 200mW for 45 minutes": step(CHARGE, 0.2, W, duration=45 * MINUTE),
    "Rest for 10 minutes": step(REST, duration=10 * MINUTE),
    "Hold at 1V for 20 seconds": step(HOLD, 1.0, V, duration=20 * 10**9),
    "Charge at 1 C until 4.1V": step(CHARGE, 1.0, C, ends=(StepEnd(4.1, V, True),)),
    "Charge at 1 C for 1 hour or until 4.2 V": step(CHARGE, 1.0, C, duration=HOUR, ends=(StepEnd(4.2, V, True),)),
    "Hold at 4.1 V until 50mA": step(HOLD, 4.1, V, ends=(StepEnd(0.05, A),)),
    "Hold at 3V until C/50": step(HOLD, 3.0, V, ends=(StepEnd(0.02, C),)),
    "Discharge at C/3 for 2 hours or until 2.5 V": step(
        DISCHARGE, 1 / 3, C, duration=2 * HOUR, ends=(StepEnd(2.5, V, False),)
    ),
    "Discharge at C/3 for 2 hours or until 2.5 V at 26oC": step(
        DISCHARGE, 1 / 3, C, duration=2 * HOUR, ends=(StepEnd(2.5, V, False),), ambient=26 + 273.15
    ),
    "Discharge at 1 A for 0.5 hours at -5.1oC": step(DISCHARGE, 1.0, A, duration=HOUR // 2, ambient=-5.1 + 273.15),
    "Charge at 4 A until >3.8 V": step(CHARGE, 4.0, A, ends=(StepEnd(3.8, V, True),)),
}
"""What PyBaMM's documentation shows of versions 22 to 26, and what it means here."""

REFUSED = {
    "Charge at 200mA for 45 minutes (1 minute period)": "every base period is: leave it out",
    "Rest for 10 minutes (5 minute period)": "'(... period)' sets what is recorded",
    "Run US06 (A)": "'Run' is written 'Drive FILE'",
    "Run US06 (V) for 45 minutes": "'Run' is written 'Drive FILE'",
    "Run US06 (W) for 2 hours": "'Run' is written 'Drive FILE'",
    "Discharge at 1.5 Ohm for 1 hour": "'Ohm' is no unit of a load here; allowed are A, mA, C, W, mW, kW, MW",
    "Discharge at 4 V for 1 hour": "'4 V' does not fit here; allowed units are A, mA, C, W, mW, kW, MW, and C/6",
    "Discharge at 1 A until < 2 A": "until '< 2 A': a current ends a hold",
    "Charge at 1 A until 50 mA": "until '50 mA': a current ends a hold, as in 'Hold at 4.1 V until C/20'",
    "Hold at 1 A for 1 hour": "'1 A' does not fit here; allowed units are V, mV, V pack",
}
"""What PyBaMM takes and packs do not."""

OURS = {
    "Drive commute.csv": step(DRIVE, file="commute.csv"),
    "Drive my records/to work.csv or until < 3.2 V or > 4.1 V": step(
        DRIVE, file="my records/to work.csv", ends=(StepEnd(3.2, V, False), StepEnd(4.1, V, True))
    ),
    "Rest for 8 h": step(REST, duration=8 * HOUR),
    "Rest until 07:00": step(REST, clock=7 * HOUR),
    "Rest for 8 h or until balanced": step(REST, duration=8 * HOUR, ends=(StepEnd(1.0, BALANCED, True),)),
    "Rest until balanced": step(REST, ends=(StepEnd(1.0, BALANCED, True),)),
    "Rest until 7:30:10 at 5 oC": step(REST, clock=7 * HOUR + 30 * MINUTE + 10**10, ambient=278.15),
    "Discharge at 2 kW for 10 min or until 3.2 V": step(
        DISCHARGE, 2000.0, W, duration=10 * MINUTE, ends=(StepEnd(3.2, V, False),)
    ),
    "Charge at 0.2 MW for 10 min": step(CHARGE, 2e5, W, duration=10 * MINUTE),
    "Charge at 3C with anode above 0 V until 4.1 V": step(CHARGE, 3.0, C, anode=0.0, ends=(StepEnd(4.1, V, True),)),
    "Charge at 9 A with anode above 5 mV for 1 h": step(CHARGE, 9.0, A, anode=0.005, duration=HOUR),
    "Charge at C/6 until 393 V pack": step(CHARGE, 1 / 6, C, ends=(StepEnd(393.0, PACK, True),)),
    "Hold at 393.6 V pack until C/20 or 2 A": step(HOLD, 393.6, PACK, ends=(StepEnd(0.05, C), StepEnd(2.0, A))),
    "Charge at C/6 up to 4.2 V for 20160 s": step(CHARGE, 1 / 6, C, limit=4.2, duration=20160 * 10**9),
    "Charge at 20 A up to 400 V pack for 6 h at 298.15 K": step(
        CHARGE, 20.0, A, limit=400.0, limit_unit=PACK, duration=6 * HOUR, ambient=298.15
    ),
}

WRONG = {
    "Discharge at 1C with anode above 0 V for 1 h": "'with anode above' fits a charge by a current",
    "Charge at 1 kW with anode above 0 V for 1 h": "'with anode above' fits a charge by a current",
    "Charge at 1C with anode above 0 A for 1 h": "'0 A' is no potential of an anode, as in '0 V' or '5 mV'",
    "Rest with anode above 0 V for 1 h": "'with anode above' fits a charge by a current",
    "charge at 1 A for 1 h": "'charge' is no step; allowed are Charge, Discharge, Hold, Rest, Drive",
    "Charge": "'at VALUE' is missing, as in 'Charge at C/6'",
    "Hold for 1 h": "'at VALUE' is missing, as in 'Hold at 4.1 V'",
    "Charge 1 A for 1 h": "'1 A for 1 h' is not 'at VALUE', 'for TIME' or 'until END', in this order",
    "Charge at 1 A": "neither 'for TIME' nor 'until END' says how long it lasts",
    "Charge at 0 A for 1 h": "'0 A' is not a positive number from 1e-12 to 1e12",
    "Charge at C/0 for 1 h": "'C/0' is not a positive number from 1e-12 to 1e12",
    "Charge at C/1e306 until 4 V": "'C/1e306' is not a positive number from 1e-12 to 1e12",
    "Charge at 1e400 A for 1 h": "'1e400 A' is not a positive number",
    "Charge at -1 A for 1 h": "'-1 A' is no number with a unit",
    "Charge at 5 mC for 1 h": "'mC' is no unit here",
    "Charge at 1 A for 1 fortnight": "'1 fortnight' is no time; allowed are numbers with seconds",
    "Charge at 1 A for 0.0000000001 s": "is not a whole number of nanoseconds",
    "Charge at 1 A up to 4.2 V until 4.1 V": "'up to' needs 'for TIME'",
    "Charge at 1 W up to 4.2 V for 1 h": "'up to' fits a charge or discharge by a current",
    "Rest": "a rest takes 'for TIME', 'until balanced', or 'until 07:00' within years",
    "Rest for 1 h until 07:00": "a rest takes 'for TIME', 'until balanced', or 'until 07:00' within years",
    "Drive a.csv until balanced": "'balanced' is no number with a unit",
    "Rest until 25:00": "until '25:00': a rest ends at a time of the day",
    "Rest at 3 A for 1 h": "'at' and 'up to' do not fit a rest",
    "Drive": "the file is missing, as in 'Drive commute.csv'",
    "Drive x.csv for 3 h": "'for' does not fit: the file says how long a drive lasts",
    "Drive x.csv until 3.2 V": "say '< 3.2 V', of the lowest cell, or '> 3.2 V', of the highest",
    "Rest for 1 h at 900 K": "an ambient temperature of 900 K is not within [150, 400] K",
    "": "is no line of 1 to 300 letters",
    "x" * 301: "is no line of 1 to 300 letters",
}


@pytest.mark.parametrize("text", [*PYBAMM, *OURS])
def test_a_step_is_read(text):
    assert parse_step(text) == Step(text, **{**PYBAMM, **OURS}[text])


@pytest.mark.parametrize("text", [*REFUSED, *WRONG])
def test_what_is_no_step_is_refused_in_one_line_that_names_it(text):
    with pytest.raises(InputError) as refused:
        parse_step(text)
    told = str(refused.value)
    assert {**REFUSED, **WRONG}[text] in told
    assert "\n" not in told
    assert told.startswith(f"step {repr(text)[:50]}")


WORDS = ("Charge", "Hold", "Rest", "Drive", "at", "for", "until", "up to", "or", "4.1 V", "C/6", "1 h", "5 oC", "x")


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))
def test_any_text_is_a_step_or_refused_in_one_line(text):
    try:
        told = parse_step(text).text
    except InputError as error:
        told = str(error)
    assert told == text.strip() or told.isprintable()


@pytest.mark.parametrize(
    ("text", "kelvin"), [("25 oC", 298.15), ("-5oC", 268.15), ("0 °C", 273.15), ("10 degC", 283.15), ("300 K", 300.0)]
)
def test_temperatures_have_units(text, kelvin):
    assert parse_temperature(text) == kelvin


@pytest.mark.parametrize("text", ["25", "25 C", "x oC", "", "2 5 oC"])
def test_what_is_no_temperature_is_refused(text):
    with pytest.raises(InputError, match="is no temperature, as in '-5 oC'"):
        parse_temperature(text)
