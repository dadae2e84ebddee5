"""Units against what SI says."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.fmi.units import display_conversion, parse_unit

SYMBOLS = ("m", "s", "A", "K", "mol", "V", "Ohm", "J", "W", "F", "C", "kg", "h", "mOhm")


@pytest.mark.parametrize(
    ("text", "exponents", "scale"),
    [
        ("1", (0, 0, 0, 0, 0, 0, 0, 0), 1),
        ("V", (1, 2, -3, -1, 0, 0, 0, 0), 1),
        ("J/(kg.K)", (0, 2, -2, 0, -1, 0, 0, 0), 1),
        ("kg", (1, 0, 0, 0, 0, 0, 0, 0), 1),
        ("1/s", (0, 0, -1, 0, 0, 0, 0, 0), 1),
        ("m2", (0, 2, 0, 0, 0, 0, 0, 0), 1),
        ("s-1", (0, 0, -1, 0, 0, 0, 0, 0), 1),
        ("A.h", (0, 0, 1, 1, 0, 0, 0, 0), 3600),
        ("kW.h", (1, 2, -2, 0, 0, 0, 0, 0), 3_600_000),
        ("min", (0, 0, 1, 0, 0, 0, 0, 0), 60),
        ("mmol", (0, 0, 0, 0, 0, 1, 0, 0), Fraction(1, 1000)),
    ],
)
def test_units_are_products_of_base_units(text, exponents, scale):
    unit = parse_unit(text)
    assert unit.exponents == exponents
    assert unit.scale == scale


def test_derived_units_agree_with_their_definitions():
    for derived, definition in (("V", "W/A"), ("Ohm", "V/A"), ("F", "C/V"), ("S", "A/V"), ("H", "V.s/A"), ("J", "N.m")):
        assert parse_unit(derived) == parse_unit(definition)


@given(st.sampled_from(SYMBOLS), st.sampled_from(SYMBOLS), st.integers(-3, 3).filter(bool))
def test_products_add_exponents(first, second, power):
    one, two, product = parse_unit(first), parse_unit(second), parse_unit(f"{first}.{second}{power}")
    assert product.exponents == tuple(a + power * b for a, b in zip(one.exponents, two.exponents, strict=True))
    assert product.scale == one.scale * two.scale**power


@pytest.mark.parametrize("text", ["", "V.", "furlong", "V/A.s", "m^2", "V//A", "kkg"])
def test_what_is_no_unit_is_named(text):
    with pytest.raises(ValueError, match="unit"):
        parse_unit(text)


@pytest.mark.parametrize(
    ("unit", "display", "value", "shown"),
    [
        ("K", "degC", 298.15, 25.0),
        ("C", "A.h", 7200.0, 2.0),
        ("1", "%", 0.5, 50.0),
        ("Ohm", "mOhm", 0.002, 2.0),
        ("J/mol", "kJ/mol", 3e4, 30.0),
        ("J", "kW.h", 7.2e6, 2.0),
        ("V/K", "mV/K", 1e-4, 0.1),
    ],
)
def test_display_units_show_what_people_expect(unit, display, value, shown):
    factor, offset = display_conversion(unit, display)
    assert factor * value + offset == pytest.approx(shown, rel=1e-15)  # rounding of one product and one sum


def test_a_display_unit_measures_the_same_quantity():
    with pytest.raises(ValueError, match="'A' does not measure what unit 'V'"):
        display_conversion("V", "A")
    with pytest.raises(ValueError, match="degC belongs to unit K"):
        display_conversion("V", "degC")
